"""Network modify functions: what changes a realization once it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.config.fields import Section
from ascent.config.network.network import SilenceByDistanceAndSourceConfig, SilenceByDistanceConfig
from ascent.network.activity.spikes import SPIKE_SOURCES
from ascent.network.realization.model import Realization


def silence_synapses_by_somadist(realization: Realization, arguments: SilenceByDistanceConfig) -> Realization:
    """Synapses of the given types within a range of distances to the soma do not release."""
    return realization.keeping(~_within(realization, arguments))


def silence_synapses_by_somadist_and_spike_source(
    realization: Realization, arguments: SilenceByDistanceAndSourceConfig
) -> Realization:
    """The same, but releases that come from the given spike sources stay."""
    known = [code for code, name in enumerate(SPIKE_SOURCES) if name in arguments.spike_sources]
    return realization.keeping(~_within(realization, arguments) | np.isin(realization.release_source, known))


def _within(realization: Realization, arguments: SilenceByDistanceConfig) -> NDArray[np.bool_]:
    """Which releases belong to a synapse in one of the ranges."""
    silent = np.zeros(realization.n_synapses, dtype=bool)
    for name, (least, below) in arguments.soma_dist_ranges.items():
        distance = realization.soma_distance
        mine = realization.type_index == realization.type_names.index(name)
        silent |= mine & (distance >= least) & (distance < below)
    return np.repeat(silent, np.diff(realization.release_offsets))


#: Every network modify function by its name.
NETWORK_MODIFY_FUNCTIONS: dict[str, Callable[[Realization, Any], Realization]] = {
    "silence_synapses_by_somadist": silence_synapses_by_somadist,
    "silence_synapses_by_somadist_and_spike_source": silence_synapses_by_somadist_and_spike_source,
}


def apply_modify_functions(realization: Realization, functions: Sequence[tuple[str, Section]]) -> Realization:
    """Apply functions in their order."""
    for name, arguments in functions:
        realization = NETWORK_MODIFY_FUNCTIONS[name](realization, arguments)
    return realization
