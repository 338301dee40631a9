"""Fibers made ready for the C++ solver: coefficients, and the settled state from which every run begins.

A fiber's state where its stimulus begins depends on its cable, temperature and time steps only, so it is computed
once for all fibers that share them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from ascent.engines.base import Stimulus
from ascent.engines.batch.cables import Cable, PlainCable, cable_of
from ascent.engines.batch.library import Job, Solver
from ascent.engines.batch.membranes import NodeMembrane, membrane_of, stamps
from ascent.engines.batch.modes import ModalCable, modal_cables, reducible
from ascent.fibers.fiber import Fiber

Array = NDArray[np.float64]
#: Prepared cables that are kept, the least recently used going first.
MAX_KEPT = 512
#: Steps between looks at Ctrl-C, times the sections of a fiber: a fraction of a second.
SECTION_STEPS = 1_000_000


def cable_key(fiber: Fiber) -> tuple[object, ...]:
    """What fibers must share to have the same coefficients and settled state."""
    own = (*fiber.own_model, stamps(fiber.membrane.mechanism_folders)) if fiber.own_model else ()
    return (fiber.geometry, fiber.n_sections, fiber.convention, fiber.temperature, *own)


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
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def _reducible(self) -> bool:
        return reducible(self.cable)

    def initial(self) -> CableState:
        """The state at the resting potential, nothing settled yet."""
        n_nodes = self.cable.n_nodes
        sections = np.zeros((len(self.cable.axial), 2 if self.cable.kind == "DoubleCable" else 0))
        if sections.size:
            sections[:, 0] = self.rest_voltage
        return CableState(sections, np.full(n_nodes, self.rest_voltage), np.tile(self.membrane.variables, (n_nodes, 1)))

    def state_at(self, stimulus: Stimulus, onset: int) -> CableState:
        """The settled state after `onset` steps without stimulus, once :func:`settle` has found it."""
        return self.states[_state_key(stimulus, onset)]

    def form(self, dt: float, plain: bool) -> PlainCable | ModalCable:
        """The cable as a C++ solver takes it: reduced to its modes where that is possible and not `plain`."""
        plain = self.form_name(plain) != ModalCable.name
        with self._lock:
            if (dt, plain) not in self._forms:
                self._forms[dt, plain] = PlainCable(self.cable, dt) if plain else modal_cables([self.cable], dt)[0]
            return self._forms[dt, plain]

    def form_name(self, plain: bool) -> str:
        """Name of the solver that takes the cable in that form."""
        return self.cable.kind if plain or not self._reducible else ModalCable.name

    def lacks_modes(self, dt: float) -> bool:
        """Whether the cable can be reduced to its modes for steps of `dt` and has not been."""
        return (dt, False) not in self._forms and self._reducible

    def take_modes(self, form: ModalCable, dt: float) -> None:
        """Keep the cable's reduction for steps of `dt`."""
        self._forms[dt, False] = form

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

    def from_flat(self, flat: Array, capacity: int) -> CableState:
        """A state of the same cable, from what a solver for `capacity` nodes has written."""
        n_nodes, n_variables = self.variables.shape
        n_state = len(flat) - capacity * (1 + n_variables)
        voltages, variables = flat[n_state : n_state + capacity], flat[n_state + capacity :].reshape(capacity, -1)
        sections = flat[: self.sections.size].reshape(self.sections.shape)
        return CableState(sections.copy(), voltages[:n_nodes].copy(), variables[:n_nodes].copy())


def reduce_to_modes(wanted: Iterable[tuple[PreparedCable, float]]) -> None:
    """Reduce cables to their modes where they can be and have not been, all that have the same step (ms) at once."""
    missing: dict[float, dict[int, PreparedCable]] = {}
    for prepared, dt in wanted:
        if prepared.lacks_modes(dt):
            missing.setdefault(dt, {})[id(prepared)] = prepared
    for dt, cables in missing.items():
        made = modal_cables([prepared.cable for prepared in cables.values()], dt)
        for prepared, form in zip(cables.values(), made, strict=True):
            prepared.take_modes(form, dt)


