"""`run_existing_synapse_activations`: stored sweeps, simulated again."""

from __future__ import annotations

import glob
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ascent.errors import ConfigError
from ascent.simrun.call import (
    Parameters,
    checked_count,
    checked_time,
    raise_if_all_failed,
    run_call,
    warn_of_scale_apical,
)
from ascent.simrun.execution import RunSettings

_DIGITS = 7


def run_existing_synapse_activations(
    cellParamName: Parameters,
    evokedUpParamName: Parameters,
    synapseActivation: str | Path | Sequence[str | Path],
    simName: str = "",
    dirPrefix: str | Path = "",
    nprocs: int = 40,
    tStop: float = 345,
    silent: bool = True,
    scale_apical: Callable[..., Any] | None = None,
    post_hook: Mapping[str, Callable[[Any], Any]] | None = None,
    auto_organize_results_folder: bool = True,
    cell_generator: Callable[[], Any] | None = None,
    engine: str = "auto",
) -> tuple[list[tuple[Any, ...]]]:
    """Simulate sweeps again whose synapse activation files are given.

    Every stored release happens; weights come from the network parameters. Synapses keep their IDs.

    Parameters
    ----------
    cellParamName, evokedUpParamName : path, mapping or ParameterSet
        Parameters of the cell and of the network.
    synapseActivation : list of path, or str
        ``…_synapses.csv`` files, or a pattern such as ``"results/*/*_synapses.csv"``, whose files are sorted.
    simName : str
        Not used; kept for callers.
    dirPrefix, nprocs, tStop, silent, scale_apical, cell_generator, engine
        As `run_new_simulations` has them.
    post_hook : mapping, optional
        Functions of the cell by name, called after each sweep; this needs NEURON as the engine.
    auto_organize_results_folder : bool
        False writes into `dirPrefix` itself.

    Returns
    -------
    tuple
        Of one list that holds, for the one directory, ``(table, directory)`` or ``(table, directory, results of
        post_hook)``. The table has the columns synapse_file and number; the results are a dict for each sweep. The
        nesting is that of the original, which has a directory for each process.

    Raises
    ------
    ConfigError
        When an argument, a parameter or a file is wrong; nothing has been written then.
    AscentError
        When no sweep could be run.
    """
    import pandas as pd

    warn_of_scale_apical(scale_apical)
    files = _files(synapseActivation)
    prefix = Path(dirPrefix)
    result = run_call(
        "run_existing_synapse_activations",
        cellParamName,
        evokedUpParamName,
        n_sweeps=len(files),
        t_stop=checked_time("tStop", tStop),
        seed=0,
        engine=engine,
        settings=RunSettings(
            root=prefix / "results",
            workers=checked_count("nprocs", nprocs),
            quiet=silent,
            digits=_DIGITS,
            seed_label="00000",
        ),
        activations=tuple(files),
        functions={"scale_apical": scale_apical, "cell_generator": cell_generator, "post_hook": dict(post_hook or {})},
    )
    raise_if_all_failed(result)
    table = pd.DataFrame({"synapse_file": files, "number": [f"{number:0{_DIGITS}d}" for number in range(len(files))]})
    directory = result.directory
    if not auto_organize_results_folder:
        directory = _moved(directory, prefix)
    hooks = (list(result.hooks),) if post_hook else ()
    return ([(table, str(directory), *hooks)],)


def _files(given: str | Path | Sequence[str | Path]) -> list[str]:
    if isinstance(given, str | Path):
        files = sorted(glob.glob(str(given)))
        if not files:
            raise ConfigError(f"synapseActivation is {str(given)!r}, which no file matches; give files or a pattern.")
    else:
        files = [str(path) for path in given]
        if not files:
            raise ConfigError("synapseActivation is empty; give at least one synapse activation file.")
    missing = [path for path in files if not Path(path).is_file()]
    if missing:
        raise ConfigError(f"synapseActivation names {missing[0]}, which is no file.")
    return [str(Path(path).absolute()) for path in files]


def _moved(directory: Path, target: Path) -> Path:
    """Move the files of a run directory into another folder."""
    for path in sorted(directory.iterdir()):
        destination = target / path.name
        if destination.exists():
            raise ConfigError(f"{destination} exists already; the results stay in {directory}.")
        shutil.move(path, destination)
    directory.rmdir()
    return target
