"""The folder of a sweep: `sweep.json` says what was asked for, and each point has a numbered folder with its record.

    results/20261122-1930_sweep_pid123/
        sweep.json                               command line, launcher, number of points
        0/point.json  0/config.yaml              what point 0 is and how it went
        0/20261122-1930_seed1_pid124/            its run directory, as of any run

A record is written whole by the process that runs the point, so any number of machines can run points of one sweep.
"""

from __future__ import annotations

import itertools
import json
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from ascent.errors import RunDirectoryError
from ascent.files import write_json, write_text

SWEEP_FILE = "sweep.json"
POINT_FILE = "point.json"
CONFIG_FILE = "config.yaml"
JOBS_FILE = "jobs.json"
STATES = ("waiting", "running", "finished", "failed", "interrupted")
_RUNNING = "_running"


@dataclass(frozen=True)
class PointRecord:
    """How one point of a sweep went.

    Attributes
    ----------
    index : int
        Number of the point.
    overrides : tuple of str
        What makes this point, as on the command line.
    state : {"waiting", "running", "finished", "failed", "interrupted"}
        How far it came, as its own process last said.
    run : str or None
        Name of its run directory or archive, inside the point's folder.
    error : str or None
        Why it failed: one sentence.
    objective : float or list of float or None
        The value that an optimisation uses.
    job : str or None
        Job of the cluster, for example ``12_0``.
    host, pid
        The process that runs or ran it.
    started, finished : str or None
        ISO 8601 times, UTC.
    """

    index: int
    overrides: tuple[str, ...]
    state: str = "waiting"
    run: str | None = None
    error: str | None = None
    objective: float | list[float] | None = None
    job: str | None = None
    host: str | None = None
    pid: int | None = None
    started: str | None = None
    finished: str | None = None


@dataclass(frozen=True)
class SweepPlan:
    """What was asked for.

    Attributes
    ----------
    argv : tuple of str
        The command line.
    launcher : str
        ``"basic"``, ``"joblib"``, ``"slurm"`` or what Hydra calls it.
    started : str
        ISO 8601 time, UTC.
    host, pid
        The process that launched the sweep.
    points : int or None
        Number of points; None when a sweeper chooses them as it goes.
    """

    argv: tuple[str, ...]
    launcher: str
    started: str
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)
    points: int | None = None


