"""Fiber models as data: the schema of ``ascent/fibers/data/*.yaml`` and its loader.

A model says what a fiber is made of: its lengths and diameters as formulas of the fiber diameter, and the
membrane (``ascent/fibers/data/membranes/*.yaml``) that its sections carry. Adding a model means adding a file.
A user's own model is such a file anywhere, named by its path; its membrane may lie beside it and use ``.mod`` files
of its own (``mechanism_folders``).
"""

from __future__ import annotations

import math
import os
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ascent.errors import ConfigError

#: LibYAML's where it is there: every process reads the models that it uses.
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

DATA = Path(__file__).parent / "data"
Convention = Literal["ascent", "pyfibers"]
Model = TypeVar("Model", bound=BaseModel)
CONVENTIONS: tuple[Convention, ...] = ("ascent", "pyfibers")
#: J/(mol K) and C/mol as Schild et al. (1994) round them.
GAS_CONSTANT, FARADAY = 8.314, 96500.0


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Polynomial(_Strict):
    """Coefficients in ascending order, of the fiber diameter or of the axon diameter (µm)."""

    polynomial: tuple[float, ...]
    of: Literal["diameter", "axon_diameter"] = "diameter"


class Piece(Polynomial):
    """A polynomial that holds below a diameter (µm); the last piece holds everywhere else."""

    below: float = float("inf")


class Pieces(_Strict):
    """Polynomials that take turns over the range of diameters."""

    pieces: tuple[Piece, ...]


class Table(_Strict):
    """One value for each of the model's discrete diameters."""

    table: tuple[float, ...]


Formula = Polynomial | Pieces | Table


class Diameters(_Strict):
    """Which fiber diameters (µm) a model is defined for: a table of values or a closed range."""

    table: tuple[float, ...] | None = None
    range: tuple[float, float] | None = None
    advised_below: float | None = None


class GeometryFormulas(_Strict):
    """Lengths and diameters (µm) and the number of myelin lamellae, as formulas."""

    delta_z: Formula
    node_length: float | None = None
    mysa_length: float | None = None
    flut_length: Formula | None = None
    axon_diameter: Formula | None = None
    node_diameter: Formula | None = None
    lamellae: Formula | None = None
    #: whether the number of lamellae is cut to a whole number
    whole_lamellae: bool = False


class MechanismUse(_Strict):
    """A membrane mechanism in a section, and the range variables that differ from its defaults."""

    name: str
    parameters: dict[str, float] = Field(default_factory=dict)


class Ion(_Strict):
    """An ion's reversal potential: given, or Nernst's from constant concentrations of a monovalent cation."""

    reversal: float | None = Field(default=None, description="mV")
    inside: float | None = Field(default=None, gt=0, description="mM")
    outside: float | None = Field(default=None, gt=0, description="mM")

    @model_validator(mode="after")
    def _one_way(self) -> Ion:
        if (self.reversal is None) == (self.inside is None or self.outside is None):
            raise ValueError("an ion needs either reversal, or inside and outside")
        return self

    def reversal_at(self, temperature: float) -> float:
        """Reversal potential (mV) at `temperature` (°C)."""
        if self.reversal is not None:
            return self.reversal
        assert self.inside is not None and self.outside is not None  # the schema has seen to it
        return GAS_CONSTANT * 1e3 * (temperature + 273.15) / FARADAY * math.log(self.outside / self.inside)


class Internode(_Strict):
    """A myelinated section between nodes: what its passive membrane and periaxonal space are made of."""

    inner_diameter: Literal["node", "axon"]
    conductance: float = Field(description="axolemma, S/cm2 of inner surface")
    periaxonal_space: float = Field(description="µm")


class EndSection(_Strict):
    """The passive section at each end, which keeps spikes from starting at the sealed end."""

    conductance: float = Field(description="S/cm2")
    reversal: float = Field(description="mV")
    capacitance: float = Field(description="µF/cm2")
    axial_resistivity: float = Field(description="ohm cm")
    myelin: bool = Field(default=False, description="whether the extracellular layer has the internode's myelin")


class ConventionData(_Strict):
    """Where published implementations of one model differ."""

    end: EndSection | None
    rest: float | None = Field(default=None, description="mV, where it differs from the membrane's")


class RestBand(_Strict):
    """How close to rest a fiber must stay, and how long, before nothing can fire any more (see engines.base)."""

    voltage: float = Field(description="mV")
    gates: dict[str, float] = Field(default_factory=dict, description="gate variable with suffix -> allowed distance")
    hold: float = Field(description="ms")


