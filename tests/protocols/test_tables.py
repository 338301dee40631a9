"""Tables of thresholds and runs over lists of fibers."""

import numpy as np
import pytest

from ascent.errors import ConfigError
from ascent.fibers import build_fiber
from ascent.protocols import find_threshold, run_amplitudes

DT = 0.005  # ms


@pytest.fixture
def fiber():
    """21 nodes of 10 µm under a point source 1 mm away."""
    fiber = build_fiber("MRG_DISCRETE", 10, 221)
    fiber.potentials = fiber.point_source_potentials(0, 1000, fiber.length / 2, 1, 0.3)
    return fiber


@pytest.fixture
def pulse():
    waveform = np.zeros(600)
    waveform[40:60] = 1
    return waveform


def test_the_threshold_is_where_the_fiber_begins_to_fire(fiber, pulse):
    table = find_threshold(fiber, pulse, DT, search="fast")
    threshold = table.threshold_mA[0]
    runs = run_amplitudes(fiber, pulse, DT, amplitudes=[0.985 * threshold, threshold])
    assert list(runs.n_aps) == [0, 1]
    assert list(table.columns) == ["index", "threshold_mA", "n_runs", "n_steps", "engine", "status"]


def test_both_searches_agree_within_tolerance(fiber, pulse):
    ascent = find_threshold(fiber, pulse, DT, tolerance=0.5)
    fast = find_threshold(fiber, pulse, DT, tolerance=0.5, search="fast")
    assert fast.threshold_mA[0] == pytest.approx(ascent.threshold_mA[0], rel=0.01)


def test_a_fiber_without_threshold_is_reported_and_the_others_go_on(fiber, pulse):
    deaf = build_fiber("MRG_DISCRETE", 10, 221, label="deaf")
    deaf.potentials = np.zeros(221)
    table = find_threshold([deaf, fiber], pulse, DT, search="fast", max_steps=3)
    assert np.isnan(table.threshold_mA[0])
    assert "Fiber deaf: the threshold search found no amplitude that works" in table.status[0]
    assert table.status[1] == "ok"


def test_records_hold_every_step_of_the_chosen_nodes(fiber, pulse):
    runs = run_amplitudes(fiber, pulse, DT, tstop=2, amplitudes=[-1.0], record={"vm": [10, 5], "gates": [5]})
    run = runs.run[0]
    assert run.time == pytest.approx(np.arange(401) * DT)
    assert run.voltage.shape == (401, 2)
    assert run.voltage[0] == pytest.approx([-80, -80], abs=0.1)
    assert set(run.gates) == {"m", "h", "mp", "s"}
    assert (run.gates["m"] >= 0).all() and (run.gates["m"] <= 1).all()


def test_an_intracellular_pulse_excites_without_any_field(fiber):
    fiber.potentials = np.zeros(221)
    pulse = {"location": 0.25, "amplitude": 2.0, "pulse_width": 0.1, "delay": 0.5}
    runs = run_amplitudes(fiber, np.zeros(600), DT, amplitudes=[0], intracellular=pulse, record={"current": True})
    assert runs.n_aps[0] == 1
    assert runs.last_ap_ms[0] > 0.5
    # 20 steps of 0.005 ms
    assert np.count_nonzero(runs.run[0].current) == 20


@pytest.mark.slow
def test_a_kilohertz_sinusoid_blocks_at_its_threshold_and_not_below():
    fiber = build_fiber("MRG_DISCRETE", 10, 221)
    fiber.potentials = fiber.point_source_potentials(0, 500, fiber.length / 2, 1, 0.3)
    waveform = np.sin(2 * np.pi * 10 * np.arange(2400) * DT)  # 10 kHz
    pulses = {"location": 0.1, "amplitude": 2.0, "pulse_width": 0.1, "delay": 9.0}
    stimulus = {"intracellular": pulses, "dt": DT, "waveform": waveform}
    table = find_threshold(fiber, mode="block", top=-2, bottom=-0.05, tolerance=5, **stimulus)
    threshold = table.threshold_mA[0]
    runs = run_amplitudes(fiber, amplitudes=[threshold, 0.9 * threshold], **stimulus)
    assert table.status[0] == "ok"
    assert not runs.last_ap_ms[0] > 9.0
    assert runs.last_ap_ms[1] > 9.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mode": "inhibition"}, "activation or block"),
        ({"location": 2}, "from 0 to 1"),
        ({"engine": "coreneuron"}, "one of auto"),
        ({"mode": "block"}, "needs intracellular pulses"),
        ({"intracellular": {"amp": 1}}, "the key 'amp'"),
    ],
)
def test_wrong_arguments_are_refused_with_what_would_be_right(arguments, message, fiber, pulse):
    with pytest.raises(ConfigError, match=message):
        find_threshold(fiber, pulse, DT, **arguments)


def test_a_fiber_without_potentials_is_refused(pulse):
    with pytest.raises(ConfigError, match="has no potentials; set them to 221 values in mV for 1 mA"):
        find_threshold(build_fiber("MRG_DISCRETE", 10, 221), pulse, DT)
