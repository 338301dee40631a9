"""Fibers of exported n_sims as job arrays of a Slurm cluster: scripts, logs, and a key to both.

In the export folder, as ASCENT lays it out: ``start_scripts/start_<job>.sh`` is what one job does, ``logs/out`` and
``logs/err`` hold ``<job>.log``, and ``out_err_key.csv`` says which fibers are whose. Nothing here waits for a job.
"""

from __future__ import annotations

import csv
import io
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from ascent.config.loading import load
from ascent.config.slurm import SlurmConfig
from ascent.files import write_text
from ascent.project.fiber_units import FiberUnit
from ascent.project.layout import ProjectFolder
from ascent.project.slurm import sbatch, slurm_queue

SCRIPTS = "start_scripts"
KEY_FILE = "out_err_key.csv"
_KEY_COLUMNS = ("job", "slurm_job", "n_sim", "inner", "fiber", "out", "err")


@dataclass(frozen=True)
class ClusterJob:
    """One task of an array: fibers of one n_sim, run one after the other.

    Attributes
    ----------
    number : int
        Its number in the export folder.
    run : int
        Index of the run.
    fibers : tuple of FiberUnit
        What it runs.
    """

    number: int
    run: int
    fibers: tuple[FiberUnit, ...]


@dataclass
class ClusterReport:
    """What was submitted.

    Attributes
    ----------
    jobs : dict
        Number of fibers by id of the array.
    fibers : int
        Fibers submitted.
    skipped : int
        Fibers that have results already.
    queued : int
        Fibers that an earlier submission has in the queue still.
    """

    jobs: dict[str, int] = field(default_factory=dict)
    fibers: int = 0
    skipped: int = 0
    queued: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def sentence(self) -> str:
        """What the user is told."""
        if not self.jobs:
            return f"nothing submitted: {self.skipped} fibers are done, {self.queued} in the queue"
        ids = " ".join(self.jobs)
        return f"submitted {self.fibers} fibers in {len(self.jobs)} job arrays: {ids}"


def slurm_config(folder: ProjectFolder) -> SlurmConfig:
    """``slurm_params.json`` of the export folder, else of the project, else the defaults."""
    for system in (folder.export / "config" / "system", folder.system):
        if (system / "slurm_params.json").is_file():
            config: SlurmConfig = load(system / "slurm_params.json", SlurmConfig)
            return config
    return SlurmConfig()


def submit_runs_to_cluster(folder: ProjectFolder, runs: Sequence[int]) -> ClusterReport:
    """Submit every fiber of exported runs that has no results, as ``slurm_params.json`` says."""
    from ascent.project.submit import plan_submission

    plan = plan_submission(folder, runs)
    return submit_to_cluster(folder, plan.by_run(), slurm_config(folder))


def submit_to_cluster(
    folder: ProjectFolder,
    pending: Sequence[tuple[int, FiberUnit]],
    config: SlurmConfig,
    *,
    options: str = "",
) -> ClusterReport:
    """Submit fibers as job arrays; returns when Slurm has them all.

    Parameters
    ----------
    folder : ProjectFolder
        The project.
    pending : sequence of (int, FiberUnit)
        Fibers without results, each with the run it belongs to.
    config : SlurmConfig
        Partition, memory, fibers of a job and jobs of an array.
    options : str
        Further options of sbatch, as on a command line.

    Raises
    ------
    SubmissionError
        When Slurm refuses an array; those before it stay submitted, and the key says which.
    RunDirectoryError
        When scripts cannot be written.
    """
    from ascent.mechanisms.build import build_mechanisms

    # Compiled once here rather than by every job at the same time.
    build_mechanisms()
    queued = _queued(folder)
    wanted = [(run, unit) for run, unit in pending if unit.id not in queued]
    report = ClusterReport(queued=len(pending) - len(wanted))
    jobs = plan_jobs(wanted, config.fibers_per_job, first=_next_number(folder))
    for job in jobs:
        write_text(_script(folder, job.number), start_script(folder, job))
    for name in ("out", "err", "slurm"):
        (folder.export / "logs" / name).mkdir(parents=True, exist_ok=True)
    for first in range(0, len(jobs), config.jobs_per_array):
        array = jobs[first : first + config.jobs_per_array]
        path = folder.export / SCRIPTS / f"array_{array[0].number}.slurm"
        write_text(path, array_script(folder, array, config))
        slurm_job = sbatch(path, shlex.split(options))
        _add_to_key(folder, array, slurm_job)
        report.jobs[slurm_job] = sum(len(job.fibers) for job in array)
        report.fibers += report.jobs[slurm_job]
    return report


