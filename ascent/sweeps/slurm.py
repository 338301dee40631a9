"""Points of a sweep as one job array of a Slurm cluster, through submitit; nothing here waits unless asked to."""

from __future__ import annotations

import shlex
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.config.loading import validate
from ascent.config.slurm import SlurmSweepConfig
from ascent.errors import ConfigError
from ascent.files import write_json
from ascent.project.slurm import SubmissionError
from ascent.sweeps.folder import SweepFolder

if TYPE_CHECKING:
    from submitit import SlurmExecutor

LOGS = "slurm"
#: What was asked of the cluster, for a later submission of the same points.
PARAMETERS_FILE = "slurm.json"
_SECONDS_BETWEEN_LOOKS = 2.0


@dataclass(frozen=True)
class PointJob:
    """What a job of the cluster does: one point, from the configuration in the sweep's folder.

    Attributes
    ----------
    sweep : str
        The sweep's folder.
    index : int
        Number of the point.
    cores : int
        Worker processes where the configuration names none.
    """

    sweep: str
    index: int
    cores: int

    def __call__(self) -> None:
        from ascent.sweeps.point import run_stored_point

        run_stored_point(self.sweep, self.index, workers=self.cores)

    def checkpoint(self) -> Any:
        """Asked for by submitit at the time limit or when another job takes the place: go on later."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self)


def launch_points(
    folder: str,
    overrides: Sequence[Sequence[str]],
    composed: Sequence[dict[str, Any]],
    first: int,
    parameters: Mapping[str, Any],
) -> list[Any]:
    """Submit points of a sweep and print the ids of their jobs.

    Parameters
    ----------
    folder : str
        The sweep's folder.
    overrides : sequence of sequence of str
        Overrides of each point.
    composed : sequence of dict
        Configuration of each point.
    first : int
        Number of the first of them.
    parameters : mapping
        Fields of :class:`SlurmSweepConfig`.

    Returns
    -------
    list
        Objective of each point where ``wait`` is set, else None for each.

    Raises
    ------
    ConfigError
        When a parameter is wrong, or there is no Slurm here.
    SubmissionError
        When Slurm refuses the jobs, with its words.
    """
    config: SlurmSweepConfig = validate(dict(parameters), SlurmSweepConfig, "configuration hydra.launcher")
    sweep = SweepFolder.open(folder)
    indices = [first + number for number in range(len(overrides))]
    for index, words, data in zip(indices, overrides, composed, strict=True):
        sweep.prepare(index, words, data)
    write_json(sweep.path / PARAMETERS_FILE, config.model_dump())
    jobs = submit_points(sweep, indices, config)
    print(f"submitted {len(jobs)} jobs: {' '.join(jobs)}", flush=True)
    if not config.wait:
        return [None] * len(jobs)
    _wait(sweep, indices)
    return [sweep.read(index).objective for index in indices]


def submit_points(sweep: SweepFolder, indices: Sequence[int], config: SlurmSweepConfig) -> list[str]:
    """Submit prepared points as one job array; gives the ids of their jobs, which are recorded too.

    Raises
    ------
    ConfigError
        When there is no Slurm here.
    SubmissionError
        When Slurm refuses the jobs.
    """
    from submitit.core.utils import FailedJobError, FailedSubmissionError

    executor = slurm_executor(sweep, config)
    try:
        with executor.batch():
            jobs = [executor.submit(PointJob(str(sweep.path), index, config.cores)) for index in indices]
    except (FailedJobError, FailedSubmissionError, OSError) as error:
        raise SubmissionError(f"sbatch refused the jobs: {' '.join(str(error).split())}") from error
    ids = [str(job.job_id) for job in jobs]
    sweep.add_jobs(dict(zip(indices, ids, strict=True)))
    return ids


def slurm_executor(sweep: SweepFolder, config: SlurmSweepConfig) -> SlurmExecutor:
    """The executor that submits points of a sweep as `config` says."""
    from submitit import SlurmExecutor

    if shutil.which("sbatch") is None or shutil.which("srun") is None:
        raise ConfigError(
            "hydra/launcher=slurm needs sbatch and srun, which are not here: use it on a cluster's login node."
        )
    python = shlex.quote(sys.executable)
    if config.image:
        words = ["apptainer", "exec", *shlex.split(config.image_options), str(Path(config.image).absolute()), "python"]
        python = shlex.join(words)
    executor = SlurmExecutor(folder=sweep.path / LOGS, max_num_timeout=config.requeues, python=python)
    optional = {
        "partition": config.partition,
        "account": config.account,
        "qos": config.qos,
        "constraint": config.constraint,
        "setup": list(config.setup) or None,
        "additional_parameters": dict(config.options) or None,
    }
    executor.update_parameters(
        job_name=config.job_name,
        time=config.minutes,
        cpus_per_task=config.cores,
        mem=f"{config.memory_mb}MB",
        array_parallelism=config.at_once,
        ntasks_per_node=1,
        signal_delay_s=min(90, 15 * config.minutes),
        stderr_to_stdout=True,
        **{key: value for key, value in optional.items() if value is not None},
    )
    return executor


def _wait(sweep: SweepFolder, indices: Sequence[int]) -> None:
    from ascent.schedule.progress import progress
    from ascent.sweeps.status import BAD_STATES, sweep_status

    counted: set[int] = set()
    with progress(len(indices), "points") as display:
        while len(counted) < len(indices):
            for point in sweep_status(sweep.path):
                over = point.state == "finished" or point.state in BAD_STATES
                if over and point.index in indices and point.index not in counted:
                    counted.add(point.index)
                    display.advance(point.state == "finished")
            time.sleep(_SECONDS_BETWEEN_LOOKS if len(counted) < len(indices) else 0)
