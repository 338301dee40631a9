"""The batch engine behind the interface of :mod:`ascent.engines.base`.

It takes the steps that NEURON's fixed-step method takes, so voltages agree to rounding. A run's bits depend neither
on its companions in the lanes, nor on the number of lanes, nor on threads.
"""

from __future__ import annotations

import ctypes
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ascent.engines.base import Engine, Protocol, Recording, RunRequest, RunResult, Session, Stimulus, StopRule, Task
from ascent.engines.batch.lane_queue import Entry, check_pulses, work
from ascent.engines.batch.library import Solver, is_carried
from ascent.engines.batch.membranes import kernel_of, stamps
from ascent.engines.batch.prepared import MAX_KEPT, cable_key, reduce_to_modes, settle, store
from ascent.engines.batch.programs import compiler, supported_lanes
from ascent.errors import ConfigError, MechanismError
from ascent.fibers.fiber import Fiber


class BatchEngine(Engine):
    """Many runs at a time.

    Parameters
    ----------
    threads : int
        Solvers that work side by side in threads of this process.
    lanes : int, optional
        Lanes of a solver; by default what the processor does best.
    single : bool
        Compute in single precision, in twice the lanes; settling is in double precision all the same.
    plain : bool
        Eliminate section by section even where the cable can be reduced to its modes.
    """

    name = "batch"

    def __init__(self, threads: int = 1, lanes: int | None = None, plain: bool = False, single: bool = False) -> None:
        if threads < 1:
            raise ConfigError(f"threads is {threads}; it should be at least 1.")
        self._threads = threads
        self._lanes = lanes
        self._plain = plain
        self._single = single

    def open(self, fiber: Fiber, stimulus: Stimulus) -> BatchSession:
        return BatchSession(self, fiber, stimulus)

    def run_many(self, tasks: Sequence[Task]) -> list[Any]:
        """Do every task, as many at a time as there are lanes; their outcomes, in the order of `tasks`."""
        outcomes: list[Any] = [None] * len(tasks)
        for portion in _portions(tasks):
            self._run_portion(portion, outcomes)
        return outcomes

    def _run_portion(self, portion: Sequence[tuple[int, Task]], outcomes: list[Any]) -> None:
        cables = store(self._lanes)
        entries = [(place, task, cables.get(task.fiber)) for place, task in portion]
        for _, task, _ in entries:
            check_pulses(task.fiber, task.stimulus)
            self._check_precision(task.fiber)
        different = {(id(prepared), id(task.stimulus)): (prepared, task.stimulus) for _, task, prepared in entries}
        pairs = list(different.values())
        settle([(prepared, stimulus, stimulus.driven_steps[0]) for prepared, stimulus in pairs], self._lanes)
        if not self._plain:
            reduce_to_modes((prepared, stimulus.dt) for prepared, stimulus in pairs)
        deferred: deque[Entry] = deque()
        for group in self._groups(entries, self._plain, self._single).values():
            self._work_off(group, outcomes, deferred)
        for group in self._groups(deferred, all_plain=True, single=False).values():
            self._work_off(group, outcomes, deferred)

    def _check_precision(self, fiber: Fiber) -> None:
        if self._single and not fiber.membrane.single_precision:
            raise ConfigError(
                f"precision is single, in which a fiber {fiber.model.name} would lose more than 0.01 mV; "
                f"use precision=double."
            )

    def _groups(self, entries: Sequence[Entry], all_plain: bool, single: bool) -> dict[object, _Group]:
        """Tasks that one solver can do.

        Long fibers come first, so that lanes hold fibers of about the same length, and those of one cable together.
        """
        groups: dict[object, _Group] = {}
        first: dict[int, int] = {}
        for place, _, prepared in entries:
            first.setdefault(id(prepared), place)
        by_cable = sorted(entries, key=lambda entry: (-entry[1].fiber.n_sections, first[id(entry[2])]))
        for place, task, prepared in by_cable:
            dt, pulses = task.stimulus.dt, task.stimulus.intracellular
            # a current into a passive end enters the cable where the modes have no port
            plain = all_plain or (pulses is not None and prepared.cable.channel_area[pulses.node] == 0)
            form = prepared.form_name(plain)
            key = (prepared.membrane.kernel.header, form, prepared.cable.sections_per_node, dt)
            if key not in groups:
                # a double cable section by section has conductances too far apart for single precision
                narrow = single and form != "DoubleCable"
                library = prepared.membrane.library(form, self._lanes, narrow)
                groups[key] = _Group(library, task.fiber.n_nodes, prepared.cable.sections_per_node, dt, plain, narrow)
            groups[key].tasks.append((place, task, prepared))
        return groups

    def _work_off(self, group: _Group, outcomes: list[Any], deferred: deque[Entry]) -> None:
        halt = threading.Event()
        n_threads = min(self._threads, -(-len(group.tasks) // group.library.ascent_lanes()))
        arguments = (group.tasks, outcomes, group.plain, group.single, halt, deferred)
        if n_threads == 1:
            work(group.solver(), *arguments)
            return
        with ThreadPoolExecutor(n_threads) as pool:
            # each thread makes its own solver, which so lies in memory of its own
            futures = [pool.submit(lambda: work(group.solver(), *arguments)) for _ in range(n_threads)]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:
                halt.set()
            for future in futures:
                future.result()


@dataclass(eq=False)
class _Group:
    """Tasks for solvers of one kind; `capacity` is the number of nodes of the longest fiber."""

    library: ctypes.CDLL
    capacity: int
    sections_per_node: int
    dt: float
    plain: bool
    single: bool
    tasks: deque[Entry] = field(default_factory=deque)

    def solver(self) -> Solver:
        """A solver for the group."""
        return Solver(self.library, self.capacity, self.sections_per_node, self.dt)


def _portions(tasks: Sequence[Task]) -> Iterator[list[tuple[int, Task]]]:
    """Tasks with their places, so many at a time that the cables they share stay few; long fibers first."""
    portion: list[tuple[int, Task]] = []
    cables: set[tuple[object, ...]] = set()
    for place, task in sorted(enumerate(tasks), key=lambda entry: -entry[1].fiber.n_sections):
        key = cable_key(task.fiber)
        if key not in cables and len(cables) == MAX_KEPT:
            yield portion
            portion, cables = [], set()
        cables.add(key)
        portion.append((place, task))
    if portion:
        yield portion


class BatchSession(Session):
    """One fiber with its stimulus; see :class:`ascent.engines.base.Session`."""

    engine = "batch"

    def __init__(self, engine: BatchEngine, fiber: Fiber, stimulus: Stimulus) -> None:
        self._engine = engine
        self.fiber = fiber
        self.stimulus = stimulus
        check_pulses(fiber, stimulus)
        engine._check_precision(fiber)

    def run(self, amplitude: float, recording: Recording | None = None, stop: StopRule | None = None) -> RunResult:
        protocol = _one_run(RunRequest(amplitude, recording, stop))
        result: RunResult = self._engine.run_many([Task(self.fiber, self.stimulus, protocol)])[0]
        return result


def _one_run(request: RunRequest) -> Protocol:
    result = yield request
    return result


def why_not(fiber: Fiber) -> str | None:
    """The reason why the batch engine cannot do `fiber`; None when it can."""
    membrane = fiber.membrane
    folders = membrane.mechanism_folders
    return _why_not(tuple(use.name for use in membrane.node_mechanisms), folders, stamps(folders))


@cache
def _why_not(
    mechanisms: tuple[str, ...], folders: tuple[str, ...], _changed: tuple[tuple[str, int], ...]
) -> str | None:
    if not supported_lanes():
        return "the processor has no AVX2 and FMA"
    try:
        if not is_carried(kernel_of(mechanisms, folders)):
            compiler()
    except MechanismError as error:
        return str(error)
    return None
