"""The tree of a cell's nodes, as NEURON discretises it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import MorphologyError

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Nodes:
    """Nodes with their parents before them, level by level from the root.

    Attributes
    ----------
    parents : ndarray of int64, shape (n_nodes,)
        -1 for the root.
    couplings : ndarray, shape (n_nodes,)
        Axial conductance to the parent, µS; 0 for the root.
    of_segment : ndarray of int64, shape (n_segments,)
        Node of each segment, in the order of the sections; the other nodes have no membrane.
    """

    parents: Indices
    couplings: Array
    of_segment: Indices

    @property
    def n_nodes(self) -> int:
        return len(self.parents)


def nodes_of(sections: Sequence[Any]) -> Nodes:
    """The nodes of NEURON sections that are connected to one tree.

    A node is a segment, or an end of a section where something is attached: ends where nothing is drop out exactly.

    Parameters
    ----------
    sections : sequence of nrn.Section

    Raises
    ------
    MorphologyError
        When they are not one tree.
    """
    position = {section: index for index, section in enumerate(sections)}
    first = np.concatenate([[0], np.cumsum([section.nseg for section in sections])]).astype(int)
    attached = [section.parentseg() for section in sections]
    roots = [index for index, segment in enumerate(attached) if segment is None]
    if len(roots) != 1:
        raise MorphologyError(f"The cell has {len(roots)} sections without a parent; a cell is one tree with one root.")
    for section, segment in zip(sections, attached, strict=True):
        if segment is not None and segment.sec not in position:
            raise MorphologyError(f"Section {section} is attached to {segment.sec}, which is not one of the cell.")

    parents: list[int] = [-1] * int(first[-1])
    couplings: list[float] = [0.0] * int(first[-1])
    ends: dict[tuple[int, int], int] = {}

    def node_at(index: int, x: float) -> int:
        """The node of a place on a section; makes that of an end."""
        section = sections[index]
        last = int(first[index]) + section.nseg - 1
        if 0.0 < x < 1.0:
            return int(first[index]) + min(int(x * section.nseg), section.nseg - 1)
        end = int(x)
        if end == 0 and attached[index] is not None:
            return node_at(position[attached[index].sec], attached[index].x)
        if (index, end) not in ends:
            ends[index, end] = len(parents)
            parents.append(last if end else int(first[index]))
            couplings.append(1.0 / (section(1.0).ri() if end else section(0.5 / section.nseg).ri()))
        return ends[index, end]

    for index, section in enumerate(sections):
        start = int(first[index])
        centres = [(place + 0.5) / section.nseg for place in range(section.nseg)]
        for place, x in enumerate(centres):
            if place or attached[index] is not None:
                couplings[start + place] = 1.0 / section(x).ri()
                parents[start + place] = start + place - 1
        if attached[index] is not None:
            parents[start] = node_at(position[attached[index].sec], attached[index].x)
    return _sorted_by_level(np.array(parents), np.array(couplings), int(first[-1]))


def _sorted_by_level(parents: Indices, couplings: Array, n_segments: int) -> Nodes:
    """Nodes in the order of their distance from the root: neighbours in memory then do not wait for each other."""
    level = np.full(len(parents), -1)
    level[parents < 0] = 0
    while (level < 0).any():
        known = level[parents]
        level = np.where((level < 0) & (known >= 0), known + 1, level)
    order = np.argsort(level, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    moved = np.where(parents[order] < 0, -1, place[parents[order]])
    return Nodes(moved.astype(np.int64), couplings[order], place[:n_segments].astype(np.int64))
