"""Run units one after the other in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ascent.schedule import nesting
from ascent.schedule.outcome import Outcome, describe
from ascent.schedule.threads import single_threaded

Unit = TypeVar("Unit")
Result = TypeVar("Result")


def execute(
    units: Sequence[Unit], names: Sequence[str], function: Callable[[Unit], Result]
) -> Iterator[Outcome[Result]]:
    """Yield the outcome of each unit, in order."""
    # Once for all units: telling the libraries that are loaded takes milliseconds.
    with single_threaded() as hold:
        for index, (unit, name) in enumerate(zip(units, names, strict=True)):
            started = time.perf_counter()
            try:
                hold()
                with nesting.unit():
                    value = function(unit)
            # SystemExit too: a library that calls exit() must not end the other units.
            except (Exception, SystemExit) as error:
                failure = describe(error)
                seconds = time.perf_counter() - started
                yield Outcome(name, index, None, failure.error, failure.error_type, failure.traceback, seconds)
            else:
                yield Outcome(name, index, value, seconds=time.perf_counter() - started)
