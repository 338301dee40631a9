"""What is refused in each file, and the sentence that says so: file, key, value, what would be right."""

from collections.abc import Callable
from typing import Any

import pytest

Refusal = Callable[..., str]

WAVEFORM = "waveform/BIPHASIC_PULSE_TRAIN"
PROTOCOL = "protocol"
Z = "fibers/z_parameters"
XY = "fibers/xy_parameters"


def cases(*rows: tuple[dict[str, Any], str]) -> Any:
    return pytest.mark.parametrize(("changes", "words"), rows, ids=[words for _, words in rows])


@cases(
    ({"sample": ...}, "file.json: sample: is missing; it is required (index of one sample)"),
    ({"sample": [0, 1]}, "sample is [0, 1]: must be a whole number (index of one sample)"),
    ({"sample": True}, "sample is true: must be a whole number"),
    ({"sample": -1}, "sample is -1: must be at least 0"),
    ({"models/1": "a"}, 'models[1] is "a": must be a whole number'),
    ({"models": 0}, "models is 0: must be a list"),
    ({"keep/mash": True}, 'keep.mash is true: is not a known key; did you mean "mesh"?'),
    ({"export_behavior": "overwrit"}, 'must be overwrite or error or selective; did you mean "overwrite"?'),
    ({"recycle_meshes": 1}, "recycle_meshes is 1: must be true or false"),
    ({"Sims": [0]}, 'Sims is [0]: is not a known key; did you mean "sims"?'),
)
def test_run(changes: dict[str, Any], words: str, refusal: Refusal) -> None:
    assert words in refusal("run", changes)


@cases(
    ({"scale/shrinkage": ...}, "file.json: scale.shrinkage: is missing"),
    ({"scale/shrinkage": 1.2}, "scale.shrinkage is 1.2: must be at most 1"),
    ({"scale/shrinkage": -0.1}, "scale.shrinkage is -0.1: must be at least 0"),
    ({"scale/shrinkage": 1, "modes/shrinkage_definition": "AREA_BACKWARDS"}, "must be less than 1 for AREA_BACKWARDS"),
    ({"scale/scale_bar_length": ...}, "scale.scale_bar_length: is required when modes.scale_input is MASK"),
    (
        {"scale/scale_ratio": ..., "modes/scale_input": "RATIO"},
        "scale.scale_ratio: is required when modes.scale_input is RATIO",
    ),
    ({"scale/scale_bar_length": 0}, "must be greater than 0"),
    ({"modes/ci_perineurium_thickness": "PIG_INHOUSE_200523"}, "has been renamed; write PIG_VN_INHOUSE_200523"),
    ({"modes/mask_input": "INNERS", "modes/ci_perineurium_thickness": "MEASURED"}, "needs outers"),
    ({"modes/nerve": "NOT_PRESENT"}, "must be PRESENT when modes.deform is PHYSICS"),
    ({"boundary_separation": ...}, "boundary_separation: is required when modes.deform is PHYSICS"),
    ({"boundary_separation/nerve": ...}, "boundary_separation.nerve: is required when modes.deform is PHYSICS"),
    ({"deform_ratio": ...}, "deform_ratio: is required when modes.deform is PHYSICS"),
    ({"deform_ratio": 1.5}, "deform_ratio is 1.5: must be at most 1"),
    ({"smoothing/nerve_distance": ...}, "smoothing.nerve_distance: is required when modes.nerve is PRESENT"),
    ({"smoothing/fascicle_distance": -1}, "smoothing.fascicle_distance is -1: must be at least 0"),
    ({"image_preprocessing/object_removal_area": -5}, "must be at least 0"),
    ({"modes/deform": "PHYSIC"}, 'must be NONE or PHYSICS; did you mean "PHYSICS"?'),
    ({"sample": "../secrets"}, "must be the name of a folder below input/"),
    ({"sample": "/etc"}, "must be the name of a folder below input/"),
    ({"morph_count": 0}, "morph_count is 0: must be at least 1"),
)
def test_sample(changes: dict[str, Any], words: str, refusal: Refusal) -> None:
    assert words in refusal("sample", changes)