@dataclass(frozen=True)
class SweepFolder:
    """A sweep on disk.

    Attributes
    ----------
    path : Path
        Absolute path of the folder.
    """

    path: Path

    @classmethod
    def create(cls, root: Path | str, argv: Sequence[str], launcher: str, points: int | None = None) -> SweepFolder:
        """Make ``<root>/<YYYYMMDD-HHMM>_sweep_pid<pid>``; a number is added where that exists.

        Raises
        ------
        RunDirectoryError
            When the folder cannot be made.
        """
        folder = Path(root).absolute()
        name = f"{datetime.now():%Y%m%d-%H%M}_sweep_pid{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for number in itertools.count(1):
                path = folder / (name if number == 1 else f"{name}-{number}")
                try:
                    path.mkdir()
                    break
                except FileExistsError:
                    continue
        except OSError as error:
            raise RunDirectoryError(f"No sweep could be begun in {folder}: {error.strerror or error}.") from error
        sweep = cls(path)
        write_json(
            path / SWEEP_FILE, {"schema_version": 1, **asdict(SweepPlan(tuple(argv), launcher, now(), points=points))}
        )
        return sweep

    @classmethod
    def open(cls, path: Path | str) -> SweepFolder:
        """The sweep in a folder.

        Raises
        ------
        RunDirectoryError
            When it holds no sweep.
        """
        sweep = cls(Path(path).absolute())
        sweep.plan()
        return sweep

    @staticmethod
    def is_sweep(path: Path | str) -> bool:
        """Whether a folder holds a sweep."""
        return (Path(path) / SWEEP_FILE).is_file()

    def plan(self) -> SweepPlan:
        """What was asked for.

        Raises
        ------
        RunDirectoryError
            When sweep.json is missing or damaged.
        """
        data = _read(self.path / SWEEP_FILE, f"{self.path} is not the folder of a sweep")
        known = {f.name for f in fields(SweepPlan)}
        try:
            return SweepPlan(**{**{k: v for k, v in data.items() if k in known}, "argv": tuple(data["argv"])})
        except (KeyError, TypeError) as error:
            raise RunDirectoryError(f"{self.path / SWEEP_FILE} is damaged: {error}.") from error

    def add_jobs(self, jobs: Mapping[int, str]) -> None:
        """Record the jobs of a cluster that were submitted for points; the records are their jobs' own to write."""
        write_json(
            self.path / JOBS_FILE,
            {**{str(i): job for i, job in self.jobs().items()}, **{str(i): j for i, j in jobs.items()}},
        )

    def jobs(self) -> dict[int, str]:
        """Job of the cluster by number of the point; empty where none was submitted."""
        if not (self.path / JOBS_FILE).is_file():
            return {}
        data = _read(self.path / JOBS_FILE, f"{self.path} has no jobs")
        return {int(index): str(job) for index, job in data.items() if index.isdigit()}

    def point(self, index: int) -> Path:
        """Folder of a point."""
        return self.path / str(index)

    def records(self) -> list[PointRecord]:
        """Records of all points, in order; a point of the plan that has none yet is waiting."""
        found = {int(p.name) for p in self.path.iterdir() if p.name.isdigit() and (p / POINT_FILE).is_file()}
        planned = set(range(self.plan().points or 0))
        return [self.read(index) if index in found else PointRecord(index, ()) for index in sorted(found | planned)]

    def read(self, index: int) -> PointRecord:
        """The record of a point.

        Raises
        ------
        RunDirectoryError
            When it is missing or damaged.
        """
        file = self.point(index) / POINT_FILE
        data = _read(file, f"{self.path} has no point {index}")
        known = {f.name for f in fields(PointRecord)}
        try:
            record = PointRecord(
                **{**{k: v for k, v in data.items() if k in known}, "overrides": tuple(data["overrides"])}
            )
        except (KeyError, TypeError) as error:
            raise RunDirectoryError(f"{file} is damaged: {error}.") from error
        if record.state not in STATES:
            raise RunDirectoryError(f"{file} is damaged: state is {record.state!r}.")
        return record

    def write(self, record: PointRecord) -> PointRecord:
        """Write the record of a point, whole or not at all."""
        write_json(self.point(record.index) / POINT_FILE, asdict(record))
        return record

    def update(self, index: int, **changes: Any) -> PointRecord:
        """Change fields of a record."""
        return self.write(replace(self.read(index), **changes))

    def prepare(self, index: int, overrides: Sequence[str], composed: dict[str, Any] | None = None) -> PointRecord:
        """Record a point that is still to run, with its composed configuration when it is known already."""
        if composed is not None:
            text = yaml.safe_dump(composed, sort_keys=False, allow_unicode=True)
            write_text(self.point(index) / CONFIG_FILE, text)
        return self.write(PointRecord(index, tuple(overrides)))

    def configuration(self, index: int) -> dict[str, Any]:
        """The composed configuration of a point that was prepared with one.

        Raises
        ------
        RunDirectoryError
            When it is missing or damaged.
        """
        file = self.point(index) / CONFIG_FILE
        try:
            data = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise RunDirectoryError(f"{file} could not be read: {error}.") from error
        if not isinstance(data, dict):
            raise RunDirectoryError(f"{file} is damaged: it holds no configuration.")
        return data

    def run_of(self, record: PointRecord) -> Path | None:
        """The run directory of a point, the archive when only that was kept, None when there is neither."""
        folder = self.point(record.index)
        if record.run and (folder / record.run).exists():
            return folder / record.run
        if not folder.is_dir():
            return None
        runs = sorted((p for p in folder.iterdir() if (p / "manifest.json").is_file()), key=lambda p: p.stat().st_mtime)
        return runs[-1] if runs else None

    def unfinished_run(self, index: int) -> Path | None:
        """A run directory in which an earlier process left work: cut off, or finished with units that failed."""
        from ascent.runs import read_manifest

        run = self.run_of(self.read(index))
        if run is None or not run.is_dir():
            return None
        return run if run.name.endswith(_RUNNING) or read_manifest(run).failures else None


def now() -> str:
    """The time as it is written, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _read(file: Path, missing: str) -> dict[str, Any]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunDirectoryError(f"{missing}: there is no {file.name}.") from error
    except OSError as error:
        raise RunDirectoryError(f"{file} could not be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise RunDirectoryError(f"{file} is damaged: it is not JSON.") from error
    if not isinstance(data, dict):
        raise RunDirectoryError(f"{file} is damaged: it is not an object.")
    return data
