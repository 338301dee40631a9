"""Lengths and diameters along a fiber, from its model and diameter.

A myelinated fiber repeats node, MYSA, FLUT, six STIN, FLUT, MYSA (McIntyre, Richardson & Grill 2002, fig. 1);
an unmyelinated fiber is a chain of equal sections, and a fiber with insulating internodes alternates them with nodes.
Everything is in µm.
"""

from __future__ import annotations

import math
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import ConfigError
from ascent.fibers.models import FiberModel, Formula, Pieces, Polynomial, load_model

#: One node and the internode that follows it.
MYELINATED_UNIT = ("node", "mysa", "flut", "stin", "stin", "stin", "stin", "stin", "stin", "flut", "mysa")
STIN_PER_INTERNODE = MYELINATED_UNIT.count("stin")


@dataclass(frozen=True)
class _Chain(ABC):
    """Sections in a row; `unit_kinds` and `unit_lengths` repeat along the fiber."""

    model: str
    diameter: float
    delta_z: float

    @property
    @abstractmethod
    def unit_kinds(self) -> tuple[str, ...]:
        """Kinds of the sections from one node to just before the next."""

    @property
    @abstractmethod
    def unit_lengths(self) -> tuple[float, ...]:
        """Lengths (µm) of the sections in :attr:`unit_kinds`."""

    @property
    def sections_per_node(self) -> int:
        """Sections from one node to the next: 11 for myelinated fibers, 2 with insulating internodes, else 1."""
        return len(self.unit_kinds)

    def kinds(self, n_sections: int) -> tuple[str, ...]:
        """Kind of every section of a fiber that begins with a node."""
        unit = self.unit_kinds
        return (unit * (n_sections // len(unit) + 1))[:n_sections]

    def lengths(self, n_sections: int) -> NDArray[np.float64]:
        """Length (µm) of every section, shape (n_sections,)."""
        return np.resize(np.asarray(self.unit_lengths, dtype=np.float64), n_sections)

    def centres(self, n_sections: int) -> NDArray[np.float64]:
        """Section centres (µm) along the fiber, from 0 at the outer edge of the first section; (n_sections,)."""
        lengths = self.lengths(n_sections)
        return np.cumsum(lengths) - lengths / 2

    @property
    def centre_steps(self) -> tuple[float, ...]:
        """Distances (µm) between neighbouring section centres from one node to the next; they sum to delta_z."""
        lengths = (*self.unit_lengths, self.unit_lengths[0])
        return tuple((a + b) / 2 for a, b in zip(lengths[:-1], lengths[1:], strict=True))

    def n_nodes(self, n_sections: int) -> int:
        """Number of nodes (every section is one in an unmyelinated fiber).

        Raises
        ------
        ConfigError
            When a myelinated fiber of `n_sections` would not begin and end with a node, or has no internode.
        """
        nodes, rest = divmod(n_sections - 1, self.sections_per_node)
        if rest or nodes < 1:
            raise ConfigError(
                f"A {self.model} fiber cannot have {n_sections} sections: it begins and ends with a node, "
                f"so the number is {self.sections_per_node}·k + 1 for a whole k ≥ 1."
            )
        return nodes + 1


@dataclass(frozen=True)
class MyelinatedGeometry(_Chain):
    """Geometry of a myelinated fiber.

    Attributes
    ----------
    model, diameter
        Fiber model and outer diameter (µm) with myelin.
    delta_z : float
        Distance (µm) between the centres of neighbouring nodes.
    node_length, mysa_length, flut_length, stin_length : float
        µm; `stin_length` is one of the six STIN sections.
    node_diameter, axon_diameter : float
        Inner diameter (µm) of node and MYSA, and of FLUT and STIN.
    lamellae : float
        Number of myelin lamellae; a fitted model may have a fraction of one.
    """

    node_length: float
    mysa_length: float
    flut_length: float
    stin_length: float
    node_diameter: float
    axon_diameter: float
    lamellae: float

    @property
    def unit_kinds(self) -> tuple[str, ...]:
        return MYELINATED_UNIT

    @property
    def unit_lengths(self) -> tuple[float, ...]:
        by_kind = {
            "node": self.node_length,
            "mysa": self.mysa_length,
            "flut": self.flut_length,
            "stin": self.stin_length,
        }
        return tuple(by_kind[kind] for kind in MYELINATED_UNIT)


@dataclass(frozen=True)
class UnmyelinatedGeometry(_Chain):
    """Geometry of an unmyelinated fiber: sections of length `delta_z` (µm), each of them excitable."""

    @property
    def unit_kinds(self) -> tuple[str, ...]:
        return ("node",)

    @property
    def unit_lengths(self) -> tuple[float, ...]:
        return (self.delta_z,)


@dataclass(frozen=True)
class InsulatedGeometry(_Chain):
    """Geometry of a fiber whose internodes insulate perfectly: nodes joined by an axon of one diameter.

    Attributes
    ----------
    model, diameter
        Fiber model and outer diameter (µm) with myelin.
    delta_z : float
        Distance (µm) between the centres of neighbouring nodes.
    node_length, node_diameter : float
        µm; the axon has the node's diameter throughout.
    """

    node_length: float
    node_diameter: float

    @property
    def unit_kinds(self) -> tuple[str, ...]:
        return ("node", "internode")

    @property
    def unit_lengths(self) -> tuple[float, ...]:
        return (self.node_length, self.delta_z - self.node_length)


Geometry = MyelinatedGeometry | UnmyelinatedGeometry | InsulatedGeometry


def section_geometry(mode: str, diameter: float, fiber_z: Any | None = None) -> Geometry:
    """Geometry of a fiber of `mode` and `diameter`.

    Parameters
    ----------
    mode : str
        Fiber model, ``MRG_DISCRETE`` … (``fibers.mode`` of a sim).
    diameter : float
        Outer diameter in µm.
    fiber_z : FiberZConfig or mapping, optional
        A project's ``fiber_z.json``; where it describes `mode` its internodal and paranodal lengths rule.
        By default the model's own, which are the same numbers.

    Raises
    ------
    ConfigError
        When the model is unknown, or the diameter is not one of its table or outside its range.
    """
    model = load_model(str(mode))
    diameter = float(diameter)
    place = _check_diameter(model, diameter)
    lengths: Mapping[str, float] = {}
    if fiber_z is not None:
        from ascent.fibers.fiber_z import lengths_from_fiber_z

        lengths = lengths_from_fiber_z(model, diameter, fiber_z)

    def value(name: str, formula: Formula | None, axon_diameter: float = math.nan) -> float:
        if name in lengths:
            return lengths[name]
        assert formula is not None  # the schema of models has seen to it
        return _evaluate(formula, diameter, place, axon_diameter)

    formulas = model.geometry
    delta_z = value("delta_z", formulas.delta_z)
    if model.kind == "unmyelinated":
        return UnmyelinatedGeometry(model.name, diameter, delta_z)
    node_length = lengths.get("node_length", formulas.node_length or math.nan)
    if model.kind == "insulated":
        return InsulatedGeometry(
            model.name, diameter, delta_z, node_length, value("node_diameter", formulas.node_diameter)
        )
    mysa_length = lengths.get("mysa_length", formulas.mysa_length or math.nan)
    flut_length = value("flut_length", formulas.flut_length)
    axon_diameter = value("axon_diameter", formulas.axon_diameter)
    stin_length = lengths.get(
        "stin_length", (delta_z - node_length - 2 * mysa_length - 2 * flut_length) / STIN_PER_INTERNODE
    )
    lamellae = value("lamellae", formulas.lamellae, axon_diameter)
    if not stin_length > 0:
        raise ConfigError(
            f"A {model.name} fiber of {diameter:g} µm has no room for its internode: delta_z is {delta_z:g} µm and its "
            f"paranodes take {2 * (mysa_length + flut_length):g} µm."
        )
    return MyelinatedGeometry(
        model=model.name,
        diameter=diameter,
        delta_z=delta_z,
        node_length=node_length,
        mysa_length=mysa_length,
        flut_length=flut_length,
        stin_length=stin_length,
        node_diameter=value("node_diameter", formulas.node_diameter, axon_diameter),
        axon_diameter=axon_diameter,
        lamellae=math.trunc(lamellae) if formulas.whole_lamellae else lamellae,
    )


def _check_diameter(model: FiberModel, diameter: float) -> int:
    """Raise unless the model has this diameter; returns its place in the table (0 without one)."""
    allowed = model.diameters
    if allowed.table is not None:
        if diameter in allowed.table:
            return allowed.table.index(diameter)
        values = ", ".join(f"{value:g}" for value in allowed.table)
        raise ConfigError(f"{model.name} has no fiber of diameter {diameter:g} µm: its diameters are {values} µm.")
    if allowed.range is not None and not allowed.range[0] <= diameter <= allowed.range[1]:
        low, high = allowed.range
        raise ConfigError(
            f"{model.name} has no fiber of diameter {diameter:g} µm: its diameters go from {low:g} to {high:g} µm."
        )
    if allowed.advised_below is not None and diameter > allowed.advised_below:
        warnings.warn(
            f"{model.name} is meant for fibers up to {allowed.advised_below:g} µm; {diameter:g} µm is extrapolated.",
            stacklevel=3,
        )
    return 0


def _evaluate(formula: Formula, diameter: float, place: int, axon_diameter: float) -> float:
    if isinstance(formula, Polynomial):
        argument = axon_diameter if formula.of == "axon_diameter" else diameter
        return float(np.polynomial.polynomial.polyval(argument, formula.polynomial))
    if isinstance(formula, Pieces):
        piece = next(piece for piece in formula.pieces if diameter < piece.below)
        return _evaluate(piece, diameter, place, axon_diameter)
    return float(formula.table[place])
