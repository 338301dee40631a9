"""Compartments lie along the nerve where ASCENT puts them."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.errors import ConfigError
from ascent.fibers.geometry import UnmyelinatedGeometry, section_geometry
from ascent.fibers.z import compartment_centres, extent, supersampled_centres

WHOLE = extent({"min": 0, "max": 12500}, 12500)
SUNDT = UnmyelinatedGeometry("SUNDT", 1.0, 8.333)


@pytest.mark.parametrize(
    ("mode", "diameter", "options", "count", "first", "last"),
    [
        # Measured with ASCENT 1.4.0 on its tutorial, nerve of 12500 µm.
        ("MRG_DISCRETE", 8.7, {}, 133, 250, 12250),
        ("MRG_DISCRETE", 5.7, {"offset": 0.25}, 265, 375, 12375),
        ("MRG_DISCRETE", 10, {"offset": 0.25}, 111, 787.5, 12287.5),
        ("MRG_DISCRETE", 8.7, {"absolute_offset": 300}, 122, 550, 11550),
        # Counts of nodes of the regression set (25, 25, 81, 9, 9), with 11 compartments a node but for the last.
        ("MRG_DISCRETE", 5.7, {}, 265, 250, 12250),
        ("MRG_INTERPOLATION", 5.7, {}, 265, 6250 - 12 * 505.57465, 6250 + 12 * 505.57465),
        ("SMALL_MRG_INTERPOLATION_V1", 2.0, {}, 881, 6250 - 40 * 155.12, 6250 + 40 * 155.12),
        ("MRG_INTERPOLATION", 12.0, {}, 89, 6250 - 4 * 1305.64, 6250 + 4 * 1305.64),
        ("MRG_DISCRETE", 16, {}, 89, 250, 12250),
    ],
)
def test_golden_fibers(
    mode: str, diameter: float, options: dict[str, Any], count: int, first: float, last: float
) -> None:
    centres, ratio = compartment_centres(section_geometry(mode, diameter), WHOLE, **options)
    assert len(centres) == count
    assert (centres[0], centres[-1]) == pytest.approx((first, last), abs=1e-6)
    assert ratio == 0


def test_coordinates_agree_with_ascents_in_every_bit() -> None:
    # ASCENT 1.4.0, tests/integration_tests/2147483002_full-v140: fibersets/1/0.dat (16 µm, nerve of 50 mm).
    centres, _ = compartment_centres(
        section_geometry("MRG_INTERPOLATION", 16), extent({"min": 0, "max": 50000}, 50000), offset=0
    )
    assert len(centres) == 353
    golden = {
        0: 1397.4399999999875,
        1: 1399.4399999999875,
        2: 1430.4832999999876,
        3: 1572.5254999999875,
        10: 2870.599999999987,
        11: 2872.599999999987,
        22: 4347.7599999999875,
        99: 14673.879999999965,
        176: 25000.0,
        180: 25400.083300000002,
    }
    assert {index: centres[index] for index in golden} == golden


@pytest.mark.parametrize("diameter", [2.0, 5.0, 5.643, 9.9])
def test_the_shipped_fiber_z_gives_the_models_own_coordinates(diameter: float) -> None:
    from ascent.config.shipped import load_fiber_z

    own, _ = compartment_centres(section_geometry("MRG_INTERPOLATION", diameter), WHOLE)
    shipped, _ = compartment_centres(section_geometry("MRG_INTERPOLATION", diameter, load_fiber_z()), WHOLE)
    assert shipped == pytest.approx(own, abs=1e-8)


def test_random_offsets_come_from_one_seeded_stream() -> None:
    generator = random.Random(123)
    geometry = section_geometry("MRG_DISCRETE", 8.7)
    ratios = [compartment_centres(geometry, WHOLE, offset="random", generator=generator)[1] for _ in range(6)]
    # Measured with ASCENT 1.4.0, seed 123.
    assert [round(ratio, 2) for ratio in ratios] == [-0.45, -0.41, -0.09, -0.39, 0.40, -0.46]


def test_a_c_fiber_fills_its_range_with_equal_compartments() -> None:
    # Measured with ASCENT 1.4.0: 781 compartments of 8.333 µm between 3000 and 9500 µm.
    centres, _ = compartment_centres(SUNDT, extent({"min": 3000, "max": 9500}, 12500))
    assert len(centres) == 781
    assert np.diff(centres) == pytest.approx(8.333, abs=1e-9)
    assert centres[390] == 6250


def test_an_absolute_offset_does_not_move_c_fibers() -> None:
    moved, _ = compartment_centres(SUNDT, WHOLE, absolute_offset=4)
    assert moved.tobytes() == compartment_centres(SUNDT, WHOLE)[0].tobytes()


@given(
    st.floats(2, 16),
    st.floats(0, 1),
    st.floats(0, 3000),
    st.integers(12_000, 60_000),
    st.floats(0, 2000),
    st.floats(0, 2000),
)
def test_fibers_hold_whole_internodes_inside_their_range(
    diameter: float, offset: float, absolute: float, length: int, low: float, cut: float
) -> None:
    geometry = section_geometry("MRG_INTERPOLATION", diameter)
    within = extent({"min": low, "max": length - cut}, length)
    centres, _ = compartment_centres(geometry, within, offset=offset, absolute_offset=absolute)
    assert len(centres) % 11 == 1
    assert centres[0] >= low + 0.1 and centres[-1] <= length - cut - 0.1
    assert np.diff(centres[::11]) == pytest.approx(geometry.delta_z, abs=1e-6)
    shift = offset * geometry.delta_z + absolute % geometry.delta_z
    # Nothing more would fit on the left, but for shifts that add up to more than an internode.
    assert centres[0] - geometry.delta_z * (1 + shift // geometry.delta_z) < low + 0.1 + 1e-6
    remainder = (centres[0] - length / 2 - shift) / geometry.delta_z
    assert remainder == pytest.approx(round(remainder), abs=1e-6)


@given(st.floats(1, 100), st.floats(500, 20_000))
def test_supersampled_points_are_symmetric_and_even(dz: float, length: float) -> None:
    centres = supersampled_centres(dz, extent({}, length))
    assert np.diff(centres) == pytest.approx(dz, abs=1e-8)
    assert centres[0] + centres[-1] == pytest.approx(length, abs=1e-6)
    assert centres[0] < dz + 0.2


def test_without_a_range_the_fiber_fills_the_nerve() -> None:
    assert extent({}, 12500) == extent({"full_nerve_length": True}, 12500) == WHOLE


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"min": 0, "max": 100, "full_nerve_length": True}, "cannot stand beside min and max"),
        ({"min": 100, "max": 100}, "must be less than max"),
        ({"min": 0, "max": 12501}, "within the nerve"),
        ({"min": -1, "max": 100}, "within the nerve"),
        ({"min": [0, 10], "max": 100}, "single number"),
        ({"min": 0, "max": float("nan")}, "single number"),
    ],
)
def test_a_range_that_is_none_is_refused(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        extent(parameters, 12500)


@pytest.mark.parametrize("offset", [-0.1, 1.1, "half", True, float("nan")])
def test_an_offset_is_a_fraction_or_random(offset: Any) -> None:
    with pytest.raises(ConfigError, match="fraction of the internodal length"):
        compartment_centres(section_geometry("MRG_DISCRETE", 8.7), WHOLE, offset=offset)


def test_a_range_too_short_for_an_internode_is_refused() -> None:
    with pytest.raises(ConfigError, match="not one internode of 1000 µm fits"):
        compartment_centres(section_geometry("MRG_DISCRETE", 8.7), extent({"min": 0, "max": 900}, 12500))


@pytest.mark.parametrize("dz", [0, -1, float("nan"), 1e6])
def test_a_step_that_samples_nothing_is_refused(dz: float) -> None:
    with pytest.raises(ConfigError, match="supersampled_bases.dz"):
        supersampled_centres(dz, WHOLE)
