"""Working through a queue of tasks in the lanes of C++ solvers: a lane whose run has ended gets the next at once."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.engines.base import RunRequest, RunResult, StopRule, Task
from ascent.engines.batch.cables import PlainCable
from ascent.engines.batch.library import AT_REST, ENDED, FIRED, RUNNING, Job, Solver
from ascent.engines.batch.modes import ModalCable
from ascent.engines.batch.prepared import SECTION_STEPS, CableState, PreparedCable
from ascent.engines.batch.records import Records
from ascent.errors import ConfigError

#: Time between looks at whether a run may stop, ms.
CHECK_INTERVAL = 0.05
_STOPPED = {ENDED: "end", FIRED: "fired", AT_REST: "rest"}


class SpikeTimes(Sequence[NDArray[np.float64]]):
    """Times (ms) of the action potentials of each node, sorted out when they are asked for."""

    def __init__(self, spikes: NDArray[np.int64], n_nodes: int, dt: float) -> None:
        self._spikes, self._n_nodes, self._dt = spikes, n_nodes, dt

    def __len__(self) -> int:
        return self._n_nodes

    def __getitem__(self, node: Any) -> Any:
        if isinstance(node, slice):
            return [self[index] for index in range(*node.indices(self._n_nodes))]
        index = range(self._n_nodes)[node]
        return self._spikes[self._spikes[:, 0] == index, 1] * self._dt


class TaskRun:
    """A task on its way: its arrays for one solver, and the run that it is at."""

    def __init__(self, task: Task, prepared: PreparedCable, shared: SharedArrays) -> None:
        self.task = task
        self.prepared = prepared
        fiber, stimulus = task.fiber, task.stimulus
        self._capacity = shared.capacity
        self._current = current_of(task)
        self._onset, self._over = driven_steps(task)
        rest = prepared.state_at(stimulus, 0)
        self._settled = shared.job(prepared, rest)
        onset = rest if self._onset == 0 else prepared.state_at(stimulus, self._onset)
        self._driven = shared.job(prepared, onset)
        self._drive = shared.form(prepared).drive(fiber.potentials, self._capacity)
        self._rest_values, self._band_values = shared.band(prepared, rest, fiber)
        self._records: Records | None = None
        self._request: RunRequest | None = None
        self.outcome: Any = None

    def job(self, request: RunRequest) -> Job:
        """The job for a run of the task."""
        task, stimulus = self.task, self.task.stimulus
        self._request = request
        whole = bool(request.recording)
        job = Job.from_buffer_copy((self._settled if whole else self._driven)[0])
        job.first_step = 0 if whole else self._onset
        job.n_steps = stimulus.n_steps
        job.drive = self._drive.ctypes.data
        job.waveform = stimulus.waveform.ctypes.data
        if self._current is not None and stimulus.intracellular is not None:
            job.current = self._current.ctypes.data
            job.clamp_node = stimulus.intracellular.node
        job.amplitude = request.amplitude
        job.threshold = stimulus.spike_threshold
        if request.stop is not None:
            self._set_stop(job, request.stop)
        self._records = None
        if request.recording:
            self._records = Records(
                request.recording, task.fiber, self.prepared, stimulus, self._capacity, self._current
            )
            self._records.point(job)
        return job

    def nothing_to_do(self, request: RunRequest) -> RunResult | None:
        """The result of a run that has no step to take: there is no stimulus and nothing to record."""
        if request.recording or self._onset < self.task.stimulus.n_steps:
            return None
        return self._result(request, "end", self.task.stimulus.n_steps, np.empty((0, 2), dtype=np.int64))

    def result(self, status: int, step: int, spikes: NDArray[np.int64]) -> RunResult:
        """What a finished run gave."""
        assert self._request is not None
        result = self._result(self._request, _STOPPED[status], step, spikes)
        if self._records is not None:
            self._records.finish(result)
        return result

    def _result(self, request: RunRequest, stopped: str, step: int, spikes: NDArray[np.int64]) -> RunResult:
        fiber, stimulus = self.task.fiber, self.task.stimulus
        times = SpikeTimes(spikes, fiber.n_nodes, stimulus.dt)
        return RunResult(request.amplitude, times, step, stopped)  # type: ignore[arg-type]

    def _set_stop(self, job: Job, stop: StopRule) -> None:
        dt = self.task.stimulus.dt
        job.detect_node = stop.node
        job.stop_when_fired = 1
        # spikes in steps up to this one are not later than stop.not_before
        job.not_before = -1 if stop.not_before < 0 else math.floor(stop.not_before / dt * (1 + 1e-12))
        job.check_interval = max(1, round(CHECK_INTERVAL / dt))
        if stop.at_rest:
            job.stop_at_rest = 1
            job.calm_from = self._over + job.check_interval
            job.hold = math.ceil(self.task.fiber.membrane.quiet.hold / dt * (1 - 1e-12))
            job.rest = self._rest_values.ctypes.data
            job.band = self._band_values.ctypes.data


class SharedArrays:
    """Arrays that several tasks of one solver use."""

    def __init__(self, solver: Solver, plain: bool) -> None:
        self.capacity = solver.capacity
        self._dt = solver.dt
        self._plain = plain
        self._jobs: dict[tuple[int, int], tuple[Job, list[Any]]] = {}
        self._bands: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}

    def form(self, prepared: PreparedCable) -> PlainCable | ModalCable:
        """The cable as the solver takes it."""
        return prepared.form(self._dt, self._plain)

    def job(self, prepared: PreparedCable, state: CableState) -> tuple[Job, list[Any]]:
        """A job with cable and state set, and what must be kept alive for it."""
        key = (id(prepared), id(state))
        if key not in self._jobs:
            job, arrays = prepared.job(self.form(prepared), self.capacity, state)
            self._jobs[key] = job, [*arrays, prepared, state]
        return self._jobs[key]

    def band(self, prepared: PreparedCable, rest: CableState, fiber: Any) -> tuple[Any, Any]:
        """Resting values and how far from them a calm fiber may be, in the solver's layout."""
        key = id(rest)
        if key not in self._bands:
            quiet, n_nodes = fiber.membrane.quiet, fiber.n_nodes
            voltages = np.where(prepared.cable.channel_area > 0, quiet.voltage, np.inf)
            variables = np.full((n_nodes, prepared.membrane.n_variables), np.inf)
            for gate, distance in quiet.gates.items():
                variables[voltages < np.inf, prepared.membrane.gates[gate]] = distance
            extra = self.capacity - n_nodes
            band = np.concatenate(
                [voltages, np.full(extra, np.inf), variables.ravel(), np.full(extra * variables.shape[1], np.inf)]
            )
            self._bands[key] = rest.values(self.capacity), band
        return self._bands[key]


