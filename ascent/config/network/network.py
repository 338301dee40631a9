"""Schema of network parameters: presynaptic cell types, their activity, their synapses.

The keys are those of simrun's network parameter files. Each cell type is checked on its own, so that a message names
the key as it stands in the file whichever way the activity of the type is written.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, Field, create_model, model_validator

from ascent.config.explain import dotted, shown, suggestion
from ascent.config.fields import (
    NOTHING,
    Fault,
    Fraction,
    Index,
    NonNegativeNumber,
    Number,
    Section,
    report,
)
from ascent.config.network.checking import check, plain
from ascent.config.network.presynaptic import DISTRIBUTIONS, GeneratorConfig, Interval, SpiketrainConfig
from ascent.errors import ConfigError, Problem

_log = logging.getLogger(__name__)

#: Key of the network that holds functions instead of a cell type.
MODIFY_FUNCTIONS = "network_modify_functions"
#: Keys that older programs wrote beside the activity of a type and that mean nothing there.
LEGACY_KEYS = ("activeFrac", "spikeNr", "spikeT", "spikeWidth")

Lines = Mapping[tuple[str | int, ...], int]


class ReceptorConfig(Section):
    """One kind of point process that each synapse of the type has."""

    threshold: Number = Field(description="threshold of the connection, mV")
    delay: NonNegativeNumber = Field(description="from release to conductance, ms")
    weight: Number | Annotated[list[Number], Field(min_length=1)] = Field(description="weights of the connection")
    weightDistribution: Literal["lognormal"] | None = Field(
        None, description='"lognormal", or absent for equal weights'
    )
    parameter: dict[str, Number] = Field(description="parameters of the mechanism; may be empty")

    @model_validator(mode="after")
    def _lognormal(self) -> Self:
        if self.weightDistribution == "lognormal":
            for weight in self.weights:
                if weight <= 0:
                    report([Fault(("weight",), self.weight, "must be greater than 0 for lognormal weights")])
        return self

    @property
    def weights(self) -> tuple[float, ...]:
        """The weights, also of a single one."""
        values = self.weight if isinstance(self.weight, list) else [self.weight]
        return tuple(float(value) for value in values)


class SynapsesConfig(Section):
    """The synapses that a cell type makes on the cell."""

    distributionFile: str = Field(min_length=1, description="file of synapse locations (.syn)")
    connectionFile: str | None = Field(None, min_length=1, description="file of connections (.con)")
    releaseProb: Fraction | Literal["dynamic"] | None = Field(
        None, description='probability of release, "dynamic", or absent for a release at every spike'
    )
    receptors: Annotated[dict[str, ReceptorConfig], Field(min_length=1)] = Field(description="point processes by name")


class _TypeFrame(Section):
    """The keys of a cell type around its activity."""

    cellNr: Index = Field(description="number of presynaptic cells")
    synapses: SynapsesConfig = Field(description="where and how the synapses are")
    convergence: Fraction | None = Field(None, description="probability that a presynaptic cell is connected")


class _Spiketrains(SpiketrainConfig, _TypeFrame):
    celltype: Literal["spiketrain"] = Field(description="spiketrain")
    activeFrac: Any = Field(None, description="not used")
    spikeNr: Any = Field(None, description="not used")
    spikeT: Any = Field(None, description="not used")
    spikeWidth: Any = Field(None, description="not used")


_POINTCELLS: dict[str, type[Section]] = {
    name: create_model(
        f"_Pointcells{name}",
        __base__=(schema, _TypeFrame),
        celltype=(Literal["pointcell"], Field(description="pointcell")),  # type: ignore[arg-type, maybe-unrecognized-str-typeform, unused-ignore]
    )
    for name, schema in DISTRIBUTIONS.items()
}


class SilenceByDistanceConfig(Section):
    """Synapses of some types within a range of distances to the soma do not release."""

    soma_dist_ranges: dict[str, Interval] = Field(description="(least, below) distance to the soma by type, µm")


class SilenceByDistanceAndSourceConfig(SilenceByDistanceConfig):
    """The same, but releases of some spike sources stay."""

    spike_sources: list[str] = Field(description="spike sources whose releases stay")


#: The schema of the arguments of each network modify function.
MODIFY_FUNCTION_ARGUMENTS: dict[str, type[Section]] = {
    "silence_synapses_by_somadist": SilenceByDistanceConfig,
    "silence_synapses_by_somadist_and_spike_source": SilenceByDistanceAndSourceConfig,
}


class _File(Section):
    """The keys of the whole file."""

    info: Any = Field(None, description="free text about the file")
    NMODL_mechanisms: dict[str, str] = Field(description="folders of compiled mechanisms")
    mech_globals: dict[str, dict[str, Number]] = Field({}, description="global parameters by mechanism")
    network: dict[str, Any] = Field(description="presynaptic cell types by name")


@dataclass(frozen=True)
class CellTypeParameters:
    """One presynaptic cell type, checked.

    Attributes
    ----------
    name : str
        ``<cell type>_<column>`` or any other name.
    n_cells : int
        Number of presynaptic cells.
    generators : tuple
        What makes their spikes, in the order of the file.
    synapses : SynapsesConfig
        Where and how the synapses are.
    convergence : float or None
        Probability that a presynaptic cell is connected; for networks without connections of their own.
    mixed : bool
        Whether the activity was written as an object, which may hold several generators.
    """

    name: str
    n_cells: int
    generators: tuple[GeneratorConfig, ...]
    synapses: SynapsesConfig
    convergence: float | None = None
    mixed: bool = False


@dataclass(frozen=True)
class NetworkParameters:
    """Network parameters, checked.

    Attributes
    ----------
    types : dict
        `CellTypeParameters` by name, in the order of the file.
    modify_functions : tuple of (str, Section)
        Names and arguments of network modify functions, in the order of the file.
    mechanism_folders : tuple of str
        What ``NMODL_mechanisms`` names.
    mech_globals : dict
        Global parameters of mechanisms.
    source : str
        Name of the file, for messages.
    raw : dict
        The whole file as plain data.
    """

    types: dict[str, CellTypeParameters]
    modify_functions: tuple[tuple[str, Section], ...] = ()
    mechanism_folders: tuple[str, ...] = ()
    mech_globals: dict[str, dict[str, float]] = field(default_factory=dict)
    source: str = "network parameters"
    raw: dict[str, Any] = field(default_factory=dict)


S = TypeVar("S", bound=BaseModel)


def check_network(data: Mapping[str, Any], source: str = "", lines: Lines | None = None) -> NetworkParameters:
    """Check the content of a network parameter file.

    Parameters
    ----------
    data : mapping
        The whole file: plain data or a parameter set.
    source : str
        Name of the file for messages; default that of the parameter set.
    lines : mapping, optional
        Line by the path of a key; default those of the parameter set.

    Raises
    ------
    ConfigError
        With everything that is wrong.
    """
    name = source or getattr(data, "source", "") or "network parameters"
    checker = _Checker(name, lines if lines is not None else getattr(data, "lines", None) or {})
    raw = plain(data, name)
    whole = checker.check(raw, _File, ())
    types: dict[str, CellTypeParameters] = {}
    functions: list[tuple[str, Section]] = []
    for key, entry in (whole.network if whole else {}).items():
        if key == MODIFY_FUNCTIONS:
            functions = checker.functions(entry)
        elif (checked := checker.cell_type(key, entry)) is not None:
            types[key] = checked
    if whole and not types and not checker.problems:
        checker.fault(("network",), {}, "must hold at least one presynaptic cell type")
    for _, arguments in functions:
        for type_name in arguments.soma_dist_ranges if isinstance(arguments, SilenceByDistanceConfig) else ():
            if whole and type_name not in whole.network:
                hint = suggestion(type_name, list(whole.network))
                path = ("network", MODIFY_FUNCTIONS)
                checker.fault(path, type_name, f"names a cell type that the network does not have; {hint}".rstrip("; "))
    if checker.problems:
        raise ConfigError(problems=checker.problems)
    assert whole is not None
    return NetworkParameters(
        types, tuple(functions), tuple(whole.NMODL_mechanisms.values()), whole.mech_globals, name, raw
    )


class _Checker:
    """Collects what is wrong in all parts of one file."""

    def __init__(self, source: str, lines: Lines) -> None:
        self.source = source
        self.lines = lines
        self.problems: list[Problem] = []

    def check(self, data: Any, schema: type[S], path: tuple[str | int, ...]) -> S | None:
        try:
            return check(data, schema, self.source, self.lines, path)
        except ConfigError as error:
            self.problems += error.problems or [Problem(self.source, dotted(path), "", str(error))]
            return None

    def fault(self, path: tuple[str | int, ...], value: Any, expected: str) -> None:
        where = path
        while where and where not in self.lines:
            where = where[:-1]
        line = self.lines.get(where)
        file = f"{self.source}, line {line}" if line else self.source
        self.problems.append(Problem(file, dotted(path), shown(value), expected))

    def cell_type(self, name: str, entry: Any) -> CellTypeParameters | None:
        path: tuple[str | int, ...] = ("network", name)
        if not isinstance(entry, dict):
            self.fault(path, entry, "must be an object ({…}) that describes a cell type")
            return None
        celltype = entry.get("celltype", NOTHING)
        if isinstance(celltype, dict):
            frame = self.check({key: value for key, value in entry.items() if key != "celltype"}, _TypeFrame, path)
            generators = self._generators(celltype, (*path, "celltype"))
            return self._made(name, frame, generators, mixed=True)
        if celltype == "spiketrain":
            trains = self.check(entry, _Spiketrains, path)
            if trains is None:
                return None
            unused = [key for key in LEGACY_KEYS if key in entry]
            if unused:
                _log.warning("%s: %s: %s: not used by spike trains.", self.source, dotted(path), ", ".join(unused))
            return self._made(name, trains, (_part(trains, SpiketrainConfig),))
        if celltype == "pointcell":
            schema = self._distribution(entry, path, _POINTCELLS)
            cells = self.check(entry, schema, path) if schema else None
            if cells is None:
                return None
            return self._made(name, cells, (_part(cells, DISTRIBUTIONS[cells.distribution]),))  # type: ignore[attr-defined]
        expected = 'must be "spiketrain", "pointcell" or an object with one or both of them'
        if isinstance(celltype, str) and (hint := suggestion(celltype, ["spiketrain", "pointcell"])):
            expected += f"; {hint}"
        self.fault((*path, "celltype"), celltype, "is missing; it is required" if celltype is NOTHING else expected)
        return None

    def _generators(self, celltype: dict[str, Any], path: tuple[str | int, ...]) -> tuple[Any, ...] | None:
        found: list[Any] = []
        if not celltype:
            self.fault(path, celltype, "must hold spiketrain, pointcell or both")
        for kind, entry in celltype.items():
            schema: type[Section] | None = SpiketrainConfig
            if kind == "pointcell":
                schema = self._distribution(entry, (*path, kind), DISTRIBUTIONS)
            elif kind != "spiketrain":
                hint = suggestion(kind, ["spiketrain", "pointcell"]) or "known are spiketrain, pointcell"
                self.fault((*path, kind), NOTHING, f"is not a known key; {hint}")
                continue
            found.append(self.check(entry, schema, (*path, kind)) if schema else None)
        return None if not found or None in found else tuple(found)

    def _distribution(
        self, entry: Any, path: tuple[str | int, ...], schemas: Mapping[str, type[Section]]
    ) -> type[Section] | None:
        if not isinstance(entry, dict):
            return next(iter(schemas.values()))  # whose check says what is wrong
        if "distribution" not in entry:
            _log.warning('%s: %s: distribution is missing and taken as "normal".', self.source, dotted(path))
        name = entry.get("distribution", "normal")
        if isinstance(name, str) and name in schemas:
            if name.startswith("PSTH_poissontrain") and entry.get("offset"):
                _log.warning("%s: %s: %s does not use its offset.", self.source, dotted(path), name)
            return schemas[name]
        hint = suggestion(name, list(schemas)) if isinstance(name, str) else ""
        self.fault((*path, "distribution"), name, f"must be {' or '.join(schemas)}" + (f"; {hint}" if hint else ""))
        return None

    @staticmethod
    def _made(
        name: str, frame: _TypeFrame | Any, generators: tuple[Any, ...] | None, mixed: bool = False
    ) -> CellTypeParameters | None:
        if frame is None or generators is None:
            return None
        return CellTypeParameters(name, frame.cellNr, generators, frame.synapses, frame.convergence, mixed)

    def functions(self, entry: Any) -> list[tuple[str, Section]]:
        path: tuple[str | int, ...] = ("network", MODIFY_FUNCTIONS)
        if not isinstance(entry, dict):
            self.fault(path, entry, "must be an object of functions and their arguments")
            return []
        found = []
        for name, arguments in entry.items():
            schema = MODIFY_FUNCTION_ARGUMENTS.get(name)
            if schema is None:
                hint = suggestion(name, list(MODIFY_FUNCTION_ARGUMENTS))
                known = "known are " + ", ".join(MODIFY_FUNCTION_ARGUMENTS)
                self.fault((*path, name), NOTHING, f"is not a network modify function; {hint or known}")
            elif (checked := self.check(arguments, schema, (*path, name))) is not None:
                found.append((name, checked))
        return found


def _part(whole: Section, schema: type[S]) -> S:
    """The activity of a type whose keys stand beside the others."""
    return schema.model_construct(
        _fields_set=whole.model_fields_set & set(schema.model_fields),
        **{key: getattr(whole, key) for key in schema.model_fields},
    )
