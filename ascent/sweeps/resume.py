"""Finishing a sweep: the points that are not finished run again, each from where it was."""

from __future__ import annotations

from pathlib import Path

from ascent.config.loading import load
from ascent.config.slurm import SlurmSweepConfig
from ascent.errors import RunDirectoryError
from ascent.project.slurm import slurm_is_here
from ascent.sweeps.folder import CONFIG_FILE, SweepFolder
from ascent.sweeps.point import run_point
from ascent.sweeps.slurm import PARAMETERS_FILE, submit_points
from ascent.sweeps.status import sweep_status

_AT_WORK = ("finished", "running", "queued")


def resume_sweep(path: Path | str, *, quiet: bool = False) -> int:
    """Run or submit the points of a sweep that neither finished nor are at work.

    Points that went to Slurm go there again where Slurm is, and are not waited for; others run here, one after the
    other.

    Parameters
    ----------
    path : path
        The sweep's folder.
    quiet : bool
        Show no progress and print no tables.

    Returns
    -------
    int
        0 when every point is finished or at work, 1 when some failed.

    Raises
    ------
    RunDirectoryError
        When it is no sweep, or a point's configuration is not in its folder.
    """
    sweep = SweepFolder.open(path)
    plan = sweep.plan()
    points = sweep_status(path)
    left = [point.index for point in points if point.state not in _AT_WORK]
    if any(point.state == "waiting" for point in points):
        raise RunDirectoryError(f"{sweep.path}: the sweep is still going on in process {plan.pid} of {plan.host}.")
    for index in left:
        if not (sweep.point(index) / CONFIG_FILE).is_file():
            raise RunDirectoryError(
                f"{sweep.point(index) / CONFIG_FILE} is missing: point {index} cannot be run again."
            )
    if left and (sweep.path / PARAMETERS_FILE).is_file() and slurm_is_here():
        jobs = submit_points(sweep, left, load(sweep.path / PARAMETERS_FILE, SlurmSweepConfig))
        print(f"submitted {len(jobs)} jobs: {' '.join(jobs)}", flush=True)
        return 0
    for index in left:
        run_point(sweep, index, sweep.configuration(index), quiet=quiet)
    return int(any(point.state not in _AT_WORK for point in sweep_status(path)))
