"""Schema of cell parameters: the morphology, the membrane of each kind of section, and how the cell is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

from pydantic import ConfigDict, Field, field_validator, model_validator

from ascent.config.explain import suggestion
from ascent.config.fields import (
    NOTHING,
    Fault,
    FileSection,
    NonNegativeNumber,
    Number,
    PositiveNumber,
    Section,
    is_number,
    report,
)
from ascent.config.network.checking import check

#: What a section can be.
Label = Literal["Soma", "Dendrite", "ApicalDendrite", "Axon", "AIS", "Myelin", "Node", "SpineHead", "SpineNeck"]
LABELS: tuple[str, ...] = get_args(Label)


@dataclass(frozen=True)
class _Kind:
    """The keys that steer one spatial distribution, rather than being parameters of the mechanism."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


_EXPONENTIAL = ("distance", "offset", "linScale", "_lambda", "xOffset")
#: Every spatial distribution of a mechanism and its keys.
DISTRIBUTIONS: dict[str, _Kind] = {
    "uniform": _Kind(),
    "linear": _Kind(("distance", "slope", "offset")),
    "linear_capped": _Kind(
        ("distance", "param_name", "prox_value", "dist_value", "dist_value_distance"), texts=("param_name",)
    ),
    "exponential": _Kind(_EXPONENTIAL),
    "exponential_by_z_dist": _Kind(_EXPONENTIAL),
    "capped_exponential": _Kind((*_EXPONENTIAL, "max_g")),
    "sigmoid": _Kind(("distance", "offset", "linScale", "xOffset", "width")),
    "uniform_range": _Kind(("begin", "end", "outsidescale"), ("distance", "outsidescale_sections")),
}


