"""Tables of finished runs, from run directories and from archives."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ascent.errors import RunDirectoryError

if TYPE_CHECKING:
    import pandas as pd


def read_table(run: Path, name: str) -> pd.DataFrame | None:
    """The Parquet table `name` of a run; None when the run has no such table.

    Parameters
    ----------
    run : Path
        A run directory, or its archive.
    name : str
        Such as ``"thresholds"``.

    Raises
    ------
    RunDirectoryError
        When the archive is unsafe or damaged, or the table is no Parquet file.
    """
    from ascent.runs.archive import extract_archive

    if run.is_dir():
        return _parquet(run / f"{name}.parquet")
    with tempfile.TemporaryDirectory(prefix="ascent-") as folder:
        return _parquet(extract_archive(run, folder) / f"{name}.parquet")


def _parquet(path: Path) -> pd.DataFrame | None:
    import pandas as pd
    import pyarrow as pa

    if not path.is_file():
        return None
    try:
        return pd.read_parquet(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise RunDirectoryError(f"{path} could not be read as Parquet: {error}.") from error
