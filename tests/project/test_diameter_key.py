"""The fiber-diameter key: JSON for us, a pickle for ASCENT's scripts, and ASCENT's pickles read as data."""

from __future__ import annotations

import collections
import pickle
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascent.errors import AscentError, RunDirectoryError
from ascent.project.diameter_key import read_diameter_key, read_pickled_key, write_diameter_key

KEY = [(0, 0, 5.7), (0, 1, 8.7), (3, 0, 10.0)]
KEYS = st.dictionaries(
    st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 1000)), st.floats(1e-3, 1e3), min_size=1, max_size=300
).map(lambda found: [(inner, fiber, diameter) for (inner, fiber), diameter in found.items()])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(KEYS)
def test_keys_round_trip_through_either_file(tmp_path: Path, key: list[tuple[int, int, float]]) -> None:
    write_diameter_key(tmp_path, key)
    assert read_diameter_key(tmp_path) == key
    assert read_pickled_key(tmp_path / "inner_fiber_diam_key.obj") == key


def test_ascents_scripts_can_load_the_pickle(tmp_path: Path) -> None:
    write_diameter_key(tmp_path, KEY)
    assert pickle.loads((tmp_path / "inner_fiber_diam_key.obj").read_bytes()) == KEY


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("number", [float, np.float64, np.float32])
def test_ascents_own_pickles_are_read(tmp_path: Path, protocol: int, number: Any) -> None:
    # ASCENT takes the diameters from np.loadtxt, so that they are numpy scalars.
    key = [(inner, fiber, number(diameter)) for inner, fiber, diameter in KEY]
    (tmp_path / "inner_fiber_diam_key.obj").write_bytes(pickle.dumps(key, protocol=protocol))
    assert read_diameter_key(tmp_path) == [(i, f, float(number(d))) for i, f, d in KEY]


def test_a_folder_without_key_has_none(tmp_path: Path) -> None:
    assert read_diameter_key(tmp_path) is None


class _Runs:
    """An object whose pickle runs a command when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_that_would_run_code_is_refused_and_runs_nothing(tmp_path: Path, protocol: int) -> None:
    target = tmp_path / "touched"
    (tmp_path / "key.obj").write_bytes(pickle.dumps([_Runs(target)], protocol=protocol))
    with pytest.raises(RunDirectoryError, match="where a list of .inner, fiber, diameter. should be"):
        read_pickled_key(tmp_path / "key.obj")
    assert not target.exists()


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1},
        [(0, 0)],
        [(0, 0, "x")],
        [(0, 0, float("nan"))],
        [(0, 0, -1.0)],
        [(0.5, 0, 1.0)],
        [(-1, 0, 1.0)],
        [(True, 0, 1.0)],
        [(0, 0, 1.0), (0, 0, 2.0)],
        [np.arange(3)],
        collections.OrderedDict(),
        3,
    ],
)
def test_anything_else_is_refused(tmp_path: Path, value: Any) -> None:
    (tmp_path / "inner_fiber_diam_key.obj").write_bytes(pickle.dumps(value))
    with pytest.raises(RunDirectoryError):
        read_diameter_key(tmp_path)


@pytest.mark.parametrize("name", ["inner_fiber_diam_key.obj", "inner_fiber_diam_key.json"])
def test_damaged_keys_raise_only_ascent_errors(tmp_path: Path, name: str) -> None:
    write_diameter_key(tmp_path, [(0, index, 5.7 + index) for index in range(20)])
    if name.endswith(".obj"):
        key = [(0, index, np.float64(5.7 + index)) for index in range(20)]
        (tmp_path / name).write_bytes(pickle.dumps(key))
        (tmp_path / "inner_fiber_diam_key.json").unlink()
    good = (tmp_path / name).read_bytes()
    refused = 0
    for seed in range(200):
        draw = random.Random(seed)
        data = bytearray(good)
        for _ in range(draw.randint(1, 4)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        (tmp_path / name).write_bytes(bytes(data[: draw.randint(0, len(data))]))
        try:
            read_diameter_key(tmp_path)
        except AscentError:
            refused += 1
    assert refused > 150
