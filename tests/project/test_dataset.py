"""build_dataset: a spreadsheet to edit, then files in the SPARC Dataset Structure with manifests."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from ascent.cli import main

SAMPLE = {"sample": "mock", "scale": {"shrinkage": 0.2}}
MODEL = {"cuff": {"preset": "Purdue.json"}}
SIM = {
    "active_srcs": {"Purdue.json": [[1, -1]]},
    "fibers": {"z_parameters": {"diameter": [5.7, 8.7]}},
    "waveform": {},
}


def write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Samples 3 and 8, model 0, sim 1, two n_sims of one fiber each."""
    root = tmp_path / "project"
    write(root / "config/user/sims/1.json", SIM)
    write(root / "config/user/mock_samples/4.json", {"global": {"NAME": "mock"}})
    write(root / "config/user/mock_samples/5.json", {"global": {"NAME": "other"}})
    for s in (3, 8):
        folder = root / f"samples/{s}"
        write(folder / "sample.json", SAMPLE)
        write(folder / "slides/0/0/sectionwise2d/nerve/0/0.txt", "%% Coordinates\n")
        write(folder / "plots/sample_final.png", "picture")
        write(folder / "models/0/model.json", MODEL)
        write(folder / "models/0/mesh/mesh.mph", "large")
        for t in (0, 1):
            n_sim = folder / f"models/0/sims/1/n_sims/{t}"
            write(n_sim / f"{t}.json", {})
            combination = {"index": t, "stimulation": 0, "recording": 0, "fiberset": t, "waveform": 0}
            write(n_sim / "combination.json", {**combination, "temperature": 37.0})
            write(n_sim / "data/inputs/src_inner0_fiber0.dat", "1\n0.5\n")
            write(n_sim / "data/inputs/waveform.dat", "0.001\n1\n")
            write(n_sim / "data/outputs/thresh_inner0_fiber0.dat", f"-0.{s}{t}\n")
            write(n_sim / "data/outputs/Vm_time_inner0_fiber0_amp0.dat", "Time(ms)\n")
    write(tmp_path / "sets/config/query_criteria/0.json", {"include_downstream": True})
    return root


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    return tmp_path / "sets"


def run(study: Path, *words: str) -> int:
    return main(["build_dataset", *words, "--project", str(study), "--dataset-folder", str(study.parent / "sets")])


def edit(sheet: Path, change: Any) -> None:
    table = pd.read_excel(sheet)
    change(table).to_excel(sheet, index=False)


