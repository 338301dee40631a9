"""`ascent -m … hydra/launcher=slurm` through the real Slurm."""

import importlib.util
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from ascent.cli import main

pytestmark = pytest.mark.usefixtures("slurm")
Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def samples() -> ModuleType:
    """The small study of tests/sweeps."""
    file = Path(__file__).parents[1] / "sweeps" / "conftest.py"
    spec = importlib.util.spec_from_file_location("sweep_samples", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory, samples: ModuleType) -> tuple[Path, str, list[str]]:
    """A sweep of three seeds and two cuffs, one of which is too small; its folder, what was said, and states then."""
    from ascent.sweeps import sweep_status

    folder = tmp_path_factory.mktemp("slurm")
    words = ["-m", *samples.SMALL, "seed=42,2,3", "cuff=purdue,microleads_300", "hydra/launcher=slurm"]
    done = samples.run_ascent(folder, *words, "hydra.launcher.minutes=10", "hydra.launcher.memory_mb=1500")
    assert done.returncode == 0, done.stderr
    (sweep,) = (folder / "results").iterdir()
    return sweep, done.stdout, [point.state for point in sweep_status(sweep)]


@pytest.fixture(scope="module")
def finished(submitted: tuple[Path, str, list[str]], wait_until: Callable[[Callable[[], bool]], bool]) -> Path:
    from ascent.sweeps import sweep_status

    sweep = submitted[0]
    over = ("finished", "failed", "lost")
    assert wait_until(lambda: all(point.state in over for point in sweep_status(sweep))), _logs(sweep)
    return sweep


def test_the_shell_is_free_at_once_and_has_the_ids(submitted: tuple[Path, str, list[str]]) -> None:
    sweep, said, states = submitted
    jobs = list(json.loads((sweep / "jobs.json").read_text()).values())
    assert len(jobs) == 6
    assert f"submitted 6 jobs: {' '.join(jobs)}" in said
    assert {"queued", "running"} & set(states)


def test_status_names_the_jobs_and_what_failed(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(finished)]) == 1
    said = capsys.readouterr().out
    assert "3 finished, 3 failed" in said
    assert "MicroLeads_meas_300_bipolar.json" in said
    job = json.loads((finished / "jobs.json").read_text())["0"]
    assert job in said


def test_collect_gives_the_table_without_the_points_that_failed(
    finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "all.parquet"
    assert main(["collect", str(finished), "-o", str(file)]) == 1
    table = pd.read_parquet(file)
    assert sorted(set(table["seed"])) == [2, 3, 42]
    assert table["threshold_mA"].notna().all()
    assert "point 1 is missing" in capsys.readouterr().err


def test_a_point_of_the_array_gives_what_one_process_gives(finished: Path, samples: ModuleType, tmp_path: Path) -> None:
    (manifest,) = finished.glob("0/*/manifest.json")
    content = json.loads(manifest.read_text())["content_sha256"]
    assert content == samples.content_here(tmp_path)


def _logs(sweep: Path) -> str:
    return "\n".join(file.read_text() for file in sorted((sweep / "slurm").glob("*.out")))
