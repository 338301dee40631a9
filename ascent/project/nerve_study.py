"""A nerve study in a run directory: what ``ascent +run=3`` does."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.config.loading import dump
from ascent.config.study import NerveStudyConfig, validate_study
from ascent.errors import ConfigError
from ascent.files import write_json
from ascent.project.fiber_units import units_of_n_sim
from ascent.project.inputs import RunInputs
from ascent.project.layout import ProjectFolder
from ascent.project.pipeline import PipelineReport, build_run
from ascent.project.study_results import collect_fibers, names_of, write_figures, write_potentials
from ascent.project.submit import run_fibers
from ascent.runs.thresholds import write_thresholds
from ascent.schedule import Outcome

if TYPE_CHECKING:
    import pandas as pd

    from ascent.runs import RunDirectory

_log = logging.getLogger(__name__)
_RUN = 0


@dataclass(frozen=True)
class StudyResult:
    """What a study left behind.

    Attributes
    ----------
    directory : Path
        The run directory; gone when only the archive is kept.
    archive : Path or None
        The archive, when one was asked for.
    table : DataFrame
        One row a fiber, as thresholds.parquet holds them.
    failures : dict
        Sentence by name of what failed.
    """

    directory: Path
    archive: Path | None
    table: pd.DataFrame
    failures: dict[str, str]

    @property
    def exit_code(self) -> int:
        return 1 if self.failures else 0


def run_study(composed: Mapping[str, Any], overrides: Sequence[str] = (), *, quiet: bool = False) -> StudyResult:
    """Run a composed nerve study from masks to thresholds.

    Parameters
    ----------
    composed : mapping
        The configuration as plain data.
    overrides : sequence of str
        What the user changed on the command line, for the record.
    quiet : bool
        Show no progress and print no table.

    Returns
    -------
    StudyResult

    Raises
    ------
    ConfigError
        When the configuration is wrong; nothing has been written then.
    AscentError
        When the sample cannot be built; the run directory stays, with the reason in it.
    """
    from ascent.runs import RunDirectory

    study = validate_study(composed)
    masks = _masks_folder(study)
    frame = study.frame
    directory = RunDirectory.create(
        Path(frame.results.directory),
        frame.seed,
        config=composed,
        overrides=overrides,
        inputs=sorted(p for p in masks.rglob("*") if p.is_file()) if masks else (),
        engine=frame.engine.name,
        workers=frame.engine.workers,
    )
    with directory as run:
        folder = ProjectFolder(run.path, run.path / "export")
        _lay_out(folder, study, masks)
        report = PipelineReport(_RUN)
        inputs = RunInputs.of(folder, _RUN)
        built = build_run(folder, inputs, report, workers=frame.engine.workers, quiet=quiet)
        failures = dict(report.failures)
        for index, (name, sentence) in enumerate(failures.items()):
            run.record(Outcome(name, index, error=sentence))
        values = _run_all(folder, report, study, run, failures, quiet)
        table = collect_fibers(folder, names_of(report.n_sims), values, frame.engine.name)
        if len(table):
            write_thresholds(table, run.path / "thresholds.parquet")
            write_potentials(folder, names_of(report.n_sims), run.path / "potentials.h5")
            write_figures(run.path / "report", built.sample, table)
    archive = directory.archive(frame.results.archive, frame.results.keep_directory)
    if not quiet:
        _print_summary(table, failures, archive)
    return StudyResult(directory.path, archive if archive != directory.path else None, table, failures)


def _masks_folder(study: NerveStudyConfig) -> Path | None:
    if study.mock_sample is not None:
        return None
    folder = Path(study.frame.input_folder or ".").expanduser().resolve() / study.sample.sample
    if not folder.is_dir():
        raise ConfigError(f"configuration: input_folder and sample.sample: there is no folder {folder} with masks.")
    return folder


def _lay_out(folder: ProjectFolder, study: NerveStudyConfig, masks: Path | None) -> None:
    """Write the run as an ASCENT project folder, so that its users' scripts read it."""
    from ascent.config.shipped import copy_tables

    target = folder.input_folder(study.sample.sample)
    if study.mock_sample is not None:
        from ascent.nerve import generate_mock

        generate_mock(study.mock_sample, target)
    elif masks is not None:
        shutil.copytree(masks, target, dirs_exist_ok=True)
    copy_tables(folder.system, [cuff.preset for cuff in study.model.cuff])
    write_json(folder.run_file(_RUN), {"pseudonym": study.frame.name, "sample": 0, "models": [0], "sims": [0]})
    write_json(folder.sample_folder(0) / "sample.json", dump(study.sample))
    write_json(folder.model_folder(0, 0) / "model.json", dump(study.model))
    write_json(folder.sim_file(0), study.sim.raw)


def _run_all(
    folder: ProjectFolder,
    report: PipelineReport,
    study: NerveStudyConfig,
    run: RunDirectory,
    failures: dict[str, str],
    quiet: bool,
) -> dict[str, dict[str, Any]]:
    """Run every fiber; gives what each returned, and adds those that failed to `failures`."""
    units = []
    for name in names_of(report.n_sims):
        engine = study.frame.engine
        units += units_of_n_sim(
            folder.n_sim_folder(name),
            str(name),
            early_stop=engine.early_stop,
            system=folder.system,
            engine=engine.name,
            precision=engine.precision,
        )[0]
    values: dict[str, dict[str, Any]] = {}

    def finished(outcome: Outcome[dict[str, Any]]) -> None:
        run.record(outcome, outcome.value)

    for outcome in run_fibers(units, workers=study.frame.engine.workers, quiet=quiet, on_result=finished):
        if outcome.value is not None:
            values[outcome.unit_id] = outcome.value
        else:
            failures[outcome.unit_id] = outcome.error or "failed"
    return values


def _print_summary(table: pd.DataFrame, failures: dict[str, str], archive: Path) -> None:
    from ascent.analysis.summary import print_summary

    if len(table):
        print_summary(table)
    for name, sentence in failures.items():
        print(f"ascent: {name} failed: {sentence}", file=sys.stderr)
    print(archive)