def listed(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_query_lists_every_n_sim_with_the_columns_asked_for(study: Path, sets: Path) -> None:
    write(sets / "config/queried_indices_info/0.json", {"sample_keys": [["scale", "shrinkage"]], "config_paths": False})
    assert run(study, "0", "query") == 0
    rows = list(openpyxl.load_workbook(sets / "modify_me/0.xlsx")["Sim 1"].iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == ["3_0_1_0", "3_0_1_1", "8_0_1_0", "8_0_1_1"]
    assert "sample->scale->shrinkage" in rows[0]


def test_query_leaves_a_list_of_files_to_edit_and_never_replaces_an_edited_sheet(
    study: Path, sets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(study, "0", "query")
    assert json.loads((sets / "config/keeps/0.json").read_text())["sample.json"] is True
    assert run(study, "0", "query") == 1
    assert "may have been edited" in capsys.readouterr().err
    assert run(study, "0", "query", "--force") == 0


def test_generate_copies_what_is_kept_to_subjects_and_samples(study: Path, sets: Path) -> None:
    run(study, "0", "query")
    assert run(study, "0", "generate") == 0
    files = listed(sets / "datasets/0/files")
    n_sim = "models/0/sims/1/n_sims"
    expected = {
        f"primary/sub-{sub}/sam-1-sub-{sub}/samples/{s}/{name}"
        for sub, s in ((1, 3), (2, 8))
        for name in (
            "sample.json", "slides/0/0/sectionwise2d/nerve/0/0.txt", "models/0/model.json",
            *(f"{n_sim}/{t}/{file}" for t in (0, 1) for file in (
                f"{t}.json", "combination.json", "data/inputs/src_inner0_fiber0.dat", "data/inputs/waveform.dat",
                "data/outputs/thresh_inner0_fiber0.dat")),
        )
    }  # fmt: skip
    code = {
        "ascent_configs/sims/1.json", "ascent_configs/mock_samples/4.json", "ascent_metadata/samples_sub_sam.json",
        "ascent_metadata/pip_requirements.txt", "ascent_metadata/conda_requirements.txt", "manifest.xlsx",
    }  # fmt: skip
    assert files == expected | {f"code/{name}" for name in code} | {"primary/manifest.xlsx"}
    assert not (sets / "tmp/0").exists()


def test_deleted_rows_do_not_go_and_numbers_are_the_users(study: Path, sets: Path) -> None:
    run(study, "0", "query")
    edit(sets / "modify_me/0.xlsx", lambda t: t[t["Indices"] != "3_0_1_1"].assign(sub=[7, 7, None], sam=[1, 2, None]))
    # Sample 3 has one row left, sample 8 two: its numbers are in the first of them.
    assert run(study, "0", "generate") == 0
    files = listed(sets / "datasets/0/files/primary")
    assert any(name.startswith("sub-7/sam-1-sub-7/samples/3/models/0/sims/1/n_sims/0/") for name in files)
    assert not any("samples/3/models/0/sims/1/n_sims/1/" in name for name in files)
    assert any(name.startswith("sub-7/sam-2-sub-7/samples/8/models/0/sims/1/n_sims/1/") for name in files)
    numbers = json.loads((sets / "datasets/0/files/code/ascent_metadata/samples_sub_sam.json").read_text())
    assert numbers == {"3": {"sub": 7, "sam": 1}, "8": {"sub": 7, "sam": 2}}


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"sub": [1, 2, 3, 3], "sam": [1, 1, 1, 1]}, "sub of sample 3 is 1 in one row, 2 in another"),
        ({"sub": [1, 1, 1, 1], "sam": [4, 4, 4, 4]}, "samples 3 and 8 both are sub-1/sam-4-sub-1"),
        ({"sub": ["a", 1, 1, 1]}, "must be a whole number"),
        ({"Indices": ["3_0_1", "3_0_1_1", "8_0_1_0", "8_0_1_1"]}, "must be sample_model_sim_nsim"),
    ],
)
def test_numbers_that_contradict_each_other_are_refused(
    columns: dict[str, list[Any]], message: str, study: Path, sets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(study, "0", "query")
    edit(sets / "modify_me/0.xlsx", lambda table: table.assign(**columns))
    assert run(study, "0", "generate") == 2
    assert message in capsys.readouterr().err
    assert not (sets / "datasets/0").exists()


def test_the_manifests_name_every_file_with_its_kind_and_hash(study: Path, sets: Path) -> None:
    run(study, "0", "query")
    run(study, "0", "generate")
    dataset = sets / "datasets/0"
    manifest = {entry["path"]: entry for entry in json.loads((dataset / "manifest.json").read_text())["files"]}
    assert set(manifest) == listed(dataset) - {
        "manifest.json",
        "files/primary/manifest.xlsx",
        "files/code/manifest.xlsx",
    }
    path = "files/primary/sub-1/sam-1-sub-1/samples/3/sample.json"
    data = (dataset / path).read_bytes()
    assert manifest[path] == {
        "path": path, "size": len(data), "fileType": "JSON", "sha256": hashlib.sha256(data).hexdigest(),
    }  # fmt: skip
    sheet = pd.read_excel(dataset / "files/primary/manifest.xlsx")
    assert list(sheet) == ["filename", "timestamp", "description", "file type"]
    assert set("files/primary/" + sheet["filename"]) == {name for name in manifest if name.startswith("files/primary/")}


def test_a_list_of_files_may_name_patterns_folders_and_placeholders(study: Path, sets: Path) -> None:
    run(study, "0", "query")
    outputs = {"data": {"outputs": {"<vm_times>": True, "<thresh>": False}}}
    sims = {"<sim_index>": {"n_sims": {"<n_sim_index>": outputs}}}
    write(sets / "config/keeps/0.json", {"plots": True, "models": {"<model_index>": {"sims": sims}}})
    assert run(study, "0", "generate") == 0
    names = {Path(name).name for name in listed(sets / "datasets/0/files/primary")}
    assert names == {"sample_final.png", "Vm_time_inner0_fiber0_amp0.dat", "manifest.xlsx"}


def test_a_pattern_of_ascent_1_4_still_finds_the_potentials(study: Path, sets: Path) -> None:
    write(study / "config/system/regex_ascent_files.json", {"<ve_files>": "inner\\d+_fiber\\d+.dat"})
    run(study, "0", "query")
    assert run(study, "0", "generate") == 0
    assert any(name.endswith("src_inner0_fiber0.dat") for name in listed(sets / "datasets/0"))


@pytest.mark.parametrize(
    ("keeps", "message"),
    [
        ({"models": {"<modelindex>": True}}, "did you mean <model_index>?"),
        ({"../8": True}, "must be the name of one file or folder"),
        ({"plots": "yes"}, "must be true, false or an object"),
    ],
)
def test_a_wrong_list_of_files_is_refused(
    keeps: dict[str, Any], message: str, study: Path, sets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(study, "0", "query")
    write(sets / "config/keeps/0.json", keeps)
    assert run(study, "0", "generate") == 2
    assert message in capsys.readouterr().err


def test_links_and_comsol_files_are_spoken_of(study: Path, sets: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (study / "samples/3/plots/secret.txt").symlink_to("/etc/hostname")
    run(study, "0", "query")
    write(sets / "config/keeps/0.json", {"plots": True, "models": {"<model_index>": {"mesh": True}}})
    assert run(study, "0", "generate") == 0
    said = capsys.readouterr().err
    assert "is a link; it is left out" in said
    assert "2 COMSOL files are copied as they are" in said
    assert not any("secret" in name for name in listed(sets / "datasets/0"))


def test_a_dataset_that_is_there_is_replaced_only_by_force(study: Path, sets: Path) -> None:
    run(study, "0", "query")
    run(study, "0", "generate")
    write(sets / "datasets/0/files/code/plotting/mine.py", "")
    assert run(study, "0", "generate") == 1
    assert (sets / "datasets/0/files/code/plotting/mine.py").exists()
    assert run(study, "0", "generate", "-f") == 0
    assert not (sets / "datasets/0/files/code/plotting").exists()


def test_the_folder_of_datasets_is_the_one_that_env_json_names(
    study: Path, sets: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ASCENT_DATASET_EXPORT_PATH", raising=False)
    assert main(["build_dataset", "0", "query", "--project", str(study)]) == 2
    assert "ASCENT_DATASET_EXPORT_PATH is not set" in capsys.readouterr().err
    write(study / "config/system/env.json", {"ASCENT_DATASET_EXPORT_PATH": str(sets)})
    assert main(["build_dataset", "0", "query", "--project", str(study)]) == 0
    assert (sets / "modify_me/0.xlsx").is_file()


@pytest.mark.parametrize("words", [["query"], ["0"], ["0", "query", "generate"], ["x", "query"]])
def test_a_call_without_number_or_action_is_refused(words: list[str], study: Path) -> None:
    assert run(study, *words) == 2


def test_a_failure_leaves_no_half_dataset(study: Path, sets: Path, caplog: pytest.LogCaptureFixture) -> None:
    run(study, "0", "query")
    caplog.set_level(logging.WARNING)
    edit(sets / "modify_me/0.xlsx", lambda t: t.assign(Indices=["3_0_1_0", "3_0_1_1", "9_0_1_0", "9_0_1_1"]))
    assert run(study, "0", "generate") == 1
    assert not (sets / "datasets/0").exists()
    assert not (sets / "tmp/0").exists()
