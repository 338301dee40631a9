"""Network-embedded neurons under the names that simrun's users know.

``run_new_simulations`` draws the activity of a network anew in every sweep and simulates the cell in it;
``run_existing_synapse_activations`` simulates stored sweeps again; ``generate_synapse_activations`` draws without
simulating.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ascent.simrun.existing_activations import run_existing_synapse_activations
    from ascent.simrun.generated_activations import generate_synapse_activations
    from ascent.simrun.new_simulations import run_new_simulations

_HOMES = {
    "run_new_simulations": "ascent.simrun.new_simulations",
    "run_existing_synapse_activations": "ascent.simrun.existing_activations",
    "generate_synapse_activations": "ascent.simrun.generated_activations",
}

__all__ = ["generate_synapse_activations", "run_existing_synapse_activations", "run_new_simulations"]


def __getattr__(name: str) -> Any:
    # NEURON and pandas are imported only where something is run.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
