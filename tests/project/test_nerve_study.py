"""`ascent +run=…`: a composed study in a run directory of its own."""

import hashlib
import json
import tarfile
from pathlib import Path

import pandas as pd
import pytest

import ascent
from ascent.cli import main
from ascent.errors import ConfigError
from ascent.project.run import compose
from ascent.runs import read_manifest

SMALL = [
    "model.medium.proximal.length=5000",
    "model.medium.proximal.radius=1200",
    "model.solver.sorder=1",
    "sim.fibers.z_parameters.diameter=5.7",
    "sim.waveform.global.dt=0.01",
    "sim.waveform.global.stop=3",
    "sim.waveform.global.off=2",
    "sim.protocol.bounds_search.top=-0.1",
    "sim.protocol.termination_criteria.percent=5",
]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def directory(results: Path) -> Path:
    return ascent.run("0", [*SMALL, f"results.directory={results}", "engine.workers=1"], quiet=True)


def test_the_directory_is_named_by_time_seed_and_process(directory: Path) -> None:
    stamp, seed, process = directory.name.split("_")
    assert len(stamp) == len("20261122-1930")
    assert seed == "seed42"
    assert process.startswith("pid")


def test_it_holds_what_a_reader_needs(directory: Path) -> None:
    names = ["config.yaml", "overrides.yaml", "manifest.json", "run.log", "journal.jsonl", "thresholds.parquet"]
    names += ["potentials.h5", "report/heatmap_n_sim0.png", "report/recruitment.png"]
    names += ["samples/0/models/0/sims/0/n_sims/0/data/outputs/thresh_inner0_fiber0.dat"]
    assert [name for name in names if not (directory / name).is_file()] == []


def test_the_table_and_ascents_files_agree(directory: Path) -> None:
    table = pd.read_parquet(directory / "thresholds.parquet")
    file = directory / "samples/0/models/0/sims/0/n_sims/0/data/outputs/thresh_inner0_fiber0.dat"
    assert table["threshold_mA"].tolist() == [float(file.read_text())]
    assert table["n_runs"].min() > 3
    assert table["engine"].tolist() == ["batch"]


def test_the_potentials_stand_in_hdf5_too(directory: Path) -> None:
    import h5py

    basis = directory / "samples/0/models/0/sims/0/fibersets_bases/0/1/0.dat"
    with h5py.File(directory / "potentials.h5") as file:
        group = file["samples/0/models/0/sims/0/fibersets/0/fibers/0"]
        assert group["coordinates_um"].shape[1] == 3
        assert group["bases_V_per_mA"][1].tolist() == [float(line) for line in basis.read_text().split()[1:]]


def test_the_archive_matches_its_checksum(directory: Path) -> None:
    archive = directory.with_name(directory.name + ".tar.gz")
    digest, name = archive.with_name(archive.name + ".sha256").read_text().split()
    assert name == archive.name
    assert digest == hashlib.sha256(archive.read_bytes()).hexdigest()
    with tarfile.open(archive) as packed:
        assert f"{directory.name}/thresholds.parquet" in packed.getnames()


def test_any_number_of_workers_gives_the_same_content(directory: Path, results: Path) -> None:
    again = ascent.run("0", [*SMALL, f"results.directory={results}", "engine.workers=2"], quiet=True)
    assert again != directory
    assert read_manifest(again).content_sha256 == read_manifest(directory).content_sha256


def test_every_fault_of_a_configuration_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["+run=0", "sample.scale.shrinkage=7", "sim.fibers.mode=MRG_DISCREET"]) == 2
    said = capsys.readouterr().err
    assert "scale.shrinkage" in said
    assert "MRG_DISCRETE" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_keeps_its_name_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["+run=0", "cuff=microleads_300"]) == 2
    assert "MicroLeads_meas_300_bipolar" in capsys.readouterr().err
    (directory,) = (tmp_path / "results").iterdir()
    assert directory.name.endswith("_running")
    manifest = json.loads((directory / "manifest.json").read_text())
    assert manifest["status"] == "failed"
    assert "MicroLeads_meas_300_bipolar" in manifest["reason"]


def test_masks_that_are_missing_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["+run=0", "sample=masks", "sample.sample=rat", f"input_folder={tmp_path}"]
    assert main(words) == 2
    assert str(tmp_path / "rat") in capsys.readouterr().err


@pytest.mark.parametrize("run", ["0", "1", "2", "3", "5", "selective"])
def test_every_shipped_run_is_valid(run: str) -> None:
    from ascent.config.study import validate_study

    assert validate_study(compose(run)).frame.study == "nerve"


@pytest.mark.parametrize("group", ["sample", "model", "sim", "cuff", "material", "fiber", "engine"])
def test_every_choice_of_a_group_is_valid(group: str) -> None:
    from ascent.config.groups import configuration_folder
    from ascent.config.study import validate_study

    for file in sorted((configuration_folder() / group).glob("*.yaml")):
        overrides = [f"{group}={file.stem}"]
        if file.stem == "masks":
            overrides.append("sample.sample=mine")
        assert validate_study(compose("0", overrides)).frame.study == "nerve", file.stem


def test_an_override_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConfigError, match="shrinkig"):
        compose("0", ["sample.scale.shrinkig=0.1"])
