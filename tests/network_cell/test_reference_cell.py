"""Cell 86_C2_center, an L5 pyramidal cell of rat barrel cortex, as simrun builds it on NEURON 8.2.6.

Reference: ``cell_86_C2_center_dump.json`` and ``current_injection_refs.npz`` (spec/simrun.md §4.7 and §7.2).
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ascent.network.cell import Cell
from ascent.network.cell.modify import apical_epsp_injection, soma_current_injection
from ascent.network.cell.recording import recording_sites
from ascent.network.formats.parameter_set import ParameterSet

Build = Callable[..., Cell]


@pytest.fixture(scope="module")
def dump(simrun_dir: Path) -> dict[str, Any]:
    return json.loads((simrun_dir / "reference" / "cell_86_C2_center_dump.json").read_text())  # type: ignore[no-any-return]


@pytest.fixture
def cell(build: Build, reference_parameters: ParameterSet) -> Cell:
    return build(reference_parameters)


def test_sections_and_segments_are_as_many(cell: Cell, dump: dict[str, Any]) -> None:
    assert (len(cell.sections), len(cell.segments)) == (170, 1142)
    assert {label: len(sections) for label, sections in cell.structures.items()} == {
        label: count for label, (count, *_) in dump["labels"].items()
    }
    assert {label: len(trees) for label, trees in cell.branches.items()} == {
        "Soma": 1, "Dendrite": 7, "ApicalDendrite": 1, "AIS": 1,
    }  # fmt: skip


def test_every_section_has_the_shape_of_the_reference(cell: Cell, dump: dict[str, Any]) -> None:
    for section, expected in zip(cell.sections, dump["sections"], strict=True):
        assert section.label == expected["label"]
        assert (section.parent.index if section.parent else None) == expected["parent"]
        measured = [section.parent_x, section.n3d(), section.nseg, section.L, section.Ra, section.cm]
        assert measured == [expected[key] for key in ("parentx", "n3d", "nseg", "L", "Ra", "cm")]
        assert cell.distance_to_soma(section, 1.0) == expected["soma_dist_x1"]


def test_every_segment_has_every_parameter_of_the_reference(cell: Cell, dump: dict[str, Any]) -> None:
    for section, expected in zip(cell.sections, dump["sections"], strict=True):
        for segment, values in zip(section, expected["seg"], strict=True):
            for key, value in values.items():
                assert _value(segment, key) == pytest.approx(value, rel=1e-15), (section.index, segment.x, key)
            mechanisms = {mechanism.name() for mechanism in segment if not mechanism.name().endswith("_ion")}
            assert mechanisms == {key.split(".")[0] for key in values if "." in key}


def _value(segment: Any, key: str) -> float:
    if key in ("area", "ri"):
        return float(getattr(segment, key)())
    mechanism, dot, parameter = key.partition(".")
    return float(getattr(segment, f"{parameter}_{mechanism}" if dot else key))


def test_distances_are_those_of_the_reference(cell: Cell) -> None:
    assert cell.max_distance("Dendrite") == pytest.approx(335.145, abs=5e-4)
    assert cell.max_distance("ApicalDendrite") == pytest.approx(1576.5529, abs=5e-5)
    assert cell.max_distance("AIS") == pytest.approx(1050.0, abs=5e-4)


def test_the_landmark_lies_at_segment_32_of_section_38(cell: Cell, reference_parameters: ParameterSet) -> None:
    (site,) = recording_sites(reference_parameters.sim.recordingSites, cell)
    assert site.label == "apical_proximal_distal_rec_sites_ID_000_sec_038_seg_032_x_0.929_somaDist_920.7"
    assert (site.section, site.segment) == (38, 32)


def test_scaling_the_apical_dendrite_tenfold_scales_its_first_diameter(
    build: Build, reference_parameters: ParameterSet
) -> None:
    plain = reference_parameters.tree_copy()
    plain.neuron.cell_modify_functions = {}
    reference_parameters.neuron.cell_modify_functions = {"scale_apical": {"scale": 10.0}}
    first, scaled = (build(each).structures["ApicalDendrite"][0] for each in (plain, reference_parameters))
    assert scaled.diam3d(0) == pytest.approx(10 * first.diam3d(0), abs=1e-4)


def run(cell: Cell, until: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Soma, section 38 segment 32 and section 25 segment 1, mV."""
    from neuron import h

    sites = cell.record(38, 32), cell.record(25, 1)
    h.CVode().active(0)
    h.dt, h.celsius = 0.025, 34.0
    h.finitialize(-75.0)
    while h.t < until:
        h.fadvance()
    return cell.vmSoma, *map(np.array, sites)


def spikes(cell: Cell) -> list[float]:
    v = cell.vmSoma
    return [round(float(t), 6) for t in cell.t[1:][(v[:-1] < 0) & (v[1:] >= 0)]]


def compare(simrun_dir: Path, name: str, traces: tuple[np.ndarray, ...]) -> None:
    reference = np.load(simrun_dir / "reference" / "current_injection_refs.npz")
    for site, trace in zip(("soma", "sec38seg32", "sec25seg1"), traces, strict=True):
        np.testing.assert_allclose(trace, reference[f"{name}_{site}"][: len(trace)], rtol=0, atol=1e-6)


def test_a_step_of_1500_pA_makes_the_spikes_of_the_reference(cell: Cell, simrun_dir: Path) -> None:
    soma_current_injection(cell, amplitude=1.5, delay=150.0, duration=200.0)
    traces = run(cell, 172.0)
    assert spikes(cell) == [157.65, 163.45, 169.8]
    compare(simrun_dir, "step1500", traces)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "amplitude", "until", "expected"),
    [
        ("noinput", 0.0, 300.0, []),
        ("step0619", 0.619, 400.0, [266.9]),
        ("step1500", 1.5, 400.0, [157.65, 163.45, 169.8, 181.3, 211.725, 278.325]),
        ("stepm0300", -0.3, 400.0, []),
    ],
)
def test_steps_make_the_traces_of_the_reference(
    cell: Cell, simrun_dir: Path, name: str, amplitude: float, until: float, expected: list[float]
) -> None:
    if amplitude:
        soma_current_injection(cell, amplitude=amplitude, delay=150.0, duration=200.0)
    traces = run(cell, until)
    assert spikes(cell) == expected
    compare(simrun_dir, name, traces)


@pytest.mark.slow
def test_a_distal_input_after_a_somatic_spike_makes_the_trace_of_the_reference(cell: Cell, simrun_dir: Path) -> None:
    soma_current_injection(cell, amplitude=1.9, delay=150.0, duration=5.0)
    apical_epsp_injection(cell, dist=970.0, amplitude=0.5, delay=155.0)
    traces = run(cell, 300.0)
    assert spikes(cell) == [155.1]
    compare(simrun_dir, "BAC970", traces)
