"""Thresholds on the cross-section of the nerve, and the recruitment curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ascent.analysis.sections import LINE, DrawableSection, Outline, draw_outlines, inners_of, mark_contact, scale_bar
from ascent.analysis.style import SEQUENTIAL, new_figure, save, styled
from ascent.analysis.summary import HEADINGS, recruitment
from ascent.errors import ConfigError, RunDirectoryError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MODES = ("fibers", "fibers_on_off", "inners", "inners_on_off")


def heatmap(
    section: DrawableSection,
    fibers_xy: ArrayLike,
    thresholds_mA: ArrayLike,
    inner_index: ArrayLike,
    mode: str = "fibers",
    ax: Axes | None = None,
    *,
    cutoff_mA: float | None = None,
    missing_color: str = "red",
    suprathreshold_color: str = "#0072B2",
    subthreshold_color: str = "#88CC55",
    cmap: str = SEQUENTIAL,
    colorbar: bool = True,
    min_max_ticks: bool = False,
    min_mA: float | None = None,
    max_mA: float | None = None,
    cuff_orientation: float | None = None,
    plot_outers: bool = False,
    scale_bar_um: float | None = None,
    title: str | None = None,
    scatter_options: Mapping[str, Any] | None = None,
    line_options: Mapping[str, Any] | None = None,
    colorbar_options: Mapping[str, Any] | None = None,
) -> Axes:
    """Draw |thresholds| on a cross-section.

    Parameters
    ----------
    section : object
        With ``nerve`` (or None) and ``fascicles``, each with ``outer`` and ``inners``, whose ``points``
        are (n, 2) arrays, µm.
    fibers_xy : array_like
        Positions of the fibers, (n, 2), µm.
    thresholds_mA : array_like
        Threshold of each fiber, (n,), mA, either sign; NaN where none was found.
    inner_index : array_like of int
        Inner of each fiber, (n,), counted through all fascicles in order.
    mode : {"fibers", "fibers_on_off", "inners", "inners_on_off"}
        A point for each fiber, or the mean of each inner as its fill; a colour scale, or two colours for
        above and up to `cutoff_mA`.
    ax : Axes, optional
        Where to draw; default a new figure.
    cutoff_mA : float, optional
        Needed by the two on-off modes. Suprathreshold means a threshold above it.
    missing_color, suprathreshold_color, subthreshold_color : str
        Colours. Fibers without threshold also get a cross, fibers above the cut-off a square.
    cmap : str
        Colour map; the default, viridis reversed, is dark where thresholds are high.
    colorbar : bool
        Whether to draw one; its title is the unit, mA.
    min_max_ticks : bool
        Ticks at the two ends of the colour bar only.
    min_mA, max_mA : float, optional
        Ends of the colour scale; default those of the data.
    cuff_orientation : float, optional
        Angle of the contact, radians; marked by a point at 1.2 times the radius of the nerve.
    plot_outers : bool
        Whether to draw the outer boundaries of the perineurium.
    scale_bar_um : float, optional
        Length of a scale bar, µm, which then replaces the axes.
    title : str, optional
        Title of the picture.
    scatter_options, line_options, colorbar_options : mapping, optional
        Passed on to matplotlib.

    Returns
    -------
    Axes
        Where it was drawn.

    Raises
    ------
    ConfigError
        When the mode is unknown or a cut-off is missing.
    RunDirectoryError
        When the numbers of positions, thresholds and inners differ, or an inner is not in the section.
    """
    on_off = mode.endswith("_on_off")
    if mode not in MODES:
        raise ConfigError(f"heatmap: mode is {mode!r}: it must be one of {', '.join(MODES)}.")
    if on_off and cutoff_mA is None:
        raise ConfigError(f"heatmap: mode {mode} needs cutoff_mA.")
    inners = inners_of(section)
    xy, sizes, owners = _checked(fibers_xy, thresholds_mA, inner_index, len(inners))
    values = sizes if mode.startswith("fibers") else _inner_means(sizes, owners, len(inners))

    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    with styled():
        axes = new_figure(110, 90).add_subplot() if ax is None else ax
        low, high = _limits(values, min_mA, max_mA)
        scale = ScalarMappable(Normalize(low, high), colormaps[cmap])
        colors = _colors(
            values, scale, cutoff_mA if on_off else None, missing_color, suprathreshold_color, subthreshold_color
        )
        line = {**LINE, **(line_options or {})}
        draw_outlines(axes, section, line, plot_outers)
        if mode.startswith("fibers"):
            _draw_fibers(axes, xy, sizes, colors, cutoff_mA if on_off else None, scatter_options or {})
        else:
            _draw_fills(axes, inners, colors, np.bincount(owners, minlength=len(inners)) > 0)
        if cuff_orientation is not None:
            mark_contact(axes, section, cuff_orientation)
        if on_off:
            _legend(axes, values, float(cutoff_mA or 0.0), missing_color, suprathreshold_color, subthreshold_color)
        elif colorbar and np.isfinite(values).any():
            options = {"shrink": 0.8, **(colorbar_options or {})}
            bar = axes.figure.colorbar(scale, ax=axes, **options)
            bar.ax.set_title("mA")
            if low == high:
                bar.set_ticks([low], labels=[f"{low:.3g}"])
            elif min_max_ticks:
                bar.set_ticks([low, high], labels=[f"{low:.3g}", f"{high:.3g}"])
        axes.set_aspect("equal")
        if title:
            axes.set_title(title)
        if scale_bar_um is None:
            axes.set(xlabel="x (µm)", ylabel="y (µm)")
        else:
            scale_bar(axes, scale_bar_um)
    return axes


def save_heatmap(
    path: Path | str,
    section: DrawableSection,
    fibers_xy: ArrayLike,
    thresholds_mA: ArrayLike,
    inner_index: ArrayLike,
    **options: Any,
) -> Path:
    """Draw :func:`heatmap` into a new figure and write it as PNG, SVG or PDF; returns the path."""
    axes = heatmap(section, fibers_xy, thresholds_mA, inner_index, **options)
    return save(axes.get_figure(root=True), path)  # type: ignore[arg-type]


def recruitment_curve(
    table: pd.DataFrame,
    path: Path | str | None = None,
    *,
    by: Sequence[str] = ("diameter_um",),
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw :func:`ascent.analysis.summary.recruitment` as steps, a curve for each group.

    Parameters
    ----------
    table : DataFrame
        Rows of fibers with ``threshold_mA`` and the columns of `by`.
    path : path, optional
        Also write the picture there, as PNG, SVG or PDF.
    by : sequence of str
        Columns that split the fibers into curves; empty for one curve of all fibers.
    ax : Axes, optional
        Where to draw; default a new figure.
    title : str, optional
        Title of the picture.

    Raises
    ------
    RunDirectoryError
        When a column is missing or the file cannot be written.
    """
    curves = recruitment(table, by)
    with styled():
        axes = new_figure().add_subplot() if ax is None else ax
        top = 1.05 * float(curves["amplitude_mA"].max()) if len(curves) else 0.0
        groups: Any = [((), curves)] if not by else curves.groupby(list(by), sort=True, dropna=False)
        for number, (key, rows) in enumerate(groups):
            label = ", ".join(_group_label(name, value) for name, value in zip(by, key, strict=True))
            # The last step goes on to the edge, so that a single fiber shows too.
            amplitudes = [*rows["amplitude_mA"], top]
            percent = 100 * np.array([*rows["fraction"], rows["fraction"].iloc[-1]])
            # Colours repeat after eight curves, so the line style changes then.
            style = ("-", "--", ":", "-.")[number // 8 % 4]
            axes.step(amplitudes, percent, where="post", label=label, linestyle=style)
        axes.set(xlabel="|amplitude| (mA)", ylabel="recruited fibers (%)", xlim=(0, top or 1.0), ylim=(-2, 102))
        if title:
            axes.set_title(title)
        if 1 < len(axes.lines) <= 20:
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    if path is not None:
        save(axes.get_figure(root=True), path)  # type: ignore[arg-type]
    return axes


def save_recruitment_curve(path: Path | str, table: pd.DataFrame, **options: Any) -> Path:
    """Draw :func:`recruitment_curve` into a new figure and write it; returns the path."""
    recruitment_curve(table, path, **options)
    return Path(path)


def _checked(
    fibers_xy: ArrayLike, thresholds_mA: ArrayLike, inner_index: ArrayLike, n_inners: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    xy = np.asarray(fibers_xy, dtype=float).reshape(-1, 2)
    sizes = np.abs(np.asarray(thresholds_mA, dtype=float).ravel())
    owners = np.asarray(inner_index, dtype=np.int64).ravel()
    if not len(xy) == len(sizes) == len(owners):
        raise RunDirectoryError(
            f"heatmap: {len(xy)} positions, {len(sizes)} thresholds and {len(owners)} inners do not match."
        )
    if len(owners) and not 0 <= owners.min() <= owners.max() < n_inners:
        raise RunDirectoryError(f"heatmap: inner {owners.max()} is not one of the {n_inners} inners of the section.")
    return xy, sizes, owners


def _inner_means(sizes: NDArray[np.float64], owners: NDArray[np.int64], n_inners: int) -> NDArray[np.float64]:
    means = np.full(n_inners, np.nan)
    for inner in range(n_inners):
        found = sizes[(owners == inner) & np.isfinite(sizes)]
        if found.size:
            means[inner] = found.mean()
    return means


def _limits(values: NDArray[np.float64], low: float | None, high: float | None) -> tuple[float, float]:
    found = values[np.isfinite(values)]
    least = low if low is not None else float(found.min()) if found.size else 0.0
    most = high if high is not None else float(found.max()) if found.size else 1.0
    return least, most


def _colors(
    values: NDArray[np.float64], scale: Any, cutoff_mA: float | None, missing: str, above: str, below: str
) -> NDArray[np.float64]:
    from matplotlib.colors import to_rgba

    if cutoff_mA is None:
        colors = np.asarray(scale.to_rgba(np.nan_to_num(values)), dtype=float).reshape(-1, 4)
    else:
        colors = np.where((values > cutoff_mA)[:, None], to_rgba(above), to_rgba(below))
    colors[~np.isfinite(values)] = to_rgba(missing)
    return colors


def _draw_fibers(
    axes: Axes,
    xy: NDArray[np.float64],
    sizes: NDArray[np.float64],
    colors: NDArray[np.float64],
    cutoff_mA: float | None,
    options: Mapping[str, Any],
) -> None:
    settings = {"s": float(np.clip(1500 / max(len(xy), 1), 6, 60)), "zorder": 3, **options}
    found = np.isfinite(sizes)
    above = found & (sizes > cutoff_mA) if cutoff_mA is not None else np.zeros_like(found)
    # Shape as well as colour, for readers who do not see the colours and for print.
    for chosen, marker in ((found & ~above, "o"), (above, "s"), (~found, "x")):
        if chosen.any():
            # A thin rim, since the brightest colours fade into white paper.
            rim = {"linewidths": 1.5} if marker == "x" else {"linewidths": 0.4, "edgecolors": "#333333"}
            axes.scatter(xy[chosen, 0], xy[chosen, 1], c=colors[chosen], marker=marker, **{**rim, **settings})


def _draw_fills(
    axes: Axes, inners: Sequence[Outline], colors: NDArray[np.float64], occupied: NDArray[np.bool_]
) -> None:
    for inner, color, filled in zip(inners, colors, occupied, strict=True):
        if filled:
            axes.fill(*inner.points.T, color=tuple(color), linewidth=0)


def _legend(axes: Axes, values: NDArray[np.float64], cutoff_mA: float, missing: str, above: str, below: str) -> None:
    from matplotlib.patches import Patch

    entries = [Patch(color=above, label=f"> {cutoff_mA:g} mA"), Patch(color=below, label=f"≤ {cutoff_mA:g} mA")]
    if not np.isfinite(values).all():
        entries.append(Patch(color=missing, label="no threshold"))
    axes.legend(handles=entries, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _group_label(name: str, value: object) -> str:
    if name == "diameter_um":
        return f"{value:g} µm"
    return f"{HEADINGS.get(name, name)} {value}"
