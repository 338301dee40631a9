"""The directory of one run, from its first moment to its archive."""

from __future__ import annotations

import itertools
import logging
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from ascent.errors import RunDirectoryError
from ascent.files import sweep, write_text
from ascent.runs import archive as archives
from ascent.runs import environment
from ascent.runs.digests import combined_sha256, files_below
from ascent.runs.journal import FILE_NAME as JOURNAL_NAME
from ascent.runs.journal import Journal, read_journal
from ascent.runs.log import RunLog
from ascent.runs.manifest import FILE_NAME as MANIFEST_NAME
from ascent.runs.manifest import Manifest, UnitFailure, read_manifest, write_manifest
from ascent.runs.records import input_file, output_file, printable, sentence
from ascent.schedule import Outcome, mpi

CONFIG_NAME = "config.yaml"
OVERRIDES_NAME = "overrides.yaml"
LOG_NAME = "run.log"
RUNNING = "_running"

_log = logging.getLogger(__name__)
#: Runs that this process is writing.
_open_runs: list[RunDirectory] = []


class RunDirectory:
    """A run directory that is being written; make one with :meth:`create` or :meth:`resume`.

    As a context manager it finishes the run at the end of the block. When the block raises, the
    directory keeps its ``_running`` name and says why in manifest and journal.

    Attributes
    ----------
    path : Path
        Where the directory is now; changes when the run finishes.
    name : str
        Name of the finished run.
    manifest : Manifest
        What has been recorded so far.
    """

    def __init__(self, path: Path, manifest: Manifest, journal: Journal) -> None:
        self.path = path
        self.name = manifest.name
        self.manifest = manifest
        self._journal = journal
        self._run_log = RunLog(path / LOG_NAME)
        self._open = True
        _open_runs.append(self)

    @classmethod
    def create(
        cls,
        root: Path | str,
        seed: int,
        *,
        config: Mapping[str, Any] | str = "",
        overrides: Sequence[str] = (),
        argv: Sequence[str] | None = None,
        inputs: Iterable[Path | str] = (),
        engine: str | None = None,
        workers: int | None = None,
        mpi_size: int | None = None,
        now: datetime | None = None,
        seed_label: str | None = None,
    ) -> RunDirectory:
        """Make ``<root>/<YYYYMMDD-HHMM>_seed<seed>_pid<pid>_running/`` and begin manifest, journal and log.

        A number is added to the name when the minute and the process already have a run there.

        Parameters
        ----------
        root : path
            Folder of all results; made if needed.
        seed : int
            Seed of the run.
        config : mapping or str
            The whole composed configuration, or its YAML text.
        overrides : sequence of str
            What the user changed, as given on the command line.
        argv : sequence of str, optional
            The command line; default that of this process.
        inputs : iterable of path
            Files that the run reads; their SHA-256 is recorded.
        engine, workers, mpi_size
            For the manifest; by default the ranks that there are.
        now : datetime, optional
            The stamp; default the local time now.
        seed_label : str, optional
            What stands for the seed in the name; default the seed.

        Raises
        ------
        RunDirectoryError
            When the folder cannot be written or an input cannot be read.
        """
        files = [input_file(Path(path)) for path in inputs]
        stamp = datetime.now().astimezone() if now is None else now.astimezone()
        path = _make(Path(root), f"{stamp:%Y%m%d-%H%M}_seed{seed_label or seed}_pid{os.getpid()}")
        manifest = Manifest(
            name=path.name.removesuffix(RUNNING),
            status="running",
            started=stamp.isoformat(timespec="seconds"),
            argv=[printable(argument) for argument in (sys.argv if argv is None else argv)],
            seed=seed,
            engine=engine,
            workers=workers,
            mpi_size=mpi.size() if mpi_size is None else mpi_size,
            image=environment.image(),
            git=environment.git(),
            versions=environment.versions(),
            machine=environment.machine(),
            inputs=files,
        )
        text = config if isinstance(config, str) else yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True)
        write_text(path / CONFIG_NAME, text)
        write_text(path / OVERRIDES_NAME, yaml.safe_dump(list(overrides), allow_unicode=True))
        write_manifest(path, manifest)
        run = cls(path, manifest, Journal(path / JOURNAL_NAME))
        run._journal.append("started")
        return run

    @classmethod
    def resume(cls, path: Path | str) -> RunDirectory:
        """Open the directory of a run that did not finish, or that finished with failed units.

        Raises
        ------
        RunDirectoryError
            When it is not a run directory or damaged, when the run is still going on, or when there is
            nothing left to do.
        """
        folder = Path(path)
        manifest = read_manifest(folder)
        if manifest.status == "finished" and not manifest.failures:
            raise RunDirectoryError(f"{folder} holds a finished run: there is nothing to resume.")
        journal = Journal(folder / JOURNAL_NAME)
        try:
            if not folder.name.endswith(RUNNING):
                folder = _rename(folder, folder.with_name(folder.name + RUNNING))
            reset: dict[str, Any] = dict.fromkeys(("reason", "finished", "content_sha256"))
            reset |= {"status": "running", "failures": [], "outputs": [], "mpi_size": mpi.size()}
            sweep(folder)
            manifest = manifest.model_copy(update=reset)
            write_manifest(folder, manifest)
            journal.append("resumed")
            return cls(folder, manifest, journal)
        except BaseException:
            journal.close()
            raise

    @classmethod
    def finished(cls, path: Path | str) -> RunDirectory:
        """Open the directory of a finished run, to archive it; takes off ``_running`` where that was left on.

        Raises
        ------
        RunDirectoryError
            When it is not a run directory, is damaged, or has not finished.
        """
        folder = Path(path)
        manifest = read_manifest(folder)
        if manifest.status != "finished":
            raise RunDirectoryError(f"{folder} has not finished: ascent resume finishes it.")
        if folder.name != manifest.name and folder.name == manifest.name + RUNNING:
            folder = _rename(folder, folder.with_name(manifest.name))
        run = cls.__new__(cls)
        run.path, run.name, run.manifest, run._open = folder, manifest.name, manifest, False
        return run

    def close(self, error: BaseException | None = None) -> None:
        """End the run as the end of the ``with`` block does, if it has not ended yet."""
        self.__exit__(type(error) if error is not None else None, error, None)

    def completed(self) -> dict[str, Any]:
        """Return the journaled value of each unit that is done, by name; these need not run again."""
        done: dict[str, Any] = {}
        for entry in read_journal(self.path / JOURNAL_NAME):
            if entry.event == "unit" and entry.unit is not None:
                done.pop(entry.unit, None)
                if entry.error is None:
                    done[entry.unit] = entry.value
        return done

    def record(self, outcome: Outcome[Any], value: Any = None) -> None:
        """Journal what became of a unit; fits as `on_result` of :func:`ascent.schedule.run_units`.

        Parameters
        ----------
        outcome : Outcome
            A finished unit. A failure is also logged with its traceback and listed in the manifest.
        value : JSON value
            What resuming needs of the result beyond the files that the unit wrote.
        """
        if outcome.error is not None:
            _log.error("%s failed: %s\n%s", outcome.unit_id, outcome.error, outcome.traceback or "")
            failure = UnitFailure(unit=printable(outcome.unit_id), error=printable(outcome.error))
            self.update(failures=[*self.manifest.failures, failure])
        self._journal.append(
            "unit",
            unit=outcome.unit_id,
            value=value,
            error=outcome.error,
            seconds=round(outcome.seconds, 3),
            lazy=True,
        )

    def plan(self, label: str, units: int) -> None:
        """Journal how many units the stage `label` is going to run."""
        self._journal.append("planned", value={"label": label, "units": units})

    def update(self, **fields: Any) -> None:
        """Change fields of the manifest, which is written when the run ends."""
        unknown = set(fields) - set(Manifest.model_fields)
        if unknown:
            raise ValueError(f"the manifest has no field {sorted(unknown)[0]!r}")
        self.manifest = Manifest.model_validate({**dict(self.manifest), **fields})

    def add_inputs(self, paths: Iterable[Path | str]) -> None:
        """Record further files that the run reads."""
        known = {file.path for file in self.manifest.inputs}
        files = [file for file in (input_file(Path(path)) for path in paths) if file.path not in known]
        self.update(inputs=[*self.manifest.inputs, *files])

    def finish(self) -> Path:
        """Close the run: hash every file, write the manifest, drop ``_running`` from the name.

        Returns
        -------
        Path
            The directory under its final name.

        Raises
        ------
        RunDirectoryError
            When the manifest cannot be written or the final name is taken.
        """
        self._journal.append("finished")
        self._close()
        outputs = [output_file(self.path, relative) for relative in files_below(self.path) if relative != MANIFEST_NAME]
        content = [(file.path, file.content_sha256) for file in outputs if file.content_sha256 is not None]
        self.update(status="finished", finished=_now(), outputs=outputs, content_sha256=combined_sha256(content))
        write_manifest(self.path, self.manifest)
        self.path = _rename(self.path, self.path.with_name(self.name))
        return self.path

    def note_interruption(self, reason: str) -> None:
        """Say in the manifest that the process was asked to end, while it goes on to do so; never raises.

        A batch system or mpirun may end it before :meth:`fail` has its turn. A run that finishes nevertheless
        writes another manifest.
        """
        noted = self.manifest.model_copy(
            update={"status": "interrupted", "reason": printable(reason), "finished": _now()}
        )
        with suppress(RunDirectoryError):
            write_manifest(self.path, noted, durable=False)

    def fail(self, reason: str, *, interrupted: bool = False) -> None:
        """Close a run that cannot go on; the directory keeps its ``_running`` name.

        Never raises, since the disk may be what failed.
        """
        event = "interrupted" if interrupted else "failed"
        # mpirun gives half a second between asking a rank to end and ending it: what takes time comes last.
        with suppress(RunDirectoryError):
            self.update(status=event, reason=printable(reason), finished=_now())
            write_manifest(self.path, self.manifest, durable=False)
        with suppress(RunDirectoryError, ValueError):
            self._journal.append(event, error=reason, lazy=True)
        _log.error("The run ended early: %s", reason)
        self._close()

    def archive(self, mode: str = "tar.gz", keep_directory: bool = True) -> Path:
        """Pack the finished directory beside itself.

        Parameters
        ----------
        mode : {"tar.gz", "tar.zst", "none"}
            Kind of archive.
        keep_directory : bool
            Whether the directory stays once the archive is complete.

        Returns
        -------
        Path
            The archive, or the directory when `mode` is ``"none"``.

        Raises
        ------
        ConfigError
            When the mode does not exist, or would leave nothing.
        RunDirectoryError
            When the run has not finished, or the archive cannot be written.
        """
        archives.check_mode(mode, keep_directory)
        if self.manifest.status != "finished" or self._open:
            raise RunDirectoryError(f"{self.path} has not finished: only finished runs are archived.")
        if mode == "none":
            return self.path
        stamp = datetime.fromisoformat(self.manifest.started).timestamp()
        packed = archives.write_archive(self.path, self.path.with_name(f"{self.name}.{mode}"), stamp)
        if not keep_directory:
            remove(self.path)
        return packed

    def __enter__(self) -> RunDirectory:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._open:
            return
        if error is None:
            self.finish()
        elif isinstance(error, KeyboardInterrupt):
            self.fail(sentence(str(error)) if str(error) else "Interrupted from the keyboard.", interrupted=True)
        else:
            self.fail(str(error) or type(error).__name__)

    def _close(self) -> None:
        self._journal.close()
        self._run_log.close()
        self._open = False
        if self in _open_runs:
            _open_runs.remove(self)


