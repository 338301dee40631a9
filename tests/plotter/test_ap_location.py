"""Where action potentials start, and how fast they travel."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from ascent import Query, plotter
from ascent.analysis.fiber_places import one_fiber, one_n_sim
from ascent.analysis.propagation import propagation
from ascent.analysis.recordings import OverTime, over_time

from .conftest import DT, FIBERS, FIRST_NODE, FIRST_TIME, NODE_DELAY, NODE_SPACING, NODES


def test_the_first_node_of_every_fiber_is_found(query: Query) -> None:
    table = plotter.ap_loctime(query).table
    assert len(table) == 3 * len(FIBERS)
    assert set(table["node"]) == {FIRST_NODE}
    assert set(table["z_um"]) == {FIRST_NODE * NODE_SPACING}
    assert set(table["time_ms"]) == {FIRST_TIME}
    assert set(table["position"]) == {FIRST_NODE / (NODES - 1)}


def test_only_the_n_sims_asked_for(query: Query) -> None:
    assert set(plotter.ap_loctime(query, n_sim_filter=[2]).table["nsim"]) == {2}


def test_times_are_drawn_along_each_fiber(query: Query) -> None:
    figure = plotter.ap_loctime(query, n_sim_filter=[1], plot=True).figure
    assert figure is not None
    (axes,) = figure.axes
    tracks = [line for line in axes.lines if len(line.get_xdata()) == NODES]
    assert len(tracks) == len(FIBERS)
    expected = FIRST_TIME + NODE_DELAY * np.abs(np.arange(NODES) - FIRST_NODE)
    expected[[0, -1]] = np.nan
    np.testing.assert_allclose(tracks[0].get_ydata(), expected)
    np.testing.assert_allclose(tracks[0].get_xdata(), np.arange(NODES) * NODE_SPACING / 1e3)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("z (mm)", "time of action potential (ms)")


def test_the_distribution_counts_fibers_by_node(query: Query) -> None:
    figure = plotter.ap_loctime(query, plot_distribution=True, subplots=True, nodes_only=True).figure
    assert figure is not None
    assert len(figure.axes) == 3
    (bar,) = figure.axes[0].patches
    assert (bar.get_x() + bar.get_width() / 2, bar.get_height()) == pytest.approx((FIRST_NODE, len(FIBERS)))
    assert figure.axes[0].get_xlabel() == "node"


def test_several_n_sims_stand_side_by_side_and_both_kinds_of_picture_too(query: Query) -> None:
    figure = plotter.ap_loctime(query, plot=True, plot_distribution=True, nodes_only=True).figure
    assert figure is not None
    tracks, bars = figure.axes
    assert len([line for line in tracks.lines if len(line.get_xdata()) == NODES]) == 3 * len(FIBERS)
    centres = sorted(bar.get_x() + bar.get_width() / 2 for bar in bars.patches)
    assert centres == pytest.approx([FIRST_NODE - 0.8 / 3, FIRST_NODE, FIRST_NODE + 0.8 / 3])
    assert bars.get_ylabel() == "fibers (count)"


def test_fibers_that_stay_silent_are_drawn_as_nothing(project: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(project, tmp_path / "copy"))
    for file in copy.rglob("ap_loctime_*"):
        file.write_text("0.000000\n" * NODES)
    with Query({"indices": {"sample": 0, "model": 0, "sim": 0}}, project=copy) as silent:
        found = plotter.ap_loctime(silent, [0], plot_distribution=True)
    assert found.table["node"].isna().all()
    assert found.figure is not None
    assert [bar.get_height() for bar in found.figure.axes[0].patches] == []


def test_models_and_n_sims_are_called_as_the_user_says(every_model: Query) -> None:
    figure = plotter.ap_loctime(
        every_model, [0], plot=True, model_labels=["short", "long"], n_sim_label_override=["a", "b"]
    ).figure
    assert figure is not None
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["short, a", "long, b"]


def test_the_picture_is_saved_where_ascent_saves_it_or_where_the_user_says(query: Query, tmp_path: Path) -> None:
    plotter.ap_loctime(query, [0], save=tmp_path / "sites.svg")
    assert "<svg" in (tmp_path / "sites.svg").read_text()


def test_velocity_start_and_sufficient_time_are_those_of_the_spike(query: Query) -> None:
    fiber = one_fiber(query, one_n_sim(query, 0))
    found = propagation(over_time(fiber), fiber.node_z)
    assert found.first_node == FIRST_NODE
    # 1 mm in 0.025 ms.
    assert found.velocity == pytest.approx(40.0, rel=1e-6)
    node = int(0.9 * (NODES - 1))
    arrival = FIRST_TIME + NODE_DELAY * (node - FIRST_NODE)
    assert found.sufficient_time == pytest.approx(arrival, abs=DT / 2)
    assert found.sufficient_time >= arrival - 1e-9


def test_without_a_spike_there_is_no_velocity() -> None:
    still = OverTime("Vm", np.arange(10) * 0.1, np.arange(5), np.full((10, 5), -80.0))
    found = propagation(still, np.arange(5.0))
    assert found.first_node is None
    assert np.isnan(found.velocity)
    assert np.isnan(found.sufficient_time)


def test_rises_are_found_between_time_steps() -> None:
    values = np.array([[-80.0], [-60.0], [0.0], [20.0]])
    found = propagation(OverTime("Vm", np.array([0.0, 1.0, 2.0, 3.0]), np.array([0]), values), np.array([0.0]))
    assert found.times[0] == pytest.approx(1.5)
