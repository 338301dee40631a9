"""`run.log`: what the package said while a run was going on."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from pathlib import Path

from ascent.errors import RunDirectoryError


class _LogFile(logging.FileHandler):
    """A log file that a full disk does not turn into a crash: the journal is what must not be lost."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop the record."""


class RunLog:
    """Sends all that ascent logs to a file until it is closed.

    Parameters
    ----------
    path : path
        The file; appended to when it exists.

    Raises
    ------
    RunDirectoryError
        When the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._handler = _LogFile(path, encoding="utf-8")
        except OSError as error:
            raise RunDirectoryError(f"{path} could not be opened: {error.strerror or error}.") from error
        formatter = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        formatter.converter = time.gmtime
        self._handler.setFormatter(formatter)
        self._handler.setLevel(logging.INFO)
        self._logger = logging.getLogger("ascent")
        self._level = self._logger.level
        self._logger.addHandler(self._handler)
        if self._logger.getEffectiveLevel() > logging.INFO:
            self._logger.setLevel(logging.INFO)

    def close(self) -> None:
        """Close the file and leave logging as it was; a second call does nothing."""
        if self._handler not in self._logger.handlers:
            return
        self._logger.removeHandler(self._handler)
        self._logger.setLevel(self._level)
        # What was buffered is lost with a full disk.
        with suppress(OSError):
            self._handler.close()
