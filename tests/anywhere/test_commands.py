"""Every command that runs units shares them among the ranks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jobs
import pytest

pytestmark = jobs.needs_mpi


@pytest.fixture(scope="module")
def project(reference: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run directory is a project folder as well; here without what was computed from the field on."""
    folder = tmp_path_factory.mktemp("project") / "project"
    shutil.copytree(reference.directory, folder)
    shutil.rmtree(folder / "samples" / "0" / "models" / "0" / "sims")
    return folder


def test_pipeline_and_submit_over_ranks_give_the_files_of_one_process(reference: Any, project: Path) -> None:
    for words in (["pipeline", "0"], ["submit", "0", "-L", "--skip-summary"]):
        done = jobs.run([*words, "--project", str(project)], reference.cache, ranks=2)
        assert done.returncode == 0, done.stderr
    n_sims = reference.directory / "samples/0/models/0/sims/0/n_sims"
    for n_sim in sorted(n_sims.iterdir()):
        expected = sorted((n_sim / "data" / "outputs").glob("thresh_*.dat"))
        assert len(expected) == 20
        for file in expected:
            mine = project / "export" / "n_sims" / f"0_0_0_{n_sim.name}" / "data" / "outputs" / file.name
            assert mine.read_text() == file.read_text()


def test_doctor_says_how_many_ranks_there_are(reference: Any) -> None:
    done = jobs.run(["doctor", "--json"], reference.cache, ranks=2)
    assert done.returncode == 0, done.stderr
    findings = {finding["what"]: finding["detail"] for finding in json.loads(done.stdout)}
    assert findings["MPI job"].startswith("2 ranks of 2")


def test_a_call_that_is_wrong_is_said_once_and_nothing_is_written(reference: Any, tmp_path: Path) -> None:
    done = jobs.run(jobs.study(tmp_path, "sample.scale.shrinkage=7"), reference.cache, ranks=3)
    assert done.returncode == 2
    assert done.stderr.count("scale.shrinkage") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_script_runs_on_rank_0_with_the_others_at_its_service(reference: Any, tmp_path: Path) -> None:
    import subprocess
    import sys

    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nimport ascent\nfrom pathlib import Path\nprint(ascent.run('0', sys.argv[1:], quiet=True))\n"
    )
    words = [word for word in jobs.study(tmp_path / "results") if word != "+run=0"]
    command = [*jobs.mpirun(2), sys.executable, str(jobs.ROOT / "mpi" / "driver.py"), str(script), *words]
    done = subprocess.run(command, env=reference.cache.environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert jobs.content(tmp_path / "results") == reference.content
