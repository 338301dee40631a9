"""Along a fiber and over time: potentials that the cuff makes, the waveform, and what was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.analysis.fiber_places import FiberPlace, node_step
from ascent.analysis.recordings import OverSpace, OverTime
from ascent.analysis.style import PALETTE, new_figure, styled
from ascent.errors import ConfigError, RunDirectoryError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: More curves than this are drawn as an image, or as a cloud.
_MOST_CURVES = 8
#: mV and V, µm and mm.
_MILLI = 1e3


def waveform(
    waveform_object: Any,
    ax: Axes | None = None,
    *,
    start_ms: float | None = None,
    stop_ms: float | None = None,
    amplitude_mA: float | None = None,
    title: str | None = None,
) -> Axes:
    """Draw a stimulation waveform as the steps that fibers receive.

    Parameters
    ----------
    waveform_object : Waveform
        One of ``Query.get_object("simulation", …).waveforms``.
    ax : Axes, optional
        Where to draw; default a new figure.
    start_ms, stop_ms : float, optional
        Part of the time to draw, ms; around what is not zero by default.
    amplitude_mA : float, optional
        Draw the current of this amplitude, mA, rather than the waveform as stored, which is without unit.
    title : str, optional

    Returns
    -------
    Axes

    Raises
    ------
    ConfigError
        When `stop_ms` is not after `start_ms`.
    """
    dt, samples = waveform_object.dt, np.asarray(waveform_object.samples, dtype=float)
    begin, end = _active_part(samples, dt)
    begin, end = begin if start_ms is None else start_ms, end if stop_ms is None else stop_ms
    if not end > begin:
        raise ConfigError(f"stop_ms is {end:g}: must be after start_ms, {begin:g}.")
    edges = dt * np.arange(len(samples) + 1)
    inside = (edges >= begin - dt) & (edges <= end + dt)
    first, last = int(np.argmax(inside)), len(edges) - int(np.argmax(inside[::-1]))
    scale = 1.0 if amplitude_mA is None else amplitude_mA
    with styled():
        axes = new_figure(120, 65).add_subplot() if ax is None else ax
        axes.axhline(0, color="#999999", linewidth=0.6, zorder=0)
        axes.stairs(scale * samples[first : last - 1], edges[first:last], baseline=None, linewidth=1.5)
        unit = "current (mA)" if amplitude_mA is not None else "waveform (1 = amplitude)"
        axes.set(xlabel="time (ms)", ylabel=unit, xlim=(begin, end))
        if title:
            axes.set_title(title)
    return axes


def _active_part(samples: NDArray[np.float64], dt: float) -> tuple[float, float]:
    """What is not zero, with a fifth of it on either side; ms."""
    whole = dt * len(samples)
    active = np.flatnonzero(samples)
    if not len(active):
        return 0.0, whole
    begin, end = dt * float(active[0]), dt * float(active[-1] + 1)
    margin = max(0.2 * (end - begin), 5 * dt)
    return max(0.0, begin - margin), min(whole, end + margin)


def potentials(
    fibers: Sequence[FiberPlace],
    values_V: Sequence[NDArray[np.float64]],
    ax: Axes | None = None,
    *,
    amplitude_mA: float = 1.0,
    labels: Sequence[str] | None = None,
    title: str | None = None,
) -> Axes:
    """Draw extracellular potentials along fibers (ASCENT's plot_ve).

    Parameters
    ----------
    fibers : sequence of FiberPlace
    values_V : sequence of ndarray
        Potentials of each at its compartments, V for 1 mA, as in ``src_inner<l>_fiber<k>.dat``.
    ax : Axes, optional
        Where to draw; default a new figure.
    amplitude_mA : float
        Amplitude that the potentials are of, mA.
    labels : sequence of str, optional
        One a fiber; inner and fiber by default.
    title : str, optional

    Returns
    -------
    Axes

    Raises
    ------
    RunDirectoryError
        When a fiber has another number of compartments than potentials.
    """
    with styled():
        axes = _along(ax, fibers, [amplitude_mA * _MILLI * np.asarray(v) for v in values_V], labels, "")
        axes.set(xlabel="z (mm)", ylabel=f"extracellular potential (mV at {amplitude_mA:g} mA)")
        if title:
            axes.set_title(title)
    return axes


def second_difference(
    fibers: Sequence[FiberPlace],
    values_V: Sequence[NDArray[np.float64]],
    ax: Axes | None = None,
    *,
    amplitude_mA: float = 1.0,
    labels: Sequence[str] | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the second difference of the potentials from node to node (ASCENT's plot_ve_differential).

    It drives a myelinated fiber: where it is positive the membrane depolarises (Rattay 1986, IEEE Trans Biomed Eng
    33:974). The first and last node have none. Parameters as `potentials`; in unmyelinated fibers every compartment
    is a node.
    """
    values, positions = [], []
    for fiber, potential in zip(fibers, values_V, strict=True):
        at_nodes = np.asarray(potential, dtype=float)[:: node_step(fiber.mode)]
        values.append(amplitude_mA * _MILLI * (at_nodes[:-2] - 2 * at_nodes[1:-1] + at_nodes[2:]))
        positions.append(fiber.node_z[1:-1])
    with styled():
        axes = _along(ax, fibers, values, labels, "o", positions=positions)
        axes.axhline(0, color="#999999", linewidth=0.6, zorder=0)
        label = f"second difference of potential (mV at {amplitude_mA:g} mA)"
        axes.set(xlabel="z (mm)", ylabel=label)
        if title:
            axes.set_title(title)
    return axes


def _along(
    ax: Axes | None,
    fibers: Sequence[FiberPlace],
    values: Sequence[NDArray[np.float64]],
    labels: Sequence[str] | None,
    marker: str,
    *,
    positions: Sequence[NDArray[np.float64]] | None = None,
) -> Axes:
    axes = new_figure(130, 80).add_subplot() if ax is None else ax
    places = [fiber.coordinates[:, 2] for fiber in fibers] if positions is None else positions
    names = [f"inner {fiber.inner}, fiber {fiber.fiber}" for fiber in fibers] if labels is None else labels
    for fiber, z, value, name in zip(fibers, places, values, names, strict=True):
        if len(z) != len(value):
            raise RunDirectoryError(
                f"inner {fiber.inner}, fiber {fiber.fiber} has {len(z)} compartments and {len(value)} potentials; run "
                "ascent pipeline again."
            )
        # Too many to tell apart are drawn as one cloud.
        look = {"color": PALETTE[0], "alpha": 0.4, "linewidth": 0.8} if len(fibers) > _MOST_CURVES else {}
        axes.plot(z / _MILLI, value, marker=marker, markersize=3, label=name, **look)  # type: ignore[arg-type]
    if 1 < len(fibers) <= _MOST_CURVES:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return axes


def recording(
    recorded: OverTime | OverSpace,
    fiber: FiberPlace | None = None,
    ax: Axes | None = None,
    *,
    title: str | None = None,
) -> Axes:
    """Draw a recorded state variable.

    Parameters
    ----------
    recorded : OverTime or OverSpace
        From `ascent.analysis.recordings`. Over time, up to eight nodes are curves, more an image over node and time;
        over space, every time is a curve along the fiber.
    fiber : FiberPlace, optional
        Turns nodes into places along z.
    ax : Axes, optional
        Where to draw; default a new figure.
    title : str, optional

    Returns
    -------
    Axes
    """
    with styled():
        axes = new_figure(130, 80).add_subplot() if ax is None else ax
        if isinstance(recorded, OverSpace):
            _draw_profiles(axes, recorded, fiber)
        elif len(recorded.nodes) <= _MOST_CURVES:
            _draw_traces(axes, recorded, fiber)
        else:
            _draw_image(axes, recorded, fiber)
        if title:
            axes.set_title(title)
    return axes


def current(time_ms: NDArray[np.float64], current_nA: NDArray[np.float64], ax: Axes | None = None) -> Axes:
    """Draw the current into the fiber over time (``Istim_…``); ms and nA."""
    with styled():
        axes = new_figure(120, 65).add_subplot() if ax is None else ax
        axes.plot(time_ms, current_nA)
        axes.set(xlabel="time (ms)", ylabel="intracellular current (nA)", xlim=(time_ms[0], time_ms[-1]))
    return axes


def _places(nodes: NDArray[np.int64], fiber: FiberPlace | None) -> tuple[NDArray[np.float64], str]:
    if fiber is None or int(nodes.max()) >= len(fiber.node_z):
        return nodes.astype(float), "node"
    return fiber.node_z[nodes] / _MILLI, "z (mm)"


def _draw_traces(axes: Axes, recorded: OverTime, fiber: FiberPlace | None) -> None:
    places, unit = _places(recorded.nodes, fiber)
    for column, node in enumerate(recorded.nodes):
        where = f"node {node}" if unit == "node" else f"node {node}, {places[column]:.2f} mm"
        axes.plot(recorded.time, recorded.values[:, column], label=where, linewidth=1.2)
    axes.set(xlabel="time (ms)", ylabel=recorded.label, xlim=(recorded.time[0], recorded.time[-1]))
    if len(recorded.nodes) > 1:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    elif len(recorded.nodes):
        axes.set_title(where)


def _draw_image(axes: Axes, recorded: OverTime, fiber: FiberPlace | None) -> None:
    places, unit = _places(recorded.nodes, fiber)
    # A pixel of the picture shows no more than one step of the simulation in a thousand.
    every = max(1, len(recorded.time) // 1000)
    image = axes.pcolormesh(
        recorded.time[::every], places, recorded.values[::every].T, cmap="viridis", shading="nearest", rasterized=True
    )
    axes.set(xlabel="time (ms)", ylabel=unit)
    axes.figure.colorbar(image, ax=axes, label=recorded.label)


def _draw_profiles(axes: Axes, recorded: OverSpace, fiber: FiberPlace | None) -> None:
    places, unit = _places(recorded.nodes, fiber)
    for column, time in enumerate(recorded.times):
        axes.plot(places, recorded.values[:, column], marker="o", markersize=3, label=f"{time:g} ms")
    axes.set(xlabel=unit, ylabel=recorded.label)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
