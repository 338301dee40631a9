"""Sweeps of one cell in the lanes of the C++ solver.

It takes the steps that NEURON's fixed-step method takes, so voltages agree to rounding. A sweep's bits depend neither
on its companions in the lanes, nor on the number of lanes, nor on threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from queue import Queue
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ascent.engines.batch.tree.coverage import point_processes, why_not_cell, why_not_receptors
from ascent.engines.batch.tree.currents import injected_current
from ascent.engines.batch.tree.library import ENDED, CellData, SweepData, TreeSolver, load_library
from ascent.engines.batch.tree.membranes import classes_of, values_of
from ascent.engines.batch.tree.nodes import nodes_of
from ascent.engines.batch.tree.synapses import Synapses
from ascent.errors import ConfigError, MechanismError

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell
    from ascent.network.realization.model import Realization, Receptor

Array = NDArray[np.float64]
#: Steps between two looks for Ctrl-C: some tenths of a second for a cell of a thousand compartments.
_CHUNK = 2000


@dataclass(frozen=True, eq=False)
class SweepVoltages:
    """What was recorded of a sweep.

    Attributes
    ----------
    sweep : int
        ``Realization.sweep``.
    time : ndarray, shape (n,)
        ms, as NEURON adds it up: from 0 to the first time that is not before the end asked for.
    voltages : ndarray, shape (n_sites, n)
        mV.
    """

    sweep: int
    time: Array
    voltages: Array


class TreeEngine:
    """Simulates sweeps of a cell.

    Parameters
    ----------
    cell : Cell
        All is taken from its NEURON sections as they are now: changes afterwards have no influence.
    receptors : sequence of Receptor
        Of the network.
    dt : float
        ms.
    v_init : float
        mV.
    celsius : float
        °C.
    threads : int
        Solvers that work side by side, each with lanes of its own.
    lanes : int, optional
        By default what the processor does best.
    tables : bool
        Whether rates of gates come from tables (they are checked against the kernels), else from the kernels.

    Raises
    ------
    MechanismError
        When the cell or the receptors have what the engine does not cover; with the sentence of `why_not_cell`.
    """

    def __init__(
        self,
        cell: Cell,
        receptors: Sequence[Receptor] = (),
        *,
        dt: float,
        v_init: float,
        celsius: float,
        threads: int = 1,
        lanes: int | None = None,
        tables: bool = True,
    ) -> None:
        why_not = why_not_cell(cell, receptors) or why_not_receptors(receptors)
        if why_not:
            raise MechanismError(f"{why_not[0].upper()}{why_not[1:]}; use engine=neuron.")
        if dt <= 0:
            raise ConfigError(f"dt is {dt:g} ms; it should be above 0.")
        if threads < 1:
            raise ConfigError(f"threads is {threads}; it should be at least 1.")
        self._dt, self._v_init, self._celsius, self._threads = dt, v_init, celsius, threads
        self._tables = tables
        self._synapses = Synapses(receptors)
        self._first_segment = np.cumsum([0, *(section.nseg for section in cell.sections)])
        self._processes = point_processes(cell.sections)
        self._read(cell)
        pairs = self._synapses.pairs
        self._library = load_library(self._kernels, len(pairs), self._synapses.n_blocked, lanes)
        self.lanes: int = self._library.ascent_lanes()

    def _read(self, cell: Cell) -> None:
        """Take what the solver needs from NEURON's sections."""
        from neuron import h

        h.celsius, h.dt = self._celsius, self._dt
        h.finitialize(self._v_init)
        segments = [segment for section in cell.sections for segment in section]
        nodes = nodes_of(cell.sections)
        classes = classes_of(cell.sections)
        order = np.concatenate([one.segments for one in classes])
        self._kernels = [one.kernel for one in classes]
        #: compartment of each segment
        self._compartments = np.empty(len(segments), dtype=np.int64)
        self._compartments[order] = np.arange(len(order))
        self._node_of_segment = nodes.of_segment
        values = [values_of(one.kernel, [segments[index] for index in one.segments]) for one in classes]
        areas = np.array([segment.area() for segment in segments])
        capacities = np.zeros(nodes.n_nodes)
        capacities[nodes.of_segment] = np.array([segment.cm for segment in segments]) * areas * 1e-5 / self._dt
        nothing = np.zeros(1)
        self._arrays = {
            "parents": nodes.parents,
            "couplings": nodes.couplings,
            "capacities": capacities,
            "class_ends": np.cumsum([len(one.segments) for one in classes]).astype(np.int64),
            "nodes": nodes.of_segment[order],
            "areas": areas[order] * 1e-2,
            "surfaces": areas[order],
            "diameters": np.array([segment.diam for segment in segments])[order],
            "parameters": np.concatenate([*(parameters.ravel() for parameters, _ in values), nothing]),
            "variables": np.concatenate([*(variables.ravel() for _, variables in values), nothing]),
            "synapses": np.array([*(pair.factors(self._dt) for pair in self._synapses.pairs), (0.0,) * 3]),
            "blocks": np.array([*(pair.block_constants for pair in self._synapses.pairs), (0.0,) * 4]),
        }
        places = [
            cell.segment_index(self._section_of(cell, process), process.get_segment().x) for process in self._processes
        ]
        self._injected = nodes.of_segment[places].astype(np.int64)

    @staticmethod
    def _section_of(cell: Cell, process: object) -> int:
        section = process.get_segment().sec  # type: ignore[attr-defined]
        return next(index for index, other in enumerate(cell.sections) if other == section)

    def run(
        self, realizations: Iterable[Realization], t_stop: float, sites: Sequence[tuple[int, int]]
    ) -> Iterator[SweepVoltages]:
        """Simulate sweeps; each is yielded when it has ended, and not kept.

        Parameters
        ----------
        realizations : iterable of Realization
            Taken from when a lane is free.
        t_stop : float
            ms.
        sites : sequence of (int, int)
            Section and segment on it, of each potential to record.

        Raises
        ------
        ConfigError
            When there is no such site, `t_stop` is not above 0, or a realization belongs to another network.
        """
        if t_stop <= 0:
            raise ConfigError(f"t_stop is {t_stop:g} ms; it should be above 0.")
        clock = Clock(self._dt, t_stop)
        nodes = np.array([self._node_of_site(*site) for site in sites], dtype=np.int64)
        if self._threads == 1:
            yield from _Worker(self, clock, nodes).sweeps(iter(realizations))
            return
        yield from _side_by_side([_Worker(self, clock, nodes) for _ in range(self._threads)], iter(realizations))

    def _node_of_site(self, section: int, segment: int) -> int:
        count = len(self._first_segment) - 1
        if not 0 <= section < count:
            raise ConfigError(f"There is no section {section} to record; the cell has sections 0 to {count - 1}.")
        n_segments = int(self._first_segment[section + 1] - self._first_segment[section])
        if not 0 <= segment < n_segments:
            raise ConfigError(
                f"Section {section} has no segment {segment} to record; it has segments 0 to {n_segments - 1}."
            )
        return int(self._node_of_segment[self._first_segment[section] + segment])


