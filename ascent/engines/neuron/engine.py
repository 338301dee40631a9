"""Fibers in NEURON's fixed-step method, stepped from C.

Sections are built once and reused by every fiber of the same geometry; only one cable exists at a time, because
NEURON advances everything there is. The state at the step where the stimulus begins, which no amplitude can
change, is computed once and restored for each run: the result is the same to the last bit as starting afresh.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ascent.engines.base import Engine, Recording, RunResult, Session, Stimulus, StopRule
from ascent.engines.neuron.cable import Balance, Cable, cable_key
from ascent.engines.neuron.recorder import Recorder
from ascent.errors import ConfigError
from ascent.fibers.fiber import Fiber

#: Time between looks at whether a run may stop, ms.
CHECK_INTERVAL = 0.1
#: Fewer steps than this are taken one by one: starting NEURON's own loop costs about as much.
MANY_STEPS = 4
#: States at stimulus onset kept per cable (for a few waveforms, temperatures or time steps).
MAX_STATES = 8

_cable: Cable | None = None
#: Voltages (mV) and gates of the active nodes of a settled fiber.
_Rest = tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]
_states: dict[tuple[object, ...], tuple[Any, _Rest, Balance]] = {}


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
        if stimulus.intracellular is not None and cable.add_clamp(stimulus.intracellular.node):
            _states.clear()  # NEURON restores a state only into the very structure that it was saved from
        recorder: Recorder | None = None
        if recording:
            # NEURON's records begin with an initialisation, so these runs settle anew: a few dozen steps.
            recorder = Recorder(cable, recording, stimulus, self._current)
            begin = 0
            (rest_voltage, rest_gates), _ = _settle(cable, self.fiber, stimulus)
            recorder.start()
        else:
            begin = self._onset
            rest_voltage, rest_gates = _restore(cable, self.fiber, stimulus, begin)
        cable.reset_counters(stimulus.spike_threshold)
        quiet = cable.membrane.quiet
        chunk = max(1, round(CHECK_INTERVAL / stimulus.dt))
        calm_steps = 0
        stopped: Literal["end", "fired", "rest"] = "end"
        step = begin
        changes = iter(self._changes[np.searchsorted(self._changes, begin, side="right") :].tolist())
        next_change = next(changes, stimulus.n_steps)
        next_check = begin + chunk if stop is not None else stimulus.n_steps
        if step < stimulus.n_steps:
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
            cable.clamps[self.stimulus.intracellular.node].amp = float(self._current[step])


def _cable_of(fiber: Fiber) -> Cable:
    global _cable
    if _cable is None or _cable.key != cable_key(fiber):
        _states.clear()
        if _cable is not None:
            _cable.close()
        _cable = None
        _cable = Cable(fiber)
    return _cable


def _restore(cable: Cable, fiber: Fiber, stimulus: Stimulus, begin: int) -> _Rest:
    """Put the cable into its state at step `begin`; returns the settled voltages (mV) and gates of active nodes."""
    h = cable.h
    key = (fiber.temperature, stimulus.initial_dt, stimulus.n_initial_steps, stimulus.dt, begin)
    if key in _states:
        state, rest, balance = _states[key]
        cable.silence()
        cable.set_temperature(fiber.temperature)
        cable.set_balance(balance)
        state.restore()
        h.dt = stimulus.dt
        return rest
    rest, balance = _settle(cable, fiber, stimulus)
    if begin == 0:
        return rest
    _advance(h, begin, stimulus.dt)
    state = h.SaveState()
    state.save()
    while len(_states) >= MAX_STATES:
        _states.pop(next(iter(_states)))
    _states[key] = (state, rest, balance)
    return rest


def _settle(cable: Cable, fiber: Fiber, stimulus: Stimulus) -> tuple[_Rest, Balance]:
    """Initialise at the resting potential and let the fiber settle to time 0 without stimulus."""
    h = cable.h
    cable.silence()
    cable.set_temperature(fiber.temperature)
    h.secondorder = 0
    h.dt = stimulus.initial_dt
    h.finitialize(fiber.rest)
    balance = cable.balance()
    h.t = -stimulus.n_initial_steps * stimulus.initial_dt
    for _ in range(stimulus.n_initial_steps):
        h.fadvance()
    h.dt = stimulus.dt
    h.t = 0.0
    return (cable.voltages(), cable.gates()), balance


def _advance(h: Any, n_steps: int, dt: float) -> None:
    if n_steps < MANY_STEPS:
        for _ in range(n_steps):
            h.fadvance()
        return
    context = h.ParallelContext()
    context.set_maxstep(10)
    context.psolve(h.t + n_steps * dt)


def _is_calm(cable: Cable, rest_voltage: NDArray[np.float64], rest_gates: dict[str, NDArray[np.float64]]) -> bool:
    quiet = cable.membrane.quiet
    if np.abs(cable.voltages() - rest_voltage).max() > quiet.voltage:
        return False
    gates = cable.gates()
    return all(np.abs(gates[name] - rest_gates[name]).max() <= band for name, band in quiet.gates.items())
