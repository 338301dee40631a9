"""The points of a sweep in one table, with the overrides as columns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.errors import ConfigError, RunDirectoryError
from ascent.files import replacing
from ascent.sweeps.folder import PointRecord, SweepFolder
from ascent.sweeps.overrides import columns, varying
from ascent.sweeps.tables import read_table

if TYPE_CHECKING:
    import pandas as pd

#: Tables that runs write, the most telling first.
TABLES = ("thresholds", "spike_times")
FORMATS = (".parquet", ".csv")


@dataclass(frozen=True)
class Collected:
    """What was joined.

    Attributes
    ----------
    table : DataFrame
        ``point``, a column for each override, then the columns of the runs' tables.
    overrides : list of str
        Names of the columns that are overrides.
    name : str
        Which of the runs' tables was joined.
    missing : dict
        Why a point contributes nothing, by its number.
    objectives : dict
        Objective by point, where there is one.
    """

    table: pd.DataFrame
    overrides: list[str]
    name: str
    missing: dict[int, str]
    objectives: dict[int, Any]


def collect(path: Path | str, table: str | None = None) -> Collected:
    """Join a table of every finished point of a sweep.

    Parameters
    ----------
    path : path
        The sweep's folder.
    table : str, optional
        Name of the table, such as ``"thresholds"``; the first of `TABLES` that a point has by default.

    Raises
    ------
    RunDirectoryError
        When it is no sweep, no point has finished, or a file is damaged.
    ConfigError
        When no point has such a table.
    """
    import pandas as pd

    sweep = SweepFolder.open(path)
    pieces: list[pd.DataFrame] = []
    missing: dict[int, str] = {}
    objectives: dict[int, Any] = {}
    names: dict[str, None] = {}
    chosen = table
    finished = 0
    for record in sweep.records():
        if record.objective is not None:
            objectives[record.index] = record.objective
        run = sweep.run_of(record)
        if run is None or run.name.endswith("_running"):
            missing[record.index] = record.error or record.state
            continue
        finished += 1
        chosen = chosen or next((name for name in TABLES if read_table(run, name) is not None), None)
        rows = read_table(run, chosen) if chosen else None
        if rows is None or not len(rows):
            missing[record.index] = record.error or f"has no table {chosen or ' or '.join(TABLES)}"
            continue
        values = columns(record.overrides)
        names |= dict.fromkeys(values)
        pieces.append(_labelled(record, values, rows))
    if not finished:
        raise RunDirectoryError(f"{sweep.path}: no point has finished yet; ascent status {path} says how far they are.")
    if not pieces:
        raise ConfigError(f"{sweep.path}: no point has a table {table or ' or '.join(TABLES)} with rows.")
    joined = pd.concat(pieces, ignore_index=True)
    own = [name for name in names if name in joined.columns]
    rest = [name for name in joined.columns if name not in own and name != "point"]
    return Collected(_plain(joined[["point", *own, *rest]], own), own, str(chosen), missing, objectives)


def write_collected(collected: Collected, path: Path | str) -> Path:
    """Write the joined table as Parquet or CSV, by the suffix of `path`.

    Raises
    ------
    ConfigError
        When the suffix is neither.
    RunDirectoryError
        When the file cannot be written.
    """
    target = Path(path)
    if target.suffix not in FORMATS:
        raise ConfigError(f"{target}: the name of the table must end in {' or '.join(FORMATS)}.")
    with replacing(target) as temporary:
        if target.suffix == ".csv":
            collected.table.to_csv(temporary, index=False)
        else:
            collected.table.to_parquet(temporary, index=False, compression="zstd")
    return target


def summarize_points(collected: Collected) -> tuple[list[str], list[list[Any]]]:
    """A row for each point: the overrides that vary, how many rows, and for thresholds their least, median and most."""
    points = list(collected.table.groupby("point", sort=True))
    shown = varying([{name: rows[name].iloc[0] for name in collected.overrides} for _, rows in points])
    header = ["point", *shown, "rows"]
    thresholds = "threshold_mA" in collected.table.columns
    header += ["missing", "min (mA)", "median (mA)", "max (mA)"] if thresholds else []
    header += ["objective"] if collected.objectives else []
    rows: list[list[Any]] = []
    for point, group in points:
        row = [point, *(group[name].iloc[0] for name in shown), len(group)]
        if thresholds:
            size = group["threshold_mA"].abs()
            row += [int(size.isna().sum()), *(f"{value:.4g}" for value in (size.min(), size.median(), size.max()))]
        if collected.objectives:
            row.append(_shown(collected.objectives.get(int(str(point)))))
        rows.append(row)
    return header, rows


def _labelled(record: PointRecord, values: dict[str, Any], rows: pd.DataFrame) -> pd.DataFrame:
    labelled = rows.copy()
    for name, value in reversed(values.items()):
        # A column of the table that has an override's name keeps its values under another name.
        if name in labelled.columns:
            labelled = labelled.rename(columns={name: f"{name}_of_table"})
        labelled.insert(0, name, [value] * len(labelled))
    labelled.insert(0, "point", record.index)
    return labelled


def _plain(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Columns of overrides that mix texts and numbers become texts, which every format can hold."""
    table = table.copy()
    for name in names:
        kinds = {type(value) for value in table[name]}
        if len(kinds) > 1 and not kinds <= {int, float}:
            table[name] = [None if value is None else str(value) for value in table[name]]
    return table


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return " ".join(f"{v:.5g}" for v in value) if isinstance(value, list) else f"{value:.5g}"
