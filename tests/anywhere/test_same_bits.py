"""The same `content_sha256`, however the work is spread."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jobs
import pytest

pytestmark = jobs.needs_mpi


@pytest.mark.parametrize("ranks", [2, pytest.param(3, marks=pytest.mark.slow), 4])
def test_mpi_ranks_give_what_one_process_gives(reference: Any, tmp_path: Path, ranks: int) -> None:
    done = jobs.run(jobs.study(tmp_path), reference.cache, ranks=ranks)
    assert done.returncode == 0, done.stderr
    assert jobs.content(tmp_path) == reference.content
    manifest = json.loads((jobs.only_directory(tmp_path) / "manifest.json").read_text())
    assert manifest["mpi_size"] == ranks


@pytest.mark.slow
def test_the_driver_gives_what_the_command_gives(reference: Any, tmp_path: Path) -> None:
    import subprocess
    import sys

    words = [*jobs.mpirun(2), sys.executable, str(jobs.ROOT / "mpi" / "driver.py"), *jobs.study(tmp_path)]
    done = subprocess.run(words, env=reference.cache.environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert jobs.content(tmp_path) == reference.content


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("mpiexec.mpich") is None, reason="MPICH is not here (apt-get install mpich)")
def test_mpich_gives_what_open_mpi_gives(reference: Any, tmp_path: Path) -> None:
    import subprocess
    import sys

    (library,) = sorted(Path("/usr/lib").glob("*/libmpich.so.12"))[:1]
    # Debian calls MPICH's library by another name than the common ABI does.
    (tmp_path / "abi").mkdir()
    (tmp_path / "abi" / "libmpi.so.12").symlink_to(library)
    words = ["mpiexec.mpich", "-n", "2", sys.executable, "-m", "ascent", *jobs.study(tmp_path / "results")]
    variables = reference.cache.environment(LD_LIBRARY_PATH=str(tmp_path / "abi"), MPI4PY_MPIABI="mpich")
    done = subprocess.run(words, env=variables, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert jobs.content(tmp_path / "results") == reference.content
