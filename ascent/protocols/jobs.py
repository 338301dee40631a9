"""One fiber as a unit of work: plain data in, plain data out, importable and picklable for any scheduler."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ascent.config.protocol import IntracellularStimConfig, ProtocolConfig
from ascent.config.saving import SavingConfig
from ascent.engines.base import IntracellularPulses, Protocol, Recording, RunRequest, RunResult, Stimulus, Task
from ascent.errors import AscentError, ConfigError
from ascent.fibers.fiber import Fiber, build_fiber
from ascent.fibers.models import Convention
from ascent.protocols.detection import Detection, ThresholdOutcome, node_at, threshold_protocol
from ascent.protocols.recording import recording_for
from ascent.protocols.search import SearchPlan


@dataclass(frozen=True, eq=False)
class FiberJob:
    """Everything that one fiber's protocol needs.

    Attributes
    ----------
    model : str
        Fiber model, ``fibers.mode`` of the sim.
    diameter : float
        µm.
    potentials : ndarray, shape (n_sections,)
        mV for 1 mA, one for each section.
    waveform : ndarray, shape (n_steps,)
        Factor of the amplitude during each step.
    dt : float
        ms.
    protocol : ProtocolConfig or mapping
    saving : SavingConfig or mapping
    intracellular : IntracellularStimConfig or mapping, optional
    temperature : float
        °C.
    bounds : (top, bottom), optional
        mA; instead of the protocol's, from a scout search.
    inner, fiber : int
        Names of the output files.
    convention : {"ascent", "pyfibers"}
    fiber_z : mapping, optional
        ``fiber_z.json`` of a project.
    electrode : ndarray, shape (n_sections,), optional
        mV for 1 mA of a recording cuff; its signal is kept of runs that are recorded.
    engine, search, precision : str
        ``auto``, ``batch`` or ``neuron``; ``ascent`` or ``fast``; ``double`` or ``single`` (batch engine).
    early_stop : bool
        Whether runs of a search may end when their verdict is settled.
    """

    model: str
    diameter: float
    potentials: NDArray[np.float64]
    waveform: NDArray[np.float64]
    dt: float
    protocol: ProtocolConfig | Mapping[str, Any]
    saving: SavingConfig | Mapping[str, Any] = field(default_factory=SavingConfig)
    intracellular: IntracellularStimConfig | Mapping[str, Any] | None = None
    temperature: float = 37.0
    bounds: tuple[float, float] | None = None
    inner: int = 0
    fiber: int = 0
    convention: Convention = "ascent"
    fiber_z: Mapping[str, Any] | None = None
    electrode: NDArray[np.float64] | None = None
    engine: str = "auto"
    search: Literal["ascent", "fast"] = "ascent"
    early_stop: bool = True
    precision: str = "double"

    @property
    def label(self) -> str:
        """``inner0_fiber0``, as in file names."""
        return f"inner{self.inner}_fiber{self.fiber}"


@dataclass(eq=False)
class FiberResult:
    """Outcome of a job.

    Attributes
    ----------
    inner, fiber : int
    mode : str
        The protocol's mode.
    n_nodes : int
    threshold : float or None
        mA, signed; None for given amplitudes.
    amplitudes : list of float
        mA of each recorded run: the given ones, or the threshold where recordings are saved.
    action_potentials : list of int
        Number at the detection node, for each of `amplitudes`.
    runs : list of RunResult
        For each of `amplitudes`.
    recording : Recording or None
        What `runs` hold.
    saving : SavingConfig
    n_runs, n_steps : int
        All runs, those of the search included.
    seconds : float
        Wall time; not reproducible.
    engine : str
        The engine that ran.
    """

    inner: int
    fiber: int
    mode: str
    n_nodes: int
    threshold: float | None
    amplitudes: list[float]
    action_potentials: list[int]
    runs: list[RunResult]
    recording: Recording | None
    saving: SavingConfig
    n_runs: int
    n_steps: int
    seconds: float
    engine: str


def run_fiber(job: FiberJob) -> FiberResult:
    """Do the protocol of `job`.

    Raises
    ------
    ThresholdError
        When a search finds no bounds; the message names the fiber and the bounds.
    ConfigError
        When the fiber, the protocol or what is to be saved is not possible.
    """
    result = run_fibers([job])[0]
    if isinstance(result, AscentError):
        raise result
    return result


def run_fibers(jobs: Sequence[FiberJob]) -> list[FiberResult | AscentError]:
    """Do the protocols of `jobs`, as many at a time as their engines can.

    Returns
    -------
    list of FiberResult or AscentError
        In the order of `jobs`; a fiber that cannot be done has the error that says why, and the others go on.
    """
    from ascent.engines import get_engine

    results: list[FiberResult | AscentError | None] = [None] * len(jobs)
    prepared: dict[tuple[str, str], list[tuple[int, _Prepared]]] = {}
    for place, job in enumerate(jobs):
        try:
            prepared.setdefault((job.engine, job.precision), []).append((place, _prepare(job)))
        except AscentError as error:
            results[place] = error
    for (name, precision), entries in prepared.items():
        started = time.perf_counter()
        engine = get_engine(name, precision=precision)
        outcomes = engine.run_many([Task(one.fiber, one.stimulus, one.protocol()) for _, one in entries])
        # fibers that ran side by side share the time that they took
        seconds = (time.perf_counter() - started) / len(entries)
        for (place, one), outcome in zip(entries, outcomes, strict=True):
            if isinstance(outcome, AscentError):
                results[place] = outcome
            else:
                search, amplitudes, runs = outcome
                results[place] = one.result(search, amplitudes, runs, seconds, engine.name_for(one.fiber))
    return [result for result in results if result is not None]


@dataclass(eq=False)
class _Prepared:
    """A job with its plain mappings turned into what an engine takes."""

    job: FiberJob
    config: ProtocolConfig
    saving: SavingConfig
    fiber: Fiber
    stimulus: Stimulus
    recording: Recording | None

    @property
    def node(self) -> int:
        """The detection node."""
        return node_at(self.config.threshold.ap_detect_location, self.fiber.n_nodes)

    def protocol(self) -> Protocol:
        """Returns ThresholdOutcome, amplitudes and runs, or the error."""
        try:
            search = ThresholdOutcome()
            amplitudes = [float(amplitude) for amplitude in self.config.amplitudes or ()]
            if self.config.mode != "FINITE_AMPLITUDES":
                block = self.config.mode == "BLOCK_THRESHOLD"
                pulses = self.stimulus.intracellular
                detection = Detection("block" if block else "activation", self.node, pulses.delay if pulses else 0.0)
                plan = search_plan(self.config, self.job.bounds)
                search = yield from threshold_protocol(
                    detection, plan, self.job.search, self.fiber.label, self.job.early_stop
                )
                if search.error is not None:
                    return search.error
                # ASCENT runs the threshold once more always; here only when something of that run is kept.
                assert search.threshold is not None
                amplitudes = [search.threshold] if self.recording or self.saving.aploctime else []
            runs = []
            for amplitude in amplitudes:
                runs.append((yield RunRequest(amplitude, self.recording)))
            return search, amplitudes, runs
        except AscentError as error:
            return error

    def result(
        self, search: ThresholdOutcome, amplitudes: list[float], runs: list[RunResult], seconds: float, engine: str
    ) -> FiberResult:
        """The job's result."""
        return FiberResult(
            inner=self.job.inner,
            fiber=self.job.fiber,
            mode=self.config.mode,
            n_nodes=self.fiber.n_nodes,
            threshold=search.threshold,
            amplitudes=amplitudes,
            action_potentials=[run.count(self.node) for run in runs],
            runs=runs,
            recording=self.recording,
            saving=self.saving,
            n_runs=search.n_runs + len(runs),
            n_steps=search.n_steps + sum(run.n_steps for run in runs),
            seconds=seconds,
            engine=engine,
        )


