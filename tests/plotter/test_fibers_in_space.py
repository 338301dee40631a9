"""Cross-sections, potentials, waveforms and recordings: the data in the axes are those of the files."""

from __future__ import annotations

import numpy as np
import pytest

from ascent import Query, plotter
from ascent.analysis import recordings
from ascent.analysis.fiber_places import FiberPlace, fibers_of, fiberset_of, one_fiber, one_n_sim, stimulus_potentials
from ascent.errors import ConfigError
from ascent.stimulus.waveform_files import Waveform

from .conftest import DT, FIBERS, FIRST_NODE, NODE_SPACING, NODES, STOP, section, voltage


@pytest.fixture
def fiber(query: Query) -> FiberPlace:
    return one_fiber(query, one_n_sim(query, 1))


def test_all_outlines_of_a_sample_are_drawn(query: Query) -> None:
    axes = plotter.sample(query.get_object("sample", [0]))
    drawn = [line.get_xydata()[:-1] for line in axes.lines]
    expected = [trace.points for _, trace in section().traces()]
    assert len(drawn) == len(expected) == 6
    for points in expected:
        assert any(np.array_equal(points, line) for line in drawn)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x (µm)", "y (µm)")


def test_outers_may_be_left_out_of_a_sample(query: Query) -> None:
    assert len(plotter.sample(query.get_object("sample", [0]), outers_flag=False).lines) == 4


def test_a_scale_bar_has_the_length_that_it_says(query: Query) -> None:
    axes = plotter.sample(section(), scalebar=True, scalebar_length=0.1, scalebar_units="mm", show_axis=False)
    assert np.ptp(axes.lines[-1].get_xdata()) == pytest.approx(100)
    assert [text.get_text() for text in axes.texts] == ["0.1 mm"]
    assert not axes.axison


def test_inners_are_numbered_in_ascents_order() -> None:
    axes = plotter.sample(section(), inner_index_labels=True)
    places = {text.get_text(): text.xy for text in axes.texts}
    assert places["2"] == pytest.approx((110, -40))


def test_fascicle_colours_must_be_one_each() -> None:
    with pytest.raises(ConfigError, match="1 are given for 2 fascicles"):
        plotter.sample(section(), fascicle_colors=["red"])


def test_fibers_are_drawn_where_they_are(query: Query) -> None:
    fiberset = fiberset_of(query, one_n_sim(query, 0))
    axes = plotter.fibers(fiberset, section())
    np.testing.assert_array_equal(axes.collections[-1].get_offsets(), [(x, y) for _, x, y in FIBERS])


def test_potentials_are_in_millivolt_at_the_amplitude_asked_for(query: Query, fiber: FiberPlace) -> None:
    axes = plotter.potentials([fiber], [stimulus_potentials(fiber)], amplitude_mA=2.0)
    (line,) = axes.lines
    z = fiber.coordinates[:, 2]
    np.testing.assert_allclose(line.get_xdata(), z / 1e3)
    np.testing.assert_allclose(line.get_ydata(), 2.0 * ((z - 6000) / 1000) ** 2, atol=1e-9)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("z (mm)", "extracellular potential (mV at 2 mA)")


def test_the_second_difference_is_taken_from_node_to_node(query: Query, fiber: FiberPlace) -> None:
    axes = plotter.second_difference([fiber], [stimulus_potentials(fiber)])
    curve = axes.lines[0]
    np.testing.assert_allclose(curve.get_xdata(), np.arange(1, NODES - 1) * NODE_SPACING / 1e3)
    # Of a parabola z² (mm, mV) with nodes 1 mm apart it is 2 mV everywhere.
    np.testing.assert_allclose(curve.get_ydata(), 2.0, atol=1e-9)
    assert axes.get_ylabel() == "second difference of potential (mV at 1 mA)"


def test_many_fibers_are_drawn_each(query: Query) -> None:
    n_sim = one_n_sim(query, 0)
    chosen = fibers_of(query, n_sim)
    axes = plotter.potentials(chosen, [stimulus_potentials(one) for one in chosen])
    peaks = sorted(float(np.max(line.get_ydata())) for line in axes.lines)
    assert peaks == pytest.approx([36.0, 72.0, 108.0, 144.0])


