"""Signals that ask the program to end, as Ctrl-C does: what was finished is kept, and said."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class Terminated(KeyboardInterrupt):
    """Something asked this process to end: a batch system, `kill`, or a terminal that was closed."""


@contextmanager
def ending_cleanly() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into :class:`Terminated` for as long as the block runs.

    A signal that is ignored (``nohup``) or handled already stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    changed = [number for number, handler in before.items() if handler is signal.SIG_DFL]
    for number in changed:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, frame: FrameType | None) -> None:
    # The second one ends the process at once, should the first be swallowed.
    signal.signal(number, signal.SIG_DFL)
    reason = f"ended by {signal.Signals(number).name}"
    # mpirun and batch systems soon follow with SIGKILL, so the manifest says it before anything is wound up.
    runs = sys.modules.get("ascent.runs.directory")
    if runs is not None:
        runs.note_interruption(reason)
    raise Terminated(reason)
