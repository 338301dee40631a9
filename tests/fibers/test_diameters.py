"""Diameters of the fibers of a set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.errors import ConfigError
from ascent.fibers.diameters import fiber_diameters

NORMAL = {"mode": "TRUNCNORM", "mu": 10, "std": 1, "n_std_limit": 2, "seed": 1}
UNIFORM = {"mode": "UNIFORM", "lower": 2, "upper": 8, "seed": 3}


def test_one_diameter_is_for_all() -> None:
    assert fiber_diameters(5.7, 3).tolist() == [5.7, 5.7, 5.7]


def test_a_truncated_normal_distribution_has_the_golden_draws() -> None:
    # Measured with ASCENT 1.4.0 (numpy's legacy generator, seed 1).
    golden = [9.800146, 10.55426, 8.002018, 9.507906, 9.017101, 8.778177]
    assert fiber_diameters(NORMAL, 13)[:6] == pytest.approx(golden, abs=5e-7)


def test_a_uniform_distribution_draws_from_the_legacy_stream() -> None:
    np.random.seed(3)  # what ASCENT does
    expected = np.random.uniform(2, 8, 5)
    assert fiber_diameters(UNIFORM, 5) == pytest.approx(expected, abs=1e-12)


def test_no_spread_gives_the_mean() -> None:
    assert fiber_diameters({**NORMAL, "std": 0}, 2).tolist() == [10, 10]
    assert fiber_diameters({**UNIFORM, "lower": 8}, 2).tolist() == [8, 8]


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 3), st.floats(0.1, 3))
def test_draws_stay_within_their_limits(seed: int, deviation: float, limit: float) -> None:
    draws = fiber_diameters({**NORMAL, "seed": seed, "std": deviation, "n_std_limit": limit}, 20)
    assert np.abs(draws - 10).max() <= limit * deviation * (1 + 1e-9)


@pytest.mark.parametrize(
    ("diameter", "mode", "said"),
    [
        (0, "", "greater than 0"),
        (None, "", "missing"),
        ("5.7", "", "must be a number"),
        (True, "", "must be a number"),
        (NORMAL, "MRG_DISCRETE", "use MRG_INTERPOLATION"),
        ({"mode": "GAUSS"}, "", "must be TRUNCNORM or UNIFORM"),
        ({}, "", "mode is missing"),
        ({**NORMAL, "n_std_limit": 0}, "", "leaves nothing"),
        ({**NORMAL, "n_std_limit": 11}, "", "must not go below 0"),
        ({**NORMAL, "std": -1}, "", "neither may be negative"),
        ({"mode": "TRUNCNORM", "mu": 10, "std": 1, "n_std_limit": 2}, "", "seed is missing"),
        ({**NORMAL, "seed": -1}, "", "0 to 4294967295"),
        ({**UNIFORM, "lower": 9}, "", "backwards"),
        ({**UNIFORM, "lower": -1}, "", "below 0"),
    ],
)
def test_what_is_no_distribution_is_refused_in_one_sentence(diameter: Any, mode: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        fiber_diameters(diameter, 3, mode)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
