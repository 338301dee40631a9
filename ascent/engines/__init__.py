"""Engines that solve fibers in time, behind one interface (:mod:`ascent.engines.base`)."""

from __future__ import annotations

import os

from ascent.engines.base import Engine
from ascent.errors import ConfigError

ENGINES = ("batch", "neuron")
PRECISIONS = ("double", "single")


def default_threads() -> int:
    """What ``OMP_NUM_THREADS`` says, as ascent's own workers and schedulers set it; else a thread for each core."""
    wanted = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def get_engine(name: str = "auto", threads: int = 1, precision: str = "double") -> Engine:
    """The engine called `name`; ``auto`` takes the fastest that covers a fiber.

    Parameters
    ----------
    name : {"auto", "batch", "neuron"}
    threads : int
        Threads of the batch engine.
    precision : {"double", "single"}
        Of the batch engine; NEURON computes in double precision only.

    Raises
    ------
    ConfigError
        When there is no such engine or precision.
    """
    if precision not in PRECISIONS:
        raise ConfigError(f"precision is {precision!r}; it should be one of {', '.join(PRECISIONS)}.")
    if name == "neuron":
        from ascent.engines.neuron.engine import NeuronEngine

        if precision == "single":
            raise ConfigError("precision is single, which NEURON does not have; use engine=batch or precision=double.")
        return NeuronEngine()
    if name == "batch":
        from ascent.engines.batch.engine import BatchEngine

        return BatchEngine(threads, single=precision == "single")
    if name == "auto":
        from ascent.engines.auto import AutoEngine

        return AutoEngine(threads, precision)
    raise ConfigError(f"engine is {name!r}; it should be one of auto, {', '.join(ENGINES)}.")
