"""Network-embedded neurons under the names that simrun's users know.

``run_new_simulations`` draws the activity of a network anew in every sweep and simulates the cell in it;
``run_existing_synapse_activations`` simulates stored sweeps again; ``generate_synapse_activations`` draws without
simulating.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ascent.simrun.cell_objects import (
        EmbeddedNetwork,
        get_cell_with_network,
        init_neuron_run,
        parameters_to_cell,
        simtrial_to_cell_object,
        trial_to_cell_object,
    )
    from ascent.simrun.existing_activations import run_existing_synapse_activations
    from ascent.simrun.generated_activations import generate_synapse_activations
    from ascent.simrun.new_simulations import run_new_simulations
    from ascent.simrun.results import SimrunResults, load_simrun
    from ascent.simrun.spikes import (
        firing_rate,
        psth,
        simple_spike_detection,
        spike_count,
        spike_detection,
        spike_in_interval,
        spike_probability,
    )

__all__ = [
    "EmbeddedNetwork",
    "SimrunResults",
    "firing_rate",
    "generate_synapse_activations",
    "get_cell_with_network",
    "init_neuron_run",
    "load_simrun",
    "parameters_to_cell",
    "psth",
    "run_existing_synapse_activations",
    "run_new_simulations",
    "simple_spike_detection",
    "simtrial_to_cell_object",
    "spike_count",
    "spike_detection",
    "spike_in_interval",
    "spike_probability",
    "trial_to_cell_object",
]

#: The names of each module.
_MODULES = {
    "cell_objects": (
        "EmbeddedNetwork",
        "get_cell_with_network",
        "init_neuron_run",
        "parameters_to_cell",
        "simtrial_to_cell_object",
        "trial_to_cell_object",
    ),
    "existing_activations": ("run_existing_synapse_activations",),
    "generated_activations": ("generate_synapse_activations",),
    "new_simulations": ("run_new_simulations",),
    "results": ("SimrunResults", "load_simrun"),
    "spikes": (
        "firing_rate",
        "psth",
        "simple_spike_detection",
        "spike_count",
        "spike_detection",
        "spike_in_interval",
        "spike_probability",
    ),
}
_HOMES = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    # NEURON and pandas are imported only where something is run.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
