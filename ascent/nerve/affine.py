"""Affine maps of the plane as 3×3 matrices that act on columns ``(x, y, 1)``."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def identity() -> NDArray[np.float64]:
    """Return the map that moves nothing, shape (3, 3)."""
    return np.eye(3)


def translation(dx: float, dy: float) -> NDArray[np.float64]:
    """Return the shift by (`dx`, `dy`) µm, shape (3, 3)."""
    matrix = np.eye(3)
    matrix[:2, 2] = dx, dy
    return matrix


def scaling(factor: float, about: ArrayLike = (0.0, 0.0)) -> NDArray[np.float64]:
    """Return the isotropic scaling by `factor` that leaves the point `about` (µm) where it is, shape (3, 3)."""
    x, y = (float(value) for value in np.asarray(about, dtype=float))
    matrix = np.diag([factor, factor, 1.0])
    matrix[:2, 2] = (1.0 - factor) * x, (1.0 - factor) * y
    return matrix


def rotation(angle_rad: float, about: ArrayLike = (0.0, 0.0)) -> NDArray[np.float64]:
    """Return the counter-clockwise rotation by `angle_rad` about the point `about` (µm), shape (3, 3)."""
    x, y = (float(value) for value in np.asarray(about, dtype=float))
    cosine, sine = math.cos(angle_rad), math.sin(angle_rad)
    return np.array(
        [
            [cosine, -sine, x - cosine * x + sine * y],
            [sine, cosine, y - sine * x - cosine * y],
            [0.0, 0.0, 1.0],
        ]
    )


def apply(matrix: NDArray[np.float64], points: ArrayLike) -> NDArray[np.float64]:
    """Map `points`, shape (n, 2), by `matrix`, shape (3, 3)."""
    array = np.atleast_2d(np.asarray(points, dtype=float))
    mapped: NDArray[np.float64] = array @ matrix[:2, :2].T + matrix[:2, 2]
    return mapped
