"""A network study in a run directory: what ``ascent +run=4`` does."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.config.network.study import NetworkStudyConfig, validate_network_study
from ascent.errors import ConfigError
from ascent.network.formats.param import read_parameters, resolve_paths
from ascent.network.formats.parameter_set import ParameterSet
from ascent.schedule import mpi
from ascent.simrun.call import with_t_stop
from ascent.simrun.execution import RunSettings, SweepsResult, run_sweeps
from ascent.simrun.plan import SweepPlan

if TYPE_CHECKING:
    from ascent.runs import RunDirectory


def run_study(
    composed: Mapping[str, Any],
    overrides: Sequence[str] = (),
    *,
    quiet: bool = False,
    directory: RunDirectory | None = None,
    own_process: bool = False,
) -> SweepsResult:
    """Run a composed network study.

    Parameters
    ----------
    composed : mapping
        The configuration as plain data. ``cell`` and ``network`` hold the parameters, or ``file`` and what is changed
        of it.
    overrides : sequence of str
        What the user changed on the command line, for the record.
    quiet : bool
        Show no progress and print no summary.
    directory : RunDirectory, optional
        An opened run directory whose missing sweeps are run; a new one by default.
    own_process : bool
        Whether this process has nothing to do but this study; then no other mechanisms are compiled.

    Returns
    -------
    SweepsResult

    Raises
    ------
    ConfigError
        When the configuration, a parameter or a file is wrong; nothing has been written then.
    AscentError
        When the study fails as a whole.
    """
    study = validate_network_study(composed)
    simulation = study.simulation
    # Hooks look at the cell; these make it.
    made_by = [name for name in simulation.python_functions if name != "post_hook"]
    if made_by:
        raise ConfigError(
            f"This run was started from Python with {' and '.join(made_by)}, which cannot be read back: call "
            f"{simulation.function} again."
        )
    replay = simulation.function == "run_existing_synapse_activations"
    folder = Path.cwd()
    plan = SweepPlan(
        with_t_stop(_parameters(study.cell, folder), simulation.t_stop),
        _parameters(study.network, folder),
        len(simulation.synapse_activations) if replay else simulation.n_sweeps,
        simulation.t_stop,
        study.seed,
        simulation.rng,
        study.engine.name,
        simulated=simulation.function != "generate_synapse_activations",
        activations=tuple(str(Path(path).absolute()) for path in simulation.synapse_activations),
        # The ranks of an MPI job may have several studies to do, and cannot be started anew for one.
        only_named=own_process and mpi.size() == 1,
    )
    results = study.results
    settings = RunSettings(
        root=Path(results.directory),
        workers=study.engine.workers,
        archive=results.archive,
        keep_directory=results.keep_directory,
        quiet=quiet,
        digits=7 if replay else 4,
        prefixed=simulation.function != "generate_synapse_activations",
        seed_label="00000" if replay else "",
        report=True,
    )
    # The parameters as they were read, so that the directory holds all that a run again needs.
    config = {**composed, "cell": plan.cell.to_dict(), "network": plan.network.to_dict()}
    result = run_sweeps(plan, settings, config=config, overrides=overrides, directory=directory)
    if not quiet:
        _print_summary(study, plan, result)
    return result


def _parameters(given: Mapping[str, Any], folder: Path) -> ParameterSet:
    """Parameters that a configuration holds or names."""
    if "file" not in given:
        return ParameterSet(resolve_paths(given, folder))
    changes = {key: value for key, value in given.items() if key != "file"}
    named = Path(resolve_paths({"filename": str(given["file"])}, folder)["filename"])
    parameters = read_parameters(named)
    parameters.update(resolve_paths(changes, folder))
    return parameters


def _print_summary(study: NetworkStudyConfig, plan: SweepPlan, result: SweepsResult) -> None:
    done = len(result.tables)
    engine = f", engine {result.engine}" if plan.simulated else ""
    print(f"{study.name}: {done} of {plan.n_sweeps} sweeps of {plan.t_stop:g} ms{engine}")
    if plan.simulated and (result.directory / "spike_times.parquet").is_file():
        import pyarrow.parquet as parquet

        spikes = parquet.read_table(result.directory / "spike_times.parquet", columns=["sweep", "site"])
        count = sum(site == "soma" for site in spikes["site"].to_pylist())
        print(f"{count} spikes at the soma, {1000 * count / (done * plan.t_stop):.2f} Hz")
    for name, sentence in result.failures.items():
        print(f"ascent: {name} failed: {sentence}", file=sys.stderr)
    print(result.archive or result.directory)
