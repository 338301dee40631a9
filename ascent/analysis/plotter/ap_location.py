"""Where action potentials start: ASCENT's ap_loctime."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ascent.analysis.fiber_places import FiberPlace, fibers_of, n_sims_of
from ascent.analysis.recordings import last_spike_times
from ascent.analysis.style import PALETTE, new_figure, save, styled
from ascent.errors import RunDirectoryError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ascent.analysis.query import Query

_MILLI = 1e3


@dataclass(frozen=True, eq=False)
class ActionPotentialSites:
    """Where and when the action potentials of fibers are first seen.

    Attributes
    ----------
    table : DataFrame
        A row a fiber: sample, model, sim, nsim, inner, fiber, index, n_nodes, node, z_um, position (0 to 1 of the
        nodes) and time_ms; NaN for a fiber without an action potential.
    figure : Figure or None
        What was drawn.
    """

    table: pd.DataFrame
    figure: Figure | None


def ap_loctime(
    query_object: Query,
    n_sim_filter: Sequence[int] | None = None,
    plot: bool = False,
    plot_distribution: bool = False,
    n_sim_label_override: str | Sequence[str] | None = None,
    model_labels: Sequence[str] | Mapping[int, str] | None = None,
    save: bool | Path | str = False,
    subplots: bool = False,
    nodes_only: bool = False,
    amp: int = 0,
) -> ActionPotentialSites:
    """Find the node where each fiber's action potential is first detected.

    The sims must save it (``saving.aploctime``). Of several action potentials of a node the file has the last.

    Parameters
    ----------
    query_object : Query
    n_sim_filter : sequence of int, optional
        Only these n_sims.
    plot : bool
        Draw the time of the action potential along every fiber.
    plot_distribution : bool
        Draw how many fibers start where.
    n_sim_label_override : str or sequence of str, optional
        Names of n_sims in the picture, in order.
    model_labels : sequence or mapping of str, optional
        Names of models in the picture.
    save : bool or path
        Write the picture: to this file, or to ``out/analysis/ap_time_loc_<n_sims>.png`` of the project.
    subplots : bool
        A panel for each n_sim rather than one for all.
    nodes_only : bool
        Number nodes along the axis rather than give z in mm.
    amp : int
        Index of the amplitude.

    Returns
    -------
    ActionPotentialSites

    Raises
    ------
    NotRecorded
        When a sim did not save it.
    """
    rows, tracks = _gather(query_object, n_sim_filter, amp)
    import pandas as pd

    table = pd.DataFrame(rows)
    if not plot and not plot_distribution and not save:
        return ActionPotentialSites(table, None)
    names = _labels(table, n_sim_label_override, model_labels)
    with styled():
        kinds = [kind for kind, wanted in (("tracks", plot), ("distribution", plot_distribution)) if wanted]
        figure = _draw(table, tracks, names, kinds or ["tracks"], subplots, nodes_only)
    if save:
        _save(figure, query_object, table, save)
    return ActionPotentialSites(table, figure)


_Track = tuple[FiberPlace, Any]


def _gather(query: Query, n_sims: Sequence[int] | None, amplitude: int) -> tuple[list[dict[str, Any]], list[_Track]]:
    rows: list[dict[str, Any]] = []
    tracks: list[_Track] = []
    for n_sim in n_sims_of(query, None if n_sims is None else list(n_sims)):
        for fiber in fibers_of(query, n_sim):
            times = last_spike_times(fiber, amplitude)
            if len(times) != len(fiber.node_z):
                raise RunDirectoryError(
                    f"n_sim {n_sim.name}, inner {fiber.inner}, fiber {fiber.fiber}: ap_loctime has {len(times)} lines "
                    f"for {len(fiber.node_z)} nodes; run ascent submit again."
                )
            rows.append({**n_sim.keys(), **_site(fiber, times)})
            tracks.append((fiber, times))
    return rows, tracks


def _site(fiber: FiberPlace, times: Any) -> dict[str, Any]:
    found = np.isfinite(times).any()
    node = int(np.nanargmin(times)) if found else None
    return {
        "inner": fiber.inner,
        "fiber": fiber.fiber,
        "index": fiber.index,
        "n_nodes": len(times),
        "node": np.nan if node is None else node,
        "z_um": np.nan if node is None else float(fiber.node_z[node]),
        "position": np.nan if node is None else node / max(len(times) - 1, 1),
        "time_ms": np.nan if node is None else float(times[node]),
    }


def _labels(
    table: pd.DataFrame, override: str | Sequence[str] | None, models: Sequence[str] | Mapping[int, str] | None
) -> dict[tuple[int, ...], str]:
    places = list(dict.fromkeys(table[["sample", "model", "sim", "nsim"]].itertuples(index=False, name=None)))
    given = [override] if isinstance(override, str) else list(override or [])
    model_order = list(dict.fromkeys(place[1] for place in places))
    names = {}
    for number, place in enumerate(places):
        text = given[number] if number < len(given) else "n_sim " + "_".join(map(str, place))
        if isinstance(models, Mapping):
            text = f"{models.get(place[1], f'model {place[1]}')}, {text}"
        elif models is not None and model_order.index(place[1]) < len(models):
            text = f"{models[model_order.index(place[1])]}, {text}"
        names[place] = text
    return names


def _draw(
    table: pd.DataFrame,
    tracks: list[_Track],
    names: dict[tuple[int, ...], str],
    kinds: Sequence[str],
    subplots: bool,
    nodes_only: bool,
) -> Figure:
    panels = len(names) if subplots else 1
    figure = new_figure(20 + 110 * len(kinds), 20 + 62 * panels)
    grid = figure.subplots(panels, len(kinds), squeeze=False)
    for number, (place, name) in enumerate(names.items()):
        color = PALETTE[number % len(PALETTE)]
        mine = [track for track in tracks if tuple(track[0].n_sim.keys().values()) == place]
        rows = table[(table[["sample", "model", "sim", "nsim"]] == list(place)).all(axis=1)]
        among = (0, 1) if subplots else (number, len(names))
        for column, kind in enumerate(kinds):
            axes = grid[number if subplots else 0, column]
            if kind == "distribution":
                _draw_distribution(axes, mine, rows, name, color, nodes_only, among)
            else:
                _draw_tracks(axes, mine, name, color, nodes_only)
            axes.set(xlabel="node" if nodes_only else "z (mm)")
            axes.set_ylabel("fibers (count)" if kind == "distribution" else "time of action potential (ms)")
            if subplots or len(names) == 1:
                axes.set_title(name)
    if not subplots and len(names) > 1:
        grid[0, -1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def _draw_tracks(axes: Axes, tracks: list[_Track], name: str, color: str, nodes_only: bool) -> None:
    for number, (fiber, times) in enumerate(tracks):
        x = np.arange(len(times)) if nodes_only else fiber.node_z / _MILLI
        axes.plot(x, times, color=color, linewidth=0.8, alpha=0.6, label=name if number == 0 else None)
        if np.isfinite(times).any():
            first = int(np.nanargmin(times))
            axes.plot(x[first], times[first], marker="v", color=color, markersize=5, linestyle="none")


def _draw_distribution(
    axes: Axes,
    tracks: list[_Track],
    rows: pd.DataFrame,
    name: str,
    color: str,
    nodes_only: bool,
    among: tuple[int, int],
) -> None:
    """Bars at the nodes where fibers start; `among` says the which of how many n_sims stand side by side."""
    from matplotlib.ticker import MaxNLocator

    places = [np.arange(len(times)) if nodes_only else fiber.node_z / _MILLI for fiber, times in tracks]
    spacing = 0.8 * min((float(np.diff(place).min()) for place in places if len(place) > 1), default=1.0)
    found = rows[rows["node"].notna()]
    values = found["node"] if nodes_only else found["z_um"] / _MILLI
    counts = values.astype(float).round(6).value_counts().sort_index()
    which, total = among
    width = spacing / total
    centres = counts.index.to_numpy(dtype=float) + width * (which - (total - 1) / 2)
    axes.bar(centres, counts.to_numpy(), width=width, color=color, label=name)
    axes.set_xlim(0, max(axes.get_xlim()[1], *(place[-1] for place in places)))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def _save(figure: Figure, query: Query, table: pd.DataFrame, where: bool | Path | str) -> Path:
    if not isinstance(where, bool):
        return save(figure, Path(where))
    place = "_".join(str(n) for n in sorted(table["nsim"].unique()))
    return save(figure, query.folder.root / "out" / "analysis" / f"ap_time_loc_{place}.png")
