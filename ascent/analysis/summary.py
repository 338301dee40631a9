"""Thresholds in a few lines: per group of fibers, and how many fibers an amplitude recruits."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from ascent.analysis.style import new_figure, save, styled
from ascent.errors import RunDirectoryError

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

_STUDY = ("sample", "model", "sim", "waveform_index", "active_src_index")
_MOST_DIAMETERS = 12
_HEADINGS = {
    "inner": "fascicle",
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
        Rows of fibers with the columns of `thresholds.parquet`; needed are ``inner``, ``diameter_um`` and
        ``threshold_mA``.

    Returns
    -------
    DataFrame
        The columns that vary among sample, model, sim, waveform_index and active_src_index; ``inner``;
        ``diameter`` (text, µm; whole micrometres are pooled where more than 12 diameters occur); ``n``
        fibers; ``missing`` without threshold; ``min_mA``, ``median_mA``, ``max_mA`` of |threshold|, mA.

    Raises
    ------
    RunDirectoryError
        When a needed column is missing.
    """
    _need(table, "inner", "diameter_um", "threshold_mA")
    groups = [name for name in _STUDY if name in table.columns and table[name].nunique(dropna=False) > 1]
    order, labels = _diameter_groups(table["diameter_um"].to_numpy(dtype=float))
    values = table.assign(_order=order, diameter=labels, _size=table["threshold_mA"].astype(float).abs())
    keys = [*groups, "inner", "_order", "diameter"]
    grouped = values.groupby(keys, sort=True, dropna=False)["_size"]
    result = grouped.agg(n="size", found="count", min_mA="min", median_mA="median", max_mA="max").reset_index()
    result["missing"] = result["n"] - result["found"]
    return result[[*groups, "inner", "diameter", "n", "missing", "min_mA", "median_mA", "max_mA"]]


def summary_table(table: pd.DataFrame) -> Table:
    """Return :func:`summarize` as a table for a terminal."""
    from rich.table import Table

    summary = summarize(table)
    display = Table(title=f"Thresholds of {len(table)} fibers")
    for name in summary.columns:
        display.add_column(_HEADINGS.get(name, name), justify="right")
    for row in _texts(summary):
        display.add_row(*row)
    return display


def summary_text(table: pd.DataFrame) -> str:
    """Return :func:`summarize` as aligned plain text, one line a group."""
    summary = summarize(table)
    rows = [[_HEADINGS.get(name, name) for name in summary.columns], *_texts(summary)]
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

    _need(table, "threshold_mA", *by)
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
        for place, (name, value) in enumerate(zip(by, key, strict=True)):
            piece.insert(place, name, [value] * len(piece))
        pieces.append(piece)
    if not pieces:
        return pd.DataFrame({name: [] for name in (*by, "amplitude_mA", "recruited", "fraction")})
    return pd.concat(pieces, ignore_index=True)


def recruitment_curve(table: pd.DataFrame, path: Path | str, by: Sequence[str] = ("diameter_um",)) -> Path:
    """Draw :func:`recruitment` as steps, a curve for each group, and write it as PNG, SVG or PDF.

    Raises
    ------
    RunDirectoryError
        When a column is missing or the file cannot be written.
    """
    import pandas as pd

    curves = recruitment(table, by)
    with styled():
        figure = new_figure()
        axes = figure.add_subplot()
        groups: Any = [("all fibers", curves)] if not by else curves.groupby(list(by), sort=True, dropna=False)
        top = float(curves["amplitude_mA"].max()) if len(curves) else 1.0
        styles = ("-", "--", ":", "-.")
        for number, (key, rows) in enumerate(groups):
            label = (
                key if isinstance(key, str) else ", ".join(_group_label(*item) for item in zip(by, key, strict=True))
            )
            # The last step goes on to the edge, so that a single fiber shows too.
            edge = pd.DataFrame({"amplitude_mA": [1.05 * top], "fraction": [rows["fraction"].iloc[-1]]})
            steps = pd.concat([rows[["amplitude_mA", "fraction"]], edge])
            style = styles[number // 8 % len(styles)]
            axes.step(steps["amplitude_mA"], 100 * steps["fraction"], where="post", label=label, linestyle=style)
        axes.set(xlabel="|amplitude| (mA)", ylabel="recruited fibers (%)", ylim=(-2, 102), xlim=(0, 1.05 * top or 1.0))
        if len(axes.lines) > 1:
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return save(figure, path)


def _need(table: pd.DataFrame, *columns: str) -> None:
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


def _group_label(name: str, value: object) -> str:
    if name == "diameter_um":
        return f"{value:g} µm"
    return f"{_HEADINGS.get(name, name)} {value}"
