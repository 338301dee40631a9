"""What an MPI rank does with the units that it is sent."""

from __future__ import annotations

import logging
import pickle
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from ascent.schedule.outcome import describe


class _Records(logging.Handler):
    """Collects log records on a rank; they travel with the unit's outcome."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.records: list[tuple[int, str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep level, logger and text."""
        self.records.append((record.levelno, record.name, record.getMessage()))


#: What became of a unit on a rank: ``"done"`` with the pickled value, ``"failed"`` or ``"broken"`` with a Failure;
#: seconds; log records.
Served = tuple[str, Any, float, list[tuple[int, str, str]]]


def serve(work: bytes, units: Sequence[bytes]) -> list[Served]:
    """Do units on a rank, one after the other; only the first outcome where the work cannot be loaded."""
    try:
        function = _function(work)
    except (Exception, SystemExit) as error:
        return [("broken", describe(error), 0.0, [])]
    return [_serve_one(function, unit) for unit in units]


def prepare(work: bytes, argument: bytes) -> None:
    """Call a function on a rank before there are units; one that needs what this could not do says so better."""
    with suppress(Exception, SystemExit):
        _serve_one(_function(work), argument)


def _serve_one(function: Callable[[Any], Any], unit: bytes) -> Served:
    handler = _Records()
    package = logging.getLogger("ascent")
    package.setLevel(logging.INFO)
    package.propagate = False
    package.handlers[:] = [handler]
    started = time.perf_counter()
    try:
        # Pickled here so that a result that cannot travel fails its own unit.
        kind, content = "done", pickle.dumps(function(pickle.loads(unit)))
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        kind, content = "failed", describe(error)  # type: ignore[assignment]
    return kind, content, time.perf_counter() - started, handler.records


@lru_cache(maxsize=8)
def _function(work: bytes) -> Callable[[Any], Any]:
    path, function = pickle.loads(work)
    sys.path[:] = path
    loaded: Callable[[Any], Any] = pickle.loads(function)
    return loaded
