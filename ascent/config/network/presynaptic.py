"""Schemas of what makes the spikes of presynaptic cells: spike trains and the distributions of pointcells."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ascent.config.fields import (
    NOTHING,
    Fault,
    Fraction,
    Index,
    NonNegativeNumber,
    Number,
    PositiveNumber,
    Section,
    report,
)

Interval = Annotated[list[Number], Field(min_length=2, max_length=2)]


class SpiketrainConfig(Section):
    """A renewal process of each cell: a regular train (noise 0) up to a Poisson train (noise 1)."""

    interval: PositiveNumber = Field(description="mean interval between spikes, ms")
    noise: Fraction = Field(1.0, description="0 for a regular train to 1 for a Poisson train")
    start: Number = Field(0.0, description="begin, ms")
    nspikes: Index | None = Field(None, description="number of spikes, instead of as many as fit")


class _Pointcell(Section):
    activeFrac: Fraction = Field(description="probability that a cell is active")


class NormalConfig(_Pointcell):
    """One spike of each active cell, normally distributed."""

    distribution: Literal["normal"] = Field("normal", description="normal")
    spikeT: Number = Field(description="mean time after the offset, ms")
    spikeWidth: NonNegativeNumber = Field(description="standard deviation, ms")
    offset: Number = Field(10.0, description="ms")
    spikeNr: Any = Field(None, description="not used")


class UniformConfig(_Pointcell):
    """One spike of each active cell, anywhere in a window."""

    distribution: Literal["uniform"] = Field(description="uniform")
    window: NonNegativeNumber = Field(description="length of the window, ms")
    offset: Number = Field(description="begin of the window, ms")


class LognormalConfig(_Pointcell):
    """One spike of each active cell at a lognormally distributed time."""

    distribution: Literal["lognormal"] = Field(description="lognormal")
    mu: Number = Field(description="mean of the logarithm of the time in ms")
    sigma: NonNegativeNumber = Field(description="standard deviation of that logarithm")
    offset: Number = Field(description="ms")


class _Bins(Section):
    intervals: list[Interval] = Field(description="(begin, end) of each bin, ms")
    offset: Number = Field(description="added to the bins, ms")

    def _equally_long(self, key: str) -> None:
        values = getattr(self, key)
        if len(values) != len(self.intervals):
            expected = f"has {len(values)} values, but intervals has {len(self.intervals)} bins; one value a bin"
            report([Fault((key,), NOTHING, expected)])
        for place, (begin, end) in enumerate(self.intervals):
            if end < begin:
                report([Fault(("intervals", place), [begin, end], "must not end before it begins")])


class PSTHConfig(_Bins):
    """In each bin each cell has a spike with the probability of the bin."""

    distribution: Literal["PSTH"] = Field(description="PSTH")
    probabilities: list[Number] = Field(description="of a spike in each bin; below 0 counts as 0")

    @model_validator(mode="after")
    def _lengths(self) -> Self:
        self._equally_long("probabilities")
        return self


class PSTHAbsoluteNumberConfig(_Bins):
    """In each bin a given number of cells has a spike."""

    distribution: Literal["PSTH_absolute_number"] = Field(description="PSTH_absolute_number")
    number_active_synapses: list[Index] = Field(description="cells that spike in each bin")

    @model_validator(mode="after")
    def _lengths(self) -> Self:
        self._equally_long("number_active_synapses")
        return self


class PSTHPoissontrainConfig(_Bins):
    """A Poisson train in each bin; the offset is not used."""

    distribution: Literal["PSTH_poissontrain"] = Field(description="PSTH_poissontrain")
    rates: list[NonNegativeNumber] = Field(description="rate in each bin, Hz")

    @model_validator(mode="after")
    def _lengths(self) -> Self:
        self._equally_long("rates")
        return self


class PSTHPoissontrainV2Config(Section):
    """An inhomogeneous Poisson train; the offset is not used."""

    distribution: Literal["PSTH_poissontrain_v2"] = Field(description="PSTH_poissontrain_v2")
    bins: Annotated[list[Number], Field(min_length=2)] = Field(description="edges of the bins, ms")
    rates: list[NonNegativeNumber] = Field(description="rate in each bin, Hz")
    offset: Number = Field(description="not used")

    @model_validator(mode="after")
    def _lengths(self) -> Self:
        if len(self.bins) != len(self.rates) + 1:
            expected = f"has {len(self.bins)} edges for {len(self.rates)} rates; one more edge than rates is needed"
            report([Fault(("bins",), NOTHING, expected)])
        if any(later < earlier for earlier, later in zip(self.bins[:-1], self.bins[1:], strict=True)):
            report([Fault(("bins",), self.bins, "must ascend")])
        return self


class PoissontrainModulatedConfig(Section):
    """A Poisson train whose rate swings, at a phase of each cell's own."""

    distribution: Literal["poissontrain_modulated"] = Field(description="poissontrain_modulated")
    mean_rate: NonNegativeNumber = Field(description="Hz")
    rate_before_t_offset: NonNegativeNumber = Field(description="rate until the end of the first bin, Hz")
    max_modulation: Fraction = Field(description="largest part of the rate by which it swings, 0 to 1")
    modulation_frequency: PositiveNumber = Field(description="Hz")
    bin_size: PositiveNumber = Field(description="ms")
    phase_distribution: str = Field(description='"uniform", "normal", or another word for the same phase')
    mean_phase: Number | None = Field(None, description="of normally distributed phases, rad")
    std_phase: NonNegativeNumber | None = Field(None, description="of normally distributed phases, rad")
    offset: Number = Field(description="begin of the modulation, ms")

    @model_validator(mode="after")
    def _phases(self) -> Self:
        needed = [key for key in ("mean_phase", "std_phase") if getattr(self, key) is None]
        if self.phase_distribution == "normal" and needed:
            report([Fault((key,), NOTHING, "is required when phase_distribution is normal") for key in needed])
        return self


PointcellConfig = (
    NormalConfig
    | UniformConfig
    | LognormalConfig
    | PSTHConfig
    | PSTHAbsoluteNumberConfig
    | PSTHPoissontrainConfig
    | PSTHPoissontrainV2Config
    | PoissontrainModulatedConfig
)
GeneratorConfig = SpiketrainConfig | PointcellConfig

#: The schema of each distribution of a pointcell.
DISTRIBUTIONS: dict[str, type[Section]] = {
    "normal": NormalConfig,
    "uniform": UniformConfig,
    "lognormal": LognormalConfig,
    "PSTH": PSTHConfig,
    "PSTH_absolute_number": PSTHAbsoluteNumberConfig,
    "PSTH_poissontrain": PSTHPoissontrainConfig,
    "PSTH_poissontrain_v2": PSTHPoissontrainV2Config,
    "poissontrain_modulated": PoissontrainModulatedConfig,
}
