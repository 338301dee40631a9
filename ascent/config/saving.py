"""Schema of ``saving`` in a sim: what is written besides thresholds."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from ascent.config.fields import NOTHING, Fault, Fraction, NonNegativeNumber, Number, Section, report


class SpaceConfig(Section):
    """Variables of all nodes at some times."""

    vm: bool = Field(default=False, description="membrane potential")
    gating: bool = Field(default=False, description="gating variables")
    times: list[NonNegativeNumber] | None = Field(default=None, description="when, ms")

    @model_validator(mode="after")
    def _times(self) -> Self:
        if (self.vm or self.gating) and not self.times:
            report([Fault(("times",), NOTHING, "is required when vm or gating is true (a list of times, ms)")])
        return self


class TimeConfig(Section):
    """Variables of some nodes at all times."""

    vm: bool = Field(default=False, description="membrane potential")
    gating: bool = Field(default=False, description="gating variables")
    istim: bool = Field(default=False, description="intracellular current")
    locs: Literal["all"] | list[Fraction] | None = Field(default=None, description='where, 0 to 1, or "all"')

    @model_validator(mode="after")
    def _locs(self) -> Self:
        if (self.vm or self.gating) and not self.locs:
            expected = 'is required when vm or gating is true (a list of locations from 0 to 1, or "all")'
            report([Fault(("locs",), NOTHING, expected)])
        return self


class EndApTimesConfig(Section):
    """Times of action potentials at two places."""

    loc_min: Fraction = Field(description="first place, 0 to 1")
    loc_max: Fraction = Field(description="second place, 0 to 1")
    threshold: Number = Field(default=-30, description="membrane potential that an action potential crosses, mV")

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.loc_min > self.loc_max:
            report([Fault(("loc_min",), self.loc_min, f"must not be greater than loc_max, {self.loc_max:g}")])
        return self


class CapRecordingConfig(Section):
    """What is kept of the signal at the recording cuff."""

    Imembrane_matrix: bool = Field(default=False, description="transmembrane currents of all compartments")


class SavingConfig(Section):
    """What is saved.

    Attributes
    ----------
    three_d_fiber_intermediate_data : bool
        The key ``3D_fiber_intermediate_data``.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    space: SpaceConfig = Field(default_factory=SpaceConfig, description="vm, gating, times (ms)")
    time: TimeConfig = Field(default_factory=TimeConfig, description="vm, gating, istim, locs")
    runtimes: bool = Field(default=False, description="seconds that each fiber took")
    aploctime: bool = Field(default=False, description="time of the last action potential at each node")
    end_ap_times: EndApTimesConfig | None = Field(default=None, description="loc_min, loc_max, threshold (mV)")
    cap_recording: CapRecordingConfig | None = Field(default=None, description="Imembrane_matrix")
    three_d_fiber_intermediate_data: bool = Field(
        default=False, alias="3D_fiber_intermediate_data", description="steps of the placement of 3D fibers"
    )
