"""What a fiber's cable is made of, as the arrays that the C++ solvers take (``source/linear_solvers.hpp``).

Units are mV, ms, nA, µS and nF. The parameters are those of :mod:`ascent.engines.neuron.cable`: McIntyre, Richardson &
Grill (2002) for the double cable, the membrane files for unmyelinated models.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ascent.fibers.fiber import Fiber
from ascent.fibers.geometry import InsulatedGeometry, MyelinatedGeometry

#: Conductance (S/cm2) from just outside a bare membrane to the applied potential: a short circuit, as in NEURON.
SHORT_CIRCUIT = 1e10
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cable:
    """The sections of a fiber; every array has one value for each section.

    Internodes that insulate perfectly are no sections of it: no current leaves them, so each is a resistance.

    Attributes
    ----------
    kind : {"SingleCable", "DoubleCable"}
    sections_per_node : int
    capacitance : ndarray
        nF.
    leak, leak_source : ndarray
        Conductance g of the passive membrane (µS) and g·E (nA).
    axial : ndarray
        Conductance to the next section inside, µS; 0 for the last.
    outer_capacitance, outer_conductance, outer_axial : ndarray
        The same of what lies around the membrane: to the applied potential, and along the periaxonal space.
    channel_area : ndarray, shape (n_nodes,)
        µm² of membrane with channels; 0 for passive ends.
    diameter : float
        µm, of a node.
    spacing : int
        The fiber's sections from one section of the cable to the next: 2 where internodes are left out, else 1.
    """

    kind: Literal["SingleCable", "DoubleCable"]
    sections_per_node: int
    capacitance: Array
    leak: Array
    leak_source: Array
    axial: Array
    outer_capacitance: Array
    outer_conductance: Array
    outer_axial: Array
    channel_area: Array
    diameter: float
    spacing: int = 1

    @property
    def n_nodes(self) -> int:
        """Number of nodes, passive ends included."""
        return len(self.channel_area)


class PlainCable:
    """A cable as the C++ solver takes it section by section, for a step of `dt` (ms).

    Arrays are padded to a batch's `capacity` (in nodes) with sections that are cut off from everything.
    """

    def __init__(self, cable: Cable, dt: float) -> None:
        self._cable = cable
        self.name = cable.kind
        columns = [cable.capacitance / dt, cable.leak, cable.leak_source, cable.axial]
        if cable.kind == "DoubleCable":
            columns += [cable.outer_capacitance / dt, cable.outer_conductance, cable.outer_axial]
        self._coefficients = np.stack(columns, axis=1)

    def coefficients(self, capacity: int) -> Array:
        """Coefficients of the sections."""
        padded = np.zeros((self._n_sections(capacity), self._coefficients.shape[1]))
        padded[:, 0] = 1.0
        if self.name == "DoubleCable":
            padded[:, 5] = 1.0  # outside too, or its potential would not be determined
        padded[: len(self._coefficients)] = self._coefficients
        return padded.ravel()

    def drive(self, potentials: Array, capacity: int) -> Array:
        """Potentials (mV for 1 mA) at the sections."""
        padded = np.zeros(self._n_sections(capacity))
        padded[: len(potentials)] = potentials
        return padded

    def state(self, sections: Array, capacity: int) -> Array:
        """Membrane and periaxonal potentials of the sections; nothing for a single cable."""
        padded = np.zeros((self._n_sections(capacity), sections.shape[1]))
        padded[: len(sections)] = sections
        return padded.ravel()

    def _n_sections(self, capacity: int) -> int:
        return (capacity - 1) * self._cable.sections_per_node + 1


def cable_of(fiber: Fiber) -> Cable:
    """The cable of `fiber`."""
    geometry, membrane = fiber.geometry, fiber.membrane
    end = membrane.conventions[fiber.convention].end
    kinds = fiber.geometry.kinds(fiber.n_sections)
    n_sections = len(kinds)
    lengths = geometry.lengths(n_sections)
    resistivity = membrane.axoplasm_resistivity or 0.0
    myelin_conductance = myelin_capacitance = 0.0
    if isinstance(geometry, MyelinatedGeometry):
        # lamellae of two membranes in series
        myelin_conductance = (membrane.myelin_conductance or 0.0) / (2 * geometry.lamellae)
        myelin_capacitance = (membrane.myelin_capacitance or 0.0) / (2 * geometry.lamellae)
        node_diameter = geometry.node_diameter
    elif isinstance(geometry, InsulatedGeometry):
        node_diameter = geometry.node_diameter
    else:
        node_diameter = geometry.diameter
    diameter = np.full(n_sections, node_diameter)
    axial_resistivity = np.full(n_sections, membrane.node_axial_resistivity)  # ohm cm
    capacitance = np.full(n_sections, membrane.node_capacitance)  # µF/cm2
    leak, reversal = np.zeros(n_sections), np.zeros(n_sections)  # S/cm2, mV
    outer_conductance, outer_capacitance = np.full(n_sections, SHORT_CIRCUIT), np.zeros(n_sections)
    outer_resistance = np.zeros(n_sections)  # MΩ/cm along the periaxonal space
    channels = np.ones(n_sections, dtype=bool)

    def periaxonal(inner_diameter: float, space: float) -> float:
        inner = inner_diameter / 2
        return resistivity * 0.01 / (math.pi * ((inner + space) ** 2 - inner**2))

    names = np.array(kinds)
    if isinstance(geometry, MyelinatedGeometry):
        outer_resistance[:] = periaxonal(geometry.node_diameter, membrane.node_periaxonal_space or 0.0)
        for kind, internode in membrane.internodes.items():
            # A cylinder of the fiber's outer diameter, so what belongs to the axon inside is scaled to it.
            inner = geometry.node_diameter if internode.inner_diameter == "node" else geometry.axon_diameter
            scale = inner / geometry.diameter
            of = names == kind
            channels[of] = False
            diameter[of] = geometry.diameter
            axial_resistivity[of] = resistivity * 1e-4 / scale**2
            capacitance[of] = (membrane.internode_capacitance or 0.0) * scale
            leak[of], reversal[of] = internode.conductance * scale, membrane.internode_rest or 0.0
            outer_resistance[of] = periaxonal(inner, internode.periaxonal_space)
            outer_conductance[of], outer_capacitance[of] = myelin_conductance, myelin_capacitance
    if end is not None:
        ends = [0, n_sections - 1]
        channels[ends] = False
        capacitance[ends], axial_resistivity[ends] = end.capacitance, end.axial_resistivity
        leak[ends], reversal[ends] = end.conductance, end.reversal
        if end.myelin:
            outer_conductance[ends], outer_capacitance[ends] = myelin_conductance, myelin_capacitance
    area = math.pi * diameter * lengths
    half_axial = axial_resistivity * (lengths / 2) / (math.pi * diameter**2 / 4) * 1e-2  # MΩ
    nodes = fiber.node_sections
    if isinstance(geometry, InsulatedGeometry):
        own = slice(None, None, geometry.sections_per_node)
        conductance = np.zeros(len(nodes))
        conductance[:-1] = 1.0 / (half_axial[:-2:2] + 2 * half_axial[1::2] + half_axial[2::2])
        bare = np.zeros(len(nodes))
        return Cable(
            kind="SingleCable",
            sections_per_node=1,
            capacitance=(capacitance * area * 1e-5)[own],
            leak=(leak * area * 1e-2)[own],
            leak_source=(leak * area * 1e-2 * reversal)[own],
            axial=conductance,
            outer_capacitance=bare,
            outer_conductance=bare,
            outer_axial=bare,
            channel_area=np.where(channels, area, 0.0)[nodes],
            diameter=float(node_diameter),
            spacing=geometry.sections_per_node,
        )
    single = geometry.sections_per_node == 1
    return Cable(
        kind="SingleCable" if single else "DoubleCable",
        sections_per_node=geometry.sections_per_node,
        capacitance=capacitance * area * 1e-5,
        leak=leak * area * 1e-2,
        leak_source=leak * area * 1e-2 * reversal,
        axial=_between(half_axial),
        outer_capacitance=outer_capacitance * area * 1e-5,
        outer_conductance=outer_conductance * area * 1e-2,
        outer_axial=np.zeros(n_sections) if single else _between(outer_resistance * 1e-4 * lengths / 2),
        channel_area=np.where(channels, area, 0.0)[nodes],
        diameter=float(node_diameter),
    )


def _between(half_resistance: Array) -> Array:
    """Conductance (µS) from each section to the next, of two half resistances (MΩ); 0 after the last."""
    conductance = np.zeros(len(half_resistance))
    conductance[:-1] = 1.0 / (half_resistance[:-1] + half_resistance[1:])
    return conductance