@cases(
    (
        {"medium/proximal/distant_ground": True},
        "medium.proximal.distant_ground is true: must be false when distal.exist",
    ),
    ({"medium/distal/radius": ...}, "medium.distal.radius: is required when exist is true"),
    ({"medium/proximal/length": 0}, "medium.proximal.length is 0: must be greater than 0"),
    ({"mesh/distal": ...}, "mesh.distal: is required when medium.distal.exist is true"),
    ({"mesh/proximal/hmin": 2000}, "mesh.proximal.hmin is 2000: must not be greater than hmax, 1600 µm"),
    ({"mesh/proximal/hmx": 5}, 'mesh.proximal.hmx is 5: is not a known key; did you mean "hmax"?'),
    ({"trace_interp_tol": 0.01}, "trace_interp_tol is 0.01: cannot stand beside inner_interp_tol"),
    ({"inner_interp_tol": ...}, "inner_interp_tol: is missing"),
    ({"cuff/1/index": ...}, "cuff[1].index: is required when there are several cuffs"),
    ({"cuff/1/index": 0}, "cuff[1].index is 0: is used by another cuff"),
    ({"cuff": []}, "cuff is []: must not be empty"),
    ({"cuff/0/preset": "../Purdue.json"}, "file name of a cuff preset, such as Purdue.json"),
    ({"cuff/0/rotat": {}}, 'cuff[0].rotat is {}: is not a known key; did you mean "rotate"?'),
    ({"frequency": ...}, "frequency: is required when modes.rho_perineurium is RHO_WEERASURIYA"),
    ({"temperature": 25}, "temperature is 25: must be 37 °C for RHO_WEERASURIYA below 10 Hz"),
    ({"modes/rho_perineurium": "MANUAL", "conductivities/perineurium": ...}, "conductivities.perineurium: is required"),
    ({"conductivities/medium": ...}, "conductivities.medium: is required"),
    ({"conductivities/medium/value": "1/"}, "conductivities.medium.value is"),
    (
        {"conductivities/endoneurium/sigma_z": ...},
        "conductivities.endoneurium.sigma_z: is required when value is anisotropic",
    ),
    ({"conductivities/medium/value": "-1"}, "must be a conductivity greater than 0"),
    ({"conductivities/medium/unit": "[S/mm]"}, "conductivities.medium.unit is"),
    ({"conductivities/medium/sigma": 1}, "conductivities.medium.sigma is 1: is not a known key"),
    ({"solver/sorder": 4}, "solver.sorder is 4: must be at most 3"),
    ({"modes/cuff_shift": "AUTO"}, "must be AUTO_ROTATION_MIN_CIRCLE_BOUNDARY or"),
)
def test_model(changes: dict[str, Any], words: str, refusal: Refusal) -> None:
    assert words in refusal("model", changes)


