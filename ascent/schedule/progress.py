"""How far the work has come: a bar on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO


class Progress(Protocol):
    """Something that is told of each finished unit."""

    def advance(self, succeeded: bool) -> None:
        """Count one more unit."""


class SilentProgress:
    """Says nothing."""

    def advance(self, succeeded: bool) -> None:
        """Count nothing."""


class LineProgress:
    """A line for about every tenth of the work, never more often than `interval` seconds.

    Parameters
    ----------
    total : int
        Number of units.
    label : str
        What the units are, for example ``"thresholds"``.
    stream : text file
        Where the lines go.
    interval : float
        Least time between two lines, s; the last line always appears.
    clock : callable
        Returns seconds.
    """

    def __init__(
        self,
        total: int,
        label: str,
        stream: TextIO,
        interval: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._total = total
        self._label = label
        self._stream = stream
        self._interval = interval
        self._clock = clock
        self._started = clock()
        self._last_line = self._started
        self._last_tenth = 0
        self._done = 0
        self._failed = 0

    def advance(self, succeeded: bool) -> None:
        """Count one unit and write a line when one is due."""
        self._done += 1
        self._failed += not succeeded
        now = self._clock()
        tenth = 10 * self._done // self._total
        due = tenth > self._last_tenth and now - self._last_line >= self._interval
        if due or self._done == self._total:
            self._last_line, self._last_tenth = now, tenth
            print(self._line(now - self._started), file=self._stream, flush=True)

    def _line(self, elapsed: float) -> str:
        parts = [f"{self._label}: {self._done}/{self._total}"]
        if self._failed:
            parts.append(f"{self._failed} failed")
        parts.append(f"{elapsed:.0f} s")
        if self._done < self._total:
            parts.append(f"about {elapsed / self._done * (self._total - self._done):.0f} s left")
        return ", ".join(parts)


@contextmanager
def progress(total: int, label: str, quiet: bool = False, stream: TextIO | None = None) -> Iterator[Progress]:
    """Yield the kind of progress that suits `stream` (standard error by default)."""
    target = sys.stderr if stream is None else stream
    if quiet or total == 0:
        yield SilentProgress()
    elif target.isatty():
        with _bar(total, label, target) as bar:
            yield bar
    else:
        yield LineProgress(total, label, target)


@contextmanager
def _bar(total: int, label: str, stream: TextIO) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]}", style="red"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with RichProgress(*columns, console=Console(file=stream)) as display:
        task = display.add_task(label, total=total, failed="")

        class Bar:
            failed = 0

            def advance(self, succeeded: bool) -> None:
                self.failed += not succeeded
                display.update(task, advance=1, failed=f"{self.failed} failed" if self.failed else "")

        yield Bar()
