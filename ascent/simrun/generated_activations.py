"""`generate_synapse_activations`: the activity of a network, drawn and written without simulating the cell."""

from __future__ import annotations

from pathlib import Path

from ascent.simrun.call import Parameters, checked_count, checked_time, raise_if_all_failed, random_seed, run_call
from ascent.simrun.execution import RunSettings


def generate_synapse_activations(
    cell: Parameters,
    network: Parameters,
    dirPrefix: str | Path = "",
    nSweeps: int = 1000,
    nprocs: int = 40,
    tStop: float = 345,
    silent: bool = True,
    seed: int | None = None,
    rng: str = "philox",
) -> tuple[list[list[str]]]:
    """Draw the activity of a network and write which synapses release when.

    Parameters
    ----------
    cell, network : path, mapping or ParameterSet
        Parameters of the cell and of the network.
    dirPrefix, nSweeps, nprocs, tStop, silent, seed, rng
        As `run_new_simulations` has them.

    Returns
    -------
    tuple
        Of one list that holds, for the one directory, the list of its ``…_synapses.csv`` files: ``[0][0][sweep]``.
        The nesting is that of the original, which has a directory for each process.

    Raises
    ------
    ConfigError
        When an argument, a parameter or a file is wrong; nothing has been written then.
    """
    result = run_call(
        "generate_synapse_activations",
        cell,
        network,
        n_sweeps=checked_count("nSweeps", nSweeps),
        t_stop=checked_time("tStop", tStop),
        seed=random_seed() if seed is None else seed,
        rng=rng,
        settings=RunSettings(
            root=Path(dirPrefix) / "results", workers=checked_count("nprocs", nprocs), quiet=silent, prefixed=False
        ),
    )
    raise_if_all_failed(result)
    return ([[str(path) for path in result.tables]],)