def settle(wanted: Iterable[tuple[PreparedCable, Stimulus, int]], lanes: int | None) -> None:
    """Find the settled states that are still missing, of as many cables at a time as there are lanes.

    Parameters
    ----------
    wanted : iterable of (PreparedCable, Stimulus, int)
        The int is the number of steps without stimulus after the settling.
    """
    for at_onset in (False, True):
        missing: dict[tuple[object, ...], dict[int, PreparedCable]] = {}
        stages: dict[tuple[object, ...], tuple[Stimulus, int]] = {}
        for prepared, stimulus, onset in wanted:
            last = onset if at_onset else 0
            key: tuple[object, ...] = (prepared.membrane.kernel.header, prepared.cable.kind, _state_key(stimulus, last))
            if _state_key(stimulus, last) not in prepared.states:
                missing.setdefault(key, {})[id(prepared)] = prepared
                stages[key] = stimulus, last
        for kind, cables in missing.items():
            stimulus, last = stages[kind]
            group = list(cables.values())
            if last:
                before = [prepared.state_at(stimulus, 0) for prepared in group]
                after = _advanced(group, before, stimulus.dt, last, lanes)
            else:
                before = [prepared.initial() for prepared in group]
                after = _advanced(group, before, stimulus.initial_dt, stimulus.n_initial_steps, lanes)
            for prepared, state in zip(group, after, strict=True):
                prepared.states[_state_key(stimulus, last)] = state


def _advanced(
    group: Sequence[PreparedCable], states: Sequence[CableState], dt: float, n_steps: int, lanes: int | None
) -> list[CableState]:
    """States after `n_steps` of `dt` without stimulus."""
    if n_steps == 0:
        return list(states)
    capacity = max(prepared.cable.n_nodes for prepared in group)
    first = group[0]
    form = first.form(dt, plain=True)
    solver = Solver(first.membrane.library(form.name, lanes), capacity, first.cable.sections_per_node, dt)
    nothing = np.zeros(max(solver.n_drive, n_steps))
    after: list[CableState] = []
    keep = []  # a solver tells by the address whether a lane's coefficients are new
    for begin in range(0, len(group), solver.lanes):
        some = group[begin : begin + solver.lanes]
        finish = np.empty((len(some), solver.n_state + solver.n_values))
        for lane, prepared in enumerate(some):
            job, arrays = prepared.job(prepared.form(dt, plain=True), capacity, states[begin + lane])
            job.drive = job.waveform = nothing.ctypes.data
            job.n_steps = n_steps
            job.finish = finish[lane].ctypes.data
            solver.assign(lane, job)
            keep.append(arrays)
        while not solver.run(max(1, SECTION_STEPS // len(first.cable.axial))):
            pass
        after += [states[begin + lane].from_flat(row, capacity) for lane, row in enumerate(finish)]
    return after


def _state_key(stimulus: Stimulus, onset: int) -> tuple[float, int, float, int]:
    return (stimulus.initial_dt, stimulus.n_initial_steps, stimulus.dt, onset)


class CableStore:
    """Prepared cables by key; safe to use from several threads.

    The last `MAX_KEPT` are kept, and every one that somebody holds.
    """

    def __init__(self, lanes: int | None) -> None:
        self._lanes = lanes
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], PreparedCable] = OrderedDict()
        self._held: WeakValueDictionary[tuple[object, ...], PreparedCable] = WeakValueDictionary()

    def get(self, fiber: Fiber) -> PreparedCable:
        """The prepared cable of `fiber`."""
        key = cable_key(fiber)
        with self._lock:
            prepared = self._held.get(key)
            if prepared is None:
                prepared = self._held[key] = _prepare(fiber, self._lanes)
            self._kept[key] = prepared
            self._kept.move_to_end(key)
            while len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
            return prepared


def _prepare(fiber: Fiber, lanes: int | None) -> PreparedCable:
    cable = cable_of(fiber)
    area = float(cable.channel_area.max())
    membrane = membrane_of(fiber, cable.kind, area, cable.diameter, lanes)
    return PreparedCable(cable, membrane, fiber.temperature, area, fiber.rest)


@lru_cache(maxsize=8)
def store(lanes: int | None) -> CableStore:
    """The process's prepared cables for a number of lanes."""
    return CableStore(lanes)
