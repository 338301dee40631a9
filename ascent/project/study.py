"""Which study a configuration asks for: the one way from a composed configuration to a run directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ascent.errors import ConfigError, Problem

if TYPE_CHECKING:
    from ascent.runs import RunDirectory

STUDIES = ("nerve", "network")


class Result(Protocol):
    """What every study leaves behind.

    Attributes
    ----------
    directory : Path
        The run directory; gone when only the archive is kept.
    archive : Path or None
        The archive, when one was asked for.
    failures : dict
        Sentence by name of what failed.
    exit_code : int
        0 when all was done, 1 when something failed.
    """

    @property
    def directory(self) -> Path: ...

    @property
    def archive(self) -> Path | None: ...

    @property
    def failures(self) -> dict[str, str]: ...

    @property
    def exit_code(self) -> int: ...


def run_composed(
    composed: Mapping[str, Any],
    overrides: Sequence[str] = (),
    *,
    quiet: bool = False,
    directory: RunDirectory | None = None,
    own_process: bool = False,
) -> Result:
    """Run the study that a configuration describes.

    Parameters
    ----------
    composed : mapping
        The configuration as plain data; ``study`` says which kind it is.
    overrides : sequence of str
        What the user changed on the command line, for the record.
    quiet : bool
        Show no progress and print no table.
    directory : RunDirectory, optional
        An opened run directory whose work is to be finished; a new one by default.
    own_process : bool
        Whether this process has nothing to do but this study.

    Raises
    ------
    ConfigError
        When the configuration is wrong; nothing has been written then.
    AscentError
        When the study fails as a whole; its run directory says why.
    """
    kind = composed.get("study", "nerve")
    if kind == "nerve":
        from ascent.project.nerve_study import run_study

        return run_study(composed, overrides, quiet=quiet, directory=directory)
    if kind == "network":
        from ascent.simrun.study import run_study as run_sweeps

        return run_sweeps(composed, overrides, quiet=quiet, directory=directory, own_process=own_process)
    expected = f"must be one of {', '.join(STUDIES)}"
    raise ConfigError(problems=[Problem("configuration", "study", str(kind), expected)])
