"""A sample comes back from disk as it was, in ASCENT's file format, and damage is told in a sentence."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ascent.errors import AscentError, MorphologyError
from ascent.nerve import Sample, Section, Trace
from ascent.nerve.sample_files import read_trace, write_trace

SECTIONWISE = "slides/0/0/sectionwise2d"
Build = Callable[..., Sample]


def points_of(section: Section) -> list[tuple[str, list]]:
    return [(name, trace.points.tolist()) for name, trace in section.traces()]


finite = st.floats(-1e6, 1e6)


@given(arrays(float, (5, 2), elements=finite, unique=True))
def test_traces_come_back_to_the_last_bit(tmp_path_factory: pytest.TempPathFactory, points: np.ndarray) -> None:
    path = tmp_path_factory.mktemp("traces") / "0.txt"
    write_trace(path, Trace(points))
    assert (read_trace(path).points == points).all()


def test_traces_are_written_in_ascents_format(tmp_path: Path) -> None:
    write_trace(tmp_path / "0.txt", Trace([(0, 0.1), (1, 0), (1 / 3, -2)]))
    assert (tmp_path / "0.txt").read_text() == (
        "%% Coordinates\n0.0\t0.1\n1.0\t0.0\n0.3333333333333333\t-2.0\n0.0\t0.1\n"
    )


def test_files_lie_where_ascent_puts_them(build: Build, tmp_path: Path) -> None:
    build().write(tmp_path / "0")
    found = {str(path.relative_to(tmp_path / "0")) for path in (tmp_path / "0").rglob("*.*")}
    assert found == {
        "s.tif",
        "sample_state.json",
        *(f"slides/0/0/masks/{letter}.tif" for letter in "iocns"),
        f"{SECTIONWISE}/nerve/0/0.txt",
        f"{SECTIONWISE}/fascicles/0/outer/0.txt",
        f"{SECTIONWISE}/fascicles/0/inners/0.txt",
        f"{SECTIONWISE}/fascicles/0/inners/1.txt",
        f"{SECTIONWISE}/fascicles/1/outer/0.txt",
        f"{SECTIONWISE}/fascicles/1/inners/0.txt",
    }


def test_a_sample_comes_back_to_the_last_bit(build: Build, tmp_path: Path) -> None:
    sample = build(scale__shrinkage=0.13, rotation=33)
    sample.write(tmp_path)
    again = Sample.read(tmp_path)
    assert points_of(again.section) == points_of(sample.section)
    assert points_of(again.image_section) == points_of(sample.image_section)
    assert [m.tolist() for m in again.inner_affines] == [m.tolist() for m in sample.inner_affines]
    for name in ("name", "deform_ratio", "reshape_nerve", "micrometres_per_pixel"):
        assert getattr(again, name) == getattr(sample, name)
    assert again.morphology() == sample.morphology()
    assert again.section.orientation_angle == sample.section.orientation_angle


def test_a_sample_that_was_read_can_be_written_where_it_is(build: Build, tmp_path: Path) -> None:
    build().write(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    Sample.read(tmp_path).write(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


def test_traces_of_an_earlier_build_are_removed(build: Build, tmp_path: Path) -> None:
    build(modes__mask_input="INNERS", modes__ci_perineurium_thickness="GRINBERG_2008").write(tmp_path)
    assert (tmp_path / SECTIONWISE / "fascicles/2").is_dir()
    build().write(tmp_path)
    assert not (tmp_path / SECTIONWISE / "fascicles/2").exists()


@pytest.mark.parametrize("content", ["", "1\t2\n", "%% Coordinates\n1\t2\n", "%% Coordinates\n1\tx\n", "%% C\n1 2 3\n",
                                     "%% Coordinates\n1\tnan\n2\t3\n4\t5\n"])  # fmt: skip
def test_damaged_trace_files_are_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "0.txt"
    path.write_text(content)
    with pytest.raises(MorphologyError, match=r"0\.txt"):
        read_trace(path)


def test_a_folder_without_a_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MorphologyError, match=r"sample_state\.json cannot be read"):
        Sample.read(tmp_path)


def test_a_state_of_another_schema_is_refused(build: Build, tmp_path: Path) -> None:
    build().write(tmp_path)
    path = tmp_path / "sample_state.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": 99}))
    with pytest.raises(MorphologyError, match="schema 99"):
        Sample.read(tmp_path)


def test_corrupted_files_give_a_sample_or_a_sentence(build: Build, tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    build().write(good)
    shutil.copytree(good, bad)
    files = [path.relative_to(good) for path in sorted(good.rglob("*.txt"))] + [Path("sample_state.json")] * 6
    random = np.random.RandomState(2)
    refused = 0
    for trial in range(100):
        name = files[trial % len(files)]
        data = bytearray((good / name).read_bytes())
        if trial % 3 == 0:
            data = data[: random.randint(len(data))]
        else:
            for _ in range(20):
                data[random.randint(len(data))] = random.randint(256)
        (bad / name).write_bytes(bytes(data))
        try:
            Sample.read(bad)
        except AscentError as error:
            refused += 1
            assert "\n" not in str(error)
        (bad / name).write_bytes((good / name).read_bytes())
    assert refused > 50
