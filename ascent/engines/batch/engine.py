"""The batch engine behind the interface of :mod:`ascent.engines.base`.

It takes the steps that NEURON's fixed-step method takes, so voltages agree to rounding. A run's bits depend neither
on its companions in the lanes, nor on the number of lanes, nor on threads.
"""

from __future__ import annotations

import ctypes
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ascent.engines.base import Engine, Protocol, Recording, RunRequest, RunResult, Session, Stimulus, StopRule, Task
from ascent.engines.batch.lane_queue import current_of, driven_steps, work
from ascent.engines.batch.library import Solver, compiler, is_carried, supported_lanes
from ascent.engines.batch.membranes import kernel_of
from ascent.engines.batch.prepared import PreparedCable, settle, store
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
    plain : bool
        Eliminate section by section even where the cable can be reduced to its modes.
    """

    name = "batch"

    def __init__(self, threads: int = 1, lanes: int | None = None, plain: bool = False) -> None:
        if threads < 1:
            raise ConfigError(f"threads is {threads}; it should be at least 1.")
        self._threads = threads
        self._lanes = lanes
        self._plain = plain

    def open(self, fiber: Fiber, stimulus: Stimulus) -> BatchSession:
        return BatchSession(self, fiber, stimulus)

    def run_many(self, tasks: Sequence[Task]) -> list[Any]:
        """Do every task, as many at a time as there are lanes; their outcomes, in the order of `tasks`."""
        outcomes: list[Any] = [None] * len(tasks)
        # Held here: the store forgets cables when there are many, and with them what has settled.
        cables = [store(self._lanes).get(task.fiber) for task in tasks]
        wanted = [(cable, task.stimulus, driven_steps(task)[0]) for cable, task in zip(cables, tasks, strict=True)]
        settle(wanted, self._lanes)
        for group in self._groups(tasks, cables).values():
            self._work_off(group, outcomes)
        return outcomes

    def _groups(self, tasks: Sequence[Task], cables: Sequence[PreparedCable]) -> dict[object, _Group]:
        """Tasks that one solver can do, long fibers first so that lanes hold fibers of about the same length."""
        groups: dict[object, _Group] = {}
        for place, task in sorted(enumerate(tasks), key=lambda entry: -entry[1].fiber.n_sections):
            prepared = cables[place]
            dt, pulses = task.stimulus.dt, task.stimulus.intracellular
            # a current into a passive end enters the cable where the modes have no port
            plain = self._plain or (pulses is not None and prepared.cable.channel_area[pulses.node] == 0)
            form = prepared.form(dt, plain).name
            key = (prepared.membrane.kernel.header, form, prepared.cable.sections_per_node, dt)
            if key not in groups:
                library = prepared.membrane.library(form, self._lanes)
                groups[key] = _Group(library, task.fiber.n_nodes, prepared.cable.sections_per_node, dt, plain)
            groups[key].tasks.append((place, task, prepared))
        return groups

    def _work_off(self, group: _Group, outcomes: list[Any]) -> None:
        halt = threading.Event()
        n_threads = min(self._threads, -(-len(group.tasks) // group.library.ascent_lanes()))
        arguments = (group.tasks, outcomes, group.plain, halt)
        if n_threads == 1:
            work(group.solver(), *arguments)
            return
        with ThreadPoolExecutor(n_threads) as pool:
            futures = [pool.submit(work, group.solver(), *arguments) for _ in range(n_threads)]
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
    tasks: deque[tuple[int, Task, PreparedCable]] = field(default_factory=deque)

    def solver(self) -> Solver:
        """A solver for the group."""
        return Solver(self.library, self.capacity, self.sections_per_node, self.dt)


class BatchSession(Session):
    """One fiber with its stimulus; see :class:`ascent.engines.base.Session`."""

    engine = "batch"

    def __init__(self, engine: BatchEngine, fiber: Fiber, stimulus: Stimulus) -> None:
        self._engine = engine
        self.fiber = fiber
        self.stimulus = stimulus
        current_of(Task(fiber, stimulus, _one_run(RunRequest(0.0))))

    def run(self, amplitude: float, recording: Recording | None = None, stop: StopRule | None = None) -> RunResult:
        protocol = _one_run(RunRequest(amplitude, recording, stop))
        result: RunResult = self._engine.run_many([Task(self.fiber, self.stimulus, protocol)])[0]
        return result


def _one_run(request: RunRequest) -> Protocol:
    result = yield request
    return result


def why_not(fiber: Fiber) -> str | None:
    """The reason why the batch engine cannot do `fiber`; None when it can."""
    return _why_not(tuple(use.name for use in fiber.membrane.node_mechanisms))


@cache
def _why_not(mechanisms: tuple[str, ...]) -> str | None:
    if not supported_lanes():
        return "the processor has no AVX2 and FMA"
    try:
        if not is_carried(kernel_of(mechanisms)):
            compiler()
    except MechanismError as error:
        return str(error)
    return None
