"""Comparisons of thresholds: bars, boxes, points and curves have the heights that the table says."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from ascent import Query, plotter
from ascent.analysis.fiber_places import fiber_columns
from ascent.errors import ConfigError, RunDirectoryError

from .conftest import DIAMETERS, FIBERS, threshold_of


def values(n_sim: int, model: int = 0) -> list[float]:
    """As written in the files, with six decimals."""
    return [round(abs(threshold_of(model, n_sim, index)), 6) for index in range(len(FIBERS))]


def texts(axes: Axes) -> list[str]:
    return [label.get_text() for label in axes.get_xticklabels()]


def test_bars_are_as_high_as_the_means(query: Query) -> None:
    table = fiber_columns(query, query.threshold_data())
    axes = plotter.threshold_barchart(table, x="diameter_um")
    heights = {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in axes.patches}
    assert [heights[n] for n in range(3)] == pytest.approx([np.mean(values(n)) for n in range(3)])
    assert texts(axes) == [f"{diameter:g}" for diameter in DIAMETERS]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("fiber diameter (µm)", "|threshold| (mA)")
    assert axes.get_ylim()[0] == 0


def test_error_bars_are_sample_deviations(query: Query) -> None:
    axes = plotter.threshold_barchart(query.threshold_data())
    spans = sorted((np.nanmax(line.get_ydata()) - np.nanmin(line.get_ydata())) / 2 for line in axes.lines)
    assert spans == pytest.approx(sorted(np.std(values(n), ddof=1) for n in range(3)))


def test_colours_are_a_second_grouping(every_model: Query) -> None:
    axes = plotter.threshold_barchart(every_model.threshold_data(), x="nsim", hue="model")
    heights = sorted(bar.get_height() for bar in axes.patches if bar.get_width() > 0 and bar.get_height() > 0)
    expected = sorted(np.mean(values(n, m)) for n in range(3) for m in (0, 1))
    assert heights == pytest.approx(expected)
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["0", "1"]


def test_boxes_have_the_medians_in_them(query: Query) -> None:
    axes = plotter.threshold_boxplot(query.threshold_data())
    flat = [line.get_ydata() for line in axes.lines if len(line.get_ydata()) == 2 and np.ptp(line.get_ydata()) == 0]
    heights = {round(float(y[0]), 9) for y in flat}
    assert {round(float(np.median(values(n))), 9) for n in range(3)} <= heights


def test_a_swarm_has_a_point_for_each_fiber_at_its_threshold(query: Query) -> None:
    axes = plotter.threshold_swarmplot(query.threshold_data())
    groups = [np.asarray(points.get_offsets()) for points in axes.collections]
    drawn = [sorted(points[:, 1].tolist()) for points in groups if len(points)]
    assert drawn == [pytest.approx(sorted(values(n))) for n in range(3)]


def test_a_missing_threshold_is_left_out_of_comparisons(query: Query) -> None:
    table = query.threshold_data()
    table.loc[0, "threshold"] = np.nan
    axes = plotter.threshold_swarmplot(table)
    assert sum(len(points.get_offsets()) for points in axes.collections) == 11
    with pytest.raises(RunDirectoryError, match="nothing to compare"):
        plotter.threshold_barchart(table.assign(threshold=np.nan))


def test_an_unknown_column_is_refused(query: Query) -> None:
    with pytest.raises(RunDirectoryError, match="lacks the column colour"):
        plotter.threshold_barchart(query.threshold_data(), hue="colour")


def test_dose_response_steps_up_at_every_threshold(query: Query) -> None:
    axes = plotter.dose_response(query.threshold_data(), by=["nsim"])
    assert len(axes.lines) == 3
    x, y = axes.lines[1].get_data()
    assert list(x[1:-1]) == pytest.approx(sorted(values(1)))
    assert list(y) == pytest.approx([0, 25, 50, 75, 100, 100])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("|amplitude| (mA)", "recruited fibers (%)")


def test_convergence_is_in_percent_of_the_reference(every_model: Query) -> None:
    axes = plotter.convergence(every_model.threshold_data(), reference=0)
    points = np.vstack([p.get_offsets() for p in axes.collections if len(p.get_offsets()) > 1])
    expected = [100 * (b / a - 1) for n in range(3) for a, b in zip(values(n), values(n, 1), strict=True)]
    assert sorted(points[:, 1]) == pytest.approx(sorted(expected), abs=1e-9)
    (greatest,) = [line for line in axes.lines if line.get_label() == "greatest |error|"]
    assert greatest.get_ydata() == pytest.approx([max(map(abs, expected))])
    assert axes.get_ylabel() == "threshold error against model 0 (%)"


def test_the_reference_must_be_one_of_the_models(every_model: Query) -> None:
    with pytest.raises(ConfigError, match="reference is 9: must be one of the models 0, 1"):
        plotter.convergence(every_model.threshold_data(), reference=9)


def test_single_fiber_signals_are_drawn_at_their_times(query: Query) -> None:
    data = query.sfap_data(all_fibers=True)
    axes = plotter.sfaps(data[data["nsim"] == 0])
    curves = axes.lines[:4]
    # ASCENT takes 1.2 ms off the times of the files.
    np.testing.assert_allclose(curves[0].get_xdata()[:2], [-1.2, -1.195])
    peaks = sorted(float(np.max(line.get_ydata())) for line in curves)
    assert peaks == pytest.approx([1, 2, 3, 4], rel=1e-4)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time (ms)", "single fiber action potential (µV)")


def test_the_compound_signal_is_the_sum_over_fibers(query: Query) -> None:
    data = query.sfap_data(all_fibers=True)
    axes = plotter.cnap(data[data["nsim"] == 0])
    time, signal = axes.lines[0].get_data()
    np.testing.assert_allclose(signal, 10 * np.sin(np.asarray(time) + 1.2), atol=1e-5)
    assert axes.get_ylabel() == "compound action potential of 4 fibers (µV)"
