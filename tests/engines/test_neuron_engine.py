"""The NEURON engine: reuse that changes no bit, and early stops that change no verdict."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascent.engines import get_engine
from ascent.engines.base import IntracellularPulses, Recording, Stimulus, StopRule
from ascent.errors import ConfigError
from ascent.fibers import build_fiber

DT = 0.005  # ms


def fiber_of(diameter: float = 10.0, n_sections: int = 221, distance: float = 1000.0, place: float = 0.5):
    fiber = build_fiber("MRG_INTERPOLATION", diameter, n_sections)
    fiber.potentials = fiber.point_source_potentials(0, distance, fiber.length * place, 1, 0.3)
    return fiber


def session_of(fiber, waveform, **options):
    return get_engine("neuron").open(fiber, Stimulus(np.asarray(waveform, dtype=float), DT, **options))


def pulse(on: int = 40, width: int = 20, n_steps: int = 600, shape: float = 0.0) -> np.ndarray:
    waveform = np.zeros(n_steps)
    waveform[on : on + width] = 1
    waveform[on + width : on + 2 * width] = shape
    return waveform


ALL = Recording(voltage_nodes=tuple(range(21)), gate_nodes=(5, 10))


def test_a_run_does_not_depend_on_the_runs_before_it():
    fiber = fiber_of()
    session = session_of(fiber, pulse())
    first = session.run(-0.8, ALL)
    session.run(-3.0)
    session.run(2.0, stop=StopRule(18))
    again = session.run(-0.8, ALL)
    assert np.array_equal(first.voltage, again.voltage)
    assert all(np.array_equal(first.gates[gate], again.gates[gate]) for gate in first.gates)


def test_a_rebuilt_cable_gives_the_same_bits():
    first = session_of(fiber_of(), pulse()).run(-0.8, ALL)
    session_of(fiber_of(8.0), pulse()).run(-0.8)
    again = session_of(fiber_of(), pulse()).run(-0.8, ALL)
    assert np.array_equal(first.voltage, again.voltage)


def test_starting_at_the_stimulus_gives_the_same_spikes_as_starting_at_zero():
    session = session_of(fiber_of(), pulse(on=150))
    recorded, remembered = session.run(-0.8, ALL), session.run(-0.8)
    assert sum(len(times) for times in recorded.spike_times) > 0
    for ours, theirs in zip(recorded.spike_times, remembered.spike_times, strict=True):
        assert np.array_equal(ours, theirs)


def test_stepping_in_blocks_equals_stepping_one_by_one():
    # a waveform that is constant runs in NEURON's own loop, one that changes at every step does not
    fiber = fiber_of()
    fiber.potentials = np.zeros(221)
    pulses = IntracellularPulses(node=5, amplitude=2.0, pulse_width=0.1, delay=0.5)
    quiet = session_of(fiber, np.zeros(400), intracellular=pulses).run(1.0, ALL)
    busy = session_of(fiber, np.arange(400) % 2, intracellular=pulses).run(1.0, ALL)
    assert np.array_equal(quiet.voltage, busy.voltage)


def test_a_spike_is_the_first_step_at_or_above_the_threshold():
    run = session_of(fiber_of(), pulse()).run(-1.0, ALL)
    above = run.voltage[:, 15] >= -30
    crossed = np.flatnonzero(above[1:] & ~above[:-1]) + 1
    assert run.spike_times[15] == pytest.approx(run.time[crossed])
    assert run.count(15) == 1


def test_a_resting_fiber_settles_near_the_models_resting_potential():
    # engine.md: v(mid) = -79.9594 mV at 10 µm
    fiber = build_fiber("MRG_DISCRETE", 10, 551, convention="pyfibers")
    fiber.potentials = np.zeros(551)
    run = session_of(fiber, np.zeros(1)).run(0.0, Recording(voltage_nodes=(25,)))
    assert run.voltage[0, 0] == pytest.approx(-79.9594, abs=1e-4)


def test_a_supra_threshold_run_ends_when_the_detection_node_has_fired():
    run = session_of(fiber_of(), pulse()).run(-1.0, stop=StopRule(18))
    assert run.stopped == "fired"
    assert run.n_steps < 600


def test_a_sub_threshold_run_ends_when_the_fiber_is_at_rest_again():
    run = session_of(fiber_of(), pulse(n_steps=2000)).run(-0.1, stop=StopRule(18))
    assert run.stopped == "rest"
    assert run.n_steps < 1000


def test_a_fiber_does_not_rest_while_pulses_are_to_come():
    waveform = pulse(n_steps=2000)
    waveform[1900] = 1
    run = session_of(fiber_of(), waveform).run(-0.1, stop=StopRule(18))
    assert run.n_steps > 1900
    pulses = IntracellularPulses(node=3, amplitude=0.01, pulse_width=0.1, delay=9.0)
    run = session_of(fiber_of(), pulse(n_steps=2000), intracellular=pulses).run(-0.1, stop=StopRule(18))
    assert run.n_steps > 1800


@st.composite
def stimulated_fibers(draw):
    fiber = fiber_of(
        diameter=draw(st.floats(2.0, 16.0)),
        n_sections=11 * draw(st.integers(12, 20)) + 1,
        distance=draw(st.floats(200, 2000)),
        place=draw(st.floats(0.2, 0.8)),
    )
    kind = draw(st.sampled_from(["monophasic", "biphasic", "sinusoid", "long"]))
    if kind == "sinusoid":
        waveform = np.zeros(1600)
        waveform[40:440] = np.sin(2 * np.pi * draw(st.floats(0.5, 5)) * np.arange(400) * DT)
    elif kind == "long":
        waveform = pulse(width=draw(st.integers(200, 400)), n_steps=1600)
    else:
        waveform = pulse(width=draw(st.integers(2, 80)), n_steps=1600, shape=-1.0 if kind == "biphasic" else 0.0)
    return fiber, waveform, draw(st.sampled_from([-1, 1]))


def verdicts_agree(fiber, waveform, sign) -> None:
    session = session_of(fiber, waveform)
    node = int(0.9 * (fiber.n_nodes - 1))
    for size in np.geomspace(0.01, 30, 12):
        short = session.run(sign * size, stop=StopRule(node))
        whole = session.run(sign * size)
        assert (short.count(node) > 0) == (whole.count(node) > 0), (sign * size, short.stopped, short.n_steps)


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(stimulated_fibers())
def test_early_stops_change_no_verdict(case):
    verdicts_agree(*case)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(stimulated_fibers())
def test_early_stops_change_no_verdict_over_many_fibers(case):
    verdicts_agree(*case)


def test_a_pulse_into_a_node_that_does_not_exist_is_refused():
    pulses = IntracellularPulses(node=40, amplitude=1, pulse_width=0.1, delay=0)
    with pytest.raises(ConfigError, match="intracellular_stim.ind is 40; .* nodes 0 to 20"):
        session_of(fiber_of(), pulse(), intracellular=pulses)


def test_a_profile_beyond_the_end_of_the_run_is_refused():
    with pytest.raises(ConfigError, match="saving.space.times has 7 ms; the run lasts from 0 to 3 ms"):
        session_of(fiber_of(), pulse()).run(-1, Recording(voltage_times=(7.0,)))
