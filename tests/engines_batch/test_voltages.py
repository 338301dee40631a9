"""Voltages of the batch engine are NEURON's to rounding, at every node and step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascent.engines import get_engine
from ascent.engines.base import IntracellularPulses, Recording, Stimulus
from ascent.engines.batch.engine import BatchEngine
from ascent.fibers.models import available_models, load_model

from .batch_samples import DT, everything, fiber_of, pulse


def runs_of(fiber, waveform, amplitude, recording=None, engine=None, **options):
    stimulus = Stimulus(waveform, options.pop("dt", DT), **options)
    return [
        one.open(fiber, stimulus).run(amplitude, recording or everything(fiber))
        for one in (get_engine("neuron"), engine or BatchEngine())
    ]


def assert_agree(ours, theirs, tolerance):
    assert np.abs(ours.voltage - theirs.voltage).max() <= tolerance
    for gate, values in theirs.gates.items():
        assert np.array_equal(np.isnan(values), np.isnan(ours.gates[gate]))
        assert np.nanmax(np.abs(values - ours.gates[gate])) <= tolerance
    for mine, other in zip(ours.spike_times, theirs.spike_times, strict=True):
        assert mine == pytest.approx(other)


@pytest.mark.parametrize("model", ["MRG_DISCRETE", "MRG_INTERPOLATION", "SMALL_MRG_INTERPOLATION_V1"])
@pytest.mark.parametrize("convention", ["ascent", "pyfibers"])
def test_myelinated_fibers_agree_with_neuron(model, convention):
    fiber = fiber_of(model, 5.7, convention=convention, distance=500)
    fired = 0
    # below threshold, above it, and so strong that rates are held beyond ±150 mV
    for amplitude, second in ((-0.05, 0), (-0.6, -0.5), (-8, 0), (8, -1)):
        theirs, ours = runs_of(fiber, pulse(second=second), amplitude)
        assert_agree(ours, theirs, 1e-5)
        fired += sum(len(times) for times in theirs.spike_times)
    assert fired > 20


@pytest.mark.parametrize("plain", [False, True])
def test_single_microsecond_steps_agree_with_neuron(plain):
    fiber = fiber_of(n_nodes=13)
    theirs, ours = runs_of(fiber, pulse(10, 100, 800), -1.0, engine=BatchEngine(plain=plain), dt=0.001)
    assert_agree(ours, theirs, 1e-6)
    assert ours.count(10) == 1


UNMYELINATED = [name for name in available_models() if load_model(name).kind == "unmyelinated"]


@pytest.mark.parametrize("model", UNMYELINATED)
def test_unmyelinated_fibers_agree_with_neuron(model):
    fiber = fiber_of(model, 1.0, n_nodes=61, distance=150)
    fired = 0
    for amplitude in (-0.02, -1.0, 1.0):
        theirs, ours = runs_of(fiber, pulse(width=60), amplitude)
        assert_agree(ours, theirs, 1e-5)
        fired += sum(len(times) for times in theirs.spike_times)
    assert fired > 10


@settings(max_examples=5)
@given(
    st.floats(2.0, 16.0),
    st.integers(4, 25),
    st.sampled_from(["ascent", "pyfibers"]),
    st.floats(200, 2000),
    st.floats(-3, 3),
    st.integers(0, 2**32 - 1),
)
def test_any_waveform_agrees_with_neuron(diameter, n_nodes, convention, distance, amplitude, seed):
    fiber = fiber_of("MRG_INTERPOLATION", diameter, n_nodes, distance, convention=convention)
    waveform = np.random.default_rng(seed).normal(size=60).repeat(3)
    theirs, ours = runs_of(fiber, waveform, amplitude)
    assert_agree(ours, theirs, 1e-5)


@pytest.mark.parametrize("node", [0, 3])
def test_intracellular_pulses_agree_with_neuron(node):
    fiber = fiber_of(n_nodes=13)
    pulses = IntracellularPulses(node, amplitude=3.0, pulse_width=0.1, delay=0.5, frequency=500)
    theirs, ours = runs_of(fiber, pulse(n_steps=600), 0.01, intracellular=pulses)
    assert_agree(ours, theirs, 1e-5)
    assert len(theirs.spike_times[3]) > 0


def test_settling_in_other_steps_agrees_with_neuron():
    fiber = fiber_of(n_nodes=13)
    theirs, ours = runs_of(fiber, pulse(), -0.5, initial_time=-30.0, initial_dt=0.5)
    assert_agree(ours, theirs, 1e-6)


def test_profiles_and_currents_are_recorded_as_by_neuron():
    fiber = fiber_of(n_nodes=13)
    recording = Recording(
        voltage_nodes=(2,), gate_nodes=(0, 4), voltage_times=(1.0, 0.3), gate_times=(0.5,), current=True
    )
    pulses = IntracellularPulses(3, amplitude=0.5, pulse_width=0.1, delay=0.5)
    theirs, ours = runs_of(fiber, pulse(), -0.3, recording, intracellular=pulses)
    assert ours.voltage_profile == pytest.approx(theirs.voltage_profile, abs=1e-6)
    assert ours.gate_profiles["m"] == pytest.approx(theirs.gate_profiles["m"], abs=1e-6, nan_ok=True)
    assert np.array_equal(ours.current, theirs.current)
    assert ours.time == pytest.approx(theirs.time)
    assert_agree(ours, theirs, 1e-6)


def test_modes_agree_with_elimination_section_by_section():
    fiber = fiber_of(n_nodes=9, diameter=16)
    stimulus = Stimulus(pulse(second=-0.5), DT)
    reduced, plain = (
        engine.open(fiber, stimulus).run(-1.5, everything(fiber)) for engine in (BatchEngine(), BatchEngine(plain=True))
    )
    assert_agree(reduced, plain, 1e-6)
    assert not np.array_equal(reduced.voltage, plain.voltage)
