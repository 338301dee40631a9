"""Outlines of nerve and fascicles as smooth closed curves, extruded along the nerve."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline, splev, splprep

from ascent.errors import GeometryError

# So many points draw a fascicle well within ASCENT's usual tolerance of 0.01; every further one makes
# smaller faces and so more elements (96 straight edges cost ten times the meshing).
USUAL_POINTS = 48
MOST_POINTS = 384
# Relative to the size of the trace: what no curve need keep to, and what counts as a pixel at most.
LEAST_TOLERANCE = 0.002
COARSEST_PIXEL = 0.01


def smooth_outline(points: NDArray[np.float64], relative_tolerance: float, name: str = "trace") -> NDArray[np.float64]:
    """Return few points on a smooth closed curve that follows `points` and encloses the same area.

    A periodic smoothing spline is loosened as far as the tolerance allows and sampled; the samples are then
    scaled about their centroid so that the periodic cubic spline through them has exactly the area of the trace.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Closed polygon without a repeated first point, µm.
    relative_tolerance : float
        Greatest distance of the points from the curve, relative to the larger side of their bounding box
        (``inner_interp_tol`` and its siblings of model.json). Never taken as less than 0.002 or than half a
        pixel of the mask, since a curve that follows the steps of pixels cannot be meshed.
    name : str
        For the message.

    Returns
    -------
    ndarray of float, shape (m, 2)
        Points in µm, counterclockwise, for a periodic interpolating spline; m is 48 where that suffices.

    Raises
    ------
    GeometryError
        When no curve of up to 384 points keeps within the tolerance.
    """
    trace = _counterclockwise(np.asarray(points, dtype=float))
    size = float(np.ptp(trace, axis=0).max())
    tolerance = max(relative_tolerance * size, _resolution(trace, size))
    dense = _resample(trace, 1024)
    count = USUAL_POINTS
    while count <= MOST_POINTS:
        for looseness in (0.25, 0.1, 0.02):
            control = _smoothed(dense, looseness * tolerance, count)
            control = _with_area(control, polygon_area(trace))
            if _distance(dense, control) <= tolerance:
                return control
        count *= 2
    raise GeometryError(
        f"{name} cannot be followed by a smooth curve within {tolerance:.3g} µm: raise its interp_tol "
        f"({relative_tolerance:g}) in model.json or smooth the mask (smoothing in sample.json)."
    )


def polygon_area(points: NDArray[np.float64]) -> float:
    """Return the signed area of a closed polygon (n, 2) in µm²; counterclockwise is positive."""
    following = np.roll(points, -1, axis=0)
    return float(np.sum(points[:, 0] * following[:, 1] - following[:, 0] * points[:, 1]) / 2)


def spline_area(points: NDArray[np.float64]) -> float:
    """Return the area in µm² within the periodic cubic spline through `points` (m, 2), chord-length parameters.

    Green's theorem with three Gauss points a piece, which is exact for cubics.
    """
    spline = _periodic_spline(points)
    nodes, weights = np.polynomial.legendre.leggauss(3)
    half = np.diff(spline.x)[:, None] / 2
    at = (spline.x[:-1, None] + half * (nodes + 1)).ravel()
    weight = (half * weights).ravel()
    place, speed = spline(at), spline(at, 1)
    return float(np.sum(weight * (place[:, 0] * speed[:, 1] - place[:, 1] * speed[:, 0])) / 2)


def extrude_outline(outline: NDArray[np.float64], length: float) -> Any:
    """Return the solid within the periodic spline through `outline` (m, 2) µm, from z = 0 to `length` µm."""
    from netgen.occ import Face, Pnt, SplineInterpolation, Wire, Z

    edge = SplineInterpolation([Pnt(float(x), float(y), 0.0) for x, y in outline], periodic=True)
    return Face(Wire([edge])).Extrude(length, Z)


def sample_outline(outline: NDArray[np.float64], count: int = 512) -> NDArray[np.float64]:
    """Return `count` points (count, 2) in µm on the periodic spline through `outline`."""
    spline = _periodic_spline(outline)
    return np.asarray(spline(np.linspace(spline.x[0], spline.x[-1], count, endpoint=False)))


def _resolution(trace: NDArray[np.float64], size: float) -> float:
    """Return how far in µm a traced outline may be off anyhow: half a pixel, as its shortest step tells."""
    steps = np.hypot(*(np.roll(trace, -1, axis=0) - trace).T)
    return max(LEAST_TOLERANCE * size, min(0.6 * float(steps[steps > 0].min()), COARSEST_PIXEL * size))


def _counterclockwise(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return points if polygon_area(points) > 0 else points[::-1].copy()


def _resample(points: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    closed = np.vstack([points, points[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    at = np.linspace(0.0, along[-1], count, endpoint=False)
    return np.column_stack([np.interp(at, along, closed[:, axis]) for axis in (0, 1)])


def _smoothed(dense: NDArray[np.float64], deviation: float, count: int) -> NDArray[np.float64]:
    closed = np.vstack([dense, dense[:1]])
    spline, _ = splprep(closed.T, s=len(dense) * deviation**2, per=True)
    at = np.linspace(0.0, 1.0, count, endpoint=False)
    return np.column_stack(splev(at, spline))


def _with_area(points: NDArray[np.float64], area: float) -> NDArray[np.float64]:
    centre = points.mean(axis=0)
    return centre + (points - centre) * np.sqrt(area / spline_area(points))


def _periodic_spline(points: NDArray[np.float64]) -> CubicSpline:
    closed = np.vstack([points, points[:1]])
    parameters = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    return CubicSpline(parameters, closed, bc_type="periodic")


def _distance(dense: NDArray[np.float64], control: NDArray[np.float64]) -> float:
    from scipy.spatial import cKDTree

    curve = sample_outline(control, 4096)
    return float(cKDTree(curve).query(dense)[0].max())