@cases(
    (
        {"n_dimensions": 1},
        "must be 2, the number of parameters that are lists (fibers.z_parameters.diameter, waveform.B",
    ),
    ({f"{Z}/diameter": [5.7]}, "fibers.z_parameters.diameter is [5.7]: a list stands for several values"),
    ({f"{Z}/diameter": []}, "fibers.z_parameters.diameter is []: a list stands for several values"),
    ({f"{Z}/diameter": [5.7, 17]}, "must be from 2 to 16 µm for MRG_INTERPOLATION"),
    ({f"{Z}/diameter": [5.7, -1]}, "file.json: fibers.z_parameters.diameter[1] is -1: must be greater than 0"),
    ({"fibers/mode": "SMALL_MRG_INTERPOLATION_V1", f"{Z}/diameter": [1, 2]}, "must be from 1.011 to 16 µm"),
    ({"fibers/mode": "MRG_DISCRET"}, 'did you mean "MRG_DISCRETE"?'),
    ({"fibers/xy_trace_buffer": -1}, "fibers.xy_trace_buffer is -1: must be at least 0"),
    ({f"{XY}/mode": "SL_PSEUDO_INTERP"}, "was never built; choose one of CENTROID"),
    ({f"{XY}/spoke_count": ...}, "fibers.xy_parameters.spoke_count: is required when mode is WHEEL"),
    ({XY: {"mode": "UNIFORM_COUNT"}}, "fibers.xy_parameters.count: is required when mode is UNIFORM_COUNT"),
    ({XY: {"mode": "UNIFORM_DENSITY"}}, "fibers.xy_parameters.top_down: is required"),
    ({XY: {"mode": "UNIFORM_DENSITY", "top_down": True}}, "target_density: is required"),
    ({XY: {"mode": "UNIFORM_DENSITY", "top_down": False}}, "maximum_number: is required"),
    ({XY: {"mode": "EXPLICIT"}}, "explicit_fiberset_index: is required when mode is EXPLICIT"),
    (
        {XY: {"mode": "EXPLICIT_3D", "explicit_fiberset_index": 0}},
        "must be EXPLICIT with xy_parameters.mode EXPLICIT_3D",
    ),
    ({f"{Z}/min": 12500}, "fibers.z_parameters.max is 12500: must be greater than min, 12500 µm"),
    ({f"{Z}/min": ...}, "fibers.z_parameters.min: is required beside max"),
    ({f"{Z}/full_nerve_length": True}, "full_nerve_length is true: cannot stand beside min and max"),
    ({f"{Z}/offset": 1.5}, "fibers.z_parameters.offset is 1.5: must be"),
    ({f"{Z}/offset": "randm"}, 'did you mean "random"?'),
    ({"waveform/global/on": 49.5}, "waveform.global.on is 49.5: must not be greater than off, 49 ms"),
    ({"waveform/global/off": 51}, "waveform.global.off is 51: must not be greater than stop, 50 ms"),
    ({"waveform/global/dt": 0}, "waveform.global.dt is 0: must be"),
    ({"waveform/global/dt": 0.15}, "pulse_width is 0.1: must not be less than the time step dt, 0.15 ms"),
    ({f"{WAVEFORM}/inter_phase": 0.0005}, "inter_phase is 0.0005: must be 0 or at least the time step dt, 0.001 ms"),
    ({f"{WAVEFORM}/pulse_repetition_freq": 4000}, "leaves 0.25 ms for each repetition, but the pulses need 0.45 ms"),
    ({f"{WAVEFORM}/digits": ...}, "waveform.BIPHASIC_PULSE_TRAIN.digits: is missing"),
    ({WAVEFORM: ..., "n_dimensions": 1}, "waveform: needs exactly one shape"),
    ({"waveform/SINUSOID": {"pulse_repetition_freq": 5, "digits": 1}}, "a waveform has exactly one shape"),
    ({"active_srcs/Purdue.json/0/0": 1.5}, "active_srcs.Purdue.json[0][0] is 1.5: must be from -1 to 1"),
    ({"active_srcs/Purdue.json": [[0.5]]}, "must be [1] or [-1] for a single contact"),
    ({"active_srcs/Purdue.json/1": [1, 0, -1]}, "must be lists of the same length"),
    ({"active_srcs/Purdue.json": "all"}, "must be a list of lists of weights"),
    ({"active_srcs": ..., "active_recs": ...}, "active_srcs: is required"),
    (
        {"active_srcs/cuff_index": ...},
        "active_srcs.cuff_index: is required when active_srcs and active_recs are both given",
    ),
    ({"active_recs/cuff_index": 0}, "one cuff cannot stimulate and record"),
    ({"active_recs/cuff_index": "1"}, "must be the index of a cuff"),
    ({"saving/space/times": ...}, "saving.space.times: is required when vm or gating is true"),
    ({"saving/time/locs": [0.5, 1.5]}, "must be at most 1"),
    ({"saving/time/locs": ...}, "saving.time.locs: is required"),
    (
        {"saving/end_ap_times/loc_min": 0.95},
        "saving.end_ap_times.loc_min is 0.95: must not be greater than loc_max, 0.9",
    ),
    ({"saving/end_ap_times/loc_min": 0}, "because the end nodes of MRG_INTERPOLATION are passive"),
    ({"saving/3D_fiber_intermediate_dat": True}, 'did you mean "3D_fiber_intermediate_data"?'),
    ({f"{PROTOCOL}/mode": "ACTIVATION_THRESHOLDS"}, 'did you mean "ACTIVATION_THRESHOLD"?'),
    ({f"{PROTOCOL}/mode": "BLOCK_THRESHOLD"}, "intracellular_stim: needs an amp (nA) and a times.pw (ms)"),
    ({f"{PROTOCOL}/mode": "FINITE_AMPLITUDES"}, "protocol.amplitudes: is required when mode is FINITE_AMPLITUDES"),
    ({f"{PROTOCOL}/bounds_search": ...}, "protocol.bounds_search: is required when mode is ACTIVATION_THRESHOLD"),
    ({f"{PROTOCOL}/termination_criteria/percent": ...}, "percent: is required when mode is PERCENT_DIFFERENCE"),
    ({f"{PROTOCOL}/termination_criteria/mode": "ABSOLUTE_DIFFERENCE"}, "tolerance: is required"),
    ({f"{PROTOCOL}/termination_criteria/percent": 0}, "percent is 0: must be greater than 0"),
    ({f"{PROTOCOL}/threshold/n_min_aps": 2}, "protocol.threshold.n_min_aps is 2: must be 1"),
    ({f"{PROTOCOL}/threshold/ap_detect_location": 1.1}, "ap_detect_location is 1.1: must be at most 1"),
    ({f"{PROTOCOL}/initSS": 200}, "protocol.initSS is 200: must be less than 0"),
    ({f"{PROTOCOL}/dt_initSS": 0}, "protocol.dt_initSS is 0: must be greater than 0"),
    ({f"{PROTOCOL}/bounds_search/top": 1}, "bottom is -0.01: must have the sign of top, 1 mA"),
    ({f"{PROTOCOL}/bounds_search/bottom": -2}, "bottom is -2: must be smaller in size than top, -1 mA"),
    ({f"{PROTOCOL}/bounds_search/top": 0}, "top is 0: must not be 0 mA"),
    ({f"{PROTOCOL}/bounds_search/step": 0}, "step is 0: must be greater than 0"),
    ({f"{PROTOCOL}/bounds_search/step": 100}, "step is 100: must be less than 100 %"),
    ({f"{PROTOCOL}/bounds_search/scout": {"model": 0}}, "scout.sim: is missing"),
    ({"supersampled_bases/dz": ...}, "supersampled_bases.dz: is required when generate or use is true"),
    ({"supersampled_bases": {"use": True, "dz": 5}}, "supersampled_bases.source_sim: is required when use is true"),
    ({"intracellular_stim/times/pw": -1}, "intracellular_stim.times.pw is -1: must be at least 0"),
)
def test_sim(changes: dict[str, Any], words: str, refusal: Refusal) -> None:
    assert words in refusal("sim", changes)


