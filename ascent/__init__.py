"""Nerve stimulation and network-embedded neurons: from histology to thresholds, reproducibly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ascent import stimulus
    from ascent.analysis import plotter
    from ascent.analysis.query import Query
    from ascent.fibers import build_fiber
    from ascent.project.run import run
    from ascent.protocols import find_threshold, run_amplitudes
    from ascent.simrun import generate_synapse_activations, run_existing_synapse_activations, run_new_simulations

__version__ = "0.1.0"

__all__ = [
    "Query",
    "build_fiber",
    "find_threshold",
    "generate_synapse_activations",
    "plotter",
    "run",
    "run_amplitudes",
    "run_existing_synapse_activations",
    "run_new_simulations",
    "stimulus",
]

#: Where each public name lives; imported at first use, so that `import ascent` stays quick.
_HOMES = {
    "Query": "ascent.analysis.query",
    "build_fiber": "ascent.fibers",
    "find_threshold": "ascent.protocols",
    "generate_synapse_activations": "ascent.simrun",
    "run_amplitudes": "ascent.protocols",
    "run_existing_synapse_activations": "ascent.simrun",
    "run_new_simulations": "ascent.simrun",
    "run": "ascent.project.run",
}
#: Public modules that are reached as attributes.
_MODULES = {"plotter": "ascent.analysis.plotter", "stimulus": "ascent.stimulus"}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _MODULES:
        return import_module(_MODULES[name])
    raise AttributeError(f"module 'ascent' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
