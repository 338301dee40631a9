"""Connections that are drawn by convergence, in every sweep or once into files."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ascent.errors import ConfigError
from ascent.network.activity.philox import SweepStreams
from ascent.network.formats.synapses import read_connections
from ascent.network.realization import Network, NetworkRealizer, create_functional_realization
from ascent.network.realization.convergence import legacy_connectome, random_connectome

from .conftest import Build, entry

POINTCELL = {
    "celltype": "pointcell",
    "distribution": "uniform",
    "activeFrac": 1.0,
    "window": 50.0,
    "offset": 10.0,
    "convergence": 0.3,
}


def pointcells(n_cells: int = 100, **changes: Any) -> dict[str, Any]:
    values = {**entry(n_cells), **POINTCELL, **changes}
    del values["synapses"]["connectionFile"]
    return values


@pytest.fixture
def network(build: Build) -> Network:
    trains = entry(30, celltype="spiketrain", interval=20.0)
    return build(
        {"train": trains, "point": pointcells()},
        {"train": ([1] * 30, np.linspace(0, 1, 30)), "point": ([2] * 80, np.linspace(0, 1, 80))},
        None,
    )


def test_every_connected_cell_makes_a_synapse_and_trains_one_each(network: Network) -> None:
    rows = random_connectome(network, SweepStreams.of(1, 0))

    point, train = rows.type_index == 1, rows.type_index == 0
    connected = np.unique(rows.cell[point] - network.first_cell[1])
    assert 10 <= len(connected) <= 50  # 30 of 100 on average
    assert rows.synapse[point].tolist() == list(range(80))
    assert rows.cell[train].tolist() == rows.synapse[train].tolist() == list(range(30))


def test_fewer_synapses_than_connected_cells_are_spread_at_random(build: Build) -> None:
    network = build({"point": pointcells(convergence=1.0)}, {"point": ([2] * 7, np.linspace(0, 1, 7))}, None)

    rows = random_connectome(network, SweepStreams.of(1, 0))

    assert rows.synapse.tolist() == list(range(7))
    assert rows.cell.max() < 100


def test_each_sweep_draws_its_own_connections(network: Network) -> None:
    realizer = NetworkRealizer(network, 100.0, 4, convergence=True)

    _, first = realizer.realize(0)
    _, second = realizer.realize(1)
    _, again = NetworkRealizer(network, 100.0, 4, convergence=True).realize(0)

    assert first.n_synapses == 110  # every cell is active, every synapse is connected
    assert first.release_times.tolist() != second.release_times.tolist()
    assert first.release_times.tolist() == again.release_times.tolist()


def test_simruns_stream_connects_and_releases_type_by_type(network: Network) -> None:
    drawn: list[int] = []
    stream, plain = np.random.RandomState(8), np.random.RandomState(8)

    rows = legacy_connectome(network, stream, lambda part, first: drawn.append(first))

    connected = np.flatnonzero(plain.uniform(size=100) < 0.3)
    chosen = [*plain.permutation(len(connected)), *(plain.randint(len(connected)) for _ in range(80 - len(connected)))]
    assert (rows.cell[:80] - network.first_cell[1]).tolist() == connected[chosen].tolist()
    assert drawn == [0, 80]
    assert stream.random_sample() == plain.random_sample()
    _, realization = NetworkRealizer(network, 100.0, 4, "isf", convergence=True).realize(0)
    assert realization.n_synapses == 110


def test_connections_are_written_once_with_parameters_that_use_them(network: Network, tmp_path: Path) -> None:
    path = create_functional_realization(network, tmp_path, seed=3, name="mine")

    assert path == tmp_path / "mine.param"
    assert set(read_connections(tmp_path / "mine.con").types) == {"point", "train"}
    again = Network.of(path, network.layout)
    rows = random_connectome(network, SweepStreams.of(3, 0))
    order = np.argsort(rows.type_index, kind="stable")
    assert again.connectome.cell.tolist() == rows.cell[order].tolist()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (pointcells(convergence=None), "network.a.convergence is missing"),
        (pointcells(convergence=0.0), "network.a.convergence is 0 of 100 cells: its 5 synapses need"),
        (entry(3, celltype="spiketrain", interval=20.0), "network.a.cellNr is 3: each of the 5 synapses"),
        (entry(9), "network.a.celltype: connections are drawn for types that"),
    ],
)
def test_types_that_cannot_be_connected_so_are_refused(build: Build, values: dict[str, Any], sentence: str) -> None:
    network = build({"a": values}, {"a": ([1] * 5, np.linspace(0, 1, 5))}, None)

    with pytest.raises(ConfigError, match=sentence):
        NetworkRealizer(network, 100.0, 1, convergence=True).realize(0)