class Membrane(_Strict):
    """Electrical data of a family of models; specific quantities are NEURON's (S/cm2, µF/cm2, ohm cm, mV)."""

    rest: float
    node_capacitance: float
    node_axial_resistivity: float
    node_mechanisms: tuple[MechanismUse, ...]
    #: folders with further ``.mod`` files, from the folder of the membrane's file
    mechanism_folders: tuple[str, ...] = ()
    ions: dict[str, Ion] = Field(default_factory=dict)
    #: ions whose current at rest the mechanism ion_balance cancels, once that mechanism's parameters are set
    balanced_ions: tuple[str, ...] = ()
    #: gate name of ASCENT's output files -> range variable in the node
    gates: dict[str, str] = Field(default_factory=dict)
    node_periaxonal_space: float | None = None
    internodes: dict[str, Internode] = Field(default_factory=dict)
    axoplasm_resistivity: float | None = Field(default=None, description="ohm µm")
    myelin_capacitance: float | None = Field(default=None, description="µF/cm2 of one membrane")
    myelin_conductance: float | None = Field(default=None, description="S/cm2 of one membrane")
    internode_capacitance: float | None = Field(default=None, description="µF/cm2 of inner surface")
    internode_rest: float | None = Field(default=None, description="mV")
    quiet: RestBand
    #: whether single precision keeps voltages within 0.01 mV of double
    single_precision: bool = False
    conventions: dict[Convention, ConventionData]


class FiberModel(_Strict):
    """A fiber model by name: kind, valid diameters, geometry, membrane and node parameters that differ from it."""

    name: str
    #: double cable; bare membrane; or nodes between internodes that insulate perfectly
    kind: Literal["myelinated", "unmyelinated", "insulated"]
    membrane: str
    diameters: Diameters
    geometry: GeometryFormulas
    node_parameters: Annotated[dict[str, float], Field(default_factory=dict)]

    @model_validator(mode="after")
    def _myelinated_is_whole(self) -> FiberModel:
        needed = {"myelinated": tuple(GeometryFormulas.model_fields), "insulated": ("node_length", "node_diameter")}
        missing = [name for name in needed.get(self.kind, ()) if getattr(self.geometry, name) is None]
        if missing:
            article = "an" if self.kind == "insulated" else "a"
            raise ValueError(f"{article} {self.kind} model needs geometry.{missing[0]}")
        return self


def available_models() -> tuple[str, ...]:
    """Names of the fiber models that ship with ascent, sorted."""
    return tuple(sorted(path.stem.upper() for path in DATA.glob("*.yaml")))


def load_model(name: str | Path) -> FiberModel:
    """The fiber model called `name` (any case), or that of a file.

    Parameters
    ----------
    name : str or path
        A model that ships with ascent, or a ``.yaml`` file of the same form. The name of a file's model is its path,
        and so is its membrane's where a file ``<membrane>.yaml`` lies beside it.

    Raises
    ------
    ConfigError
        When there is no such model, or the file is not one.
    """
    if str(name).endswith((".yaml", ".yml")):
        path = Path(name).expanduser().resolve()
        if not path.is_file():
            raise ConfigError(f"Fiber model {path} is not there; give a .yaml file or one of {_names()}.")
        return _own_model(path, path.stat().st_mtime_ns)
    return _shipped_model(str(name).upper())


def load_membrane(name: str) -> Membrane:
    """The electrical data shared by a family of models: ``data/membranes/<name>.yaml``, or a file of one's own."""
    if os.path.isabs(name):
        return _own_membrane(Path(name), os.stat(name).st_mtime_ns)
    return _shipped_membrane(name)


@cache
def _shipped_model(name: str) -> FiberModel:
    if name not in available_models():
        raise ConfigError(
            f"Fiber model {name} is unknown; the models are {_names()}, and a .yaml file can be one of your own."
        )
    return _read(DATA / f"{name.lower()}.yaml", FiberModel)


@cache
def _shipped_membrane(name: str) -> Membrane:
    path = DATA / "membranes" / f"{name}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in path.parent.glob("*.yaml")))
        raise ConfigError(
            f"Membrane {name} is unknown; give a file {name}.yaml beside the fiber model, or one of {known}."
        )
    return _read(path, Membrane)


@cache
def _own_model(path: Path, _changed: int) -> FiberModel:
    model = _read(path, FiberModel)
    beside = path.with_name(f"{model.membrane}.yaml")
    own = {"membrane": str(beside)} if beside.is_file() else {}
    return model.model_copy(update={"name": str(path), **own})


@cache
def _own_membrane(path: Path, _changed: int) -> Membrane:
    membrane = _read(path, Membrane)
    folders = tuple(str((path.parent / folder).resolve()) for folder in membrane.mechanism_folders)
    return membrane.model_copy(update={"mechanism_folders": folders})


def _names() -> str:
    return ", ".join(available_models())


def _read(path: Path, schema: type[Model]) -> Model:
    try:
        return schema.model_validate(yaml.load(path.read_text(encoding="utf-8"), _YAML))
    except (OSError, ValidationError, yaml.YAMLError) as error:
        reason = "; ".join(_faults(error)) if isinstance(error, ValidationError) else str(error).replace("\n", " ")
        raise ConfigError(f"{path} is not a valid fiber model file: {reason}.") from error


def _faults(error: ValidationError) -> list[str]:
    return [f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}" for fault in error.errors()]
