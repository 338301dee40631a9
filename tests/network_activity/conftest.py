"""Cell types with one way of spiking each."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ascent.config.network.network import CellTypeParameters, check_network
from ascent.network.activity import PresynapticSpikes, generate_legacy_spikes, generate_spikes
from ascent.network.activity.philox import SweepStreams

SYNAPSES = {
    "distributionFile": "a.syn",
    "connectionFile": "a.con",
    "receptors": {"gaba_syn": {"threshold": 0.0, "delay": 0.0, "weight": 1.0, "parameter": {}}},
}

#: Spikes of one sweep: (types, t_stop, seed) -> spikes.
Generate = Callable[[list[CellTypeParameters], float, int], PresynapticSpikes]


def cell_types(n_cells: int = 1000, **activity: Any) -> list[CellTypeParameters]:
    """One type whose activity is an object: ``spiketrain={…}`` or ``pointcell={…}`` or both."""
    entry = {"cellNr": n_cells, "synapses": SYNAPSES, "celltype": activity}
    return list(check_network({"NMODL_mechanisms": {}, "network": {"a_C2": entry}}).types.values())


def _independent(types: list[CellTypeParameters], t_stop: float, seed: int) -> PresynapticSpikes:
    return generate_spikes(types, t_stop, SweepStreams.of(seed, 0))


def _legacy(types: list[CellTypeParameters], t_stop: float, seed: int) -> PresynapticSpikes:
    return generate_legacy_spikes(types, t_stop, np.random.RandomState(seed))


@pytest.fixture(params=["philox", "isf"])
def generate(request: pytest.FixtureRequest) -> Generate:
    """Both ways of drawing."""
    return _independent if request.param == "philox" else _legacy
