"""What placing synapses needs to know of a cell, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell


@dataclass(frozen=True, eq=False)
class CellLayout:
    """The sections of a cell.

    Attributes
    ----------
    name : str
        Name of the morphology.
    labels : tuple of str
        Label of each section.
    relative_points : tuple of ndarray
        Where the 3-D points of each section lie along it, 0 to 1.
    n_segments, first_segment : ndarray of int, shape (n_sections,)
        Number of segments, and position of the first among all.
    length : ndarray of float, shape (n_sections,)
        µm.
    parent : ndarray of int, shape (n_sections,)
        Section that each is attached to; -1 for the soma.
    parent_x : ndarray of float, shape (n_sections,)
        Where on it, 0 to 1.
    """

    name: str
    labels: tuple[str, ...]
    relative_points: tuple[NDArray[np.float64], ...]
    n_segments: NDArray[np.int32]
    first_segment: NDArray[np.int32]
    length: NDArray[np.float64]
    parent: NDArray[np.int32]
    parent_x: NDArray[np.float64]

    @classmethod
    def of(cls, cell: Cell) -> CellLayout:
        """The layout of a built cell."""
        sections = cell.sections
        return cls(
            cell.id,
            tuple(section.label for section in sections),
            tuple(np.asarray(section.relative_points) for section in sections),
            np.array([section.nseg for section in sections], np.int32),
            np.array([section.first_segment for section in sections], np.int32),
            np.array([section.L for section in sections], np.float64),
            np.array([-1 if section.parent is None else section.parent.index for section in sections], np.int32),
            np.array([section.parent_x for section in sections], np.float64),
        )

    def nearest_points(self, section: int, x: NDArray[np.float64]) -> NDArray[np.int32]:
        """The 3-D point of a section that is nearest to each relative position, the first of equals."""
        away = np.abs(self.relative_points[section][None, :] - x[:, None])
        return away.argmin(axis=1).astype(np.int32)

    def electrical_positions(self, section: int, points: NDArray[np.int32]) -> NDArray[np.float64]:
        """Where a synapse at a 3-D point acts: there, but not beyond the centres of the outermost segments."""
        half = 0.5 / float(self.n_segments[section])
        # Centres as the cell has them, (i + 0.5) / n, so that both ends round alike.
        last = (float(self.n_segments[section]) - 0.5) / float(self.n_segments[section])
        return np.clip(self.relative_points[section][points], half, last)

    def segments(self, section: int, x: NDArray[np.float64]) -> NDArray[np.int32]:
        """The segment, among all of the cell, of each relative position on a section."""
        count = int(self.n_segments[section])
        inside = np.minimum((x * count).astype(np.int32), count - 1)
        return (self.first_segment[section] + inside).astype(np.int32)

    def soma_distances(self, section: int, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Path length to the soma (µm) without the soma itself; 0 on it."""
        if self.parent[section] < 0:
            return np.zeros(len(x))
        # Term by term from the synapse to the soma, as simrun adds, for sums that are equal to the bit.
        distance = x * self.length[section]
        parent = int(self.parent[section])
        while self.parent[parent] >= 0:
            distance = distance + self.length[parent] * self.parent_x[section]
            section, parent = parent, int(self.parent[parent])
        return distance
