"""Parts of a report: thinned waveforms, silhouettes, network activity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from ascent.analysis.report.nerve import MOST_SAMPLES, envelope, sections_per_node
from ascent.analysis.report.network import MOST_POINTS, network_data, thinned
from ascent.analysis.report.report import write_report
from ascent.analysis.report.solids import silhouette
from ascent.analysis.report.sources import RunFiles, rounded


@given(st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), min_size=2, max_size=300))
def test_a_waveform_of_few_corners_is_kept_exactly(samples: list[float]) -> None:
    dt = 0.5
    times, values = envelope(np.array(samples), dt)
    assert np.all(np.diff(times) >= 0)
    # Every sample is found again: the last point at or before its time has its value.
    held = [values[np.flatnonzero(times <= index * dt)[-1]] for index in range(len(samples))]
    assert held == samples


def test_of_a_long_sinusoid_every_peak_stays_within_the_points_of_a_screen() -> None:
    dt = 0.002
    wave = np.sin(2 * np.pi * 10 * np.arange(0, 40, dt))
    times, values = envelope(wave, dt)
    assert len(times) <= MOST_SAMPLES
    assert values.max() == wave.max()
    assert np.all(np.diff(times) > 0)


@pytest.mark.parametrize(("mode", "step"), [("MRG_DISCRETE", 11), ("SUNDT", 1)])
def test_nodes_are_every_eleventh_compartment_of_myelinated_fibers(mode: str, step: int) -> None:
    assert sections_per_node(mode) == step


def test_the_silhouette_of_a_tube_is_a_ring() -> None:
    angles = np.linspace(0, 2 * np.pi, 41)
    inner, outer = (radius * np.column_stack([np.cos(angles), np.sin(angles)]) for radius in (100.0, 150.0))
    flat = [
        triangle
        for i in range(40)
        for triangle in ([inner[i], outer[i], outer[i + 1]], [inner[i], outer[i + 1], inner[i + 1]])
    ]
    triangles = np.array([[[*corner, z] for corner in triangle] for triangle in flat for z in (0.0, 500.0)])
    (ring,) = silhouette(triangles)
    assert len(ring["holes"]) == 1
    area = shapely.Polygon(ring["shell"], ring["holes"]).area
    assert area == pytest.approx(np.pi * (150**2 - 100**2), rel=0.02)


def test_numbers_are_short_and_what_is_missing_is_null() -> None:
    assert rounded([1.04, -0.0, np.nan, 3.0]) == [1, 0, None, 3]


def test_network_activity_holds_spikes_traces_and_activations(network_run: Path) -> None:
    net = network_data(RunFiles.open(network_run))
    assert net is not None
    spikes = [{"sweep": 0, "times": [250, 260.5]}, {"sweep": 1, "times": [255.25]}, {"sweep": 2, "times": []}]
    assert net["spikes"] == spikes
    assert {site: [one["sweep"] for one in lines] for site, lines in net["traces"].items()} == {
        "soma": [0, 1, 2],
        "tuft": [0, 1, 2],
    }
    assert net["range"] == [240, 269.5]


def test_activations_are_means_of_all_sweeps_in_bins(network_run: Path) -> None:
    net = network_data(RunFiles.open(network_run))
    assert net is not None
    first, second = net["synapses"]["types"]
    assert first == {"type": "L4ss_C2", "synapses": 0.67, "activations": 1.0, "distance_um": 200.0}
    assert second == {"type": "VPM_C2", "synapses": 0.33, "activations": 0.33, "distance_um": 50.0}
    assert net["synapses"]["curves"][0]["counts"] == [0.6667, 0.3333]
    assert (net["synapses"]["first_ms"], net["synapses"]["last_ms"]) == (245, 255)


def test_a_long_trace_keeps_its_spikes() -> None:
    times = np.arange(100_000) * 0.025
    values = np.full(len(times), -70.0)
    values[54_321] = 35.0
    kept_times, kept = thinned(times, values)
    assert len(kept) <= MOST_POINTS
    assert kept_times[np.argmax(kept)] == times[54_321]


def test_files_of_single_sweeps_are_counted_together(network_run: Path) -> None:
    text = write_report(network_run).read_text(encoding="utf-8")
    assert "simulation_run*_synapses.csv" in text
    assert "simulation_run0001_synapses.csv" not in text


def test_a_network_file_of_another_form_is_said(network_run: Path) -> None:
    (network_run / "spike_times.parquet").write_bytes(b"PAR1")
    assert "Network activity could not be read" in write_report(network_run).read_text(encoding="utf-8")


def test_a_network_report_has_its_section_and_none_of_a_nerve(network_run: Path) -> None:
    text = write_report(network_run).read_text(encoding="utf-8")
    assert 'id="network"' in text
    assert 'id="thresholds"' not in text
    assert 'id="nerve"' not in text
