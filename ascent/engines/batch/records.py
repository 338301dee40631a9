"""What is kept of a run in the C++ solver: where it is written, and how it becomes the result's arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ascent.engines.base import Recording, RunResult, Stimulus
from ascent.engines.batch.library import Job
from ascent.engines.batch.prepared import PreparedCable
from ascent.errors import ConfigError
from ascent.fibers.fiber import Fiber

#: mA in 1 nA; and µV of 1 mV for 1 mA with 1 nA.
NANOAMPERE, SIGNAL = 1e-6, 1e-3


class Records:
    """Traces over time, profiles over nodes and membrane currents of one run.

    Raises
    ------
    ConfigError
        When a time lies outside the run.
    """

    def __init__(
        self,
        recording: Recording,
        fiber: Fiber,
        prepared: PreparedCable,
        stimulus: Stimulus,
        capacity: int,
    ) -> None:
        self._recording = recording
        self._stimulus = stimulus
        self._current = stimulus.current if stimulus.current is not None else np.zeros(stimulus.n_steps)
        membrane = prepared.membrane
        self._gates = membrane.gates
        self._passive = prepared.cable.channel_area == 0
        nodes = np.arange(fiber.n_nodes)

        def places(gate: str, of: NDArray[np.int64]) -> NDArray[np.int64]:
            return capacity + of * membrane.n_variables + membrane.gates[gate]

        gate_nodes = np.asarray(recording.gate_nodes, dtype=np.int64)
        traces = [np.asarray(recording.voltage_nodes, dtype=np.int64)]
        traces += [places(gate, gate_nodes) for gate in self._gates]
        self._traces = np.concatenate(traces).astype(np.int64)
        self._voltage_steps = [self._step_at(time) for time in recording.voltage_times]
        self._gate_steps = [self._step_at(time) for time in recording.gate_times]
        self._steps = np.array(sorted({*self._voltage_steps, *self._gate_steps}), dtype=np.int64)
        profile = [nodes, *(places(gate, nodes) for gate in self._gates)]
        self._profile = np.concatenate(profile).astype(np.int64) if len(self._steps) else np.empty(0, dtype=np.int64)
        self._trace_values = np.empty((stimulus.n_steps + 1, len(self._traces)))
        self._profile_values = np.full((len(self._steps), len(self._profile)), np.nan)
        sections, spacing = np.asarray(recording.current_sections, dtype=np.int64), prepared.cable.spacing
        self._insulated = sections % spacing > 0  # no current leaves them
        self._sections = sections // spacing
        self._outflow = np.empty((stimulus.n_steps + 1, len(self._sections)))
        self._weights: NDArray[np.float64] | None = None
        if recording.electrode is not None:
            self._weights = np.zeros((capacity - 1) * prepared.cable.sections_per_node + 1)
            own = SIGNAL * recording.electrode[::spacing]
            self._weights[: len(own)] = own
            self._signal = np.empty(stimulus.n_steps + 1)

    def point(self, job: Job) -> None:
        """Have `job` write here."""
        job.n_traces, job.n_profiles, job.n_profile = len(self._traces), len(self._steps), len(self._profile)
        job.traces, job.trace_out = self._traces.ctypes.data, self._trace_values.ctypes.data
        job.profile_steps, job.profile = self._steps.ctypes.data, self._profile.ctypes.data
        job.profile_out = self._profile_values.ctypes.data
        job.n_outflows, job.outflows = len(self._sections), self._sections.ctypes.data
        job.outflow_out = self._outflow.ctypes.data
        if self._weights is not None:
            job.weights, job.signal_out = self._weights.ctypes.data, self._signal.ctypes.data

    def finish(self, result: RunResult) -> None:
        """Put what was written into `result`."""
        recording = self._recording
        n_rows = result.n_steps + 1
        result.time = np.arange(n_rows, dtype=np.float64) * self._stimulus.dt
        n_voltages, n_gates, n_nodes = len(recording.voltage_nodes), len(recording.gate_nodes), len(self._passive)
        values = self._trace_values[:n_rows]
        result.voltage = values[:, :n_voltages].copy()
        profiles = {
            int(step): row.reshape(-1, n_nodes) for step, row in zip(self._steps, self._profile_values, strict=True)
        }
        for index, gate in enumerate(self._gates):
            if n_gates:
                begin = n_voltages + index * n_gates
                table = values[:, begin : begin + n_gates].copy()
                table[:, self._passive[list(recording.gate_nodes)]] = np.nan
                result.gates[gate] = table
            if self._gate_steps:
                result.gate_profiles[gate] = np.array(
                    [np.where(self._passive, np.nan, profiles[step][1 + index]) for step in self._gate_steps]
                )
        if self._voltage_steps:
            result.voltage_profile = np.array([profiles[step][0] for step in self._voltage_steps])
        if recording.current:
            # The current of a row is that of the step which ended there, so the first row has none.
            result.current = np.concatenate([[0.0], self._current[: n_rows - 1]])
        if recording.current_sections:
            result.membrane_currents = np.where(self._insulated, 0.0, self._outflow[:n_rows] * NANOAMPERE)
        if self._weights is not None:
            result.signal = self._signal[:n_rows]

    def _step_at(self, time: float) -> int:
        step = round(time / self._stimulus.dt)
        if not 0 <= step <= self._stimulus.n_steps:
            end = self._stimulus.n_steps * self._stimulus.dt
            raise ConfigError(f"saving.space.times has {time:g} ms; the run lasts from 0 to {end:g} ms.")
        return step
