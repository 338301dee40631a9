"""Lists multiply into n_sims in ASCENT's order."""

from __future__ import annotations

from typing import Any

import pytest

from ascent.errors import ConfigError
from ascent.stimulus.combinations import check_dimensions, combinations, single_configuration, waveform_sections
from ascent.stimulus.contacts import Cuff, active_cuffs


def _sim() -> dict[str, Any]:
    return {
        "n_dimensions": 3,
        "active_srcs": {"Purdue.json": [[1, -1], [0, 1]]},
        "fibers": {
            "mode": "MRG_INTERPOLATION",
            "xy_trace_buffer": 5,
            "z_parameters": {"diameter": [3, 5.7], "offset": [0, 0.5], "min": 0, "max": 1000, "seed": 1},
            "xy_parameters": {"mode": "CENTROID"},
        },
        "waveform": {
            "global": {"dt": 0.01, "on": 1, "off": 4, "stop": 5},
            "MONOPHASIC_PULSE_TRAIN": {"pulse_width": [0.1, 0.2], "pulse_repetition_freq": 1, "digits": 0},
        },
        "protocol": {"mode": "FINITE_AMPLITUDES", "amplitudes": [1, 2]},
    }


CUFFS = [Cuff("Purdue.json", 0, 2)]


def test_the_waveform_varies_fastest_then_the_fiberset_then_the_weights() -> None:
    sim = _sim()
    found = combinations(sim, active_cuffs(sim, CUFFS))
    order = [(c.stimulation, c.recording, c.fiberset, c.waveform) for c in found]
    # potentials = stim × rec × fiberset, master = potentials × waveform (spec/ascent.md 5.6).
    assert order == [(s, 0, f, w) for s in range(2) for f in range(4) for w in range(2)]
    assert [c.index for c in found] == list(range(16))


def test_the_last_fiber_list_varies_fastest_within_the_fibersets() -> None:
    sim = _sim()
    active = active_cuffs(sim, CUFFS)
    singles = [single_configuration(sim, active, c)["fibers"]["z_parameters"] for c in combinations(sim, active)[:8:2]]
    assert [(z["diameter"], z["offset"]) for z in singles] == [(3, 0), (3, 0.5), (5.7, 0), (5.7, 0.5)]


def test_a_single_configuration_holds_one_value_of_each_list_and_one_weight_vector() -> None:
    sim = _sim()
    active = active_cuffs(sim, CUFFS)
    last = single_configuration(sim, active, combinations(sim, active)[-1])
    assert last["active_srcs"] == {"Purdue.json": [0, 1]}
    assert last["waveform"]["MONOPHASIC_PULSE_TRAIN"]["pulse_width"] == 0.2
    assert last["protocol"] == sim["protocol"]
    assert last["n_dimensions"] == 3  # as in the n_sims that ASCENT writes
    assert list(last) == list(sim)
    assert sim == _sim()


def test_waveforms_are_made_one_for_each_combination_of_their_own_lists() -> None:
    widths = [section["MONOPHASIC_PULSE_TRAIN"]["pulse_width"] for section in waveform_sections(_sim())]
    assert widths == [0.1, 0.2]


def test_n_dimensions_must_count_the_lists() -> None:
    with pytest.raises(ConfigError, match="must be 3, the number of parameters given as lists .*z_parameters.diameter"):
        check_dimensions({**_sim(), "n_dimensions": 1})


def test_a_list_of_one_value_is_refused() -> None:
    sim = _sim()
    sim["fibers"]["z_parameters"]["diameter"] = [3]
    with pytest.raises(ConfigError, match="fibers.z_parameters.diameter is \\[3\\]: a list holds two or more"):
        check_dimensions(sim)
