"""The cross-section of a nerve, and where its fibers are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ascent.analysis.sections import draw_outlines, enclosing_box, inners_of, ring, round_length, scale_bar
from ascent.analysis.style import PALETTE, SEQUENTIAL, new_figure, styled
from ascent.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Fill of fascicles: light, so that fibers, numbers and outlines show on it.
_ENDONEURIUM = "#DCE9F2"
_PERINEURIUM = "#F2DCCB"
_EPINEURIUM = "#F7F5EE"


def sample(
    sample_object: Any,
    ax: Axes | None = None,
    *,
    title: str | None = None,
    fascicle_colors: Sequence[Any] | None = None,
    axlabel: str | None = None,
    show_axis: bool = True,
    scalebar: bool = False,
    scalebar_length: float | None = None,
    scalebar_units: str = "µm",
    outers_flag: bool = True,
    inner_index_labels: bool = False,
    line_kws: Mapping[str, Any] | None = None,
) -> Axes:
    """Draw the cross-section of a nerve: epineurium, perineurium, endoneurium.

    Parameters
    ----------
    sample_object : Sample or Section
        As ``Query.get_object("sample", …)`` gives it.
    ax : Axes, optional
        Where to draw; default a new figure.
    title : str, optional
    fascicle_colors : sequence of colours, optional
        Fill of each fascicle's endoneurium; light tints by default.
    axlabel : str, optional
        Names the axes in place of x and y, with its unit.
    show_axis : bool
        Draw the axes.
    scalebar : bool
        Draw a scale bar, of `scalebar_length` in `scalebar_units` ("µm" or "mm"); a round length by default.
    outers_flag : bool
        Draw the outer boundaries of the perineurium.
    inner_index_labels : bool
        Write the number of each inner into it.
    line_kws : mapping, optional
        Passed on to matplotlib for the outlines.

    Returns
    -------
    Axes

    Raises
    ------
    ConfigError
        When the number of colours is not that of fascicles, or the unit is unknown.
    """
    section = getattr(sample_object, "section", sample_object)
    if fascicle_colors is not None and len(fascicle_colors) != len(section.fascicles):
        raise ConfigError(f"fascicle_colors: {len(fascicle_colors)} are given for {len(section.fascicles)} fascicles.")
    if scalebar_units not in ("µm", "um", "mm"):
        raise ConfigError(f"scalebar_units is {scalebar_units!r}: must be µm or mm.")
    with styled():
        axes = new_figure(100, 95).add_subplot() if ax is None else ax
        _fill(axes, section, fascicle_colors, outers_flag)
        draw_outlines(axes, section, {"color": "#333333", "linewidth": 0.8, **(line_kws or {})}, outers_flag)
        if inner_index_labels:
            for number, inner in enumerate(inners_of(section)):
                x, y = inner.points.mean(axis=0)
                axes.annotate(str(number), (x, y), ha="center", va="center", fontsize=8)
        axes.set_aspect("equal")
        if title:
            axes.set_title(title)
        axes.set(xlabel=axlabel or "x (µm)", ylabel=axlabel or "y (µm)")
        if scalebar:
            in_mm = 1000.0 if scalebar_units == "mm" else 1.0
            length = scalebar_length * in_mm if scalebar_length else round_length(enclosing_box(section)[1] / 2)
            scale_bar(axes, length, "mm" if in_mm > 1 else "µm")
        if show_axis:
            axes.set_axis_on()
        else:
            axes.set_axis_off()
    return axes


def fibers(
    fiberset: Any,
    sample_object: Any,
    ax: Axes | None = None,
    *,
    title: str | None = None,
    scatter_kws: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> Axes:
    """Draw where the fibers of a fiberset are on the cross-section.

    Parameters
    ----------
    fiberset : FiberSet
        One of ``Query.get_object("simulation", …).fibersets``.
    sample_object : Sample or Section
    ax : Axes, optional
        Where to draw; default a new figure.
    title : str, optional
    scatter_kws : mapping, optional
        Passed on to matplotlib for the points.
    **kwargs
        As `sample`.

    Returns
    -------
    Axes
        Fibers of several diameters are coloured by diameter, with a bar in µm.
    """
    axes = sample(sample_object, ax, title=title, **kwargs)
    several = len(np.unique(fiberset.diameters)) > 1
    size = float(np.clip(4000 / max(len(fiberset), 1), 4, 30))
    settings: dict[str, Any] = {"s": size, "zorder": 3, "linewidths": 0, **(scatter_kws or {})}
    with styled():
        x, y = fiberset.xy.T
        if several:
            points = axes.scatter(x, y, c=fiberset.diameters, cmap=SEQUENTIAL, **settings)
            axes.figure.colorbar(points, ax=axes, shrink=0.8, label="fiber diameter (µm)")
        else:
            axes.scatter(x, y, **{"color": PALETTE[1], **settings})
    return axes


def _fill(axes: Axes, section: Any, fascicle_colors: Sequence[Any] | None, outers: bool) -> None:
    if section.nerve is not None:
        axes.fill(*ring(section.nerve).T, color=_EPINEURIUM, linewidth=0)
    for number, fascicle in enumerate(section.fascicles):
        if outers or section.nerve is None:
            axes.fill(*ring(fascicle.outer).T, color=_PERINEURIUM, linewidth=0)
        for inner in fascicle.inners:
            color = _ENDONEURIUM if fascicle_colors is None else fascicle_colors[number]
            axes.fill(*ring(inner).T, color=color, linewidth=0)