def _prepare(job: FiberJob) -> _Prepared:
    from ascent.config.loading import validate

    protocol = job.protocol if isinstance(job.protocol, ProtocolConfig) else validate(
        dict(job.protocol), ProtocolConfig, "protocol"
    )  # fmt: skip
    saving = job.saving if isinstance(job.saving, SavingConfig) else validate(dict(job.saving), SavingConfig, "saving")
    fiber = build_fiber(
        job.model,
        job.diameter,
        len(job.potentials),
        job.temperature,
        convention=job.convention,
        fiber_z=job.fiber_z,
        label=f"{job.label} ({job.model}, {job.diameter:g} µm)",
    )
    fiber.potentials = job.potentials
    pulses = intracellular_pulses(job.intracellular)
    if pulses is not None and not 0 <= pulses.node < fiber.n_nodes:
        raise ConfigError(
            f"intracellular_stim.ind is {pulses.node}; fiber {fiber.label} has nodes 0 to {fiber.n_nodes - 1}."
        )
    stimulus = Stimulus(
        job.waveform,
        job.dt,
        pulses,
        protocol.initSS,
        protocol.dt_initSS,
        float(protocol.threshold.value),
    )
    return _Prepared(job, protocol, saving, fiber, stimulus, recording_for(saving, fiber, job.electrode))


def search_plan(protocol: ProtocolConfig, bounds: tuple[float, float] | None = None) -> SearchPlan:
    """The search that a protocol describes; `bounds` (top, bottom; mA) replace the protocol's."""
    search, termination = protocol.bounds_search, protocol.termination_criteria
    if search is None or termination is None:
        raise AscentError("A threshold protocol needs bounds_search and termination_criteria.")
    percent = termination.mode == "PERCENT_DIFFERENCE"
    top, bottom = bounds if bounds is not None else (search.top, search.bottom)
    return SearchPlan(
        top=float(top),
        bottom=float(bottom),
        step=float(search.step),
        step_mode="percent" if search.mode == "PERCENT_INCREMENT" else "absolute",
        tolerance=float((termination.percent if percent else termination.tolerance) or 0.0),
        tolerance_mode="percent" if percent else "absolute",
        max_steps=int(search.max_steps),
    )


def intracellular_pulses(config: IntracellularStimConfig | Mapping[str, Any] | None) -> IntracellularPulses | None:
    """The pulses of ``intracellular_stim``; None when no current flows.

    As in ASCENT the train goes on to the end of the run, whatever ``IntraStim_PulseTrain_dur`` says.
    """
    if config is None:
        return None
    if not isinstance(config, IntracellularStimConfig):
        from ascent.config.loading import validate

        config = validate(dict(config), IntracellularStimConfig, "intracellular_stim")
    if not config.active:
        return None
    return IntracellularPulses(
        node=int(config.ind),
        amplitude=float(config.amp),
        pulse_width=float(config.times.pw),
        delay=float(config.times.IntraStim_PulseTrain_delay),
        frequency=float(config.pulse_repetition_freq),
    )
