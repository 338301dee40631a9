"""Where a cell is recorded besides its soma: the segments nearest to landmarks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ascent.network.formats.landmarks import read_landmarks

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell


@dataclass(frozen=True)
class RecordingSite:
    """A segment whose membrane potential is recorded.

    Attributes
    ----------
    label : str
        As file names of traces hold it: landmark file, number of the landmark, section, segment, x, distance.
    section, segment : int
        Section ID, and the segment in it.
    x : float
        Centre of the segment, 0-1.
    soma_distance : float
        Path length from ``soma(0)``, µm.
    """

    label: str
    section: int
    segment: int
    x: float
    soma_distance: float


def recording_sites(paths: Iterable[Path | str], cell: Cell) -> list[RecordingSite]:
    """The sites of landmark files, in their order: for each landmark the segment at the nearest 3-D point of the cell.

    Raises
    ------
    ConfigError
        When a landmark file is wrong.
    """
    return [
        _site(cell, Path(path).name.removesuffix(".landmarkAscii"), number, landmark)
        for path in paths
        for number, landmark in enumerate(read_landmarks(path))
    ]


def _site(cell: Cell, name: str, number: int, landmark: np.ndarray) -> RecordingSite:
    best = (np.inf, 0, 0)
    for section in cell.sections:
        squares = np.sum(np.square(section.points - landmark), axis=1)
        point = int(np.argmin(squares))
        best = min(best, (float(squares[point]), section.index, point))
    section = cell.sections[best[1]]
    segment = int(np.argmin(np.abs(section.segment_x - section.relative_points[best[2]])))
    x = float(section.segment_x[segment])
    distance = cell.distance_to_soma(section, x)
    label = f"{name}_ID_{number:03d}_sec_{section.index:03d}_seg_{segment:03d}_x_{x:.3f}_somaDist_{distance:.1f}"
    return RecordingSite(label, section.index, segment, x, distance)
