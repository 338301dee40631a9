"""The drawn recruitment curve."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ascent.analysis.heatmap import recruitment_curve, save_recruitment_curve
from ascent.errors import ConfigError, RunDirectoryError


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame({"diameter_um": [5.7, 5.7, 8.7, 5.7], "threshold_mA": [-0.1, -0.3, -0.05, np.nan]})


def test_each_group_is_a_step_curve_to_the_edge(table: pd.DataFrame) -> None:
    thin, thick = recruitment_curve(table).lines
    assert thin.get_label() == "5.7 µm" and thick.get_label() == "8.7 µm"
    assert np.allclose(np.asarray(thin.get_ydata()), [0, 100 / 3, 200 / 3, 200 / 3])
    assert np.allclose(np.asarray(thick.get_xdata()), [0, 0.05, 1.05 * 0.3])


def test_many_curves_differ_in_colour_or_line() -> None:
    many = pd.DataFrame({"diameter_um": np.arange(1.0, 17.0), "threshold_mA": -1.0})
    looks = {(line.get_color(), line.get_linestyle()) for line in recruitment_curve(many).lines}
    assert len(looks) == 16


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_saved_curve_has_the_same_bytes_each_time(tmp_path: Path, table: pd.DataFrame, suffix: str) -> None:
    first = save_recruitment_curve(tmp_path / f"a{suffix}", table).read_bytes()
    assert first == save_recruitment_curve(tmp_path / f"b{suffix}", table).read_bytes()


def test_one_curve_and_no_thresholds_can_be_drawn(tmp_path: Path, table: pd.DataFrame) -> None:
    assert save_recruitment_curve(tmp_path / "all.png", table, by=()).exists()
    assert save_recruitment_curve(tmp_path / "none.png", table.assign(threshold_mA=np.nan)).exists()
    assert save_recruitment_curve(tmp_path / "empty.png", table.iloc[:0]).exists()


def test_a_missing_column_is_one_sentence(table: pd.DataFrame) -> None:
    with pytest.raises(RunDirectoryError, match="lacks the column fascicle"):
        recruitment_curve(table, by=["fascicle"])


def test_other_formats_are_refused(tmp_path: Path, table: pd.DataFrame) -> None:
    with pytest.raises(ConfigError, match="must be named .png, .svg or .pdf"):
        recruitment_curve(table, tmp_path / "curve.bmp")
