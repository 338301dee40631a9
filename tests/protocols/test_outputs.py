"""Jobs and their output files, as ASCENT writes them."""

import pickle

import numpy as np
import pytest

from ascent.errors import ThresholdError
from ascent.fibers import build_fiber
from ascent.protocols import FiberJob, run_fiber, write_outputs

PROTOCOL = {
    "mode": "ACTIVATION_THRESHOLD",
    "initSS": -200,
    "dt_initSS": 5,
    "threshold": {"value": -30, "n_min_aps": 1, "ap_detect_location": 0.9},
    "bounds_search": {"mode": "PERCENT_INCREMENT", "top": -1, "bottom": -0.01, "step": 10},
    "termination_criteria": {"mode": "PERCENT_DIFFERENCE", "percent": 1},
}
SAVING = {
    "space": {"vm": True, "gating": True, "times": [0, 0.35]},
    "time": {"vm": True, "gating": True, "istim": True, "locs": [0.5, 0.25]},
    "runtimes": True,
    "aploctime": True,
    "end_ap_times": {"loc_min": 0.1, "loc_max": 0.9, "threshold": -20},
}


def job(**changes) -> FiberJob:
    fiber = build_fiber("MRG_DISCRETE", 10, 221)
    waveform = np.zeros(400)
    waveform[40:60] = 1
    values = {
        "model": "MRG_DISCRETE",
        "diameter": 10.0,
        "potentials": fiber.point_source_potentials(0, 1000, fiber.length / 2, 1, 0.3),
        "waveform": waveform,
        "dt": 0.005,
        "protocol": PROTOCOL,
        "inner": 2,
        "fiber": 1,
    }
    return FiberJob(**(values | changes))


def test_a_threshold_is_written_with_six_decimals(tmp_path):
    result = run_fiber(job())
    assert write_outputs(result, tmp_path) == [tmp_path / "thresh_inner2_fiber1.dat"]
    assert (tmp_path / "thresh_inner2_fiber1.dat").read_text() == f"{result.threshold:f}\n"


def test_jobs_and_results_travel_between_processes():
    result = pickle.loads(pickle.dumps(run_fiber(pickle.loads(pickle.dumps(job())))))
    assert result.threshold == run_fiber(job()).threshold


def test_given_amplitudes_are_counted_one_by_one(tmp_path):
    protocol = {key: PROTOCOL[key] for key in ("initSS", "dt_initSS", "threshold")}
    protocol |= {"mode": "FINITE_AMPLITUDES", "amplitudes": [-0.01, -2.0]}
    write_outputs(run_fiber(job(protocol=protocol)), tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["activation_inner2_fiber1_amp0.dat", "activation_inner2_fiber1_amp1.dat"]
    assert [(tmp_path / name).read_text() for name in names] == ["0\n", "1\n"]


def test_everything_that_saving_asks_for_is_written(tmp_path):
    write_outputs(run_fiber(job(saving=SAVING)), tmp_path)
    gates = [f"gating_{gate}_{kind}" for gate in ("m", "h", "mp", "s") for kind in ("time", "space")]
    kinds = ["Vm_time", "Vm_space", "Istim", "ap_loctime", "Aptimes", "runtime", *gates]
    expected = {f"{kind}_inner2_fiber1_amp0.dat" for kind in kinds} | {"thresh_inner2_fiber1.dat"}
    assert {path.name for path in tmp_path.iterdir()} == expected


def test_voltages_over_time_have_a_row_for_each_step(tmp_path):
    write_outputs(run_fiber(job(saving=SAVING)), tmp_path)
    lines = (tmp_path / "Vm_time_inner2_fiber1_amp0.dat").read_text().splitlines()
    assert lines[0] == "Time(ms) Vm_node10(mV) Vm_node5(mV)"
    table = np.loadtxt(lines[1:])
    assert table.shape == (401, 3)
    assert table[:, 0] == pytest.approx(np.arange(401) * 0.005)


def test_voltages_over_space_have_a_row_for_each_node(tmp_path):
    write_outputs(run_fiber(job(saving=SAVING)), tmp_path)
    lines = (tmp_path / "Vm_space_inner2_fiber1_amp0.dat").read_text().splitlines()
    assert lines[0] == "Node Vm_time0ms(mV) Vm_time0.35ms(mV)"
    table = np.loadtxt(lines[1:])
    assert table.shape == (21, 3)
    assert table[1:-1, 1] == pytest.approx(-80, abs=1)


def test_spike_times_are_those_of_the_recorded_voltage(tmp_path):
    result = run_fiber(job(saving=SAVING))
    write_outputs(result, tmp_path)
    last = np.loadtxt(tmp_path / "ap_loctime_inner2_fiber1_amp0.dat")
    assert last.shape == (21,)
    assert last[0] == last[-1] == 0  # passive ends never fire
    voltage = np.loadtxt(tmp_path / "Vm_time_inner2_fiber1_amp0.dat", skiprows=1)
    crossed = np.flatnonzero((voltage[1:, 1] >= -30) & (voltage[:-1, 1] < -30)) + 1
    assert last[10] == pytest.approx(voltage[crossed[-1], 0])
    ends = np.loadtxt(tmp_path / "Aptimes_inner2_fiber1_amp0.dat", skiprows=1, ndmin=2)
    assert ends.shape == (1, 2)
    assert ends[0] == pytest.approx(last[[2, 18]], abs=0.03)


def test_scout_bounds_replace_the_protocols():
    threshold = run_fiber(job()).threshold
    result = run_fiber(job(bounds=(1.05 * threshold, 0.95 * threshold)))
    assert result.threshold == pytest.approx(threshold, rel=0.02)
    assert result.n_runs <= 7


def test_a_search_that_fails_names_its_fiber_and_bounds():
    with pytest.raises(ThresholdError, match=r"inner2_fiber1 \(MRG_DISCRETE, 10 µm\): .* none from top -0.02 to"):
        run_fiber(job(bounds=(-0.02, -0.01), protocol=PROTOCOL | {
            "bounds_search": PROTOCOL["bounds_search"] | {"max_steps": 2}
        }))  # fmt: skip
