"""Spikes in membrane potentials, and what is counted of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ascent.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

#: Thresholds that simrun's users take, mV: at the soma, and elsewhere.
SOMA_THRESHOLD_MV = 0.0
DENDRITE_THRESHOLD_MV = -30.0


def simple_spike_detection(t: ArrayLike, v: ArrayLike, threshold: float = SOMA_THRESHOLD_MV) -> NDArray[np.float64]:
    """Times at which a membrane potential crosses a threshold upwards.

    Parameters
    ----------
    t : array_like, shape (n,)
        Time, ms.
    v : array_like, shape (n,)
        Membrane potential, mV.
    threshold : float
        mV; a spike is at the first sample that is not below it after one that is.

    Returns
    -------
    array of float
        ms.
    """
    times, potential = np.asarray(t, dtype=float), np.asarray(v, dtype=float)
    if times.shape != potential.shape or times.ndim != 1:
        raise ConfigError(
            f"t and v must be two series of one length, not of shapes {times.shape} and {potential.shape}."
        )
    below = potential < threshold
    return times[1:][below[:-1] & ~below[1:] & ~np.isnan(potential[1:])]


def spike_detection(voltage_traces: pd.DataFrame, threshold: float = SOMA_THRESHOLD_MV) -> pd.DataFrame:
    """Spike times of every trial.

    Parameters
    ----------
    voltage_traces : DataFrame
        A row a trial, a column a time (ms); mV.
    threshold : float
        mV.

    Returns
    -------
    DataFrame
        A row a trial; columns 0, 1, … its spikes (ms), NaN after the last.
    """
    times = voltage_traces.columns.to_numpy(dtype=float)
    found = [simple_spike_detection(times, row, threshold) for row in voltage_traces.to_numpy(dtype=float)]
    return ragged_frame(found, voltage_traces.index)


def ragged_frame(rows: Sequence[NDArray[np.float64]], index: pd.Index) -> pd.DataFrame:
    """Rows of unequal length as a frame with columns 0, 1, …, padded with NaN."""
    import pandas as pd

    return pd.DataFrame(padded(rows), index=index, dtype=float)


def padded(rows: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Rows of unequal length as an array, padded with NaN."""
    width = max((len(row) for row in rows), default=0)
    values = np.full((len(rows), width), np.nan)
    for row, times in zip(values, rows, strict=True):
        row[: len(times)] = times
    return values


def spike_in_interval(spike_times: pd.DataFrame, tmin: float, tmax: float) -> pd.Series:
    """Whether each trial has a spike from `tmin` up to but not including `tmax` (ms)."""
    return ((spike_times >= tmin) & (spike_times < tmax)).any(axis=1)


def spike_count(spike_times: pd.DataFrame, tmin: float, tmax: float) -> pd.Series:
    """How many spikes each trial has from `tmin` up to but not including `tmax` (ms)."""
    return ((spike_times >= tmin) & (spike_times < tmax)).sum(axis=1)


def spike_probability(spike_times: pd.DataFrame, tmin: float, tmax: float) -> float:
    """Part of the trials with at least one spike in [tmin, tmax), ms."""
    return float(spike_in_interval(spike_times, tmin, tmax).mean()) if len(spike_times) else float("nan")


def firing_rate(spike_times: pd.DataFrame, tmin: float, tmax: float) -> float:
    """Mean rate in [tmin, tmax) ms over all trials, Hz."""
    if not len(spike_times) or tmax <= tmin:
        return float("nan")
    return float(spike_count(spike_times, tmin, tmax).sum() / len(spike_times) / (tmax - tmin) * 1000)


def psth(
    spike_times: pd.DataFrame, tmin: float, tmax: float, bin_ms: float = 5.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Peri-stimulus time histogram.

    Parameters
    ----------
    spike_times : DataFrame
        A row a trial, ms.
    tmin, tmax, bin_ms : float
        From, to, width of a bin, ms.

    Returns
    -------
    edges : array of float, shape (n + 1,)
        ms.
    counts : array of float, shape (n,)
        Spikes per trial and bin.

    Raises
    ------
    ConfigError
        When there is no whole bin.
    """
    bins = int((tmax - tmin) / bin_ms + 1e-9) if bin_ms > 0 else 0
    if bins < 1:
        raise ConfigError(f"a histogram from {tmin:g} to {tmax:g} ms has no bin of {bin_ms:g} ms.")
    edges: NDArray[np.float64] = tmin + bin_ms * np.arange(bins + 1, dtype=float)
    values = spike_times.to_numpy(dtype=float)
    # Half-open bins, as everywhere: numpy's histogram would count a spike at the very end.
    places = np.floor((values[~np.isnan(values)] - tmin) / bin_ms)
    inside = places[(places >= 0) & (places < bins)].astype(int)
    counts = np.bincount(inside, minlength=bins).astype(float)
    return edges, counts / max(len(spike_times), 1)
