"""The one way to run units of work."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any, TypeVar

from ascent.errors import ConfigError
from ascent.schedule import mpi, nesting, processes, serial
from ascent.schedule.outcome import Outcome
from ascent.schedule.progress import progress

Unit = TypeVar("Unit")
Result = TypeVar("Result")


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_units(
    units: Sequence[Unit],
    function: Callable[[Unit], Result],
    *,
    workers: int | None = None,
    label: str = "units",
    on_result: Callable[[Outcome[Result]], None] | None = None,
    quiet: bool = False,
    unit_id: Callable[[Unit], str] | None = None,
    units_per_worker: int | None = None,
) -> list[Outcome[Result]]:
    """Run `function` on each unit and return the outcomes in the order of the units.

    A unit that raises becomes a failed outcome and the others go on; so does one whose process
    dies. Every numerical library runs with one thread, in this process and in the workers. Under MPI
    (:mod:`ascent.schedule.mpi`) the ranks take the place of the processes. What a unit schedules itself runs
    one after the other in the unit's process.

    Parameters
    ----------
    units : sequence
        What to work on; must pickle when there is more than one worker.
    function : callable
        Takes a unit; must be importable from a module when there is more than one worker.
    workers : int, optional
        Number of processes; 1 stays in this process. Default: the cores this process may use.
        Never more are started than there are units. Under MPI: at most so many units at a time.
    label : str
        What the units are, for the progress display.
    on_result : callable, optional
        Told of each outcome as it comes, here in this process, for example to journal it. When it
        raises, the work ends and the exception propagates.
    quiet : bool
        Show no progress.
    unit_id : callable, optional
        Names a unit. Default: its attribute ``id``, itself if it is a string, else its place.
    units_per_worker : int, optional
        Replace a worker after so many units, for libraries whose memory grows.

    Returns
    -------
    list of Outcome
        One for each unit, in the order of `units`.

    Raises
    ------
    ConfigError
        When `workers` or `units_per_worker` is below 1, two units have the same name, or a launcher has started
        several copies of a program that does not know of them.
    AscentError
        When no worker process can be started.
    KeyboardInterrupt
        After all workers have ended.
    """
    if workers is not None and workers < 1:
        raise ConfigError(f"workers is {workers}: at least one worker is needed.")
    if units_per_worker is not None and units_per_worker < 1:
        raise ConfigError(f"units_per_worker is {units_per_worker}: a worker must do at least one unit.")
    names = _names(units, unit_id)
    count = min(available_cores() if workers is None else workers, len(units))
    finished: Iterator[Outcome[Result]]
    job = mpi.session()
    if workers == 1 or len(units) <= 1 or nesting.inside_unit() or (job is None and count <= 1):
        finished = serial.execute(units, names, function)
    elif job is not None:
        finished = mpi.execute(units, names, function, job=job, workers=workers, units_per_worker=units_per_worker)
    else:
        finished = processes.execute(units, names, function, workers=count, units_per_worker=units_per_worker)
    outcomes: dict[int, Outcome[Result]] = {}
    # Closing the iterator is what ends the workers, also when on_result or Ctrl-C interrupts the loop.
    with closing(finished), progress(len(units), label, quiet) as display:  # type: ignore[type-var]
        for outcome in finished:
            outcomes[outcome.index] = outcome
            if on_result is not None:
                on_result(outcome)
            display.advance(outcome.succeeded)
    return [outcomes[index] for index in range(len(units))]


def _names(units: Sequence[Any], unit_id: Callable[[Any], str] | None) -> list[str]:
    names = [unit_id(unit) if unit_id else _default_name(unit, index) for index, unit in enumerate(units)]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ConfigError(f"Unit {twice!r} occurs twice in the plan: every unit needs a name of its own.")
    return names


def _default_name(unit: Any, index: int) -> str:
    if isinstance(unit, str):
        return unit
    return str(getattr(unit, "id", index))
