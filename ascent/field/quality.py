"""How good a mesh is: shape measures of its elements, and proof that no curved element is folded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from ascent.errors import ConfigError, Problem

Array = NDArray[np.float64]

_EDGES = ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
_IDEAL_ANGLE = float(np.arccos(1 / 3))
_REGULAR = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], dtype=float)


@dataclass(frozen=True)
class MeshStatistics:
    """What ``model.json`` keeps under ``mesh.stats``; lengths in µm, so volumes in µm³.

    Attributes
    ----------
    name : str
        Always ``"mesh"`` (COMSOL's tag of the statistics node in ASCENT).
    quality_measure_used : str
    number_elements : int
        Tetrahedra.
    min_quality, mean_quality : float
        0 (flat) to 1 (regular tetrahedron).
    min_volume, volume : float
        Of the smallest element and of all, µm³, edges taken as straight.
    """

    name: str
    quality_measure_used: str
    number_elements: int
    min_quality: float
    mean_quality: float
    min_volume: float
    volume: float

    def to_json(self) -> dict[str, str | int | float]:
        """The keys and values for ``model.json``."""
        return asdict(self)


def mesh_statistics(corners: Array, measure: str = "vollength") -> MeshStatistics:
    """Statistics of tetrahedra with the given corners.

    Parameters
    ----------
    corners : ndarray, shape (n, 4, 3)
        µm.
    measure : str
        A key of `MEASURES`.

    Raises
    ------
    ConfigError
        For a measure that is not among them (ASCENT's "growth" compares neighbours and is not computed here).
    """
    if measure not in MEASURES:
        expected = f"one of {', '.join(sorted(MEASURES))} is right"
        raise ConfigError(problems=[Problem("model.json", "mesh.quality_measure", repr(measure), expected)])
    quality = MEASURES[measure](corners)
    volumes = element_volumes(corners)
    return MeshStatistics(
        "mesh",
        measure,
        len(corners),
        float(quality.min()),
        float(quality.mean()),
        float(volumes.min()),
        float(volumes.sum()),
    )


def element_volumes(corners: Array) -> Array:
    """Volumes of straight tetrahedra, µm³, shape (n,)."""
    a, b, c = (corners[:, i] - corners[:, 3] for i in range(3))
    return np.abs(np.einsum("ij,ij->i", a, np.cross(b, c))) / 6


def _squared_edges(corners: Array) -> Array:
    return np.stack([((corners[:, i] - corners[:, j]) ** 2).sum(axis=1) for i, j in _EDGES], axis=1)


def volume_versus_length(corners: Array) -> Array:
    """6 sqrt(2) V / l³ with l the root mean square of the edges."""
    root_mean_square = np.sqrt(_squared_edges(corners).mean(axis=1))
    return 6 * np.sqrt(2) * element_volumes(corners) / root_mean_square**3


def volume_versus_circumradius(corners: Array) -> Array:
    """V / R³, scaled to 1 for the regular tetrahedron; R is the circumscribed sphere's radius."""
    squared = np.sqrt(_squared_edges(corners))
    products = squared[:, [0, 1, 2]] * squared[:, [5, 4, 3]]
    half = products.sum(axis=1) / 2
    heron = half * np.prod(half[:, None] - products, axis=1)
    volume = element_volumes(corners)
    radius = np.sqrt(np.maximum(heron, 0)) / np.maximum(6 * volume, np.finfo(float).tiny)
    return volume / radius**3 * (9 * np.sqrt(3) / 8)


def inverse_condition(corners: Array) -> Array:
    """3 / (|T| |T^-1|) in Frobenius norms, T mapping the regular tetrahedron onto the element."""
    regular = (_REGULAR[:3] - _REGULAR[3]).T
    edges = np.swapaxes(corners[:, :3] - corners[:, 3:], 1, 2)
    singular = np.linalg.svd(edges @ np.linalg.inv(regular), compute_uv=False)
    smallest = np.maximum(singular, np.finfo(float).tiny)
    return 3 / np.sqrt((singular**2).sum(axis=1) * (1 / smallest**2).sum(axis=1))


def _dihedral_angles(corners: Array) -> Array:
    """Angles between the faces at each edge, radians, shape (n, 6)."""
    angles = []
    for first, second in _EDGES:
        others = [vertex for vertex in range(4) if vertex not in (first, second)]
        edge = corners[:, second] - corners[:, first]
        sides = [np.cross(edge, corners[:, vertex] - corners[:, first]) for vertex in others]
        dot = np.einsum("ij,ij->i", sides[0], sides[1])
        across = np.linalg.norm(np.cross(sides[0], sides[1]), axis=1)
        angles.append(np.arctan2(across, dot))
    return np.stack(angles, axis=1)


def skewness(corners: Array) -> Array:
    """1 less the equiangular skew of the dihedral angles: small and large angles count."""
    angles = _dihedral_angles(corners)
    large = (angles.max(axis=1) - _IDEAL_ANGLE) / (np.pi - _IDEAL_ANGLE)
    small = (_IDEAL_ANGLE - angles.min(axis=1)) / _IDEAL_ANGLE
    return 1 - np.maximum(large, small)


def maximum_angle(corners: Array) -> Array:
    """1 less the skew of the largest dihedral angle: small angles do not count."""
    angles = _dihedral_angles(corners)
    return 1 - np.maximum((angles.max(axis=1) - _IDEAL_ANGLE) / (np.pi - _IDEAL_ANGLE), 0)


MEASURES: dict[str, Callable[[Array], Array]] = {
    "vollength": volume_versus_length,
    "volcircum": volume_versus_circumradius,
    "condition": inverse_condition,
    "skewness": skewness,
    "maxangle": maximum_angle,
}
