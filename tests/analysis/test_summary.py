"""The closing table and the recruitment curve."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.analysis.summary import print_summary, recruitment, summarize, summary_text
from ascent.errors import RunDirectoryError


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sample": 0,
            "inner": [0, 0, 0, 1, 1],
            "diameter_um": [5.7, 5.7, 8.7, 5.7, 5.7],
            "threshold_mA": [-0.1, -0.3, -0.05, np.nan, -0.2],
        }
    )


def test_groups_are_fascicle_by_diameter(table: pd.DataFrame) -> None:
    summary = summarize(table)
    assert list(summary.columns) == ["inner", "diameter", "n", "missing", "min_mA", "median_mA", "max_mA"]
    assert list(zip(summary["inner"], summary["diameter"], summary["n"], summary["missing"], strict=True)) == [
        (0, "5.7", 2, 0),
        (0, "8.7", 1, 0),
        (1, "5.7", 2, 1),
    ]
    assert summary["median_mA"].tolist() == pytest.approx([0.2, 0.05, 0.2])


def test_fascicles_stand_for_their_inners_where_they_are_known(table: pd.DataFrame) -> None:
    summary = summarize(table.assign(fascicle=[0, 0, 0, 0, 0]))
    assert list(zip(summary["fascicle"], summary["diameter"], summary["n"], strict=True)) == [
        (0, "5.7", 4),
        (0, "8.7", 1),
    ]


def test_what_varies_beside_them_gets_a_column(table: pd.DataFrame) -> None:
    both = pd.concat([table.assign(waveform_index=0), table.assign(waveform_index=1)])
    summary = summarize(both)
    assert summary.columns[0] == "waveform_index"
    assert len(summary) == 6


def test_many_diameters_are_pooled_by_micrometre() -> None:
    diameters = np.linspace(1.05, 3.95, 40)
    summary = summarize(pd.DataFrame({"inner": 0, "diameter_um": diameters, "threshold_mA": -1.0}))
    assert summary["diameter"].tolist() == ["1–2", "2–3", "3–4"]
    assert summary["n"].sum() == 40


def test_a_group_without_thresholds_shows_dashes() -> None:
    text = summary_text(pd.DataFrame({"inner": [0], "diameter_um": [1.0], "threshold_mA": [np.nan]}))
    assert text.splitlines()[1].split() == ["0", "1", "1", "1", "–", "–", "–"]


def test_plain_text_where_there_is_no_terminal(table: pd.DataFrame) -> None:
    stream = io.StringIO()
    print_summary(table, stream)
    lines = stream.getvalue().splitlines()
    assert lines[0].split("  ")[0].strip() == "inner"
    assert len({len(line) for line in lines}) == 1
    assert "\x1b" not in stream.getvalue()


def test_a_drawn_table_on_a_terminal(table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    print_summary(table, stream)
    assert "Thresholds of 5 fibers" in stream.getvalue()
    assert "━" in stream.getvalue()


def test_a_missing_column_is_one_sentence(table: pd.DataFrame) -> None:
    with pytest.raises(RunDirectoryError, match="lacks the column diameter_um"):
        summarize(table.drop(columns="diameter_um"))


def test_fibers_are_recruited_from_their_threshold_on(table: pd.DataFrame) -> None:
    curve = recruitment(table)
    assert curve["amplitude_mA"].tolist() == [0.0, 0.05, 0.1, 0.2, 0.3]
    assert curve["recruited"].tolist() == [0, 1, 2, 3, 4]
    # One of five fibers has no threshold.
    assert curve["fraction"].iloc[-1] == 0.8


def test_groups_have_curves_of_their_own(table: pd.DataFrame) -> None:
    curve = recruitment(table, by=["diameter_um"])
    assert curve.groupby("diameter_um")["fraction"].max().to_dict() == {5.7: 0.75, 8.7: 1.0}


THRESHOLDS = st.lists(st.floats(-10, 10, allow_nan=False) | st.just(float("nan")), min_size=1, max_size=30)


@given(thresholds=THRESHOLDS)
def test_the_curve_counts_the_fibers_at_or_below_each_amplitude(thresholds: list[float]) -> None:
    curve = recruitment(pd.DataFrame({"threshold_mA": thresholds}))
    size = np.abs(thresholds)
    for row in curve.itertuples():
        assert row.recruited == np.count_nonzero(size <= row.amplitude_mA)
        assert row.fraction == row.recruited / len(thresholds)
    assert curve["amplitude_mA"].iloc[0] == 0
    assert curve["amplitude_mA"].is_monotonic_increasing and curve["amplitude_mA"].is_unique


def test_no_fibers_make_an_empty_curve() -> None:
    empty = pd.DataFrame({"threshold_mA": [], "diameter_um": []})
    assert recruitment(empty, by=["diameter_um"]).empty
    assert recruitment(empty)["fraction"].tolist() == [0.0]
