"""Keeping voltages, gates and currents of a run in NEURON."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.engines.base import Recording, RunResult, Stimulus
from ascent.engines.neuron.cable import Cable
from ascent.errors import ConfigError


class Recorder:
    """Records one run, over time at chosen nodes and over all nodes at chosen times.

    Raises
    ------
    ConfigError
        When a time lies outside the run.
    """

    def __init__(self, cable: Cable, recording: Recording, stimulus: Stimulus, current: NDArray[np.float64]) -> None:
        self._cable = cable
        self._recording = recording
        self._stimulus = stimulus
        self._current = current
        h = cable.h
        self._gate_variables = cable.membrane.gates
        passive = {0, len(cable.nodes) - 1} if cable.end is not None else set()
        self._with_gates = [node for node in range(len(cable.nodes)) if node not in passive]
        self._voltages = {node: h.Vector().record(cable.nodes[node](0.5)._ref_v) for node in recording.voltage_nodes}
        self._gates = {
            (gate, node): h.Vector().record(getattr(cable.nodes[node](0.5), f"_ref_{variable}"))
            for gate, variable in self._gate_variables.items()
            for node in recording.gate_nodes
            if node not in passive
        }
        self._voltage_steps = [self._step_at(time) for time in recording.voltage_times]
        self._gate_steps = [self._step_at(time) for time in recording.gate_times]
        self._stops = sorted({*self._voltage_steps, *self._gate_steps})
        self._outflow: SectionCurrents | None = None
        if recording.has_membrane_currents:
            self._outflow = SectionCurrents(cable, recording, stimulus.n_steps)
        self._voltage_profiles: dict[int, NDArray[np.float64]] = {}
        self._gate_profiles: dict[tuple[str, int], NDArray[np.float64]] = {}

    def start(self) -> None:
        """Begin with the present state as the first row."""
        self._cable.h.frecord_init()
        self.snapshot(0)

    def next_stop(self, step: int, until: int) -> int:
        """The step, at most `until`, up to which the run may go on without a snapshot."""
        if self._outflow is not None:
            return step + 1
        return next((stop for stop in self._stops if step < stop < until), until)

    def snapshot(self, step: int) -> None:
        """Keep the profiles over nodes if any is wanted at this step, and membrane currents if they are."""
        nodes = self._cable.nodes
        if self._outflow is not None:
            self._outflow.keep(step)
        if step in self._voltage_steps:
            self._voltage_profiles[step] = np.array([node(0.5).v for node in nodes])
        if step in self._gate_steps:
            for gate, variable in self._gate_variables.items():
                profile = np.full(len(nodes), np.nan)
                for node in self._with_gates:
                    profile[node] = getattr(nodes[node](0.5), variable)
                self._gate_profiles[gate, step] = profile

    def finish(self, result: RunResult) -> None:
        """Put what was recorded into `result` and stop recording."""
        recording = self._recording
        n_rows = result.n_steps + 1
        result.time = np.arange(n_rows, dtype=np.float64) * self._stimulus.dt
        result.voltage = _columns([self._voltages[node] for node in recording.voltage_nodes], n_rows)
        for gate in self._gate_variables:
            if recording.gate_nodes:
                result.gates[gate] = _columns([self._gates.get((gate, node)) for node in recording.gate_nodes], n_rows)
            if recording.gate_times:
                result.gate_profiles[gate] = np.array(
                    [self._gate_profiles.get((gate, step), np.full(len(self._cable.nodes), np.nan))
                     for step in self._gate_steps]
                )  # fmt: skip
        if recording.voltage_times:
            result.voltage_profile = np.array([self._voltage_profiles[step] for step in self._voltage_steps])
        if recording.current:
            # The current of a row is that of the step which ended there, so the first row has none.
            result.current = np.concatenate([[0.0], self._current[: n_rows - 1]])
        if self._outflow is not None:
            self._outflow.finish(result, n_rows)
        self._voltages.clear()
        self._gates.clear()

    def _step_at(self, time: float) -> int:
        step = round(time / self._stimulus.dt)
        if not 0 <= step <= self._stimulus.n_steps:
            end = self._stimulus.n_steps * self._stimulus.dt
            raise ConfigError(f"saving.space.times has {time:g} ms; the run lasts from 0 to {end:g} ms.")
        return step


class SectionCurrents:
    """Net currents of sections step by step, from NEURON's i_membrane and the potentials under the myelin."""

    def __init__(self, cable: Cable, recording: Recording, n_steps: int) -> None:
        self._cable = cable
        self._sections = list(recording.current_sections)
        self._electrode = recording.electrode
        self._currents = np.empty((n_steps + 1, len(self._sections)))
        self._signal = np.empty(n_steps + 1 if recording.electrode is not None else 0)

    def keep(self, step: int) -> None:
        """Keep those of the step that has just ended."""
        currents = self._cable.net_currents()
        self._currents[step] = currents[self._sections]
        if self._electrode is not None:
            # mV for 1 mA times mA, in µV
            self._signal[step] = 1e3 * (self._electrode @ currents)

    def finish(self, result: RunResult, n_rows: int) -> None:
        """Put what was kept into `result`."""
        if self._sections:
            result.membrane_currents = self._currents[:n_rows]
        if self._electrode is not None:
            result.signal = self._signal[:n_rows]


def _columns(vectors: list[Any | None], n_rows: int) -> NDArray[np.float64]:
    table = np.full((n_rows, len(vectors)), np.nan)
    for column, vector in enumerate(vectors):
        if vector is not None:
            table[:, column] = vector.as_numpy()
    return table
