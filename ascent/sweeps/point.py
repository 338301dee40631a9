"""One point of a sweep: a run of its own, whose record says how it went whatever happens."""

from __future__ import annotations

import os
import socket
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.config.loading import validate
from ascent.config.objective import ObjectiveConfig
from ascent.errors import AscentError, ConfigError, RunDirectoryError
from ascent.files import write_text
from ascent.sweeps.folder import SweepFolder, now

if TYPE_CHECKING:
    from ascent.runs import RunDirectory

TRACEBACK_FILE = "traceback.txt"
#: Keys that only the configuration of nerve studies has a place for; the door of a sweep knows them for all.
_OWN_KEYS = ("objective", "variables")


def run_point(
    sweep: SweepFolder,
    index: int,
    composed: Mapping[str, Any],
    *,
    quiet: bool = False,
    workers: int | None = None,
    job: str | None = None,
) -> float | list[float] | None:
    """Run one point, or finish it when an earlier process left it unfinished.

    Nothing that goes wrong in a point is raised: its record holds the sentence, so that other points go on.

    Parameters
    ----------
    sweep : SweepFolder
        The sweep; the point's record must be there (:meth:`SweepFolder.prepare`).
    index : int
        Number of the point.
    composed : mapping
        The whole configuration of the point.
    quiet : bool
        Show no progress and print no table.
    workers : int, optional
        Number of processes where the configuration names none.
    job : str, optional
        Job of the cluster that runs it.

    Returns
    -------
    float or list of float or None
        The objective; None when there is none or the point failed.

    Raises
    ------
    KeyboardInterrupt
        After the record has been written.
    """
    try:
        unfinished = _unfinished(sweep, index)
    except RunDirectoryError as failure:
        print(f"ascent: point {index}: {failure}", file=sys.stderr, flush=True)
        return None
    record = sweep.update(
        index,
        state="running",
        error=None,
        host=socket.gethostname(),
        pid=os.getpid(),
        job=job,
        started=now(),
        finished=None,
    )
    objective: ObjectiveConfig | None = None
    value: float | list[float] | None = None
    error: str | None = None
    run: Path | None = None
    try:
        objective = objective_config(composed)
        with _command_line(record.overrides):
            result = _study(sweep, index, composed, record.overrides, quiet, workers, unfinished)
        run = result.directory if result.directory.exists() else result.archive
        error = _failed_units(result.failures)
        if objective is not None and run is not None:
            value, error = _value(run, objective, error)
    except KeyboardInterrupt:
        sweep.update(index, state="interrupted", error="Interrupted.", finished=now())
        raise
    except AscentError as failure:
        error = " ".join(str(failure).split("\n"))
    except (Exception, SystemExit) as failure:
        error = f"{type(failure).__name__}: {failure}"
        write_text(sweep.point(index) / TRACEBACK_FILE, traceback.format_exc())
    if error is not None and value is None and objective is not None:
        value = objective.failed
    sweep.update(
        index,
        state="failed" if error else "finished",
        error=error,
        run=run.name if run else None,
        objective=value,
        finished=now(),
    )
    if error is not None:
        print(f"ascent: point {index} failed: {error}", file=sys.stderr, flush=True)
    return value


def run_stored_point(path: str, index: int, *, workers: int | None = None) -> float | list[float] | None:
    """Run a point whose configuration lies in the sweep's folder; what jobs of a cluster call."""
    import logging

    # The log of a job on a cluster: plain lines.
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    sweep = SweepFolder.open(path)
    return run_point(sweep, index, sweep.configuration(index), workers=workers, job=_job_of_the_cluster())


def objective_config(composed: Mapping[str, Any]) -> ObjectiveConfig | None:
    """The checked `objective` of a composed configuration; None when it has none.

    Raises
    ------
    ConfigError
        When it is wrong.
    """
    data = composed.get("objective")
    checked: ObjectiveConfig | None = validate(data, ObjectiveConfig, "configuration objective") if data else None
    return checked


def without_own_keys(composed: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration as its study knows it: networks without `objective` and `variables`."""
    if composed.get("study", "nerve") == "nerve":
        return dict(composed)
    return {key: value for key, value in composed.items() if key not in _OWN_KEYS}


def _study(
    sweep: SweepFolder,
    index: int,
    composed: Mapping[str, Any],
    overrides: Sequence[str],
    quiet: bool,
    workers: int | None,
    unfinished: RunDirectory | None,
) -> Any:
    from ascent.project.study import run_composed

    data = without_own_keys(composed)
    data["results"] = {**(data.get("results") or {}), "directory": str(sweep.point(index))}
    engine = dict(data.get("engine") or {})
    if workers is not None and engine.get("workers") is None:
        data["engine"] = {**engine, "workers": workers}
    return run_composed(data, list(overrides), quiet=quiet, directory=unfinished)


def _unfinished(sweep: SweepFolder, index: int) -> RunDirectory | None:
    """The run directory that an earlier process left unfinished, opened; None when there is none.

    Raises
    ------
    RunDirectoryError
        When another process works in it at this moment.
    """
    from ascent.runs import RunDirectory

    path = sweep.unfinished_run(index)
    return RunDirectory.resume(path) if path is not None else None


def _value(run: Path, objective: ObjectiveConfig, error: str | None) -> tuple[float | list[float] | None, str | None]:
    """The objective, which has a value for units that failed where its terms say so; and what went wrong first."""
    from ascent.sweeps.objective import objective_of

    try:
        return objective_of(run, objective), error
    except ConfigError as failure:
        return None, error or str(failure)


def _failed_units(failures: Mapping[str, str]) -> str | None:
    if not failures:
        return None
    name, sentence = next(iter(failures.items()))
    more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
    return f"{name}: {sentence}{more}"


def _job_of_the_cluster() -> str | None:
    array, task = os.environ.get("SLURM_ARRAY_JOB_ID"), os.environ.get("SLURM_ARRAY_TASK_ID")
    return f"{array}_{task}" if array and task else os.environ.get("SLURM_JOB_ID")


@contextmanager
def _command_line(overrides: Sequence[str]) -> Iterator[None]:
    """Let manifests name the command that makes this point alone, not that of a worker or a job."""
    before = sys.argv
    sys.argv = ["ascent", *overrides]
    try:
        yield
    finally:
        sys.argv = before
