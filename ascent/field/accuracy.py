"""How far a field may be off: the same mesh solved again, one order higher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ascent.errors import SolveError

if TYPE_CHECKING:
    from ascent.field.bases import Bases
    from ascent.field.mesh import FieldMesh
    from ascent.nerve import Sample

Array = NDArray[np.float64]


def second_differences(potentials: Array, points_um: Array) -> Array:
    """Second derivative along a line of points, from three neighbours each: what excites a fiber.

    Parameters
    ----------
    potentials : ndarray, shape (..., n)
        V, at points in their order along a fiber.
    points_um : ndarray, shape (n, 3)
        µm, any spacing.

    Returns
    -------
    ndarray, shape (..., n - 2)
        V/µm².
    """
    steps = np.sqrt((np.diff(points_um, axis=0) ** 2).sum(axis=1))
    slopes = np.diff(potentials, axis=-1) / steps
    return np.diff(slopes, axis=-1) / (0.5 * (steps[1:] + steps[:-1]))


def compare(coarse: Bases, fine: Bases, lines_um: list[Array]) -> dict[str, float]:
    """Largest differences between two solutions along lines (fibers), each relative to the largest value of `fine`.

    Returns
    -------
    dict
        ``potential`` and ``second_difference`` (dimensionless), the largest over all contacts, and ``impedance``.
    """
    result = {"potential": 0.0, "second_difference": 0.0}
    pairs = [(coarse.potentials(line), fine.potentials(line), line) for line in lines_um]
    for contact in range(len(coarse.contacts)):
        scale = max(float(np.abs(b[contact]).max()) for _, b, _ in pairs)
        result["potential"] = max(
            result["potential"], *(float(np.abs(a - b)[contact].max()) / scale for a, b, _ in pairs)
        )
        curved = [
            (second_differences(a[contact], line), second_differences(b[contact], line))
            for a, b, line in pairs
            if len(line) > 2
        ]
        if curved:
            scale = max(float(np.abs(b).max()) for _, b in curved)
            worst = max(float(np.abs(a - b).max()) for a, b in curved)
            result["second_difference"] = max(result["second_difference"], worst / scale)
    result["impedance"] = float(np.abs(coarse.impedance - fine.impedance).max() / np.abs(fine.impedance).max())
    return result


def estimate_error(field_mesh: FieldMesh, bases: Bases, lines_um: list[Array]) -> dict[str, float]:
    """Estimate the discretization error of `bases` from a solution one order higher on the same mesh.

    It does not see what the mesh does to the geometry; for that compare two meshes with `compare`.

    Parameters
    ----------
    field_mesh : FieldMesh
        The mesh that `bases` were solved on.
    bases : Bases
    lines_um : list of ndarray, shape (n, 3)
        Points along fibers, µm, within the endoneurium.

    Returns
    -------
    dict
        As `compare`, and ``order`` of the finer solution.

    Raises
    ------
    SolveError
        When `bases` have order 3 already.
    """
    from ascent.field.solve import solve_bases

    order = bases.field_report.order + 1
    if order > 3:
        raise SolveError(
            "The error of a solution of order 3 cannot be estimated by order 4: compare with a finer mesh."
        )
    finer = solve_bases(field_mesh, order, keep="endoneurium")
    return {**compare(bases, finer, lines_um), "order": float(order)}


def inner_lines(sample: Sample, length_um: float, n_points: int = 401) -> list[Array]:
    """A line along the nerve within each endoneurium, for `estimate_error`.

    Parameters
    ----------
    sample : Sample
    length_um : float
        Of the nerve, µm; the ends, which may be ground, are left out.
    n_points : int
        On each line.

    Returns
    -------
    list of ndarray, shape (n_points, 3)
        µm.
    """
    along = np.linspace(0.01, 0.99, n_points) * length_um
    points = [inner.trace.polygon.representative_point() for inner in sample.inners]
    return [np.column_stack([np.full(n_points, p.x), np.full(n_points, p.y), along]) for p in points]


def check_tolerance(estimate: dict[str, float], tolerance: float) -> None:
    """Refuse a field whose potentials may be off by more than `tolerance` (relative).

    Raises
    ------
    SolveError
    """
    if estimate["potential"] > tolerance:
        raise SolveError(
            f"The potentials may be off by {estimate['potential']:.1e} (relative), more than mesh.tolerance "
            f"{tolerance:g}: take solver.sorder 3 or a smaller mesh.proximal.hmax."
        )
