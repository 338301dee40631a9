"""A project folder with results, made of files only: nothing is solved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SAMPLE: dict[str, Any] = {"sample": "rat", "scale": {"shrinkage": 0.2}, "modes": {"deform": "NONE"}}
MODEL: dict[str, Any] = {
    "cuff": {"preset": "Purdue.json"},
    "medium": {"proximal": {"length": 12500}},
    "temperature": 37,
}
SIM: dict[str, Any] = {
    "active_srcs": {"Purdue.json": [[1, -1], [0, 1]]},
    "fibers": {"mode": "MRG_DISCRETE", "z_parameters": {"diameter": [5.7, 8.7]}},
    "waveform": {"global": {"dt": 0.001}},
    "protocol": {"mode": "ACTIVATION_THRESHOLD"},
}
#: (inner, fiber) in the order of the fiberset: explicit fibers may lie in any inner.
FIBERS = [(1, 0), (0, 0), (0, 1)]


def write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))


def threshold_of(sample: int, n_sim: int, index: int) -> float:
    """mA; negative, as ASCENT writes cathodic thresholds."""
    return -(0.01 * (index + 1) + 0.1 * n_sim + sample)


def write_n_sims(sim_folder: Path, sample: int) -> None:
    """Two stimulations by two diameters, three fibers each."""
    for fiberset in range(2):
        rows = [{"inner": inner, "fiber": fiber, "fascicle": 0} for inner, fiber in FIBERS]
        write(sim_folder / f"fibersets/{fiberset}/inner_fiber_map.json", {"mode": "MRG_DISCRETE", "fibers": rows})
    for n_sim in range(4):
        folder = sim_folder / "n_sims" / str(n_sim)
        combination = {"index": n_sim, "stimulation": n_sim // 2, "recording": 0, "fiberset": n_sim % 2, "waveform": 0}
        write(folder / "combination.json", {**combination, "temperature": 37.0})
        for index, (inner, fiber) in enumerate(FIBERS):
            value = f"{threshold_of(sample, n_sim, index):f}\n"
            write(folder / f"data/outputs/thresh_inner{inner}_fiber{fiber}.dat", value)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Samples 0 and 2; 0 has the models 0 and 1, each with sim 7, and 2 has model 0 without sims."""
    root = tmp_path / "project"
    write(root / "config/user/sims/7.json", SIM)
    write(root / "samples/0/sample.json", SAMPLE)
    write(root / "samples/2/sample.json", {**SAMPLE, "sample": "pig", "modes": {"deform": "PHYSICS"}})
    write(root / "samples/0/models/0/model.json", MODEL)
    cuffs = [{"preset": "Purdue.json", "index": 0}, {"preset": "CorTec300.json", "index": 1}]
    write(root / "samples/0/models/1/model.json", {**MODEL, "cuff": cuffs, "temperature": 25})
    write(root / "samples/2/models/0/model.json", MODEL)
    for model in (0, 1):
        write_n_sims(root / f"samples/0/models/{model}/sims/7", 0)
    return root
