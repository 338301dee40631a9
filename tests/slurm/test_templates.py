"""The job templates in mpi/: they run what they are given, over as many ranks as the job has."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
TEMPLATES = sorted((CHECKOUT / "mpi").glob("*.sbatch")) + sorted((CHECKOUT / "mpi").glob("*.sh"))
MPIRUN = shutil.which("mpirun", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_is_a_script_that_bash_reads(template: Path) -> None:
    subprocess.run(["bash", "-n", str(template)], check=True)
    assert "ascent" in template.read_text()


def environment(folder: Path) -> dict[str, str]:
    """An `ascent` of this checkout on PATH, as an installation would put it there."""
    command = folder / "ascent"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m ascent "$@"\n')
    command.chmod(0o755)
    path = f"{folder}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    options = "--oversubscribe" + (" --allow-run-as-root" if os.getuid() == 0 else "")
    return {**os.environ, "PATH": path, "PYTHONPATH": str(CHECKOUT), "ASCENT_MPIRUN_OPTIONS": options}


@pytest.mark.skipif(MPIRUN is None, reason="there is no mpirun here")
@pytest.mark.usefixtures("slurm")
def test_a_job_of_two_ranks_gives_what_one_process_gives(
    tmp_path: Path,
    wait_until: Callable[[Callable[[], bool]], bool],
    made_once: Callable[[str, Callable[[Path], object]], Path],
) -> None:
    file = Path(__file__).parents[1] / "sweeps" / "conftest.py"
    spec = importlib.util.spec_from_file_location("sweep_samples", file)
    assert spec is not None and spec.loader is not None
    samples = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(samples)
    words = ["sbatch", "--ntasks=2", "--mem-per-cpu=1500M", str(CHECKOUT / "mpi" / "slurm.sbatch")]
    words += [*samples.SMALL, "results.archive=none"]
    subprocess.run(words, cwd=tmp_path, env=environment(tmp_path), check=True, capture_output=True)
    said = lambda: "\n".join(log.read_text() for log in tmp_path.glob("ascent_*.log"))  # noqa: E731
    over = lambda: list(tmp_path.glob("results/*[0-9]/manifest.json")) or "rror" in said()  # noqa: E731
    assert wait_until(lambda: bool(over())), said()
    (manifest,) = (json.loads(f.read_text()) for f in tmp_path.glob("results/*[0-9]/manifest.json"))
    assert manifest["mpi_size"] == 2
    # The folder of tests/sweeps.
    one = made_once("one_process", lambda folder: (folder / "content").write_text(samples.content_here(folder)))
    assert manifest["content_sha256"] == (one / "content").read_text()


def test_a_pbs_job_starts_a_rank_for_each_line_of_its_node_file(tmp_path: Path) -> None:
    """PBS itself is not here: an mpirun that says what it was called with stands in for it."""
    (tmp_path / "mpirun").write_text('#!/bin/sh\necho "$@"\n')
    (tmp_path / "mpirun").chmod(0o755)
    (tmp_path / "nodes").write_text("a\na\nb\n")
    variables = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PBS_NODEFILE": str(tmp_path / "nodes")}
    variables |= {"PBS_O_WORKDIR": str(tmp_path), "ASCENT_ARGUMENTS": "+run=3 seed=1"}
    for template, command in (("pbs.sh", "ascent"), ("pbs_image.sh", "apptainer run ascent.sif")):
        said = subprocess.run([str(CHECKOUT / "mpi" / template)], env=variables, capture_output=True, text=True)
        assert said.stdout.split() == f"--hostfile {tmp_path}/nodes -n 3 {command} +run=3 seed=1".split()
