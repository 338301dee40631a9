"""Realizations: releases, weights, streams, functions that change them, and stored ones."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ascent.errors import ConfigError
from ascent.network.formats.activations import (
    cell_activation_text,
    read_cell_activation,
    read_synapse_activation,
    synapse_activation_text,
)
from ascent.network.realization import CellLayout, Network, NetworkRealizer, Realization
from ascent.network.realization.replay import replay_realization

from .conftest import Build, entry

Make = Callable[..., Network]
LOGNORMAL = {
    "glutamate_syn": {
        "threshold": 0.0,
        "delay": 0.5,
        "weight": [0.5, 1.5],
        "weightDistribution": "lognormal",
        "parameter": {},
    }
}


def realize(
    network: Network, rng: str = "philox", sweep: int = 0, seed: int = 11, t_stop: float = 500.0
) -> Realization:
    return NetworkRealizer(network, t_stop, seed, rng).realize(sweep)[1]


def same(first: Realization, second: Realization) -> bool:
    arrays = [name for name, value in vars(first).items() if isinstance(value, np.ndarray)]
    return all(np.array_equal(getattr(first, name), getattr(second, name)) for name in arrays)


@pytest.fixture(params=["philox", "isf"])
def rng(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_spike_releases_where_no_probability_is_given(one_to_one: Make, rng: str) -> None:
    spikes, realization = NetworkRealizer(one_to_one(), 500.0, 11, rng).realize(0)

    assert realization.n_synapses == np.count_nonzero(spikes.counts)
    for synapse in range(realization.n_synapses):
        cell = int(realization.synapse_id[synapse])
        assert realization.releases(synapse).tolist() == spikes.of_cell(0, cell).tolist()


def test_spikes_release_with_their_probability_independently(one_to_one: Make, rng: str) -> None:
    network = one_to_one(400, synapses={"releaseProb": 0.3})

    spikes, realization = NetworkRealizer(network, 500.0, 11, rng).realize(0)

    fraction = len(realization.release_times) / len(spikes.times)
    assert abs(fraction - 0.3) < 4 * math.sqrt(0.21 / len(spikes.times))
    assert (np.diff(realization.release_offsets) > 0).all()


def test_no_synapse_is_active_at_a_probability_of_zero(one_to_one: Make, rng: str) -> None:
    realization = realize(one_to_one(synapses={"releaseProb": 0.0}), rng)

    assert (realization.n_synapses, len(realization.instance_synapse)) == (0, 0)


def test_synapses_are_sorted_by_name_of_type_and_id(build: Build, rng: str) -> None:
    network = build(
        {"b": entry(3), "a": entry(3)},
        {"a": ([1, 2, 1], [0.5, 0.5, 0.6]), "b": ([1, 1, 1], [0.1, 0.2, 0.3])},
        {"a": ([2, 1, 0], [2, 0, 1]), "b": ([0, 1, 2], [1, 2, 0])},
    )

    realization = realize(network, rng)

    names = [realization.type_names[kind] for kind in realization.type_index]
    assert list(zip(names, realization.synapse_id.tolist(), strict=True)) == [
        (name, identifier) for name in ("a", "b") for identifier in range(3)
    ]


def test_sweeps_are_the_same_in_any_order(one_to_one: Make, rng: str) -> None:
    network = one_to_one(synapses={"releaseProb": 0.5, "receptors": LOGNORMAL})
    forward = NetworkRealizer(network, 200.0, 3, rng)
    backward = NetworkRealizer(network, 200.0, 3, rng)

    first = [forward.realize(sweep)[1] for sweep in range(4)]
    second = {sweep: backward.realize(sweep)[1] for sweep in (3, 1, 0, 2)}

    assert all(same(first[sweep], second[sweep]) for sweep in range(4))
    assert not same(first[0], first[1])


def test_lognormal_weights_have_their_mean_and_its_square_as_deviation(one_to_one: Make, rng: str) -> None:
    network = one_to_one(3000, synapses={"receptors": LOGNORMAL})

    weights = realize(network, rng).instance_weights

    for column, mean in enumerate((0.5, 1.5)):
        assert weights[:, column].mean() == pytest.approx(mean, abs=4 * mean**2 / math.sqrt(3000))
        logarithm = np.log(weights[:, column])
        assert logarithm.var() == pytest.approx(math.log(1 + mean**2), rel=0.15)
    assert abs(np.corrcoef(weights.T)[0, 1]) < 0.1


def test_simruns_stream_gives_weights_and_releases_connection_by_connection(one_to_one: Make) -> None:
    network = one_to_one(12, synapses={"releaseProb": 0.4, "receptors": LOGNORMAL})

    spikes, realization = NetworkRealizer(network, 60.0, 77, "isf").realize(0)

    # Written down plainly from the description of simrun's draws.
    plain = np.random.RandomState(77)
    for _ in range(12):
        plain.randint(123456, 1234567)
    expected = {}
    for synapse in range(12):
        weights = []
        for mean in (0.5, 1.5):
            sigma = np.sqrt(np.log(1 + mean**4 / mean**2))
            weights.append(plain.lognormal(np.log(mean) - 0.5 * sigma**2, sigma))
        times = [time for time in spikes.of_cell(0, synapse).tolist() if plain.rand() < 0.4]
        if times:
            expected[synapse] = (times, weights)
    found = {
        int(realization.synapse_id[row]): (
            realization.releases(row).tolist(),
            realization.instance_weights[row].tolist(),
        )
        for row in range(realization.n_synapses)
    }
    assert found == expected


def test_dynamic_synapses_get_every_spike_and_a_seed_of_their_own(one_to_one: Make, rng: str) -> None:
    receptors = {"ProbUDFsyn2": {"threshold": 0.0, "delay": 0.0, "weight": 1.0, "parameter": {"Use": 0.5}}}
    network = one_to_one(synapses={"releaseProb": "dynamic", "receptors": receptors})

    spikes, realization = NetworkRealizer(network, 500.0, 11, rng).realize(0)

    assert network.receptors[0].dynamic
    assert len(realization.release_times) == len(spikes.times)
    assert len(set(realization.instance_seed.tolist())) == realization.n_synapses


def test_each_receptor_of_a_synapse_is_an_instance(one_to_one: Make) -> None:
    receptors = {
        "glutamate_syn": {"threshold": 0.0, "delay": 0.0, "weight": [1.0, 2.0], "parameter": {}},
        "gaba_syn": {"threshold": 0.0, "delay": 1.0, "weight": 3.0, "parameter": {}},
    }

    realization = realize(one_to_one(synapses={"receptors": receptors}))

    count = realization.n_synapses
    assert realization.instance_synapse.tolist() == np.repeat(np.arange(count), 2).tolist()
    assert realization.instance_receptor.tolist() == [0, 1] * count
    assert realization.instance_weights[:2].tolist() == [[1.0, 2.0], [3.0, 0.0]]


def silenced(network: Network, ranges: dict[str, list[float]], sources: list[str] | None = None) -> Realization:
    arguments: dict[str, Any] = {"soma_dist_ranges": ranges}
    name = "silence_synapses_by_somadist"
    if sources is not None:
        arguments["spike_sources"] = sources
        name += "_and_spike_source"
    raw = network.parameters.raw
    from ascent.config.network.network import check_network

    raw = {**raw, "network": {**raw["network"], "network_modify_functions": {name: arguments}}}
    return realize(Network(check_network(raw), network.layout))


def test_synapses_within_a_range_of_distances_can_be_silenced(one_to_one: Make) -> None:
    network = one_to_one()
    before = realize(network)

    after = silenced(network, {"a_C2": [30.0, 60.0]})

    inside = (before.soma_distance >= 30.0) & (before.soma_distance < 60.0)
    assert 0 < inside.sum() < before.n_synapses
    assert after.synapse_id.tolist() == before.synapse_id[~inside].tolist()
    assert after.instance_synapse.tolist() == list(range(after.n_synapses))
    for row, identifier in enumerate(after.synapse_id.tolist()):
        assert after.releases(row).tolist() == before.releases(before.synapse_id.tolist().index(identifier)).tolist()


def test_releases_of_named_sources_stay_when_synapses_are_silenced(one_to_one: Make) -> None:
    both = {
        "pointcell": {"distribution": "PSTH", "intervals": [[0, 1]], "probabilities": [1.0], "offset": 50.0},
        "spiketrain": {"interval": 20.0},
    }

    after = silenced(one_to_one(celltype=both), {"a_C2": [0.0, 1e9]}, ["pointcell_PSTH"])

    assert after.n_synapses == 40
    assert ((after.release_times >= 50) & (after.release_times < 51)).all()


def test_a_stored_sweep_is_read_back_as_it_was(one_to_one: Make, layout: CellLayout, tmp_path: Path) -> None:
    network = one_to_one(synapses={"releaseProb": 0.5})
    spikes, realization = NetworkRealizer(network, 300.0, 5).realize(0)
    path = tmp_path / "synapses.csv"
    path.write_text(synapse_activation_text(realization, layout.labels))

    again = replay_realization(network, path)

    assert same(
        Realization(**{**vars(realization), "release_source": again.release_source}),
        again,
    )
    assert synapse_activation_text(again, layout.labels) == path.read_text()


def test_a_stored_sweep_without_ids_counts_its_synapses(one_to_one: Make, layout: CellLayout, tmp_path: Path) -> None:
    path = tmp_path / "synapses.csv"
    header = synapse_activation_text(realize(one_to_one(), t_stop=1e-9), layout.labels)
    path.write_text(header + "a_C2\t-1.0\t1\t5\tDendrite\t3.5,1.5,\na_C2\t-1.0\t2\t3\tDendrite\t2.5,\n")

    realization = replay_realization(one_to_one(), path)

    assert realization.synapse_id.tolist() == [0, 1]
    assert realization.release_times.tolist() == [1.5, 3.5, 2.5]
    assert realization.soma_distance.tolist() == [50.0, 110.0]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("b_C2\t0\t1.0\t1\t5\tDendrite\t3.5,", 'line 2: the network has no type b_C2; did you mean "a_C2"'),
        ("a_C2\t0\t1.0\t7\t5\tDendrite\t3.5,", "line 2: there is no section 7 in three sections"),
        ("a_C2\t0\t1.0\t1\t11\tDendrite\t3.5,", "line 2: section 1 of three sections has no point 11"),
    ],
)
def test_a_stored_sweep_of_another_cell_or_network_is_refused(
    one_to_one: Make, tmp_path: Path, row: str, sentence: str
) -> None:
    path = tmp_path / "synapses.csv"
    path.write_text(f"# synapse type\n{row}\n")

    with pytest.raises(ConfigError, match=sentence):
        replay_realization(one_to_one(), path)


def test_the_table_of_presynaptic_cells_reads_back(one_to_one: Make, tmp_path: Path) -> None:
    spikes, _ = NetworkRealizer(one_to_one(), 300.0, 5).realize(0)
    path = tmp_path / "cells.csv"
    path.write_text(cell_activation_text(spikes))

    table = read_cell_activation(path)

    assert set(table.types) == {"a_C2"}
    assert table.times.tolist() == spikes.times.tolist()
    assert table.cell_id.tolist() == np.flatnonzero(spikes.counts).tolist()


def test_rng_and_seed_are_checked(one_to_one: Make) -> None:
    with pytest.raises(ConfigError, match='rng is "mt"; it must be "philox" or "isf"'):
        NetworkRealizer(one_to_one(), 100.0, 1, "mt")
    with pytest.raises(ConfigError, match="seed is 4294967296"):
        NetworkRealizer(one_to_one(), 100.0, 2**32, "isf")


def test_the_tables_of_the_reference_run_are_read(shared_dir: Path) -> None:
    folder = shared_dir / "data" / "simrun" / "reference" / "seed12345"
    if not folder.is_dir():
        pytest.skip("the reference run of simrun is not here")

    table = read_synapse_activation(folder / "simulation_run0000_synapses.csv")

    assert (len(table), len(table.times)) == (4096, 4814)
