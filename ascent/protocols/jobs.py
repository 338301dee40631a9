"""One fiber as a unit of work: plain data in, plain data out, importable and picklable for any scheduler."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ascent.config.protocol import IntracellularStimConfig, ProtocolConfig
from ascent.config.saving import SavingConfig
from ascent.engines.base import IntracellularPulses, Recording, RunResult, Stimulus
from ascent.errors import AscentError, ThresholdError
from ascent.fibers.fiber import Fiber, build_fiber
from ascent.fibers.models import Convention
from ascent.protocols.detection import CountingRuns, Detection, node_at
from ascent.protocols.recording import recording_for
from ascent.protocols.search import SEARCHES, SearchPlan


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
    engine, search : str
        ``auto`` or ``neuron``; ``ascent`` or ``fast``.
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
    engine: str = "auto"
    search: Literal["ascent", "fast"] = "ascent"
    early_stop: bool = True

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
    from ascent.config.loading import validate
    from ascent.engines import get_engine

    started = time.perf_counter()
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
    stimulus = Stimulus(
        job.waveform, job.dt, pulses, protocol.initSS, protocol.dt_initSS, float(protocol.threshold.value)
    )
    session = get_engine(job.engine).open(fiber, stimulus)
    node = node_at(protocol.threshold.ap_detect_location, fiber.n_nodes)
    recording = recording_for(saving, fiber.n_nodes)
    threshold: float | None = None
    n_runs = n_steps = 0
    amplitudes = [float(amplitude) for amplitude in protocol.amplitudes or ()]
    if protocol.mode != "FINITE_AMPLITUDES":
        block = protocol.mode == "BLOCK_THRESHOLD"
        detection = Detection("block" if block else "activation", node, pulses.delay if pulses else 0.0)
        runs = CountingRuns(session, detection, job.early_stop)
        threshold = search_threshold(runs, search_plan(protocol, job.bounds), job.search, fiber)
        n_runs, n_steps = runs.n_runs, runs.n_steps
        # ASCENT runs the threshold once more always; here only when something of that run is kept.
        amplitudes = [threshold] if recording or saving.aploctime else []
    recorded = [session.run(amplitude, recording) for amplitude in amplitudes]
    return FiberResult(
        inner=job.inner,
        fiber=job.fiber,
        mode=protocol.mode,
        n_nodes=fiber.n_nodes,
        threshold=threshold,
        amplitudes=amplitudes,
        action_potentials=[run.count(node) for run in recorded],
        runs=recorded,
        recording=recording,
        saving=saving,
        n_runs=n_runs + len(recorded),
        n_steps=n_steps + sum(run.n_steps for run in recorded),
        seconds=time.perf_counter() - started,
        engine=session.engine,
    )


def search_threshold(runs: CountingRuns, plan: SearchPlan, search: str, fiber: Fiber) -> float:
    """Threshold (mA) by the search called `search`; a failure names the fiber."""
    if search not in SEARCHES:
        raise AscentError(f"search is {search!r}; it should be one of {', '.join(SEARCHES)}.")
    try:
        return SEARCHES[search](runs.works, plan)
    except ThresholdError as error:
        raise ThresholdError(f"Fiber {fiber.label}: the threshold search {error}.") from None


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
