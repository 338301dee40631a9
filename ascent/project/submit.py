"""Thresholds of exported n_sims: fibers as units of work over the cores of this machine."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ascent.errors import ConfigError, RunDirectoryError
from ascent.project.fiber_groups import run_fibers
from ascent.project.fiber_units import FiberUnit, units_of_n_sim
from ascent.project.layout import NSimName, ProjectFolder
from ascent.project.outputs import outputs_folder

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExportedRun:
    """A run as it stands in the export folder."""

    index: int
    pseudonym: str | None
    sample: int
    models: list[int]
    sims: list[int]
    n_sims: list[str]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class SubmitPlan:
    """What a submission would do.

    Attributes
    ----------
    pending : list of FiberUnit
        Fibers to run.
    done : int
        Number of fibers whose results exist.
    run_of : dict
        Run that each n_sim was planned for, by its name.
    """

    pending: list[FiberUnit] = field(default_factory=list)
    done: int = 0
    run_of: dict[str, int] = field(default_factory=dict)

    def sentence(self) -> str:
        return f"{len(self.pending)} fibers to run, {self.done} done already"

    def by_run(self) -> list[tuple[int, FiberUnit]]:
        """The pending fibers, each with the run it was planned for."""
        return [(self.run_of[unit.id.partition("/")[0]], unit) for unit in self.pending]


@dataclass
class SubmitReport:
    """What a submission did; `failures` names each fiber that failed and why."""

    completed: int = 0
    skipped: int = 0
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        return len(self.failures)

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "failed": self.failed}


def exported_runs(folder: ProjectFolder) -> list[ExportedRun]:
    """The runs in the export folder, by index."""
    files = sorted((folder.export / "runs").glob("*.json"), key=lambda p: (len(p.stem), p.stem))
    return [_read_run(file) for file in files if file.stem.isdigit()]


def plan_submission(folder: ProjectFolder, runs: Sequence[int], only: Sequence[str] = ()) -> SubmitPlan:
    """Look at which fibers of exported runs have results.

    Parameters
    ----------
    folder : ProjectFolder
        The project.
    runs : sequence of int
        Indices of exported runs.
    only : sequence of str
        Names of the fibers that are wanted, such as ``"0_0_0_0/inner0_fiber3"``; all of them when empty.

    Raises
    ------
    ConfigError
        When a run is not in the export folder, or has no fiber of a name in `only`.
    RunDirectoryError
        When an exported n_sim is missing or damaged.
    """
    plan = SubmitPlan()
    wanted = {fiber.partition("/")[0] for fiber in only}
    for index in runs:
        file = folder.exported_run_file(index)
        if not file.is_file():
            raise ConfigError(f"{file}: run {index} is not exported; ascent pipeline {index} does that.")
        for name in _read_run(file).n_sims:
            if name in plan.run_of or (wanted and name not in wanted):
                continue
            plan.run_of[name] = index
            pending, done = units_of_n_sim(
                _exported(folder, file, name), name, system=folder.export / "config" / "system"
            )
            plan.pending += pending
            plan.done += done
    return _only(plan, only) if only else plan


def _only(plan: SubmitPlan, only: Sequence[str]) -> SubmitPlan:
    missing = sorted({fiber.partition("/")[0] for fiber in only} - set(plan.run_of))
    if missing:
        raise ConfigError(f"--fiber names the n_sim {missing[0]}, which is none of the runs given.")
    pending = [unit for unit in plan.pending if unit.id in set(only)]
    return SubmitPlan(pending, len(only) - len(pending), plan.run_of)


def submit_runs(
    folder: ProjectFolder,
    runs: Sequence[int],
    *,
    only: Sequence[str] = (),
    workers: int | None = None,
    quiet: bool = False,
) -> SubmitReport:
    """Run the fibers of exported runs that have no results yet.

    A fiber that fails leaves a marker in its outputs, and the others go on.

    Parameters
    ----------
    folder : ProjectFolder
        The project.
    runs : sequence of int
        Indices of exported runs.
    only : sequence of str
        Names of the fibers that are wanted; all of them when empty.
    workers : int, optional
        Number of processes; every core by default.
    quiet : bool
        Show no progress.
    """
    plan = plan_submission(folder, runs, only)
    report = SubmitReport(skipped=plan.done)
    if not plan.pending:
        _log.info("nothing to run: %s", plan.sentence())
        return report
    for outcome in run_fibers(plan.pending, workers=workers, quiet=quiet):
        if outcome.succeeded:
            report.completed += 1
        else:
            report.failures[outcome.unit_id] = outcome.error or "failed"
    _log.info("%d fibers done, %d failed, %d skipped", report.completed, report.failed, report.skipped)
    for name, sentence in report.failures.items():
        _log.error("fiber %s failed: %s", name, sentence)
    return report


def _exported(folder: ProjectFolder, run_file: Path, name: str) -> Path:
    parsed = NSimName.parse(name)
    path = folder.exported_n_sim(parsed) if parsed else None
    if path is None or not path.is_dir():
        raise RunDirectoryError(f"{run_file}: n_sims names {name}, which is not in {folder.export / 'n_sims'}.")
    outputs_folder(path).mkdir(parents=True, exist_ok=True)
    return path


def _read_run(file: Path) -> ExportedRun:
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
        return ExportedRun(
            index=int(file.stem),
            pseudonym=content.get("pseudonym"),
            sample=int(content["sample"]),
            models=[int(m) for m in content.get("models") or []],
            sims=[int(k) for k in content.get("sims") or []],
            n_sims=[str(n) for n in content.get("n_sims") or []],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{file}: not a run that ascent exported ({error}); export it again.") from error