class RangeMechanism(Section):
    """A mechanism in all sections of one label: how its parameters depend on the place.

    Keys that do not belong to the distribution are parameters of the mechanism (in its own units).
    """

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, protected_namespaces=())

    spatial: str = Field(description="how parameters depend on the distance to the soma: " + ", ".join(DISTRIBUTIONS))

    @model_validator(mode="before")
    @classmethod
    def _keys(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and isinstance(data.get("spatial"), str):
            report(_faults(data))
        return data

    @property
    def controls(self) -> dict[str, Any]:
        """The keys of the distribution that were given."""
        kind = DISTRIBUTIONS[self.spatial]
        return {key: value for key, value in self._extra.items() if key in (*kind.required, *kind.optional)}

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters of the mechanism, in the order of the file."""
        controls = self.controls
        return {key: value for key, value in self._extra.items() if key not in controls}

    @property
    def _extra(self) -> dict[str, Any]:
        return self.__pydantic_extra__ or {}


def _faults(data: Mapping[str, Any]) -> list[Fault]:
    spatial = data["spatial"]
    if spatial not in DISTRIBUTIONS:
        hint = suggestion(spatial, list(DISTRIBUTIONS))
        names = ", ".join(DISTRIBUTIONS)
        return [Fault(("spatial",), spatial, f"is no distribution; {hint or 'known are ' + names}")]
    kind = DISTRIBUTIONS[spatial]
    faults = [
        Fault((key,), NOTHING, f"is missing; {spatial} needs it" + _mistyped(key, data))
        for key in kind.required
        if key not in data
    ]
    for key, value in data.items():
        if key in kind.texts or key == "distance":
            if not isinstance(value, str) or not value:
                faults.append(Fault((key,), value, "must be a text in quotes"))
        elif key == "outsidescale_sections":
            if not isinstance(value, list) or not all(type(item) is int and item >= 0 for item in value):
                faults.append(Fault((key,), value, "must be a list of section IDs (whole numbers from 0)"))
        elif key != "spatial" and not is_number(value):
            faults.append(Fault((key,), value, "must be a finite number"))
    if spatial == "sigmoid" and data.get("width") == 0:
        faults.append(Fault(("width",), 0, "must not be 0"))
    if spatial == "linear_capped" and is_number(data.get("dist_value_distance")) and data["dist_value_distance"] <= 0:
        faults.append(Fault(("dist_value_distance",), data["dist_value_distance"], "must be greater than 0"))
    return faults


def _mistyped(key: str, data: Mapping[str, Any]) -> str:
    kind = DISTRIBUTIONS[data["spatial"]]
    near = suggestion(key, [other for other in data if other not in (*kind.required, *kind.optional, "spatial")])
    return f" ({near.removeprefix('did you mean ').removesuffix('?')} is no such key)" if near else ""


class SpineProperties(Section):
    """Spines that are not built but add to the membrane of the dendrite."""

    density: NonNegativeNumber = Field(description="spines per µm of dendrite")
    area: NonNegativeNumber = Field(description="membrane area of one spine, µm²")


class SectionProperties(Section):
    """Passive properties of the sections of one label."""

    Ra: PositiveNumber | None = Field(default=None, description="axial resistivity, Ω·cm")
    cm: PositiveNumber | None = Field(default=None, description="specific capacitance, µF/cm²")
    ions: dict[str, Number] = Field(default_factory=dict, description="reversal potentials such as ek and ena, mV")
    spines: SpineProperties | None = Field(default=None, description="density, area")


class SectionMechanisms(Section):
    """The mechanisms of the sections of one label."""

    range: dict[str, RangeMechanism] = Field(default_factory=dict, description="mechanisms by name")
    global_: dict[str, Any] = Field(default_factory=dict, alias="global", description="has no effect")


class LabelParameters(Section):
    """The membrane of the sections of one label."""

    properties: SectionProperties = Field(default_factory=SectionProperties, description="Ra, cm, ions, spines")
    mechanisms: SectionMechanisms = Field(default_factory=SectionMechanisms, description="range, global")


class Discretization(Section):
    """How sections are divided into segments."""

    f: PositiveNumber = Field(description="frequency of the length constant, Hz")
    max_seg_length: PositiveNumber | None = Field(description="longest segment, µm; null for no limit")


class NeuronParameters(Section):
    """A cell: morphology and membrane."""

    filename: str = Field(min_length=1, description="morphology, .hoc or .swc")
    cell_modify_functions: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="functions that change the built cell, by name, with their arguments"
    )
    discretization: Discretization | None = Field(default=None, description="f, max_seg_length")
    spatialgraph_modify_functions: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="must be empty; explicit spines are not supported"
    )
    Soma: LabelParameters | None = Field(default=None, description="the soma")
    Dendrite: LabelParameters | None = Field(default=None, description="basal dendrites")
    ApicalDendrite: LabelParameters | None = Field(default=None, description="apical dendrites")
    Axon: LabelParameters | None = Field(default=None, description="axon of the morphology")
    AIS: LabelParameters | None = Field(default=None, description="axon hillock and initial segment; builds an axon")
    Myelin: LabelParameters | None = Field(default=None, description="myelinated part of the built axon")
    Node: LabelParameters | None = Field(default=None, description="nodes of Ranvier")
    SpineHead: LabelParameters | None = Field(default=None, description="heads of built spines")
    SpineNeck: LabelParameters | None = Field(default=None, description="necks of built spines")

    @field_validator("spatialgraph_modify_functions", mode="after")
    @classmethod
    def _no_built_spines(cls, value: dict[str, Any]) -> dict[str, Any]:
        expected = "is not supported; give spines as properties.spines of their dendrite (density, area)"
        report([Fault((name,), NOTHING, expected) for name in value])
        return value

    @property
    def labels(self) -> dict[str, LabelParameters]:
        """The labels that were given, in the order of `LABELS`."""
        values = {label: getattr(self, label) for label in LABELS}
        return {label: value for label, value in values.items() if value is not None}


class SimulationParameters(Section):
    """How the cell is run."""

    Vinit: Number = Field(description="initial membrane potential, mV")
    tStart: Number = Field(default=0.0, description="has no effect")
    tStop: PositiveNumber = Field(default=300.0, description="duration, ms; a call gives its own")
    dt: PositiveNumber = Field(description="time step, ms")
    T: Number = Field(description="temperature, °C")
    recordingSites: list[str] = Field(default_factory=list, description="landmark files (.landmarkAscii)")

    @field_validator("T", mode="after")
    @classmethod
    def _temperature(cls, value: float) -> float:
        if not -273.15 < value < 100:
            report([Fault((), value, "must be a temperature in °C below 100")])
        return value


class CellParameters(FileSection):
    """A cell parameter file."""

    info: dict[str, Any] = Field(default_factory=dict, description="free notes")
    NMODL_mechanisms: dict[str, str] = Field(default_factory=dict, description="folders with .mod files by any name")
    mech_globals: dict[str, dict[str, Number]] = Field(
        default_factory=dict, description="global parameters of mechanisms by name"
    )
    neuron: NeuronParameters = Field(description="morphology and membrane")
    sim: SimulationParameters = Field(description="Vinit, dt, T, tStop, recordingSites")

    @model_validator(mode="after")
    def _soma(self) -> Self:
        if self.neuron.Soma is None:
            report([Fault(("neuron", "Soma"), NOTHING, "is missing; every cell has a soma")])
        return self


def check_cell(
    data: Mapping[str, Any], source: str = "cell parameters", lines: Mapping[tuple[str | int, ...], int] | None = None
) -> CellParameters:
    """Check the content of a cell parameter file.

    Raises
    ------
    ConfigError
        With all that is wrong, and the line where it stands when `lines` are given.
    """
    return check(data, CellParameters, source, lines)
