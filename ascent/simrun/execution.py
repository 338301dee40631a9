"""Running the sweeps of a plan into a run directory: the one way for all functions and for ``ascent +run=4``."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ascent.errors import ConfigError
from ascent.runs import RunDirectory
from ascent.schedule import Outcome, available_cores, run_units
from ascent.simrun.outputs import SweepFiles
from ascent.simrun.plan import SweepPlan, units_of
from ascent.simrun.runner import SweepOutput, neuron_is_fresh, release_runner, run_unit, runner_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)

#: Sweeps that are done together: the batch engine's lanes, and one elsewhere.
BATCH = 8


@dataclass(frozen=True)
class RunSettings:
    """Where a run goes and how.

    Attributes
    ----------
    root : Path
        Folder of run directories.
    workers : int or None
        Processes at most; None takes every core.
    archive : str
        ``"none"``, ``"tar.gz"`` or ``"tar.zst"``.
    keep_directory : bool
        Whether the directory stays beside the archive.
    quiet : bool
        Show no progress.
    separate_process : bool
        Leave NEURON in this process alone, also for one worker.
    digits : int
        Digits of the number of a sweep in file names.
    prefixed : bool
        Whether names of traces and parameters begin with the seed and the process.
    seed_label : str
        What stands for the seed in names; the seed by default.
    report : bool
        Whether the run ends with an HTML report.
    """

    root: Path
    workers: int | None = None
    archive: str = "none"
    keep_directory: bool = True
    quiet: bool = False
    separate_process: bool = False
    digits: int = 4
    prefixed: bool = True
    seed_label: str = ""
    report: bool = False


@dataclass(frozen=True)
class SweepsResult:
    """What a run of sweeps left behind.

    Attributes
    ----------
    directory : Path
        The run directory; gone when only the archive is kept.
    archive : Path or None
        The archive, when one was asked for.
    failures : dict
        Sentence by name of what failed.
    engine : str
        What simulated.
    tables : tuple of Path
        Tables of active synapses, in the order of the sweeps.
    hooks : tuple of dict
        What functions that were called after each sweep returned.
    """

    directory: Path
    archive: Path | None
    failures: dict[str, str]
    engine: str
    tables: tuple[Path, ...] = ()
    hooks: tuple[dict[str, Any], ...] = field(default=(), repr=False)

    @property
    def exit_code(self) -> int:
        """0 when all sweeps were done, 1 when some failed."""
        return 1 if self.failures else 0


def run_sweeps(
    plan: SweepPlan,
    settings: RunSettings,
    *,
    config: Mapping[str, Any],
    overrides: Sequence[str] = (),
    directory: RunDirectory | None = None,
) -> SweepsResult:
    """Run the sweeps of a plan.

    Parameters
    ----------
    plan : SweepPlan
    settings : RunSettings
    config : mapping
        The configuration that the run records of itself.
    overrides : sequence of str
        What the user changed on the command line.
    directory : RunDirectory, optional
        An opened directory of which the missing sweeps are run; a new one by default.

    Raises
    ------
    AscentError
        When parameters or files are wrong; nothing has been written then.
    """
    limit = _places()
    workers = min(settings.workers or limit, limit)
    if _neuron_is_in_use() or not neuron_is_fresh(plan):
        settings = replace(settings, separate_process=True)
    # Built here before anything is written: whatever is wrong is said at once, and the engine is known.
    runner = runner_of(plan)
    try:
        engine, times = runner.engine, runner.settings.times if plan.simulated else np.empty(0)
        sites = [site.label for site in runner.sites]
        if directory is None:
            directory = RunDirectory.create(
                settings.root,
                plan.seed,
                seed_label=settings.seed_label or None,
                config=config,
                overrides=overrides,
                inputs=_inputs(plan, runner.network.input_files()),
                engine=engine,
                workers=workers,
            )
        result = _into(directory, plan, settings, engine, sites, times, workers)
    finally:
        release_runner()
    packed = directory.archive(settings.archive, settings.keep_directory)
    archive = packed if packed != directory.path else None
    tables = tuple(directory.path / table.name for table in result.tables)
    return SweepsResult(directory.path, archive, result.failures, engine, tables, result.hooks)


def _neuron_is_in_use() -> bool:
    """Whether this process has sections already: beside others NEURON solves a cell in another order, to other bits."""
    if "neuron" not in sys.modules:
        return False
    from neuron import h

    return next(iter(h.allsec()), None) is not None


def _places() -> int:
    """How many units can be done at a time: the ranks of an MPI job, else the cores."""
    from ascent.schedule import mpi

    return mpi.size() if mpi.size() > 1 else available_cores()


def _into(
    directory: RunDirectory,
    plan: SweepPlan,
    settings: RunSettings,
    engine: str,
    sites: Sequence[str],
    times: NDArray[np.float64],
    workers: int,
) -> SweepsResult:
    with directory as run:
        files = SweepFiles(
            run.path, unique_id(run.name) if settings.prefixed else "", settings.digits, simulated=plan.simulated
        )
        files.begin(plan.cell, plan.network)
        if plan.activations:
            files.list_stored(plan.activations)
        done = _completed(run, files)
        failures: dict[str, str] = {}
        hooks: dict[int, dict[str, Any]] = {}
        missing = [sweep for sweep in range(plan.n_sweeps) if sweep not in done]
        size = _size(engine, len(missing), workers)

        def finished(outcome: Outcome[list[SweepOutput]]) -> None:
            if outcome.value is None:
                failures[outcome.unit_id] = outcome.error or "failed"
                run.record(outcome)
                return
            for output in outcome.value:
                files.write(output)
                hooks[output.sweep] = output.hooks
            sweeps = [output.sweep for output in outcome.value]
            done.update(sweeps)
            run.record(outcome, {"sweeps": sweeps})
            # What is written need not stay in memory until the end of the run.
            outcome.value.clear()

        _run(plan, engine, missing, size, workers, settings, finished)
        files.finish(sorted(done), sites, times, complete=not failures)
        tables = tuple(files.table_path(sweep) for sweep in sorted(done))
        if settings.report and plan.simulated and done:
            from ascent.analysis.report import report_of_run

            report_of_run(run)
        return SweepsResult(run.path, None, failures, engine, tables, tuple(hooks[sweep] for sweep in sorted(hooks)))


def _size(engine: str, n_sweeps: int, workers: int) -> int:
    """How many sweeps are a unit."""
    if engine == "neuron":
        return 1
    share = -(-n_sweeps // workers)
    if engine == "batch":
        from ascent.engines.batch.programs import chosen_lanes

        # some of its lanes would take as long as all of them
        share += -share % chosen_lanes()
    return max(1, min(BATCH, share))


def _run(
    plan: SweepPlan, engine: str, sweeps: list[int], size: int, workers: int, settings: RunSettings, finished: Any
) -> None:
    if not sweeps:
        return
    units = units_of(sweeps, size)
    alone = settings.separate_process and (workers == 1 or len(units) == 1)
    if alone or min(workers, len(units)) > 1:
        # The workers have cells of their own; this one would only take memory. All take the engine that was chosen
        # here, so that no sweep differs by where it ran.
        release_runner()
        plan = replace(plan, engine=engine) if plan.simulated else plan
    function = partial(run_unit, plan)
    if alone:
        from ascent.schedule import processes

        for outcome in processes.execute(units, [unit.id for unit in units], function, workers=1):
            finished(outcome)
        return
    label = "batches of sweeps" if size > 1 else "sweeps"
    run_units(units, function, workers=workers, label=label, quiet=settings.quiet, on_result=finished)


def _completed(run: RunDirectory, files: SweepFiles) -> set[int]:
    """Sweeps that an earlier session has finished."""
    found: set[int] = set()
    for value in run.completed().values():
        sweeps = value.get("sweeps", []) if isinstance(value, dict) else []
        found.update(sweep for sweep in sweeps if isinstance(sweep, int) and files.has(sweep))
    return found


def unique_id(name: str) -> str:
    """``seed<seed>_pid<pid>`` of the name of a run directory."""
    stamp, _, rest = name.partition("_seed")
    if not rest:
        raise ConfigError(f"{name} is not the name of a run directory: <stamp>_seed<seed>_pid<pid> is.")
    return "seed" + rest.partition("-")[0]


def _inputs(plan: SweepPlan, network_files: Sequence[Path]) -> list[Path]:
    """Every file that the run reads, once."""
    named = [Path(source) for source in (plan.cell.source, plan.network.source) if source]
    cell = plan.cell.to_dict()
    landmarks = [Path(path) for path in cell.get("sim", {}).get("recordingSites") or ()]
    morphology = cell.get("neuron", {}).get("filename")
    files = [
        *named,
        *([Path(morphology)] if morphology else []),
        *landmarks,
        *network_files,
        *map(Path, plan.activations),
    ]
    return [path for path in dict.fromkeys(files) if path.is_file()]
