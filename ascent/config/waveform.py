"""Schema of ``waveform`` in a sim: timing, and one of six shapes. Any number may be a list (a factor of the sim)."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationInfo, model_validator

from ascent.config.fields import (
    NOTHING,
    Count,
    Fault,
    Index,
    NonNegativeNumber,
    PositiveNumber,
    Section,
    combinations,
    note,
    report,
)

WaveformMode = Literal[
    "MONOPHASIC_PULSE_TRAIN",
    "SINUSOID",
    "BIPHASIC_FULL_DUTY",
    "BIPHASIC_PULSE_TRAIN",
    "BIPHASIC_PULSE_TRAIN_Q_BALANCED_UNEVEN_PW",
    "EXPLICIT",
]
SHAPES: tuple[str, ...] = WaveformMode.__args__  # type: ignore[attr-defined]

Positive = PositiveNumber | list[PositiveNumber]
NonNegative = NonNegativeNumber | list[NonNegativeNumber]

#: Times in ms are sums of decimal fractions, so that comparisons need this much slack (ms).
SLACK = 1e-9


class TimingConfig(Section):
    """Time step, and when stimulation starts and ends, ms."""

    dt: Positive = Field(description="time step, ms")
    on: NonNegative = Field(description="start of the stimulation, ms")
    off: NonNegative = Field(description="end of the stimulation, ms")
    stop: Positive = Field(description="end of the simulation, ms")
    start: Any = Field(default=None, description="ignored; time starts at 0")
    unit: Any = Field(default=None, description="ignored; times are in ms")

    @model_validator(mode="after")
    def _order(self) -> Self:
        for on, off, stop in combinations(self.on, self.off, self.stop):
            if on > off:
                report([Fault(("on",), on, f"must not be greater than off, {off:g} ms")])
            if off > stop:
                report([Fault(("off",), off, f"must not be greater than stop, {stop:g} ms")])
        for dt, stop in combinations(self.dt, self.stop):
            if dt > stop:
                report([Fault(("dt",), dt, f"must not be greater than stop, {stop:g} ms")])
        return self


class ShapeConfig(Section):
    """What all periodic shapes have: how often they repeat, and how many decimals their values keep."""

    pulse_repetition_freq: Positive = Field(description="repetitions per second, Hz")
    digits: Index | list[Index] = Field(description="decimals of the values of the waveform")

    def pulses(self) -> list[tuple[str, Any]]:
        """Names and values of the pulse widths, in ms."""
        return []

    def extents(self) -> list[float]:
        """How much time one repetition needs at least, ms, for each combination of values."""
        return []


class MonophasicPulseTrain(ShapeConfig):
    """Rectangular pulses of one sign."""

    pulse_width: Positive = Field(description="width of a pulse, ms")

    def pulses(self) -> list[tuple[str, Any]]:
        return [("pulse_width", self.pulse_width)]

    def extents(self) -> list[float]:
        return [width for (width,) in combinations(self.pulse_width)]


class Sinusoid(ShapeConfig):
    """A sine."""


class BiphasicFullDuty(ShapeConfig):
    """A square wave of both signs without pause."""


class BiphasicPulseTrain(ShapeConfig):
    """Pairs of pulses, first positive then negative, of one width."""

    pulse_width: Positive = Field(description="width of each pulse, ms")
    inter_phase: NonNegative = Field(description="pause between the pulses of a pair, ms")

    def pulses(self) -> list[tuple[str, Any]]:
        return [("pulse_width", self.pulse_width)]

    def extents(self) -> list[float]:
        return [2 * width + pause for width, pause in combinations(self.pulse_width, self.inter_phase)]


class BiphasicPulseTrainUneven(ShapeConfig):
    """Pairs of pulses of two widths, whose charges balance."""

    pulse_width_1: Positive = Field(description="width of the first pulse, ms")
    pulse_width_2: Positive = Field(description="width of the second pulse, ms")
    inter_phase: NonNegative = Field(description="pause between the pulses of a pair, ms")

    def pulses(self) -> list[tuple[str, Any]]:
        return [("pulse_width_1", self.pulse_width_1), ("pulse_width_2", self.pulse_width_2)]

    def extents(self) -> list[float]:
        return [sum(each) for each in combinations(self.pulse_width_1, self.pulse_width_2, self.inter_phase)]


class ExplicitWaveform(Section):
    """Samples from ``config/user/waveforms/<index>.dat``."""

    index: Index | list[Index] = Field(description="number of the file in config/user/waveforms")
    dt_atol: NonNegative = Field(default=1e-9, description="difference of time steps that needs no resampling, ms")
    period_repeats: Count | list[Count] = Field(default=1, description="how often the samples are repeated")
    digits: Index | list[Index] = Field(description="decimals of the values of the waveform")
    pulse_repetition_freq: Positive | None = Field(default=None, description="not used")


class WaveformConfig(Section):
    """Timing and exactly one shape.

    Attributes
    ----------
    global_ : TimingConfig
        The key ``global``.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    global_: TimingConfig = Field(alias="global", description="dt, on, off, stop (ms)")
    MONOPHASIC_PULSE_TRAIN: MonophasicPulseTrain | None = Field(default=None, description="pulses of one sign")
    SINUSOID: Sinusoid | None = Field(default=None, description="a sine")
    BIPHASIC_FULL_DUTY: BiphasicFullDuty | None = Field(default=None, description="a square wave")
    BIPHASIC_PULSE_TRAIN: BiphasicPulseTrain | None = Field(default=None, description="pairs of pulses")
    BIPHASIC_PULSE_TRAIN_Q_BALANCED_UNEVEN_PW: BiphasicPulseTrainUneven | None = Field(
        default=None, description="charge-balanced pairs of pulses of two widths"
    )
    EXPLICIT: ExplicitWaveform | None = Field(default=None, description="samples from a file")
    plot: bool | None = Field(default=None, description="plot the waveform")

    @property
    def mode(self) -> str:
        """Name of the shape."""
        return next(name for name in SHAPES if getattr(self, name) is not None)

    @property
    def shape(self) -> ShapeConfig | ExplicitWaveform:
        """Parameters of the shape."""
        return getattr(self, self.mode)  # type: ignore[no-any-return]

    @model_validator(mode="after")
    def _one_shape(self, info: ValidationInfo) -> Self:
        shapes = [name for name in SHAPES if getattr(self, name) is not None]
        if not shapes:
            report([Fault((), NOTHING, "needs exactly one shape: " + ", ".join(SHAPES))])
        if len(shapes) > 1:
            report([Fault((shapes[1],), NOTHING, f"cannot stand beside {shapes[0]}; a waveform has exactly one shape")])
        shape = self.shape
        if isinstance(shape, ShapeConfig):
            self._check_times(shapes[0], shape)
        if self.global_.start not in (None, 0):
            note(info, "waveform.global.start is ignored; time starts at 0")
        return self

    def _check_times(self, name: str, shape: ShapeConfig) -> None:
        faults = []
        for key, widths in shape.pulses():
            for dt, width in combinations(self.global_.dt, widths):
                if dt > width + SLACK:
                    faults.append(Fault((name, key), width, f"must not be less than the time step dt, {dt:g} ms"))
        for dt, pause in combinations(self.global_.dt, getattr(shape, "inter_phase", 0)):
            if 0 < pause < dt - SLACK:
                faults.append(Fault((name, "inter_phase"), pause, f"must be 0 or at least the time step dt, {dt:g} ms"))
        for (frequency,) in combinations(shape.pulse_repetition_freq):
            period = 1000 / frequency
            needed = max(shape.extents(), default=0)
            if needed > period + SLACK:
                expected = f"leaves {period:g} ms for each repetition, but the pulses need {needed:g} ms"
                faults.append(Fault((name, "pulse_repetition_freq"), frequency, expected))
        report(faults)
