"""What ``ascent resume`` finds left to do, and what it leaves alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from ascent.cli import main
from ascent.runs import read_journal, read_manifest


@pytest.fixture(autouse=True)
def same_cache(reference: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in reference.cache.environment().items():
        if name.startswith("ASCENT_"):
            monkeypatch.setenv(name, value)


@pytest.fixture()
def stored(reference: Any, tmp_path: Path) -> Path:
    """A copy of the finished run directory, without its archive."""
    return Path(shutil.copytree(reference.directory, tmp_path / reference.directory.name))


def test_a_finished_run_is_left_alone(reference: Any, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in reference.directory.rglob("*")}
    assert main(["resume", str(reference.directory), "--quiet"]) == 0
    assert "nothing was left to compute" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in reference.directory.rglob("*")} == before


def test_a_finished_run_without_its_archive_gets_it(stored: Path) -> None:
    assert main(["resume", str(stored), "--quiet"]) == 0
    archive = stored.with_name(f"{stored.name}.tar.gz")
    assert archive.is_file()
    assert archive.with_name(f"{archive.name}.sha256").is_file()


def test_a_finished_run_that_kept_its_first_name_gets_its_own(stored: Path) -> None:
    running = stored.rename(stored.with_name(f"{stored.name}_running"))
    assert main(["resume", str(running), "--quiet"]) == 0
    assert stored.is_dir()
    assert not running.exists()


def test_a_run_is_found_from_inside(
    stored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(stored)
    assert main(["resume", ".", "--quiet"]) == 0
    assert str(stored) in capsys.readouterr().out


def test_a_run_is_found_by_its_name_while_it_ran(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["resume", f"{stored}_running", "--quiet"]) == 0
    assert str(stored) in capsys.readouterr().out


def test_a_run_of_which_the_archive_alone_was_kept_is_finished(
    stored: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["resume", str(stored), "--quiet"]) == 0
    shutil.rmtree(stored)
    assert main(["resume", str(stored), "--quiet"]) == 0
    assert f"{stored.name}.tar.gz is finished" in capsys.readouterr().out


def test_a_fiber_that_failed_is_tried_again_and_no_other(reference: Any, stored: Path) -> None:
    name = "0_0_0_0/inner0_fiber1"
    outputs = stored / "samples/0/models/0/sims/0/n_sims/0/data/outputs"
    (outputs / "thresh_inner0_fiber1.dat").unlink()
    (outputs / "failed_inner0_fiber1.txt").write_text("no bounds\n")
    _forget(stored / "journal.jsonl", name)
    file = stored / "manifest.json"
    manifest = json.loads(file.read_text())
    file.write_text(json.dumps({**manifest, "failures": [{"unit": name, "error": "no bounds"}]}))
    before = len(read_journal(stored / "journal.jsonl"))
    assert main(["resume", str(stored), "--quiet"]) == 0
    new = [entry for entry in read_journal(stored / "journal.jsonl")[before:] if entry.event == "unit"]
    assert [(entry.value["inner"], entry.value["fiber"]) for entry in new] == [([0], [1])]
    assert read_manifest(stored).content_sha256 == reference.content


def test_another_version_is_warned_about(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = stored / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["versions"]["neuron"] = "8.2.6"
    manifest["status"] = "interrupted"
    file.write_text(json.dumps(manifest))
    assert main(["resume", str(stored), "--quiet"]) == 0
    assert "begun with another version of neuron (8.2.6, now 9" in capsys.readouterr().err


def test_a_configuration_that_was_spoilt_is_one_sentence(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (stored / "config.yaml").write_text("a: [")
    assert main(["resume", str(stored), "--quiet"]) == 2
    said = capsys.readouterr().err
    assert f"{stored / 'config.yaml'} could not be read: it is not YAML." in said
    assert "Traceback" not in said


def _forget(journal: Path, fiber: str) -> None:
    """Make the journal say that a fiber failed."""
    lines = []
    for line in journal.read_text().splitlines():
        entry = json.loads(line)
        value = entry.get("value")
        if isinstance(value, dict) and value.get("n_sim") == fiber.split("/")[0] and 1 in value["fiber"]:
            place = value["fiber"].index(1)
            for column in ("inner", "fiber", "threshold_mA", "n_runs", "n_steps"):
                del value[column][place]
            value["errors"] = {fiber: "no bounds"}
        lines.append(json.dumps(entry))
    journal.write_text("\n".join(lines) + "\n")
