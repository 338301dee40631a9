"""The exceptions that ascent raises for things a user can act on.

Every message is one sentence that names the file, the key, the value and what would be right.
The command line prints it and exits with :attr:`AscentError.exit_code`; no traceback is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class AscentError(Exception):
    """Base of all errors that carry a sentence for the user.

    Attributes
    ----------
    exit_code : int
        1 when the work failed, 2 when the call or its input was wrong.
    """

    exit_code = 1


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file that a user wrote.

    Attributes
    ----------
    file : str
        Path of the file, or the name of the place a value came from (``"command line"``).
    key : str
        Dotted path of the key, for example ``"scale.shrinkage"``; empty for the file as a whole.
    value : str
        The offending value as written; empty when it is missing.
    expected : str
        What would be right.
    """

    file: str
    key: str
    value: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        what = f" is {self.value}" if self.value else ""
        return f"{where}{what}: {self.expected}"


class ConfigError(AscentError):
    """A file or an override that the user wrote is wrong.

    Parameters
    ----------
    message : str
        One sentence; ignored when `problems` are given, which then make up the message.
    problems : sequence of Problem
        Everything wrong that was found, in file order.
    """

    exit_code = 2

    def __init__(self, message: str = "", problems: Sequence[Problem] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems) or message)


class MorphologyError(AscentError):
    """Masks or traces that cannot make a nerve cross-section."""

    exit_code = 2


class GeometryError(AscentError):
    """A cuff, a nerve or a fiber that does not fit where it is placed."""

    exit_code = 2


class MeshError(AscentError):
    """A mesh that could not be made or that is not valid."""


class SolveError(AscentError):
    """A field solution that did not converge; carries its residual in the message."""


class MechanismError(AscentError):
    """A membrane mechanism that could not be compiled or loaded."""


class ThresholdError(AscentError):
    """A threshold search that found no bounds or could not finish."""


class RunDirectoryError(AscentError):
    """A run directory, project folder or archive that is missing, damaged or cannot be written."""
