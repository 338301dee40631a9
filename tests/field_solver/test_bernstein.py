"""Bernstein polynomials on tetrahedra: exact, and bounding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascent.field import bernstein


@pytest.mark.parametrize("degree", [1, 2, 3, 6])
def test_coefficients_from_lattice_values_give_the_values_back(degree):
    values = np.random.default_rng(degree).normal(size=(1, len(bernstein.exponents(degree))))
    coefficients = bernstein.combine(bernstein.from_lattice(degree), values)
    points = bernstein.lattice(degree)
    found = bernstein.evaluate(degree, points, np.repeat(coefficients, len(points), axis=0))
    assert found == pytest.approx(values[0], abs=1e-10)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_the_jacobian_is_the_derivative(degree):
    random = np.random.default_rng(degree)
    points = random.dirichlet(np.ones(4), 9)
    coefficients = np.repeat(random.normal(size=(1, len(bernstein.exponents(degree)), 3)), 9, axis=0)
    matrices = bernstein.jacobian(degree, points, coefficients)
    for axis in range(3):
        step = np.zeros(4)
        step[axis], step[3] = 1e-6, -1e-6
        numeric = bernstein.evaluate(degree, points + step, coefficients) - bernstein.evaluate(
            degree, points - step, coefficients
        )
        assert matrices[:, :, axis] == pytest.approx(numeric / 2e-6, abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), degree=st.integers(1, 3), bend=st.floats(0, 2))
def test_the_smallest_coefficient_bounds_the_jacobian_from_below(seed, degree, bend):
    random = np.random.default_rng(seed)
    corners = np.vstack([np.eye(3), np.zeros(3)])
    lattice = bernstein.lattice(degree) @ corners
    coefficients = (lattice + bend * random.normal(size=lattice.shape) / degree)[None]
    points = random.dirichlet(np.ones(4), 200)
    matrices = bernstein.jacobian(degree, points, np.repeat(coefficients, 200, axis=0))
    sampled = bernstein.determinant(matrices).min()
    assert bernstein.smallest_jacobian(degree, coefficients)[0] <= sampled + 1e-9 * (1 + abs(sampled))


def test_a_point_has_the_same_bits_whatever_comes_with_it():
    random = np.random.default_rng(3)
    points, coefficients = random.dirichlet(np.ones(4), 17), random.normal(size=(17, 20))
    together = bernstein.evaluate(3, points, coefficients)
    alone = [bernstein.evaluate(3, points[i : i + 1], coefficients[i : i + 1])[0] for i in range(17)]
    assert together.tolist() == alone