@cases(
    (
        {"mode": "TRUNCNORM", "mu": 10, "std": 1, "n_std_limit": 0, "seed": 1},
        "n_std_limit is 0: must be greater than 0",
    ),
    ({"mode": "TRUNCNORM", "mu": 1, "std": 1, "n_std_limit": 2, "seed": 1}, "diameters must be greater than 0"),
    ({"mode": "TRUNCNORM", "std": 1, "n_std_limit": 2, "seed": 1}, "fibers.z_parameters.diameter.mu: is missing"),
    ({"mode": "UNIFORM", "lower": 5, "upper": 3, "seed": 1}, "upper is 3: must not be less than lower, 5 µm"),
    ({"mode": "UNIFORM", "lower": -5, "upper": 3, "seed": 1}, "lower is -5: must be at least 0"),
    ({"mode": "UNIFORM", "lower": 2, "upper": 3}, "fibers.z_parameters.diameter.seed: is missing"),
    ({"mode": "GAMMA"}, "must be TRUNCNORM or UNIFORM"),
)
def test_diameter_distribution(changes: dict[str, Any], words: str, refusal: Refusal) -> None:
    assert words in refusal("sim", {f"{Z}/diameter": changes, "n_dimensions": 1})


def test_table_of_diameters_takes_no_distribution(refusal: Refusal) -> None:
    diameter = {"mode": "UNIFORM", "lower": 2, "upper": 3, "seed": 1}
    changes = {f"{Z}/diameter": diameter, "n_dimensions": 1, "fibers/mode": "MRG_DISCRETE"}
    assert "MRG_DISCRETE takes diameters of its table only" in refusal("sim", changes)


