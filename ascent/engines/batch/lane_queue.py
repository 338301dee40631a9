"""Working through a queue of tasks in the lanes of C++ solvers: a lane whose run has ended gets the next at once."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

from ascent.engines.base import Protocol, RunRequest, RunResult, Stimulus, StopRule, Task
from ascent.engines.batch.library import ENDED, Ended, Job, Solver
from ascent.engines.batch.modes import ModalCable
from ascent.engines.batch.prepared import SECTION_STEPS, PreparedCable
from ascent.engines.batch.records import Records
from ascent.engines.batch.results import LaneResult, run_result
from ascent.engines.batch.templates import Templates
from ascent.engines.decisions import Walk
from ascent.errors import ConfigError
from ascent.fibers.fiber import Fiber

#: A task, its place among all, and its fiber's cable.
Entry = tuple[int, Task, PreparedCable]


class TaskRun:
    """A task on its way: its drive of one solver, and the run that it is at."""

    def __init__(self, task: Task, prepared: PreparedCable, templates: Templates) -> None:
        self.task = task
        self.prepared = prepared
        self._templates = templates
        fiber, stimulus = task.fiber, task.stimulus
        self._n_nodes, self._dt = fiber.n_nodes, stimulus.dt
        self._nothing_happens = stimulus.driven_steps[0] >= stimulus.n_steps
        form = templates.form(prepared)
        self._has_sections = form.name != ModalCable.name and not templates.single
        self._drive = form.drive(fiber.potentials[:: prepared.cable.spacing], templates.capacity)
        self._jobs: list[tuple[StopRule | None, Job]] = []
        self._records: Records | None = None
        self._request: RunRequest | None = None
        self._walk: Walk | None = None
        self.outcome: Any = None

    def job(self, request: RunRequest) -> Job:
        """The job for a run of the task; it stands until the next is asked for."""
        self._request = request
        if request.recording:
            fiber, stimulus = self.task.fiber, self.task.stimulus
            job = self._make_job(request.stop, whole=True)
            self._records = Records(request.recording, fiber, self.prepared, stimulus, self._templates.capacity)
            self._records.point(job)
        else:
            self._records = None
            job = self._known_job(request.stop)
        job.amplitude = request.amplitude
        self._walk = walk = None if request.recording else walk_of(request)
        if walk is None:
            job.amplitudes = job.after = None
        else:
            job.amplitudes, job.after = walk.tree.amplitudes.ctypes.data, walk.tree.after.ctypes.data
            job.place, job.detect_node = walk.number, walk.node
            job.last_step = -1 if walk.delay is None else last_step_until(walk.delay, self._dt)
        return job

    def _known_job(self, stop: StopRule | None) -> Job:
        # a protocol uses one rule, and the same object
        for rule, job in self._jobs:
            if rule is stop or rule == stop:
                return job
        job = self._make_job(stop, whole=False)
        self._jobs.append((stop, job))
        return job

    def _make_job(self, stop: StopRule | None, whole: bool) -> Job:
        return self._templates.get(self.task, self.prepared, stop, whole).copy(self._drive)

    def needs_sections(self, request: RunRequest) -> bool:
        """Whether a run needs the plain form of the cable in double precision, and this is another."""
        return request.recording is not None and request.recording.has_membrane_currents and not self._has_sections

    def nothing_to_do(self, request: RunRequest) -> RunResult | None:
        """The result of a run that has no step to take: there is no stimulus and nothing to record."""
        if not self._nothing_happens or request.recording:
            return None
        n_steps = self.task.stimulus.n_steps
        return run_result(request.amplitude, Ended(ENDED, n_steps), self._n_nodes, self._dt)

    def result(self, ended: Ended) -> RunResult:
        """What a finished run gave."""
        request = self._request
        assert request is not None
        if self._walk is not None:
            return LaneResult(request.amplitude, ended, self._walk.node, self._n_nodes, self._dt, self._walk)
        if self._records is None and request.stop is not None:
            return LaneResult(request.amplitude, ended, request.stop.node, self._n_nodes, self._dt)
        result = run_result(request.amplitude, ended, self._n_nodes, self._dt)
        if self._records is not None:
            self._records.finish(result)
        return result


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
    templates = Templates(solver, plain, single)
    active: dict[int, tuple[int, TaskRun]] = {}
    keep: dict[int, Job] = {}

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

    def assign(lane: int, job: Job) -> None:
        solver.assign(lane, job)
        keep[lane] = job  # the solver still looks at the arrays of a lane's last job when it gets a new one

    def begin(lane: int) -> None:
        while True:
            try:
                place, task, prepared = tasks.popleft()
            except IndexError:
                return
            run = TaskRun(task, prepared, templates)
            job = advance(place, run, None)
            if job is not None:
                assign(lane, job)
                active[lane] = place, run
                return
            outcomes[place] = run.outcome

    for lane in range(solver.lanes):
        begin(lane)
    # lanes have fibers of about the same length, long ones first
    max_steps = max(1, SECTION_STEPS // max((run.task.fiber.n_sections for _, run in active.values()), default=1))
    while active and not halt.is_set():
        ended = solver.run(max_steps)
        while ended:
            lane = ended.bit_length() - 1
            ended -= 1 << lane
            place, run = active[lane]
            job = advance(place, run, run.result(solver.ended(lane)))
            if job is not None:
                assign(lane, job)
            else:
                outcomes[place] = run.outcome
                del active[lane]
                begin(lane)


def _resumed(request: RunRequest, protocol: Protocol) -> Protocol:
    """The rest of a protocol that has already made `request`."""
    while True:
        result = yield request
        try:
            request = protocol.send(result)
        except StopIteration as finished:
            return finished.value


def walk_of(request: RunRequest) -> Walk | None:
    """The walk that the solver takes for a request: it counts spikes at one node, and reads the tree's first places."""
    walk, stop = request.walk, request.stop
    if walk is None or walk.number >= len(walk.tree.amplitudes) or (stop is not None and stop.node != walk.node):
        return None
    return walk


def last_step_until(time: float, dt: float) -> int:
    """The last step that ends at a time (ms) not later than `time`, as spikes' times are compared with it."""
    step = int(time / dt)
    while (step + 1) * dt <= time:
        step += 1
    while step * dt > time:
        step -= 1
    return step


def check_pulses(fiber: Fiber, stimulus: Stimulus) -> None:
    """Refuse pulses into a node that the fiber has not."""
    pulses = stimulus.intracellular
    if pulses is not None and not 0 <= pulses.node < fiber.n_nodes:
        raise ConfigError(
            f"intracellular_stim.ind is {pulses.node}; fiber {fiber.label} has nodes 0 to {fiber.n_nodes - 1}."
        )
