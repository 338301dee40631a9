"""Weights of single synapses from a file, and connection files that belong to a network of many cells."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ascent.errors import ConfigError
from ascent.network.formats.spike_files import SynapseWeights, write_synapse_weights
from ascent.network.realization import Network, NetworkRealizer, Realization
from ascent.network.realization.synapse_weights import SynapseWeightTable

from .conftest import Build, entry

Make = Callable[..., Network]
LOGNORMAL = {
    "glutamate_syn": {
        "threshold": 0.0, "delay": 0.0, "weight": [0.5, 1.5], "weightDistribution": "lognormal", "parameter": {},
    }
}  # fmt: skip


def table_of(network: Network, path: Path, **changes: Any) -> SynapseWeightTable:
    """Weights 10 and 20 more than the ID of a synapse, for every synapse of ``a_C2``; `changes` are of synapse 3."""
    mechanism = network.receptors[0].mechanism
    count = len(network.uses[0][0].weights)
    placed = network.synapses[0]
    rows = {
        int(identifier): SynapseWeights(
            int(placed.section[place]),
            int(placed.point[place]),
            {mechanism: tuple(10.0 * (slot + 1) + float(identifier) for slot in range(count))},
        )
        for place, identifier in enumerate(network.synapse_ids(0))
    }
    if changes:
        rows[3] = replace(rows[3], **changes)
    write_synapse_weights(path, {"a_C2": rows})
    return SynapseWeightTable(path, network)


def releases(realization: Realization) -> list[list[float]]:
    return [realization.releases(place).tolist() for place in range(realization.n_synapses)]


@pytest.mark.parametrize("rng", ["philox", "isf"])
def test_weights_of_the_file_take_the_place_of_those_of_the_type(one_to_one: Make, tmp_path: Path, rng: str) -> None:
    network = one_to_one(synapses={"releaseProb": 0.6})
    plain = NetworkRealizer(network, 100.0, 5, rng).realize(1)[1]

    given = NetworkRealizer(network, 100.0, 5, rng, weights=table_of(network, tmp_path / "w")).realize(1)[1]

    assert releases(given) == releases(plain)
    assert set(plain.instance_weights.ravel()) == {1.0}
    np.testing.assert_array_equal(given.instance_weights[:, 0], 10.0 + given.synapse_id[given.instance_synapse])


@pytest.mark.parametrize("rng", ["philox", "isf"])
def test_with_weights_of_a_file_none_is_drawn(one_to_one: Make, tmp_path: Path, rng: str) -> None:
    lognormal = one_to_one(synapses={"releaseProb": 0.6, "receptors": LOGNORMAL})
    fixed = {name: {k: v for k, v in use.items() if k != "weightDistribution"} for name, use in LOGNORMAL.items()}
    plain = one_to_one(synapses={"releaseProb": 0.6, "receptors": fixed})

    given = NetworkRealizer(lognormal, 100.0, 5, rng, weights=table_of(lognormal, tmp_path / "w")).realize(1)[1]

    assert releases(given) == releases(NetworkRealizer(plain, 100.0, 5, rng).realize(1)[1])
    ids = given.synapse_id[given.instance_synapse]
    np.testing.assert_array_equal(given.instance_weights, np.stack([10.0 + ids, 20.0 + ids], axis=1))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"point": 7}, r"line 5: synapse 3 of a_C2 is at point 7 of section 2; in the network it is at point \d"),
        ({"weights": {"gaba_syn": (1.0, 2.0)}}, "line 5: synapse 3 of a_C2 has 2 weights of gaba_syn; .* gives it 1"),
        ({"weights": {"glutamate_syn": (1.0,)}}, "line 5: synapse 3 of a_C2 has no weights of gaba_syn"),
        ({"weights": {}}, "there are no weights of synapse 3 of a_C2, which is connected"),
    ],
)
def test_weights_that_are_not_the_networks_are_refused(
    one_to_one: Make, tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        table_of(one_to_one(), tmp_path / "w", **changes)


def test_a_replay_needs_weights_of_the_active_synapses_only(one_to_one: Make, tmp_path: Path) -> None:
    network = one_to_one()
    realization = NetworkRealizer(network, 5.0, 5).realize(0)[1]
    table_of(network, tmp_path / "w")
    lines = (tmp_path / "w").read_text().splitlines(keepends=True)
    active = set(realization.synapse_id.tolist())
    assert 0 < len(active) < 40
    (tmp_path / "some").write_text("".join(line for n, line in enumerate(lines) if n == 0 or n - 1 in active))

    given = SynapseWeightTable(tmp_path / "some", network, connected=False).applied(realization)

    np.testing.assert_array_equal(given.instance_weights[:, 0], 10.0 + realization.synapse_id)
    with pytest.raises(ConfigError, match="there are no weights of synapse"):
        SynapseWeightTable(tmp_path / "some", network)


def full(build: Build, cells: list[int], synapses: list[int], **changes: Any) -> Network:
    """A full network: five synapses on the cell, with the IDs that they have among many cells."""
    places = ([1, 2, 1, 2, 1], [0.05, 0.1, 0.3, 0.7, 0.9])
    network = build({"a_C2": entry(5, **changes)}, {"a_C2": places}, {"a_C2": (cells, synapses)})
    return Network(network.parameters, network.layout, full_network=True)


@pytest.mark.parametrize("rng", ["philox", "isf"])
def test_cells_and_synapses_of_a_full_network_are_numbered_as_they_occur(
    build: Build, tmp_path: Path, rng: str
) -> None:
    many = full(build, [907, 907, 12, 55, 55], [81, 80, 4000, 7, 9])
    from_many = NetworkRealizer(many, 200.0, 5, rng, weights=table_of(many, tmp_path / "w")).realize(0)[1]
    one = full(build, [0, 0, 1, 2, 2], [0, 1, 2, 3, 4])
    alone = Network(one.parameters, one.layout)
    expected = NetworkRealizer(alone, 200.0, 5, rng).realize(0)[1]

    assert releases(from_many) == releases(expected)
    assert from_many.synapse_id.tolist() == expected.synapse_id.tolist() == [0, 1, 2, 3, 4]
    # by the IDs that the weight file and the connection file share
    assert from_many.instance_weights[:, 0].tolist() == [91.0, 90.0, 4010.0, 17.0, 19.0]


def test_rows_of_a_cell_that_are_apart_are_refused_in_a_full_network(build: Build) -> None:
    with pytest.raises(ConfigError, match=r"test.con, line 7: cell 907 has rows further up"):
        _ = full(build, [907, 12, 907, 55, 55], [0, 1, 2, 3, 4]).connectome


def test_a_full_network_with_more_synapses_than_were_placed_is_refused(build: Build) -> None:
    with pytest.raises(ConfigError, match="there are 5, but .*line 10 connects synapse 5"):
        _ = full(build, [1, 2, 3, 4, 5, 5], [10, 11, 12, 13, 14, 15]).connectome
