"""Potentials along fibers from a model's bases: points by the thousand as units of work.

A point's potential does not depend on the points beside it, so neither do the bits depend on how they are divided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import AscentError, GeometryError
from ascent.schedule import run_units

if TYPE_CHECKING:
    from ascent.field.bases import Bases

#: Points of a unit: a second or two, beside which reading the bases does not count.
POINTS = 60_000


@dataclass(frozen=True, eq=False)
class PointsUnit:
    """Points of some fibers.

    Attributes
    ----------
    id : str
        ``fibers <first> to <last>``.
    bases : Path
        Folder of the model's bases.
    points : ndarray, shape (n, 3)
        µm.
    """

    id: str
    bases: Path
    points: NDArray[np.float64]


def potentials_along(
    bases: Path,
    coordinates: Sequence[NDArray[np.float64]],
    name: str,
    *,
    workers: int | None = None,
    quiet: bool = False,
) -> list[NDArray[np.float64]]:
    """Potentials of every contact at the points of fibers.

    Parameters
    ----------
    bases : Path
        Folder of the model's bases.
    coordinates : sequence of ndarray, shape (n, 3)
        µm, one array a fiber.
    name : str
        What the fibers are called in an error.
    workers : int, optional
        Number of processes; every core by default.
    quiet : bool
        Show no progress.

    Returns
    -------
    list of ndarray, shape (n_contacts, n)
        V for 1 mA.

    Raises
    ------
    GeometryError
        When a point lies outside the endoneurium.
    """
    parts = _parts(coordinates)
    units = [
        PointsUnit(f"fibers {first} to {last - 1}", bases, np.concatenate(coordinates[first:last]))
        for first, last in parts
    ]
    found: list[NDArray[np.float64]] = []
    outcomes = run_units(units, evaluate_points, workers=workers, label="potentials", quiet=quiet or len(units) == 1)
    for (first, last), outcome in zip(parts, outcomes, strict=True):
        if outcome.value is None:
            kind = GeometryError if outcome.error_type == "GeometryError" else AscentError
            raise kind(f"{name}: {outcome.error}")
        ends = np.cumsum([len(points) for points in coordinates[first:last]])
        found += np.split(outcome.value, ends[:-1], axis=1)
    return found


def evaluate_points(unit: PointsUnit) -> NDArray[np.float64]:
    """Potentials at the points of a unit, shape (n_contacts, n), V for 1 mA."""
    status = unit.bases.stat()
    field = _bases(unit.bases, status.st_ino, status.st_mtime_ns)
    return np.asarray(field.potentials(unit.points, what=f"{unit.id}, point"))


@lru_cache(maxsize=2)
def _bases(folder: Path, inode: int, changed: int) -> Bases:
    from ascent.field.bases import Bases

    return Bases.read(folder)


def _parts(coordinates: Sequence[Any]) -> list[tuple[int, int]]:
    """First fiber, and the one after the last, of each unit."""
    parts, first, count = [], 0, 0
    for place, points in enumerate(coordinates):
        count += len(points)
        if count >= POINTS:
            parts.append((first, place + 1))
            first, count = place + 1, 0
    if first < len(coordinates):
        parts.append((first, len(coordinates)))
    return parts