@cases(
    ({"global/NAME": "a/b"}, "global.NAME"),
    ({"global/NAME": ".."}, "must be the name of a folder below input/"),
    ({"nerve/a": 0}, "nerve.a is 0: must be greater than 0"),
    ({"nerve/a_nerve": 250}, "nerve.a_nerve is 250: cannot stand beside a"),
    ({"figure/fig_margin": 0.9}, "figure.fig_margin is 0.9: must be at least 1"),
    ({"populate/mu_fasc_ecc": 1}, "populate.mu_fasc_ecc is 1: must be less than 1"),
    ({"populate/n_std_diam_limit": 9}, "lets diameters down to -10 µm"),
    ({"populate/n_std_diam_limit": 0}, "must be greater than 0 when std_fasc_diam is not 0"),
    ({"populate/n_std_ecc_limit": 7}, "they must be at least 0 and less than 1"),
    ({"populate/seed": ...}, "populate.seed: is required when mode is TRUNCNORM"),
    ({"populate/mode": "UNIFORM"}, "populate.lower_fasc_diam: is required when mode is UNIFORM"),
    ({"populate": {"mode": "EXPLICIT", "min_fascicle_separation": 1}}, "populate.Fascicles: is required"),
    (
        {
            "populate/mode": "UNIFORM", "populate/lower_fasc_diam": 50, "populate/upper_fasc_diam": 40,
            "populate/lower_fasc_ecc": 0.1, "populate/upper_fasc_ecc": 0.2,
        },
        "lower_fasc_diam is 50: must not be greater than upper_fasc_diam, 40",
    ),
)  # fmt: skip
def test_mock_sample(changes: dict[str, Any], words: str, refusal: Refusal) -> None:
    assert words in refusal("mock_sample", changes)


@cases(
    ({"code": ...}, "code: is missing"),
    ({"fixed_point": "left"}, "must be center or clockwise_end"),
    ({"params/3/name": "L_P"}, 'params[5].name is "L_P": is defined twice'),
    ({"params/0/name": "r_nerve"}, "is the name of a global"),
    ({"offset/r_wire": 2}, 'offset.r_wire is 2: is no parameter of this preset; did you mean "r_wire_P"?'),
    ({"instances/1/type": "TubeCuf_Primitive"}, 'is no primitive; did you mean "TubeCuff_Primitive"?'),
    ({"instances/1/def/R_in": ...}, "instances[1].def.R_in: is missing; TubeCuff_Primitive needs it (length)"),
    (
        {"instances/1/def/R_inn": "1"},
        'instances[1].def.R_inn is "1": is no parameter of TubeCuff_Primitive; did you mean',
    ),
    ({"instances/0/materials": []}, "instances[0].materials is []: must not be empty"),
    ({"params/3/adaptive": True}, "condition: is required when adaptive is true"),
)
def test_cuff(changes: dict[str, Any], words: str, refusal: Refusal) -> None:
    assert words in refusal("cuff", changes)


@cases(
    (
        {"conductivities/fat/value": "1/0"},
        'conductivities.fat.value is "1/0": "1/0" is not a formula: it divides by zero',
    ),
    ({"conductivities/fat/value": "rho"}, "which is not known"),
    ({"conductivities/fat/value": True}, "conductivities.fat.value is true: must be"),
)
def test_materials(changes: dict[str, Any], words: str, refusal: Refusal) -> None:
    assert words in refusal("materials", changes)


@cases(
    ({"fiber_type_parameters/MRG_DISCRETE/delta_zs/10": ...}, "must have 11 values, as many as diameters"),
    ({"fiber_type_parameters/SUNDT/delta_zs": ...}, "fiber_type_parameters.SUNDT.delta_zs: is missing"),
    ({"fiber_type_parameters/MRG_INTERPOLATION/delta_z": ...}, "delta_z: is missing; this kind of fiber needs it"),
)
def test_fiber_z(changes: dict[str, Any], words: str, refusal: Refusal) -> None:
    assert words in refusal("fiber_z", changes)


def test_all_that_is_wrong_is_said_at_once(refusal: Refusal) -> None:
    changes = {"fibers/mode": "MRG", "protocol/initSS": 5, "waveform/global/on": 60, "saving/spce": {}, "pseudonym": 3}
    assert len(refusal("sim", changes).splitlines()) == 5


def test_unknown_key_without_a_near_one_lists_the_known(refusal: Refusal) -> None:
    assert "is not a known key; known are hmax, hmin" not in refusal("run", {"zzz": 1})
    assert "is not a known key; known are debug_geom, mesh, bases" in refusal("run", {"keep/zzz": 1})
