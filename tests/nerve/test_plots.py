"""Cross-sections can be drawn without a display."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ascent.errors import ConfigError
from ascent.nerve import Sample
from ascent.nerve.plots import plot_section, save_plots


def test_every_trace_is_drawn(build: Callable[..., Sample]) -> None:
    section = build().section
    axes = plot_section(section, title="two fascicles", scalebar_length_um=0)
    drawn = [line.get_xydata() for line in axes.lines]
    for _, trace in section.traces():
        assert any(np.array_equal(trace.closed_points, points) for points in drawn)
    assert axes.get_title() == "two fascicles"


def test_the_scale_bar_has_the_length_asked_for(build: Callable[..., Sample]) -> None:
    axes = plot_section(build().section, scalebar_length_um=50)
    assert np.ptp(axes.lines[-1].get_xdata()) == pytest.approx(50)


def test_inners_are_filled_with_the_colour_of_their_fascicle(build: Callable[..., Sample]) -> None:
    axes = plot_section(build().section, fascicle_colors=["#ff0000", "#00ff00"])
    assert [patch.get_facecolor()[:3] for patch in axes.patches] == [(1, 0, 0), (1, 0, 0), (0, 1, 0)]
    with pytest.raises(ConfigError, match="1 fascicle colours are given for 2 fascicles"):
        plot_section(build().section, fascicle_colors=["red"])


def test_pictures_are_written_and_are_the_same_each_time(build: Callable[..., Sample], tmp_path: Path) -> None:
    sample = build()
    first = [path.read_bytes() for path in save_plots(sample, tmp_path / "plots")]
    assert {path.name for path in (tmp_path / "plots").iterdir()} == {"sample_initial.png", "sample_final.png"}
    assert [path.read_bytes() for path in save_plots(sample, tmp_path / "plots")] == first
    with Image.open(tmp_path / "plots" / "sample_final.png") as image:
        assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 3
