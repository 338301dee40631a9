"""How far a run came, also when its process was ended before it could say so."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from ascent.runs.journal import FILE_NAME, read_journal
from ascent.runs.manifest import read_manifest


@dataclass(frozen=True)
class RunState:
    """How far a run came.

    Attributes
    ----------
    name : str
        Name of the run.
    state : {"running", "finished", "failed", "interrupted"}
        As its manifest says; ``"interrupted"`` also where that says ``"running"`` and its process is gone.
    reason : str or None
        Why it failed or was interrupted.
    units_done, units_failed, units_planned : int
        Units of work in its journal; of those planned, the ones of the stages that it has begun.
    """

    name: str
    state: str
    reason: str | None
    units_done: int
    units_failed: int
    units_planned: int


def run_state(directory: Path | str) -> RunState:
    """Return how far the run of a directory came.

    Raises
    ------
    RunDirectoryError
        When it is no run directory, or is damaged.
    """
    folder = Path(directory)
    manifest = read_manifest(folder)
    state, reason = manifest.status, manifest.reason
    if state == "running" and is_abandoned(folder):
        # Read again: it may have ended by itself since.
        manifest = read_manifest(folder)
        state, reason = manifest.status, manifest.reason
        if state == "running":
            state, reason = "interrupted", "its process was ended before it could say why"
    done, failed, planned = unit_counts(folder)
    return RunState(manifest.name, state, reason, done, failed, planned)


def is_abandoned(directory: Path) -> bool:
    """Whether no process writes to a run directory any more; False where that cannot be told.

    A process that runs a study holds the lock of its journal, which the system takes from it however it ends, on
    whatever machine that shares the folder.
    """
    try:
        descriptor = os.open(directory / FILE_NAME, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        # Held by the run, or a file system without locks.
        return False
    finally:
        os.close(descriptor)
    return True


def unit_counts(directory: Path) -> tuple[int, int, int]:
    """Units of work that are done, that failed, and that are planned so far, by the journal of a run.

    Raises
    ------
    RunDirectoryError
        When the journal cannot be read or is damaged.
    """
    entries = read_journal(directory / FILE_NAME)
    last = {entry.unit: entry.error is None for entry in entries if entry.event == "unit"}
    stages = {entry.value["label"]: int(entry.value["units"]) for entry in entries if entry.event == "planned"}
    return sum(last.values()), len(last) - sum(last.values()), sum(stages.values())
