"""What the launcher of this process (mpirun, mpiexec, srun) says about it, read from the environment alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

#: Launcher, and the variables in which it gives the number of processes and the number of this one.
#: ``SLURM_NTASKS`` is not among them: it is also set in a batch script and in salloc's shell, which srun did not start.
_LAUNCHERS = (
    ("mpirun (Open MPI)", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),
    ("mpiexec (MVAPICH)", "MV2_COMM_WORLD_SIZE", "MV2_COMM_WORLD_RANK"),
    ("jsrun", "JSM_NAMESPACE_SIZE", "JSM_NAMESPACE_RANK"),
    ("flux run", "FLUX_JOB_SIZE", "FLUX_TASK_RANK"),
    ("srun", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID"),
    ("mpiexec (MPICH)", "PMI_SIZE", "PMI_RANK"),
)


@dataclass(frozen=True)
class Launch:
    """A process that a launcher started.

    Attributes
    ----------
    launcher : str
        What started it.
    size : int
        Number of processes that were asked for.
    rank : int
        Number of this one.
    """

    launcher: str
    size: int
    rank: int


def launch(environment: Mapping[str, str] | None = None) -> Launch | None:
    """Return how this process was launched, the largest number of processes that is named; None without a launcher."""
    variables = os.environ if environment is None else environment
    found = []
    for launcher, size, rank in _LAUNCHERS:
        if _number(variables.get(size)) > 0 and not _is_batch_script(launcher, variables):
            found.append(Launch(launcher, _number(variables[size]), max(0, _number(variables.get(rank)))))
    return max(found, key=lambda one: one.size, default=None)


def _is_batch_script(launcher: str, variables: Mapping[str, str]) -> bool:
    """Slurm sets its variables of steps in batch scripts too, though the script is one process."""
    return launcher == "srun" and variables.get("SLURM_STEP_ID") is None and variables.get("SLURM_STEPID") is None


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() else -1
