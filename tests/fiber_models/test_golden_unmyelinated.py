"""Unmyelinated fibers against published implementations: thresholds, spike times and conduction velocities."""

import numpy as np
import pytest

from ascent.engines import get_engine
from ascent.engines.base import Stimulus, StopRule
from ascent.fibers import Fiber, build_fiber
from ascent.protocols import find_threshold

# ASCENT 1.4.0 (HOC and MOD files under NEURON 8.2.7): 1 µm, 781 sections of 8.333 µm, 0.2 ms from 1 ms, dt 0.01 ms;
# threshold (mA) to 0.1 %, at it the times (ms) at which nodes 0.7 N and 0.9 (N - 1) fire, and the velocity (m/s).
ASCENT = [
    ("SUNDT", "-1.693719", 10.47, 13.13, 0.489),
    ("TIGERHOLM", "-1.197109", 5.83, 7.69, 0.699),
    ("SCHILD97", "-5.631431", 10.47, 14.98, 0.288),
]
# PyFibers' integration tests: 1 µm, 265 sections, 1 mA at 100 µm in 10 S/m, biphasic 0.2 ms, dt 0.001 ms; mA to 1 %
PYFIBERS = [
    ("TIGERHOLM", -1.9056152),
    ("RATTAY", -1.3598340),
    pytest.param("SUNDT", -2.11515625, marks=pytest.mark.slow),
    pytest.param("SCHILD97", -5.8128125, marks=pytest.mark.slow),
    pytest.param("THIO_AUTONOMIC", -1.5784828, marks=pytest.mark.slow),
    # measured with PyFibers 0.13.0, whose tests do not have them
    pytest.param("SCHILD94", -2.088984375, marks=pytest.mark.slow),
    pytest.param("THIO_CUTANEOUS", -1.5739075, marks=pytest.mark.slow),
]


def ascent_fiber(model: str) -> Fiber:
    """In 0.3 S/m, a source 500 µm from the nerve's axis and a sink 2500 µm farther along it."""
    fiber = build_fiber(model, 1.0, 781)
    z = fiber.coordinates[:, 2] - fiber.coordinates[390, 2] + 6250
    distance = [np.hypot(np.hypot(0.2987 - 500, 0.0353), z - source) * 1e-6 for source in (5000, 7500)]
    fiber.potentials = (1 / distance[0] - 1 / distance[1]) / (4 * np.pi * 0.3)
    return fiber


def ascent_waveform() -> np.ndarray:
    waveform = np.zeros(1498)
    waveform[99:118] = 1
    return waveform


@pytest.mark.parametrize(("model", "threshold", "early", "late", "velocity"), ASCENT)
def test_threshold_spike_times_and_velocity_are_ascents(model, threshold, early, late, velocity):
    session = get_engine("neuron").open(ascent_fiber(model), Stimulus(ascent_waveform(), 0.01, initial_dt=10))
    result = session.run(float(threshold))
    assert result.last_spike(546) == pytest.approx(early, abs=0.005)
    assert result.last_spike(702) == pytest.approx(late, abs=0.005)
    # 156 sections of 8.333 µm from one node to the other
    assert 156 * 8.333e-3 / (result.last_spike(702) - result.last_spike(546)) == pytest.approx(velocity, rel=0.005)
    assert session.run(float(threshold) * 0.998, stop=StopRule(702)).count(702) == 0


@pytest.mark.slow
@pytest.mark.parametrize(("model", "threshold"), [entry[:2] for entry in ASCENT])
def test_a_search_ends_at_ascents_digits(model, threshold):
    table = find_threshold(
        ascent_fiber(model), ascent_waveform(), dt=0.01, tolerance=0.1, initial_dt=10, engine="neuron"
    )
    assert f"{table.threshold_mA[0]:f}" == threshold


@pytest.mark.parametrize(("model", "threshold"), PYFIBERS)
def test_thresholds_lie_within_pyfibers_bounds(model, threshold):
    fiber = build_fiber(model, 1.0, 265, convention="pyfibers")
    fiber.potentials = fiber.point_source_potentials(0, 100, fiber.length / 2, 1, 10)
    waveform = np.zeros(10000)
    waveform[:200], waveform[200:400] = 1, -1
    session = get_engine("neuron").open(fiber, Stimulus(waveform, 0.001))
    assert session.run(threshold, stop=StopRule(237)).count(237) == 1
    assert session.run(threshold * 0.99, stop=StopRule(237)).count(237) == 0
