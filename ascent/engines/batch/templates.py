"""Jobs for one solver as far as cable, stimulus and stop rule determine them; fibers differ by drive and amplitude."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.engines.base import StopRule, Task
from ascent.engines.batch.cables import PlainCable
from ascent.engines.batch.library import Job, Solver
from ascent.engines.batch.modes import ModalCable
from ascent.engines.batch.prepared import CableState, PreparedCable

#: Time between looks at whether a run may stop, ms.
CHECK_INTERVAL = 0.05
#: Templates that are kept, the least recently used going first: tasks of one cable follow each other.
MAX_TEMPLATES = 16


@dataclass(frozen=True, eq=False)
class Template:
    """A job without drive and amplitude, and what must be kept alive for it."""

    job: Job
    arrays: tuple[Any, ...]

    def copy(self, drive: NDArray[np.float64]) -> Job:
        """A job with a drive (without amplitude), which keeps alive what it points to."""
        job = Job.from_buffer_copy(self.job)
        job.drive = drive.ctypes.data
        job.kept = self, drive
        return job


class Templates:
    """Templates that several tasks of one solver use.

    Parameters
    ----------
    solver : Solver
    plain : bool
        Whether the solver takes cables section by section.
    single : bool
        Whether it computes in single precision.
    """

    def __init__(self, solver: Solver, plain: bool, single: bool) -> None:
        self.capacity = solver.capacity
        self.single = single
        self._dt = solver.dt
        self._plain = plain
        self._kept: OrderedDict[object, Template] = OrderedDict()
        self._cables: OrderedDict[object, Template] = OrderedDict()
        self._calms: OrderedDict[object, Template] = OrderedDict()

    def form(self, prepared: PreparedCable) -> PlainCable | ModalCable:
        """The cable as the solver takes it."""
        return prepared.form(self._dt, self._plain)

    def get(self, task: Task, prepared: PreparedCable, stop: StopRule | None, whole: bool) -> Template:
        """The template for runs of a task, from time 0 (`whole`) or from where its stimulus begins."""
        # a template holds what has these identities
        key = (id(prepared), id(task.stimulus), stop, whole)
        return _kept(self._kept, key, lambda: self._make(task, prepared, stop, whole))

    def _make(self, task: Task, prepared: PreparedCable, stop: StopRule | None, whole: bool) -> Template:
        stimulus, rest = task.stimulus, prepared.state_at(task.stimulus, 0)
        first, over = stimulus.driven_steps
        state = rest if whole or first == 0 else prepared.state_at(stimulus, first)
        cable = self._cable(prepared, state)
        arrays: list[Any] = [cable, stimulus]
        job = Job.from_buffer_copy(cable.job)
        job.first_step = 0 if whole else first
        job.n_steps = stimulus.n_steps
        job.waveform = stimulus.waveform.ctypes.data
        if stimulus.current is not None and stimulus.intracellular is not None:
            job.current = stimulus.current.ctypes.data
            job.clamp_node = stimulus.intracellular.node
        job.threshold = stimulus.spike_threshold
        if stop is not None:
            dt = stimulus.dt
            job.detect_node = stop.node
            job.stop_when_fired = 1
            # spikes in steps up to this one are not later than stop.not_before
            job.not_before = -1 if stop.not_before < 0 else math.floor(stop.not_before / dt * (1 + 1e-12))
            job.check_interval = max(1, round(CHECK_INTERVAL / dt))
            if stop.at_rest:
                job.stop_at_rest = 1
                job.calm_from = over + job.check_interval
                job.hold = math.ceil(task.fiber.membrane.quiet.hold / dt * (1 - 1e-12))
                calm = self._calm(prepared, rest, task.fiber)
                job.rest, job.band = calm.job.rest, calm.job.band
                arrays.append(calm)
        return Template(job, tuple(arrays))

    def _cable(self, prepared: PreparedCable, state: CableState) -> Template:
        """Cable and state; the solver knows by the address whether a lane's cable is the one before."""

        def make() -> Template:
            job, arrays = prepared.job(self.form(prepared), self.capacity, state)
            return Template(job, (*arrays, prepared, state))

        return _kept(self._cables, (id(prepared), id(state)), make)

    def _calm(self, prepared: PreparedCable, rest: CableState, fiber: Any) -> Template:
        """Resting values, and how far from them a calm fiber may be, in the solver's layout."""

        def make() -> Template:
            quiet, n_nodes = fiber.membrane.quiet, fiber.n_nodes
            voltages = np.where(prepared.cable.channel_area > 0, quiet.voltage, np.inf)
            variables = np.full((n_nodes, prepared.membrane.n_variables), np.inf)
            for gate, distance in quiet.gates.items():
                variables[voltages < np.inf, prepared.membrane.gates[gate]] = distance
            extra = self.capacity - n_nodes
            ends = np.full(extra, np.inf), np.full(extra * variables.shape[1], np.inf)
            band = np.concatenate([voltages, ends[0], variables.ravel(), ends[1]])
            values = rest.values(self.capacity)
            return Template(Job(rest=values.ctypes.data, band=band.ctypes.data), (values, band, rest))

        return _kept(self._calms, id(rest), make)


def _kept(kept: OrderedDict[object, Template], key: object, make: Callable[[], Template]) -> Template:
    template = kept.get(key)
    if template is None:
        template = kept[key] = make()
        if len(kept) > MAX_TEMPLATES:
            kept.popitem(last=False)
    else:
        kept.move_to_end(key)
    return template
