"""The first word decides: a command, an override for Hydra, or a sentence about what was meant."""

import subprocess
import sys
from pathlib import Path

import pytest

from ascent.cli import COMMANDS, main

CHECKOUT = Path(__file__).parents[2]


def test_no_arguments_print_the_overview(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "ascent +run=3" in capsys.readouterr().out


def test_a_misspelt_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["piplin"]) == 2
    assert "did you mean pipeline?" in capsys.readouterr().err


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    below = {"mechanisms": ["build"], "plot": ["heatmap"], "simrun": ["run"]}
    assert main([command, *below.get(command, []), "--help"]) == 0
    printed = capsys.readouterr().out
    assert f"Example: ascent {command}" in " ".join(printed.split())
    assert "--quiet" in printed


def test_an_unknown_option_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "runs", "--nonsense"]) == 2
    assert "--nonsense" in capsys.readouterr().err


def test_a_project_folder_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "nowhere"
    assert main(["list", "runs", "--project", str(missing)]) == 2
    assert str(missing) in capsys.readouterr().err


def test_importing_ascent_loads_nothing_heavy() -> None:
    code = "import sys, ascent; print([m for m in ('neuron','ngsolve','matplotlib','numpy','cv2') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CHECKOUT)
    assert run.stdout.strip() == "[]"


DOORS = [["-m", "ascent"], ["-c", "import sys; from ascent.cli import main; sys.exit(main())"]]


@pytest.mark.parametrize("door", DOORS)
def test_every_door_accepts_a_bare_run_number(door: list[str], tmp_path: Path) -> None:
    words = [sys.executable, *door, "+run=3", "--cfg", "job"]
    run = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, env=_environment())
    assert run.returncode == 0, run.stderr
    assert "mock_multifascicular" in run.stdout


def test_a_group_choice_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "ascent", "+run=3", "cuff=nonsense"]
    run = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, env=_environment())
    assert run.returncode == 2
    assert "livanova_2000" in run.stderr + run.stdout


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(CHECKOUT)}
