"""How far the points of a sweep are: their own records, the processes that run them, and Slurm's queue."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ascent.errors import AscentError
from ascent.project.slurm import slurm_queue
from ascent.sweeps.folder import PointRecord, SweepFolder, SweepPlan
from ascent.sweeps.overrides import columns

#: States that need somebody's attention.
BAD_STATES = frozenset({"failed", "interrupted", "lost"})


@dataclass(frozen=True)
class PointStatus:
    """How far one point is.

    Attributes
    ----------
    index : int
        Number of the point.
    overrides : dict
        What makes it.
    state : str
        ``waiting`` (its turn has not come), ``queued``, ``running``, ``finished``, ``failed``, ``interrupted``, or
        ``lost``: its process or job is gone without a word.
    units_done, units_failed : int
        Units of work in its journal.
    units_planned : int
        Units of work of the stages that it has begun.
    seconds : float or None
        How long it has run.
    job : str or None
        Job of the cluster.
    run : str or None
        Its run directory or archive.
    objective : float or list of float or None
        What it is worth.
    note : str or None
        Why it waits, failed or where its log is.
    """

    index: int
    overrides: dict[str, Any]
    state: str
    units_done: int = 0
    units_failed: int = 0
    units_planned: int = 0
    seconds: float | None = None
    job: str | None = None
    run: str | None = None
    objective: float | list[float] | None = None
    note: str | None = None


def sweep_status(path: Path | str) -> list[PointStatus]:
    """How far each point of a sweep is.

    Parameters
    ----------
    path : path
        The sweep's folder.

    Raises
    ------
    RunDirectoryError
        When it is no sweep, or a record is damaged.
    """
    sweep = SweepFolder.open(path)
    plan, records = sweep.plan(), sweep.records()
    submitted = sweep.jobs()
    records = [replace(record, job=record.job or submitted.get(record.index)) for record in records]
    jobs = [record.job for record in records if record.job and record.state in ("waiting", "running")]
    queue = slurm_queue(jobs) if jobs else {}
    return [_status(sweep, plan, record, queue) for record in records]


def _status(
    sweep: SweepFolder, plan: SweepPlan, record: PointRecord, queue: dict[str, tuple[str, str]] | None
) -> PointStatus:
    run = sweep.run_of(record)
    done, failed, planned = _units(run)
    state, note = _state(sweep, plan, record, queue)
    return PointStatus(
        index=record.index,
        overrides=columns(record.overrides),
        state=state,
        units_done=done,
        units_failed=failed,
        units_planned=planned,
        seconds=_seconds(record) if state in ("running", "finished", "failed", "interrupted") else None,
        job=record.job,
        run=str(run) if run else None,
        objective=record.objective,
        note=note,
    )


def _state(
    sweep: SweepFolder, plan: SweepPlan, record: PointRecord, queue: dict[str, tuple[str, str]] | None
) -> tuple[str, str | None]:
    if record.state in ("finished", "failed", "interrupted"):
        return record.state, record.error
    if record.job:
        if queue is None:
            return record.state, "Slurm cannot be asked from here"
        state, reason = queue.get(record.job, ("", ""))
        if state in ("PENDING", "CONFIGURING", "REQUEUED"):
            return "queued", None if reason in ("", "None") else reason
        if state:
            return "running", None
        # It may have ended between reading its record and asking Slurm.
        again = sweep.read(record.index)
        if again.state not in ("waiting", "running"):
            return again.state, again.error
        return "lost", f"job {record.job} is no longer in the queue; its log is in {sweep.path / 'slurm'}"
    if record.state == "running":
        gone = record.host == socket.gethostname() and not _alive(record.pid)
        return ("lost", f"process {record.pid} is gone") if gone else ("running", None)
    if plan.host == socket.gethostname() and not _alive(plan.pid):
        return "lost", "the sweep ended before its turn"
    return "waiting", None


def _alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _units(run: Path | None) -> tuple[int, int, int]:
    """Units that are done, that failed, and that are planned so far."""
    from ascent.runs.state import unit_counts

    if run is None or not run.is_dir():
        return 0, 0, 0
    try:
        return unit_counts(run)
    except AscentError:
        return 0, 0, 0


def _seconds(record: PointRecord) -> float | None:
    if record.started is None:
        return None
    end = datetime.fromisoformat(record.finished) if record.finished else datetime.now(UTC)
    return round((end - datetime.fromisoformat(record.started)).total_seconds(), 1)
