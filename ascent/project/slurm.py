"""Slurm's own programs: is it there, submit a script, ask the queue."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from ascent.errors import AscentError

_logger = logging.getLogger(__name__)
_SECONDS_TO_WAIT = 30


class SubmissionError(AscentError):
    """Slurm refused jobs."""


def slurm_is_here() -> bool:
    """Whether jobs can be submitted from this machine."""
    return shutil.which("sbatch") is not None


def jobs_by_default() -> bool:
    """Whether fibers go to Slurm unless somebody says otherwise: it is here and up, and this is not one of its jobs."""
    if not slurm_is_here() or "SLURM_JOB_ID" in os.environ:
        return False
    if not _controller_is_down():
        return True
    _logger.warning("Slurm is installed here, but its controller is down: fibers run on this machine (-C insists).")
    return False


def _controller_is_down() -> bool:
    """Whether Slurm itself says so; where it cannot be asked, sbatch will tell."""
    try:
        said = subprocess.run(["scontrol", "ping"], capture_output=True, text=True, timeout=_SECONDS_TO_WAIT).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    return "DOWN" in said and "UP" not in said


def sbatch(script: Path, options: Sequence[str] = ()) -> str:
    """Submit a script and give the id of its job; returns as soon as Slurm has it.

    Parameters
    ----------
    script : Path
        The script, with its own ``#SBATCH`` lines.
    options : sequence of str
        Options that beat those lines.

    Raises
    ------
    SubmissionError
        When Slurm refuses, with its words.
    """
    try:
        said = subprocess.run(
            ["sbatch", "--parsable", *options, str(script)], capture_output=True, text=True, timeout=_SECONDS_TO_WAIT
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SubmissionError(f"{script}: sbatch did not take the jobs: {error}.") from error
    if said.returncode:
        raise SubmissionError(f"{script}: sbatch refused the jobs: {' '.join(said.stderr.split())}")
    # With several clusters the answer is "<id>;<cluster>".
    return said.stdout.strip().partition(";")[0]


def slurm_queue(jobs: Iterable[str]) -> dict[str, tuple[str, str]] | None:
    """State and reason of those `jobs` that Slurm has yet to run or to end; None when it cannot be asked.

    A job that is COMPLETING has ended, and is not among them: only its node is being cleared.

    Parameters
    ----------
    jobs : iterable of str
        Such as ``"12_0"`` and ``"15"``.
    """
    if shutil.which("squeue") is None:
        return None
    found: dict[str, tuple[str, str]] = {}
    for job in sorted({job.partition("_")[0] for job in jobs}):
        words = ["squeue", "--noheader", "--array", "--format=%i|%T|%r", f"--jobs={job}"]
        try:
            said = subprocess.run(words, capture_output=True, text=True, timeout=_SECONDS_TO_WAIT)
        except (OSError, subprocess.SubprocessError):
            return None
        # A job that ended a while ago is forgotten.
        if said.returncode and "Invalid job id" not in said.stderr:
            return None
        for line in said.stdout.splitlines():
            name, state, reason = (line.strip().split("|") + ["", ""])[:3]
            if state != "COMPLETING":
                found[name] = (state, reason)
    return found
