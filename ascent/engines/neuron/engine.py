"""Fibers in NEURON's fixed-step method, stepped from C.

Sections are built once and reused by every fiber of the same geometry; only one cable exists at a time, because
NEURON advances everything there is. The settled state at time 0, and the state at the step where the stimulus
begins, are computed once and restored for each run: the result is the same to the last bit as starting afresh.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ascent.engines.base import Engine, Recording, RunResult, Session, Stimulus, StopRule
from ascent.engines.neuron.cable import Cable, cable_key
from ascent.engines.neuron.recorder import Recorder
from ascent.errors import ConfigError
from ascent.fibers.fiber import Fiber

#: Time between looks at whether a run may stop, ms.
CHECK_INTERVAL = 0.1
#: Fewer steps than this are taken one by one: starting NEURON's own loop costs about as much.
MANY_STEPS = 4
#: States kept per cable (settled and stimulus onset, for a few temperatures or time steps).
MAX_STATES = 8

_cable: Cable | None = None
_states: dict[tuple[object, ...], tuple[Any, NDArray[np.float64], dict[str, NDArray[np.float64]]]] = {}


class NeuronEngine(Engine):
    """The reference engine: everything, in NEURON."""

    name = "neuron"

    def open(self, fiber: Fiber, stimulus: Stimulus) -> NeuronSession:
        return NeuronSession(fiber, stimulus)


class NeuronSession(Session):
    """One fiber with its stimulus; see :class:`ascent.engines.base.Session`."""

    engine = "neuron"

    def __init__(self, fiber: Fiber, stimulus: Stimulus) -> None:
        self.fiber = fiber
        self.stimulus = stimulus
        pulses = stimulus.intracellular
        self._current = np.zeros(stimulus.n_steps)
        if pulses is not None:
            if not 0 <= pulses.node < fiber.n_nodes:
                raise ConfigError(
                    f"intracellular_stim.ind is {pulses.node}; fiber {fiber.label} has nodes 0 to {fiber.n_nodes - 1}."
                )
            self._current = pulses.samples(stimulus.dt, stimulus.n_steps)
        driven = np.flatnonzero((stimulus.waveform != 0) | (self._current != 0))
        self._onset = int(driven[0]) if driven.size else stimulus.n_steps
        self._over = int(driven[-1]) + 1 if driven.size else 0
        changed = (np.diff(stimulus.waveform) != 0) | (np.diff(self._current) != 0)
        self._changes = np.flatnonzero(changed) + 1

    def run(self, amplitude: float, recording: Recording | None = None, stop: StopRule | None = None) -> RunResult:
        from neuron import h

        cable = _cable_of(self.fiber)
        stimulus = self.stimulus
        potentials = h.Vector(self.fiber.potentials)
        recorder = Recorder(cable, recording, stimulus, self._current) if recording else None
        # Records over time begin at 0; otherwise the quiet time before the stimulus is taken from memory.
        begin = 0 if recorder is not None else self._onset
        rest_voltage, rest_gates = _restore(cable, self.fiber, stimulus, begin)
        cable.reset_counters(stimulus.spike_threshold)
        if recorder is not None:
            recorder.start()
        quiet = cable.membrane.quiet
        chunk = max(1, round(CHECK_INTERVAL / stimulus.dt))
        calm_steps = 0
        stopped: Literal["end", "fired", "rest"] = "end"
        step = begin
        changes = iter(self._changes[np.searchsorted(self._changes, begin, side="right") :].tolist())
        next_change = next(changes, stimulus.n_steps)
        next_check = begin + chunk if stop is not None else stimulus.n_steps
        self._drive(cable, potentials, amplitude, step)
        while step < stimulus.n_steps:
            until = min(next_change, next_check, stimulus.n_steps)
            if recorder is not None:
                until = recorder.next_stop(step, until)
            _advance(h, until - step, stimulus.dt)
            step = until
            if recorder is not None:
                recorder.snapshot(step)
            if step == next_change and step < stimulus.n_steps:
                self._drive(cable, potentials, amplitude, step)
                next_change = next(changes, stimulus.n_steps)
            if stop is not None and step == next_check:
                next_check += chunk
                counter = cable.counters[stop.node]
                if counter.n > 0 and counter.time > stop.not_before:
                    stopped = "fired"
                    break
                if stop.at_rest and step >= self._over + chunk:
                    calm_steps = calm_steps + chunk if _is_calm(cable, rest_voltage, rest_gates) else 0
                    if calm_steps * stimulus.dt >= quiet.hold:
                        stopped = "rest"
                        break
        cable.apply(None)
        result = RunResult(
            amplitude=amplitude,
            spike_times=tuple(np.array(times.as_numpy()) for times in cable.spike_times),
            n_steps=step,
            stopped=stopped,
        )
        if recorder is not None:
            recorder.finish(result)
        return result

    def _drive(self, cable: Cable, potentials: Any, amplitude: float, step: int) -> None:
        factor = amplitude * float(self.stimulus.waveform[step])
        cable.apply(potentials.c().mul(factor) if factor else None)
        if self.stimulus.intracellular is not None:
            cable.clamp(self.stimulus.intracellular.node).amp = float(self._current[step])


def _cable_of(fiber: Fiber) -> Cable:
    global _cable
    if _cable is None or _cable.key != cable_key(fiber):
        _states.clear()
        _cable = None
        _cable = Cable(fiber)
    return _cable


def _restore(
    cable: Cable, fiber: Fiber, stimulus: Stimulus, begin: int
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Put the cable into its state at step `begin`; returns voltages (mV) and gates of the settled active nodes."""
    from neuron import h

    cable.apply(None)
    for clamp in cable.clamps.values():
        clamp.amp = 0.0
    h.celsius = fiber.temperature
    settled = (fiber.temperature, stimulus.initial_dt, stimulus.n_initial_steps)
    key = (*settled, stimulus.dt, begin) if begin else settled
    if key not in _states:
        if begin:
            rest, gates = _restore(cable, fiber, stimulus, 0)
            _advance(h, begin, stimulus.dt)
        else:
            _settle(cable, stimulus)
            rest, gates = cable.voltages(), cable.gates()
        state = h.SaveState()
        state.save()
        while len(_states) >= MAX_STATES:
            _states.pop(next(iter(_states)))
        _states[key] = (state, rest, gates)
    state, rest, gates = _states[key]
    state.restore()
    h.dt = stimulus.dt
    h.t = begin * stimulus.dt
    return rest, gates


def _settle(cable: Cable, stimulus: Stimulus) -> None:
    """Initialise at the resting potential and let the fiber settle before time 0."""
    h = cable.h
    h.secondorder = 0
    h.dt = stimulus.initial_dt
    h.finitialize(cable.membrane.rest)
    h.t = -stimulus.n_initial_steps * stimulus.initial_dt
    for _ in range(stimulus.n_initial_steps):
        h.fadvance()
    h.dt = stimulus.dt
    h.t = 0.0


def _advance(h: Any, n_steps: int, dt: float) -> None:
    if n_steps < MANY_STEPS:
        for _ in range(n_steps):
            h.fadvance()
        return
    context = h.ParallelContext()
    context.set_maxstep(10)
    context.psolve(h.t + n_steps * dt)


def _is_calm(
    cable: Cable, rest_voltage: NDArray[np.float64], rest_gates: dict[str, NDArray[np.float64]]
) -> bool:
    quiet = cable.membrane.quiet
    if np.abs(cable.voltages() - rest_voltage).max() > quiet.voltage:
        return False
    gates = cable.gates()
    return all(np.abs(gates[name] - rest_gates[name]).max() <= band for name, band in quiet.gates.items())
