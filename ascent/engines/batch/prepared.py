"""Fibers made ready for the C++ solver: coefficients, and the settled state from which every run begins.

A fiber's state where its stimulus begins depends on its cable, temperature and time steps only, so it is computed
once for all fibers that share them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ascent.engines.base import Stimulus
from ascent.engines.batch.cables import Cable, PlainCable, cable_of
from ascent.engines.batch.library import Job, Solver
from ascent.engines.batch.membranes import NodeMembrane, membrane_of
from ascent.engines.batch.modes import ModalCable, reducible
from ascent.fibers.fiber import Fiber

Array = NDArray[np.float64]
#: Prepared cables that are kept, the least recently used going first.
MAX_KEPT = 512
#: Steps between looks at Ctrl-C, times the sections of a fiber: a fraction of a second.
SECTION_STEPS = 5_000_000


def cable_key(fiber: Fiber) -> tuple[object, ...]:
    """What fibers must share to have the same coefficients and settled state."""
    return (fiber.geometry, fiber.n_sections, fiber.convention, fiber.temperature)


@dataclass(eq=False)
class PreparedCable:
    """Cable and membrane of a fiber, and its states.

    Attributes
    ----------
    cable : Cable
    membrane : NodeMembrane
    temperature, area : float
        °C; µm² of a node with channels.
    rest_voltage : float
        Resting potential of the model, mV.
    """

    cable: Cable
    membrane: NodeMembrane
    temperature: float
    area: float
    rest_voltage: float
    #: (initial_dt, n_initial_steps, dt, onset) -> state: sections' (n_sections, n_state), voltages and variables
    states: dict[tuple[float, int, float, int], CableState] = field(default_factory=dict)
    _forms: dict[tuple[float, bool], PlainCable | ModalCable] = field(default_factory=dict)

    def initial(self) -> CableState:
        """The state at the resting potential, nothing settled yet."""
        n_nodes = self.cable.n_nodes
        sections = np.zeros((len(self.cable.axial), 2 if self.cable.kind == "DoubleCable" else 0))
        if sections.size:
            sections[:, 0] = self.rest_voltage
        return CableState(sections, np.full(n_nodes, self.rest_voltage), np.tile(self.membrane.variables, (n_nodes, 1)))

    def state_at(self, stimulus: Stimulus, onset: int, lanes: int | None) -> CableState:
        """The settled state after `onset` steps without stimulus."""
        key = (stimulus.initial_dt, stimulus.n_initial_steps, stimulus.dt, onset)
        if key not in self.states:
            if onset:
                state = self._advanced(self.state_at(stimulus, 0, lanes), stimulus.dt, onset, lanes)
            else:
                state = self._advanced(self.initial(), stimulus.initial_dt, stimulus.n_initial_steps, lanes)
            self.states[key] = state
        return self.states[key]

    def form(self, dt: float, plain: bool) -> PlainCable | ModalCable:
        """The cable as a C++ solver takes it: reduced to its modes where that is possible and not `plain`."""
        plain = plain or not reducible(self.cable)
        if (dt, plain) not in self._forms:
            self._forms[dt, plain] = PlainCable(self.cable, dt) if plain else ModalCable(self.cable, dt)
        return self._forms[dt, plain]

    def job(self, form: PlainCable | ModalCable, capacity: int, state: CableState) -> tuple[Job, list[Array]]:
        """A job with what the cable determines, and the arrays that it points to."""
        areas = np.zeros(capacity)
        areas[: self.cable.n_nodes] = self.cable.channel_area * 1e-2  # turns mA/cm2 into nA
        start = np.concatenate([form.state(state.sections, capacity), state.values(capacity)])
        arrays = [form.coefficients(capacity), areas, self.membrane.parameters, start]
        job = Job(
            n_nodes=self.cable.n_nodes,
            coefficients=arrays[0].ctypes.data,
            areas=arrays[1].ctypes.data,
            parameters=arrays[2].ctypes.data,
            celsius=self.temperature,
            diameter=self.cable.diameter,
            area=self.area,
            start=arrays[3].ctypes.data,
            threshold=np.inf,
        )
        return job, arrays

    def _advanced(self, state: CableState, dt: float, n_steps: int, lanes: int | None) -> CableState:
        if n_steps == 0:
            return state
        capacity = self.cable.n_nodes
        form = self.form(dt, plain=True)
        solver = Solver(self.membrane.library(form.name, lanes), capacity, self.cable.sections_per_node, dt)
        job, arrays = self.job(form, capacity, state)
        nothing = np.zeros(max(solver.n_drive, n_steps))
        finish = np.empty(solver.n_state + solver.n_values)
        job.drive = job.waveform = nothing.ctypes.data
        job.n_steps = n_steps
        job.finish = finish.ctypes.data
        solver.assign(0, job)
        while not solver.run(max(1, SECTION_STEPS // len(self.cable.axial))):
            pass
        del arrays
        return CableState.from_flat(finish, state)


@dataclass(frozen=True, eq=False)
class CableState:
    """State of a cable: of its sections (n_sections, n_state), voltages (n_nodes,) mV, variables (n_nodes, n)."""

    sections: Array
    voltages: Array
    variables: Array

    def values(self, capacity: int) -> Array:
        """Voltages, then variables node by node, of a batch for `capacity` nodes; those too many are as the first."""
        extra = capacity - len(self.voltages)
        variables = np.concatenate([self.variables, np.repeat(self.variables[:1], extra, axis=0)])
        return np.concatenate([self.voltages, np.repeat(self.voltages[:1], extra), variables.ravel()])

    @classmethod
    def from_flat(cls, flat: Array, like: CableState) -> CableState:
        """From what a solver of this cable's own size has written."""
        sections, voltages, variables = np.split(flat, np.cumsum([like.sections.size, like.voltages.size]))
        return cls(sections.reshape(like.sections.shape), voltages, variables.reshape(like.variables.shape))


class CableStore:
    """Prepared cables by key; safe to use from several threads."""

    def __init__(self, lanes: int | None) -> None:
        self._lanes = lanes
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], PreparedCable] = OrderedDict()

    def get(self, fiber: Fiber) -> PreparedCable:
        """The prepared cable of `fiber`."""
        key = cable_key(fiber)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            while len(self._kept) >= MAX_KEPT:
                self._kept.popitem(last=False)
            return self._kept.setdefault(key, _prepare(fiber, self._lanes))


def _prepare(fiber: Fiber, lanes: int | None) -> PreparedCable:
    cable = cable_of(fiber)
    area = float(cable.channel_area.max())
    membrane = membrane_of(fiber, cable.kind, area, cable.diameter, lanes)
    return PreparedCable(cable, membrane, fiber.temperature, area, fiber.rest)


@lru_cache(maxsize=8)
def store(lanes: int | None) -> CableStore:
    """The process's prepared cables for a number of lanes."""
    return CableStore(lanes)
