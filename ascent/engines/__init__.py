"""Engines that solve fibers in time, behind one interface (:mod:`ascent.engines.base`)."""

from __future__ import annotations

import os

from ascent.engines.base import Engine
from ascent.errors import ConfigError

ENGINES = ("neuron",)


def get_engine(name: str = "auto") -> Engine:
    """The engine called `name`; ``auto`` takes the fastest that covers every fiber model.

    Raises
    ------
    ConfigError
        When there is no such engine.
    """
    if name in ("auto", "neuron"):
        # Without this NEURON looks for a display and says on standard error that there is none.
        os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
        from ascent.engines.neuron.engine import NeuronEngine

        return NeuronEngine()
    raise ConfigError(f"engine is {name!r}; it should be one of auto, {', '.join(ENGINES)}.")
