"""A made-up cell as a layout, networks on it, and the reference network of simrun."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ascent.config.network.network import check_network
from ascent.network.formats.synapses import write_connections, write_synapses
from ascent.network.realization import CellLayout, Network

#: Makes a network: (entries by type, {type: (sections, positions)}, {type: (cells, synapses)}) -> Network.
Build = Callable[..., Network]


@pytest.fixture
def layout() -> CellLayout:
    """A soma (0), a dendrite on it (1), and a second one (2) that leaves the first at 0.6."""
    return CellLayout(
        name="three sections",
        labels=("Soma", "Dendrite", "Dendrite"),
        relative_points=(np.array([0.0, 0.5, 1.0]), np.linspace(0, 1, 11), np.array([0.0, 0.25, 0.25, 1.0])),
        n_segments=np.array([1, 5, 3], np.int32),
        first_segment=np.array([0, 1, 6], np.int32),
        length=np.array([20.0, 100.0, 50.0]),
        parent=np.array([-1, 0, 1], np.int32),
        parent_x=np.array([1.0, 0.5, 0.6]),
    )


def entry(n_cells: int = 40, **changes: Any) -> dict[str, Any]:
    """A cell type that fires at 50 Hz."""
    synapses = {
        "distributionFile": "test.syn",
        "connectionFile": "test.con",
        "receptors": {"gaba_syn": {"threshold": 0.0, "delay": 0.0, "weight": 1.0, "parameter": {"decaygaba": 1.0}}},
    }
    values = {"cellNr": n_cells, "celltype": {"spiketrain": {"interval": 20.0}}}
    values["synapses"] = {**synapses, **changes.pop("synapses", {})}
    return {**values, **changes}


@pytest.fixture
def build(tmp_path: Path, layout: CellLayout) -> Build:
    """Networks whose synapse and connection files are written for the test."""

    def make(
        types: dict[str, dict[str, Any]],
        synapses: dict[str, tuple[Any, Any]],
        connections: dict[str, tuple[Any, Any]] | None,
        **more: Any,
    ) -> Network:
        write_synapses(tmp_path / "test.syn", synapses, "three sections")
        if connections is not None:
            write_connections(tmp_path / "test.con", connections, "test.syn")
        for values in types.values():
            for key in ("distributionFile", "connectionFile"):
                if key in values["synapses"]:
                    values["synapses"][key] = str(tmp_path / Path(values["synapses"][key]).name)
        parameters = check_network({"NMODL_mechanisms": {}, "network": {**types, **more}}, "test.param")
        return Network(parameters, layout)

    return make


@pytest.fixture
def one_to_one(build: Build) -> Callable[..., Network]:
    """A network of 40 cells of one type ``a_C2``, each with one synapse on section 1 or 2."""

    def make(count: int = 40, **changes: Any) -> Network:
        places = (np.arange(count) % 2 + 1, np.linspace(0.05, 0.95, count))
        numbers = np.arange(count)
        return build({"a_C2": entry(count, **changes)}, {"a_C2": places}, {"a_C2": (numbers, numbers)})

    return make
