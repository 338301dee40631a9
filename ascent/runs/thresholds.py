"""`thresholds.parquet`: one row for each fiber of each n_sim, the same bytes for the same numbers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ascent.errors import RunDirectoryError
from ascent.files import replacing

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

KEYS = ("sample", "model", "sim", "nsim", "inner", "fiber")
COLUMNS = {
    "sample": "int64",
    "model": "int64",
    "sim": "int64",
    "nsim": "int64",
    "inner": "int64",
    "fiber": "int64",
    "index": "int64",
    "fiberset_index": "int64",
    "waveform_index": "int64",
    "active_src_index": "int64",
    "active_rec_index": "list<int64>",
    "diameter_um": "float64",
    "x_um": "float64",
    "y_um": "float64",
    "threshold_mA": "float64",
    "status": "string",
    "n_runs": "int64",
    "engine": "string",
}
OPTIONAL = {"fascicle": "int64"}


def write_thresholds(table: pd.DataFrame, path: Path | str) -> None:
    """Write thresholds as Parquet, sorted by sample, model, sim, nsim, inner and fiber.

    Parameters
    ----------
    table : DataFrame
        The columns of `COLUMNS` and maybe those of `OPTIONAL`, in any order; thresholds in mA with
        their sign, diameters and positions in µm. A threshold that was not found is NaN. `active_rec_index` is a
        list of int, or None.
    path : path
        File to write, whole or not at all.

    Raises
    ------
    RunDirectoryError
        When a column is missing, unknown or of the wrong type, when a fiber occurs twice, or when the
        file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    missing = [name for name in COLUMNS if name not in table.columns]
    unknown = [str(name) for name in table.columns if name not in COLUMNS and name not in OPTIONAL]
    if missing or unknown:
        wrong = f"lacks the column {missing[0]}" if missing else f"has the unknown column {unknown[0]}"
        raise RunDirectoryError(f"{path}: the table of thresholds {wrong}.")
    if table.duplicated(list(KEYS)).any():
        row = table.loc[table.duplicated(list(KEYS)), list(KEYS)].iloc[0].to_dict()
        raise RunDirectoryError(f"{path}: the table of thresholds has two rows for {row}.")
    ordered = table.sort_values(list(KEYS), kind="stable")
    arrays = []
    fields = schema(name for name in OPTIONAL if name in table.columns)
    for field in fields:
        try:
            # list() leaves pandas' own types behind; NaN becomes null.
            arrays.append(pa.array(list(ordered[field.name]), type=field.type, from_pandas=True))
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            message = f"{path}: the column {field.name} of thresholds must hold {field.type}: {error}."
            raise RunDirectoryError(message) from error
    with replacing(path) as temporary:
        parquet.write_table(
            pa.Table.from_arrays(arrays, schema=fields), temporary, compression="zstd", store_schema=False
        )


def read_thresholds(path: Path | str) -> pd.DataFrame:
    """Return the thresholds of a run: the columns of `COLUMNS`, then those of `OPTIONAL` that are there.

    Raises
    ------
    RunDirectoryError
        When the file is missing, damaged or lacks columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        table = parquet.read_table(path)
        missing = [name for name in COLUMNS if name not in table.column_names]
        if missing:
            raise RunDirectoryError(f"{path} is not a table of thresholds: it lacks the column {missing[0]}.")
        return table.select([*COLUMNS, *(name for name in OPTIONAL if name in table.column_names)]).to_pandas()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise RunDirectoryError(f"{path} could not be read as Parquet: {error}.") from error


def schema(optional: Iterable[str] = ()) -> pa.Schema:
    """Return the Arrow schema of the table with those of its optional columns."""
    import pyarrow as pa

    columns = COLUMNS | {name: OPTIONAL[name] for name in optional}
    types = {"int64": pa.int64(), "float64": pa.float64(), "string": pa.string(), "list<int64>": pa.list_(pa.int64())}
    return pa.schema([pa.field(name, types[kind]) for name, kind in columns.items()])