def plan_jobs(pending: Sequence[tuple[int, FiberUnit]], fibers_per_job: int, first: int = 0) -> list[ClusterJob]:
    """Cut fibers into jobs: those of one n_sim together, at most `fibers_per_job` in one.

    Parameters
    ----------
    pending : sequence of (int, FiberUnit)
        Fibers, each with the run it belongs to.
    fibers_per_job : int
        Most fibers of a job.
    first : int
        Number of the first job.
    """
    jobs: list[ClusterJob] = []
    for (run, _), group in groupby(pending, key=lambda entry: (entry[0], entry[1].id.split("/")[0])):
        fibers = [unit for _, unit in group]
        for start in range(0, len(fibers), fibers_per_job):
            jobs.append(ClusterJob(first + len(jobs), run, tuple(fibers[start : start + fibers_per_job])))
    return jobs


def start_script(folder: ProjectFolder, job: ClusterJob) -> str:
    """Text of what one job does; it can be started by hand too."""
    words = [sys.executable, "-m", "ascent", "submit", str(job.run), "--local-submit", "--num-cpu", "1"]
    words += ["--skip-summary", "--project", str(folder.root)]
    for unit in job.fibers:
        words += ["--fiber", unit.id]
    return "\n".join(
        [
            "#!/bin/bash",
            f"# {len(job.fibers)} fibers of n_sim {job.fibers[0].id.split('/')[0]}, run {job.run}",
            f"export ASCENT_NSIM_EXPORT_PATH={shlex.quote(str(folder.export))}",
            f"exec {shlex.join(words)}",
            "",
        ]
    )


def array_script(folder: ProjectFolder, jobs: Sequence[ClusterJob], config: SlurmConfig) -> str:
    """Text of the script that sbatch is given for an array of jobs."""
    first = jobs[0].number
    logs = folder.export / "logs"
    lines = ["#!/bin/bash"]
    lines += [
        f"#SBATCH --{name}={value}"
        for name, value in (
            ("job-name", f"ascent_{first}-{jobs[-1].number}"),
            ("partition", config.partition),
            ("array", f"0-{len(jobs) - 1}"),
            ("ntasks", 1),
            ("cpus-per-task", 1),
            ("mem", f"{config.memory_per_fiber}M"),
            ("chdir", _quoted(folder.export)),
            ("output", _quoted(logs / "slurm" / "%A_%a.log")),
        )
    ]
    # Array indices are limited by the cluster, numbers of jobs are not.
    lines += [
        f"job=$(({first} + SLURM_ARRAY_TASK_ID))",
        f"cd {shlex.quote(str(folder.export))} || exit 1",
        f'exec bash "{SCRIPTS}/start_$job.sh" >"logs/out/$job.log" 2>"logs/err/$job.log"',
        "",
    ]
    return "\n".join(lines)


def _quoted(path: Path) -> str:
    """A path as sbatch reads it in a script."""
    text = str(path)
    return f'"{text}"' if " " in text else text


def _script(folder: ProjectFolder, number: int) -> Path:
    return folder.export / SCRIPTS / f"start_{number}.sh"


def _next_number(folder: ProjectFolder) -> int:
    stems = [path.stem.removeprefix("start_") for path in (folder.export / SCRIPTS).glob("start_*.sh")]
    return max((int(stem) for stem in stems if stem.isdigit()), default=-1) + 1


def _add_to_key(folder: ProjectFolder, array: Sequence[ClusterJob], slurm_job: str) -> None:
    file = folder.export / KEY_FILE
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if not file.is_file():
        writer.writerow(_KEY_COLUMNS)
    for index, job in enumerate(array):
        logs = (f"logs/out/{job.number}.log", f"logs/err/{job.number}.log")
        for unit in job.fibers:
            n_sim = unit.id.split("/")[0]
            writer.writerow((job.number, f"{slurm_job}_{index}", n_sim, unit.inner, unit.fiber, *logs))
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    write_text(file, before + text.getvalue())


def _queued(folder: ProjectFolder) -> set[str]:
    """Fibers whose jobs, of an earlier submission, are in the queue."""
    from ascent.project.fiber_units import unit_name

    file = folder.export / KEY_FILE
    if not file.is_file():
        return set()
    with open(file, encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if set(_KEY_COLUMNS) <= set(row)]
    queue = slurm_queue(row["slurm_job"] for row in rows) or {}
    return {unit_name(row["n_sim"], int(row["inner"]), int(row["fiber"])) for row in rows if row["slurm_job"] in queue}
