"""Whether two files of results say the same within a tolerance: for platforms whose bits differ.

Thresholds are compared one by one, relative to themselves. Fields and recordings are compared relative to the
largest value of their column or array, since they pass through zero.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ascent.errors import RunDirectoryError

#: What is on the way to a result rather than one: another platform's mesh has other elements.
WORKINGS = (
    "samples/*/models/*/bases/*",
    "samples/*/models/*/mesh/*",
    "samples/*/models/*/model.json",
    "*.png",
    "*.obj",
)
#: Columns that say how a search went: a verdict that turns over changes them and not the threshold.
_EFFORT = ("n_runs", "n_steps")


def is_result(relative: str) -> bool:
    """Return whether a file counts when results are compared within a tolerance."""
    return not any(fnmatch.fnmatchcase(relative, pattern) for pattern in WORKINGS)


def largest_difference(first: Path, second: Path) -> float:
    """Return the largest relative difference of the numbers in two files; infinite where anything else differs.

    Raises
    ------
    RunDirectoryError
        When a file cannot be read.
    """
    read = _READERS.get(first.suffix)
    if read is None:
        return 0.0 if first.read_bytes() == second.read_bytes() else float("inf")
    try:
        return _largest(read(first), read(second))
    except (OSError, ValueError, KeyError, RecursionError, RuntimeError) as error:
        raise RunDirectoryError(f"{first} could not be compared: {error}.") from error


def _largest(first: Iterator[tuple[str, Any]], second: Iterator[tuple[str, Any]]) -> float:
    one, other = dict(first), dict(second)
    if one.keys() != other.keys():
        return float("inf")
    return max((_difference(name, one[name], other[name]) for name in one), default=0.0)


def _difference(name: str, first: Any, second: Any) -> float:
    import numpy as np

    a, b = np.asarray(first), np.asarray(second)
    if a.shape != b.shape:
        return float("inf")
    if a.dtype.kind not in "iuf" or b.dtype.kind not in "iuf":
        return 0.0 if a.tolist() == b.tolist() else float("inf")
    x, y = a.astype(float), b.astype(float)
    if not np.array_equal(np.isnan(x), np.isnan(y)):
        return float("inf")
    gap = np.abs(np.nan_to_num(x) - np.nan_to_num(y))
    if not gap.any():
        return 0.0
    size = np.maximum(np.abs(np.nan_to_num(x)), np.abs(np.nan_to_num(y)))
    if name != "threshold_mA":
        size = np.full_like(gap, size.max())
    return float(np.max(np.divide(gap, size, out=np.zeros_like(gap), where=gap > 0)))


def _parquet(path: Path) -> Iterator[tuple[str, Any]]:
    import pyarrow.parquet as parquet

    for name, column in parquet.read_table(path).to_pydict().items():
        if name not in _EFFORT:
            numeric = all(isinstance(value, int | float) or value is None for value in column)
            yield name, [float("nan") if value is None else value for value in column] if numeric else column


def _hdf5(path: Path) -> Iterator[tuple[str, Any]]:
    import h5py

    found: dict[str, Any] = {}
    with h5py.File(path, "r") as file:
        file.visititems(lambda name, node: found.update({name: node[()]}) if isinstance(node, h5py.Dataset) else None)
    yield from found.items()


def _words(path: Path) -> Iterator[tuple[str, Any]]:
    """Columns of numbers, and lines with anything else as they are."""
    rows: dict[int, list[list[float]]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
        words = line.replace(",", " ").split()
        try:
            rows.setdefault(len(words), []).append([float(word) for word in words])
        except ValueError:
            yield f"line {number}", line
    for width, values in rows.items():
        for column in range(width):
            name = "threshold_mA" if path.name.startswith("thresh_") else f"column {column} of {width}"
            yield name, [row[column] for row in values]


def _json(path: Path) -> Iterator[tuple[str, Any]]:
    yield from _leaves("", json.loads(path.read_text(encoding="utf-8")))


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(f"{name}.{key}", item)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _leaves(f"{name}.{place}", item)
    else:
        yield name, value


_READERS: dict[str, Callable[[Path], Iterator[tuple[str, Any]]]] = {
    ".parquet": _parquet,
    ".h5": _hdf5,
    ".dat": _words,
    ".txt": _words,
    ".csv": _words,
    ".json": _json,
}
