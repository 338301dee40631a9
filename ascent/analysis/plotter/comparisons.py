"""Thresholds of groups of fibers side by side, and how they change from model to model."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ascent.analysis.style import PALETTE, new_figure, styled
from ascent.analysis.summary import HEADINGS, need
from ascent.errors import ConfigError, RunDirectoryError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_FIBER = ["sample", "sim", "nsim", "inner", "fiber"]
_HEADINGS = {**HEADINGS, "nsim": "n_sim", "diameter_um": "fiber diameter (µm)"}


def threshold_barchart(data: pd.DataFrame, ax: Axes | None = None, **options: Any) -> Axes:
    """Draw the mean threshold of each group as a bar, with its standard deviation.

    Parameters
    ----------
    data : DataFrame
        Rows of fibers with ``threshold``, mA without sign, as of ``Query.threshold_data``.
    ax : Axes, optional
        Where to draw; default a new figure.
    x : str
        Column that the groups along x go by; "nsim" by default.
    hue : str, optional
        Column that colours go by, bars of one x side by side.
    labels : mapping, optional
        Texts for values of `x`.
    title : str, optional

    Returns
    -------
    Axes

    Raises
    ------
    RunDirectoryError
        When a column is missing, or no fiber has a threshold.
    """

    def draw(axes: Axes, settings: dict[str, Any]) -> None:
        import seaborn

        lines = {"linewidth": 1, "color": "#333333"}
        seaborn.barplot(ax=axes, errorbar="sd", capsize=0.2, err_kws=lines, saturation=1, **settings)
        axes.set_ylim(bottom=0)

    return _compare(data, ax, draw, **options)


def threshold_boxplot(data: pd.DataFrame, ax: Axes | None = None, **options: Any) -> Axes:
    """Draw quartiles of thresholds of each group; whiskers to 1.5 quartile ranges; as `threshold_barchart`."""

    def draw(axes: Axes, settings: dict[str, Any]) -> None:
        import seaborn
        from matplotlib import MatplotlibDeprecationWarning

        with warnings.catch_warnings():
            # seaborn 0.13 calls matplotlib in a way that 3.11 warns about.
            warnings.filterwarnings("ignore", "vert: bool", MatplotlibDeprecationWarning)
            seaborn.boxplot(ax=axes, linewidth=1, fliersize=3, saturation=1, **settings)

    return _compare(data, ax, draw, **options)


def threshold_swarmplot(data: pd.DataFrame, ax: Axes | None = None, **options: Any) -> Axes:
    """Draw every fiber's threshold as a point, beside others of its group; as `threshold_barchart`."""

    def draw(axes: Axes, settings: dict[str, Any]) -> None:
        import seaborn

        crowd = int(data.groupby(settings["x"])["threshold"].size().max())
        size = float(np.clip(120 / crowd, 1.5, 5.0))
        seaborn.swarmplot(ax=axes, size=size, dodge=settings["hue"] != settings["x"], warn_thresh=0.9, **settings)
        axes.margins(y=0.1)

    return _compare(data, ax, draw, **options)


