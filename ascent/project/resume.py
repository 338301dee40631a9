"""Finishing a run that was interrupted, wherever it was."""

from __future__ import annotations

import glob
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ascent.errors import AscentError, ConfigError, RunDirectoryError
from ascent.files import sweep
from ascent.project.study import Result, run_composed
from ascent.runs import RunDirectory, read_manifest
from ascent.runs.archive import MODES, checksum_path
from ascent.runs.directory import CONFIG_NAME, OVERRIDES_NAME, RUNNING, remove
from ascent.runs.environment import versions
from ascent.runs.manifest import FILE_NAME, Versions

_log = logging.getLogger(__name__)
#: Packages of which another version may mean other numbers.
_DECISIVE = ("neuron", "ngsolve", "netgen-mesher", "numpy", "scipy", "shapely", "opencv-python-headless", "pymunk")


@dataclass(frozen=True)
class Finished:
    """A run that was found finished; `directory` is the archive where that alone was kept.

    Attributes
    ----------
    directory : Path
    archive : Path or None
    failures : dict
        Always empty: a run with failures is resumed.
    """

    directory: Path
    archive: Path | None
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        return 0


def resume_run(path: Path | str, *, quiet: bool = False) -> Result:
    """Finish an interrupted run, or one whose failed units are to be tried again.

    Parameters
    ----------
    path : path
        The run directory, by its name with or without ``_running``.
    quiet : bool
        Show no progress and print no table.

    Returns
    -------
    Result
        What the study left behind; a :class:`Finished` when there was nothing left to compute.

    Raises
    ------
    RunDirectoryError
        When it is no run directory, is damaged or in use, or was ended before its configuration was written.
    """
    given = Path(path)
    if given.name in ("", ".."):
        # ``ascent resume .``
        given = given.resolve()
    place = _find(given)
    if place is None:
        archive = _archive_of(given)
        if archive is None:
            raise NotARun(f"{given}: there is no such run directory.")
        remove(given)
        return Finished(archive, archive)
    if not (place / FILE_NAME).is_file():
        raise NotARun(f"{place}: {FILE_NAME} is missing: it is no run directory, or one that was ended at its start.")
    composed = _read(place / CONFIG_NAME, dict)
    manifest = read_manifest(place)
    # Half an archive lies beside the directory, not in it.
    sweep(place.parent, f".{glob.escape(manifest.name)}.*")
    if manifest.status == "finished" and not manifest.failures:
        return _completed(place, composed)
    run = RunDirectory.resume(place)
    try:
        overrides = _read(run.path / OVERRIDES_NAME, list)
        for change in version_changes(manifest.versions, versions()):
            _log.warning("%s: begun with another version of %s", run.path.name, change)
        # A study closes the directory itself, also when it fails.
        return run_composed(composed, [str(word) for word in overrides], quiet=quiet, directory=run)
    except AscentError as error:
        run.close(error)
        raise


def version_changes(before: Versions, now: Versions) -> list[str]:
    """Return what decides numbers and is not of the same version, as ``name (before, now)``."""
    pairs: dict[str, tuple[str | None, str | None]] = {
        "ascent": (before.ascent, now.ascent),
        "Python": (before.python, now.python),
    }
    pairs |= {name: (before.packages.get(name), now.packages.get(name)) for name in _DECISIVE}
    if before.neuron != now.neuron:
        pairs["neuron"] = (before.neuron, now.neuron)
    return [f"{name} ({old or 'none'}, now {new or 'none'})" for name, (old, new) in pairs.items() if old != new]


class NotARun(RunDirectoryError):
    """What the user named is no run directory."""

    exit_code = 2


def _find(path: Path) -> Path | None:
    base = path.with_name(path.name.removesuffix(RUNNING))
    places = [base.with_name(base.name + RUNNING), base]
    return next((place for place in (path, *places) if place.is_dir()), None)


def _archive_of(path: Path) -> Path | None:
    """The complete archive of a run whose directory is gone."""
    base = path.with_name(path.name.removesuffix(RUNNING))
    archives = [base.with_name(f"{base.name}.{mode}") for mode in MODES if mode != "none"]
    return next(
        (archive for archive in [path, *archives] if archive.is_file() and checksum_path(archive).is_file()), None
    )


def _completed(place: Path, composed: dict[str, Any]) -> Finished:
    """Do what may be left after a run has finished: its name, its archive."""
    results = composed.get("results") or {}
    mode, keep = str(results.get("archive", "tar.gz")), bool(results.get("keep_directory", True))
    run = RunDirectory.finished(place)
    archive = run.path.with_name(f"{run.name}.{mode}")
    if mode != "none" and not checksum_path(archive).is_file():
        run.archive(mode, keep)
    elif mode != "none" and not keep:
        remove(run.path)
    return Finished(run.path, archive if mode != "none" else None)


def _read(file: Path, kind: type) -> Any:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not YAML"
        raise ConfigError(f"{file} could not be read: {reason}.") from error
    if not isinstance(content, kind):
        expected = "a mapping" if kind is dict else "a list"
        raise ConfigError(f"{file} is damaged: it should hold {expected}.")
    return content
