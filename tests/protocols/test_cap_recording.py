"""Membrane currents and the signal at a recording cuff, in ASCENT's files."""

import struct

import numpy as np
import pytest

from ascent.analysis.query.membrane_currents import import_tm_current_matrix
from ascent.errors import AscentError, ConfigError
from ascent.fibers import build_fiber
from ascent.protocols import FiberJob, run_amplitudes, run_fiber, write_outputs

SEARCH = {
    "initSS": -200,
    "dt_initSS": 5,
    "threshold": {"value": -30, "n_min_aps": 1, "ap_detect_location": 0.9},
    "bounds_search": {"mode": "PERCENT_INCREMENT", "top": -1, "bottom": -0.01, "step": 10},
    "termination_criteria": {"mode": "PERCENT_DIFFERENCE", "percent": 1},
}
AMPLITUDES = [-0.05, -0.6]
N_STEPS, DT = 300, 0.005


def outputs_of(folder, engine, mode="FINITE_AMPLITUDES", **changes):
    fiber = build_fiber("MRG_DISCRETE", 10, 221)
    waveform = np.zeros(N_STEPS)
    waveform[40:60] = 1
    protocol = SEARCH | {"mode": mode}
    if mode == "FINITE_AMPLITUDES":
        protocol = {key: SEARCH[key] for key in ("initSS", "dt_initSS", "threshold")}
        protocol |= {"mode": mode, "amplitudes": AMPLITUDES}
    job = FiberJob(
        model="MRG_DISCRETE",
        diameter=10.0,
        potentials=fiber.point_source_potentials(0, 1000, fiber.length / 2, 1, 0.3),
        waveform=waveform,
        dt=DT,
        protocol=protocol,
        engine=engine,
        **{
            "saving": {"cap_recording": {"Imembrane_matrix": True}},
            "electrode": fiber.point_source_potentials(500, 0, fiber.length * 0.8, 1, 0.3),
            **changes,
        },
    )
    result = run_fiber(job)
    write_outputs(result, folder / engine / "data" / "outputs")
    return result, folder / engine


@pytest.mark.parametrize("engine", ["neuron", "batch"])
def test_a_matrix_is_what_query_reads(tmp_path, engine):
    result, folder = outputs_of(tmp_path, engine)
    for index, run in enumerate(result.runs):
        tstop, time, currents = import_tm_current_matrix(folder, 0, 0, index)
        assert tstop == pytest.approx(N_STEPS * DT) and time == pytest.approx(run.time)
        assert np.array_equal(currents, run.membrane_currents.T)
        assert currents.shape == (221, N_STEPS + 1)


def test_a_matrix_begins_with_the_header_of_neurons_vwrite(tmp_path):
    _, folder = outputs_of(tmp_path, "batch")
    data = (folder / "data/outputs/Imembrane_inner0_fiber0_amp0.dat").read_bytes()
    header = struct.unpack("@iidiidiidii", data[:56])
    assert header == (1, 4, N_STEPS * DT, 1, 4, DT, 1, 4, 221.0, 221 * (N_STEPS + 1), 4)
    assert len(data) == 56 + 8 * 221 * (N_STEPS + 1)


def test_neuron_itself_reads_the_matrix(tmp_path):
    from neuron import h

    result, folder = outputs_of(tmp_path, "batch")
    file = h.File()
    file.ropen(str(folder / "data/outputs/Imembrane_inner0_fiber0_amp1.dat"))
    vectors = [h.Vector() for _ in range(4)]
    for vector in vectors:
        vector.vread(file)
    assert [len(vector) for vector in vectors] == [1, 1, 1, 221 * (N_STEPS + 1)]
    assert np.array_equal(vectors[3].as_numpy(), result.runs[1].membrane_currents.T.ravel())


def test_a_signal_is_the_sum_over_compartments_and_both_engines_have_it(tmp_path):
    signals = []
    for engine in ("neuron", "batch"):
        result, folder = outputs_of(tmp_path, engine)
        for index in range(len(AMPLITUDES)):
            path = folder / f"data/outputs/SFAP_time_inner0_fiber0_amp{index}.dat"
            assert path.read_text().splitlines()[0] == "Time(ms) SFAP(uV)"
            table = np.loadtxt(path, skiprows=1)
            _, time, currents = import_tm_current_matrix(folder, 0, 0, index)
            electrode = result.recording.electrode
            assert table[:, 0] == pytest.approx(time, abs=1e-6)
            assert table[:, 1] == pytest.approx(1e3 * electrode @ currents, rel=1e-6, abs=1e-9)
            signals.append(table[:, 1])
    for theirs, ours in zip(signals[:2], signals[2:], strict=True):
        assert np.abs(ours - theirs).max() < 2e-6 * np.abs(theirs).max()
    assert np.abs(signals[1]).max() > 3 * np.abs(signals[0]).max()  # a spike passes the contact


def test_at_threshold_the_signal_is_that_of_the_threshold(tmp_path):
    result, folder = outputs_of(tmp_path, "batch", "ACTIVATION_THRESHOLD")
    names = sorted(path.name for path in (folder / "data/outputs").iterdir())
    assert names == [f"{kind}_inner0_fiber0_amp0.dat" for kind in ("Imembrane", "SFAP_time")] + [
        "thresh_inner0_fiber0.dat"
    ]
    assert result.amplitudes == [result.threshold] and result.action_potentials == [1]


def test_without_a_recording_cuff_there_is_no_signal_and_without_a_wish_no_matrix(tmp_path):
    _, folder = outputs_of(tmp_path, "batch", electrode=None, saving={})
    assert sorted(path.name for path in (folder / "data/outputs").iterdir()) == [
        f"activation_inner0_fiber0_amp{index}.dat" for index in (0, 1)
    ]


def test_wrong_potentials_of_a_contact_are_refused_in_a_sentence():
    fiber = build_fiber("MRG_DISCRETE", 10, 221)
    fiber.potentials = np.zeros(221)
    with pytest.raises(ConfigError, match="has 221 sections, so the potentials of a recording contact are that many"):
        run_amplitudes(fiber, [1], DT, amplitudes=[0], record={"electrode": np.zeros(3)})
    with pytest.raises(ConfigError, match="record.electrode has 2 arrays for 1 fibers"):
        run_amplitudes([fiber], [1], DT, amplitudes=[0], record={"electrode": [np.zeros(221)] * 2})
    with pytest.raises(ConfigError, match="record.membrane_currents has section 221; the fiber has sections 0 to 220"):
        run_amplitudes(fiber, [1], DT, amplitudes=[0], record={"membrane_currents": [221]})
    with pytest.raises(AscentError, match="it may have vm, gates, current, membrane_currents, electrode"):
        run_amplitudes(fiber, [1], DT, amplitudes=[0], record={"currents": "all"})