def _compare(
    data: pd.DataFrame,
    ax: Axes | None,
    draw: Any,
    *,
    x: str = "nsim",
    hue: str | None = None,
    labels: dict[Any, str] | None = None,
    title: str | None = None,
) -> Axes:
    need(data, "threshold", x, *([hue] if hue else []))
    rows = data[data["threshold"].notna()]
    if not len(rows):
        raise RunDirectoryError("None of the fibers has a threshold, so there is nothing to compare.")
    by = hue or x
    groups = rows[by].nunique()
    # Okabe and Ito's colours are eight; more groups than that are told apart by their places alone.
    palette: Any = list(PALETTE[:groups]) if groups <= len(PALETTE) else "viridis"
    # Numbers are groups here, not a scale.
    order = [_text(value) for value in sorted(rows[x].unique())]
    rows = rows.assign(**{x: rows[x].map(_text)} | ({hue: rows[hue].map(_text)} if hue and hue != x else {}))
    settings = {"data": rows, "x": x, "y": "threshold", "hue": by, "palette": palette, "order": order}
    with styled():
        side_by_side = groups if hue and hue != x else 1
        width = 40 + len(order) * max(18.0, 7.0 * side_by_side)
        axes = new_figure(max(90.0, width), 80).add_subplot() if ax is None else ax
        draw(axes, {**settings, "legend": hue is not None})
        axes.set(xlabel=_HEADINGS.get(x, x), ylabel="|threshold| (mA)")
        if labels:
            axes.set_xticks(range(len(order)), [labels.get(text, text) for text in order])
        if hue is not None:
            axes.legend(title=_HEADINGS.get(hue, hue), loc="upper left", bbox_to_anchor=(1.0, 1.0))
        if title:
            axes.set_title(title)
    return axes


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def convergence(
    data: pd.DataFrame,
    reference: int,
    ax: Axes | None = None,
    *,
    labels: dict[int, str] | None = None,
    criterion_percent: float | None = 2.0,
    title: str | None = None,
) -> Axes:
    """Draw by how much thresholds of models differ from those of a reference model, in percent.

    Parameters
    ----------
    data : DataFrame
        Rows of ``Query.threshold_data`` of several models with the same fibers.
    reference : int
        Index of the model that the others are compared with.
    ax : Axes, optional
        Where to draw; default a new figure.
    labels : mapping, optional
        Text for each model, such as its length.
    criterion_percent : float, optional
        Marked on both sides of zero; ASCENT's convergence studies accept 2 %.
    title : str, optional

    Returns
    -------
    Axes
        A point for each fiber, and the greatest error of each model.

    Raises
    ------
    ConfigError
        When the reference is not among the models.
    RunDirectoryError
        When no fiber is in both a model and the reference.
    """
    errors = threshold_errors(data, reference)
    models = sorted(errors["model"].unique())
    with styled():
        axes = new_figure(max(90, 30 + 16 * len(models)), 80).add_subplot() if ax is None else ax
        axes.axhline(0, color="#999999", linewidth=0.6, zorder=0)
        if criterion_percent is not None:
            axes.axhspan(-criterion_percent, criterion_percent, color="#009E73", alpha=0.12, linewidth=0, zorder=0,
                         label=f"within {criterion_percent:g} %")  # fmt: skip
        generator = np.random.default_rng(0)
        for place, model in enumerate(models):
            values = errors.loc[errors["model"] == model, "error_percent"].to_numpy()
            beside = place + generator.uniform(-0.18, 0.18, len(values))
            axes.scatter(beside, values, s=14, color=PALETTE[0], alpha=0.7, linewidths=0, zorder=2,
                         label="fiber" if place == 0 else None)  # fmt: skip
        greatest = [errors.loc[errors["model"] == model, "error_percent"].abs().max() for model in models]
        axes.plot(range(len(models)), greatest, color=PALETTE[1], marker="D", markersize=4, label="greatest |error|")
        texts = [(labels or {}).get(int(model), str(model)) for model in models]
        axes.set_xticks(range(len(models)), texts)
        axes.set(xlabel="model", ylabel=f"threshold error against model {reference} (%)")
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        if title:
            axes.set_title(title)
    return axes


def threshold_errors(data: pd.DataFrame, reference: int) -> pd.DataFrame:
    """The rows of other models with ``error_percent``, 100 · (threshold − reference) / reference; as `convergence`."""
    need(data, *_FIBER, "model", "threshold")
    known: Sequence[int] = sorted(data["model"].unique().tolist())
    if reference not in known:
        raise ConfigError(f"reference is {reference}: must be one of the models {', '.join(map(str, known))}.")
    exact = data.loc[data["model"] == reference, [*_FIBER, "threshold"]].rename(columns={"threshold": "_reference"})
    others = data[data["model"] != reference].merge(exact, on=_FIBER, how="inner")
    others["error_percent"] = 100 * (others["threshold"] - others["_reference"]) / others["_reference"]
    others = others[others["error_percent"].notna()].drop(columns="_reference")
    if not len(others):
        raise RunDirectoryError(f"No fiber has a threshold both in model {reference} and in another one.")
    return others
