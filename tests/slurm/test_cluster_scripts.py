"""The scripts that `ascent submit` gives to Slurm, to the letter."""

import logging
import sys
from pathlib import Path

import pytest

from ascent.cli import main
from ascent.config.slurm import SlurmConfig
from ascent.project import slurm
from ascent.project.cluster import ClusterJob, array_script, plan_jobs, start_script
from ascent.project.fiber_units import FiberUnit
from ascent.project.layout import ProjectFolder
from ascent.project.slurm import jobs_by_default

FOLDER = ProjectFolder(Path("/home/me/study"), Path("/scratch/me/my export"))


def units(n_sim: str, count: int) -> list[FiberUnit]:
    return [FiberUnit(f"{n_sim}/inner0_fiber{k}", Path("/nowhere"), 0, k) for k in range(count)]


def test_an_array_is_submitted_with_this_script() -> None:
    jobs = [ClusterJob(number, 3, tuple(units("0_0_0_0", 1))) for number in (20, 21, 22)]
    config = SlurmConfig(partition="common", memory_per_fiber=2000)
    assert array_script(FOLDER, jobs, config) == (
        "#!/bin/bash\n"
        "#SBATCH --job-name=ascent_20-22\n"
        "#SBATCH --partition=common\n"
        "#SBATCH --array=0-2\n"
        "#SBATCH --ntasks=1\n"
        "#SBATCH --cpus-per-task=1\n"
        "#SBATCH --mem=2000M\n"
        '#SBATCH --chdir="/scratch/me/my export"\n'
        '#SBATCH --output="/scratch/me/my export/logs/slurm/%A_%a.log"\n'
        "job=$((20 + SLURM_ARRAY_TASK_ID))\n"
        "cd '/scratch/me/my export' || exit 1\n"
        'exec bash "start_scripts/start_$job.sh" >"logs/out/$job.log" 2>"logs/err/$job.log"\n'
    )


def test_a_job_does_this() -> None:
    assert start_script(FOLDER, ClusterJob(7, 3, tuple(units("0_1_0_2", 2)))) == (
        "#!/bin/bash\n"
        "# 2 fibers of n_sim 0_1_0_2, run 3\n"
        "export ASCENT_NSIM_EXPORT_PATH='/scratch/me/my export'\n"
        f"exec {sys.executable} -m ascent submit 3 --local-submit --num-cpu 1 --skip-summary --project /home/me/study "
        "--fiber 0_1_0_2/inner0_fiber0 --fiber 0_1_0_2/inner0_fiber1\n"
    )


def test_fibers_of_one_n_sim_share_jobs_and_no_job_has_two_n_sims() -> None:
    pending = [(0, unit) for unit in units("0_0_0_0", 5) + units("0_0_0_1", 2)]
    jobs = plan_jobs(pending, 2, first=10)
    assert [job.number for job in jobs] == [10, 11, 12, 13]
    assert [len(job.fibers) for job in jobs] == [2, 2, 1, 2]
    assert [unit for job in jobs for unit in job.fibers] == [unit for _, unit in pending]


@pytest.mark.parametrize("options", [["-C", "-L"], ["-L", "-p", "common"], ["-C", "-n", "2"]])
def test_options_that_do_not_go_together_are_a_wrong_call(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(slurm, "slurm_is_here", lambda: True)
    assert main(["submit", "0", "--project", str(tmp_path), *options]) == 2
    assert options[0] in capsys.readouterr().err or "-n" in options


def test_a_cluster_is_asked_for_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(slurm, "slurm_is_here", lambda: False)
    assert main(["submit", "0", "--project", str(tmp_path), "-C"]) == 2
    assert "no sbatch" in capsys.readouterr().err


def test_inside_a_job_fibers_run_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slurm, "slurm_is_here", lambda: True)
    monkeypatch.setattr(slurm, "_controller_is_down", lambda: False)
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    assert jobs_by_default()
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    assert not jobs_by_default()


@pytest.mark.parametrize(
    ("said", "jobs"),
    [
        ("Slurmctld(primary) at a is UP", True),
        ("Slurmctld(primary) at a is DOWN\nSlurmctld(backup) at b is UP", True),
        ("Slurmctld(primary) at a is DOWN", False),
    ],
)
def test_fibers_run_here_when_slurm_says_that_it_is_down(
    said: str, jobs: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scontrol = tmp_path / "scontrol"
    scontrol.write_text(f"#!/bin/sh\ncat <<E\n{said}\nE\n")
    scontrol.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(slurm, "slurm_is_here", lambda: True)
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    monkeypatch.setattr(logging.getLogger("ascent"), "propagate", True)  # commands print their messages themselves
    assert jobs_by_default() is jobs
    assert ("its controller is down" in caplog.text) is not jobs


def test_a_job_that_is_completing_is_out_of_the_queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    squeue = tmp_path / "squeue"
    says = ("12_0|COMPLETING|None", "12_1|RUNNING|None", "12_2|PENDING|Resources")
    squeue.write_text("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in says))
    squeue.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert slurm.slurm_queue(["12_0", "12_1", "12_2"]) == {
        "12_1": ("RUNNING", "None"),
        "12_2": ("PENDING", "Resources"),
    }
