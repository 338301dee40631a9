"""A NEURON section that knows its place in the morphology."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from neuron import h, nrn
from numpy.typing import NDArray

from ascent.network.formats.morphology import MorphologySection


class CellSection(nrn.Section):  # type: ignore[misc]
    """A section of a cell: a NEURON section with its label, its points and its parent.

    Parameters
    ----------
    morphology : MorphologySection
        Its shape.
    index : int
        Section ID.

    Attributes
    ----------
    index : int
        Section ID: the position in ``cell.sections``.
    label : str
        ``Soma``, ``Dendrite``, ``ApicalDendrite``, ``Axon``, ``AIS``, ``Myelin``.
    label_detailed : str
        ``soma``, ``basal``, ``trunk``, ``tuft``, ``oblique`` or as `label`; set when it is first asked of the cell.
    parent : CellSection or None
        What it is attached to, at `parent_x`.
    points : array of float, shape (n, 3)
        3-D points as in the file, µm.
    diameters : array of float, shape (n,)
        Diameters as in the file, µm; scaling changes NEURON's diameters and not these.
    recVList : list of hoc Vector
        Membrane potential (mV) of each segment, when it is recorded.
    """

    def __init__(self, morphology: MorphologySection, index: int) -> None:
        super().__init__(name=morphology.name)
        self.index = index
        self.label = morphology.label
        self.label_detailed = ""
        self.parent: CellSection | None = None
        self.parent_x = 1.0 if morphology.parent is None else morphology.parent_x
        self.points: NDArray[np.float64] = morphology.points
        self.diameters: NDArray[np.float64] = morphology.diameters
        self.first_segment = 0
        self.recVList: list[Any] = []
        self.recordVars: dict[str, list[Any]] = {}
        h.pt3dclear(sec=self)
        columns = (*self.points.T, self.diameters)
        h.pt3dadd(*(h.Vector(np.ascontiguousarray(column)) for column in columns), sec=self)

    @cached_property
    def relative_points(self) -> NDArray[np.float64]:
        """Where each point lies along the section, 0-1; the last is exactly 1."""
        steps = np.sqrt(np.sum(np.square(np.diff(self.points, axis=0)), axis=1))
        along = np.concatenate([[0.0], np.cumsum(steps) / self.L])
        along *= 1.0 / along[-1]
        along[-1] = 1.0
        return along

    @property
    def segment_x(self) -> NDArray[np.float64]:
        """Centres of the segments, 0-1."""
        return (np.arange(self.nseg) + 0.5) / self.nseg

    def scale_diameters(self, factor: float) -> None:
        """Give NEURON `factor` times the diameters of the file; doing so twice is the same as once."""
        for position, diameter in enumerate(self.diameters):
            h.pt3dchange(position, factor * diameter, sec=self)

    def nearest_point(self, x: float) -> int:
        """The 3-D point nearest to the relative position `x`; the first of equals."""
        return int(np.argmin(np.abs(self.relative_points - x)))

    @property
    def secID(self) -> int:
        """Section ID, as `index`."""
        return self.index

    @property
    def parentx(self) -> float:
        """As `parent_x`."""
        return self.parent_x

    @property
    def pts(self) -> NDArray[np.float64]:
        """As `points`."""
        return self.points

    @property
    def relPts(self) -> NDArray[np.float64]:
        """As `relative_points`."""
        return self.relative_points

    @property
    def nrOfPts(self) -> int:
        """How many 3-D points there are."""
        return len(self.points)

    @property
    def diamList(self) -> NDArray[np.float64]:
        """As `diameters`."""
        return self.diameters

    @property
    def segx(self) -> NDArray[np.float64]:
        """As `segment_x`."""
        return self.segment_x

    @property
    def segPts(self) -> NDArray[np.float64]:
        """Coordinates of the centres of the segments, µm, shape (nseg, 3)."""
        columns = [np.interp(self.segment_x, self.relative_points, column) for column in self.points.T]
        return np.column_stack(columns)

    @property
    def segDiams(self) -> NDArray[np.float64]:
        """Diameters of the segments, µm."""
        return np.array([segment.diam for segment in self])

    @property
    def area(self) -> float:
        """Membrane area, µm²."""
        return float(sum(segment.area() for segment in self))
