"""Threshold searches and given amplitudes over lists of fibers, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ascent.engines import default_threads, get_engine
from ascent.engines.base import IntracellularPulses, Protocol, Recording, RunRequest, Stimulus, Task
from ascent.errors import ConfigError
from ascent.fibers.fiber import Fiber
from ascent.protocols.detection import Detection, node_at, threshold_protocol
from ascent.protocols.recording import recording_from
from ascent.protocols.search import SEARCHES, SearchPlan

if TYPE_CHECKING:
    import pandas


def find_threshold(
    fibers: Sequence[Fiber] | Fiber,
    waveform: ArrayLike,
    dt: float,
    tstop: float | None = None,
    mode: str = "activation",
    top: float = -1.0,
    bottom: float = -0.01,
    bounds_step: float = 10.0,
    bounds_mode: str = "percent",
    tolerance: float = 1.0,
    location: float = 0.9,
    threshold_mv: float = -30.0,
    intracellular: Mapping[str, float] | None = None,
    block_delay: float | None = None,
    engine: str = "auto",
    search: str = "ascent",
    *,
    tolerance_mode: str = "percent",
    max_steps: int = 100,
    initial_time: float = -200.0,
    initial_dt: float = 5.0,
    early_stop: bool = True,
    threads: int | None = None,
    precision: str = "double",
) -> pandas.DataFrame:
    """Threshold amplitude of each fiber.

    Parameters
    ----------
    fibers : sequence of Fiber
        With their potentials set (mV for 1 mA).
    waveform : array_like, shape (n,)
        Samples W[i] that hold from ``i*dt``; zeros follow up to `tstop`.
    dt, tstop : float
        ms; without `tstop` a run lasts as long as the waveform.
    mode : {"activation", "block"}
    top, bottom : float
        First bounds, mA; *top* should work and *bottom* not.
    bounds_step, bounds_mode : float, {"percent", "absolute"}
        Growth of a wrong bound in % or mA.
    tolerance, tolerance_mode : float, {"percent", "absolute"}
        Largest difference of the bounds at the end, in % or mA.
    location : float
        Where action potentials are looked for, 0 to 1.
    threshold_mv : float
        What an action potential crosses, mV.
    intracellular : mapping, optional
        location (0-1), amplitude (nA), pulse_width (ms), delay (ms), frequency (Hz), duration (ms).
    block_delay : float, optional
        ms; block means that no action potential comes later. By default the delay of the intracellular pulses.
    engine : {"auto", "batch", "neuron"}
    search : {"ascent", "fast"}
        ASCENT's decision sequence, or the same tolerance with fewer runs.
    max_steps : int
        Changes of the bounds before the search gives up.
    initial_time, initial_dt : float
        Settling before time 0, ms.
    early_stop : bool
        Whether runs may end when their verdict is settled (:mod:`ascent.engines.base`).
    threads : int, optional
        Of the batch engine; the result has the same bits for any number. By default what ``OMP_NUM_THREADS`` says,
        else one for each core.
    precision : {"double", "single"}
        Of the batch engine. Single precision takes twice the lanes; voltages stay within 0.01 mV of double precision
        and thresholds within 1e-5 of theirs, and fiber models that do not stand it are refused.

    Returns
    -------
    pandas.DataFrame
        index, threshold_mA, n_runs, n_steps, engine, status; a fiber whose search failed has NaN and the reason
        in `status`, which is ``"ok"`` otherwise.

    Raises
    ------
    ConfigError
        When an argument is wrong.
    """
    import pandas

    if mode not in ("activation", "block"):
        raise ConfigError(f"mode is {mode!r}; it should be activation or block.")
    if search not in SEARCHES:
        raise ConfigError(f"search is {search!r}; it should be one of {', '.join(SEARCHES)}.")
    for name, value in (("bounds_mode", bounds_mode), ("tolerance_mode", tolerance_mode)):
        if value not in ("percent", "absolute"):
            raise ConfigError(f"{name} is {value!r}; it should be percent or absolute.")
    if mode == "block" and intracellular is None and block_delay is None:
        raise ConfigError("A block threshold needs intracellular pulses whose spikes are to be blocked.")
    plan = SearchPlan(top, bottom, bounds_step, bounds_mode, tolerance, tolerance_mode, max_steps)  # type: ignore[arg-type]
    samples = fitted(waveform, dt, tstop)
    chosen = get_engine(engine, threads if threads is not None else default_threads(), precision)
    listed = [fibers] if isinstance(fibers, Fiber) else list(fibers)
    tasks = []
    stimuli: dict[IntracellularPulses | None, Stimulus] = {}
    for fiber in listed:
        pulses = pulses_from(intracellular, fiber.n_nodes)
        delay = block_delay if block_delay is not None else (pulses.delay if pulses else 0.0)
        if pulses not in stimuli:
            stimuli[pulses] = Stimulus(samples, dt, pulses, initial_time, initial_dt, threshold_mv)
        stimulus = stimuli[pulses]
        detection = Detection(mode, node_at(_location(location), fiber.n_nodes), delay)  # type: ignore[arg-type]
        tasks.append(Task(fiber, stimulus, threshold_protocol(detection, plan, search, fiber.label, early_stop)))
    rows = []
    for index, (fiber, outcome) in enumerate(zip(listed, chosen.run_many(tasks), strict=True)):
        threshold = np.nan if outcome.threshold is None else outcome.threshold
        status = "ok" if outcome.error is None else str(outcome.error)
        rows.append((index, threshold, outcome.n_runs, outcome.n_steps, chosen.name_for(fiber), status))
    return pandas.DataFrame(rows, columns=["index", "threshold_mA", "n_runs", "n_steps", "engine", "status"])


def run_amplitudes(
    fibers: Sequence[Fiber] | Fiber,
    waveform: ArrayLike,
    dt: float,
    tstop: float | None = None,
    amplitudes: Sequence[float] = (),
    record: Mapping[str, Any] | None = None,
    engine: str = "auto",
    *,
    location: float = 0.9,
    threshold_mv: float = -30.0,
    intracellular: Mapping[str, float] | None = None,
    initial_time: float = -200.0,
    initial_dt: float = 5.0,
    threads: int | None = None,
    precision: str = "double",
) -> pandas.DataFrame:
    """Run each fiber at given amplitudes, to the end.

    Parameters
    ----------
    amplitudes : sequence of float
        mA.
    record : mapping, optional
        ``{"vm": "all" | node indices, "gates": "all" | node indices, "current": bool,
        "membrane_currents": "all" | section indices, "electrode": potentials}``; `current` is the intracellular one,
        `membrane_currents` are the net currents out of sections (mA, outward positive), and `electrode` holds the
        potentials (mV for 1 mA, at the sections) of a recording contact whose signal (µV) is wanted: one array for
        each fiber, or one array for a single fiber.
    Others
        As in :func:`find_threshold`.

    Returns
    -------
    pandas.DataFrame
        index, amplitude_mA, n_aps and last_ap_ms (NaN without any) at `location`, n_steps, engine, and `run`:
        the :class:`ascent.engines.base.RunResult` with what was recorded.
    """
    import pandas

    if not len(amplitudes):
        raise ConfigError("amplitudes is empty; give at least one, in mA.")
    samples = fitted(waveform, dt, tstop)
    chosen = get_engine(engine, threads if threads is not None else default_threads(), precision)
    listed = [fibers] if isinstance(fibers, Fiber) else list(fibers)
    sizes = [float(amplitude) for amplitude in amplitudes]
    tasks = []
    for fiber, wanted in zip(listed, _records(record or {}, fibers), strict=True):
        stimulus = Stimulus(
            samples, dt, pulses_from(intracellular, fiber.n_nodes), initial_time, initial_dt, threshold_mv
        )
        recording = recording_from(wanted, fiber)
        # each run is a task of its own, so that an engine may do them side by side
        tasks += [Task(fiber, stimulus, _single(amplitude, recording)) for amplitude in sizes]
    rows = []
    for place, run in enumerate(chosen.run_many(tasks)):
        index, fiber = place // len(sizes), listed[place // len(sizes)]
        node = node_at(_location(location), fiber.n_nodes)
        last = run.last_spike(node) if run.count(node) else np.nan
        rows.append((index, run.amplitude, run.count(node), last, run.n_steps, chosen.name_for(fiber), run))
    columns = ["index", "amplitude_mA", "n_aps", "last_ap_ms", "n_steps", "engine", "run"]
    return pandas.DataFrame(rows, columns=columns)


def _single(amplitude: float, recording: Recording | None) -> Protocol:
    run = yield RunRequest(amplitude, recording)
    return run


def _records(record: Mapping[str, Any], fibers: Sequence[Fiber] | Fiber) -> list[Mapping[str, Any]]:
    """What to record of each fiber: each has its own potentials of a recording contact."""
    if isinstance(fibers, Fiber) or record.get("electrode") is None:
        return [record] * (1 if isinstance(fibers, Fiber) else len(fibers))
    electrodes = list(record["electrode"])
    if len(electrodes) != len(fibers):
        raise ConfigError(
            f"record.electrode has {len(electrodes)} arrays for {len(fibers)} fibers; it should have one for each."
        )
    return [{**record, "electrode": electrode} for electrode in electrodes]


def fitted(waveform: ArrayLike, dt: float, tstop: float | None) -> NDArray[np.float64]:
    """`waveform` cut or followed by zeros so that it lasts `tstop` (ms)."""
    samples = np.asarray(waveform, dtype=np.float64)
    if not dt > 0:
        raise ConfigError(f"dt is {dt:g} ms; it should be greater than 0.")
    if tstop is None or samples.ndim != 1:
        return samples
    n_steps = round(tstop / dt)
    if n_steps < 1:
        raise ConfigError(f"tstop is {tstop:g} ms; it should be at least one step of {dt:g} ms.")
    whole = np.zeros(n_steps)
    whole[: min(n_steps, samples.size)] = samples[:n_steps]
    return whole


def pulses_from(values: Mapping[str, float] | None, n_nodes: int) -> IntracellularPulses | None:
    """Pulses of the plain mapping that :func:`find_threshold` takes."""
    if values is None:
        return None
    known = ("location", "amplitude", "pulse_width", "delay", "frequency", "duration")
    for key in values:
        if key not in known:
            raise ConfigError(f"intracellular has the key {key!r}; it may have {', '.join(known)}.")
    for key in ("amplitude", "pulse_width", "delay"):
        if key not in values:
            raise ConfigError(f"intracellular lacks {key}; it needs amplitude (nA), pulse_width (ms) and delay (ms).")
    return IntracellularPulses(
        node=node_at(_location(values.get("location", 0.0)), n_nodes),
        amplitude=float(values["amplitude"]),
        pulse_width=float(values["pulse_width"]),
        delay=float(values["delay"]),
        frequency=float(values.get("frequency", 0.0)),
        duration=float(values.get("duration", float("inf"))),
    )


def _location(value: float) -> float:
    if not 0 <= value <= 1:
        raise ConfigError(f"location is {value:g}; it should be from 0 to 1.")
    return value
