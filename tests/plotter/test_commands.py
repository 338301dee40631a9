"""ascent plot: every picture from the shell, in every format, from any folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ascent.cli import main
from ascent.runs.archive import write_archive

ONE = ["--model", "0", "--n-sim", "0"]
COMMANDS = {
    "heatmap": ONE,
    "heatmap-facets": ["--row", "model"],
    "threshold-barchart": ["--x", "diameter_um", "--hue", "model"],
    "threshold-boxplot": [],
    "threshold-swarmplot": ["--hue", "fascicle"],
    "dose-response": ["--by", "diameter_um"],
    "convergence": ["--reference", "0", "--label", "length"],
    "ap-loctime": ["--model", "0", "--distribution"],
    "sample": ["--labels"],
    "fibers": ONE,
    "waveform": ONE,
    "ve": [*ONE, "--all-fibers"],
    "ve-difference": ONE,
    "recording": [*ONE, "--variable", "m"],
    "sfap": ["--model", "0", "--all-fibers"],
    "cnap": ONE,
}
BEGINNINGS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_picture_is_written_where_the_user_says(
    command: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    # Each format comes up several times over the commands.
    suffix = sorted(BEGINNINGS)[sorted(COMMANDS).index(command) % 3]
    words = ["plot", command, "--project", str(project), "-o", f"picture{suffix}", *COMMANDS[command]]
    assert main(words) == 0, capsys.readouterr().err
    assert capsys.readouterr().out.split() == [f"picture{suffix}"]
    assert (tmp_path / f"picture{suffix}").read_bytes().startswith(BEGINNINGS[suffix])


@pytest.mark.parametrize("command", [*sorted(COMMANDS), "custom-dose-response", "templates"])
def test_every_picture_explains_itself_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", command, "--help"]) == 0
    assert f"Example: ascent plot {command} " in " ".join(capsys.readouterr().out.split())


def test_no_picture_is_left_out_of_these_tests() -> None:
    from ascent.cli.plot import application

    assert {entry.name for entry in application.registered_commands} == {*COMMANDS, "custom-dose-response", "templates"}


def test_an_archive_gives_the_same_picture(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = write_archive(project, tmp_path / "run.tar.gz", 0.0)
    monkeypatch.chdir(tmp_path)
    for source, name in ((project, "folder.png"), (archive, "archive.png")):
        assert main(["plot", "heatmap", "--project", str(source), "-o", name, *ONE]) == 0
    assert (tmp_path / "folder.png").read_bytes() == (tmp_path / "archive.png").read_bytes()


def test_without_a_name_a_picture_of_an_archive_goes_to_the_current_folder(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write_archive(project, tmp_path / "run.tar.gz", 0.0)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert main(["plot", "waveform", "--project", str(archive), *ONE]) == 0
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["waveform_0_0_0_0.png"]


def test_custom_fibers_are_drawn_into_a_folder(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fibers.csv").write_text("x,y,diameter,type\n100,200,6.0,A\n310,160,7,B\n0,0,7,B\n")
    words = ["plot", "custom-dose-response", str(tmp_path / "fibers.csv"), "--model", "0", "-o", str(tmp_path / "out")]
    assert main([*words, "--project", str(project), "--format", "svg", "--json"]) == 0
    shown = capsys.readouterr()
    said = json.loads(shown.out)
    assert said["fibers"] == 2
    assert (tmp_path / "out/fasc_type_drc_breakout.svg").is_file()
    assert "1 of 3 fibers lie in no fascicle" in shown.err


def test_several_n_sims_are_listed_when_one_is_needed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "heatmap", "--project", str(project)]) == 2
    assert "there are the n_sims 0_0_0_0, 0_0_0_1, 0_0_0_2, 0_1_0_0" in capsys.readouterr().err


def test_a_format_that_cannot_be_written_is_refused(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plot", "heatmap", "--project", str(project), "-o", str(tmp_path / "x.bmp"), *ONE]) == 2
    assert "must be named .png, .svg or .pdf" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plot", "heatmaps"]) == 2
    assert "heatmap" in capsys.readouterr().err
