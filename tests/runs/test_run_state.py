"""How far a run came, as its manifest says or as the lock of its journal shows."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ascent.cli import main
from ascent.cli.interruption import Terminated, ending_cleanly
from ascent.errors import RunDirectoryError
from ascent.runs import RunDirectory
from ascent.runs.state import run_state
from ascent.schedule import Outcome

ROOT = Path(__file__).parents[2]
KILLED = """
import os, signal, sys
from ascent.runs import RunDirectory
from ascent.schedule import Outcome
run = RunDirectory.create(sys.argv[1], 42)
run.plan("fibers", 3)
run.record(Outcome("fiber 0", 0), value=1)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose process was killed: its manifest says that it is running."""
    results = tmp_path_factory.mktemp("results")
    done = subprocess.run([sys.executable, "-c", KILLED, str(results)], cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    (run,) = results.iterdir()
    assert json.loads((run / "manifest.json").read_text())["status"] == "running"
    return run


def test_a_run_whose_process_is_gone_is_interrupted(killed: Path) -> None:
    state = run_state(killed)
    assert state.state == "interrupted"
    assert "before it could say why" in str(state.reason)
    assert (state.units_done, state.units_failed, state.units_planned) == (1, 0, 3)


def test_status_says_so_of_a_run_directory(killed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(killed)]) == 1
    assert "interrupted, 1 of 3 units done" in capsys.readouterr().out
    assert main(["status", str(killed), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["state"] == "interrupted"


def test_verify_says_so_too(killed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(killed)]) == 2
    assert "has not finished (interrupted)" in capsys.readouterr().err


def test_a_run_that_is_being_written_is_running(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with RunDirectory.create(tmp_path, 42) as run:
        assert run_state(run.path).state == "running"
        assert main(["status", str(run.path)]) == 0
    assert run_state(run.path).state == "finished"


def test_asking_does_not_keep_the_run_from_being_resumed(killed: Path, tmp_path: Path) -> None:
    copy = tmp_path / killed.name
    copy.mkdir()
    for file in killed.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    assert run_state(copy).state == "interrupted"
    with RunDirectory.resume(copy) as run:
        assert run.completed() == {"fiber 0": 1}
        assert run_state(run.path).state == "running"


def test_the_manifest_says_that_the_process_is_to_end_before_anything_is_wound_up(tmp_path: Path) -> None:
    # mpirun and batch systems follow with SIGKILL, maybe before the stack is unwound.
    run = RunDirectory.create(tmp_path, 42)
    with pytest.raises(Terminated), ending_cleanly(), run:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            manifest = json.loads((run.path / "manifest.json").read_text())
    assert (manifest["status"], manifest["reason"]) == ("interrupted", "Ended by SIGTERM.")
    assert json.loads((run.path / "manifest.json").read_text())["status"] == "interrupted"


def test_a_run_that_finishes_nevertheless_says_that_it_finished(tmp_path: Path) -> None:
    with RunDirectory.create(tmp_path, 42) as run:
        run.record(Outcome("fiber 0", 0))
        run.note_interruption("Ended by SIGTERM.")
    assert run_state(run.path).state == "finished"
    assert run_state(run.path).reason is None


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match=r"manifest\.json is missing"):
        run_state(tmp_path)
