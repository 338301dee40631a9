"""The Sweeney fiber against its paper, PyFibers and NEURON."""

import numpy as np
import pytest

from ascent.engines import get_engine
from ascent.engines.base import IntracellularPulses, Recording, Stimulus, StopRule
from ascent.engines.batch.engine import BatchEngine
from ascent.errors import ConfigError
from ascent.fibers import build_fiber
from ascent.fibers.geometry import InsulatedGeometry, section_geometry
from ascent.fibers.models import FiberModel
from ascent.fibers.z import Extent, compartment_centres

ENGINES = ["neuron", "batch"]
# Sweeney, Mortimer & Durand (1987), fig. 3, read off at the pulse widths (ms): threshold of a 10 µm fiber of 19 nodes
# for a pulse into its middle node, nA; their text has 57 m/s for it, and spikes of 90 to 95 mV.
STRENGTH_DURATION = {0.01: 4.4, 0.02: 2.8, 0.04: 1.95, 0.06: 1.6, 0.1: 1.4, 0.2: 1.25, 0.5: 1.25}


def undriven(diameter=10.0, n_nodes=19):
    fiber = build_fiber("SWEENEY", diameter, n_nodes=n_nodes)
    fiber.potentials = np.zeros(fiber.n_sections)
    return fiber


def crossing(voltage, dt):
    """Time (ms) at which a voltage passes -30 mV, between the steps."""
    step = int(np.argmax(voltage > -30))
    return (step - 1 + (-30 - voltage[step - 1]) / (voltage[step] - voltage[step - 1])) * dt


def test_nodes_stand_a_hundred_diameters_apart_with_one_section_between():
    geometry = section_geometry("SWEENEY", 10)
    assert geometry == InsulatedGeometry("SWEENEY", 10.0, 1000.0, 1.5, 6.0)
    fiber = build_fiber("SWEENEY", 10, n_nodes=5)
    assert fiber.n_sections == 9 and fiber.length == pytest.approx(4001.5)
    assert np.diff(fiber.coordinates[fiber.node_sections, 2]) == pytest.approx(1000)
    with pytest.raises(ConfigError, match="2·k"):
        build_fiber("SWEENEY", 10, 8)


def test_a_fiber_in_a_nerve_is_centred_on_a_node():
    centres, _ = compartment_centres(section_geometry("SWEENEY", 10), Extent(12500.0, 0.0, 12500.0))
    nodes = centres[::2]
    assert len(centres) % 2 == 1 and nodes[len(nodes) // 2] == pytest.approx(6250.0)
    assert np.diff(nodes) == pytest.approx(1000)


def test_a_model_with_insulating_internodes_needs_its_lengths():
    data = {"name": "X", "kind": "insulated", "membrane": "sweeney", "diameters": {}, "geometry": {"delta_z": {
        "polynomial": [100]}}}  # fmt: skip
    with pytest.raises(ValueError, match="an insulated model needs geometry.node_length"):
        FiberModel(**data)


@pytest.mark.parametrize("engine", ENGINES)
def test_velocity_and_spike_are_the_papers(engine):
    dt = 0.0002  # ms; velocity grows by 2 % from steps of 1 µs to the limit
    pulses = IntracellularPulses(1, amplitude=10.0, pulse_width=0.01, delay=0.02)
    run = get_engine(engine).open(undriven(), Stimulus(np.zeros(2000), dt, pulses)).run(
        0.0, Recording(voltage_nodes=(4, 9, 14))
    )  # fmt: skip
    first, last = (crossing(run.voltage[:, column], dt) for column in (0, 2))
    assert 10 / (last - first) == pytest.approx(57.0, rel=0.01)  # 10 internodes of 1 mm
    assert 90 <= run.voltage[:, 1].max() - run.voltage[0, 1] <= 95


@pytest.mark.parametrize("width", STRENGTH_DURATION)
def test_strength_and_duration_are_the_papers(width):
    fiber, published = undriven(), STRENGTH_DURATION[width]

    def fires(current):
        pulses = IntracellularPulses(9, current, width, delay=0.05)
        return BatchEngine().open(fiber, Stimulus(np.zeros(1500), 0.001, pulses)).run(0.0, stop=StopRule(15)).count(15)

    assert fires(1.05 * published) and not fires(0.95 * published)


@pytest.mark.parametrize("engine", ENGINES)
def test_threshold_is_pyfibers(engine):
    # PyFibers 0.13.0, 61 sections, 1 mA at 500 µm in 0.3 S/m, 0.1 ms, dt 0.001 ms, found to 0.1 %: upper bound
    threshold = -0.06826904296875
    fiber = build_fiber("SWEENEY", 10, 61, convention="pyfibers")
    fiber.potentials = fiber.point_source_potentials(0, 500, fiber.length / 2, 1, 0.3)
    session = get_engine(engine).open(fiber, Stimulus(np.concatenate([np.ones(100), np.zeros(2900)]), 0.001))
    assert session.run(threshold, stop=StopRule(27)).count(27) == 1
    assert session.run(threshold * 0.999, stop=StopRule(27)).count(27) == 0


@pytest.mark.parametrize("amplitude", [-30.0, 30.0])
def test_stimuli_far_beyond_any_threshold_leave_finite_voltages(amplitude):
    fiber = build_fiber("SWEENEY", 10, 21)
    fiber.potentials = fiber.point_source_potentials(0, 100, fiber.length / 2, 1, 0.3)
    for engine in ENGINES:
        run = get_engine(engine).open(fiber, Stimulus(np.ones(100), 0.005)).run(
            amplitude, Recording(voltage_nodes=tuple(range(11)))
        )  # fmt: skip
        assert np.isfinite(run.voltage).all()
