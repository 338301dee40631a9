"""The series for the layered cylinder solves the equations that it was derived from."""

from __future__ import annotations

import numpy as np
import pytest

from ascent.field.analytic import LayeredCylinder

CYLINDER = LayeredCylinder()
RANDOM = np.random.default_rng(0)
COEFFICIENTS = RANDOM.normal(size=(4, 6))
ANGLES, HEIGHTS = RANDOM.uniform(-3, 3, 40), RANDOM.uniform(0, 3000, 40)


def at(radius: float) -> np.ndarray:
    return CYLINDER.potential(
        np.column_stack([radius * np.cos(ANGLES), radius * np.sin(ANGLES), HEIGHTS]), COEFFICIENTS
    )


def slope(radius: float, step: float = 1e-2) -> np.ndarray:
    return (at(radius + step) - at(radius - step)) / (2 * step)


def test_the_prescribed_potential_is_met_on_the_outside():
    waves = np.pi * np.arange(1, 7) / 3000
    wanted = sum(
        COEFFICIENTS[m, j] * np.cos(m * ANGLES) * np.sin(waves[j] * HEIGHTS) for m in range(4) for j in range(6)
    )
    assert at(400.0) == pytest.approx(wanted, abs=1e-12)


def test_the_current_through_the_sheet_is_continuous_and_drives_the_step():
    inner, outer = slope(150 - 0.02) / 6, slope(150 + 0.02) / 6.3  # V/µm times S/m
    scale = np.abs(inner).max()
    assert inner == pytest.approx(outer, abs=5e-3 * scale)
    assert (at(150 + 1e-9) - at(150 - 1e-9)) * 100 * 1e-6 == pytest.approx(inner, abs=5e-3 * scale)


def test_the_core_conducts_without_sources():
    points = np.column_stack([RANDOM.uniform(-80, 80, (30, 2)), HEIGHTS[:30]])
    divergence = np.zeros(30)
    largest = 0.0
    for axis, conductivity in enumerate((1 / 6, 1 / 6, 1 / 1.75)):
        step = np.eye(3)[axis]
        term = conductivity * (
            CYLINDER.potential(points + step, COEFFICIENTS)
            + CYLINDER.potential(points - step, COEFFICIENTS)
            - 2 * CYLINDER.potential(points, COEFFICIENTS)
        )
        divergence += term
        largest = max(largest, np.abs(term).max())
    assert np.abs(divergence).max() < 1e-5 * largest


def test_a_current_drive_puts_that_current_density_on_the_outside():
    points = np.column_stack([np.full(40, 400.0), np.zeros(40), HEIGHTS])
    inside = points - [0.02, 0, 0]
    drive = {"drive": "current_density"}
    flux = (
        CYLINDER.potential(points, COEFFICIENTS, **drive) - CYLINDER.potential(inside, COEFFICIENTS, **drive)
    ) / 0.02
    waves = np.pi * np.arange(1, 7) / 3000
    wanted = sum(COEFFICIENTS[m, j] * np.sin(waves[j] * HEIGHTS) for m in range(4) for j in range(6))
    assert flux * 1e6 / 6.3 == pytest.approx(wanted, abs=1e-3 * np.abs(wanted).max())


def test_a_ring_patch_is_one_on_the_ring_and_zero_beside_it():
    ring = CYLINDER.patch(half_angle_rad=np.pi, centre_um=1500, width_um=300, n_angles=3, n_waves=200, edge_um=30)
    points = np.array([[400.0, 0, 1500], [-400, 0, 1500], [400, 0, 1650], [400, 0, 2000]])
    assert CYLINDER.potential(points, ring) == pytest.approx([1, 1, 0.5, 0], abs=1e-5)
