"""What every fiber model promises: rest, balance of ions, reversal potentials, and runs that do not hang together."""

import math

import numpy as np
import pytest

from ascent.engines import get_engine
from ascent.engines.base import Recording, Stimulus, StopRule
from ascent.fibers import Fiber, build_fiber
from ascent.fibers.models import Ion, available_models, load_membrane, load_model

UNMYELINATED = [name for name in available_models() if load_model(name).kind == "unmyelinated"]
DT = 0.01  # ms


def fiber_of(model: str, temperature: float = 37.0, n_sections: int = 61, convention: str = "ascent") -> Fiber:
    fiber = build_fiber(model, 1.0, n_sections, temperature, convention=convention)
    fiber.potentials = fiber.point_source_potentials(0, 100, fiber.length / 2, 1, 10)
    return fiber


def pulse(n_steps: int) -> np.ndarray:
    waveform = np.zeros(n_steps)
    waveform[50:90] = 1
    return waveform


def session_of(fiber: Fiber, n_steps: int = 600):
    return get_engine("neuron").open(fiber, Stimulus(pulse(n_steps), DT))


def spikes(result) -> list[list[float]]:
    return [times.tolist() for times in result.spike_times]


@pytest.mark.parametrize("model", UNMYELINATED)
def test_every_unmyelinated_model_has_the_field_s_node_spacing_and_both_conventions(model):
    assert load_model(model).name == model
    assert build_fiber(model, 1.0, 3).geometry.delta_z == 8.333
    assert set(load_membrane(load_model(model).membrane).conventions) == {"ascent", "pyfibers"}


@pytest.mark.parametrize("model", UNMYELINATED)
def test_an_undisturbed_fiber_rests(model):
    fiber = fiber_of(model)
    fiber.potentials = np.zeros(61)
    run = session_of(fiber, 1000).run(0.0, Recording(voltage_nodes=(30,)))
    # SCHILD97 begins at the 1994 model's rest, from which its larger conductances take it to -68 mV
    assert run.voltage[0, 0] == pytest.approx(-68.4 if model == "SCHILD97" else fiber.rest, abs=2.5)
    assert np.ptp(run.voltage) < 0.5
    assert run.count(30) == 0


@pytest.mark.parametrize("model", ["TIGERHOLM", "THIO_AUTONOMIC", "THIO_CUTANEOUS"])
def test_balanced_fibers_rest_at_the_models_resting_potential(model):
    fiber = fiber_of(model)
    fiber.potentials = np.zeros(61)
    run = session_of(fiber, 1000).run(0.0, Recording(voltage_nodes=(30,)))
    assert run.voltage[-1, 0] == pytest.approx(fiber.rest, abs=0.1)


@pytest.mark.parametrize("model", ["TIGERHOLM", "SCHILD97", "THIO_AUTONOMIC"])
def test_ion_pools_start_afresh_in_every_run(model):
    session = session_of(fiber_of(model))
    first = session.run(-8.0)
    session.run(-20.0)
    assert spikes(session.run(-8.0)) == spikes(first)


@pytest.mark.parametrize("model", ["TIGERHOLM", "SCHILD97"])
def test_fibers_of_other_temperatures_do_not_disturb_each_other(model):
    warm, cool = session_of(fiber_of(model, 37)), session_of(fiber_of(model, 30))
    first = warm.run(-8.0)
    other = cool.run(-8.0)
    assert spikes(warm.run(-8.0)) == spikes(first)
    assert spikes(cool.run(-8.0)) == spikes(other) != spikes(first)


def test_tigerholm_ends_are_active_and_thio_ends_too():
    for model in ("TIGERHOLM", "THIO_AUTONOMIC", "THIO_CUTANEOUS"):
        for convention in load_membrane(load_model(model).membrane).conventions.values():
            assert convention.end is None


def test_schild_rests_at_minus_48_mv_in_ascent_and_at_minus_46_5_mv_in_pyfibers():
    assert fiber_of("SCHILD97").rest == -48
    pyfibers = fiber_of("SCHILD97", convention="pyfibers")
    assert pyfibers.rest == -46.5
    assert pyfibers.membrane.conventions["pyfibers"].end.reversal == -46.5


def test_a_reversal_potential_follows_nernst_and_temperature():
    # Schild et al. (1994): sodium 8.9 mM inside, 154 mM outside, R = 8.314 J/(mol K), F = 96500 C/mol
    ion = load_membrane("schild97").ions["na"]
    assert ion.reversal_at(37.0) == pytest.approx(8314 * 310.15 / 96500 * math.log(154 / 8.9))
    assert ion.reversal_at(20.0) / ion.reversal_at(37.0) == pytest.approx(293.15 / 310.15)
    assert Ion(reversal=50).reversal_at(20.0) == 50


@pytest.mark.parametrize("wrong", [{}, {"reversal": 50, "inside": 1, "outside": 2}, {"inside": 1}])
def test_an_ion_has_either_a_reversal_potential_or_both_concentrations(wrong):
    with pytest.raises(ValueError, match="either reversal, or inside and outside"):
        Ion(**wrong)


@pytest.mark.slow
@pytest.mark.parametrize("model", UNMYELINATED)
@pytest.mark.parametrize("sign", [-1, 1])
def test_early_stops_change_no_verdict(model, sign):
    fiber = fiber_of(model, n_sections=201)
    session = session_of(fiber, 1500)
    for size in np.geomspace(0.5, 20, 8):
        short = session.run(sign * size, stop=StopRule(180))
        whole = session.run(sign * size)
        assert (short.count(180) > 0) == (whole.count(180) > 0), (sign * size, short.stopped, short.n_steps)


@pytest.mark.parametrize("model", UNMYELINATED)
@pytest.mark.parametrize("amplitude", [-30.0, 30.0])
def test_stimuli_far_beyond_any_threshold_leave_finite_voltages(model, amplitude):
    # membranes of more than 1 V: concentrations and exponentials have to be held
    fiber = build_fiber(model, 1.0, 31)
    fiber.potentials = fiber.point_source_potentials(0, 30, fiber.length / 2, 1, 10)
    recording = Recording(voltage_nodes=tuple(range(31)))
    assert np.isfinite(session_of(fiber, 200).run(amplitude, recording).voltage).all()
