"""What became of one unit of work."""

from __future__ import annotations

import traceback as traceback_module
from dataclasses import dataclass
from typing import Generic, TypeVar

from ascent.errors import AscentError

Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome(Generic[Result]):
    """Result or failure of one unit.

    Attributes
    ----------
    unit_id : str
        Name of the unit, as it stands in the journal.
    index : int
        Place of the unit in the plan.
    value : object or None
        What the function returned; None when it failed.
    error : str or None
        One sentence that says what went wrong; None when it succeeded.
    error_type : str or None
        Name of the exception's class, or ``"WorkerDied"``.
    traceback : str or None
        The full traceback for the log.
    seconds : float
        Wall-clock time that the unit took, s. Not part of any result.
    """

    unit_id: str
    index: int
    value: Result | None = None
    error: str | None = None
    error_type: str | None = None
    traceback: str | None = None
    seconds: float = 0.0

    @property
    def succeeded(self) -> bool:
        """Whether the function returned."""
        return self.error is None


@dataclass(frozen=True)
class Failure:
    """The parts of an exception that travel between processes: text, which always pickles."""

    error: str
    error_type: str
    traceback: str


def describe(error: BaseException) -> Failure:
    """Return the one-sentence description of an exception, its type and its traceback."""
    text = " ".join(str(error).split()) if not isinstance(error, AscentError) else str(error)
    kind = type(error).__name__
    if not isinstance(error, AscentError):
        text = f"{kind}: {text}" if text else kind
    trace = "".join(traceback_module.format_exception(error))
    return Failure(error=text, error_type=kind, traceback=trace)
