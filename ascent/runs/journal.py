"""`journal.jsonl`: one line for each thing that happened, written before the run goes on.

A machine can stop in the middle of a line. The reader leaves out such a torn end, the writer cuts it
off; damage anywhere else is an error.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from ascent.errors import RunDirectoryError

FILE_NAME = "journal.jsonl"
EVENTS = ("started", "resumed", "planned", "unit", "failed", "interrupted", "finished")
#: Longest time that a finished unit may be in the system's memory only, s: waiting for the disk takes milliseconds,
#: and a thousand ranks finish a unit each in that time. A process that dies loses nothing.
SYNC_INTERVAL = 0.2


@dataclass(frozen=True)
class Entry:
    """One line of the journal.

    Attributes
    ----------
    event : str
        ``"unit"`` for a unit of work, ``"planned"`` with the label and the number of the units of a stage, else what
        happened to the run (see `EVENTS`).
    time : str
        ISO 8601 time, UTC.
    unit : str or None
        Name of the unit.
    value : JSON value
        What the unit returned, as far as resuming needs it.
    error : str or None
        Why the unit or the run failed; None when it succeeded.
    seconds : float or None
        How long the unit took, s.
    """

    event: str
    time: str
    unit: str | None = None
    value: Any = None
    error: str | None = None
    seconds: float | None = None


class Journal:
    """The journal of a run, open for appending; at most one process at a time can hold it.

    Parameters
    ----------
    path : path
        The file; made if it is not there. A torn end is cut off.

    Raises
    ------
    RunDirectoryError
        When the file cannot be opened or is damaged, or another process writes to it.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._synced, self._pending = 0.0, False
        try:
            self._descriptor: int | None = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as error:
            raise RunDirectoryError(f"{self.path} could not be opened: {error.strerror or error}.") from error
        try:
            self._lock()
            data = self.path.read_bytes()
            _, self._size = _parse(self.path, data)
            if self._size < len(data):
                os.ftruncate(self._descriptor, self._size)
        except OSError as error:
            self.close()
            raise RunDirectoryError(f"{self.path} could not be read: {error.strerror or error}.") from error
        except BaseException:
            self.close()
            raise

    def append(
        self,
        event: str,
        *,
        unit: str | None = None,
        value: Any = None,
        error: str | None = None,
        seconds: float | None = None,
        lazy: bool = False,
    ) -> None:
        """Append an entry and wait until it is on disk.

        Parameters
        ----------
        event, unit, value, error, seconds
            See :class:`Entry`.
        lazy : bool
            Wait for the disk only when the last wait is longer than `SYNC_INTERVAL` ago.

        Raises
        ------
        RunDirectoryError
            When it cannot be written; the journal is then as it was before.
        ValueError
            When `event` is unknown, or the journal is closed.
        """
        if event not in EVENTS:
            raise ValueError(f"unknown event {event!r}")
        if self._descriptor is None:
            raise ValueError("the journal is closed")
        entry: dict[str, Any] = {"event": event, "time": datetime.now(UTC).isoformat(timespec="milliseconds")}
        optional = {"unit": unit, "value": value, "error": error, "seconds": seconds}
        entry |= {key: item for key, item in optional.items() if item is not None}
        data = json.dumps(entry, ensure_ascii=True).encode("ascii") + b"\n"
        try:
            written = 0
            while written < len(data):
                written += os.write(self._descriptor, data[written:])
            self._pending = lazy and time.monotonic() - self._synced < SYNC_INTERVAL
            if not self._pending:
                os.fsync(self._descriptor)
                self._synced = time.monotonic()
        except OSError as failure:
            self._undo()
            raise RunDirectoryError(f"{self.path} could not be written: {failure.strerror or failure}.") from failure
        self._size += len(data)

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._descriptor is not None:
            if self._pending:
                with suppress(OSError):
                    os.fsync(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _lock(self) -> None:
        assert self._descriptor is not None
        # Some network file systems have no locks; there nothing stops two processes but their users.
        with suppress(OSError):
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RunDirectoryError(f"{self.path} is in use: the run is still going on.") from error

    def _undo(self) -> None:
        assert self._descriptor is not None
        # Where this fails too, the torn line is cut off when the journal is next opened.
        with suppress(OSError):
            os.ftruncate(self._descriptor, self._size)


def read_journal(path: Path | str) -> list[Entry]:
    """Return the entries of a journal, without a torn last line.

    Raises
    ------
    RunDirectoryError
        When the file cannot be read, or is damaged before its last line.
    """
    file = Path(path)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise RunDirectoryError(f"{file} could not be read: {error.strerror or error}.") from error
    return _parse(file, data)[0]


def _parse(path: Path, data: bytes) -> tuple[list[Entry], int]:
    """Return the entries and the number of bytes that they take up."""
    entries: list[Entry] = []
    size = 0
    lines = data.split(b"\n")
    # What follows the last newline is empty or torn; a file system may also leave a last line of zeros.
    complete = lines[:-1]
    for number, line in enumerate(complete, start=1):
        entry = _entry(line)
        if entry is None:
            if number == len(complete) and lines[-1] == b"":
                break
            raise RunDirectoryError(f"{path} is damaged in line {number}: it is not an entry of a journal.")
        entries.append(entry)
        size += len(line) + 1
    return entries, size


def _entry(line: bytes) -> Entry | None:
    try:
        data = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("event") not in EVENTS or not isinstance(data.get("time"), str):
        return None
    unit, error, seconds = data.get("unit"), data.get("error"), data.get("seconds")
    texts = all(item is None or isinstance(item, str) for item in (unit, error))
    if not texts or not (seconds is None or isinstance(seconds, int | float)):
        return None
    if data["event"] == "unit" and unit is None:
        return None
    return Entry(data["event"], data["time"], unit, data.get("value"), error, seconds)
