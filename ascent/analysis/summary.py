"""Thresholds in a few lines: per group of fibers, and how many fibers an amplitude recruits."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

import numpy as np

from ascent.errors import RunDirectoryError

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

_STUDY = ("sample", "model", "sim", "waveform_index", "active_src_index")
_MOST_DIAMETERS = 12
HEADINGS = {
    "waveform_index": "waveform",
    "active_src_index": "contacts",
    "diameter": "diameter (µm)",
    "min_mA": "min |threshold| (mA)",
    "median_mA": "median (mA)",
    "max_mA": "max (mA)",
}


def summarize(table: pd.DataFrame) -> pd.DataFrame:
    """Return thresholds per fiber group: diameter × fascicle, and whatever else varies.

    Parameters
    ----------
    table : DataFrame
        Rows of fibers with the columns of `thresholds.parquet`; needed are ``diameter_um``,
        ``threshold_mA`` and ``fascicle`` or, in its place, ``inner``.

    Returns
    -------
    DataFrame
        The columns that vary among sample, model, sim, waveform_index and active_src_index;
        ``fascicle`` (or ``inner``); ``diameter`` (text, µm; whole micrometres are pooled where more than 12 diameters
        occur); ``n`` fibers; ``missing`` without threshold; ``min_mA``, ``median_mA``, ``max_mA`` of |threshold|, mA.

    Raises
    ------
    RunDirectoryError
        When a needed column is missing.
    """
    place = "fascicle" if "fascicle" in table.columns else "inner"
    need(table, place, "diameter_um", "threshold_mA")
    groups = [name for name in _STUDY if name in table.columns and table[name].nunique(dropna=False) > 1]
    order, labels = _diameter_groups(table["diameter_um"].to_numpy(dtype=float))
    values = table.assign(_order=order, diameter=labels, _size=table["threshold_mA"].astype(float).abs())
    keys = [*groups, place, "_order", "diameter"]
    grouped = values.groupby(keys, sort=True, dropna=False)["_size"]
    result = grouped.agg(n="size", found="count", min_mA="min", median_mA="median", max_mA="max").reset_index()
    result["missing"] = result["n"] - result["found"]
    return result[[*groups, place, "diameter", "n", "missing", "min_mA", "median_mA", "max_mA"]]


def summary_table(table: pd.DataFrame) -> Table:
    """Return :func:`summarize` as a table for a terminal."""
    from rich.table import Table

    summary = summarize(table)
    display = Table(title=f"Thresholds of {len(table)} fibers")
    for name in summary.columns:
        display.add_column(HEADINGS.get(name, name), justify="right")
    for row in _texts(summary):
        display.add_row(*row)
    return display


def summary_text(table: pd.DataFrame) -> str:
    """Return :func:`summarize` as aligned plain text, one line a group."""
    summary = summarize(table)
    rows = [[HEADINGS.get(name, name) for name in summary.columns], *_texts(summary)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(lines) + "\n"


def print_summary(table: pd.DataFrame, stream: TextIO | None = None) -> None:
    """Print the closing table of a run: drawn on a terminal, plain text elsewhere."""
    target = sys.stdout if stream is None else stream
    if target.isatty():
        from rich.console import Console

        Console(file=target).print(summary_table(table))
    else:
        target.write(summary_text(table))


def recruitment(table: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the fraction of fibers that each amplitude recruits.

    A fiber is recruited from its |threshold| on; one without threshold never is, but counts.

    Parameters
    ----------
    table : DataFrame
        Rows of fibers with ``threshold_mA``.
    by : sequence of str
        Columns that split the fibers into groups, for example ``["diameter_um"]``.

    Returns
    -------
    DataFrame
        The columns of `by`, then ``amplitude_mA`` (ascending, from 0), ``recruited`` (count) and
        ``fraction`` (0 to 1), a row for each step of the curve.

    Raises
    ------
    RunDirectoryError
        When a column is missing.
    """
    import pandas as pd

    need(table, "threshold_mA", *by)
    groups = [((), table)] if not by else table.groupby(list(by), sort=True, dropna=False)
    pieces = []
    for key, rows in groups:
        size = rows["threshold_mA"].abs().to_numpy(dtype=float)
        amplitudes, counts = np.unique(size[np.isfinite(size)], return_counts=True)
        starts_above_zero = amplitudes.size == 0 or amplitudes[0] > 0
        zero = [0.0] if starts_above_zero else []
        recruited = np.concatenate([np.zeros(len(zero), dtype=int), np.cumsum(counts)])
        piece = pd.DataFrame({"amplitude_mA": np.concatenate([zero, amplitudes]), "recruited": recruited})
        piece["fraction"] = piece["recruited"] / max(len(rows), 1)
        for position, (name, value) in enumerate(zip(by, key, strict=True)):
            piece.insert(position, name, [value] * len(piece))
        pieces.append(piece)
    if not pieces:
        return pd.DataFrame({name: [] for name in (*by, "amplitude_mA", "recruited", "fraction")})
    return pd.concat(pieces, ignore_index=True)


def need(table: pd.DataFrame, *columns: str) -> None:
    """Raise RunDirectoryError when the table lacks one of the columns."""
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise RunDirectoryError(f"The table of thresholds lacks the column {missing[0]}.")


def _diameter_groups(diameters_um: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Return a number to sort by and a text for each diameter."""
    if len(np.unique(diameters_um)) <= _MOST_DIAMETERS:
        return diameters_um, [f"{diameter:g}" for diameter in diameters_um]
    lower = np.floor(diameters_um)
    return lower, [f"{low:g}–{low + 1:g}" for low in lower]


def _texts(summary: pd.DataFrame) -> list[list[str]]:
    return [[_text(value) for value in row] for row in summary.itertuples(index=False, name=None)]


def _text(value: object) -> str:
    if isinstance(value, float):
        return "–" if np.isnan(value) else f"{value:.4g}"
    return str(value)
