"""Dose-response curves: which part of the fibers an amplitude activates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ascent.analysis.heatmap import recruitment_curve
from ascent.analysis.summary import need

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def dose_response(
    data: pd.DataFrame, ax: Axes | None = None, *, by: Sequence[str] = ("nsim",), title: str | None = None
) -> Axes:
    """Draw the fraction of fibers that each amplitude activates, a curve for each group (ECDF of thresholds).

    Parameters
    ----------
    data : DataFrame
        Rows of ``Query.threshold_data``: ``threshold``, mA without sign. Fibers without threshold count as never
        activated.
    ax : Axes, optional
        Where to draw; default a new figure.
    by : sequence of str
        Columns that split the fibers into curves; empty for one curve.
    title : str, optional

    Returns
    -------
    Axes

    Raises
    ------
    RunDirectoryError
        When a column is missing.
    """
    need(data, "threshold", *by)
    return recruitment_curve(data.rename(columns={"threshold": "threshold_mA"}), by=by, ax=ax, title=title)
