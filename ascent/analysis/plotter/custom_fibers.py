"""Pictures of a user's own fibers: where they are, and dose-response curves by diameter, fascicle and label."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ascent.analysis.custom_fibers import (
    custom_fiber_thresholds,
    interpolate,
    label_columns,
    read_custom_fibers,
    simulated_thresholds,
)
from ascent.analysis.fiber_places import section_of
from ascent.analysis.plotter.dose_response import dose_response
from ascent.analysis.plotter.samples import sample
from ascent.analysis.style import PALETTE, SEQUENTIAL, new_figure, save, styled
from ascent.files import replacing

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ascent.analysis.query import Query

_log = logging.getLogger(__name__)
#: A label with more values than this is not broken out.
_MOST_VALUES = 20
#: More diameters than this are pooled by whole micrometres.
_MOST_DIAMETERS = 8


def custom_fiber_dose_response(
    query: Query,
    fibers: pd.DataFrame | Path | str,
    folder: Path | str | None = None,
    *,
    diameter_um: float | None = None,
    suffix: str = ".png",
) -> tuple[pd.DataFrame, list[Path]]:
    """Interpolate thresholds of a user's fibers and write the table and its pictures.

    Parameters
    ----------
    query : Query
        Has found one sim, whose n_sims differ in diameter.
    fibers : DataFrame or path
        As `ascent.analysis.custom_fibers.read_custom_fibers` gives it, or the CSV file.
    folder : path, optional
        Where to write; ``output/<sample>_<model>_<sim>`` of the project by default.
    diameter_um : float, optional
        Diameter of all fibers where they have none, µm.
    suffix : str
        ``.png``, ``.svg`` or ``.pdf``.

    Returns
    -------
    table : DataFrame
        As `custom_fiber_thresholds`.
    files : list of Path
        ``interp_fiber_thresholds.csv``, ``sample_morph``, ``fiber_cnt``, ``fiber_diam_thresholds``,
        ``fiber_diam_drc``, ``fascicle_drc``, and ``<label>_drc`` and ``fasc_<label>_drc_breakout`` for each label.
    """
    place = query.sims()[0]
    table = custom_fiber_thresholds(
        query, read_custom_fibers(fibers) if isinstance(fibers, Path | str) else fibers, diameter_um=diameter_um
    )
    target = query.folder.root / "output" / "_".join(map(str, place)) if folder is None else Path(folder)
    figures: dict[str, Any] = {
        "sample_morph": draw_positions(table, section_of(query, place[0])),
        "fiber_cnt": draw_counts(table),
        "fiber_diam_thresholds": draw_interpolation(table, simulated_thresholds(query)),
        "fiber_diam_drc": dose_response(pool_diameters(table), by=["diameter_um"]),
        "fascicle_drc": dose_response(table, by=["fascicle"]),
    }
    for label in label_columns(table):
        values = table[label].nunique()
        if values > _MOST_VALUES:
            _log.warning("The label %s has %d values; it is not broken out (at most %d).", label, values, _MOST_VALUES)
            continue
        figures[f"{label}_drc"] = dose_response(table, by=[label])
        figures[f"fasc_{label}_drc_breakout"] = draw_breakout(table, label)
    csv = target / "interp_fiber_thresholds.csv"
    with replacing(csv) as temporary:
        table.to_csv(temporary, index=False)
    return table, [csv, *(save(_figure(drawn), target / f"{name}{suffix}") for name, drawn in figures.items())]


def draw_positions(table: pd.DataFrame, section: Any, ax: Axes | None = None) -> Axes:
    """Draw the fibers on the cross-section, coloured by diameter (µm)."""
    axes = sample(section, ax, title=f"{len(table)} fibers")
    with styled():
        size = float(np.clip(4000 / len(table), 4, 30))
        drawn = axes.scatter(
            table["x_um"], table["y_um"], c=table["diameter"], cmap=SEQUENTIAL, s=size, linewidths=0, zorder=3
        )
        if table["diameter"].nunique() > 1:
            axes.figure.colorbar(drawn, ax=axes, shrink=0.8, label="fiber diameter (µm)")
    return axes


def draw_counts(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many fibers there are in each fascicle."""
    counts = table["fascicle"].value_counts().sort_index()
    with styled():
        axes = new_figure(max(80, 30 + 8 * len(counts)), 70).add_subplot() if ax is None else ax
        bars = axes.bar([str(fascicle) for fascicle in counts.index], counts.to_numpy(), color=PALETTE[0])
        axes.bar_label(bars, padding=2, fontsize=8)
        axes.set(xlabel="fascicle", ylabel="fibers (count)")
    return axes


def draw_interpolation(table: pd.DataFrame, simulated: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw thresholds over diameter: those simulated, the curve through them, and the user's fibers on it."""
    with styled():
        axes = new_figure(130, 85).add_subplot() if ax is None else ax
        for number, (inner, curve) in enumerate(simulated.groupby("inner")):
            color = PALETTE[number % len(PALETTE)]
            diameters, thresholds = curve["diameter"].to_numpy(), curve["threshold"].to_numpy()
            dense = np.linspace(diameters[0], diameters[-1], 200)
            axes.plot(
                dense, interpolate(diameters, thresholds, dense), color=color, linewidth=1, label=f"inner {inner}"
            )
            axes.plot(diameters, thresholds, color=color, marker="o", linestyle="none", markersize=4)
            mine = table[table["inner"] == inner]
            axes.plot(mine["diameter"], mine["threshold"], color=color, marker="|", linestyle="none", markersize=7)
        axes.set(xlabel="fiber diameter (µm)", ylabel="|threshold| (mA)")
        axes.set_ylim(bottom=0)
        if simulated["inner"].nunique() <= 20:
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return axes


def draw_breakout(table: pd.DataFrame, label: str) -> Figure:
    """Draw a panel of dose-response curves for each fascicle, a curve for each value of a label."""
    fascicles = sorted(table["fascicle"].unique())
    values = sorted(table[label].dropna().unique(), key=str)
    across = min(3, len(fascicles))
    top = 1.05 * float(table["threshold"].max()) if table["threshold"].notna().any() else 1.0
    with styled():
        down = -(-len(fascicles) // across)
        figure = new_figure(70 * across + 30, 60 * down + 10)
        grid = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True)
        for axes in grid.flat[len(fascicles) :]:
            axes.set_visible(False)
        for axes, fascicle in zip(grid.flat, fascicles, strict=False):
            for number, value in enumerate(values):
                rows = table[(table["fascicle"] == fascicle) & (table[label] == value)]
                if not len(rows):
                    continue
                dose_response(rows, axes, by=[])
                axes.lines[-1].set(color=PALETTE[number % len(PALETTE)], label=str(value))
            # One legend for all panels, and labels at the edges of the grid only.
            if (legend := axes.get_legend()) is not None:
                legend.remove()
            axes.set(title=f"fascicle {fascicle}", xlim=(0, top))
            axes.label_outer()
        handles = {line.get_label(): line for axes in grid.flat for line in axes.lines}
        figure.legend(handles.values(), handles.keys(), title=label, loc="outside right upper")
    return figure


def pool_diameters(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with ``diameter_um``, pooled by whole µm where there are more than eight."""
    diameters = table["diameter"]
    return table.assign(diameter_um=diameters if diameters.nunique() <= _MOST_DIAMETERS else diameters.round())


def _figure(drawn: Any) -> Figure:
    figure: Figure = drawn.get_figure(root=True) if hasattr(drawn, "get_figure") else drawn
    return figure