def work(
    solver: Solver,
    tasks: deque[tuple[int, Task, PreparedCable]],
    outcomes: list[Any],
    plain: bool,
    halt: threading.Event,
) -> None:
    """Take tasks from the queue until it is empty, as many at a time as the solver has lanes."""
    shared = SharedArrays(solver, plain)
    active: dict[int, tuple[int, TaskRun]] = {}
    keep: dict[int, TaskRun] = {}

    def advance(run: TaskRun, result: RunResult | None) -> Job | None:
        """The next job of a task; None when it is done."""
        try:
            while True:
                request = next(run.task.protocol) if result is None else run.task.protocol.send(result)
                result = run.nothing_to_do(request)
                if result is None:
                    return run.job(request)
        except StopIteration as finished:
            run.outcome = finished.value
            return None

    def begin(lane: int) -> None:
        while True:
            try:
                place, task, prepared = tasks.popleft()
            except IndexError:
                return
            run = TaskRun(task, prepared, shared)
            job = advance(run, None)
            if job is not None:
                solver.assign(lane, job)
                active[lane] = place, run
                keep[lane] = run  # the solver still looks at the arrays of a lane's last job when it gets a new one
                return
            outcomes[place] = run.outcome

    for lane in range(solver.lanes):
        begin(lane)
    while active and not halt.is_set():
        longest = max(run.task.fiber.n_sections for _, run in active.values())
        if not solver.run(max(1, SECTION_STEPS // longest)):
            continue
        for lane, status in enumerate(solver.statuses()):
            if status == RUNNING or lane not in active:
                continue
            place, run = active.pop(lane)
            _, step, spikes = solver.status(lane)
            job = advance(run, run.result(status, step, spikes))
            if job is not None:
                solver.assign(lane, job)
                active[lane] = place, run
            else:
                outcomes[place] = run.outcome
                begin(lane)


def driven_steps(task: Task) -> tuple[int, int]:
    """The first step with a stimulus, and the step after the last; the number of steps and 0 without any."""
    waveform, current = task.stimulus.waveform, current_of(task)
    driven = np.flatnonzero(waveform if current is None else (waveform != 0) | (current != 0))
    return (int(driven[0]), int(driven[-1]) + 1) if driven.size else (len(waveform), 0)


def current_of(task: Task) -> NDArray[np.float64] | None:
    """Injected current (nA) during each step; None without pulses."""
    pulses = task.stimulus.intracellular
    if pulses is None:
        return None
    if not 0 <= pulses.node < task.fiber.n_nodes:
        raise ConfigError(
            f"intracellular_stim.ind is {pulses.node}; "
            f"fiber {task.fiber.label} has nodes 0 to {task.fiber.n_nodes - 1}."
        )
    return np.ascontiguousarray(pulses.samples(task.stimulus.dt, task.stimulus.n_steps))
