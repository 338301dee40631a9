"""Pictures of nerve cross-sections, drawn without a display and without matplotlib's global state."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ascent.errors import ConfigError
from ascent.files import replacing
from ascent.nerve.section import Section
from ascent.nerve.trace import Trace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ascent.nerve.sample import Sample

# Okabe and Ito's colours, which people with any colour vision can tell apart.
NERVE_COLOR = "#000000"
OUTER_COLOR = "#D55E00"
INNER_COLOR = "#0072B2"
_NICE_STEPS = (1.0, 2.0, 5.0)


def plot_section(
    section: Section,
    axes: Axes | None = None,
    title: str | None = None,
    scalebar_length_um: float | None = None,
    fascicle_colors: Sequence[Any] | None = None,
    inner_labels: bool = False,
) -> Axes:
    """Draw the traces of a cross-section.

    Parameters
    ----------
    section : Section
    axes : matplotlib.axes.Axes, optional
        Where to draw; a new figure of its own otherwise (``axes.figure``).
    title : str, optional
    scalebar_length_um : float, optional
        Length of a scale bar, µm; a round length of about a fifth of the width without it, none when 0.
    fascicle_colors : sequence of matplotlib colours, optional
        One for each fascicle, to fill its inners with.
    inner_labels : bool
        Whether to write the global index into each inner.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ConfigError
        When the number of colours is not that of fascicles.
    """
    if fascicle_colors is not None and len(fascicle_colors) != len(section.fascicles):
        raise ConfigError(f"{len(fascicle_colors)} fascicle colours are given for {len(section.fascicles)} fascicles.")
    axes = axes if axes is not None else _new_axes()
    if section.nerve is not None:
        _outline(axes, section.nerve, NERVE_COLOR)
    for fascicle in section.fascicles:
        _outline(axes, fascicle.outer, OUTER_COLOR)
    for inner in section.inners:
        if fascicle_colors is not None:
            axes.fill(*inner.trace.points.T, color=fascicle_colors[inner.fascicle_index], linewidth=0)
        _outline(axes, inner.trace, INNER_COLOR)
        if inner_labels:
            x, y = inner.trace.centroid
            axes.annotate(str(inner.global_index), (x, y), ha="center", va="center", fontsize=7)
    axes.set_aspect("equal")
    axes.set_xlabel("x (µm)")
    axes.set_ylabel("y (µm)")
    if title:
        axes.set_title(title)
    width = float(np.ptp(section.boundary.points[:, 0]))
    length = _round_length(width / 5) if scalebar_length_um is None else scalebar_length_um
    if length > 0:
        _scale_bar(axes, section.boundary, length)
    return axes


def save_plots(sample: Sample, folder: Path | str) -> tuple[Path, Path]:
    """Write ``sample_initial.png`` (traces on the image they come from) and ``sample_final.png`` into `folder`."""
    initial = Path(folder) / "sample_initial.png"
    axes = plot_section(sample.image_section, title=f"{sample.name}: traces in the image", scalebar_length_um=0)
    _underlay(axes, sample)
    _save(axes, initial)
    final = Path(folder) / "sample_final.png"
    axes = plot_section(sample.section, title=f"{sample.name}: final cross-section", inner_labels=True)
    angle = sample.section.orientation_angle
    if angle is not None:
        x, y, radius = sample.section.boundary.minimum_enclosing_circle()
        tip = (x + radius * np.cos(angle), y + radius * np.sin(angle))
        axes.annotate("", tip, (x, y), arrowprops={"arrowstyle": "->", "color": NERVE_COLOR})
    _save(axes, final)
    return initial, final


def _new_axes() -> Axes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure: Figure = Figure(figsize=(6.0, 6.0), layout="constrained")
    FigureCanvasAgg(figure)
    return figure.add_subplot()


def _outline(axes: Axes, trace: Trace, color: str) -> None:
    axes.plot(*trace.closed_points.T, color=color, linewidth=1)


def _underlay(axes: Axes, sample: Sample) -> None:
    """Show the raw image, or else a mask, behind the traces; a file that cannot be shown is left out."""
    from PIL import Image

    scale = sample.micrometres_per_pixel
    for letter in "rcion":
        path = sample.mask_files.get(letter)
        if path is None:
            continue
        try:
            with Image.open(path) as image:
                columns, rows = image.size
                picture = image.convert("RGB")
        except (OSError, ValueError):
            continue
        picture.thumbnail((1200, 1200))
        # Traces run through pixel centres, whose lower left one is the origin: the image begins half a pixel before.
        edges = (-0.5 * scale, (columns - 0.5) * scale, -0.5 * scale, (rows - 0.5) * scale)
        axes.imshow(np.asarray(picture), extent=edges, alpha=0.5, origin="upper", aspect="equal")
        return


def _scale_bar(axes: Axes, boundary: Trace, length: float) -> None:
    left, bottom = boundary.points.min(axis=0)
    right, top = boundary.points.max(axis=0)
    y = bottom - 0.06 * (top - bottom)
    axes.plot([right - length, right], [y, y], color=NERVE_COLOR, linewidth=3, solid_capstyle="butt")
    axes.annotate(f"{length:g} µm", (right - length / 2, y), xytext=(0, -4), textcoords="offset points",
                  ha="center", va="top", fontsize=8)  # fmt: skip


def _round_length(length: float) -> float:
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(step for step in _NICE_STEPS if step * power <= length * (1 + 1e-9)) * power)


def _save(axes: Axes, path: Path) -> None:
    figure = axes.get_figure(root=True)
    assert figure is not None  # the axes were made with one
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=150, metadata={"Software": None})
