"""Action potentials along a fiber: where they start, how fast they travel, how long a simulation had to be."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ascent.analysis.recordings import OverTime
from ascent.protocols.detection import node_at

#: Part of the fiber that the velocity is measured over, 0 to 1: past the site of stimulation, before the end.
_FROM, _TO = 0.7, 0.9


@dataclass(frozen=True, eq=False)
class Propagation:
    """The first action potential along a fiber.

    Attributes
    ----------
    times : ndarray, shape (n_nodes,)
        When the potential of each node first rises through the threshold, ms; NaN where it never does.
    first_node : int or None
        Where it rises first; None without an action potential.
    velocity : float
        Conduction velocity between 70 and 90 % of the fiber, m/s; NaN where it did not get there.
    sufficient_time : float
        Time at which the action potential is found where the protocol looks for it, ms: no shorter simulation would
        have seen it. NaN without one.
    """

    times: NDArray[np.float64]
    first_node: int | None
    velocity: float
    sufficient_time: float


def propagation(
    voltage: OverTime, node_z: NDArray[np.float64], threshold_mv: float = -30.0, detect_location: float = 0.9
) -> Propagation:
    """Follow the first action potential along a fiber.

    Parameters
    ----------
    voltage : OverTime
        Membrane potential of all nodes, mV.
    node_z : ndarray, shape (n_nodes,)
        Their places, µm.
    threshold_mv : float
        Potential that an action potential rises through, mV.
    detect_location : float
        Where the protocol looks for one, 0 to 1.
    """
    times = rise_times(voltage, threshold_mv)
    first = int(np.nanargmin(times)) if np.isfinite(times).any() else None
    place = node_at(detect_location, len(times))
    # The time step in which it is over the threshold has to have been computed.
    step = float(np.median(np.diff(voltage.time))) if len(voltage.time) > 1 else 0.0
    arrival = times[place]
    sufficient = math.ceil(arrival / step - 1e-9) * step if step > 0 and np.isfinite(arrival) else float(arrival)
    return Propagation(times, first, velocity(times, node_z), sufficient)


def rise_times(voltage: OverTime, threshold_mv: float = -30.0) -> NDArray[np.float64]:
    """When each node's potential first rises through the threshold, ms, between steps by a straight line."""
    above = voltage.values >= threshold_mv
    rises = above[1:] & ~above[:-1]
    times = np.full(voltage.values.shape[1], np.nan)
    for node in np.flatnonzero(rises.any(axis=0)):
        step = int(np.argmax(rises[:, node]))
        before, after = voltage.values[step, node], voltage.values[step + 1, node]
        part = (threshold_mv - before) / (after - before)
        times[node] = voltage.time[step] + part * (voltage.time[step + 1] - voltage.time[step])
    return times


def velocity(times: NDArray[np.float64], node_z: NDArray[np.float64]) -> float:
    """Conduction velocity (m/s) by a line through the times (ms) of nodes between 70 and 90 % of the fiber (µm).

    NaN where fewer than two of those nodes have an action potential, or they have it at one time.
    """
    first, last = node_at(_FROM, len(times)), node_at(_TO, len(times))
    t, z = times[first : last + 1], node_z[first : last + 1]
    found = np.isfinite(t)
    if found.sum() < 2 or np.ptp(z[found]) == 0:
        return math.nan
    delay = np.polyfit(z[found], t[found], 1)[0]  # ms/µm
    return math.nan if delay == 0 else abs(1e-3 / float(delay))
