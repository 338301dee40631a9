"""Heatmaps of tables of thresholds, one or a grid of them, with ASCENT's arguments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.analysis.fiber_places import Ambiguous, contact_angle, fiber_positions, one_n_sim, section_of
from ascent.analysis.heatmap import heatmap
from ascent.analysis.query import Query
from ascent.analysis.query.query import SOURCE
from ascent.analysis.style import SEQUENTIAL, new_figure, styled
from ascent.analysis.summary import need
from ascent.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: ASCENT's names of arguments, and those of `ascent.analysis.heatmap.heatmap`.
_ARGUMENTS = {
    "mode": "mode",
    "missing_color": "missing_color",
    "suprathresh_color": "suprathreshold_color",
    "subthresh_color": "subthreshold_color",
    "cutoff_thresh": "cutoff_mA",
    "cmap": "cmap",
    "colorbar": "colorbar",
    "min_max_ticks": "min_max_ticks",
    "plot_outers": "plot_outers",
    "cbar_kws": "colorbar_options",
    "scatter_kws": "scatter_options",
    "line_kws": "line_options",
    "min_thresh": "min_mA",
    "max_thresh": "max_mA",
    "scale_bar": "scale_bar_um",
    "title": "title",
}
_INDICES = ("sample", "model", "sim", "nsim")


def heatmaps(*facetdata: Any, data: pd.DataFrame | None = None, ax: Axes | None = None, **kwargs: Any) -> Axes:
    """Draw the thresholds of one n_sim on its cross-section.

    May be given to seaborn: ``FacetGrid(table, col="sim", row="nsim").map(heatmaps, *table.columns)``, or
    ``.map_dataframe(heatmaps)``.

    Parameters
    ----------
    *facetdata : Series
        The columns of `data`, as a FacetGrid hands them over.
    data : DataFrame
        Rows of ``Query.threshold_data`` of exactly one sample, model, sim and nsim.
    ax : Axes, optional
        Where to draw; default a new figure, or the current axes of a FacetGrid.
    mode : {"fibers", "fibers_on_off", "inners", "inners_on_off"}
        A point for each fiber, or the mean of each inner as its fill; a colour scale, or two colours for above and
        up to `cutoff_thresh`.
    sample_object, sim_object : Sample, Simulation, optional
        As ``Query.get_object`` gives them; loaded from the project when not given.
    project : path, optional
        Where to load from; the project that the table was read from by default.
    cutoff_thresh : float
        mA; needed by the two on-off modes, where "supra" is above it.
    missing_color, suprathresh_color, subthresh_color : colour
    cmap : str
        Colour map; reversed viridis by default.
    colorbar, min_max_ticks : bool
        Whether to draw a bar, titled mA, and whether it has ticks at its ends only.
    cuff_orientation : bool
        Mark the direction of the contacts by a point at 1.2 times the radius of the nerve.
    plot_outers : bool
        Draw the outer boundaries of the perineurium too.
    min_thresh, max_thresh : float, optional
        Ends of the colour scale, mA.
    cbar_kws, scatter_kws, line_kws : mapping, optional
        Passed on to matplotlib.
    scale_bar : float, optional
        Length of a scale bar, µm, in place of the axes.
    title : str, optional
    color, label
        What a FacetGrid adds; not used.

    Returns
    -------
    Axes

    Raises
    ------
    ConfigError
        When the table is of more than one n_sim, an argument is unknown, or a cut-off is missing.
    """
    in_grid = bool(facetdata) or "color" in kwargs
    for unused in ("color", "label"):
        kwargs.pop(unused, None)
    table = _table(facetdata, data)
    sample, sim = kwargs.pop("sample_object", None), kwargs.pop("sim_object", None)
    project = kwargs.pop("project", None) or table.attrs.get(SOURCE)
    orientation = kwargs.pop("cuff_orientation", False)
    _refuse_unknown(kwargs)
    indices = _one_of_each(table)
    options = {_ARGUMENTS[name]: value for name, value in kwargs.items()}
    if sample is None or sim is None or orientation:
        with Query(_criteria(indices), project=project) as query:
            n_sim = one_n_sim(query, indices["nsim"])
            section = section_of(query, indices["sample"]) if sample is None else _section(sample)
            positions = fiber_positions(query, n_sim) if sim is None else _fiberset(sim, table).xy
            if orientation:
                options["cuff_orientation"] = contact_angle(query, n_sim)
    else:
        section, positions = _section(sample), _fiberset(sim, table).xy
    xy: NDArray[np.float64] = positions[table["index"].to_numpy(dtype=int)]
    if ax is None and in_grid:
        import matplotlib.pyplot as plt

        ax = plt.gca()
    return heatmap(section, xy, table["threshold"].to_numpy(), table["inner"].to_numpy(), ax=ax, **options)


def heatmap_facets(
    data: pd.DataFrame,
    *,
    row: str | None = None,
    col: str = "nsim",
    columns: int = 4,
    same_scale: bool = True,
    **kwargs: Any,
) -> Figure:
    """Draw a grid of heatmaps, one for each n_sim of a table.

    Parameters
    ----------
    data : DataFrame
        Rows of ``Query.threshold_data``.
    row, col : str
        Columns of `data` that the rows and columns of the grid go by; every panel must be left with one n_sim.
    columns : int
        Panels side by side, where there is no `row`.
    same_scale : bool
        One range of colours for all panels, that of the whole table.
    **kwargs
        As `heatmaps`.

    Returns
    -------
    Figure

    Raises
    ------
    ConfigError
        When a column is unknown, or a panel would be of several n_sims.
    """
    need(data, col, *([row] if row else []))
    rows: list[Any] = sorted(data[row].unique()) if row else [None]
    cols = sorted(data[col].unique())
    across = min(columns, len(cols)) if row is None else len(cols)
    down = -(-len(cols) // across) if row is None else len(rows)
    shared = same_scale and not str(kwargs.get("mode", "")).endswith("_on_off")
    with_bar = bool(kwargs.get("colorbar", True))
    if shared:
        least, most = _range(data, str(kwargs.get("mode", "fibers")))
        kwargs = {"min_thresh": least, "max_thresh": most, **kwargs, "colorbar": False}
    drawn: list[Axes] = []
    with styled():
        figure = new_figure(70 * across + 20, 64 * down + 8)
        grid = figure.subplots(down, across, squeeze=False)
        for panel in grid.flat:
            panel.set_visible(False)
        for i, row_value in enumerate(rows):
            for j, col_value in enumerate(cols):
                part = data[(data[col] == col_value) & ((data[row] == row_value) if row else True)]
                if not len(part):
                    continue
                part.attrs = dict(data.attrs)
                panel = grid[i, j] if row else grid[j // across, j % across]
                panel.set_visible(True)
                heatmaps(data=part, ax=panel, title=_title(part, row, col), **kwargs)
                drawn.append(panel)
        if shared and with_bar:
            _shared_bar(figure, drawn, kwargs)
        for panel in drawn[:-1]:
            # On-off panels have the same legend: one says it.
            if (legend := panel.get_legend()) is not None:
                legend.remove()
    return figure


def _shared_bar(figure: Figure, panels: list[Axes], options: dict[str, Any]) -> None:
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    scale = Normalize(options["min_thresh"], options["max_thresh"])
    settings = {"shrink": 0.6, **(options.get("cbar_kws") or {})}
    bar = figure.colorbar(ScalarMappable(scale, colormaps[options.get("cmap", SEQUENTIAL)]), ax=panels, **settings)
    bar.ax.set_title("mA")


def _title(part: pd.DataFrame, row: str | None, col: str) -> str:
    """What a panel is of, and the diameter of its fibers where the table has it."""
    names = [name for name in (row, col) if name]
    words = [f"{name} {_short(part[name].iloc[0])}" for name in names]
    if "diameter_um" in part.columns and "diameter_um" not in names and part["diameter_um"].nunique() == 1:
        words.append(f"{part['diameter_um'].iloc[0]:g} µm")
    return ", ".join(words)


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _range(data: pd.DataFrame, mode: str) -> tuple[float, float]:
    values = data["threshold"]
    if mode.startswith("inners"):
        values = data.groupby([*_INDICES, "inner"])["threshold"].mean()
    return float(values.min()), float(values.max())


def _table(facetdata: Sequence[Any], data: pd.DataFrame | None) -> pd.DataFrame:
    import pandas as pd

    if data is None:
        if not facetdata:
            raise ConfigError("heatmaps: data is missing; give the rows of Query.threshold_data of one n_sim.")
        data = pd.concat(list(facetdata), axis=1)
        data.attrs = dict(facetdata[0].attrs)
    need(data, *_INDICES, "inner", "index", "threshold")
    return data


def _one_of_each(table: pd.DataFrame) -> dict[str, int]:
    found = {name: sorted(table[name].unique().tolist()) for name in _INDICES}
    several = [f"{name} {', '.join(map(str, values))}" for name, values in found.items() if len(values) != 1]
    if several:
        raise Ambiguous(
            f"heatmaps: a heatmap is of one sample, model, sim and nsim; the table has {'; '.join(several)}."
        )
    return {name: int(values[0]) for name, values in found.items()}


def _criteria(indices: dict[str, int]) -> dict[str, Any]:
    return {"indices": {level: indices[level] for level in ("sample", "model", "sim")}}


def _section(sample: Any) -> Any:
    return getattr(sample, "section", sample)


def _fiberset(sim: Any, table: pd.DataFrame) -> Any:
    if not hasattr(sim, "fibersets"):
        return sim
    return sim.fibersets[int(table["fiberset_index"].iloc[0]) if "fiberset_index" in table.columns else 0]


def _refuse_unknown(kwargs: dict[str, Any]) -> None:
    from difflib import get_close_matches

    for name in kwargs:
        if name not in _ARGUMENTS:
            known = [*_ARGUMENTS, "sample_object", "sim_object", "cuff_orientation", "project"]
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(known)}."
            raise ConfigError(f"heatmaps: there is no argument {name}; {hint}")


def save_facets(path: Path | str, data: pd.DataFrame, **options: Any) -> Path:
    """Draw `heatmap_facets` and write it as PNG, SVG or PDF; returns the path."""
    from ascent.analysis.style import save

    return save(heatmap_facets(data, **options), path)
