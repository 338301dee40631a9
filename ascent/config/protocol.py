"""Schema of ``protocol`` and ``intracellular_stim`` in a sim: what is searched for, and with which bounds."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ascent.config.fields import (
    NOTHING,
    Count,
    Fault,
    Fraction,
    Index,
    NonNegativeNumber,
    Number,
    PositiveNumber,
    Section,
    Whole,
    report,
)

ProtocolMode = Literal["ACTIVATION_THRESHOLD", "BLOCK_THRESHOLD", "FINITE_AMPLITUDES"]


class ThresholdConfig(Section):
    """What counts as an action potential, and where it is looked for."""

    value: Number = Field(description="membrane potential that an action potential crosses, mV")
    n_min_aps: Whole = Field(default=1, description="number of action potentials; must be 1")
    ap_detect_location: Fraction = Field(default=0.9, description="where along the fiber, 0 to 1")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.n_min_aps != 1:
            report([Fault(("n_min_aps",), self.n_min_aps, "must be 1")])
        return self


class ScoutConfig(Section):
    """Another model and sim of the same sample, whose thresholds give the bounds."""

    model: Index = Field(description="index of the model")
    sim: Index = Field(description="index of the sim")


class BoundsSearchConfig(Section):
    """How amplitudes that do and do not work are found.

    `top` works (activates, blocks) and `bottom` does not; both have one sign.
    """

    mode: Literal["PERCENT_INCREMENT", "ABSOLUTE_INCREMENT"] = Field(
        default="PERCENT_INCREMENT", description="unit of step"
    )
    top: Number = Field(description="amplitude that should work, mA")
    bottom: Number = Field(description="amplitude that should not, mA")
    step: PositiveNumber = Field(description="change when a bound is wrong, % or mA")
    max_steps: Count = Field(default=100, description="number of changes before the search gives up")
    scout: ScoutConfig | None = Field(default=None, description="model and sim whose thresholds give the bounds")
    scout_sim: bool | Index | None = Field(default=None, description="ignored; use scout")

    @model_validator(mode="after")
    def _order(self) -> Self:
        faults = []
        if self.top == 0:
            faults.append(Fault(("top",), self.top, "must not be 0 mA"))
        elif self.top * self.bottom < 0:
            faults.append(Fault(("bottom",), self.bottom, f"must have the sign of top, {self.top:g} mA"))
        elif abs(self.bottom) >= abs(self.top):
            faults.append(Fault(("bottom",), self.bottom, f"must be smaller in size than top, {self.top:g} mA"))
        if self.mode == "PERCENT_INCREMENT" and self.step >= 100:
            faults.append(Fault(("step",), self.step, "must be less than 100 %"))
        report(faults)
        return self


class TerminationConfig(Section):
    """When a threshold is precise enough."""

    mode: Literal["PERCENT_DIFFERENCE", "ABSOLUTE_DIFFERENCE"] = Field(
        default="PERCENT_DIFFERENCE", description="percent, or tolerance in mA"
    )
    percent: Annotated[Number, Field(gt=0, lt=100)] | None = Field(
        default=None, description="difference of the bounds, %"
    )
    tolerance: PositiveNumber | None = Field(default=None, description="difference of the bounds, mA")

    @model_validator(mode="after")
    def _needed(self) -> Self:
        key = "percent" if self.mode == "PERCENT_DIFFERENCE" else "tolerance"
        if getattr(self, key) is None:
            report([Fault((key,), NOTHING, f"is required when mode is {self.mode}")])
        return self


class ProtocolConfig(Section):
    """What is done with each fiber: a threshold is searched, or given amplitudes are run."""

    mode: ProtocolMode = Field(description="what is done with each fiber")
    initSS: Annotated[Number, Field(lt=0)] = Field(description="start of the initial steady state, ms, less than 0")
    dt_initSS: PositiveNumber = Field(description="time step of the initial steady state, ms")
    threshold: ThresholdConfig = Field(description="value (mV), n_min_aps, ap_detect_location")
    bounds_search: BoundsSearchConfig | None = Field(default=None, description="mode, top, bottom, step")
    termination_criteria: TerminationConfig | None = Field(default=None, description="mode and percent or tolerance")
    amplitudes: list[Number] | None = Field(default=None, min_length=1, description="amplitudes to run, mA")

    @model_validator(mode="after")
    def _needed(self) -> Self:
        needed = ("amplitudes",) if self.mode == "FINITE_AMPLITUDES" else ("bounds_search", "termination_criteria")
        missing = [key for key in needed if getattr(self, key) is None]
        report([Fault((key,), NOTHING, f"is required when mode is {self.mode}") for key in missing])
        return self


class IntracellularTimesConfig(Section):
    """Times of the current pulses."""

    pw: NonNegativeNumber = Field(description="width of a pulse, ms")
    IntraStim_PulseTrain_delay: NonNegativeNumber = Field(description="start of the first pulse, ms")
    IntraStim_PulseTrain_dur: NonNegativeNumber | None = Field(default=None, description="duration of the train, ms")


class IntracellularStimConfig(Section):
    """A train of current pulses injected into one node."""

    times: IntracellularTimesConfig = Field(description="pw, IntraStim_PulseTrain_delay, IntraStim_PulseTrain_dur (ms)")
    pulse_repetition_freq: NonNegativeNumber = Field(description="pulses per second, Hz")
    amp: Number = Field(description="current, nA")
    ind: Index = Field(description="index of the node")

    @property
    def active(self) -> bool:
        """Whether any current flows."""
        return self.amp != 0 and self.times.pw > 0
