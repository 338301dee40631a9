"""A project folder as ASCENT's users have it, small enough to be solved in seconds."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ascent.project.cache import CACHE_VARIABLE

SAMPLE: dict[str, Any] = {
    "sample": "mock",
    "pseudonym": "small",
    "scale": {"scale_bar_length": 100, "shrinkage": 0},
    "modes": {
        "mask_input": "INNERS",
        "scale_input": "MASK",
        "nerve": "PRESENT",
        "deform": "NONE",
        "ci_perineurium_thickness": "RAT_VN_INHOUSE_200601",
        "reshape_nerve": "NONE",
        "shrinkage_definition": "LENGTH_FORWARDS",
        "contour_approximation": "NONE",
    },
    "smoothing": {"nerve_distance": 0, "fascicle_distance": 0},
}
MODEL: dict[str, Any] = {
    "modes": {"rho_perineurium": "RHO_WEERASURIYA", "cuff_shift": "AUTO_ROTATION_MIN_CIRCLE_BOUNDARY", "use_ci": True},
    "medium": {"proximal": {"distant_ground": True, "length": 5000, "radius": 1200}, "distal": {"exist": False}},
    "inner_interp_tol": 0.05,
    "outer_interp_tol": 0.05,
    "nerve_interp_tol": 0.05,
    "cuff": {"preset": "Purdue.json", "rotate": {"add_ang": 0}, "shift": {"x": 0, "y": 0, "z": 0}},
    "mesh": {"proximal": {"hmax": 1600, "hmin": 10, "hgrad": 2.5, "hcurve": 0.2, "hnarrow": 1}},
    "frequency": 1,
    "temperature": 37,
    "conductivities": {
        "recess": "saline",
        "medium": "muscle",
        "fill": "saline",
        "insulator": "silicone",
        "conductor": "platinum",
        "endoneurium": "endoneurium",
        "perineurium": "weerasuriya_perineurium_DC",
        "epineurium": "epineurium",
    },
    "solver": {"sorder": 1, "type": "iterative"},
}
SIM: dict[str, Any] = {
    "n_dimensions": 0,
    "active_srcs": {"Purdue.json": [[1, -1]]},
    "fibers": {
        "mode": "MRG_DISCRETE",
        "xy_trace_buffer": 5,
        "xy_parameters": {"mode": "UNIFORM_COUNT", "count": 2, "seed": 1},
        "z_parameters": {"mode": "EXTRUSION", "diameter": 5.7, "min": 0, "max": 5000, "offset": 0, "seed": 1},
    },
    "waveform": {
        "global": {"dt": 0.01, "on": 0.1, "off": 2, "stop": 3},
        "MONOPHASIC_PULSE_TRAIN": {"pulse_width": 0.2, "pulse_repetition_freq": 1, "digits": 4},
    },
    "protocol": {
        "mode": "ACTIVATION_THRESHOLD",
        "initSS": -200,
        "dt_initSS": 10,
        "threshold": {"value": -30, "n_min_aps": 1, "ap_detect_location": 0.9},
        "bounds_search": {"mode": "PERCENT_INCREMENT", "top": -0.05, "bottom": -0.001, "step": 10},
        "termination_criteria": {"mode": "PERCENT_DIFFERENCE", "percent": 5},
    },
}
MOCK: dict[str, Any] = {
    "global": {"NAME": "mock"},
    "scalebar_length": 100,
    "nerve": {"a": 260, "b": 240, "rot": 0},
    "figure": {"fig_dpi": 300, "fig_margin": 1.2},
    "populate": {
        "mode": "EXPLICIT",
        "min_fascicle_separation": 5,
        "Fascicles": [{"a": 200, "b": 180, "centroid_x": 0, "centroid_y": 0, "rot": 0}],
    },
}


def write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def make_project(root: Path) -> Path:
    """A project of one sample, one model and one sim, with the masks of a mock nerve."""
    from ascent.config.loading import validate
    from ascent.config.mock_sample import MockSampleConfig
    from ascent.nerve import generate_mock

    write(root / "config/user/runs/0.json", {"pseudonym": "small", "sample": 0, "models": [0], "sims": [0]})
    write(root / "config/user/sims/0.json", SIM)
    write(root / "config/user/mock_samples/0.json", MOCK)
    write(root / "samples/0/sample.json", SAMPLE)
    write(root / "samples/0/models/0/model.json", MODEL)
    generate_mock(validate(MOCK, MockSampleConfig, "mock"), root / "input" / "mock")
    return root


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fields are cached for this session only; the compiled mechanisms are the user's."""
    from ascent.mechanisms.build import build_mechanisms, cache_directory

    build_mechanisms()
    folder = tmp_path_factory.mktemp("cache")
    (folder / "mechanisms").symlink_to(cache_directory() / "mechanisms")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(folder))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_cluster() -> Iterator[None]:
    """`ascent submit` runs here, also on a machine that has Slurm; tests/slurm is about the other way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ascent.project.slurm.jobs_by_default", lambda: False)
        yield


@pytest.fixture(scope="session")
def solved_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after pipeline, submit and import_n_sims; copy it before changing it."""
    from ascent.cli import main

    root = make_project(tmp_path_factory.mktemp("solved") / "project")
    for command in ("pipeline", "submit", "import_n_sims"):
        assert main([command, "0", "--project", str(root), "--quiet"]) == 0, command
    return root


@pytest.fixture
def project(solved_project: Path, tmp_path: Path) -> Path:
    """A copy of the solved project."""
    return Path(shutil.copytree(solved_project, tmp_path / "project"))


@pytest.fixture
def fresh_project(tmp_path: Path) -> Path:
    """A project that nothing has been done with."""
    return make_project(tmp_path / "project")
