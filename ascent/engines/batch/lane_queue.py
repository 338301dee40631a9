"""Working through a queue of tasks in the lanes of C++ solvers: a lane whose run has ended gets the next at once."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.engines.base import Protocol, RunRequest, RunResult, Stimulus, StopRule, Task
from ascent.engines.batch.cables import PlainCable
from ascent.engines.batch.library import AT_REST, ENDED, FIRED, Job, Solver
from ascent.engines.batch.modes import ModalCable
from ascent.engines.batch.prepared import SECTION_STEPS, CableState, PreparedCable
from ascent.engines.batch.records import Records
from ascent.errors import ConfigError
from ascent.fibers.fiber import Fiber

#: Time between looks at whether a run may stop, ms.
CHECK_INTERVAL = 0.05
_STOPPED = {ENDED: "end", FIRED: "fired", AT_REST: "rest"}
#: A task, its place among all, and its fiber's cable.
Entry = tuple[int, Task, PreparedCable]


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
        if not len(self._spikes):
            return np.empty(0)
        return self._spikes[self._spikes[:, 0] == index, 1] * self._dt


class TaskRun:
    """A task on its way: its arrays for one solver, and the run that it is at."""

    def __init__(self, task: Task, prepared: PreparedCable, shared: SharedArrays) -> None:
        self.task = task
        self.prepared = prepared
        fiber, stimulus = task.fiber, task.stimulus
        self._capacity = shared.capacity
        check_pulses(fiber, stimulus)
        self._current = stimulus.current
        self._onset, self._over = stimulus.driven_steps
        rest = prepared.state_at(stimulus, 0)
        self._settled = shared.job(prepared, rest)
        onset = rest if self._onset == 0 else prepared.state_at(stimulus, self._onset)
        self._driven = shared.job(prepared, onset)
        form = shared.form(prepared)
        self._has_sections = form.name != ModalCable.name and not shared.single
        self._drive = form.drive(fiber.potentials[:: prepared.cable.spacing], self._capacity)
        self._rest_values, self._band_values = shared.band(prepared, rest, fiber)
        self._jobs: dict[StopRule | None, Job] = {}
        self._records: Records | None = None
        self._request: RunRequest | None = None
        self.outcome: Any = None

    def job(self, request: RunRequest) -> Job:
        """The job for a run of the task; it stands until the next is asked for."""
        self._request = request
        self._records = None
        if request.recording:
            task = self.task
            job = self._make_job(request.stop, whole=True)
            self._records = Records(
                request.recording, task.fiber, self.prepared, task.stimulus, self._capacity, self._current
            )
            self._records.point(job)
        else:
            if request.stop not in self._jobs:
                self._jobs[request.stop] = self._make_job(request.stop, whole=False)
            job = self._jobs[request.stop]
        job.amplitude = request.amplitude
        return job

    def _make_job(self, stop: StopRule | None, whole: bool) -> Job:
        """A job without its amplitude, from time 0 (`whole`) or from where the stimulus begins."""
        stimulus = self.task.stimulus
        job = Job.from_buffer_copy((self._settled if whole else self._driven)[0])
        job.first_step = 0 if whole else self._onset
        job.n_steps = stimulus.n_steps
        job.drive = self._drive.ctypes.data
        job.waveform = stimulus.waveform.ctypes.data
        if self._current is not None and stimulus.intracellular is not None:
            job.current = self._current.ctypes.data
            job.clamp_node = stimulus.intracellular.node
        job.threshold = stimulus.spike_threshold
        if stop is not None:
            self._set_stop(job, stop)
        return job

    def needs_sections(self, request: RunRequest) -> bool:
        """Whether a run needs the plain form of the cable in double precision, and this is another."""
        return request.recording is not None and request.recording.has_membrane_currents and not self._has_sections

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

    def __init__(self, solver: Solver, plain: bool, single: bool) -> None:
        self.capacity = solver.capacity
        self.single = single
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
    tasks: deque[Entry],
    outcomes: list[Any],
    plain: bool,
    single: bool,
    halt: threading.Event,
    deferred: deque[Entry],
) -> None:
    """Take tasks from the queue until it is empty, as many at a time as the solver has lanes.

    A task that comes to want what only the plain form of its cable in double precision knows, the currents of its
    sections, goes to `deferred` with the rest of its protocol.
    """
    shared = SharedArrays(solver, plain, single)
    active: dict[int, tuple[int, TaskRun]] = {}
    keep: dict[int, TaskRun] = {}

    def advance(place: int, run: TaskRun, result: RunResult | None) -> Job | None:
        """The next job of a task; None when it is done here."""
        try:
            while True:
                request = next(run.task.protocol) if result is None else run.task.protocol.send(result)
                result = run.nothing_to_do(request)
                if result is None:
                    if run.needs_sections(request):
                        task = run.task
                        rest = Task(task.fiber, task.stimulus, _resumed(request, task.protocol))
                        deferred.append((place, rest, run.prepared))
                        return None
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
            job = advance(place, run, None)
            if job is not None:
                solver.assign(lane, job)
                active[lane] = place, run
                keep[lane] = run  # the solver still looks at the arrays of a lane's last job when it gets a new one
                return
            outcomes[place] = run.outcome

    for lane in range(solver.lanes):
        begin(lane)
    # lanes have fibers of about the same length, long ones first
    max_steps = max(1, SECTION_STEPS // max((run.task.fiber.n_sections for _, run in active.values()), default=1))
    while active and not halt.is_set():
        ended = solver.run(max_steps)
        for lane in [lane for lane in active if ended >> lane & 1]:
            place, run = active.pop(lane)
            status, step, spikes = solver.status(lane)
            job = advance(place, run, run.result(status, step, spikes))
            if job is not None:
                solver.assign(lane, job)
                active[lane] = place, run
            else:
                outcomes[place] = run.outcome
                begin(lane)


def _resumed(request: RunRequest, protocol: Protocol) -> Protocol:
    """The rest of a protocol that has already made `request`."""
    while True:
        result = yield request
        try:
            request = protocol.send(result)
        except StopIteration as finished:
            return finished.value


def check_pulses(fiber: Fiber, stimulus: Stimulus) -> None:
    """Refuse pulses into a node that the fiber has not."""
    pulses = stimulus.intracellular
    if pulses is not None and not 0 <= pulses.node < fiber.n_nodes:
        raise ConfigError(
            f"intracellular_stim.ind is {pulses.node}; fiber {fiber.label} has nodes 0 to {fiber.n_nodes - 1}."
        )
