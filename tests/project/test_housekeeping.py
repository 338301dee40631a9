"""clean_samples and tidy_samples remove exactly what they say, inside the sample's folder only."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from ascent.cli import main

MODEL = "samples/0/models/0"
N_SIM = f"{MODEL}/sims/0/n_sims/0"
#: spec/ascent.md §1.1: files that clean_samples keeps end so.
KEPT = {
    "samples/0/sample.json",
    f"{MODEL}/model.json",
    f"{MODEL}/mesh/mesh.mph",
    f"{MODEL}/mesh/im.json",
    f"{MODEL}/debug_geom.mph",
    f"{MODEL}/geometry_Primitive.json",
    f"{MODEL}/sims/0/explicit.txt",
}
KEPT_IN_RESET = {"samples/0/sample.json", f"{MODEL}/model.json"}
OTHERS = {
    "samples/0/sample_state.json",
    "samples/0/s.tif",
    "samples/0/plots/sample_final.png",
    f"{MODEL}/bases/0.npz",
    f"{N_SIM}/0.json",
    f"{N_SIM}/start_0.sh",
    f"{N_SIM}/blank.hoc",
    f"{N_SIM}/special",
    f"{N_SIM}/logs_0.txt",
    f"{N_SIM}/data/outputs/thresh_inner0_fiber0.dat",
    f"{N_SIM}/data/outputs/runtime_inner0_fiber0.dat",
}
#: spec/ascent.md §1.1: names that tidy_samples looks for.
UNTIDY = ("runtime", "blank", "special", "logs", "start_")


@pytest.fixture
def sample_project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name in KEPT | OTHERS | {"samples/1/sample.json", "samples/1/s.tif"}:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("content")
    return root


def left(root: Path, sample: int = 0) -> set[str]:
    files = (root / f"samples/{sample}").rglob("*")
    return {path.relative_to(root).as_posix() for path in files if path.is_file() or path.is_symlink()}


def run(command: str, root: Path, *options: str) -> int:
    return main([command, "0", "--project", str(root), *options])


def test_clean_keeps_what_took_long_or_a_user_wrote(sample_project: Path) -> None:
    assert run("clean_samples", sample_project, "--yes") == 0
    assert left(sample_project) == KEPT


def test_a_full_reset_keeps_the_two_configurations(sample_project: Path) -> None:
    assert run("clean_samples", sample_project, "-R", "--yes") == 0
    assert left(sample_project) == KEPT_IN_RESET


def test_no_empty_folder_is_left(sample_project: Path) -> None:
    run("clean_samples", sample_project, "-R", "--yes")
    assert [p for p in (sample_project / "samples/0").rglob("*") if p.is_dir() and not any(p.iterdir())] == []


def test_other_samples_are_left_alone(sample_project: Path) -> None:
    run("clean_samples", sample_project, "-R", "--yes")
    assert left(sample_project, 1) == {"samples/1/sample.json", "samples/1/s.tif"}


def test_tidy_removes_files_by_their_names(sample_project: Path) -> None:
    before = left(sample_project)
    assert run("tidy_samples", sample_project, "--yes") == 0
    assert left(sample_project) == {name for name in before if not any(part in Path(name).name for part in UNTIDY)}


def test_tidy_removes_what_the_user_names_instead(sample_project: Path) -> None:
    before = left(sample_project)
    assert run("tidy_samples", sample_project, "-f", ".hoc", "-f", "s.tif", "--yes") == 0
    assert before - left(sample_project) == {f"{N_SIM}/blank.hoc", "samples/0/s.tif"}


@pytest.mark.parametrize("command", ["clean_samples", "tidy_samples"])
def test_a_dry_run_lists_every_file_and_changes_nothing(
    command: str, sample_project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = left(sample_project)
    assert run(command, sample_project, "--dry-run", "--json") == 0
    listed = set(json.loads(capsys.readouterr().out)["would_remove"])
    assert left(sample_project) == before
    assert run(command, sample_project, "--yes") == 0
    assert listed == before - left(sample_project)


@pytest.mark.parametrize("command", ["clean_samples", "tidy_samples"])
def test_nothing_goes_without_a_yes(
    command: str, sample_project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = left(sample_project)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert run(command, sample_project) == 1
    assert left(sample_project) == before
    shown = capsys.readouterr()
    assert "blank.hoc" in shown.out
    assert "Nothing was removed" in shown.err


def test_without_anyone_to_ask_nothing_goes(sample_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = left(sample_project)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run("clean_samples", sample_project) == 1
    assert left(sample_project) == before


def test_results_are_asked_about_on_their_own(sample_project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = left(sample_project)
    monkeypatch.setattr("sys.stdin", io.StringIO("y\nn\n"))
    assert run("tidy_samples", sample_project, "-f", "thresh") == 1
    assert left(sample_project) == before


@pytest.mark.parametrize("command", ["clean_samples", "tidy_samples"])
def test_links_are_not_followed(command: str, sample_project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "blank.hoc").write_text("precious")
    (outside / "runtime.dat").write_text("precious")
    (sample_project / "samples/0/linked").symlink_to(outside)
    (sample_project / "samples/0/blank_link.hoc").symlink_to(outside / "blank.hoc")
    assert run(command, sample_project, "--yes") == 0
    assert sorted(path.name for path in outside.iterdir()) == ["blank.hoc", "runtime.dat"]
    # The link is in the sample's folder: its own name decides.
    assert not (sample_project / "samples/0/blank_link.hoc").is_symlink()


def test_a_sample_that_is_itself_a_link_is_refused(
    sample_project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/sample.tif").write_text("precious")
    (sample_project / "samples/5").symlink_to(tmp_path / "elsewhere")
    assert main(["clean_samples", "5", "--project", str(sample_project), "--yes"]) == 2
    assert (tmp_path / "elsewhere/sample.tif").exists()
    assert "is a link to" in capsys.readouterr().err


def test_of_several_samples_one_missing_stops_all(sample_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = left(sample_project)
    assert main(["clean_samples", "0", "9", "--project", str(sample_project), "--yes"]) == 2
    assert left(sample_project) == before
    assert "there is no sample 9; there are 0, 1" in capsys.readouterr().err
