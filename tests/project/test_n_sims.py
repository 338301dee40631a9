"""n_sims: folders in ASCENT's formats, and back."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ascent.errors import AscentError, ConfigError, RunDirectoryError
from ascent.fibers import build_fiber
from ascent.fibers.sets import FiberSet
from ascent.project.n_sims import build_n_sims, read_n_sim
from ascent.stimulus.bases import read_bases, write_bases
from ascent.stimulus.combinations import waveform_sections
from ascent.stimulus.contacts import ActiveCuffs, Cuff, active_cuffs
from ascent.stimulus.waveform_files import from_config

CUFFS = [Cuff("Purdue.json", 0, 2)]


def _sim() -> dict[str, Any]:
    return {
        "n_dimensions": 2,
        "active_srcs": {"Purdue.json": [[1, -1], [0.5, 0]]},
        "fibers": {"mode": "MRG_DISCRETE", "z_parameters": {"diameter": [5.7, 8.7]}},
        "waveform": {
            "global": {"dt": 0.01, "on": 1, "off": 4, "stop": 5},
            "MONOPHASIC_PULSE_TRAIN": {"pulse_width": [0.1, 0.2], "pulse_repetition_freq": 1, "digits": 0},
        },
        "protocol": {"mode": "FINITE_AMPLITUDES", "amplitudes": [-1, -2], "initSS": -200, "dt_initSS": 10},
    }


def _fiberset(diameter: float, compartments: int) -> FiberSet:
    z = np.linspace(0, 1000, compartments)
    coordinates = tuple(np.column_stack([np.full_like(z, x), np.zeros_like(z), z]) for x in (0.0, 10.0, 300.0))
    return FiberSet(
        coordinates, np.full(3, diameter), np.zeros(3), np.array([0, 0, 1]), np.array([0, 0, 1]), "MRG_DISCRETE"
    )


FIBERSETS = [_fiberset(5.7, 23), _fiberset(8.7, 12)]


def _bases(fiberset: int, fiber: int) -> np.ndarray:  # type: ignore[type-arg]
    z = FIBERSETS[fiberset].coordinates[fiber][:, 2]
    return np.array([1e-3 * (z + 1) + fiber, 1e-4 * z**2 / 7 + fiberset])


def _build(folder: Path, **changes: Any) -> list[Path]:
    sim = _sim()
    options: dict[str, Any] = {
        "fibersets": FIBERSETS,
        "waveforms": [from_config(section) for section in waveform_sections(sim)],
        "bases": _bases,
        "active": active_cuffs(sim, CUFFS),
        "contact_cuffs": [0, 0],
        "temperature": 37,
    }
    return build_n_sims(folder, sim, **{**options, **changes})


def test_each_combination_has_its_folder(tmp_path: Path) -> None:
    folders = _build(tmp_path)
    assert folders == [tmp_path / "n_sims" / str(index) for index in range(8)]
    inputs = sorted(path.name for path in (folders[5] / "data" / "inputs").iterdir())
    assert inputs == [
        "inner_fiber_diam_key.json",
        "inner_fiber_diam_key.obj",
        "src_inner0_fiber0.dat",
        "src_inner0_fiber1.dat",
        "src_inner1_fiber0.dat",
        "waveform.dat",
    ]
    assert (folders[5] / "data" / "outputs").is_dir()
    assert (folders[5] / "launch.hoc").is_file()


def test_a_fiber_model_that_ascent_has_not_gets_no_launch_file(tmp_path: Path) -> None:
    fibersets = [replace(fiberset, mode="SWEENEY") for fiberset in FIBERSETS]
    folders = _build(tmp_path, fibersets=fibersets)
    assert not (folders[0] / "launch.hoc").exists()
    assert read_n_sim(folders[0]).fibers


def test_potentials_are_the_weighted_bases_with_eighteen_decimals(tmp_path: Path) -> None:
    folders = _build(tmp_path)
    # n_sim 2 of 8: first weights, second fiberset, first waveform.
    lines = (folders[2] / "data" / "inputs" / "src_inner1_fiber0.dat").read_text().split("\n")
    expected = _bases(1, 2)[0] - _bases(1, 2)[1]
    assert lines[0] == "12" and lines[-1] == ""
    assert lines[1:-1] == [f"{value:.18f}" for value in expected]


def test_an_n_sim_reads_back(tmp_path: Path) -> None:
    n_sim = read_n_sim(_build(tmp_path)[7])
    assert n_sim.index == 7
    assert [(f.inner, f.fiber, f.diameter) for f in n_sim.fibers] == [(0, 0, 8.7), (0, 1, 8.7), (1, 0, 8.7)]
    assert n_sim.config["active_srcs"] == {"Purdue.json": [0.5, 0]}
    assert n_sim.waveform.samples.sum() == 19 and n_sim.waveform.dt == 0.01
    assert n_sim.potentials(n_sim.fibers[1]) == pytest.approx(0.5 * _bases(1, 1)[0], abs=1e-18)
    assert n_sim.recording(n_sim.fibers[1]) is None
    assert n_sim.combination is not None
    assert (n_sim.combination.stimulation, n_sim.combination.fiberset, n_sim.combination.waveform) == (1, 1, 1)


def test_a_recording_cuff_has_potentials_of_its_own(tmp_path: Path) -> None:
    sim = _sim()
    sim["active_srcs"]["cuff_index"] = 4
    sim["active_recs"] = {"cuff_index": 2, "Rec.json": [[1]]}
    active = active_cuffs(sim, [Cuff("Purdue.json", 4), Cuff("Rec.json", 2)])

    def three(fiberset: int, fiber: int) -> np.ndarray:  # type: ignore[type-arg]
        first, second = _bases(fiberset, fiber)
        return np.array([first, 5 + 0 * first, second])

    folders = build_n_sims(
        tmp_path,
        sim,
        FIBERSETS,
        [from_config(section) for section in waveform_sections(sim)],
        three,
        active=active,
        contact_cuffs=[4, 2, 4],
        temperature=37,
    )
    n_sim = read_n_sim(folders[0])
    assert n_sim.recording(n_sim.fibers[0]) == pytest.approx(5)
    assert n_sim.potentials(n_sim.fibers[0]) == pytest.approx(_bases(0, 0)[0] - _bases(0, 0)[1])


def test_a_fiber_between_two_cuffs_leaves_its_signal_and_currents(tmp_path: Path) -> None:
    from ascent.analysis.query.membrane_currents import import_tm_current_matrix
    from ascent.project.fiber_groups import run_fibers
    from ascent.project.fiber_units import units_of_n_sim

    fiber = build_fiber("MRG_DISCRETE", 5.7, n_nodes=11)
    z = fiber.coordinates[:, 2]
    fiberset = FiberSet(
        (fiber.coordinates,), np.array([5.7]), np.zeros(1), np.zeros(1, int), np.zeros(1, int), "MRG_DISCRETE"
    )
    sim = _sim() | {"n_dimensions": 0, "saving": {"cap_recording": {"Imembrane_matrix": True}}}
    sim["active_srcs"] = {"cuff_index": 4, "Purdue.json": [[1, 0]]}
    sim["active_recs"] = {"cuff_index": 2, "Rec.json": [[1]]}
    sim["fibers"]["z_parameters"]["diameter"] = 5.7
    sim["waveform"]["MONOPHASIC_PULSE_TRAIN"]["pulse_width"] = 0.1
    sim["protocol"] |= {"amplitudes": [-0.5], "threshold": {"value": -30, "ap_detect_location": 0.9}}
    stimulus, contact = (1e-3 / (1 + 1e-5 * (z - place) ** 2) for place in (1000, 4000))  # V for 1 mA
    [folder] = build_n_sims(
        tmp_path,
        sim,
        [fiberset],
        [from_config(section) for section in waveform_sections(sim)],
        [[np.array([stimulus, contact, 0 * contact])]],
        active=active_cuffs(sim, [Cuff("Purdue.json", 4), Cuff("Rec.json", 2)]),
        contact_cuffs=[4, 2, 4],
        temperature=37,
    )
    units, _ = units_of_n_sim(folder, "0_0_0_0")
    [outcome] = run_fibers(units, workers=1, quiet=True)
    assert outcome.error is None
    _, time, currents = import_tm_current_matrix(folder, 0, 0)
    signal = np.loadtxt(folder / "data" / "outputs" / "SFAP_time_inner0_fiber0_amp0.dat", skiprows=1)
    assert signal[:, 0] == pytest.approx(time)
    assert signal[:, 1] == pytest.approx(1e6 * contact @ currents, rel=1e-6, abs=1e-9)  # V for 1 mA times mA, in µV


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    _build(tmp_path / "a")
    _build(tmp_path / "b")
    files = [path for path in sorted((tmp_path / "a").rglob("*")) if path.is_file()]
    assert files
    assert all(path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes() for path in files)


def test_bases_may_come_from_files_that_comsol_wrote(tmp_path: Path) -> None:
    for index, fiberset in enumerate(FIBERSETS):
        bases = [_bases(index, fiber) for fiber in range(len(fiberset))]
        write_bases(tmp_path / "fibersets_bases" / str(index), bases)
    folder = tmp_path / "fibersets_bases"
    from_files = _build(tmp_path / "f", bases=lambda f, i: read_bases(folder / str(f), i, 2))
    direct = _build(tmp_path / "d", bases=[[_bases(f, i) for i in range(3)] for f in range(2)])
    for left, right in zip(from_files, direct, strict=True):
        name = Path("data/inputs/src_inner0_fiber1.dat")
        assert (left / name).read_bytes() == (right / name).read_bytes()


def test_an_n_sim_of_ascents_is_read(tmp_path: Path) -> None:
    folder = _build(tmp_path)[3]
    exported = tmp_path / "export" / "n_sims" / "0_1_2_3"
    shutil.copytree(folder, exported)
    inputs = exported / "data" / "inputs"
    (exported / "combination.json").unlink()
    (inputs / "inner_fiber_diam_key.json").unlink()
    assert [f.diameter for f in read_n_sim(exported).fibers] == [8.7] * 3
    # Before version 1.3 it wrote no prefix and, for one diameter, no key.
    (inputs / "inner_fiber_diam_key.obj").unlink()
    for path in inputs.glob("src_*"):
        path.rename(inputs / path.name.removeprefix("src_"))
    n_sim = read_n_sim(exported)
    assert n_sim.index == 3 and n_sim.combination is None
    assert [(f.inner, f.fiber, f.diameter) for f in n_sim.fibers] == [(0, 0, 8.7), (0, 1, 8.7), (1, 0, 8.7)]
    assert n_sim.potentials(n_sim.fibers[0]) is not None


def test_potentials_of_other_fibers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="23 compartments and the model 2 contacts"):
        _build(tmp_path, bases=lambda f, i: np.zeros((2, 7)))


def test_potentials_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="not finite; it may lie outside"):
        _build(tmp_path, bases=lambda f, i: np.nan * _bases(f, i))


def test_weights_that_do_not_fit_the_contacts_are_refused(tmp_path: Path) -> None:
    active: ActiveCuffs = active_cuffs(_sim(), [Cuff("Purdue.json", 0)])
    with pytest.raises(ConfigError, match="each of the 3 contacts"):
        _build(tmp_path, active=active, contact_cuffs=[0, 0, 0])


@pytest.mark.parametrize(
    ("remove", "said"),
    [
        ("data", "no data/inputs"),
        ("3.json", "one <number>.json"),
        ("data/inputs/waveform.dat", "waveform.dat does not exist"),
        ("data/inputs/src_inner0_fiber1.dat", "lacks the potentials of a fiber: src_inner0_fiber1.dat"),
    ],
)
def test_a_folder_that_lacks_something_is_refused(tmp_path: Path, remove: str, said: str) -> None:
    folder = _build(tmp_path)[3]
    path = folder / remove
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(RunDirectoryError, match=said):
        read_n_sim(folder)


def test_damaged_folders_raise_only_ascent_errors(tmp_path: Path) -> None:
    good = _build(tmp_path)[0]
    names = [path.relative_to(good) for path in sorted(good.rglob("*")) if path.is_file() and path.suffix != ".hoc"]
    refused = 0
    for seed in range(120):
        draw = random.Random(seed)
        folder = tmp_path / "bad"
        shutil.copytree(good, folder)
        path = folder / draw.choice(names)
        data = bytearray(path.read_bytes())
        for _ in range(draw.randint(1, 3)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        path.write_bytes(bytes(data[: draw.randint(1, len(data))]))
        try:
            n_sim = read_n_sim(folder)
            for fiber in n_sim.fibers:
                n_sim.potentials(fiber)
        except AscentError:
            refused += 1
        shutil.rmtree(folder)
    assert refused > 70


def test_the_configuration_of_an_n_sim_keeps_the_order_of_its_keys(tmp_path: Path) -> None:
    folder = _build(tmp_path)[0]
    assert list(json.loads((folder / "0.json").read_text())) == list(_sim())
