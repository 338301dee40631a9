"""`ascent submit` through the real Slurm: arrays, logs, and results that are imported as if they were made here."""

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ascent.cli import main
from ascent.project.slurm import slurm_queue

pytestmark = pytest.mark.usefixtures("slurm")


@pytest.fixture(scope="module")
def exported(make_project: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = make_project(tmp_path_factory.mktemp("cluster") / "project")
    assert main(["pipeline", "0", "--project", str(project), "--quiet"]) == 0
    return project


def test_fibers_run_as_a_job_array_and_their_results_are_imported(
    exported: Path, capsys: pytest.CaptureFixture[str], wait_until: Callable[[Callable[[], bool]], bool]
) -> None:
    words = [
        "submit",
        "0",
        "--project",
        str(exported),
        "--fibers-per-job",
        "1",
        "-m",
        "1500",
        "-S",
        "--time=10",
        "--json",
    ]
    assert main([*words, "--quiet"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["fibers"] == 2
    (job,) = report["jobs"]
    outputs = exported / "export/n_sims/0_0_0_0/data/outputs"
    assert list(outputs.iterdir()) == []  # the shell is free before the work is done
    assert wait_until(lambda: len(list(outputs.glob("thresh_*.dat"))) == 2), _logs(exported)
    with open(exported / "export/out_err_key.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["slurm_job"] for row in rows] == [f"{job}_0", f"{job}_1"]
    assert [(exported / "export" / row["out"]).is_file() for row in rows] == [True, True]
    assert main(["import_n_sims", "0", "--project", str(exported), "--quiet"]) == 0
    here = exported / "samples/0/models/0/sims/0/n_sims/0/data/outputs/thresh_inner0_fiber0.dat"
    assert float(here.read_text()) < 0


def test_fibers_that_wait_in_the_queue_are_not_submitted_again(
    exported: Path, capsys: pytest.CaptureFixture[str], wait_until: Callable[[Callable[[], bool]], bool]
) -> None:
    # A result may be there a moment before the job that wrote it has ended.
    assert wait_until(lambda: _in_queue(exported) == {}), _in_queue(exported)
    for file in (exported / "export/n_sims/0_0_0_0/data/outputs").glob("thresh_*.dat"):
        file.unlink()
    words = ["submit", "0", "--project", str(exported), "--json", "--quiet"]
    assert main([*words, "-S", "--hold"]) == 0
    (job,) = json.loads(capsys.readouterr().out)["jobs"]
    try:
        assert main(words) == 0
        again = json.loads(capsys.readouterr().out)
        assert (again["jobs"], again["queued"]) == ({}, 2)
    finally:
        subprocess.run(["scancel", job], check=True)


def test_what_slurm_refuses_is_said_in_its_words(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["submit", "0", "--project", str(exported), "-p", "nowhere", "--quiet"]) == 1
    assert "partition" in capsys.readouterr().err


def _in_queue(project: Path) -> dict[str, tuple[str, str]] | None:
    """What Slurm still has of the jobs of a project's key."""
    key = project / "export/out_err_key.csv"
    if not key.is_file():
        return {}
    with open(key, newline="") as stream:
        return slurm_queue(row["slurm_job"] for row in csv.DictReader(stream))


def _logs(project: Path) -> str:
    return "\n".join(file.read_text() for file in sorted((project / "export/logs").rglob("*.log")))
