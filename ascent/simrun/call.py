"""What the functions under simrun's names have in common: from their arguments to a run."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ascent.errors import ConfigError
from ascent.network.formats.param import build_parameters
from ascent.network.formats.parameter_set import ParameterSet
from ascent.simrun.execution import RunSettings, SweepsResult, run_sweeps
from ascent.simrun.plan import SweepPlan, pickled_functions

Parameters = str | os.PathLike[str] | Mapping[str, Any]


def parameters_of(source: Parameters) -> ParameterSet:
    """A copy of parameters that were given as a path, a mapping or a parameter set."""
    values = build_parameters(Path(source) if isinstance(source, str | os.PathLike) else source)
    return values.tree_copy()


def with_t_stop(cell: ParameterSet, t_stop: float) -> ParameterSet:
    """Cell parameters with the end of a sweep (ms) set."""
    if isinstance(cell.get("sim"), Mapping):
        cell["sim"]["tStop"] = t_stop
    return cell


def random_seed() -> int:
    """A seed from numpy's global generator, so that who calls ``numpy.random.seed`` gets the same run again."""
    import numpy as np

    return int(np.random.randint(4294967295, dtype=np.uint32))


def checked_count(name: str, value: Any) -> int:
    """A whole number of at least 1.

    Raises
    ------
    ConfigError
        When it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value) or value < 1:
        raise ConfigError(f"{name} is {value!r}; it must be a whole number of at least 1.")
    return int(value)


def checked_time(name: str, value: Any) -> float:
    """A time above 0 (ms).

    Raises
    ------
    ConfigError
        When it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        raise ConfigError(f"{name} is {value!r}; it must be a time above 0, in ms.")
    # A whole number stays one: simrun writes it as it was given.
    return value


def warn_of_scale_apical(scale_apical: Callable[..., Any] | None) -> None:
    """Say that `scale_apical` is deprecated, when it is given."""
    if scale_apical is not None:
        warnings.warn(
            "scale_apical is deprecated: name a cell modify function under neuron.cell_modify_functions in the cell "
            "parameters.",
            DeprecationWarning,
            stacklevel=3,
        )


def run_call(
    function: str,
    cell: Parameters,
    network: Parameters,
    *,
    n_sweeps: int,
    t_stop: float,
    seed: int,
    rng: str = "philox",
    engine: str = "auto",
    settings: RunSettings,
    activations: tuple[str, ...] = (),
    functions: Mapping[str, Any] | None = None,
) -> SweepsResult:
    """Run what one of simrun's functions was called for.

    Raises
    ------
    AscentError
        When arguments, parameters or files are wrong; nothing has been written then.
    """
    from ascent.network.realization.realizer import RANDOM_STREAMS
    from ascent.network.simulation import ENGINES

    for name, value, known in (("rng", rng, RANDOM_STREAMS), ("engine", engine, ENGINES)):
        if value not in known:
            raise ConfigError(f"{name} is {value!r}; it must be {' or '.join(known)}.")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0 or (rng == "isf" and seed >= 2**32):
        limit = " and below 2**32" if rng == "isf" else ""
        raise ConfigError(f"seed is {seed!r}; it must be a whole number of at least 0{limit}.")
    given = {name: value for name, value in (functions or {}).items() if value}
    plan = SweepPlan(
        with_t_stop(parameters_of(cell), t_stop),
        parameters_of(network),
        n_sweeps,
        t_stop,
        seed,
        rng,
        engine,
        simulated=function != "generate_synapse_activations",
        activations=activations,
        functions=pickled_functions(given),
    )
    config = {
        "study": "network",
        "name": function,
        "seed": seed,
        "cell": plan.cell.to_dict(),
        "network": plan.network.to_dict(),
        "simulation": {
            "function": function,
            "n_sweeps": n_sweeps,
            "t_stop": t_stop,
            "rng": rng,
            "synapse_activations": list(activations),
            "python_functions": sorted(given),
        },
        "engine": {"name": engine, "workers": settings.workers},
        "results": {
            "directory": str(settings.root),
            "archive": settings.archive,
            "keep_directory": settings.keep_directory,
        },
    }
    return run_sweeps(plan, settings, config=config)


def raise_if_all_failed(result: SweepsResult) -> None:
    """Say what went wrong when not one sweep was done; tell of the others when some were.

    Raises
    ------
    AscentError
        With the first sentence.
    """
    if not result.failures:
        return
    from ascent.errors import AscentError

    first, sentence = next(iter(result.failures.items()))
    text = f"{len(result.failures)} of the sweeps' units failed, the first ({first}): {sentence}"
    if not result.tables:
        raise AscentError(f"No sweep could be run: {sentence} See {result.directory}.")
    warnings.warn(f"{text} The others are in {result.directory}.", stacklevel=3)
