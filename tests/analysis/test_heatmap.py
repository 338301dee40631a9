"""Thresholds on the cross-section."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ascent.analysis.heatmap import heatmap, save_heatmap
from ascent.errors import ConfigError, RunDirectoryError


@dataclass
class Circle:
    x: float
    y: float
    radius: float

    @property
    def points(self) -> NDArray[np.float64]:
        angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        return np.column_stack([self.x + self.radius * np.cos(angle), self.y + self.radius * np.sin(angle)])


@dataclass
class Fascicle:
    outer: Circle
    inners: tuple[Circle, ...]


@dataclass
class Section:
    nerve: Circle | None = field(default_factory=lambda: Circle(0, 0, 100))
    fascicles: tuple[Fascicle, ...] = (
        Fascicle(Circle(-40, 0, 33), (Circle(-40, 0, 30),)),
        Fascicle(Circle(40, 0, 33), (Circle(30, 0, 12), Circle(55, 0, 10))),
    )


XY = np.array([[-40.0, 0.0], [-50.0, 0.0], [30.0, 0.0], [55.0, 0.0]])
THRESHOLDS = np.array([-0.1, -0.3, -0.5, np.nan])
INNERS = [0, 0, 1, 2]


def _draw(mode: str = "fibers", section: Section | None = None, **options: object) -> Axes:
    return heatmap(section or Section(), XY, THRESHOLDS, INNERS, mode, **options)  # type: ignore[arg-type]


def _point_colors(axes: Axes) -> dict[tuple[float, float], tuple[float, ...]]:
    found = {}
    for points in axes.collections:
        colors = np.atleast_2d(points.get_facecolor())
        if not len(colors):
            colors = np.atleast_2d(points.get_edgecolor())
        for place, xy in enumerate(np.asarray(points.get_offsets())):
            found[tuple(xy)] = tuple(colors[place % len(colors)])
    return found


def _fill_colors(axes: Axes) -> list[tuple[float, ...]]:
    return [tuple(patch.get_facecolor()) for patch in axes.patches]


def test_low_thresholds_are_bright_and_high_ones_dark() -> None:
    colors = _point_colors(_draw())
    brightness = [sum(colors[(x, 0.0)][:3]) for x in (-40.0, -50.0, 30.0)]
    assert brightness == sorted(brightness, reverse=True)


def test_a_fiber_without_threshold_is_red() -> None:
    assert _point_colors(_draw())[(55.0, 0.0)] == to_rgba("red")


def test_the_colour_bar_is_in_milliampere_over_the_range_of_the_data() -> None:
    axes = _draw(min_max_ticks=True)
    (bar,) = [other for other in axes.figure.axes if other is not axes]
    assert bar.get_title() == "mA"
    assert bar.get_ylim() == (0.1, 0.5)
    assert list(bar.get_yticks()) == [0.1, 0.5]


def test_the_ends_of_the_scale_can_be_given() -> None:
    axes = _draw(min_mA=0.0, max_mA=1.0)
    assert next(other for other in axes.figure.axes if other is not axes).get_ylim() == (0.0, 1.0)


def test_on_off_has_one_colour_above_the_cutoff_and_one_up_to_it() -> None:
    colors = _point_colors(
        _draw("fibers_on_off", cutoff_mA=0.3, suprathreshold_color="blue", subthreshold_color="green")
    )
    assert [colors[tuple(xy)] for xy in XY] == [to_rgba(name) for name in ("green", "green", "blue", "red")]


def test_inners_are_filled_by_their_mean() -> None:
    assert _fill_colors(_draw("inners_on_off", cutoff_mA=0.25, suprathreshold_color="blue")) == [
        to_rgba("#88CC55"),
        to_rgba("blue"),
        to_rgba("red"),
    ]


def test_inners_without_fibers_stay_empty() -> None:
    axes = heatmap(Section(), XY[:1], THRESHOLDS[:1], [0], "inners")
    assert len(axes.patches) == 1


def test_outers_are_drawn_on_request_and_where_there_is_no_nerve() -> None:
    assert len(_draw().lines) == 4
    assert len(_draw(plot_outers=True).lines) == 6
    assert len(_draw(section=Section(nerve=None)).lines) == 5


def test_the_contact_is_marked_at_its_angle_outside_of_the_nerve() -> None:
    assert any(
        np.allclose(position, (0.0, 120.0), atol=1e-9) for position in _point_colors(_draw(cuff_orientation=np.pi / 2))
    )


def test_axes_are_in_micrometres_or_replaced_by_a_scale_bar() -> None:
    axes = _draw()
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_aspect()) == ("x (µm)", "y (µm)", 1.0)
    barred = _draw(scale_bar_um=50)
    assert not barred.axison
    assert [text.get_text() for text in barred.texts] == ["50 µm"]


def test_it_bears_the_title_that_it_is_given() -> None:
    assert _draw(title="Thresholds of 5.7 µm fibers").get_title() == "Thresholds of 5.7 µm fibers"


def test_it_draws_into_given_axes() -> None:
    axes = Figure().add_subplot()
    assert _draw(ax=axes) is axes


def test_all_missing_or_none_can_be_drawn() -> None:
    assert heatmap(Section(), XY, np.full(4, np.nan), INNERS).figure.axes
    assert heatmap(Section(), [], [], []).figure.axes
    assert heatmap(Section(), XY[:1], [-0.2], [0]).figure.axes


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ConfigError, match="mode is 'fibres': it must be one of fibers"):
        _draw("fibres")


@pytest.mark.parametrize("mode", ["fibers_on_off", "inners_on_off"])
def test_on_off_needs_a_cutoff(mode: str) -> None:
    with pytest.raises(ConfigError, match="needs cutoff_mA"):
        _draw(mode)


def test_numbers_that_do_not_match_are_refused() -> None:
    with pytest.raises(RunDirectoryError, match="4 positions, 3 thresholds and 4 inners do not match"):
        heatmap(Section(), XY, THRESHOLDS[:3], INNERS)


def test_an_inner_that_is_not_there_is_refused() -> None:
    with pytest.raises(RunDirectoryError, match="inner 3 is not one of the 3 inners"):
        heatmap(Section(), XY, THRESHOLDS, [0, 0, 1, 3])


@pytest.mark.parametrize("mode", ["fibers", "inners", "fibers_on_off", "inners_on_off"])
def test_a_saved_picture_has_the_same_bytes_each_time(tmp_path: Path, mode: str) -> None:
    first, second = (
        save_heatmap(tmp_path / name, Section(), XY, THRESHOLDS, INNERS, mode=mode, cutoff_mA=0.2).read_bytes()
        for name in ("a.png", "b.png")
    )
    assert first == second
    assert b"Software" not in first and b"tIME" not in first
