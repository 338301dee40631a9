"""Spikes of presynaptic cells, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Spike sources under simrun's names; the position is the code in `PresynapticSpikes.source`.
SPIKE_SOURCES = (
    "poissontrain",
    "pointcell_normal",
    "pointcell_uniform",
    "pointcell_lognormal",
    "pointcell_PSTH",
    "pointcell_PSTH_absolute_number",
    "pointcell_PSTH_poissontrain",
    "PSTH_poissontrain_v2",
    "poissontrain_modulated",
)


@dataclass(frozen=True, eq=False)
class PresynapticSpikes:
    """The spikes of all presynaptic cells of one sweep.

    Cells are numbered through all types: cell ``i`` of type ``t`` is ``first_cell[t] + i``.

    Attributes
    ----------
    type_names : tuple of str
        Cell types, in the order of the network parameters.
    first_cell : ndarray of int, shape (n_types + 1,)
        Where the cells of each type begin.
    offsets : ndarray of int, shape (n_cells + 1,)
        Where the spikes of each cell begin.
    times : ndarray of float, shape (n_spikes,)
        ms, ascending within a cell.
    source : ndarray of int8, shape (n_spikes,)
        What made each spike: position in `SPIKE_SOURCES`.
    """

    type_names: tuple[str, ...]
    first_cell: NDArray[np.int64]
    offsets: NDArray[np.int64]
    times: NDArray[np.float64]
    source: NDArray[np.int8]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of spikes of each cell."""
        return np.diff(self.offsets)

    def of_cell(self, type_index: int, cell: int) -> NDArray[np.float64]:
        """Spike times (ms) of one cell."""
        place = self.first_cell[type_index] + cell
        return self.times[self.offsets[place] : self.offsets[place + 1]]


class SpikeCollector:
    """Takes spikes in any order and gives them sorted.

    Parameters
    ----------
    type_names : sequence of str
        Cell types.
    n_cells : sequence of int
        Cells of each type.
    """

    def __init__(self, type_names: Sequence[str], n_cells: Sequence[int]) -> None:
        self.type_names = tuple(type_names)
        self.first_cell = np.concatenate([[0], np.cumsum(n_cells, dtype=np.int64)]).astype(np.int64)
        self._cells: list[NDArray[np.int64]] = []
        self._times: list[NDArray[np.float64]] = []
        self._sources: list[NDArray[np.int8]] = []

    def add(self, cells: NDArray[np.integer], times: NDArray[np.float64], source: str) -> None:
        """Add one spike of each of `cells` (numbered through all types) at `times` (ms)."""
        if len(times):
            self._cells.append(np.asarray(cells, dtype=np.int64))
            self._times.append(np.asarray(times, dtype=np.float64))
            self._sources.append(np.full(len(times), SPIKE_SOURCES.index(source), dtype=np.int8))

    def finish(self) -> PresynapticSpikes:
        """All spikes, those of a cell in ascending order."""
        n_cells = int(self.first_cell[-1])
        cells = np.concatenate([np.empty(0, np.int64), *self._cells])
        times = np.concatenate([np.empty(0, np.float64), *self._times])
        source = np.concatenate([np.empty(0, np.int8), *self._sources])
        order = np.lexsort((times, cells))
        offsets = np.concatenate([[0], np.cumsum(np.bincount(cells, minlength=n_cells))]).astype(np.int64)
        return PresynapticSpikes(self.type_names, self.first_cell, offsets, times[order], source[order])
