"""What a cell parameter file means, shown on the shipped cell of 37 sections."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from neuron import h

from ascent.errors import ConfigError
from ascent.network.cell import Cell, create_cell
from ascent.network.cell.modify import CELL_MODIFY_FUNCTIONS, register
from ascent.network.cell.recording import recording_sites
from ascent.network.example import small_example
from ascent.network.formats.landmarks import write_landmarks
from ascent.network.formats.parameter_set import ParameterSet

Build = Callable[..., Cell]


@pytest.fixture
def bare(small_parameters: ParameterSet) -> ParameterSet:
    """The shipped cell with a leak and nothing else."""
    for label in ("Soma", "Dendrite", "ApicalDendrite", "AIS", "Myelin"):
        leak = {"pas": {"spatial": "uniform", "g": 3e-5, "e": -70.0}}
        small_parameters.neuron[label] = {
            "properties": {"Ra": 100.0, "cm": 1.0}, "mechanisms": {"global": {}, "range": leak},
        }  # fmt: skip
    del small_parameters.neuron["discretization"]
    return small_parameters


def with_apical(parameters: ParameterSet, **mechanism: Any) -> ParameterSet:
    parameters.neuron.ApicalDendrite.mechanisms.range.pas = {"e": -70.0, **mechanism}
    return parameters


def apical(cell: Cell, parameter: str = "g_pas") -> list[np.ndarray]:
    return [np.array([getattr(s, parameter) for s in section]) for section in cell.structures["ApicalDendrite"]]


def distances(cell: Cell) -> list[np.ndarray]:
    """From where the apical dendrite leaves the soma, µm."""
    cell.set_origin("ApicalDendrite")
    return [np.array([h.distance(s.x, sec=section) for s in section]) for section in cell.structures["ApicalDendrite"]]


def test_sections_are_neuron_sections_with_label_parent_and_points(build: Build, bare: ParameterSet) -> None:
    cell = build(bare)
    tuft = next(section for section in cell.sections if section.name() == "apical_tuft_1_0")
    assert (tuft.label, tuft.parent.name(), tuft.parent_x) == ("ApicalDendrite", "apical_tuft_1", 1.0)
    assert tuft.relative_points[0] == 0 and tuft.relative_points[-1] == 1
    assert tuft(0.5).diam == pytest.approx(1.0, abs=0.01)
    assert [section.index for section in cell.sections] == list(range(37))


def test_what_leaves_the_soma_leaves_its_middle(build: Build, bare: ParameterSet) -> None:
    cell = build(bare)
    assert {section.parent_x for section in cell.sections if section.parent is cell.soma} == {0.5}


def test_the_artificial_axon_is_straight_and_comes_last(build: Build, bare: ParameterSet) -> None:
    *_, hillock, initial, myelin = build(bare).sections
    assert [s.label for s in (hillock, initial, myelin)] == ["AIS", "AIS", "Myelin"]
    assert [s.nseg for s in (hillock, initial, myelin)] == [5, 7, 21]
    assert [round(s.L, 3) for s in (hillock, initial, myelin)] == [20, 30, 1000]
    assert hillock.points[0].tolist() == [0, 0, -9]
    assert [s.diameters[-1] for s in (hillock, initial, myelin)] == [1.75, 1.0, 1.0]


def test_without_the_key_AIS_there_is_no_axon(build: Build, bare: ParameterSet) -> None:
    del bare.neuron["AIS"], bare.neuron["Myelin"]
    assert len(build(bare).sections) == 34


def test_segments_are_at_most_a_tenth_of_the_length_constant(build: Build, bare: ParameterSet) -> None:
    section = build(bare).structures["ApicalDendrite"][0]
    length_constant = 1e5 * math.sqrt(section.diameters[8] / (4 * math.pi * 100 * 100 * 1))
    assert section.nseg == int((150 / (0.1 * length_constant) + 0.5) // 2) * 2 + 1


def test_discretization_takes_another_frequency_and_a_longest_segment(build: Build, bare: ParameterSet) -> None:
    coarse = build(bare).sections[13].nseg
    bare.neuron.discretization = {"f": 1600.0, "max_seg_length": None}
    assert build(bare).sections[13].nseg >= 3 * coarse
    bare.neuron.discretization = {"f": 100.0, "max_seg_length": 8.0}
    section = build(bare).sections[13]
    assert section.nseg == math.ceil(section.L / 8)


def test_all_points_gives_a_segment_for_each_point(build: Build, bare: ParameterSet) -> None:
    assert all(section.nseg == len(section.points) for section in build(bare, all_points=True).sections)


def test_the_scale_function_sees_connected_sections_before_they_are_discretised(
    build: Build, bare: ParameterSet
) -> None:
    seen: list[int] = []
    build(bare, scale_function=lambda cell: seen.extend(section.nseg for section in cell.sections))
    assert set(seen) == {1}


def test_linear_falls_with_the_distance_from_soma_0_down_to_the_offset(build: Build, bare: ParameterSet) -> None:
    cell = build(with_apical(bare, spatial="linear", distance="absolute", g=1e-4, slope=-0.002, offset=0.3))
    along = [np.array([cell.distance_to_soma(s, x) for x in s.segment_x]) for s in cell.structures["ApicalDendrite"]]
    for values, distance in zip(apical(cell), along, strict=True):
        np.testing.assert_allclose(values, np.maximum(1e-4 * (1 - 0.002 * distance), 0.3e-4), rtol=1e-12)


def test_linear_capped_sets_one_parameter_and_stays_beyond_a_distance(build: Build, bare: ParameterSet) -> None:
    controls = {"param_name": "g", "prox_value": 1e-5, "dist_value": 5e-5, "dist_value_distance": 200.0}
    cell = build(with_apical(bare, spatial="linear_capped", distance="absolute", **controls))
    for section, values in zip(cell.structures["ApicalDendrite"], apical(cell), strict=True):
        distance = np.array([cell.distance_to_soma(section, x) for x in section.segment_x])
        np.testing.assert_allclose(values, np.minimum(1e-5 + 4e-5 * distance / 200, 5e-5), rtol=1e-12)


def test_exponential_takes_distances_relative_to_the_longest(build: Build, bare: ParameterSet) -> None:
    controls = {"offset": -0.8, "linScale": 2.0, "_lambda": 3.0, "xOffset": 0.1}
    cell = build(with_apical(bare, spatial="exponential", distance="relative", g=1e-4, **controls))
    longest = cell.max_distance("ApicalDendrite")
    for values, distance in zip(apical(cell), distances(cell), strict=True):
        np.testing.assert_allclose(values, 1e-4 * (-0.8 + 2 * np.exp(3 * (distance / longest - 0.1))), rtol=1e-12)


def test_capped_exponential_stops_at_max_g(build: Build, bare: ParameterSet) -> None:
    controls = {"offset": -0.8, "linScale": 2.0, "_lambda": 3.0, "xOffset": 0.0, "max_g": 4e-4}
    cell = build(with_apical(bare, spatial="capped_exponential", distance="relative", g=1e-4, **controls))
    longest = cell.max_distance("ApicalDendrite")
    for values, distance in zip(apical(cell), distances(cell), strict=True):
        free = 1e-4 * (-0.8 + 2 * np.exp(3 * distance / longest))
        np.testing.assert_allclose(values, np.minimum(free, 4e-4), rtol=1e-12)
    assert max(map(np.max, apical(cell))) == 4e-4


def test_exponential_by_z_dist_takes_the_height_above_the_soma(build: Build, bare: ParameterSet) -> None:
    controls = {"offset": 0.0, "linScale": 1.0, "_lambda": 2.0, "xOffset": 0.0}
    cell = build(with_apical(bare, spatial="exponential_by_z_dist", distance="absolute", g=1e-4, **controls))
    for section, values in zip(cell.structures["ApicalDendrite"], apical(cell), strict=True):
        height = np.interp(section.segment_x, section.relative_points, section.points[:, 2])
        np.testing.assert_allclose(values, 1e-4 * np.exp(2 * height / 1000), rtol=1e-12)


def test_sigmoid_falls_around_its_middle(build: Build, bare: ParameterSet) -> None:
    controls = {"offset": 0.1, "linScale": 1.0, "xOffset": 250.0, "width": 40.0}
    cell = build(with_apical(bare, spatial="sigmoid", distance="absolute", g=1e-4, **controls))
    for values, distance in zip(apical(cell), distances(cell), strict=True):
        np.testing.assert_allclose(values, 1e-4 * (0.1 + 1 / (1 + np.exp((distance - 250) / 40))), rtol=1e-12)


def test_uniform_range_scales_what_lies_outside_or_in_listed_sections(build: Build, bare: ParameterSet) -> None:
    listed = 18
    cell = build(
        with_apical(
            bare, spatial="uniform_range", g=1e-4, begin=100.0, end=300.0, outsidescale=0.5,
            outsidescale_sections=[listed],
        )
    )  # fmt: skip
    for section, values, distance in zip(cell.structures["ApicalDendrite"], apical(cell), distances(cell), strict=True):
        inside = (distance >= 100) & (distance <= 300) & (section.index != listed)
        assert values.tolist() == np.where(inside, 1e-4, 0.5e-4).tolist()
    assert {value for values in apical(cell) for value in values} == {1e-4, 0.5e-4}


def test_spines_add_membrane_to_capacitance_and_leak(build: Build, bare: ParameterSet) -> None:
    bare.neuron.Dendrite.properties.spines = {"density": 1.5, "area": 2.0}
    cell = build(bare)
    for section in cell.structures["Dendrite"]:
        factor = 1 + 2.0 * 1.5 * section.L / section.area
        assert section.cm == pytest.approx(factor, rel=1e-12)
        assert section(0.5).g_pas == pytest.approx(3e-5 * factor, rel=1e-12)


def test_ions_set_reversal_potentials_also_where_no_channel_uses_them(build: Build, bare: ParameterSet) -> None:
    bare.neuron.Dendrite.properties.ions = {"ek": -88.0}
    assert build(bare).structures["Dendrite"][0].ek == -88.0


def test_calcium_follows_its_dynamics_with_a_nernst_potential(build: Build, small_parameters: ParameterSet) -> None:
    cell = build(small_parameters)
    h.celsius = 34.0
    h.finitialize(-75.0)
    assert cell.soma(0.5).eca == pytest.approx(140.2366, abs=1e-3)  # spec/simrun.md §4.4: cai(0) = 5e-5 mM


def test_mech_globals_set_a_global_of_a_mechanism(build: Build, small_parameters: ParameterSet) -> None:
    before = h.ehcn_Ih
    small_parameters.mech_globals = {"Ih": {"ehcn": -44.0}}
    build(small_parameters)
    assert h.ehcn_Ih == -44.0
    h.ehcn_Ih = before


def test_distances_of_synapse_files_leave_out_the_soma(build: Build, bare: ParameterSet) -> None:
    cell = build(bare)
    apical_1 = next(section for section in cell.sections if section.name() == "apical_1")
    assert cell.soma_distance(0, 0.7) == 0
    assert cell.soma_distance(apical_1.index, 0.5) == pytest.approx(0.5 * apical_1.L + apical_1.parent.L)
    assert cell.distance_to_soma(apical_1, 0.5) == pytest.approx(cell.soma_distance(apical_1.index, 0.5) + 10)


def test_segment_index_counts_as_neuron_does(build: Build, bare: ParameterSet) -> None:
    cell = build(bare)
    section = cell.structures["ApicalDendrite"][0]
    h.finitialize(-70.0)  # NEURON numbers its nodes
    first = section(float(section.segment_x[0])).node_index()
    for x in (0.001, 0.2, 0.5, 0.66, 0.67, 0.999):
        index, segment = cell.segments[cell.segment_index(section.index, x)]
        assert (index, segment) == (section.index, section(x).node_index() - first)
    assert cell.segments[cell.segment_index(section.index, 1.0)] == (section.index, section.nseg - 1)


def test_recording_takes_time_soma_and_any_segment(build: Build, bare: ParameterSet) -> None:
    cell = build(bare)
    site = cell.record(16, 0)
    cell.record_range_var("pas.i")
    h.dt = 0.025
    h.finitialize(-65.0)
    h.fadvance()
    assert len(cell.t) == len(cell.vmSoma) == len(np.array(site)) == 2
    assert len(np.array(cell.soma.recordVars["pas.i"][0])) == 2
    cell.re_init_cell()
    assert len(cell.vmSoma) == 0


def test_a_landmark_is_recorded_at_the_nearest_segment(build: Build, bare: ParameterSet, tmp_path: Path) -> None:
    cell = build(bare)
    target = cell.sections[14]
    write_landmarks(tmp_path / "tuft.landmarkAscii", [target.points[-1] + 0.1, cell.soma.points[2]])
    far, soma = recording_sites([tmp_path / "tuft.landmarkAscii"], cell)
    assert (far.section, far.segment) == (14, target.nseg - 1)
    assert far.label.startswith(f"tuft_ID_000_sec_014_seg_{target.nseg - 1:03d}_x_")
    assert (soma.section, soma.label) == (0, "tuft_ID_001_sec_000_seg_000_x_0.500_somaDist_10.0")


def test_scaling_diameters_twice_is_the_same_as_once(build: Build, bare: ParameterSet) -> None:
    bare.neuron.cell_modify_functions = {"scale_apical": {"scale": 2.0}}
    cell = build(bare)
    CELL_MODIFY_FUNCTIONS["scale_apical"](cell, scale=2.0)
    section = cell.structures["ApicalDendrite"][0]
    assert section.diam3d(0) == pytest.approx(2 * section.diameters[0])


def test_current_injections_are_point_processes_of_the_cell(build: Build, bare: ParameterSet) -> None:
    bare.neuron.cell_modify_functions = {
        "soma_current_injection": {"amplitude": 0.2, "delay": 5.0, "duration": 10.0},
        "apical_current_injection": {"amplitude": 0.1, "delay": 5.0, "duration": 10.0, "dist": 0},
    }
    clamps = build(bare).stimuli
    assert [(clamp.amp, clamp.delay, clamp.dur) for clamp in clamps] == [(0.2, 5.0, 10.0), (0.1, 5.0, 10.0)]


def test_a_function_of_ones_own_can_be_registered(build: Build, bare: ParameterSet) -> None:
    @register
    def raise_resistivity(cell: Cell, factor: float) -> None:
        for section in cell.sections:
            section.Ra *= factor

    bare.neuron.cell_modify_functions = {"raise_resistivity": {"factor": 3.0}}
    assert build(bare).soma.Ra == 300.0
    del CELL_MODIFY_FUNCTIONS["raise_resistivity"]


def test_detailed_labels_part_the_apical_dendrite_at_its_main_bifurcation(build: Build, bare: ParameterSet) -> None:
    cell = build(bare)
    cell.assign_detailed_labels(beyond=600.0)
    labels = {section.name(): section.label_detailed for section in cell.sections}
    assert [labels[name] for name in ("apical_0", "apical_2", "apical_oblique_0_0", "apical_tuft_0_1", "dend_1")] == [
        "trunk", "trunk", "oblique", "tuft", "basal",
    ]  # fmt: skip


def test_discard_leaves_no_section_behind(build: Build, bare: ParameterSet) -> None:
    before = len(list(h.allsec()))
    cell = build(bare)
    cell.discard()
    assert len(list(h.allsec())) == before


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("neuron.Soma.mechanisms.range", {"NaTa": {"spatial": "uniform"}}, 'did you mean "NaTa_t"?'),
        ("neuron.Soma.mechanisms.range", {"pas": {"spatial": "uniform", "gg": 1}}, "line 17: neuron.Soma.mech"),
        ("neuron.Soma.properties.ions", {"emg": 3.0}, "ions.emg: is no property of an ion that NEURON has"),
        ("neuron.cell_modify_functions", {"scale_apicl": {"scale": 2}}, 'did you mean "scale_apical"?'),
        ("neuron.cell_modify_functions", {"scale_apical": {"scle": 2}}, 'scle: is no argument; did you mean "scale"?'),
        ("neuron.cell_modify_functions", {"scale_apical": {}}, "scale_apical.scale is missing: is required"),
        ("neuron.cell_modify_functions", {"scale_apical": {"scale": "2"}}, "must be a finite number"),
        ("neuron.cell_modify_functions", {"BAC_injection": {"dist": 970}}, "no apical dendrite that reaches farther"),
        ("neuron.Node", {"properties": {}}, "neuron.Node: has no section in the morphology small_pyramidal.hoc"),
        ("NMODL_mechanisms", {"own": "/no/such/folder"}, "line 6: NMODL_mechanisms.own is /no/such/folder"),
        ("mech_globals", {"Ih": {"ehnc": 1.0}}, "line 7: mech_globals.Ih.ehnc: is no global parameter of that"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(
    build: Build, small_parameters: ParameterSet, key: str, value: Any, words: str
) -> None:
    small_parameters[key] = value
    with pytest.raises(ConfigError) as refused:
        build(small_parameters)
    assert words in str(refused.value)


def test_distances_of_a_label_that_never_leaves_the_soma_are_refused(build: Build, bare: ParameterSet) -> None:
    controls = {"offset": 0.0, "linScale": 1.0, "_lambda": 2.0, "xOffset": 0.0, "distance": "relative"}
    bare.neuron.Myelin.mechanisms.range.pas = {"spatial": "exponential", "g": 1e-5, "e": -70.0, **controls}
    with pytest.raises(ConfigError, match="no section of it is attached to the soma"):
        build(bare)


def test_a_morphology_in_swc_builds_a_cell(build: Build, bare: ParameterSet, tmp_path: Path) -> None:
    rows = ["1 1 0 0 0 6 -1", "2 3 6 0 0 1 1", "3 3 60 0 0 1 2", "4 4 0 0 8 2 1", "5 4 0 0 200 2 4", "6 4 30 0 260 1 5",
            "7 4 -30 0 260 1 5"]  # fmt: skip
    (tmp_path / "cell.swc").write_text("\n".join(rows))
    bare.neuron.filename = str(tmp_path / "cell.swc")
    cell = build(bare)
    assert [section.label for section in cell.sections] == [
        "Soma", "Dendrite", "ApicalDendrite", "ApicalDendrite", "ApicalDendrite", "AIS", "AIS", "Myelin",
    ]  # fmt: skip
    assert pytest.approx(12) == cell.soma.L and cell.soma(0.5).diam == pytest.approx(12)
    assert cell.soma_distance(3, 1.0) == pytest.approx(192 + math.hypot(30, 60), rel=1e-6)


def test_sections_that_no_label_describes_are_warned_of(
    build: Build, bare: ParameterSet, caplog: pytest.LogCaptureFixture
) -> None:
    del bare.neuron["Dendrite"]
    build(bare)
    assert "its Dendrite sections have no parameters and stay without membrane" in caplog.text


def test_explicit_spines_are_refused(build: Build, bare: ParameterSet) -> None:
    bare.neuron.spatialgraph_modify_functions = {"rieke_spines": {"syn_filepath": "a.syn"}}
    with pytest.raises(ConfigError, match="rieke_spines: is not supported; give spines as properties.spines"):
        build(bare)


@given(section=st.integers(1, 33), segment=st.integers(0, 6))
def test_both_distances_of_a_segment_differ_by_half_of_the_soma(whole: Cell, section: int, segment: int) -> None:
    centres = whole.sections[section].segment_x  # NEURON counts to the centres of segments
    x = float(centres[segment % len(centres)])
    assert whole.distance_to_soma(section, x) == pytest.approx(whole.soma_distance(section, x) + 10, abs=1e-9)


@given(section=st.integers(0, 36), x=st.floats(0, 1))
def test_every_place_has_a_nearest_point_and_a_segment_that_holds_it(whole: Cell, section: int, x: float) -> None:
    chosen = whole.sections[section]
    nearest = chosen.relative_points[chosen.nearest_point(x)]
    assert abs(nearest - x) == np.min(np.abs(chosen.relative_points - x))
    index, segment = whole.segments[whole.segment_index(section, x)]
    assert index == section
    assert abs(chosen.segment_x[segment] - x) <= 0.5 / chosen.nseg + 1e-12


@pytest.fixture(scope="module")
def whole() -> Iterator[Cell]:
    """The shipped cell, not to be changed."""
    cell = create_cell(small_example().cell)
    yield cell
    cell.discard()
