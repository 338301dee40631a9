"""The `launch.hoc` of an n_sim: the global variables that ASCENT's own HOC programs expect before they run.

With it, the n_sims that ascent exports can also be run by ASCENT's NEURON stage (Wrapper.hoc and its siblings).
Numbers are written in full; ASCENT rounds them (whole ms, 2 or 4 decimals), which can change what is simulated.
The number of nodes, delta_z, the fiber's diameter and the search bounds come from its command line instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ascent.errors import ConfigError, Problem

#: neuron_flag, geom_determination_method, node_channels, channels_type, passive_end_nodes of ASCENT's fiber_z.json.
_FIBER_FLAGS: dict[str, dict[str, int]] = {
    "MRG_DISCRETE": {"neuron_flag": 2, "geom_determination_method": 0, "node_channels": 0, "passive_end_nodes": 1},
    "MRG_INTERPOLATION": {"neuron_flag": 2, "geom_determination_method": 1, "node_channels": 0, "passive_end_nodes": 1},
    "SMALL_MRG_INTERPOLATION_V1": {
        "neuron_flag": 2,
        "geom_determination_method": 2,
        "node_channels": 0,
        "passive_end_nodes": 1,
    },
    "SUNDT": {"neuron_flag": 3, "node_channels": 0, "channels_type": 1, "passive_end_nodes": 1},
    "TIGERHOLM": {"neuron_flag": 3, "node_channels": 0, "channels_type": 2, "passive_end_nodes": 0},
    "RATTAY": {"neuron_flag": 3, "node_channels": 0, "channels_type": 3, "passive_end_nodes": 1},
    "SCHILD97": {"neuron_flag": 3, "node_channels": 1, "channels_type": 4, "passive_end_nodes": 1},
    "SCHILD94": {"neuron_flag": 3, "node_channels": 1, "channels_type": 5, "passive_end_nodes": 1},
}

_SAVED = (
    ("saveflag_Vm_time", ("time", "vm")),
    ("saveflag_gating_time", ("time", "gating")),
    ("saveflag_Vm_space", ("space", "vm")),
    ("saveflag_gating_space", ("space", "gating")),
    ("saveflag_Istim", ("time", "istim")),
    ("saveflag_Imem", ("cap_recording", "Imembrane_matrix")),
    ("saveflag_runtime", ("runtimes",)),
    ("saveflag_ap_loctime", ("aploctime",)),
)


def launch_hoc(
    sim: Mapping[str, Any], temperature: float, n_samples: int, fiber_z: Mapping[str, Any] | None = None
) -> str:
    """Text of `launch.hoc`.

    Parameters
    ----------
    sim : mapping
        Configuration of one n_sim: no lists of parameters.
    temperature : float
        °C.
    n_samples : int
        Number of samples of the waveform.
    fiber_z : mapping, optional
        A project's `fiber_z.json`; its flags of the fiber model rule.

    Raises
    ------
    ConfigError
        When the sim lacks a key, or its fiber model or protocol is unknown.
    """
    lines = [
        "// Written by ascent: variables for ASCENT's Wrapper.hoc.",
        *_settings("Environment", celsius=temperature),
        *_settings(
            "Time, ms",
            dt=_get(sim, "waveform", "global", "dt"),
            tstop=_get(sim, "waveform", "global", "stop"),
            n_tsteps=n_samples,
            t_initSS=_get(sim, "protocol", "initSS"),
            dt_initSS=_get(sim, "protocol", "dt_initSS"),
        ),
        *_fiber(str(_get(sim, "fibers", "mode")), fiber_z),
        *_intracellular(sim),
        *_extracellular(sim),
        *_saving(sim),
        *_protocol(sim),
        *_recorded_places(sim),
        "",
        'load_file("../../HOC_Files/Wrapper.hoc")',
    ]
    return "\n".join(lines) + "\n"


def _fiber(mode: str, fiber_z: Mapping[str, Any] | None) -> list[str]:
    known = (fiber_z or {}).get("fiber_type_parameters", {}).get(mode) or _FIBER_FLAGS.get(mode)
    if known is None:
        raise _error("fibers.mode", repr(mode), f"must be one of {', '.join(_FIBER_FLAGS)}")
    unmyelinated = known["neuron_flag"] == 3
    values: dict[str, Any] = {"fiber_type": known["neuron_flag"], "node_channels": known["node_channels"]}
    if unmyelinated:
        values["c_fiber_model_type"] = known["channels_type"]
    else:
        values["geometry_determination_method"] = known["geom_determination_method"]
        values["flag_model_small_mrg_interp_v1"] = int(mode == "SMALL_MRG_INTERPOLATION_V1")
    values |= {"large_end_nodes": 0, "passive_end_nodes": known["passive_end_nodes"]}
    return [*_settings("Fiber model", **values), *(["len = axonnodes*deltaz"] if unmyelinated else [])]


def _intracellular(sim: Mapping[str, Any]) -> list[str]:
    pulse = sim.get("intracellular_stim") or {}
    times = pulse.get("times") or {}
    return [
        *_settings(
            "Current pulses into a node: ms, Hz, nA, node",
            IntraStim_PulseTrain_delay=times.get("IntraStim_PulseTrain_delay", 0),
            IntraStim_PulseTrain_pw=times.get("pw", 0),
            IntraStim_PulseTrain_freq=pulse.get("pulse_repetition_freq", 0),
            IntraStim_PulseTrain_amp=pulse.get("amp", 0),
            IntraStim_PulseTrain_ind=pulse.get("ind", 0),
        ),
        # ASCENT plays the train to the end whatever IntraStim_PulseTrain_dur says.
        "IntraStim_PulseTrain_traindur = tstop - IntraStim_PulseTrain_delay",
    ]


def _extracellular(sim: Mapping[str, Any]) -> list[str]:
    return [
        "",
        "// Potentials along the fiber",
        "strdef VeTime_fname",
        'VeTime_fname = "data/inputs/waveform.dat"',
        f"flag_extracellular_stim = {int(bool(sim.get('active_srcs')))}",
        f"flag_extracellular_rec = {int(bool(sim.get('active_recs')))}",
        "flag_whichstim = 0",
    ]


def _saving(sim: Mapping[str, Any]) -> list[str]:
    saving = sim.get("saving") or {}
    values: dict[str, Any] = {}
    for variable, path in _SAVED:
        value: Any = saving
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        values[variable] = int(value is True)
    values["saveflag_Ve"] = 0
    ends = saving.get("end_ap_times")
    if ends:
        values |= {
            "saveflag_end_ap_times": 1,
            "loc_min_end_ap": ends["loc_min"],
            "loc_max_end_ap": ends["loc_max"],
            "ap_end_thresh": ends["threshold"],
        }
    return _settings("What to save", **values)


def _protocol(sim: Mapping[str, Any]) -> list[str]:
    protocol = _get(sim, "protocol")
    mode = protocol.get("mode")
    threshold = protocol.get("threshold") or {}
    values: dict[str, Any] = {
        "ap_thresh": threshold.get("value", -30),
        "N_minAPs": threshold.get("n_min_aps", 1),
        "ap_detect_location": threshold.get("ap_detect_location", 0.9),
    }
    amplitudes = [0.0]
    if mode == "FINITE_AMPLITUDES":
        amplitudes = list(_get(sim, "protocol", "amplitudes"))
    elif mode in ("ACTIVATION_THRESHOLD", "BLOCK_THRESHOLD"):
        values |= _search(sim)
    else:
        expected = "must be ACTIVATION_THRESHOLD, BLOCK_THRESHOLD or FINITE_AMPLITUDES"
        raise _error("protocol.mode", repr(mode), expected)
    values |= {
        "find_thresh": int(mode != "FINITE_AMPLITUDES"),
        "find_block_thresh": int(mode == "BLOCK_THRESHOLD"),
        "Namp": len(amplitudes),
    }
    return [
        *_settings("Protocol, mA and mV", **values),
        "objref stimamp_values",
        "stimamp_values = new Vector(Namp,0)",
        *(f"stimamp_values.x[{index}] = {_number(value)}" for index, value in enumerate(amplitudes)),
    ]


def _search(sim: Mapping[str, Any]) -> dict[str, Any]:
    bounds, end = _get(sim, "protocol", "bounds_search"), _get(sim, "protocol", "termination_criteria")
    values: dict[str, Any] = {"max_iter": bounds.get("max_steps", 100)}
    step = _get(sim, "protocol", "bounds_search", "step")
    if bounds.get("mode") == "PERCENT_INCREMENT":
        values |= {"increment_flag": 1, "rel_increment": step / 100}
    else:
        values |= {"increment_flag": 0, "abs_increment": step}
    if end.get("mode") == "PERCENT_DIFFERENCE":
        percent = _get(sim, "protocol", "termination_criteria", "percent")
        values |= {"termination_flag": 0, "rel_thresh_resoln": percent / 100}
    else:
        tolerance = _get(sim, "protocol", "termination_criteria", "tolerance")
        values |= {"termination_flag": 1, "abs_thresh_resoln": tolerance}
    return values


def _recorded_places(sim: Mapping[str, Any]) -> list[str]:
    saving = sim.get("saving") or {}
    times = (saving.get("space") or {}).get("times", [0])
    places = (saving.get("time") or {}).get("locs", [0])
    lines = [
        *_settings("Times (ms) of profiles along the fiber", Nchecktimes=len(times)),
        "objref checktime_values_ms, checktime_values",
        "checktime_values_ms = new Vector(Nchecktimes,0)",
        "checktime_values = new Vector(Nchecktimes,0)",
        *(f"checktime_values_ms.x[{index}] = {_number(time)}" for index, time in enumerate(times)),
        "",
        "// Nodes whose time course is recorded",
        "axon_length = (axonnodes-1)*deltaz",
        f"Nchecknodes = {'axonnodes' if places == 'all' else len(places)}",
        "objref checknode_values",
        "checknode_values = new Vector(Nchecknodes,0)",
    ]
    if places == "all":
        return [*lines, "for i = 0, axonnodes-1 {", "\tchecknode_values.x[i] = i", "}"]
    return lines + [
        f"checknode_values.x[{index}] = int((axonnodes-1)*{_number(place)})" for index, place in enumerate(places)
    ]


def _settings(title: str, **values: Any) -> list[str]:
    return ["", f"// {title}", *(f"{name} = {_number(value)}" for name, value in values.items())]


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _error("launch.hoc", repr(value), "a number was expected here")
    return repr(value)


def _get(sim: Mapping[str, Any], *path: str) -> Any:
    value: Any = sim
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    if value is None:
        raise _error(".".join(path), "missing", "is needed to run the fibers")
    return value


def _error(key: str, value: str, expected: str) -> ConfigError:
    return ConfigError(problems=[Problem("sim", key, value, expected)])
