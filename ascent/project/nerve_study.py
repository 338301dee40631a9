"""A nerve study in a run directory: what ``ascent +run=3`` does."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.config.loading import dump
from ascent.config.study import NerveStudyConfig, validate_study
from ascent.errors import ConfigError
from ascent.files import write_json
from ascent.project.cache import copy_whole
from ascent.project.fiber_groups import run_fibers, values_of
from ascent.project.fiber_units import units_of_n_sim
from ascent.project.inputs import RunInputs
from ascent.project.layout import ProjectFolder
from ascent.project.pipeline import PipelineReport, build_run
from ascent.project.study_results import collect_fibers, names_of, write_figures, write_potentials
from ascent.runs.thresholds import write_thresholds
from ascent.schedule import Outcome

if TYPE_CHECKING:
    import pandas as pd

    from ascent.config.mock_sample import MockSampleConfig
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


def run_study(
    composed: Mapping[str, Any],
    overrides: Sequence[str] = (),
    *,
    quiet: bool = False,
    directory: RunDirectory | None = None,
) -> StudyResult:
    """Run a composed nerve study from masks to thresholds.

    Parameters
    ----------
    composed : mapping
        The configuration as plain data.
    overrides : sequence of str
        What the user changed on the command line, for the record.
    quiet : bool
        Show no progress and print no table.
    directory : RunDirectory, optional
        An opened run directory whose work is finished; stages whose stamps hold and fibers that its journal has are
        not done again. A new one by default.

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
    from ascent.analysis.report import report_of_run
    from ascent.runs import RunDirectory

    study = validate_study(composed)
    frame = study.frame
    masks = _masks_folder(study, directory)
    if directory is None:
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
        # Ranks may have another current folder, so units name theirs in full.
        root = run.path.absolute()
        folder = ProjectFolder(root, root / "export")
        _lay_out(folder, study, masks)
        report = PipelineReport(_RUN)
        inputs = RunInputs.of(folder, _RUN)
        built = build_run(
            folder,
            inputs,
            report,
            workers=frame.engine.workers,
            quiet=quiet,
            on_field=lambda outcome: run.record(outcome) if outcome.succeeded else None,
            on_plan=lambda count: run.plan("fields", count),
        )
        failures = dict(report.failures)
        for index, (name, sentence) in enumerate(failures.items()):
            run.record(Outcome(name, index, error=sentence))
        values = _run_all(folder, report, study, run, failures, quiet)
        table = collect_fibers(folder, names_of(report.n_sims), values, frame.engine.name)
        if len(table):
            write_thresholds(table, run.path / "thresholds.parquet")
            write_potentials(folder, names_of(report.n_sims), run.path / "potentials.h5")
            write_figures(run.path / "report", built.sample, table)
        report_of_run(run)
    archive = directory.archive(frame.results.archive, frame.results.keep_directory)
    if not quiet:
        _print_summary(table, failures, archive)
    return StudyResult(directory.path, archive if archive != directory.path else None, table, failures)


def _masks_folder(study: NerveStudyConfig, directory: RunDirectory | None) -> Path | None:
    """The folder of the masks; None when they are drawn, or when the run has its copy already."""
    if study.mock_sample is not None:
        return None
    if (
        directory is not None
        and ProjectFolder(directory.path, directory.path).input_folder(study.sample.sample).exists()
    ):
        return None
    folder = Path(study.frame.input_folder or ".").expanduser().resolve() / study.sample.sample
    if not folder.is_dir():
        raise ConfigError(f"configuration: input_folder and sample.sample: there is no folder {folder} with masks.")
    return folder


def _lay_out(folder: ProjectFolder, study: NerveStudyConfig, masks: Path | None) -> None:
    """Write the run as an ASCENT project folder, so that its users' scripts read it; what is there already stays."""
    from ascent.config.shipped import copy_tables

    target = folder.input_folder(study.sample.sample)
    if not target.exists():
        if study.mock_sample is not None:
            _draw_masks(study.mock_sample, target)
        elif masks is not None:
            copy_whole(masks, target)
    copy_tables(folder.system, [cuff.preset for cuff in study.model.cuff])
    contents = {
        folder.run_file(_RUN): {"pseudonym": study.frame.name, "sample": 0, "models": [0], "sims": [0]},
        folder.sample_folder(0) / "sample.json": dump(study.sample),
        folder.model_folder(0, 0) / "model.json": dump(study.model),
        folder.sim_file(0): study.sim.raw,
    }
    for file, content in contents.items():
        # Later stages write into these files.
        if not file.exists():
            write_json(file, content)


def _draw_masks(mock: MockSampleConfig, target: Path) -> None:
    from ascent.nerve import generate_mock

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", suffix=".part", dir=target.parent) as temporary:
        generate_mock(mock, Path(temporary))
        copy_whole(Path(temporary), target)


def _run_all(
    folder: ProjectFolder,
    report: PipelineReport,
    study: NerveStudyConfig,
    run: RunDirectory,
    failures: dict[str, str],
    quiet: bool,
) -> dict[str, dict[str, Any]]:
    """Run every fiber that the journal does not have; gives what each returned, and adds to `failures`."""
    values = _recorded(run)
    units = []
    engine = study.frame.engine
    for name in names_of(report.n_sims):
        units += units_of_n_sim(
            folder.n_sim_folder(name),
            str(name),
            early_stop=engine.early_stop,
            system=folder.system,
            engine=engine.name,
            recorded=values.keys(),
            precision=engine.precision,
        )[0]

    def finished(outcome: Outcome[dict[str, Any]]) -> None:
        run.record(outcome, outcome.value)
        for place, (name, sentence) in enumerate((outcome.value or {}).get("errors", {}).items()):
            run.record(Outcome(name, place, error=sentence))

    outcomes = run_fibers(
        units,
        workers=engine.workers,
        quiet=quiet,
        on_group=finished,
        on_plan=lambda count: run.plan("fibers", count),
    )
    for outcome in outcomes:
        if outcome.value is not None:
            values[outcome.unit_id] = outcome.value
        else:
            failures[outcome.unit_id] = outcome.error or "failed"
    return values


def _recorded(run: RunDirectory) -> dict[str, dict[str, Any]]:
    """What the journal says of each fiber that is done."""
    values: dict[str, dict[str, Any]] = {}
    for value in run.completed().values():
        if isinstance(value, dict) and "n_sim" in value:
            values |= values_of(value)
    return values


def _print_summary(table: pd.DataFrame, failures: dict[str, str], archive: Path) -> None:
    from ascent.analysis.summary import print_summary

    if len(table):
        print_summary(table)
    for name, sentence in failures.items():
        print(f"ascent: {name} failed: {sentence}", file=sys.stderr)
    print(archive)
