"""How many segments a section has."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ascent.config.network.cell import Discretization

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell
    from ascent.network.cell.section import CellSection

#: Frequency of the length constant when the file gives none, Hz.
FREQUENCY = 100.0
#: Longest segment as a part of the length constant.
LAMBDA_FRACTION = 0.1
#: Labels of trees whose sections get a segment for each of their points.
_AS_POINTS = frozenset({"AIS", "Myelin", "Node"})


def discretise(cell: Cell, rule: Discretization | None = None, all_points: bool = False) -> None:
    """Set the number of segments of every section.

    Parameters
    ----------
    cell : Cell
        Its sections, connected, with their Ra and cm.
    rule : Discretization, optional
        Frequency (Hz) and longest segment (µm).
    all_points : bool
        Take a segment for each 3-D point instead.
    """
    frequency = rule.f if rule else FREQUENCY
    longest = rule.max_seg_length if rule else None
    for label, trees in cell.branches.items():
        for tree in trees:
            for section in tree:
                if label in _AS_POINTS or all_points:
                    section.nseg = len(section.points)
                else:
                    section.nseg = segment_count(section, frequency, longest)


def segment_count(section: CellSection, frequency: float = FREQUENCY, longest: float | None = None) -> int:
    """An odd number of segments, each at most a tenth of the length constant (Hines and Carnevale 2001).

    Parameters
    ----------
    section : CellSection
        Its middle 3-D point gives the diameter.
    frequency : float
        Of the alternating current whose length constant counts, Hz.
    longest : float, optional
        Longest segment, µm; the number is raised to it, and may then be even.
    """
    diameter = section.diameters[len(section.points) // 2]
    length_constant = 1e5 * math.sqrt(diameter / (4 * math.pi * frequency * section.Ra * section.cm))
    count = int((section.L / (LAMBDA_FRACTION * length_constant) + 0.5) // 2) * 2 + 1
    if longest is not None and section.L / count > longest:
        count = math.ceil(section.L / longest)
    return count
