"""What every engine offers: open a fiber with a stimulus, then run it at one amplitude after another.

Time is counted in steps: step i goes from ``i*dt`` to ``(i+1)*dt`` under the extracellular potential
``amplitude * waveform[i] * potentials``. An action potential at a node is an upward crossing of the detection
threshold; it carries the time of the first step end at which the node was at or above it.

Early stop
----------
A run may end before its last step when its :class:`StopRule` says that the rest cannot matter:

* *fired*: the detection node has fired (later than `not_before`). Counts and last-spike times only grow, so for
  activation (at least one spike) and block (no spike after the delay) the verdict stands.
* *rest*: the waveform is zero for good, no intracellular pulse is on or still to come, and at every check, for as
  long as the membrane's `hold`, every node was within the membrane's small band of its resting voltage and every
  gate within its band of rest. `hold` is longer than a spike takes to leave the zone where it starts, and a
  travelling spike keeps several nodes outside the band, so nothing is left that could fire.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ascent.engines.decisions import Walk
from ascent.errors import ConfigError
from ascent.fibers.fiber import Fiber


@dataclass(frozen=True)
class IntracellularPulses:
    """A train of rectangular current pulses into one node.

    Attributes
    ----------
    node : int
        Node index.
    amplitude : float
        nA.
    pulse_width, delay : float
        ms.
    frequency : float
        Hz; 0 means a single pulse.
    duration : float
        ms from `delay` within which pulses occur.
    """

    node: int
    amplitude: float
    pulse_width: float
    delay: float
    frequency: float = 0.0
    duration: float = float("inf")

    def samples(self, dt: float, n_steps: int) -> NDArray[np.float64]:
        """Current (nA) during each step, shape (n_steps,); a step is on when its middle lies in a pulse."""
        middle = (np.arange(n_steps) + 0.5) * dt - self.delay
        phase = middle if self.frequency <= 0 else np.mod(middle, 1000.0 / self.frequency)
        on = (middle >= 0) & (middle < self.duration) & (phase < self.pulse_width)
        return np.where(on, self.amplitude, 0.0)


@dataclass(frozen=True, eq=False)
class Stimulus:
    """What drives a fiber, apart from the amplitude.

    Attributes
    ----------
    waveform : ndarray, shape (n_steps,)
        Factor of the amplitude during each step.
    dt : float
        Step, ms.
    intracellular : IntracellularPulses, optional
    initial_time, initial_dt : float
        The fiber settles from `initial_time` (ms, ≤ 0) to 0 without stimulus in steps of `initial_dt` (ms).
    spike_threshold : float
        mV at which a node counts as firing.
    """

    waveform: NDArray[np.float64]
    dt: float
    intracellular: IntracellularPulses | None = None
    initial_time: float = -200.0
    initial_dt: float = 5.0
    spike_threshold: float = -30.0

    def __post_init__(self) -> None:
        waveform = np.ascontiguousarray(self.waveform, dtype=np.float64)
        object.__setattr__(self, "waveform", waveform)
        if waveform.ndim != 1 or not waveform.size or not np.isfinite(waveform).all():
            raise ConfigError("A waveform is a non-empty one-dimensional array of finite numbers, one for each step.")
        if not self.dt > 0:
            raise ConfigError(f"dt is {self.dt:g} ms; it should be greater than 0.")
        if not (self.initial_time <= 0 < self.initial_dt):
            raise ConfigError(
                f"initSS is {self.initial_time:g} ms and dt_initSS {self.initial_dt:g} ms; "
                f"initSS should be 0 or less and dt_initSS greater than 0."
            )

    @cached_property
    def current(self) -> NDArray[np.float64] | None:
        """Injected current (nA) during each step, shape (n_steps,); None without pulses."""
        if self.intracellular is None:
            return None
        return np.ascontiguousarray(self.intracellular.samples(self.dt, self.n_steps))

    @cached_property
    def driven_steps(self) -> tuple[int, int]:
        """The first step with a stimulus, and the step after the last; the number of steps and 0 without any."""
        driven = np.flatnonzero(self.waveform if self.current is None else (self.waveform != 0) | (self.current != 0))
        return (int(driven[0]), int(driven[-1]) + 1) if driven.size else (self.n_steps, 0)

    @property
    def n_steps(self) -> int:
        """Number of steps of a full run."""
        return int(self.waveform.size)

    @cached_property
    def n_initial_steps(self) -> int:
        """Whole steps of `initial_dt` that fit before time 0, as ASCENT takes them."""
        return int(np.floor(-self.initial_time / self.initial_dt + 1e-9))


@dataclass(frozen=True)
class Recording:
    """What to keep of a run. Nodes are node indices, sections section indices, times are ms.

    `voltage_nodes` and `gate_nodes` are recorded at every step, `voltage_times` and `gate_times` at every node;
    `current` records the intracellular current at every step. `current_sections` are those whose net membrane current
    is recorded at every step, and `electrode` holds the potentials (mV for 1 mA, one for each section) of a recording
    contact, whose signal is recorded at every step.
    """

    voltage_nodes: tuple[int, ...] = ()
    gate_nodes: tuple[int, ...] = ()
    voltage_times: tuple[float, ...] = ()
    gate_times: tuple[float, ...] = ()
    current: bool = False
    current_sections: tuple[int, ...] = ()
    electrode: NDArray[np.float64] | None = field(default=None, compare=False)

    def __bool__(self) -> bool:
        over_time = self.voltage_nodes or self.gate_nodes or self.current or self.has_membrane_currents
        return bool(over_time or self.voltage_times or self.gate_times)

    @property
    def has_membrane_currents(self) -> bool:
        """Whether net membrane currents are needed."""
        return bool(self.current_sections) or self.electrode is not None


@dataclass(frozen=True)
class StopRule:
    """When a run may end early; see the module's text.

    Attributes
    ----------
    node : int
        The detection node.
    not_before : float
        Only a spike later than this (ms) settles the verdict.
    at_rest : bool
        Whether a fiber that has come to rest may stop.
    """

    node: int
    not_before: float = -float("inf")
    at_rest: bool = True


# Most runs record nothing, and a search makes thousands.
_NO_VALUES, _NO_TABLE = np.empty(0), np.empty((0, 0))
_NO_VALUES.flags.writeable = _NO_TABLE.flags.writeable = False


def _no_values() -> NDArray[np.float64]:
    return _NO_VALUES


def _no_table() -> NDArray[np.float64]:
    return _NO_TABLE


@dataclass(eq=False)
class RunResult:
    """Outcome of one run.

    Attributes
    ----------
    amplitude : float
        mA.
    spike_times : sequence of ndarray
        Times (ms) of the action potentials of each node.
    n_steps : int
        Steps taken.
    stopped : {"end", "fired", "rest"}
        Why the run ended.
    time : ndarray
        ms, of the rows of the records over time; empty without any.
    voltage, current : ndarray
        (n_times, n_voltage_nodes) mV; (n_times,) nA.
    gates : dict
        Gate name -> (n_times, n_gate_nodes); NaN where a passive end node has no gates.
    voltage_profile : ndarray
        (n_voltage_times, n_nodes) mV.
    gate_profiles : dict
        Gate name -> (n_gate_times, n_nodes).
    membrane_currents : ndarray
        (n_times, n_current_sections) mA: the net current from each section out of the fiber in the step that ended
        at the row's time (outward positive): capacitive and ionic current of its membrane, and in a double cable what
        the periaxonal space brings from its neighbours. Over all sections they add up to the injected current.
    signal : ndarray
        (n_times,) µV at the recording contact: by reciprocity (Plonsey & Barr, Bioelectricity, ch. 8) the sum over
        sections of the potential that 1 mA of the contact makes there, times the net current in mA.
    place : int, optional
        Where in the tree of the request's walk this run was; without, where it was asked for.
    runs_before, steps_before : int
        Runs that the walk made before this one, and their steps.
    """

    amplitude: float
    spike_times: Sequence[NDArray[np.float64]]
    n_steps: int
    stopped: Literal["end", "fired", "rest"]
    time: NDArray[np.float64] = field(default_factory=_no_values)
    voltage: NDArray[np.float64] = field(default_factory=_no_table)
    gates: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    current: NDArray[np.float64] = field(default_factory=_no_values)
    voltage_profile: NDArray[np.float64] = field(default_factory=_no_table)
    gate_profiles: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    membrane_currents: NDArray[np.float64] = field(default_factory=_no_table)
    signal: NDArray[np.float64] = field(default_factory=_no_values)
    place: int | None = None
    runs_before: int = 0
    steps_before: int = 0

    def count(self, node: int) -> int:
        """Number of action potentials at `node`."""
        return len(self.spike_times[node])

    def last_spike(self, node: int) -> float:
        """Time (ms) of the last action potential at `node`; 0 without any, as NEURON's APCount has it."""
        times = self.spike_times[node]
        return float(times[-1]) if len(times) else 0.0


