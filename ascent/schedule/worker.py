"""A worker process: takes units from its parent, sends back what became of them.

Started by :mod:`ascent.schedule.processes` as a fresh interpreter, which imports neither the
caller's ``__main__`` nor inherits its threads, so NEURON and NGSolve start clean and scripts need no
``if __name__ == "__main__"``.
"""

from __future__ import annotations

import ctypes
import logging
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any

from ascent.schedule import nesting
from ascent.schedule.outcome import describe

_PR_SET_PDEATHSIG = 1
#: In place of a function, before a pickled one and its argument: call it, and wait for the function of the units.
PREPARE = b"prepare "


class Stop(BaseException):
    """The parent asked this worker to end."""


class ParentLog(logging.Handler):
    """Sends log records to the parent, which keeps the one log of a run."""

    def __init__(self, send: Any) -> None:
        super().__init__(logging.INFO)
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        """Send level, logger and text of a record."""
        self._send(("log", record.levelno, record.name, record.getMessage()))


def main(descriptor: int, parent: int) -> None:
    """Serve the parent over the connection at file descriptor `descriptor` until it hangs up."""
    signal.signal(signal.SIGTERM, _stop)
    _die_with_parent()
    nesting.serve_units()
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    connection = Connection(descriptor)
    lock = threading.Lock()

    def send(message: tuple[Any, ...]) -> None:
        data = pickle.dumps(message)
        with lock:
            connection.send_bytes(data)

    with suppress(EOFError, BrokenPipeError, ConnectionResetError, Stop):
        _serve(connection, send)


def _serve(connection: Connection, send: Any) -> None:
    package = logging.getLogger("ascent")
    package.setLevel(logging.INFO)
    package.propagate = False
    package.addHandler(ParentLog(send))
    function = _loaded(connection.recv_bytes(), connection, send)
    while function is not None:
        index, unit_bytes = pickle.loads(connection.recv_bytes())
        if index is None:
            function = _loaded(unit_bytes, connection, send)
            continue
        started = time.perf_counter()
        try:
            value = function(pickle.loads(unit_bytes))
            # Pickled here so that a result that cannot travel fails its own unit.
            data = pickle.dumps(value)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            send(("failed", index, describe(error), time.perf_counter() - started))
        else:
            send(("done", index, data, time.perf_counter() - started))


def _loaded(message: bytes, connection: Connection, send: Any) -> Callable[[Any], Any] | None:
    """The function that `message` holds, or the one after it; None when it cannot be loaded."""
    while message.startswith(PREPARE):
        # A unit that needs what this could not do says so better.
        with suppress(Exception, SystemExit):
            preparation, argument = pickle.loads(message.removeprefix(PREPARE))
            preparation(argument)
        message = connection.recv_bytes()
    try:
        function: Callable[[Any], Any] = pickle.loads(message)
    except (Exception, SystemExit) as error:
        send(("broken", describe(error)))
        return None
    send(("ready",))
    return function


def warm_up(modules: Sequence[str]) -> None:
    """Load the modules that most units need, while there is nothing else to do."""
    for name in modules:
        # A unit that needs what cannot be loaded says so better.
        with suppress(Exception):
            import_module(name)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stop


def _die_with_parent() -> None:
    """Ask Linux to end this process at once when its parent dies, so that it writes nothing after that."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
