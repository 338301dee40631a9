"""The value of a finished run, as its `objective` asks for it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.config.expressions import evaluate_number
from ascent.config.objective import ObjectiveConfig, ObjectiveTerm
from ascent.errors import ConfigError
from ascent.sweeps.tables import read_table

if TYPE_CHECKING:
    import pandas as pd


def objective_of(run: Path, objective: ObjectiveConfig) -> float | list[float]:
    """Evaluate an objective on a finished run.

    Parameters
    ----------
    run : Path
        The run directory, or its archive.
    objective : ObjectiveConfig
        Terms and the formula that combines them.

    Returns
    -------
    float or list of float
        A list when the objective has a list of expressions.

    Raises
    ------
    ConfigError
        When a table, a column or rows that a term wants are not there, or a value comes out that is no number.
    """
    values = {name: _term(name, term, run) for name, term in objective.terms.items()}
    found = [evaluate_number(expression, values) for expression in objective.expressions]
    return found[0] if isinstance(objective.expression, str) else found


def print_objective(result: Any, objective: ObjectiveConfig) -> None:
    """Print what a finished study is worth; a study with failed units is not judged."""
    run = result.directory if result.directory.exists() else result.archive
    if run is not None and not result.failures:
        value = objective_of(run, objective)
        print("objective:", " ".join(f"{v:.6g}" for v in (value if isinstance(value, list) else [value])))


def _term(name: str, term: ObjectiveTerm, run: Path) -> float:
    where = f"objective.terms.{name}"
    table = read_table(run, term.table)
    if table is None:
        raise ConfigError(f"configuration: {where}.table is {term.table}: the run has no {term.table}.parquet.")
    rows = _selected(where, term, table)
    column = _column(f"{where}.column", term.column, table)
    values = rows[column].astype(float)
    values = values.abs() if term.absolute else values
    if term.missing is not None:
        values = values.fillna(term.missing)
    if term.statistic == "count":
        return float(values.count())
    # Missing values are not skipped: a fascicle without thresholds would look like one of low thresholds.
    result = float(getattr(values, term.statistic)(skipna=False)) if len(values) else math.nan
    if not math.isfinite(result):
        what = "no rows are left" if not len(values) else f"{term.column} has rows without a value; set {where}.missing"
        raise ConfigError(f"configuration: {where}: {what}.")
    return result


def _selected(where: str, term: ObjectiveTerm, table: pd.DataFrame) -> pd.DataFrame:
    for key, wanted in term.where.items():
        values = list(wanted) if isinstance(wanted, list | tuple) else [wanted]
        table = table[table[_column(f"{where}.where", key, table)].isin(values)]
    return table


def _column(key: str, name: str, table: pd.DataFrame) -> str:
    if name not in table.columns:
        raise ConfigError(f"configuration: {key} is {name}: the table has {', '.join(map(str, table.columns))}.")
    return name
