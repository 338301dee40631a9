"""The sections of a fiber in NEURON.

Every section has one segment. Electrical parameters are those of McIntyre, Richardson & Grill (2002) and of the
unmyelinated models named in their membrane files; formulas for the double cable are in that paper's methods.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import MechanismError
from ascent.fibers.fiber import Fiber
from ascent.fibers.geometry import InsulatedGeometry, MyelinatedGeometry
from ascent.fibers.models import EndSection, Internode, MechanismUse
from ascent.mechanisms.build import load_mechanisms

#: Leaks (S/cm2) and constant currents (mA/cm2) of the active nodes that hold ions at rest.
Balance = dict[tuple[str, str], NDArray[np.float64]]
#: A conductance (S/cm2) that ties the outside of a bare membrane to the applied potential.
SHORT_CIRCUIT = 1e10


def cable_key(fiber: Fiber) -> tuple[object, ...]:
    """What fibers must share to use the same sections."""
    return (fiber.geometry, fiber.n_sections, fiber.convention, *fiber.own_model)


class Cable:
    """Sections, spike counters and pointers of one fiber, built once and used for many runs.

    Attributes
    ----------
    sections : list
        NEURON sections, in the order of ``fiber.coordinates``.
    nodes : list
        Those that are nodes (passive end nodes included).
    """

    def __init__(self, fiber: Fiber) -> None:
        load_mechanisms(fiber.membrane.mechanism_folders)
        from neuron import h

        self.h = h
        self.key = cable_key(fiber)
        self.membrane = fiber.membrane
        self.end = fiber.membrane.conventions[fiber.convention].end
        self._parameters = fiber.model.node_parameters
        # The second layer ties the outside of the myelin to the applied potential. It cannot be left out: NEURON
        # puts the capacitance of the outermost layer to ground, not to e_extracellular (thresholds differ by 1 %).
        if h.nlayer_extracellular() != 2:
            h.nlayer_extracellular(2)
        self.sections = [
            self._section(fiber, index, kind) for index, kind in enumerate(fiber.geometry.kinds(fiber.n_sections))
        ]
        for parent, child in zip(self.sections[:-1], self.sections[1:], strict=True):
            child.connect(parent(1), 0)
        self.nodes = [self.sections[index] for index in fiber.node_sections]
        self.counters = [h.APCount(node(0.5)) for node in self.nodes]
        self.spike_times = [h.Vector() for _ in self.nodes]
        for counter, times in zip(self.counters, self.spike_times, strict=True):
            counter.record(times)
        self.clamps: dict[int, Any] = {}
        self._temperature: float | None = None
        self._balance: Balance | None = None
        self._applied = _pointers(h, [section(0.5)._ref_e_extracellular for section in self.sections])
        active = self.active_nodes
        self._voltages = _pointers(h, [node(0.5)._ref_v for node in active])
        self._gates = {
            gate: _pointers(h, [getattr(node(0.5), f"_ref_{variable}") for node in active])
            for gate, variable in self.membrane.gates.items()
        }
        self._buffer = h.Vector(len(active))
        self._is_double = isinstance(fiber.geometry, MyelinatedGeometry)
        self._membrane_currents: _SectionReader | None = None
        self._periaxonal: _SectionReader | None = None
        self._zero = h.Vector(len(self.sections))

    @property
    def active_nodes(self) -> list[Any]:
        """Nodes with ion channels."""
        return self.nodes[1:-1] if self.end is not None else self.nodes

    def apply(self, potentials: Any | None) -> None:
        """Set the potential (mV, a hoc Vector over sections) outside every section; None for 0."""
        self._applied.scatter(self._zero if potentials is None else potentials)

    def silence(self) -> None:
        """Take every stimulus away."""
        self.apply(None)
        for clamp in self.clamps.values():
            clamp.amp = 0.0

    def set_temperature(self, temperature: float) -> None:
        """Temperature (°C) of the rates, and of the reversal potentials that are not the mechanisms' own."""
        self.h.celsius = temperature
        if temperature == self._temperature:
            return
        self._temperature = temperature
        for name, ion in self.membrane.ions.items():
            reversal = ion.reversal_at(temperature)
            for node in self.active_nodes:
                setattr(node(0.5), f"e{name}", reversal)

    def balance(self) -> Balance:
        """Cancel the currents of the balanced ions, as they are after an initialisation at rest.

        A current that a leak of positive conductance can cancel gets that leak, any other a constant current
        (Tigerholm et al. 2014, J Neurophysiol 111:1721-1735).

        Returns
        -------
        dict
            (ion, "leak" | "pump") -> one value for each active node, S/cm2 or mA/cm2; for :meth:`set_balance`.
        """
        found: Balance = {}
        for ion in self.membrane.balanced_ions:
            residual = np.array([getattr(node(0.5), f"i{ion}") for node in self.active_nodes])
            driving = np.array([node(0.5).v - getattr(node(0.5), f"e{ion}") for node in self.active_nodes])
            leak = -residual / driving
            found[ion, "leak"] = np.where(leak >= 0, leak, 0.0)
            found[ion, "pump"] = np.where(leak >= 0, 0.0, -residual)
        self.set_balance(found)
        return found

    def set_balance(self, balance: Balance) -> None:
        """Put back what :meth:`balance` found."""
        if balance is self._balance:
            return
        self._balance = balance
        for (ion, kind), values in balance.items():
            for node, value in zip(self.active_nodes, values, strict=True):
                setattr(node(0.5).ion_balance, f"{kind}_{ion}", float(value))

    def close(self) -> None:
        """Delete the sections, so that NEURON no longer advances them even if somebody still holds this object."""
        for section in self.sections:
            self.h.delete_section(sec=section)

    def voltages(self) -> NDArray[np.float64]:
        """Membrane potential (mV) at the active nodes."""
        self._voltages.gather(self._buffer)
        return np.array(self._buffer.as_numpy())

    def gates(self) -> dict[str, NDArray[np.float64]]:
        """Gate name -> its value at the active nodes."""
        values = {}
        for gate, pointers in self._gates.items():
            pointers.gather(self._buffer)
            values[gate] = np.array(self._buffer.as_numpy())
        return values

    def net_currents(self) -> NDArray[np.float64]:
        """Net current (mA) out of every section in the step before, as ASCENT 1.4 has it.

        Current through the section's membrane, and in a myelinated fiber what comes along the periaxonal space.
        """
        if self._membrane_currents is None:
            self._membrane_currents = _SectionReader(self.h, self.sections, "i_membrane")
            self._area = np.array([section(0.5).area() for section in self.sections]) * 1e-8  # cm2
        currents: NDArray[np.float64] = self._area * self._membrane_currents.read()
        if self._is_double:
            if self._periaxonal is None:
                self._periaxonal = _SectionReader(self.h, self.sections, "vext", 0)
                half = np.array([section(0.5).xraxial[0] * section.L * 1e-4 / 2 for section in self.sections])  # MΩ
                self._periaxonal_conductance = 1e-6 / (half[:-1] + half[1:])  # S; with mV it gives mA
            flow = self._periaxonal_conductance * -np.diff(self._periaxonal.read())
            currents[:-1] -= flow
            currents[1:] += flow
        return currents

    def add_clamp(self, node: int) -> bool:
        """Put a current clamp, whose `amp` (nA) the run sets, at a node; False when there is one already."""
        if node in self.clamps:
            return False
        clamp = self.h.IClamp(self.nodes[node](0.5))
        clamp.delay, clamp.dur, clamp.amp = -1e9, 1e12, 0.0
        self.clamps[node] = clamp
        return True

    def reset_counters(self, threshold: float) -> None:
        """Forget counted spikes; `threshold` in mV."""
        for counter, times in zip(self.counters, self.spike_times, strict=True):
            counter.n = 0
            counter.time = 0
            counter.firing = 0
            counter.thresh = threshold
            times.resize(0)

    def _section(self, fiber: Fiber, index: int, kind: str) -> Any:
        section = self.h.Section(name=f"{kind}_{index}")
        section.nseg = 1
        section.insert("extracellular")
        segment = section(0.5)
        geometry = fiber.geometry
        section.L = geometry.unit_lengths[index % geometry.sections_per_node]
        if isinstance(geometry, MyelinatedGeometry):
            if kind == "node":
                section.diam = geometry.node_diameter
                segment.xraxial[0] = self._axial(geometry.node_diameter, self.membrane.node_periaxonal_space)
            else:
                self._make_internode(section, geometry, self.membrane.internodes[kind])
                return section
        else:
            section.diam = geometry.node_diameter if isinstance(geometry, InsulatedGeometry) else geometry.diameter
        segment.xg[0], segment.xc[0] = SHORT_CIRCUIT, 0.0
        if kind == "internode":
            section.cm, section.Ra = 0.0, self.membrane.node_axial_resistivity
            return section
        if self.end is not None and index in (0, fiber.n_sections - 1):
            self._make_end(section, geometry, self.end)
        else:
            section.cm = self.membrane.node_capacitance
            section.Ra = self.membrane.node_axial_resistivity
            self._insert_channels(section)
        return section

    def _make_end(self, section: Any, geometry: Any, end: EndSection) -> None:
        section.insert("pas")
        segment = section(0.5)
        segment.pas.g, segment.pas.e = end.conductance, end.reversal
        section.cm, section.Ra = end.capacitance, end.axial_resistivity
        if end.myelin:
            segment.xg[0], segment.xc[0] = self._myelin(geometry)

    def _make_internode(self, section: Any, geometry: MyelinatedGeometry, kind: Internode) -> None:
        # NEURON sees a cylinder of the fiber's outer diameter, so what belongs to the axon inside is scaled to it.
        inner = geometry.node_diameter if kind.inner_diameter == "node" else geometry.axon_diameter
        scale = inner / geometry.diameter
        section.diam = geometry.diameter
        section.Ra = self._resistivity * 1e-4 / scale**2
        section.cm = (self.membrane.internode_capacitance or 0.0) * scale
        section.insert("pas")
        segment = section(0.5)
        segment.pas.g = kind.conductance * scale
        segment.pas.e = self.membrane.internode_rest
        segment.xraxial[0] = self._axial(inner, kind.periaxonal_space)
        segment.xg[0], segment.xc[0] = self._myelin(geometry)

    def _insert_channels(self, section: Any) -> None:
        for use in self.membrane.node_mechanisms:
            insert_mechanism(section, use)
        for name, value in self._parameters.items():
            for use in self.membrane.node_mechanisms:
                if hasattr(section(0.5), f"{name}_{use.name}"):
                    setattr(section(0.5), f"{name}_{use.name}", value)

    @property
    def _resistivity(self) -> float:
        return self.membrane.axoplasm_resistivity or 0.0

    def _axial(self, inner_diameter: float, space: float | None) -> float:
        """Resistance (MΩ/cm) along the periaxonal space around an axon of `inner_diameter` (µm)."""
        inner = inner_diameter / 2
        return self._resistivity * 0.01 / (math.pi * ((inner + (space or 0.0)) ** 2 - inner**2))

    def _myelin(self, geometry: MyelinatedGeometry) -> tuple[float, float]:
        """Conductance (S/cm2) and capacitance (µF/cm2) of a sheath: lamellae of two membranes in series."""
        return (
            (self.membrane.myelin_conductance or 0.0) / (2 * geometry.lamellae),
            (self.membrane.myelin_capacitance or 0.0) / (2 * geometry.lamellae),
        )


def insert_mechanism(section: Any, use: MechanismUse) -> None:
    """Insert a mechanism and set the parameters that differ from its defaults.

    Raises
    ------
    MechanismError
        When NEURON has no such mechanism or the mechanism no such parameter.
    """
    try:
        section.insert(use.name)
        for name, value in use.parameters.items():
            setattr(section(0.5), f"{name}_{use.name}", value)
    except (ValueError, AttributeError, LookupError) as error:
        raise MechanismError(f"Mechanism {use.name} cannot be used in {section.name()}: {error}.") from error


class _SectionReader:
    """Reads a variable of all sections at once."""

    def __init__(self, h: Any, sections: list[Any], variable: str, layer: int | None = None) -> None:
        references = [getattr(section(0.5), f"_ref_{variable}") for section in sections]
        self._pointers = _pointers(h, references if layer is None else [one[layer] for one in references])
        self._buffer = h.Vector(len(sections))

    def read(self) -> NDArray[np.float64]:
        self._pointers.gather(self._buffer)
        return np.array(self._buffer.as_numpy())


def _pointers(h: Any, references: list[Any]) -> Any:
    pointers = h.PtrVector(len(references))
    for index, reference in enumerate(references):
        pointers.pset(index, reference)
    return pointers
