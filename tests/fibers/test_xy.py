"""Fibers stand in the cross-section where the xy modes say."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascent.errors import AscentError, ConfigError, MorphologyError
from ascent.fibers.xy import place

COUNT = {"mode": "UNIFORM_COUNT", "count": 5, "seed": 123}
WHEEL = {
    "mode": "WHEEL",
    "spoke_count": 6,
    "point_count_per_spoke": 2,
    "find_centroid": True,
    "angle_offset": 0,
    "angle_offset_is_in_degrees": True,
}


def test_centroid_puts_one_fiber_into_each_inner(sample: Any) -> None:
    placed = place({"mode": "CENTROID"}, sample, buffer=1000)
    assert placed.points == pytest.approx(np.array([[-260, 0], [-120, 0], [200, 0]]), abs=1e-9)
    assert placed.inner_index.tolist() == [0, 1, 2]


def test_uniform_count_seeds_each_inner_with_its_own_seed(sample: Any) -> None:
    placed = place(COUNT, sample, buffer=5)
    assert placed.inner_index.tolist() == [0] * 5 + [1] * 5 + [2] * 5
    for inner in range(3):
        generator = random.Random(123 + inner)
        polygon = sample.inners[inner].trace.offset(-5).polygon
        low_x, low_y, high_x, high_y = polygon.bounds
        first = (
            generator.random() * (high_x - low_x) + low_x,
            generator.random() * (high_y - low_y) + low_y,
        )
        inside = sample.inners[inner].trace.offset(-5).contains_points([first])[0]
        assert not inside or placed.points[5 * inner].tolist() == list(first)


def test_the_same_seed_gives_the_same_fibers_and_another_seed_others(sample: Any) -> None:
    again, other = place(COUNT, sample, 5), place({**COUNT, "seed": 124}, sample, 5)
    assert again.points.tobytes() == place(COUNT, sample, 5).points.tobytes()
    assert not np.array_equal(again.points, other.points)
    # Inner 1 of seed 123 and inner 0 of seed 124 draw from the same stream.
    assert again.generator is not None


def test_the_python_wide_generator_is_left_alone(sample: Any) -> None:
    random.seed(1)
    before = random.getstate()
    place(COUNT, sample, 5)
    assert random.getstate() == before


def test_top_down_density_rounds_up_and_keeps_the_least_number(sample: Any) -> None:
    parameters = {"mode": "UNIFORM_DENSITY", "top_down": True, "target_density": 1e-4, "minimum_number": 1, "seed": 0}
    counts = np.bincount(place(parameters, sample, 5).inner_index).tolist()
    areas = [inner.trace.area for inner in sample.inners]
    assert counts == [int(np.ceil(max(1e-4 * area, 1))) for area in areas]


def test_bottom_up_density_starts_from_the_smallest_inner_and_keeps_the_largest_number(sample: Any) -> None:
    parameters = {"mode": "UNIFORM_DENSITY", "top_down": False, "target_number": 4, "maximum_number": 7, "seed": 0}
    counts = np.bincount(place(parameters, sample, 5).inner_index).tolist()
    areas = [inner.trace.area for inner in sample.inners]
    assert counts == [int(np.ceil(min(4 / min(areas) * area, 7) - 1e-9)) for area in areas]


def test_a_wheel_has_its_hub_first_then_its_spokes_from_the_inside_out(sample: Any) -> None:
    placed = place(WHEEL, sample, buffer=5)
    assert np.bincount(placed.inner_index).tolist() == [13, 13, 13]
    spokes = placed.points[27:] - [200, 0]
    angles = np.degrees(np.arctan2(spokes[:, 1], spokes[:, 0])) % 360
    assert angles == pytest.approx(np.repeat([0, 60, 120, 180, 240, 300], 2), abs=1)
    # The boundary is 5 µm inside the inner of radius 100 (offsets are in whole µm).
    assert np.hypot(*spokes.T) == pytest.approx(np.tile([95 / 3, 190 / 3], 6), abs=1)


def test_a_wheel_turns_by_degrees_or_radians(sample: Any) -> None:
    degrees = place({**WHEEL, "angle_offset": 90}, sample, 5)
    radians = place({**WHEEL, "angle_offset": np.pi / 2, "angle_offset_is_in_degrees": False}, sample, 5)
    assert degrees.points == pytest.approx(radians.points, abs=1e-9)


def test_explicit_fibers_come_from_the_users_file(sample: Any, tmp_path: Path) -> None:
    (tmp_path / "2.txt").write_text("x y\n1200 1000\n740.5 1001\n")
    placed = place({"mode": "EXPLICIT", "explicit_fiberset_index": 2}, sample, 5, tmp_path)
    assert placed.points.tolist() == [[200, 0], [-259.5, 1]]
    assert placed.inner_index.tolist() == [2, 0]


@pytest.mark.parametrize(
    ("parameters", "buffer", "said"),
    [
        ({}, 5, "xy_parameters.mode is missing"),
        ({"mode": "SPIRAL"}, 5, "must be CENTROID"),
        ({"mode": "EXPLICIT_3D", "explicit_fiberset_index": 0}, 5, "EXPLICIT_3D: is not available"),
        ({"mode": "UNIFORM_COUNT"}, 5, "count is missing"),
        ({**COUNT, "count": 0}, 5, "must be 1 or more"),
        ({**COUNT, "count": 2.5}, 5, "whole number"),
        ({**COUNT, "count": 10**9}, 5, "at most"),
        ({**COUNT, "seed": "x"}, 5, "seed is 'x'"),
        ({**COUNT}, 45, "too large for inner 1"),
        ({**COUNT}, -1, "must be 0 or more"),
        ({**WHEEL, "spoke_count": 0}, 5, "must be 1 or more"),
        ({**WHEEL}, 55, "too large for inner 1"),
        ({**WHEEL, "angle_offset": float("nan")}, 5, "finite"),
        ({"mode": "UNIFORM_DENSITY", "top_down": True, "target_density": 1e-4}, 5, "minimum_number is missing"),
        ({"mode": "UNIFORM_DENSITY", "top_down": False, "target_number": 3}, 5, "maximum_number is missing"),
        ({"mode": "EXPLICIT"}, 5, "explicit_fiberset_index is missing"),
        ({"mode": "EXPLICIT", "explicit_fiberset_index": 0}, 5, "explicit_fibersets"),
    ],
)
def test_what_places_no_fibers_is_refused_in_one_sentence(
    sample: Any, parameters: dict[str, Any], buffer: float, said: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        place(parameters, sample, buffer)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_fiber_closer_to_the_boundary_than_the_buffer_is_named(sample: Any, tmp_path: Path) -> None:
    (tmp_path / "0.txt").write_text("header\n1200 1000\n1297 1000\n")
    with pytest.raises(MorphologyError, match=r"Fiber 1 at \(297.00, 0.00\) µm .* lower the buffer"):
        place({"mode": "EXPLICIT", "explicit_fiberset_index": 0}, sample, 5, tmp_path)


@pytest.mark.parametrize("text", ["", "x y\n", "x y\n1\n", "x y\n1 b\n", "x y\n1 nan\n"])
def test_a_wrong_file_of_fibers_is_refused(sample: Any, tmp_path: Path, text: str) -> None:
    (tmp_path / "0.txt").write_text(text)
    with pytest.raises(ConfigError, match="x and y in µm"):
        place({"mode": "EXPLICIT", "explicit_fiberset_index": 0}, sample, 5, tmp_path)


def test_damaged_files_of_fibers_raise_only_ascent_errors(sample: Any, tmp_path: Path) -> None:
    good = b"x y\n1200 1000\n740.5 1001\n1201.5 1003.25\n"
    refused = 0
    for seed in range(100):
        draw = random.Random(seed)
        data = bytearray(good)
        for _ in range(3):
            data[draw.randrange(len(data))] = draw.randrange(256)
        (tmp_path / "0.txt").write_bytes(bytes(data))
        try:
            place({"mode": "EXPLICIT", "explicit_fiberset_index": 0}, sample, 5, tmp_path)
        except AscentError:
            refused += 1
    assert refused > 50


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(1, 20), seed=st.integers(-5, 2**40), buffer=st.floats(0, 30))
def test_random_fibers_keep_their_distance(sample: Any, count: int, seed: int, buffer: float) -> None:
    placed = place({"mode": "UNIFORM_COUNT", "count": count, "seed": seed}, sample, buffer)
    for inner in sample.inners:
        members = placed.points[placed.inner_index == inner.global_index]
        assert len(members) == count
        assert inner.trace.offset(-buffer).contains_points(members).all()
