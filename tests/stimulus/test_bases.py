"""Bases on disk, and bases sampled densely once for fibers of any diameter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascent.errors import ConfigError, RunDirectoryError
from ascent.fibers.counted_files import write_coordinates
from ascent.stimulus.bases import (
    check_supersampled_step,
    count_bases,
    interpolate_bases,
    read_bases,
    read_supersampled,
    write_bases,
)

NUMBERS = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NUMBERS)
def test_bases_round_trip_in_every_bit(tmp_path: Path, values: list[float]) -> None:
    bases = np.array([values, values[::-1]])
    write_bases(tmp_path / "0", [bases, 2 * np.zeros_like(bases)])
    assert read_bases(tmp_path / "0", 0, 2).tobytes() == bases.tobytes()
    assert count_bases(tmp_path / "0") == 2


def test_numbers_as_comsol_writes_them_are_read(tmp_path: Path) -> None:
    # ASCENT 1.4.0, fibersets_bases/1/0/0.dat of its integration test: Java's notation.
    (tmp_path / "0").mkdir()
    (tmp_path / "0" / "0.dat").write_text("3\n0.001055522637203985\n9.885841748917539E-4\n9.476865011341017E-4\n")
    assert read_bases(tmp_path, 0, 1).tolist() == [[0.001055522637203985, 9.885841748917539e-4, 9.476865011341017e-4]]


def test_bases_of_unequal_length_are_refused(tmp_path: Path) -> None:
    for number, values in enumerate(([1.0, 2.0], [1.0])):
        write_bases(tmp_path / "x", [np.array([values])])
        (tmp_path / str(number)).mkdir()
        (tmp_path / "x" / "0" / "0.dat").rename(tmp_path / str(number) / "0.dat")
    with pytest.raises(RunDirectoryError, match="differ in their number of points"):
        read_bases(tmp_path, 0, 2)


def _along(z: object) -> np.ndarray:  # type: ignore[type-arg]
    values = np.asarray(z, dtype=float)
    return np.column_stack([np.zeros_like(values), np.zeros_like(values), values])


@given(st.lists(st.floats(0, 100), min_size=1, max_size=10), st.floats(-2, 2), st.floats(-2, 2))
def test_interpolation_is_exact_for_linear_potentials_up_to_one_step_beyond(
    z: list[float], slope: float, height: float
) -> None:
    grid = np.arange(5.0, 100, 5)
    bases = np.array([slope * grid + height, -slope * grid])
    found = interpolate_bases(_along(z), grid, bases)
    assert found[0] == pytest.approx(slope * np.array(z) + height, abs=1e-9)
    assert found[1] == pytest.approx(-slope * np.array(z), abs=1e-9)


def test_interpolation_gives_the_samples_at_the_samples() -> None:
    grid = np.array([0.0, 10.0, 20.0])
    assert interpolate_bases(_along(grid), grid, [[1.0, 5.0, 2.0]]).tolist() == [[1.0, 5.0, 2.0]]


def test_fibers_far_beyond_the_dense_points_are_refused() -> None:
    with pytest.raises(ConfigError, match="same min and max"):
        interpolate_bases(_along([0.0, 31.0]), [0.0, 10.0, 20.0], [[1.0, 5.0, 2.0]])


def _source(folder: Path) -> None:
    grid = np.arange(0.0, 101, 10)
    write_coordinates(folder / "ss_coords" / "0.dat", _along(grid))
    write_bases(folder / "ss_bases", [np.array([grid / 10])])


def test_potentials_of_a_fiber_come_from_the_source_sim(tmp_path: Path) -> None:
    _source(tmp_path)
    assert read_supersampled(tmp_path, 0, _along([12.0, 55.0])).tolist() == [[1.2, 5.5]]


def test_a_source_sim_that_is_missing_or_not_supersampled_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist; build that sim first"):
        read_supersampled(tmp_path / "9", 0, _along([1.0]))
    with pytest.raises(ConfigError, match="supersampled_bases.generate true"):
        read_supersampled(tmp_path, 0, _along([1.0]))


def test_fibers_that_stand_elsewhere_are_refused(tmp_path: Path) -> None:
    _source(tmp_path)
    with pytest.raises(ConfigError, match="same fibers.xy_parameters"):
        read_supersampled(tmp_path, 0, np.array([[3.0, 0.0, 10.0]]))


def test_dz_must_be_that_of_the_source() -> None:
    check_supersampled_step(None, 5.0)
    check_supersampled_step(5.0, 5.0)
    with pytest.raises(ConfigError, match="must be the source sim's 5 µm"):
        check_supersampled_step(4.0, 5.0)
