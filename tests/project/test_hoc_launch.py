"""launch.hoc sets the variables that ASCENT's HOC programs expect."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from ascent.errors import ConfigError
from ascent.project.hoc_launch import launch_hoc

SIM: dict[str, Any] = {
    "active_srcs": {"Purdue.json": [1, -1]},
    "fibers": {"mode": "MRG_DISCRETE"},
    "waveform": {"global": {"dt": 0.0025, "on": 1, "off": 49, "stop": 50.5}},
    "intracellular_stim": {
        "times": {"pw": 0.125, "IntraStim_PulseTrain_delay": 1.255, "IntraStim_PulseTrain_dur": 0},
        "pulse_repetition_freq": 1.5,
        "amp": 0.12345,
        "ind": 2,
    },
    "saving": {"space": {"vm": True, "gating": False, "times": [0, 1.5]}, "time": {"vm": True, "locs": [0, 0.25]}},
    "protocol": {
        "mode": "ACTIVATION_THRESHOLD",
        "initSS": -200,
        "dt_initSS": 0.25,
        "threshold": {"value": -30.5, "n_min_aps": 1, "ap_detect_location": 0.875},
        "bounds_search": {"mode": "PERCENT_INCREMENT", "top": -1, "bottom": -0.01, "step": 10},
        "termination_criteria": {"mode": "PERCENT_DIFFERENCE", "percent": 0.001},
    },
}

# Every variable of a launch.hoc that ASCENT 1.4.0 wrote (its integration test 2147483002, n_sims/1).
EXPECTED = {
    *("celsius", "dt", "tstop", "n_tsteps", "t_initSS", "dt_initSS", "geometry_determination_method"),
    *("flag_model_small_mrg_interp_v1", "fiber_type", "node_channels", "large_end_nodes", "passive_end_nodes"),
    *("IntraStim_PulseTrain_delay", "IntraStim_PulseTrain_pw", "IntraStim_PulseTrain_traindur"),
    *("IntraStim_PulseTrain_freq", "IntraStim_PulseTrain_amp", "IntraStim_PulseTrain_ind", "VeTime_fname"),
    *("flag_extracellular_stim", "flag_extracellular_rec", "flag_whichstim", "saveflag_Vm_time"),
    *("saveflag_gating_time", "saveflag_Vm_space", "saveflag_gating_space", "saveflag_Ve", "saveflag_Istim"),
    *("saveflag_Imem", "saveflag_runtime", "saveflag_ap_loctime", "ap_thresh", "N_minAPs", "ap_detect_location"),
    *("rel_increment", "increment_flag", "rel_thresh_resoln", "termination_flag", "max_iter", "Namp"),
    *("stimamp_values", "find_thresh", "find_block_thresh", "Nchecktimes", "checktime_values_ms"),
    *("checktime_values", "Nchecknodes", "checknode_values", "axon_length"),
}


def _sim(**protocol: Any) -> dict[str, Any]:
    sim = copy.deepcopy(SIM)
    sim["protocol"].update(protocol)
    return sim


def _assigned(text: str) -> dict[str, str]:
    return dict(re.findall(r"^\s*(\w+)(?:\.x\[0\])? = (.+)$", text, flags=re.MULTILINE))


def test_all_variables_of_ascents_own_file_are_set() -> None:
    text = launch_hoc(SIM, 37, 100)
    assert set(_assigned(text)) == EXPECTED
    assert text.rstrip().endswith('load_file("../../HOC_Files/Wrapper.hoc")')


def test_numbers_keep_their_digits() -> None:
    values = _assigned(launch_hoc(SIM, 36.6, 100))
    assert values["celsius"] == "36.6"
    assert values["tstop"] == "50.5"
    assert values["dt_initSS"] == "0.25"
    assert values["rel_thresh_resoln"] == "1e-05"
    assert values["IntraStim_PulseTrain_amp"] == "0.12345"
    assert values["ap_detect_location"] == "0.875"


@pytest.mark.parametrize(
    ("mode", "variable", "value"),
    [
        ("MRG_DISCRETE", "geometry_determination_method", "0"),
        ("MRG_INTERPOLATION", "geometry_determination_method", "1"),
        ("SMALL_MRG_INTERPOLATION_V1", "flag_model_small_mrg_interp_v1", "1"),
        ("SUNDT", "c_fiber_model_type", "1"),
        ("TIGERHOLM", "passive_end_nodes", "0"),
        ("SCHILD94", "c_fiber_model_type", "5"),
        ("SCHILD97", "node_channels", "1"),
        ("RATTAY", "len", "axonnodes*deltaz"),
    ],
)
def test_fiber_models_have_their_flags(mode: str, variable: str, value: str) -> None:
    assert _assigned(launch_hoc({**SIM, "fibers": {"mode": mode}}, 37, 10))[variable] == value


def test_a_projects_own_fiber_flags_rule() -> None:
    fiber_z = {"fiber_type_parameters": {"MRG_DISCRETE": {"neuron_flag": 2, "geom_determination_method": 0}}}
    fiber_z["fiber_type_parameters"]["MRG_DISCRETE"] |= {"node_channels": 1, "passive_end_nodes": 0}
    assert _assigned(launch_hoc(SIM, 37, 10, fiber_z))["passive_end_nodes"] == "0"


def test_protocols_set_their_flags() -> None:
    block = _assigned(launch_hoc(_sim(mode="BLOCK_THRESHOLD"), 37, 10))
    assert (block["find_thresh"], block["find_block_thresh"]) == ("1", "1")
    absolute = _sim(
        bounds_search={"mode": "ABSOLUTE_INCREMENT", "step": 0.1, "max_steps": 7},
        termination_criteria={"mode": "ABSOLUTE_DIFFERENCE", "tolerance": 1e-5},
    )
    values = _assigned(launch_hoc(absolute, 37, 10))
    assert (values["increment_flag"], values["abs_increment"], values["max_iter"]) == ("0", "0.1", "7")
    assert (values["termination_flag"], values["abs_thresh_resoln"]) == ("1", "1e-05")
    finite = launch_hoc(_sim(mode="FINITE_AMPLITUDES", amplitudes=[-0.42752382, 1]), 37, 10)
    assert "stimamp_values.x[0] = -0.42752382\nstimamp_values.x[1] = 1" in finite
    assert _assigned(finite)["find_thresh"] == "0"


def test_neuron_reads_the_file() -> None:
    neuron = pytest.importorskip("neuron")
    h = neuron.h
    sim = _sim()
    sim["saving"]["end_ap_times"] = {"loc_min": 0.1, "loc_max": 0.9, "threshold": -30}
    text = "\n".join(line for line in launch_hoc(sim, 37, 100).splitlines() if "load_file" not in line)
    # submit.py gives these on the command line.
    assert h("axonnodes = 13") and h("deltaz = 1000")
    for line in text.splitlines():
        assert h(line), line
    assert h.dt_initSS == 0.25
    assert list(h.checktime_values_ms) == [0, 1.5]
    assert list(h.checknode_values) == [0, 3]
    sim["saving"]["time"]["locs"] = "all"
    block = launch_hoc(sim, 37, 100)
    loop = block[block.index("for i = 0") : block.index("}") + 1]
    assert h("Nchecknodes = axonnodes") and h("checknode_values = new Vector(Nchecknodes,0)") and h(loop)
    assert list(h.checknode_values) == list(range(13))


@pytest.mark.parametrize(
    ("sim", "said"),
    [
        ({**SIM, "fibers": {"mode": "GIANT"}}, "fibers.mode is 'GIANT'"),
        (_sim(mode="GUESS"), "must be ACTIVATION_THRESHOLD"),
        (_sim(initSS=None), "protocol.initSS is missing"),
        (_sim(termination_criteria={"mode": "PERCENT_DIFFERENCE"}), "termination_criteria.percent is missing"),
        (_sim(mode="FINITE_AMPLITUDES", amplitudes=["x"]), "number was expected"),
    ],
)
def test_what_cannot_run_is_refused_in_one_sentence(sim: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        launch_hoc(sim, 37, 10)