class Clock:
    """Times of the steps, added up in halves as NEURON adds them.

    Attributes
    ----------
    times : ndarray, shape (n_steps + 1,)
        ms; the last is the first that is not before the end.
    half_times : ndarray, shape (n_steps,)
        Middle of each step, ms.
    """

    def __init__(self, dt: float, t_stop: float) -> None:
        n_most = int(t_stop / dt) + 3
        added = np.cumsum(np.concatenate([[0.0], np.full(2 * n_most, dt / 2)]))
        n_steps = int(np.searchsorted(added[::2], t_stop, side="left"))
        self.times = added[: 2 * n_steps + 1 : 2].copy()
        self.half_times = added[1 : 2 * n_steps : 2].copy()


class _Worker:
    """One solver: a thread's lanes."""

    def __init__(self, engine: TreeEngine, clock: Clock, nodes: NDArray[np.int64]) -> None:
        self._engine, self._clock, self._nodes = engine, clock, nodes
        self._n_steps = len(clock.half_times)
        processes = engine._processes
        currents = np.array([injected_current(process, clock.half_times) for process in processes])
        self._arrays = {**engine._arrays, "injected": engine._injected, "currents": np.ascontiguousarray(currents)}
        cell = CellData(
            n_nodes=len(engine._arrays["parents"]),
            n_compartments=len(engine._compartments),
            n_injected=len(processes),
            n_steps=self._n_steps,
            celsius=engine._celsius,
            dt=engine._dt,
            v_init=engine._v_init,
            tabulated=engine._tables,
        )
        for name, array in self._arrays.items():
            array = self._arrays[name] = np.ascontiguousarray(array)
            setattr(cell, name, array.ctypes.data)
        self._solver = TreeSolver(engine._library, cell)

    def sweeps(
        self, realizations: Iterator[Realization], stop: threading.Event | None = None
    ) -> Iterator[SweepVoltages]:
        """Work through realizations, as many at a time as there are lanes."""
        running: dict[int, tuple[SweepVoltages, list[object]]] = {}
        free = list(range(self._solver.lanes))[::-1]
        while True:
            while free and (realization := next(realizations, None)) is not None:
                lane = free.pop()
                running[lane] = self._begin(lane, realization)
            if not running:
                return
            while not self._solver.run(_CHUNK):
                if stop is not None and stop.is_set():
                    return
            for lane, status in enumerate(self._solver.statuses()):
                if status == ENDED and lane in running:
                    free.append(lane)
                    yield running.pop(lane)[0]

    def _begin(self, lane: int, realization: Realization) -> tuple[SweepVoltages, list[object]]:
        engine, clock = self._engine, self._clock
        events = engine._synapses.events(realization, clock.half_times, engine._dt, engine._compartments)
        result = SweepVoltages(realization.sweep, clock.times, np.empty((len(self._nodes), self._n_steps + 1)))
        data = SweepData(
            n_steps=self._n_steps,
            n_events=len(events.steps),
            n_traces=len(self._nodes),
            event_steps=events.steps.ctypes.data,
            event_slots=events.slots.ctypes.data,
            event_jumps=events.jumps.ctypes.data,
            traces=self._nodes.ctypes.data,
            out=result.voltages.ctypes.data,
        )
        self._solver.assign(lane, data)
        return result, [events, data]


def _side_by_side(workers: Sequence[_Worker], realizations: Iterator[Realization]) -> Iterator[SweepVoltages]:
    """What several workers in threads make of one supply of realizations, as it comes."""
    done: Queue[SweepVoltages | BaseException | None] = Queue(maxsize=4)
    stop, lock = threading.Event(), threading.Lock()

    def supply() -> Iterator[Realization]:
        while not stop.is_set():
            with lock:
                realization = next(realizations, None)
            if realization is None:
                return
            yield realization

    def work(worker: _Worker) -> None:
        try:
            for result in worker.sweeps(supply(), stop):
                done.put(result)
            done.put(None)
        except BaseException as error:
            done.put(error)

    threads = [threading.Thread(target=work, args=(worker,), daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        working = len(threads)
        while working:
            result = done.get()
            if isinstance(result, BaseException):
                raise result
            if result is None:
                working -= 1
            else:
                yield result
    finally:
        stop.set()
        while any(thread.is_alive() for thread in threads):
            while not done.empty():
                done.get_nowait()
            threads[0].join(0.01)
