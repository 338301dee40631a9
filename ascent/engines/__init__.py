"""Engines that solve fibers in time, behind one interface (:mod:`ascent.engines.base`)."""

from __future__ import annotations

from ascent.engines.base import Engine
from ascent.errors import ConfigError

ENGINES = ("batch", "neuron")


def get_engine(name: str = "auto", threads: int = 1) -> Engine:
    """The engine called `name`; ``auto`` takes the fastest that covers a fiber.

    Parameters
    ----------
    name : {"auto", "batch", "neuron"}
    threads : int
        Threads of the batch engine.

    Raises
    ------
    ConfigError
        When there is no such engine.
    """
    if name == "neuron":
        from ascent.engines.neuron.engine import NeuronEngine

        return NeuronEngine()
    if name == "batch":
        from ascent.engines.batch.engine import BatchEngine

        return BatchEngine(threads)
    if name == "auto":
        from ascent.engines.auto import AutoEngine

        return AutoEngine(threads)
    raise ConfigError(f"engine is {name!r}; it should be one of auto, {', '.join(ENGINES)}.")
