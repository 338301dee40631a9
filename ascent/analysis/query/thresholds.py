"""Thresholds of many n_sims as one table: from thresholds.parquet where it is current, else file by file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.analysis.query.n_sims import NSimIndex, NSimPlace
from ascent.errors import RunDirectoryError
from ascent.project.outputs import outputs_folder

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "sample",
    "model",
    "sim",
    "nsim",
    "inner",
    "fiber",
    "index",
    "fiberset_index",
    "waveform_index",
    "active_src_index",
    "active_rec_index",
    "threshold",
]
MEAN_COLUMNS = [*COLUMNS[:4], *COLUMNS[7:11], "mean", "std", "sem"]

#: Of a threshold file, no more is ever read, bytes.
_LARGEST = 1 << 16


class MissingResults(RunDirectoryError):
    """Fibers without the result that was asked for."""


def threshold_table(root: Path, n_sims: Sequence[NSimPlace], index: NSimIndex, *, ignore_missing: bool) -> pd.DataFrame:
    """Thresholds of the fibers of n_sims.

    Parameters
    ----------
    root : Path
        The project folder or run directory.
    n_sims : sequence of NSimPlace
        In the order of the rows.
    index : NSimIndex
        Knows the fibers of each.
    ignore_missing : bool
        A fiber without threshold is NaN, rather than an error.

    Returns
    -------
    DataFrame
        `COLUMNS`; thresholds in mA, without sign.

    Raises
    ------
    MissingResults
        When thresholds are missing and `ignore_missing` is not set; names the first.
    RunDirectoryError
        When a file is damaged.
    """
    import pandas as pd

    known = _current_table(root, n_sims)
    fibers: list[NDArray[np.int64]] = []
    values: list[NDArray[np.float64]] = []
    for n_sim in n_sims:
        found = known.get(_key(n_sim))
        members, thresholds = found if found is not None else _from_files(n_sim, index)
        fibers.append(members)
        values.append(thresholds)
    counts = [len(members) for members in fibers]
    rows = np.concatenate([*fibers, np.empty((0, 3), np.int64)])
    thresholds = np.abs(np.concatenate([*values, np.empty(0)]))
    _refuse_missing(n_sims, counts, rows, thresholds, ignore_missing)
    data: dict[str, object] = {"inner": rows[:, 0], "fiber": rows[:, 1], "index": rows[:, 2], "threshold": thresholds}
    for name in ("sample", "model", "sim", "nsim", "fiberset_index", "waveform_index", "active_src_index"):
        data[name] = np.repeat(np.array([n_sim.columns()[name] for n_sim in n_sims], dtype=np.int64), counts)
    data["active_rec_index"] = [
        [n_sim.combination.recording] for n_sim, count in zip(n_sims, counts, strict=True) for _ in range(count)
    ]
    return pd.DataFrame(data)[COLUMNS]


def mean_thresholds(table: pd.DataFrame) -> pd.DataFrame:
    """Mean, standard deviation (n − 1) and standard error of the thresholds of each n_sim, mA; `MEAN_COLUMNS`."""
    import pandas as pd

    groups = table.groupby(COLUMNS[:4], sort=False)
    first = groups[COLUMNS[7:11]].first()
    numbers = groups["threshold"].agg(["mean", "std", "sem"])
    return pd.concat([first, numbers], axis=1).reset_index()[MEAN_COLUMNS]


def _key(n_sim: NSimPlace) -> tuple[int, int, int, int]:
    name = n_sim.name
    return name.sample, name.model, name.sim, name.n_sim


def _from_files(n_sim: NSimPlace, index: NSimIndex) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    members = index.fibers(n_sim)
    folder = str(outputs_folder(n_sim.folder))
    thresholds = np.full(len(members), np.nan)
    for row, (inner, fiber, _) in enumerate(members.tolist()):
        path = f"{folder}/thresh_inner{inner}_fiber{fiber}.dat"
        # Plain system calls: with 100 000 files, Python's file objects take longer than the files.
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise RunDirectoryError(f"{path} cannot be read: {error.strerror or error}.") from error
        try:
            words = os.read(handle, _LARGEST).split()
            thresholds[row] = float(words[-1]) if words else np.nan
        except (OSError, ValueError) as error:
            raise RunDirectoryError(f"{path} is damaged: it should hold a threshold in mA.") from error
        finally:
            os.close(handle)
    return members, thresholds


def _current_table(
    root: Path, n_sims: Sequence[NSimPlace]
) -> dict[tuple[int, ...], tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Fibers and thresholds by n_sim out of thresholds.parquet; empty when it is missing or older than a result."""
    from ascent.runs.thresholds import read_thresholds

    path = root / "thresholds.parquet"
    try:
        written = path.stat().st_mtime_ns
    except OSError:
        return {}
    if any(_newest(outputs_folder(n_sim.folder)) > written for n_sim in n_sims):
        return {}
    table = read_thresholds(path).sort_values(COLUMNS[:6], kind="stable")
    members = table[["inner", "fiber", "index"]].to_numpy(dtype=np.int64)
    thresholds = table["threshold_mA"].to_numpy(dtype=float)
    places = table.groupby(COLUMNS[:4], sort=False).indices
    return {_numbers(key): (members[rows], thresholds[rows]) for key, rows in places.items()}


def _numbers(key: Any) -> tuple[int, ...]:
    return tuple(int(number) for number in key)


def _newest(folder: Path) -> int:
    """When a folder or a threshold in it was last changed, ns since 1970; 0 when there is none."""
    try:
        with os.scandir(folder) as entries:
            times = [entry.stat().st_mtime_ns for entry in entries if entry.name.startswith("thresh_")]
        return max([folder.stat().st_mtime_ns, *times])
    except OSError:
        return 0


def _refuse_missing(
    n_sims: Sequence[NSimPlace],
    counts: Sequence[int],
    rows: NDArray[np.int64],
    thresholds: NDArray[np.float64],
    ignore_missing: bool,
) -> None:
    missing = np.flatnonzero(np.isnan(thresholds))
    if ignore_missing or not len(missing):
        return
    owner = n_sims[int(np.searchsorted(np.cumsum(counts), missing[0], side="right"))]
    inner, fiber = rows[missing[0], :2]
    path = outputs_folder(owner.folder) / f"thresh_inner{inner}_fiber{fiber}.dat"
    more = f" and {len(missing) - 1} more thresholds are missing" if len(missing) > 1 else " is missing"
    raise MissingResults(f"{path}{more}; run ascent submit and ascent import_n_sims, or ignore what is missing.")