class RunRequest(NamedTuple):
    """A run that a protocol asks for: amplitude in mA, what to keep, and when it may end early.

    With a `walk` an engine may go on from there through the search's tree, and give the result of its last run.
    """

    amplitude: float
    recording: Recording | None = None
    stop: StopRule | None = None
    walk: Walk | None = None


#: What is done with one fiber: yields requests, is sent their results, and returns its outcome.
Protocol = Generator[RunRequest, RunResult, Any]


@dataclass(frozen=True, eq=False)
class Task:
    """A protocol for a fiber with its stimulus."""

    fiber: Fiber
    stimulus: Stimulus
    protocol: Protocol


class Session(ABC):
    """A fiber that is ready to run. Runs are independent: each begins from the settled state at time 0."""

    engine: str

    @abstractmethod
    def run(self, amplitude: float, recording: Recording | None = None, stop: StopRule | None = None) -> RunResult:
        """Run the fiber at `amplitude` (mA)."""


class Engine(ABC):
    """Makes sessions."""

    name: str

    @abstractmethod
    def open(self, fiber: Fiber, stimulus: Stimulus) -> Session:
        """A session for `fiber` with its present potentials."""

    def name_for(self, fiber: Fiber) -> str:
        """Name of the engine that does `fiber`."""
        return self.name

    def run_many(self, tasks: Sequence[Task]) -> list[Any]:
        """Do every task; their outcomes, in the order of `tasks`. Engines that can work on many at a time do so."""
        return [self._run_one(task) for task in tasks]

    def _run_one(self, task: Task) -> Any:
        session = self.open(task.fiber, task.stimulus)
        try:
            request = next(task.protocol)
            while True:
                request = task.protocol.send(session.run(request.amplitude, request.recording, request.stop))
        except StopIteration as finished:
            return finished.value
