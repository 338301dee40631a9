"""Every kind of file: what is accepted, and that writing it back changes nothing."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ascent.config.cuff import CuffPreset
from ascent.config.fiber_z import FiberZConfig
from ascent.config.loading import dump, load, validate
from ascent.config.materials import MaterialsConfig
from ascent.config.model import ModelConfig
from ascent.config.perineurium import PerineuriumThicknessConfig
from ascent.config.run import RunConfig
from ascent.config.sample import SampleConfig
from ascent.config.sim import SimConfig
from ascent.config.slurm import SlurmConfig

Check = Callable[..., Any]


def test_valid_file_loads_and_is_written_back_byte_for_byte(schema_and_file: tuple[type[Any], Path]) -> None:
    schema, file = schema_and_file
    config = load(file, schema)
    assert json.dumps(dump(config)) == json.dumps(json.loads(file.read_text()))
    assert load(file, schema) == config
    assert config.source == str(file)


def test_checked_configurations_cannot_be_changed_by_accident(check: Check) -> None:
    config = check("run")
    with pytest.raises(ValueError, match="frozen"):
        config.sample = 5


def test_written_back_values_stand_in_the_dump(check: Check) -> None:
    model = check("model")
    assert dump(model.model_copy(update={"min_radius_enclosing_circle": 200.5}))["min_radius_enclosing_circle"] == 200.5


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("config/user/runs/0.json", RunConfig),
        ("config/user/sims/0.json", SimConfig),
        ("samples/0/sample.json", SampleConfig),
        ("samples/0/models/0/model.json", ModelConfig),
        ("config/system/materials.json", MaterialsConfig),
        ("config/system/ci_peri_thickness.json", PerineuriumThicknessConfig),
        ("config/system/fiber_z.json", FiberZConfig),
        ("config/system/slurm_params.json", SlurmConfig),
    ],
)
def test_published_tutorial_is_accepted(path: str, schema: type[Any], tutorial_dir: Path) -> None:
    written = json.loads((tutorial_dir / path).read_text())
    if schema is ModelConfig:
        written["cuff"] = [{**written["cuff"], "index": 0}]  # as ASCENT itself rewrites the file
    assert dump(load(tutorial_dir / path, schema)) == written


def test_every_published_preset_is_accepted(tutorial_dir: Path) -> None:
    files = sorted((tutorial_dir / "config/system/cuffs").glob("*.json"))
    assert len(files) == 21
    for file in files:
        load(file, CuffPreset)


def test_defaults_of_a_minimal_run() -> None:
    run = validate({"sample": 2}, RunConfig, "run.json")
    assert (run.models, run.sims, run.export_behavior, run.keep.mesh) == ([], [], "selective", True)


def test_defaults_of_a_minimal_sample(check: Check) -> None:
    optional = ["smoothing", "image_preprocessing", "morph_count", "rotation", "render_deform", "Morphology", "sex"]
    sample = check(
        "sample", {key: ... for key in optional} | {"modes/scale_input": ..., "modes/contour_approximation": ...}
    )
    assert sample.smoothing is None
    assert (sample.image_preprocessing.fill_holes, sample.morph_count, sample.rotation) == (False, 100, None)
    assert (sample.modes.scale_input, sample.modes.contour_approximation) == ("MASK", "SIMPLE")


def test_one_cuff_becomes_a_list_with_index_0(check: Check) -> None:
    model = check("model", {"cuff": {"preset": "Purdue.json"}})
    assert [(cuff.preset, cuff.index, cuff.rotate.add_ang, cuff.shift.z) for cuff in model.cuff] == [
        ("Purdue.json", 0, 0, 0)
    ]


def test_medium_without_distal_cylinder(check: Check) -> None:
    changes = {"medium/distal": ..., "mesh/distal": ..., "medium/proximal/distant_ground": True}
    assert check("model", changes).medium.distal.exist is False


@pytest.mark.parametrize("diameter", [8.7, {"mode": "TRUNCNORM", "mu": 10, "std": 1, "n_std_limit": 2, "seed": 1},
                                      {"mode": "UNIFORM", "lower": 3, "upper": 9, "seed": 1}])  # fmt: skip
def test_diameters_are_numbers_lists_or_distributions(diameter: Any, check: Check) -> None:
    sim = check("sim", {"fibers/z_parameters/diameter": diameter, "n_dimensions": 1})
    assert dump(sim)["fibers"]["z_parameters"]["diameter"] == diameter


@pytest.mark.parametrize(
    ("mode", "parameters"),
    [
        ("MONOPHASIC_PULSE_TRAIN", {"pulse_width": 0.1, "pulse_repetition_freq": 20, "digits": 4}),
        ("SINUSOID", {"pulse_repetition_freq": 20000, "digits": 4}),
        ("BIPHASIC_FULL_DUTY", {"pulse_repetition_freq": 1000, "digits": 1}),
        ("BIPHASIC_PULSE_TRAIN", {"pulse_width": 0.1, "inter_phase": 0, "pulse_repetition_freq": 20, "digits": 1}),
        (
            "BIPHASIC_PULSE_TRAIN_Q_BALANCED_UNEVEN_PW",
            {"pulse_width_1": 0.1, "pulse_width_2": 0.4, "inter_phase": 0.1, "pulse_repetition_freq": 1, "digits": 1},
        ),
        ("EXPLICIT", {"index": 0, "dt_atol": 1e-6, "period_repeats": 3, "digits": 5}),
    ],
)
def test_every_waveform_has_its_keys(mode: str, parameters: dict[str, Any], check: Check) -> None:
    timing = {"dt": 0.001, "on": 1, "off": 2, "stop": 3}
    waveform = check("sim", {"waveform": {"global": timing, mode: parameters}, "n_dimensions": 1}).waveform
    assert waveform.mode == mode
    assert waveform.shape.digits == parameters["digits"]
    assert waveform.global_.dt == 0.001


@pytest.mark.parametrize(
    "xy",
    [
        {"mode": "CENTROID"},
        {"mode": "UNIFORM_COUNT", "count": 10, "seed": 3},
        {"mode": "UNIFORM_DENSITY", "top_down": True, "target_density": 1e-4, "minimum_number": 1},
        {"mode": "UNIFORM_DENSITY", "top_down": False, "target_number": 5, "maximum_number": 50},
        {"mode": "WHEEL", "spoke_count": 6, "point_count_per_spoke": 2, "find_centroid": True},
        {"mode": "EXPLICIT", "explicit_fiberset_index": 0},
    ],
)
def test_every_placement_in_the_cross_section(xy: dict[str, Any], check: Check) -> None:
    assert check("sim", {"fibers/xy_parameters": xy}).fibers.xy_parameters.mode == xy["mode"]


def test_finite_amplitudes_need_no_bounds(check: Check) -> None:
    protocol = {
        "mode": "FINITE_AMPLITUDES",
        "initSS": -200,
        "dt_initSS": 10,
        "threshold": {"value": -30},
        "amplitudes": [-0.4],
    }
    assert check("sim", {"protocol": protocol}).protocol.amplitudes == [-0.4]


def test_explicit_mock_fascicles(check: Check) -> None:
    fascicle = {"a": 100, "b": 80, "centroid_x": 0, "centroid_y": 20, "rot": 5}
    populate = {"mode": "EXPLICIT", "Fascicles": [fascicle], "min_fascicle_separation": 5}
    assert check("mock_sample", {"populate": populate}).populate.Fascicles[0].centroid_y == 20


def test_comments_are_kept(check: Check) -> None:
    assert dump(check("sim", {"protocol/_why": "trial"}))["protocol"]["_why"] == "trial"


class TestOlderReleases:
    """Keys of older ASCENT releases are read, and a remark is logged once for each file."""

    def test_tolerance_of_all_traces(self, check: Check, caplog: pytest.LogCaptureFixture) -> None:
        new = {key: ... for key in ("inner_interp_tol", "outer_interp_tol", "nerve_interp_tol")}
        model = check("model", {**new, "trace_interp_tol": 0.02}, "a.json")
        assert (model.inner_interp_tol, model.outer_interp_tol, model.nerve_interp_tol) == (0.02, 0.02, 0.02)
        assert "a.json: trace_interp_tol is deprecated" in caplog.text

    @pytest.mark.parametrize("name", ["MIN_CIRCLE_BOUNDARY", "TRACE_BOUNDARY"])
    def test_cuff_shift_without_rotation(self, name: str, check: Check) -> None:
        assert check("model", {"modes/cuff_shift": name}).modes.cuff_shift == f"AUTO_ROTATION_{name}"

    def test_orders_of_shape_and_solution_swapped(self, check: Check) -> None:
        old = {"shape_order": 2, "sorder": "quadratic", "type": "direct"}
        model = check("model", {"solver": old, "mesh/shape_order": ...})
        assert (model.solver.sorder, model.solver.type, model.mesh.shape_order) == (2, "direct", "quadratic")

    def test_z_mode_in_the_model(self, check: Check) -> None:
        assert check("model", {"modes/fiber_z": "EXTRUSION"}).modes.fiber_z == "EXTRUSION"

    def test_steady_state_in_the_waveform(self, check: Check) -> None:
        sim = check("sim", {"protocol/dt_initSS": ..., "waveform/global/dt_initSS": 5, "waveform/plot": True})
        assert sim.protocol.dt_initSS == 5

    def test_start_and_unit_of_the_waveform(self, check: Check) -> None:
        assert check("sim", {"waveform/global/start": 0, "waveform/global/unit": "ms"}).waveform.global_.on == 1

    def test_scout_sim_is_ignored(self, check: Check, caplog: pytest.LogCaptureFixture) -> None:
        check("sim", {"protocol/bounds_search/scout_sim": False}, "scout.json")
        assert "scout.json: protocol.bounds_search.scout_sim is ignored" in caplog.text

    def test_deprecated_keys_of_a_run(self, check: Check, caplog: pytest.LogCaptureFixture) -> None:
        old = {
            "overwrite": False,
            "override_compiled_mods": False,
            "break_points": {"pre_java": False},
            "local_avail_cpus": 3,
            "submission_context": "cluster",
            "partial_fem": {},
        }
        check("run", old, "old.json")
        assert all(f"old.json: {key} is deprecated" in caplog.text for key in old)

    def test_keys_that_the_published_examples_still_have(self, check: Check) -> None:
        # examples/results of ASCENT 1.4: samples_path and species in samples, the COMSOL version in solver
        assert check("sample", {"samples_path": ["samples"], "species": "Human"}).species == "Human"
        solver = {"sorder": "quadratic", "shape_order": 2, "name": "COMSOL Multiphysics 5.4 (Build: 388)"}
        assert check("model", {"solver": solver}).solver.sorder == 2

    def test_radii_of_a_mock_nerve(self, check: Check) -> None:
        nerve = check("mock_sample", {"nerve": {"a_nerve": 250, "b_nerve": 200, "rot_nerve": 10}}).nerve
        assert (nerve.a, nerve.b, nerve.rot) == (500, 400, 10)

    def test_flat_weights_of_a_preset_that_is_not_used(self, check: Check) -> None:
        assert check("sim", {"active_srcs/CorTec300.json": [1, -1]}).active_srcs["CorTec300.json"] == [1, -1]

    def test_remarks_are_logged_once_for_each_file(self, check: Check, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                check("run", {"local_avail_cpus": 3}, "once.json")
        assert caplog.text.count("once.json") == 1
