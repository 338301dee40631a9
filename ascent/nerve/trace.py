"""One closed outline in a nerve cross-section: an inner, an outer or the nerve itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from shapely import contains_xy, make_valid, prepare
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from ascent.errors import MorphologyError
from ascent.nerve import affine


class Ellipse(NamedTuple):
    """A fitted ellipse: centre `x`, `y` and full axes `a` ≤ `b` in µm, `angle` of axis `a` from x in degrees."""

    x: float
    y: float
    a: float
    b: float
    angle: float


@dataclass(frozen=True, eq=False)
class Trace:
    """A closed polygonal outline.

    Parameters
    ----------
    points : array_like, shape (n, 2)
        Vertices in µm, in order. A last point equal to the first is dropped: the ring closes by itself.

    Raises
    ------
    MorphologyError
        With fewer than three vertices, or with one that is not finite.
    """

    points: NDArray[np.float64]

    def __post_init__(self) -> None:
        points = np.array(self.points, dtype=np.float64, ndmin=2)
        if points.ndim != 2 or points.shape[1] != 2:
            raise MorphologyError(f"A trace needs points of two coordinates, got an array of shape {points.shape}.")
        while len(points) > 1 and np.array_equal(points[0], points[-1]):
            points = points[:-1]
        if len(points) < 3:
            raise MorphologyError(f"A trace needs at least 3 points to enclose an area, got {len(points)}.")
        if not np.isfinite(points).all():
            raise MorphologyError("A trace has a coordinate that is not a finite number.")
        points.flags.writeable = False
        object.__setattr__(self, "points", points)

    def __len__(self) -> int:
        return len(self.points)

    @property
    def closed_points(self) -> NDArray[np.float64]:
        """Vertices with the first one repeated at the end, shape (n + 1, 2), µm."""
        return np.vstack([self.points, self.points[:1]])

    @cached_property
    def polygon(self) -> Polygon:
        """The enclosed area as a shapely polygon, µm."""
        polygon = Polygon(self.points)
        prepare(polygon)
        return polygon

    @property
    def is_valid(self) -> bool:
        """Whether the outline encloses one area without crossing or touching itself."""
        return bool(self.polygon.is_valid) and self.area > 0

    @cached_property
    def area(self) -> float:
        """Enclosed area, µm²."""
        return float(self.polygon.area)

    @cached_property
    def centroid(self) -> NDArray[np.float64]:
        """Centroid of the enclosed area, shape (2,), µm."""
        centre = self.polygon.centroid
        return np.array([centre.x, centre.y])

    @property
    def effective_diameter(self) -> float:
        """Diameter of the circle of the same area, µm."""
        return 2.0 * math.sqrt(self.area / math.pi)

    @cached_property
    def _solid(self) -> BaseGeometry:
        """The polygon, mended when it touches itself, so that predicates can be asked of any trace."""
        return self.polygon if self.polygon.is_valid else make_valid(self.polygon)

    def contains(self, other: Trace) -> bool:
        """Tell whether `other` lies inside this trace (boundaries may touch)."""
        return bool(self._solid.covers(other._solid))

    def contains_points(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Tell for each of `points`, shape (n, 2) in µm, whether it is strictly inside."""
        array = np.atleast_2d(np.asarray(points, dtype=float))
        inside: NDArray[np.bool_] = np.atleast_1d(contains_xy(self._solid, array[:, 0], array[:, 1]))
        return inside

    def boundary_intersects(self, other: Trace) -> bool:
        """Tell whether the two outlines cross or touch."""
        return bool(self.polygon.exterior.intersects(other.polygon.exterior))

    def overlaps(self, other: Trace) -> bool:
        """Tell whether the two enclosed areas share a point."""
        return bool(self._solid.intersects(other._solid))

    def transformed(self, matrix: NDArray[np.float64]) -> Trace:
        """Return this trace mapped by the affine `matrix` of shape (3, 3)."""
        return Trace(affine.apply(matrix, self.points))

    def offset(self, distance: float) -> Trace:
        """Return the outline moved outwards by `distance` µm (inwards when negative), with round corners.

        ASCENT offsets on a grid of 1 µm: coordinates are truncated to whole µm before, and the result has
        whole-µm coordinates. Its published areas depend on that, so it is kept; of several resulting outlines
        the one with most vertices is taken.

        Raises
        ------
        MorphologyError
            When nothing is left of the outline.
        """
        import pyclipper

        clipper = pyclipper.PyclipperOffset()
        try:
            clipper.AddPath(np.trunc(self.points).astype(np.int64), pyclipper.JT_ROUND, pyclipper.ET_CLOSEDPOLYGON)
            paths = clipper.Execute(float(distance))
        except pyclipper.ClipperException as error:
            raise MorphologyError(f"A trace could not be offset by {distance:g} µm ({error}).") from error
        paths = [path for path in paths if len(path) >= 3]
        if not paths:
            raise MorphologyError(
                f"Nothing is left of a trace of {self.area:.6g} µm² when it is offset by {distance:g} µm."
            )
        return Trace(np.array(max(paths, key=len), dtype=float))

    def smoothed(self, distance: float) -> tuple[Trace, NDArray[np.float64]]:
        """Round corners finer than `distance` µm, keeping area and centroid of the rounded outline.

        The outline is offset outwards and back, then scaled about its centroid to the area it had.

        Returns
        -------
        trace : Trace
        rescaling : ndarray, shape (3, 3)
            The scaling at the end, the part of the smoothing that is an affine map.

        Raises
        ------
        MorphologyError
            When nothing is left, or when the area cannot be restored within 1 µm².
        """
        if distance == 0:
            return self, affine.identity()
        rounded = self.offset(distance).offset(-distance)
        rescaling = affine.scaling(math.sqrt(self.area / rounded.area), rounded.centroid)
        smooth = rounded.transformed(rescaling)
        if not abs(smooth.area - self.area) <= 1.0:
            raise MorphologyError(
                f"Smoothing by {distance:g} µm changed the area of a trace from {self.area:.6g} to "
                f"{smooth.area:.6g} µm²; choose a smaller smoothing distance."
            )
        return smooth, rescaling

    def minimum_enclosing_circle(self) -> tuple[float, float, float]:
        """Return centre x, centre y and radius (µm) of the smallest circle around the trace."""
        import cv2

        (x, y), radius = cv2.minEnclosingCircle(self.points.astype(np.float32))
        return float(x), float(y), float(radius)

    def ellipse(self) -> Ellipse:
        """Fit an ellipse to the vertices, rounded to whole µm as ASCENT does (first vertex counted twice)."""
        import cv2

        points = np.round(self.closed_points).astype(np.int32)
        if len(points) < 5:  # the fit has five unknowns; the middles of the edges add what a triangle lacks
            middles = (self.points + np.roll(self.points, 1, axis=0)) / 2
            points = np.round(np.vstack([self.points, middles])).astype(np.int32)
        (x, y), (a, b), angle = cv2.fitEllipse(points)
        return Ellipse(float(x), float(y), float(a), float(b), float(angle))