def test_a_waveform_is_drawn_as_steps_around_what_is_not_zero() -> None:
    samples = np.zeros(1000)
    samples[200:240] = 1.0
    axes = plotter.waveform(Waveform(0.005, 5.0, samples, 4), amplitude_mA=-0.5)
    (steps,) = axes.patches
    values, edges, _ = steps.get_data()
    inside = (edges[:-1] >= 1.0 - 1e-9) & (edges[1:] <= 1.2 + 1e-9)
    assert set(values[inside]) == {-0.5}
    assert set(values[~inside]) <= {0.0}
    assert axes.get_xlim() == pytest.approx((0.96, 1.24))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time (ms)", "current (mA)")


def test_part_of_a_waveform_may_be_drawn(query: Query) -> None:
    simulation = query.get_object("simulation", [0, 0, 0])
    axes = plotter.waveform(simulation.waveforms[0], start_ms=0, stop_ms=2)
    assert axes.get_xlim() == (0, 2)
    with pytest.raises(ConfigError, match="must be after start_ms"):
        plotter.waveform(simulation.waveforms[0], start_ms=2, stop_ms=1)


def test_a_few_nodes_are_curves_over_time(query: Query, fiber: FiberPlace) -> None:
    axes = plotter.recording(recordings.over_time(fiber, "m"), fiber)
    assert [line.get_label() for line in axes.lines] == ["node 1, 1.00 mm", "node 5, 5.00 mm", "node 9, 9.00 mm"]
    time = np.arange(0, STOP, DT)
    np.testing.assert_allclose(axes.lines[1].get_xdata(), time)
    np.testing.assert_allclose(axes.lines[1].get_ydata(), (voltage(time)[:, 5] + 80) / 100)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time (ms)", "gate m (1)")


def test_many_nodes_are_an_image_over_place_and_time(query: Query, fiber: FiberPlace) -> None:
    axes = plotter.recording(recordings.over_time(fiber), fiber)
    (image,) = axes.collections
    np.testing.assert_allclose(image.get_array(), voltage(np.arange(0, STOP, DT)).T)
    (bar,) = [other for other in axes.figure.axes if other is not axes]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("time (ms)", "z (mm)")
    assert bar.get_ylabel() == "membrane potential (mV)"


def test_profiles_are_curves_along_the_fiber(query: Query, fiber: FiberPlace) -> None:
    axes = plotter.recording(recordings.over_space(fiber), fiber)
    assert [line.get_label() for line in axes.lines] == ["1 ms", "1.15 ms"]
    assert axes.lines[0].get_ydata()[FIRST_NODE] == 20.0
    np.testing.assert_allclose(axes.lines[0].get_xdata(), np.arange(NODES) * NODE_SPACING / 1e3)


def test_the_intracellular_current_is_in_nanoampere(query: Query, fiber: FiberPlace) -> None:
    axes = plotter.current(*recordings.intracellular_current(fiber))
    np.testing.assert_allclose(axes.lines[0].get_ydata(), 2 * axes.lines[0].get_xdata(), atol=1e-6)
    assert axes.get_ylabel() == "intracellular current (nA)"


def test_what_was_not_saved_is_named_with_what_was(query: Query, fiber: FiberPlace) -> None:
    with pytest.raises(
        recordings.NotRecorded, match=r"gating_h_time.*saving\.time.*saved is Istim, SFAP_time, Vm_space"
    ):
        recordings.over_time(fiber, "h")


def test_a_fiber_that_is_not_there_is_answered_with_those_that_are(query: Query) -> None:
    with pytest.raises(ConfigError, match="no fiber 7 in inner 1; there is inner 0 with 2, inner 1 with 1, inner 2"):
        one_fiber(query, one_n_sim(query, 0), 1, 7)


def test_of_several_n_sims_one_must_be_chosen(query: Query) -> None:
    with pytest.raises(ConfigError, match="0_0_0_0, 0_0_0_1, 0_0_0_2; choose one"):
        one_n_sim(query)
