"""A user's own fibers: thresholds by inner and diameter, and the pictures that break them out."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import interp1d

from ascent import Query, plotter
from ascent.analysis.custom_fibers import custom_fiber_thresholds, interpolate, read_custom_fibers, simulated_thresholds
from ascent.analysis.plotter.custom_fibers import draw_breakout, draw_counts, draw_interpolation, draw_positions
from ascent.errors import ConfigError

from .conftest import DIAMETERS, SHIFT, section, threshold_of

#: µm in the image; the last lies in the nerve but in no inner.
ROWS = "x,y,diameter,type\n100,200,6.0,A\n90,210,8.7,B\n280,250,10,A\n310,160,7,B\n200,350,7,A\n"


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    file = tmp_path / "fibers.csv"
    file.write_text(ROWS)
    return file


def curve(index: int) -> np.ndarray:
    return np.array([round(abs(threshold_of(0, n_sim, index)), 6) for n_sim in range(3)])


def test_fibers_move_from_the_image_to_the_section(query: Query, csv: Path) -> None:
    table = custom_fiber_thresholds(query, read_custom_fibers(csv))
    np.testing.assert_allclose(table["x_um"], table["x"] + SHIFT[0])
    np.testing.assert_allclose(table["y_um"], table["y"] + SHIFT[1])
    assert table["inner"].tolist() == [0, 0, 1, 2]
    assert table["fascicle"].tolist() == [0, 0, 1, 1]


def test_fibers_outside_any_fascicle_are_left_out_with_a_warning(
    query: Query, csv: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "ascent"):
        table = custom_fiber_thresholds(query, read_custom_fibers(csv))
    assert len(table) == 4
    assert "1 of 5 fibers lie in no fascicle and are left out (lines 6)" in caplog.text


def test_thresholds_are_quadratic_in_diameter_through_those_simulated(query: Query, csv: Path) -> None:
    table = custom_fiber_thresholds(query, read_custom_fibers(csv))
    means = 0.5 * (curve(0) + curve(1))
    # Three points have one parabola: numpy finds it on its own.
    expected = [
        np.polyval(np.polyfit(DIAMETERS, means, 2), 6.0),
        means[1],
        np.polyval(np.polyfit(DIAMETERS, curve(2), 2), 10.0),
        np.polyval(np.polyfit(DIAMETERS, curve(3), 2), 7.0),
    ]
    np.testing.assert_allclose(table["threshold"], expected, rtol=1e-9)


def test_a_diameter_that_was_not_simulated_has_no_threshold(
    query: Query, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "thin.csv").write_text("x,y,diameter\n100,200,2\n100,200,6\n")
    with caplog.at_level(logging.WARNING, "ascent"):
        table = custom_fiber_thresholds(query, read_custom_fibers(tmp_path / "thin.csv"))
    assert table["threshold"].isna().tolist() == [True, False]
    assert "1 of 2 fibers are thinner or thicker than those simulated (5.7 to 11.5 µm)" in caplog.text


def test_fibers_without_diameter_take_the_one_named(query: Query, tmp_path: Path) -> None:
    (tmp_path / "xy.csv").write_text("x,y\n100,200\n")
    fibers = read_custom_fibers(tmp_path / "xy.csv")
    table = custom_fiber_thresholds(query, fibers, diameter_um=8.7)
    assert table["threshold"].tolist() == pytest.approx([0.5 * (curve(0)[1] + curve(1)[1])])
    with pytest.raises(ConfigError, match=r"several were simulated \(5\.7, 8\.7, 11\.5 µm\): name one"):
        custom_fiber_thresholds(query, fibers)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "the column x is missing"),
        ("x,y\n1,zwei\n", "line 2: y is zwei: must be a number"),
        ("x,y,diameter\n1,2,3\n1,2,-3\n", "line 3: diameter is -3.*above 0"),
        ("x,y\n", "lists no fibers"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.csv").write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_custom_fibers(tmp_path / "wrong.csv")


def test_fibers_that_all_lie_outside_are_refused(query: Query, tmp_path: Path) -> None:
    (tmp_path / "far.csv").write_text("x,y,diameter\n-900,0,6\n")
    with pytest.raises(ConfigError, match="None of the 1 fibers lies in an inner"):
        custom_fiber_thresholds(query, read_custom_fibers(tmp_path / "far.csv"))


def test_every_file_of_ascents_script_is_written(query: Query, csv: Path, tmp_path: Path) -> None:
    table, files = plotter.custom_fiber_dose_response(query, csv, tmp_path / "out")
    names = {
        "interp_fiber_thresholds.csv", "sample_morph.png", "fiber_cnt.png", "fiber_diam_thresholds.png",
        "fiber_diam_drc.png", "fascicle_drc.png", "type_drc.png", "fasc_type_drc_breakout.png",
    }  # fmt: skip
    assert {file.name for file in files} == {path.name for path in (tmp_path / "out").iterdir()} == names
    written = pd.read_csv(tmp_path / "out/interp_fiber_thresholds.csv")
    pd.testing.assert_frame_equal(written, table, check_dtype=False)


def test_positions_counts_and_curves_are_those_of_the_table(query: Query, csv: Path) -> None:
    table = custom_fiber_thresholds(query, read_custom_fibers(csv))
    points = draw_positions(table, section()).collections[-1]
    np.testing.assert_allclose(points.get_offsets(), table[["x_um", "y_um"]])
    np.testing.assert_allclose(points.get_array(), table["diameter"])
    assert [bar.get_height() for bar in draw_counts(table).patches] == [2, 2]
    axes = draw_interpolation(table, simulated_thresholds(query))
    marks = np.hstack([line.get_ydata() for line in axes.lines if line.get_marker() == "|"])
    assert sorted(marks) == pytest.approx(sorted(table["threshold"]))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("fiber diameter (µm)", "|threshold| (mA)")


def test_a_label_is_broken_out_by_fascicle(query: Query, csv: Path) -> None:
    table = custom_fiber_thresholds(query, read_custom_fibers(csv))
    first, second = draw_breakout(table, "type").axes
    assert (first.get_title(), second.get_title()) == ("fascicle 0", "fascicle 1")
    assert [line.get_label() for line in first.lines] == ["A", "B"]
    assert list(first.lines[0].get_xdata())[1] == pytest.approx(table["threshold"][0])


@given(st.lists(st.floats(1, 16), min_size=3, max_size=6, unique_by=lambda d: round(d, 1)), st.data())
def test_interpolation_meets_scipys_and_never_goes_beyond(diameters: list[float], data: st.DataObject) -> None:
    known = np.sort(np.round(diameters, 1))
    thresholds = np.array(data.draw(st.lists(st.floats(0.01, 5), min_size=len(known), max_size=len(known))))
    wanted = np.linspace(known[0] - 1, known[-1] + 1, 31)
    found = interpolate(known, thresholds, wanted)
    inside = (wanted >= known[0]) & (wanted <= known[-1])
    assert np.isnan(found[~inside]).all()
    np.testing.assert_allclose(found[inside], interp1d(known, thresholds, kind="quadratic")(wanted[inside]))


def test_two_diameters_are_joined_by_a_line_and_one_stands_alone() -> None:
    assert interpolate(np.array([2.0, 4.0]), np.array([1.0, 3.0]), np.array([3.0])) == pytest.approx([2.0])
    alone = interpolate(np.array([5.7]), np.array([0.2]), np.array([5.7, 6.0]))
    assert alone[0] == 0.2
    assert np.isnan(alone[1])
