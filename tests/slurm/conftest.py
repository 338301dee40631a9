"""A Slurm to submit to, where there is one, and a project of two fibers."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def slurm() -> None:
    """Skip where no Slurm takes jobs."""
    if shutil.which("sbatch") is None:
        pytest.skip("there is no Slurm here (no sbatch)")
    said = subprocess.run(["sinfo", "--noheader", "--format=%T"], capture_output=True, text=True)
    if said.returncode or not {"idle", "mixed", "allocated"} & set(said.stdout.split()):
        pytest.skip("the Slurm here takes no jobs (sinfo shows no node that is up)")


@pytest.fixture(scope="session")
def make_project() -> Callable[[Path], Path]:
    """What makes the small project of tests/project."""
    file = Path(__file__).parents[1] / "project" / "conftest.py"
    spec = importlib.util.spec_from_file_location("project_samples", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_project  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def wait_until() -> Callable[[Callable[[], bool]], bool]:
    """What waits for a condition and says whether it came true in four minutes."""

    def wait(condition: Callable[[], bool]) -> bool:
        end = time.monotonic() + 240
        while time.monotonic() < end:
            if condition():
                return True
            time.sleep(0.5)
        return False

    return wait
