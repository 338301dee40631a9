"""`run_new_simulations`: sweeps of a cell in a network whose activity is drawn anew each time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ascent.simrun.call import (
    Parameters,
    checked_count,
    checked_time,
    raise_if_all_failed,
    random_seed,
    run_call,
    warn_of_scale_apical,
)
from ascent.simrun.execution import RunSettings


def run_new_simulations(
    cellParamName: Parameters,
    evokedUpParamName: Parameters,
    dirPrefix: str | Path = "",
    nSweeps: int = 1000,
    nprocs: int = 40,
    tStop: float = 345,
    silent: bool = True,
    scale_apical: Callable[..., Any] | None = None,
    cell_generator: Callable[[], Any] | None = None,
    child_process: bool = False,
    tar: bool = False,
    seed: int | None = None,
    rng: str = "philox",
    engine: str = "auto",
) -> str:
    """Simulate a cell in a network, sweep by sweep, with new activity in each.

    Parameters
    ----------
    cellParamName, evokedUpParamName : path, mapping or ParameterSet
        Parameters of the cell and of the network.
    dirPrefix : path
        Results go to ``<dirPrefix>/results/<YYYYMMDD-HHMM>_seed<seed>_pid<pid>``; the folder ends in ``_running``
        until all sweeps are done.
    nSweeps : int
        Number of sweeps in all.
    nprocs : int
        Processes at most that share them; never more than there are cores, or ranks under MPI.
    tStop : float
        End of a sweep, ms; replaces ``sim.tStop``.
    silent : bool
        Show no progress.
    scale_apical : callable, optional
        Deprecated: called with the cell when its sections are connected.
    cell_generator : callable, optional
        Makes the cell, instead of the cell parameters; of those only ``sim`` is used.
    child_process : bool
        Leave NEURON in this process alone, also with one process.
    tar : bool
        Also pack the directory into ``<directory>.tar.gz``.
    seed : int, optional
        Seed of the run. Default: drawn from numpy's global generator.
    rng : {"philox", "isf"}
        ``"philox"``: a stream for every presynaptic cell and synapse in every sweep; the same result whatever
        `nprocs` is. ``"isf"``: the stream of the original, number by number.
    engine : {"auto", "batch", "neuron"}
        ``"auto"`` is batch where it covers the cell and its synapses, and neuron elsewhere.

    Returns
    -------
    str
        The directory. It holds for each sweep ``simulation_run%04d_synapses.csv`` and
        ``simulation_run%04d_presynaptic_cells.csv``, the traces of all sweeps (``…_vm_all_traces.csv`` of the soma,
        ``…_vm_dend_traces.csv`` of each recording site), both parameter files, the same tables as Parquet, and
        manifest, journal and log of the run.

    Raises
    ------
    ConfigError
        When an argument, a parameter or a file is wrong, with file, key and line; nothing has been written then.
    AscentError
        When no sweep could be run.

    Examples
    --------
    >>> from ascent.network.example import small_example
    >>> files = small_example()
    >>> run_new_simulations(files.cell, files.network, nSweeps=2, nprocs=1, tStop=100, seed=1)  # doctest: +SKIP
    'results/20261125-2015_seed1_pid4711'
    """
    warn_of_scale_apical(scale_apical)
    result = run_call(
        "run_new_simulations",
        cellParamName,
        evokedUpParamName,
        n_sweeps=checked_count("nSweeps", nSweeps),
        t_stop=checked_time("tStop", tStop),
        seed=random_seed() if seed is None else seed,
        rng=rng,
        engine=engine,
        settings=RunSettings(
            root=Path(dirPrefix) / "results",
            workers=checked_count("nprocs", nprocs),
            archive="tar.gz" if tar else "none",
            quiet=silent,
            separate_process=child_process,
        ),
        functions={"scale_apical": scale_apical, "cell_generator": cell_generator},
    )
    raise_if_all_failed(result)
    return str(result.directory)