def note_interruption(reason: str) -> None:
    """Say of every run that this process is writing that it is being interrupted; fit to be called in a signal handler.

    Parameters
    ----------
    reason : str
        Without capital and full stop.
    """
    for run in list(_open_runs):
        run.note_interruption(sentence(reason))


def _make(root: Path, name: str) -> Path:
    """Make the first free ``<name>[-<number>]_running``; atomic, also among processes of other machines."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        for number in itertools.count(1):
            candidate = name if number == 1 else f"{name}-{number}"
            path = root / (candidate + RUNNING)
            try:
                path.mkdir()
            except FileExistsError:
                continue
            taken = [root / candidate, *(root / f"{candidate}.{mode}" for mode in archives.MODES)]
            if not any(other.exists() for other in taken):
                return path
            path.rmdir()
    except OSError as error:
        raise RunDirectoryError(f"No run directory could be made in {root}: {error.strerror or error}.") from error
    raise AssertionError("unreachable")


def remove(directory: Path) -> None:
    """Delete a run directory; what an interruption leaves of it has a name that says so."""
    aside = directory.with_name(f".{directory.name}.part")
    with suppress(OSError):
        os.rename(directory, aside)
        shutil.rmtree(aside, ignore_errors=True)


def _rename(path: Path, target: Path) -> Path:
    try:
        if target.exists():
            raise RunDirectoryError(f"{path} could not be renamed: {target} exists already.")
        os.rename(path, target)
    except OSError as error:
        raise RunDirectoryError(f"{path} could not be renamed: {error.strerror or error}.") from error
    return target


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
