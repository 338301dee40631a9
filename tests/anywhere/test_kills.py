"""A run that is killed at any moment is finished by ``ascent resume`` with the same bits, and no unit is done twice."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import subprocess
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import jobs
import pytest

pytestmark = jobs.needs_mpi

#: What the first seconds of each phase are known by, and how long the phase lasts, s.
PHASES = ("mesh", "solve", "fibers", "archive")
VICTIMS = ("rank", "leader", "all", "shell")
#: Kills that are quick to try.
FAST = (2, 8, 15)


def _begun(phase: str, results: Path, cache: Path) -> bool:
    if phase in ("mesh", "solve"):
        # The lock of the field is taken when its geometry is begun.
        return any(cache.glob("fields/*.lock"))
    journals = list(results.glob("*/journal.jsonl"))
    if phase == "fibers":
        return any('"fibers"' in journal.read_text() for journal in journals)
    return any(results.glob(".*.part*")) or any(results.glob("*.tar.gz"))


def _seconds(phase: str, directory: Path) -> tuple[float, float]:
    """From when to when after its beginning the phase can be hit."""
    timings = json.loads((directory / "samples/0/models/0/bases/timings.json").read_text())
    meshed = timings["geometry_seconds"] + timings["mesh_seconds"]
    return {
        "mesh": (0.0, 0.9 * meshed),
        "solve": (0.9 * meshed, meshed + timings["solve_seconds"] + 0.5),
        "fibers": (0.0, 0.5),
        "archive": (0.0, 0.2),
    }[phase]


def _victims(job: jobs.Job, victim: str) -> tuple[int, ...]:
    if victim == "rank":
        return (job.rank(1),)
    if victim == "leader":
        return (job.rank(0),)
    return () if victim == "all" else (job.process.pid,)


def kill_and_resume(seed: int, reference: Any, tmp_path: Path) -> None:
    chance = random.Random(seed)
    phase, victim = PHASES[seed % 4], VICTIMS[seed // 4 % 4]
    results, cache = tmp_path / "results", jobs.Cache(tmp_path / "cache")
    if phase in ("fibers", "archive"):
        shutil.copytree(reference.cache.folder, cache.folder)
    words = jobs.command(jobs.study(results), ranks=2)
    if victim == "shell":
        words = ["bash", "-c", '"$@"; true', "bash", *words]
    job = jobs.Job(words, cache)
    jobs.wait_until(lambda: _begun(phase, results, cache.folder) or job.process.poll() is not None)
    first, last = _seconds(phase, reference.directory)
    moment = chance.uniform(first, last)
    with suppress(subprocess.TimeoutExpired):
        job.process.wait(moment)
    # Where the ranks are gone already, the run had finished.
    with suppress(ValueError):
        job.kill(*_victims(job, victim))
    job.wait()

    before = jobs.units_done(jobs.only_directory(results))
    ranks = chance.choice((None, 2))
    again = jobs.run(["resume", str(jobs.only_directory(results))], cache, ranks=ranks)
    assert again.returncode == 0, f"{phase}, {victim}, {moment:.2f} s: {again.stderr}"
    directory = jobs.only_directory(results)
    assert jobs.content(results) == reference.content
    after = jobs.units_done(directory)
    assert after[: len(before)] == before
    assert [unit for unit, times in Counter(after).items() if times > 1] == []
    archive = results / f"{directory.name}.tar.gz"
    digest = (results / f"{archive.name}.sha256").read_text().split()[0]
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == digest
    assert [str(path) for path in results.rglob(".*") if ".part" in path.name] == []


@pytest.mark.parametrize("seed", FAST)
def test_a_killed_run_is_resumed_with_the_same_bits(seed: int, reference: Any, tmp_path: Path) -> None:
    kill_and_resume(seed, reference, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [seed for seed in range(20) if seed not in FAST])
def test_twenty_kills_are_resumed_with_the_same_bits(seed: int, reference: Any, tmp_path: Path) -> None:
    kill_and_resume(seed, reference, tmp_path)


def test_a_dead_rank_ends_the_job_with_what_was_finished_in_the_journal(reference: Any, tmp_path: Path) -> None:
    job = jobs.Job(jobs.command(jobs.study(tmp_path, "sim.waveform.global.dt=0.0005"), ranks=3), reference.cache)
    jobs.wait_until(lambda: any('"unit"' in path.read_text() for path in tmp_path.glob("*/journal.jsonl")))
    job.kill(job.rank(2))
    job.wait()
    assert job.process.returncode != 0
    directory = jobs.only_directory(tmp_path)
    assert directory.name.endswith("_running")
    assert jobs.units_done(directory)


def test_two_cannot_resume_the_same_run(reference: Any, tmp_path: Path) -> None:
    job = jobs.Job(
        jobs.command(jobs.study(tmp_path, "engine.workers=1", "sim.waveform.global.dt=0.0005")), reference.cache
    )
    jobs.wait_until(lambda: any('"planned"' in path.read_text() for path in tmp_path.glob("*/journal.jsonl")))
    other = jobs.run(["resume", str(jobs.only_directory(tmp_path))], reference.cache)
    job.kill()
    job.wait()
    assert other.returncode == 1
    assert "still going on" in other.stderr
    assert "Traceback" not in other.stderr


def test_what_is_no_run_directory_is_said(reference: Any, tmp_path: Path) -> None:
    done = jobs.run(["resume", str(tmp_path)], reference.cache)
    assert done.returncode == 2
    assert "manifest.json is missing" in done.stderr
