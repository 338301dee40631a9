"""Polynomials on tetrahedra in Bernstein form: the algebra behind curved elements.

A polynomial of degree d on a tetrahedron with barycentric coordinates l is sum_a c_a B_a(l) with
B_a(l) = d! / (a1! a2! a3! a4!) l^a, |a| = d. The values lie within the hull of the coefficients, which gives rigorous
bounds for Jacobians and bounding boxes (Farin, Triangular Bernstein-Bezier patches, CAGD 3 (1986) 83-127).
Everything sums term by term in a fixed order, so that a point's value does not depend on which others come with it.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


@lru_cache
def exponents(degree: int) -> Indices:
    """All multi-indices with sum `degree`, shape (n, 4); they are also the lattice points times `degree`."""
    rows = [
        (i, j, k, degree - i - j - k)
        for i in range(degree, -1, -1)
        for j in range(degree - i, -1, -1)
        for k in range(degree - i - j, -1, -1)
    ]
    return np.array(rows, dtype=np.int64)


@lru_cache
def lattice(degree: int) -> Array:
    """Barycentric coordinates of the equally spaced points of degree `degree` (at least 1), shape (n, 4)."""
    return exponents(degree) / degree


def basis(degree: int, barycentric: Array) -> Array:
    """Bernstein polynomials at points: shape (n_points, n)."""
    powers = [np.ones_like(barycentric)]
    for _ in range(degree):
        powers.append(powers[-1] * barycentric)
    columns = []
    for index in exponents(degree):
        factor = math.factorial(degree) / math.prod(math.factorial(int(i)) for i in index)
        column = np.full(barycentric.shape[0], factor)
        for axis in range(4):
            if index[axis]:
                column = column * powers[index[axis]][:, axis]
        columns.append(column)
    return np.stack(columns, axis=1)


@lru_cache
def from_lattice(degree: int) -> Array:
    """Matrix that turns values at the lattice into Bernstein coefficients, shape (n, n)."""
    if degree == 0:
        return np.ones((1, 1))
    inverse: Array = np.asarray(np.linalg.inv(basis(degree, lattice(degree))), dtype=np.float64)
    return inverse


@lru_cache
def _lowered(degree: int) -> tuple[Indices, ...]:
    """For each of the four coordinates: where exponents(degree - 1) + 1 in that coordinate are in exponents(degree)."""
    place = {tuple(index): n for n, index in enumerate(exponents(degree))}
    return tuple(
        np.array([place[tuple(index + np.eye(4, dtype=np.int64)[axis])] for index in exponents(degree - 1)])
        for axis in range(4)
    )


def combine(matrix: Array, values: Array) -> Array:
    """Sum over b of matrix[a, b] values[:, b], for values of shape (n, n_b, ...)."""
    result = np.zeros((values.shape[0], matrix.shape[0], *values.shape[2:]))
    for row, weights in enumerate(matrix):
        for column, weight in enumerate(weights):
            if weight != 0.0:
                result[:, row] += weight * values[:, column]
    return result


def evaluate(degree: int, barycentric: Array, coefficients: Array) -> Array:
    """Value at one point per element.

    Parameters
    ----------
    barycentric : ndarray, shape (n, 4)
    coefficients : ndarray, shape (n, n_terms, ...)
        Bernstein coefficients of the element of every point.
    """
    terms = basis(degree, barycentric)
    tail = (1,) * (coefficients.ndim - 2)
    total = np.zeros((coefficients.shape[0], *coefficients.shape[2:]))
    for term in range(terms.shape[1]):
        total += terms[:, term].reshape(-1, *tail) * coefficients[:, term]
    return total


def jacobian(degree: int, barycentric: Array, coefficients: Array) -> Array:
    """Derivatives of a map by the first three barycentric coordinates (the fourth follows from their sum).

    Parameters
    ----------
    barycentric : ndarray, shape (n, 4)
    coefficients : ndarray, shape (n, n_terms, 3)

    Returns
    -------
    ndarray, shape (n, 3, 3)
        [:, i, j] = dx_i / dl_j.
    """
    last = _lowered(degree)[3]
    columns = [
        degree * evaluate(degree - 1, barycentric, coefficients[:, _lowered(degree)[axis]] - coefficients[:, last])
        for axis in range(3)
    ]
    return np.stack(columns, axis=2)


def determinant(matrices: Array) -> Array:
    """Determinants of (n, 3, 3), written out: the same bits whatever the batch."""
    a, b, c = matrices[:, :, 0], matrices[:, :, 1], matrices[:, :, 2]
    return (
        a[:, 0] * (b[:, 1] * c[:, 2] - b[:, 2] * c[:, 1])
        - a[:, 1] * (b[:, 0] * c[:, 2] - b[:, 2] * c[:, 0])
        + a[:, 2] * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    )


def smallest_jacobian(degree: int, coefficients: Array) -> Array:
    """Lower bound of the Jacobian determinant in every element, shape (n,).

    The determinant of a map of degree d is a polynomial of degree 3 (d - 1); its smallest Bernstein coefficient bounds
    it from below, so a positive bound proves that the element is nowhere folded.
    """
    target = 3 * (degree - 1)
    if target == 0:
        return determinant(jacobian(degree, np.full((len(coefficients), 4), 0.25), coefficients))
    values = np.stack(
        [
            determinant(jacobian(degree, np.broadcast_to(point, (len(coefficients), 4)), coefficients))
            for point in lattice(target)
        ],
        axis=1,
    )
    return combine(from_lattice(target), values).min(axis=1)
