"""Currents of point processes that are known before a run: IClamp and epsp."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def injected_current(process: Any, half_times: Array) -> Array:
    """The current (nA, into the cell) of a point process in each step, taken in its middle as NEURON does.

    Parameters
    ----------
    process : IClamp or epsp
    half_times : ndarray
        Middle of each step, ms.
    """
    if process.hname().startswith("IClamp"):
        on = (half_times >= process.delay) & (half_times < process.delay + process.dur)
        return np.where(on, process.amp, 0.0)
    return _epsp(process.onset, process.tau0, process.tau1, process.imax, half_times)


def _epsp(onset: float, tau0: float, tau1: float, imax: float, times: Array) -> Array:
    """The current of epsp.mod, with its sign turned: inward is positive here."""

    def decayed(x: Array | float) -> Array:
        return np.where(np.asarray(x) > 100, 0.0, np.exp(-np.minimum(x, 100.0)))

    t_peak = tau0 * tau1 * np.log(tau0 / tau1) / (tau0 - tau1)
    amplitude = imax / float(decayed(t_peak / tau1) - decayed(t_peak / tau0))
    since = np.maximum(times - onset, 0.0)
    shape = decayed(since / tau1) - decayed(since / tau0)
    return np.where(times < onset, 0.0, amplitude * shape)
