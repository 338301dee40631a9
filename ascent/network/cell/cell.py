"""A cell: its sections, where they are, and what is recorded of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from ascent.config.network.cell import NeuronParameters
from ascent.errors import ConfigError
from ascent.network.cell.section import CellSection
from ascent.network.formats.morphology import Morphology


class Cell:
    """The sections of a cell in NEURON; see `ascent.network.cell` for what others rely on.

    Parameters
    ----------
    morphology : Morphology
        Shape, with the artificial axon if there is one.
    parameters : NeuronParameters
        What it is built from.

    Attributes
    ----------
    id : str
        Name of the morphology.
    sections, soma, structures, branches, synapses, stimuli, parameters
        As `ascent.network.cell` says.
    embeddings : list of Embedding
        Realizations of networks that are attached to the cell; see `ascent.network.embedding`.
    tVec : hoc Vector or None
        Recorded time, ms.
    """

    def __init__(self, morphology: Morphology, parameters: NeuronParameters) -> None:
        self.id = morphology.name
        self.parameters = parameters
        self.sections = [CellSection(shape, index) for index, shape in enumerate(morphology.sections)]
        self.soma = next(section for section in self.sections if section.label == "Soma")
        self.structures: dict[str, list[CellSection]] = {}
        self.branches: dict[str, list[list[CellSection]]] = {}
        self.synapses: dict[str, list[Any]] = {}
        self.stimuli: list[Any] = []
        self.embeddings: list[Any] = []
        self.tVec: Any = None
        self._recordings: dict[tuple[int, int], Any] = {}
        self._connect(morphology)

    def _connect(self, morphology: Morphology) -> None:
        children: dict[int, list[CellSection]] = {}
        for section, shape in zip(self.sections, morphology.sections, strict=True):
            self.structures.setdefault(section.label, []).append(section)
            if shape.parent is None:
                continue
            parent = self.sections[shape.parent]
            section.parent = parent
            section.parent_x = 0.5 if parent is self.soma else shape.parent_x
            section.connect(parent(section.parent_x), 0)
            children.setdefault(shape.parent, []).append(section)
        self.branches["Soma"] = [[self.soma]]
        for root in children.get(self.soma.index, []):
            tree = [root]
            for section in tree:  # grows while it is walked
                tree.extend(children.get(section.index, []))
            self.branches.setdefault(root.label, []).append(tree)
        self._children = children

    def children_of(self, section: CellSection) -> list[CellSection]:
        """The sections attached to `section`, in section order."""
        return self._children.get(section.index, [])

    def number_segments(self) -> None:
        """Count the segments; called when sections have been discretised."""
        count = 0
        self.segments: list[tuple[int, int]] = []
        for section in self.sections:
            section.first_segment = count
            self.segments.extend((section.index, segment) for segment in range(section.nseg))
            count += section.nseg

    def segment_index(self, section_index: int, x: float) -> int:
        """Position in ``segments`` of what NEURON takes for ``section(x)``."""
        section = self.sections[section_index]
        return section.first_segment + min(int(x * section.nseg), section.nseg - 1)

    def distance_between_pts(self, first: CellSection | int, x1: float, second: CellSection | int, x2: float) -> float:
        """Path length between two places as NEURON counts it, µm."""
        h.distance(0, x1, sec=self._section(first))
        return float(h.distance(x2, sec=self._section(second)))

    def distance_to_soma(self, section: CellSection | int, x: float) -> float:
        """Path length from ``soma(0)`` as NEURON counts it, µm: it includes half of the soma."""
        return self.distance_between_pts(self.soma, 0.0, section, x)

    def soma_distance(self, section_index: int, x: float) -> float:
        """Path length to the soma as synapse files count it, µm: without the soma, 0 on it."""
        section = self.sections[section_index]
        if section is self.soma:
            return 0.0
        distance = x * section.L
        while section.parent is not None and section.parent is not self.soma:
            distance += section.parent.L * section.parent_x
            section = section.parent
        return float(distance)

    def max_distance(self, label: str) -> float:
        """Largest path length (µm) from where the first branch of `label` begins to an end of one; the soma's length.

        Raises
        ------
        ConfigError
            When no section of that label is attached to the soma.
        """
        if label == "Soma":
            return float(self.soma.L)
        self.set_origin(label)
        return max(
            float(h.distance(1.0, sec=section))
            for tree in self.branches.get(label, [])
            for section in tree
            if not self.children_of(section)
        )

    def set_origin(self, label: str) -> None:
        """Let NEURON's ``distance`` begin where the first section of `label` leaves the soma; at ``soma(0)`` for it.

        Raises
        ------
        ConfigError
            When no section of that label is attached to the soma.
        """
        if label == "Soma":
            h.distance(0, 0.0, sec=self.soma)
            return
        for section in self.structures.get(label, []):
            if section.parent is self.soma:
                h.distance(0, 0.0, sec=section)
                return
        raise ConfigError(
            f"{self.id}: distances of {label} are counted from where it leaves the soma, but no section of it is "
            f"attached to the soma; use the distribution uniform."
        )

    def inner_sections(self, beyond: float = 1000.0) -> list[CellSection]:
        """Apical sections that reach, themselves or by what they carry, farther from the soma than `beyond` µm."""
        return [section for section in self.structures.get("ApicalDendrite", []) if self._reaches(section, beyond)]

    def inner_section_at_distance(self, distance: float, beyond: float = 1000.0) -> tuple[CellSection, float]:
        """The section, and where on it (0-1), that lies `distance` µm from the soma on the way to the tuft.

        Raises
        ------
        ConfigError
            When no apical dendrite reaches that far.
        """
        ends = [(self.distance_to_soma(section, 1.0), section.index) for section in self.inner_sections(beyond)]
        farther = [item for item in ends if item[0] > distance]
        if not farther:
            raise ConfigError(
                f"{self.id}: no apical dendrite that reaches farther than {beyond:g} µm is {distance:g} µm from the "
                f"soma; give a smaller distance."
            )
        section = self.sections[min(farther)[1]]
        x = (distance - self.distance_to_soma(section, 0.0)) / section.L
        return section, min(max(x, 0.0), 1.0)

    def assign_detailed_labels(self, beyond: float = 1000.0) -> None:
        """Set ``label_detailed`` of every section: trunk up to the main bifurcation, tuft, oblique, basal.

        The main bifurcation is the section nearest to the soma of which two children reach farther than `beyond` µm.

        Raises
        ------
        ConfigError
            When there is no such section.
        """
        forks = [
            section
            for section in self.structures.get("ApicalDendrite", [])
            if sum(self._reaches(child, beyond) for child in self.children_of(section)) >= 2
        ]
        if not forks:
            raise ConfigError(f"{self.id}: no apical dendrite forks into two that reach farther than {beyond:g} µm.")
        names = {"Dendrite": "basal", "ApicalDendrite": "oblique"}
        for section in self.sections:
            section.label_detailed = names.get(section.label, section.label)
        main = min(forks, key=lambda section: self.distance_to_soma(section, 1.0))
        beyond_main = list(self.children_of(main))
        for section in beyond_main:
            section.label_detailed = "tuft"
            beyond_main.extend(self.children_of(section))
        trunk: CellSection | None = main
        while trunk is not None and trunk is not self.soma:
            trunk.label_detailed = "trunk"
            trunk = trunk.parent

    def _reaches(self, section: CellSection, beyond: float) -> bool:
        if section.label == "ApicalDendrite" and self.distance_to_soma(section, 1.0) > beyond:
            return True
        return any(self._reaches(child, beyond) for child in self.children_of(section))

    def _section(self, section: CellSection | int) -> CellSection:
        return self.sections[section] if isinstance(section, int) else section

    def record(self, section_index: int, segment_index: int) -> Any:
        """Record the membrane potential (mV) of a segment; the hoc Vector that the next run fills."""
        key = (section_index, segment_index)
        if key not in self._recordings:
            section = self.sections[section_index]
            self._recordings[key] = h.Vector().record(section(float(section.segment_x[segment_index]))._ref_v)
        return self._recordings[key]

    def record_everywhere(self) -> None:
        """Record the membrane potential (mV) of all segments, into ``recVList`` of each section."""
        for section in self.sections:
            section.recVList = [self.record(section.index, segment) for segment in range(section.nseg)]

    def record_range_var(self, variable: str, mechanism: str | None = None) -> None:
        """Record a range variable in all segments that have it, into ``recordVars[variable]`` of each section.

        Parameters
        ----------
        variable : str
            Such as ``"cai"`` or ``"Ca_HVA.ica"``.
        mechanism : str, optional
            Mechanism, when `variable` does not name it.
        """
        name = f"{mechanism}.{variable}" if mechanism else variable
        for section in self.sections:
            vectors = []
            for segment in section:
                holder: Any = segment
                *inside, last = name.split(".")
                for part in inside:
                    holder = getattr(holder, part, None)
                reference = getattr(holder, f"_ref_{last}", None)
                if reference is not None:
                    vectors.append(h.Vector().record(reference))
            if vectors:
                section.recordVars[name] = vectors

    record_range_variable = record_range_var

    def init_time_recording(self) -> None:
        """Record the time (ms) of the next run into `tVec`."""
        self.tVec = h.Vector().record(h._ref_t, sec=self.soma)

    @property
    def t(self) -> NDArray[np.float64]:
        """Time of the last run, ms."""
        return np.array(self.tVec) if self.tVec is not None else np.empty(0)

    @property
    def vmSoma(self) -> NDArray[np.float64]:
        """Membrane potential of the first segment of the soma in the last run, mV."""
        return np.array(self.record(self.soma.index, 0))

    def re_init_cell(self, replayMode: bool = False) -> None:
        """Make ready for the next run: empty what was recorded, drop the point processes of synapses.

        Parameters
        ----------
        replayMode : bool
            Also forget the synapses.
        """
        vectors: list[Any] = list(self._recordings.values())
        for section in self.sections:
            vectors += [vector for recorded in section.recordVars.values() for vector in recorded]
        for vector in vectors:
            vector.resize(0)
        for synapses in self.synapses.values():
            for synapse in synapses:
                disconnect = getattr(synapse, "disconnect_hoc_synapse", None)
                if disconnect is not None:
                    disconnect()
        if replayMode:
            self.synapses = {label: [] for label in self.synapses}

    def remove_synapses(self, preType: str | None = None) -> None:
        """Forget the synapses of a type; of all with ``"All"``."""
        if preType in ("All", "all"):
            self.synapses.clear()
        elif preType is not None:
            self.synapses.pop(preType, None)

    def discard(self) -> None:
        """Delete the sections from NEURON; the cell is of no use afterwards."""
        while self.embeddings:
            self.embeddings.pop().detach()
        self.stimuli.clear()
        self.synapses.clear()
        self._recordings.clear()
        self.tVec = None
        for section in self.sections:
            section.recVList, section.recordVars, section.parent = [], {}, None
        delete_sections(self.sections)
        self.sections, self.structures, self.branches, self._children = [], {}, {}, {}


def delete_sections(sections: Sequence[CellSection]) -> None:
    """Delete sections from NEURON."""
    for section in sections:
        h.delete_section(sec=section)
