"""Full disks, folders that cannot be written, interruptions: one clear line, exit code 1, and a run to resume."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jobs
import pytest


def _mounted(folder: Path, options: str) -> bool:
    folder.mkdir(exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return os.getuid() == 0 and subprocess.run(words, capture_output=True).returncode == 0


@pytest.fixture()
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB, which the study does not fit on."""
    folder = tmp_path / "disk"
    if not _mounted(folder, "size=1m"):
        pytest.skip("a tmpfs may not be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _said(text: str) -> list[str]:
    """What was printed for the user: progress and the log of the stages left out."""
    return [line for line in text.splitlines() if line.startswith("ascent")]


def _left_behind(results: Path) -> list[str]:
    return [str(path) for path in results.rglob(".*") if ".part" in path.name]


def test_a_full_disk_is_one_sentence_and_the_run_goes_on_when_there_is_room(reference: Any, small_disk: Path) -> None:
    done = jobs.run(jobs.study(small_disk, "engine.workers=1"), reference.cache)
    assert done.returncode == 1
    (line,) = _said(done.stderr)
    assert "No space left on device" in line
    assert "Traceback" not in done.stderr
    assert _left_behind(small_disk) == []
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    again = jobs.run(["resume", str(jobs.only_directory(small_disk))], reference.cache)
    assert again.returncode == 0, again.stderr
    assert jobs.content(small_disk) == reference.content


@pytest.mark.slow
def test_a_file_that_may_not_grow_is_one_sentence(reference: Any, tmp_path: Path) -> None:
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # noqa: E731
    done = subprocess.run(
        jobs.command(jobs.study(tmp_path, "engine.workers=1")),
        env=reference.cache.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=limit,
    )
    assert done.returncode == 1
    (line,) = _said(done.stderr)
    assert "File too large" in line
    assert "Traceback" not in done.stderr
    assert _left_behind(tmp_path) == []
    again = jobs.run(["resume", str(jobs.only_directory(tmp_path))], reference.cache)
    assert again.returncode == 0, again.stderr
    assert jobs.content(tmp_path) == reference.content


def test_a_results_folder_that_cannot_be_written_is_one_sentence(reference: Any, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    mounted = _mounted(folder, "ro")
    if not mounted and os.getuid() == 0:
        pytest.skip("root writes everywhere, and a read-only file system may not be mounted here")
    if not mounted:
        folder.chmod(0o555)
    try:
        done = jobs.run(jobs.study(folder, "engine.workers=1"), reference.cache)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)
    assert done.returncode == 1
    (line,) = _said(done.stderr)
    assert str(folder) in line
    assert "Read-only file system" in line or "Permission denied" in line
    assert list(folder.iterdir()) == []


def test_a_results_folder_that_is_a_file_is_one_sentence(reference: Any, tmp_path: Path) -> None:
    (tmp_path / "results").write_text("mine")
    done = jobs.run(jobs.study(tmp_path / "results", "engine.workers=1"), reference.cache)
    assert done.returncode == 1
    (line,) = _said(done.stderr)
    assert str(tmp_path / "results") in line
    assert (tmp_path / "results").read_text() == "mine"


@pytest.mark.parametrize(
    ("number", "workers"),
    [
        (signal.SIGINT, 1),
        (signal.SIGTERM, 2),
        pytest.param(signal.SIGINT, 2, marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, 1, marks=pytest.mark.slow),
    ],
)
def test_an_interrupted_run_says_so_and_can_be_resumed(
    number: signal.Signals, workers: int, reference: Any, tmp_path: Path
) -> None:
    job = jobs.Job(jobs.command(jobs.study(tmp_path, f"engine.workers={workers}")), reference.cache)
    jobs.wait_until(lambda: any('"planned"' in path.read_text() for path in tmp_path.glob("*/journal.jsonl")))
    job.process.send_signal(number)
    said = job.wait()
    _is_interrupted(said, job.process.returncode, tmp_path, "SIGTERM" if number == signal.SIGTERM else "keyboard")
    again = jobs.run(["resume", str(jobs.only_directory(tmp_path))], reference.cache)
    assert again.returncode == 0, again.stderr
    assert jobs.content(tmp_path) == reference.content


@jobs.needs_mpi
def test_an_interrupted_mpi_job_says_so_and_can_be_resumed(reference: Any, tmp_path: Path) -> None:
    # mpirun passes an interruption on to the ranks, and ends those that are slow to follow.
    job = jobs.Job(jobs.command(jobs.study(tmp_path, "sim.waveform.global.dt=0.001"), ranks=3), reference.cache)
    jobs.wait_until(lambda: any('"unit"' in path.read_text() for path in tmp_path.glob("*/journal.jsonl")))
    job.process.send_signal(signal.SIGINT)
    said = job.wait()
    _is_interrupted(said, job.process.returncode, tmp_path, "SIGTERM")
    again = jobs.run(["resume", str(jobs.only_directory(tmp_path))], reference.cache, ranks=2)
    assert again.returncode == 0, again.stderr


def _is_interrupted(said: str, code: int, results: Path, reason: str) -> None:
    assert code == 1
    assert "Traceback" not in said
    directory = jobs.only_directory(results)
    assert directory.name.endswith("_running")
    manifest = json.loads((directory / "manifest.json").read_text())
    assert manifest["status"] == "interrupted"
    assert reason in manifest["reason"]


@pytest.mark.skipif(sys.platform != "linux", reason="names variables of Linux launchers")
@jobs.needs_mpi
def test_a_launcher_that_the_library_does_not_know_is_an_error_and_no_serial_run(
    reference: Any, tmp_path: Path
) -> None:
    # As MPICH's mpiexec starts it, while the library is Open MPI: every copy would take itself for the only one.
    done = jobs.run(jobs.study(tmp_path), reference.cache, PMI_SIZE="2", PMI_RANK="0")
    assert done.returncode == 2
    assert "mpiexec (MPICH) has started 2 copies" in done.stderr
    assert "Nothing was run" in done.stderr
    assert list(tmp_path.iterdir()) == []
