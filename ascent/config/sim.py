"""Schema of ``config/user/sims/<k>.json``: fibers, stimulus, protocol and what is saved."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ascent.config.factors import find_factors
from ascent.config.fibers import FibersConfig
from ascent.config.fields import NOTHING, Fault, FileSection, Index, PositiveNumber, Section, is_number, note, report
from ascent.config.migrations import migrate_sim
from ascent.config.protocol import IntracellularStimConfig, ProtocolConfig
from ascent.config.saving import SavingConfig
from ascent.config.waveform import WaveformConfig

#: Fiber models whose end nodes are as active as the others.
ACTIVE_ENDS = ("TIGERHOLM",)


class SupersampledBasesConfig(Section):
    """Potentials on a fine grid along the nerve, used again by other sims."""

    generate: bool = Field(default=False, description="make them")
    use: bool = Field(default=False, description="use them")
    dz: PositiveNumber | list[PositiveNumber] | None = Field(
        default=None, description="distance of the grid's points, µm"
    )
    source_sim: Index | None = Field(default=None, description="index of the sim whose potentials are used")

    @model_validator(mode="after")
    def _needed(self) -> Self:
        faults = []
        if (self.generate or self.use) and self.dz is None:
            faults.append(Fault(("dz",), NOTHING, "is required when generate or use is true (µm)"))
        if self.use and not self.generate and self.source_sim is None:
            faults.append(Fault(("source_sim",), NOTHING, "is required when use is true"))
        report(faults)
        return self


class SimConfig(FileSection):
    """A sim: fibers, stimulus, protocol and what is saved.

    Attributes
    ----------
    active_srcs, active_recs : dict or None
        ``{"<preset>.json": [[weight of each contact], …], "cuff_index": int}``, stimulating and recording cuff.
    """

    pseudonym: str | None = Field(default=None, description="a label of your own")
    n_dimensions: Index = Field(description="number of parameters that are lists")
    active_srcs: dict[str, Any] | None = Field(
        default=None, description='weights of contacts: {"Purdue.json": [[1, -1]]}'
    )
    active_recs: dict[str, Any] | None = Field(default=None, description="weights of recording contacts")
    fibers: FibersConfig = Field(description="mode, xy_parameters, z_parameters")
    waveform: WaveformConfig = Field(description="global and one shape")
    intracellular_stim: IntracellularStimConfig | None = Field(default=None, description="pulses of current")
    saving: SavingConfig = Field(default_factory=SavingConfig, description="what is saved")
    protocol: ProtocolConfig = Field(description="mode, threshold, bounds_search, termination_criteria")
    supersampled_bases: SupersampledBasesConfig | None = Field(
        default=None, description="generate, use, dz, source_sim"
    )

    @model_validator(mode="before")
    @classmethod
    def _migrate(cls, data: Any, info: ValidationInfo) -> Any:
        data = migrate_sim(data, info)
        if isinstance(data, dict):
            _check_dimensions(data)
        return data

    @field_validator("active_srcs", "active_recs")
    @classmethod
    def _weights(cls, weights: dict[str, Any] | None) -> dict[str, Any] | None:
        if weights is not None:
            report(_weight_faults(weights))
        return weights

    @model_validator(mode="after")
    def _together(self, info: ValidationInfo) -> Self:
        report([*self._cuff_faults(), *self._protocol_faults()])
        if self.protocol.bounds_search and "scout_sim" in self.protocol.bounds_search.model_fields_set:
            note(info, "protocol.bounds_search.scout_sim is ignored; use scout: {model, sim}")
        return self

    def _cuff_faults(self) -> list[Fault]:
        if self.active_srcs is None and self.active_recs is None:
            return [Fault(("active_srcs",), NOTHING, 'is required, such as {"Purdue.json": [[1, -1]]}')]
        if self.active_srcs is None or self.active_recs is None:
            return []
        indices = {key: getattr(self, key).get("cuff_index") for key in ("active_srcs", "active_recs")}
        faults = [
            Fault((key, "cuff_index"), NOTHING, "is required when active_srcs and active_recs are both given")
            for key, index in indices.items()
            if index is None
        ]
        if not faults and indices["active_srcs"] == indices["active_recs"]:
            expected = "must differ from active_srcs.cuff_index; one cuff cannot stimulate and record"
            faults.append(Fault(("active_recs", "cuff_index"), indices["active_recs"], expected))
        return faults

    def _protocol_faults(self) -> list[Fault]:
        faults = []
        stimulus = self.intracellular_stim
        if self.protocol.mode == "BLOCK_THRESHOLD" and not (stimulus and stimulus.active):
            expected = "needs an amp (nA) and a times.pw (ms) that are not 0 when protocol.mode is BLOCK_THRESHOLD"
            faults.append(Fault(("intracellular_stim",), NOTHING, expected))
        ends = self.saving.end_ap_times
        if ends and self.fibers.mode not in ACTIVE_ENDS:
            for key in ("loc_min", "loc_max"):
                if getattr(ends, key) in (0, 1):
                    expected = f"must lie between 0 and 1, because the end nodes of {self.fibers.mode} are passive"
                    faults.append(Fault(("saving", "end_ap_times", key), getattr(ends, key), expected))
        return faults


def _check_dimensions(data: dict[str, Any]) -> None:
    factors = find_factors(data)
    faults = [
        Fault(path, value, "a list stands for several values; write a single value without brackets")
        for path, value in factors.items()
        if len(value) < 2
    ]
    dimensions = data.get("n_dimensions")
    if not faults and is_number(dimensions) and dimensions != len(factors):
        names = ", ".join(".".join(path) for path in factors) or "no parameter"
        expected = f"must be {len(factors)}, the number of parameters that are lists ({names})"
        faults.append(Fault(("n_dimensions",), dimensions, expected))
    report(faults)


def _weight_faults(weights: dict[str, Any]) -> list[Fault]:
    """Problems of contact weights; a flat list under a preset is legal until a model uses that preset."""
    faults = []
    for preset, vectors in weights.items():
        if preset.startswith("_"):
            continue
        if preset == "cuff_index":
            if not isinstance(vectors, int) or isinstance(vectors, bool) or vectors < 0:
                faults.append(Fault((preset,), vectors, "must be the index of a cuff, a whole number from 0"))
            continue
        if not isinstance(vectors, list) or not vectors:
            faults.append(Fault((preset,), vectors, "must be a list of lists of weights, such as [[1, -1]]"))
            continue
        if all(is_number(weight) for weight in vectors):
            continue
        for position, vector in enumerate(vectors):
            faults.extend(_vector_faults((preset, position), vector))
        lengths = {len(vector) for vector in vectors if isinstance(vector, list)}
        if len(lengths) > 1:
            faults.append(Fault((preset,), vectors, "must be lists of the same length, one weight for each contact"))
    return faults


def _vector_faults(path: tuple[str | int, ...], vector: Any) -> list[Fault]:
    if not isinstance(vector, list) or not vector or not all(is_number(weight) for weight in vector):
        return [Fault(path, vector, "must be a list of numbers, one weight for each contact")]
    if len(vector) == 1 and abs(vector[0]) != 1:
        return [Fault(path, vector, "must be [1] or [-1] for a single contact")]
    return [Fault((*path, i), weight, "must be from -1 to 1") for i, weight in enumerate(vector) if abs(weight) > 1]
