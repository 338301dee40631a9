"""Stimulus waveforms: unit-less samples W[i] that hold from i·dt to (i+1)·dt.

Every mode of ASCENT's `waveform` section is a function here. All share one frame (times in ms): zeros until
`on`, the signal until `off`, zeros until `stop`. The sample counts are ASCENT's: each of the two stretches of
zeros is one sample shorter than its time, and each pulse lasts from 0 to width - dt, so that the results of both
programs can be compared sample by sample (checked against the samples ASCENT 1.4.0 writes).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ascent.errors import ConfigError, Problem

Samples = NDArray[np.float64]

MAXIMUM_SAMPLES = 50_000_000

#: Times are sums of decimal fractions; comparisons forgive this much, ms.
SLACK = 1e-9


def monophasic_pulse_train(
    *, dt: float, on: float, off: float, stop: float, pulse_width: float, pulse_repetition_freq: float
) -> Samples:
    """Rectangular pulses of +1.

    Parameters
    ----------
    dt, on, off, stop : float
        Time step, start and end of the signal, end of the waveform, ms.
    pulse_width : float
        Duration of a pulse, ms.
    pulse_repetition_freq : float
        Pulses per second, Hz.

    Returns
    -------
    ndarray, shape (n,)
        Samples, unit-less.

    Raises
    ------
    ConfigError
        When times are out of order, a pulse is shorter than dt or longer than its period.
    """
    times = _signal_times("MONOPHASIC_PULSE_TRAIN", dt, on, off, stop)
    frequency = _frequency("MONOPHASIC_PULSE_TRAIN", pulse_repetition_freq)
    _check_phases("MONOPHASIC_PULSE_TRAIN", dt, frequency, [("pulse_width", pulse_width)], 0.0)
    signal = _pulses(times, pulse_width, frequency, dt)
    return _with_pulse("MONOPHASIC_PULSE_TRAIN", _framed(signal, dt, on, stop - off), pulse_width, dt)


def sinusoid(*, dt: float, on: float, off: float, stop: float, pulse_repetition_freq: float) -> Samples:
    """A sine of amplitude 1 that starts at phase 0; arguments as in `monophasic_pulse_train`."""
    times = _signal_times("SINUSOID", dt, on, off, stop)
    frequency = _frequency("SINUSOID", pulse_repetition_freq)
    _check_period("SINUSOID", dt, frequency)
    return _framed(np.sin(2 * np.pi * frequency * times), dt, on, stop - off)


def biphasic_full_duty(*, dt: float, on: float, off: float, stop: float, pulse_repetition_freq: float) -> Samples:
    """A square wave between +1 and -1, +1 first; arguments as in `monophasic_pulse_train`."""
    times = _signal_times("BIPHASIC_FULL_DUTY", dt, on, off, stop)
    frequency = _frequency("BIPHASIC_FULL_DUTY", pulse_repetition_freq)
    _check_period("BIPHASIC_FULL_DUTY", dt, frequency)
    return _framed(_square(times, frequency, 0.5), dt, on, stop - off)


def biphasic_pulse_train(
    *,
    dt: float,
    on: float,
    off: float,
    stop: float,
    pulse_width: float,
    inter_phase: float = 0.0,
    pulse_repetition_freq: float,
) -> Samples:
    """A pulse of +1, a gap, and a pulse of -1 of the same width, repeated.

    Parameters
    ----------
    inter_phase : float
        Gap between the phases, ms; 0 or at least dt.
    dt, on, off, stop, pulse_width, pulse_repetition_freq : float
        As in `monophasic_pulse_train`.

    Raises
    ------
    ConfigError
        As in `monophasic_pulse_train`, and when both phases and the gap do not fit into a period.
    """
    mode = "BIPHASIC_PULSE_TRAIN"
    times = _signal_times(mode, dt, on, off, stop)
    frequency = _frequency(mode, pulse_repetition_freq)
    _check_phases(mode, dt, frequency, [("pulse_width", pulse_width), ("pulse_width", pulse_width)], inter_phase)
    samples = _two_phases(times, (dt, on, off, stop), (pulse_width, pulse_width), (1.0, 1.0), inter_phase, frequency)
    return _with_pulse(mode, samples, pulse_width, dt)


def biphasic_pulse_train_q_balanced_uneven_pw(
    *,
    dt: float,
    on: float,
    off: float,
    stop: float,
    pulse_width_1: float,
    pulse_width_2: float,
    inter_phase: float = 0.0,
    pulse_repetition_freq: float,
) -> Samples:
    """A positive and a negative pulse of different widths and equal charge.

    The shorter phase has amplitude 1, the longer one shorter/longer.

    Parameters
    ----------
    pulse_width_1, pulse_width_2 : float
        Widths of the positive and of the negative phase, ms.
    dt, on, off, stop, inter_phase, pulse_repetition_freq : float
        As in `biphasic_pulse_train`.
    """
    mode = "BIPHASIC_PULSE_TRAIN_Q_BALANCED_UNEVEN_PW"
    times = _signal_times(mode, dt, on, off, stop)
    frequency = _frequency(mode, pulse_repetition_freq)
    widths = [("pulse_width_1", pulse_width_1), ("pulse_width_2", pulse_width_2)]
    _check_phases(mode, dt, frequency, widths, inter_phase)
    if pulse_width_1 < pulse_width_2:
        amplitudes = (1.0, pulse_width_1 / pulse_width_2)
    else:
        amplitudes = (pulse_width_2 / pulse_width_1, 1.0)
    samples = _two_phases(
        times, (dt, on, off, stop), (pulse_width_1, pulse_width_2), amplitudes, inter_phase, frequency
    )
    return _with_pulse(mode, samples, min(pulse_width_1, pulse_width_2), dt)


def explicit(
    *,
    values: ArrayLike,
    dt_values: float,
    dt: float,
    on: float,
    off: float,
    stop: float,
    dt_atol: float = 0.0,
    period_repeats: int = 1,
) -> Samples:
    """A waveform given sample by sample, resampled to dt where its own step differs, and repeated.

    Parameters
    ----------
    values : array_like, shape (m,)
        One period.
    dt_values : float
        Time step of `values`, ms.
    dt, on, off, stop : float
        As in `monophasic_pulse_train`.
    dt_atol : float
        Steps that differ by no more than this (ms) count as equal; else the period is resampled by FFT.
    period_repeats : int
        How often the period is played.

    Raises
    ------
    ConfigError
        When there is nothing to play, or the repeats last longer than `off - on`.
    """
    mode = "EXPLICIT"
    _signal_times(mode, dt, on, off, stop)
    period = np.asarray(values, dtype=float)
    if period.ndim != 1 or len(period) == 0 or not np.isfinite(period).all():
        raise _error(mode, "values", "not a list of finite numbers", "a waveform needs at least one finite sample")
    if not dt_values > 0:
        raise _error(mode, "dt", f"{dt_values} ms", "the step of the given waveform must be greater than 0")
    if period_repeats < 1 or not float(period_repeats).is_integer():
        raise _error(mode, "period_repeats", str(period_repeats), "must be a whole number, 1 or more")
    if abs(dt_values - dt) > dt_atol + 1e-5 * dt:
        from scipy.signal import resample

        count = round(dt_values * len(period) / dt)
        if not 1 <= count <= MAXIMUM_SAMPLES:
            raise _error(mode, "dt", f"{dt_values} ms", f"one period would make {count} samples of {dt} ms")
        period = np.asarray(resample(period, count))
    repeats = int(period_repeats)
    duration = dt * len(period) * repeats
    # A period that fills the window exactly may come out longer by rounding alone.
    if duration > (off - on) + 1e-6 * dt:
        raise _error(
            mode,
            "period_repeats",
            str(period_repeats),
            f"the repeats last {duration:g} ms and must fit between on and off ({off - on:g} ms)",
        )
    return _framed(np.tile(period, repeats), dt, on, stop - (on + duration))


def rounded(samples: ArrayLike, digits: int) -> Samples:
    """Round as the waveform file does: to what `digits` decimals say, which is what the fiber models receive.

    With too few digits the two phases of a charge-balanced waveform need not balance any more (0.25 with
    digits 1 becomes 0.2).
    """
    values, positions = np.unique(np.asarray(samples, dtype=float), return_inverse=True)
    texts: Sequence[str] = [f"{value:.{digits}f}" for value in values.tolist()]
    return np.array([float(text) for text in texts])[positions]


def _signal_times(mode: str, dt: float, on: float, off: float, stop: float) -> Samples:
    if not (np.isfinite([dt, on, off, stop]).all() and dt > 0):
        raise _error("global", "dt", f"{dt} ms", "must be greater than 0, and all times must be finite")
    if not 0 <= on <= off <= stop:
        raise _error("global", "on", f"{on}, off {off}, stop {stop} ms", "times must be in the order 0, on, off, stop")
    if stop / dt > MAXIMUM_SAMPLES:
        raise _error("global", "dt", f"{dt} ms", f"{stop} ms would take {stop / dt:.3g} steps; choose a larger step")
    return np.arange(0, off - on, dt)


def _frequency(mode: str, pulse_repetition_freq: float) -> float:
    if not (np.isfinite(pulse_repetition_freq) and pulse_repetition_freq > 0):
        raise _error(mode, "pulse_repetition_freq", f"{pulse_repetition_freq} Hz", "must be greater than 0")
    return pulse_repetition_freq / 1000


def _check_period(mode: str, dt: float, frequency: float) -> None:
    if dt > 1.0 / frequency:
        raise _error("global", "dt", f"{dt} ms", f"must not exceed the period of {mode}, {1.0 / frequency:g} ms")


def _check_phases(mode: str, dt: float, frequency: float, widths: list[tuple[str, float]], inter_phase: float) -> None:
    for key, width in widths:
        if not (np.isfinite(width) and width >= dt - SLACK):
            raise _error(mode, key, f"{width} ms", f"must be at least dt, {dt} ms")
    if not (inter_phase == 0 or (np.isfinite(inter_phase) and inter_phase >= dt - SLACK)):
        raise _error(mode, "inter_phase", f"{inter_phase} ms", f"must be 0 or at least dt, {dt} ms")
    total = sum(width for _, width in widths) + inter_phase
    if total > 1.0 / frequency + SLACK:
        raise _error(
            mode,
            widths[0][0],
            f"{widths[0][1]} ms",
            f"all phases with their gap last {total:g} ms and must fit into the period of {1.0 / frequency:g} ms",
        )


def _square(times: Samples, frequency: float, duty: float) -> Samples:
    # The rule of scipy.signal.square, whose import alone takes longer than a waveform does.
    return np.where(np.mod(2 * np.pi * frequency * times, 2 * np.pi) < duty * 2 * np.pi, 1.0, -1.0)


def _pulses(times: Samples, width: float, frequency: float, dt: float) -> Samples:
    return np.clip(_square(times, frequency, (width - dt) * frequency), 0, 1)


def _two_phases(
    times: Samples,
    frame: tuple[float, float, float, float],
    widths: tuple[float, float],
    amplitudes: tuple[float, float],
    inter_phase: float,
    frequency: float,
) -> Samples:
    dt, on, off, stop = frame
    delay = widths[0] + inter_phase
    samples = amplitudes[0] * _framed(_pulses(times, widths[0], frequency, dt), dt, on, stop - off)
    second = amplitudes[1] * _pulses(times[: -round(delay / dt)], widths[1], frequency, dt)
    # The zeros before the signal are one sample short, unless there are none.
    begin = round((on + delay - dt) / dt) - min(round(on / dt), 1)
    end = min(begin + len(second), len(samples))
    samples[begin:end] -= second[: max(end - begin, 0)]
    return samples


def _framed(signal: Samples, dt: float, before: float, after: float) -> Samples:
    return np.concatenate([np.zeros(max(round(before / dt) - 1, 0)), signal, np.zeros(max(round(after / dt) - 1, 0))])


def _with_pulse(mode: str, samples: Samples, width: float, dt: float) -> Samples:
    # A pulse of one step has no sample under the rule "from 0 to width - dt": silence instead of a stimulus.
    if not samples.any():
        raise _error(
            mode,
            "pulse_width",
            f"{width} ms",
            f"no sample of the waveform differs from 0; with dt {dt} ms use a width of at least {2 * dt:g} ms, "
            "and leave room between on and off",
        )
    return samples


def _error(section: str, key: str, value: str, expected: str) -> ConfigError:
    return ConfigError(problems=[Problem("sim", f"waveform.{section}.{key}", value, expected)])
