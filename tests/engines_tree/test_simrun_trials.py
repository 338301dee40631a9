"""The six stored trials of simrun's example, in all three sites, against NEURON's voltages of the same replay."""

import numpy as np
import pytest

from ascent.engines.batch.tree import TreeEngine
from ascent.network.cell import create_cell
from ascent.network.formats.param import read_parameters
from ascent.network.realization import CellLayout, Network
from ascent.network.realization.replay import replay_realization
from tests.engines_tree.conftest import spike_steps

SITES = {"soma": (0, 0), "s38_32": (38, 32), "s25_1": (25, 1)}


@pytest.fixture(scope="module")
def trials(simrun_dir):
    example = simrun_dir / "getting_started" / "example_data"
    cell = create_cell(read_parameters(example / "biophysical_constraints" / "86_C2_center.param.TEMPLATE"))
    network = Network.of(
        read_parameters(example / "functional_constraints" / "network.param.TEMPLATE"), CellLayout.of(cell)
    )
    files = sorted((example / "simulation_data").rglob("simulation_run*_synapses.csv"))
    realizations = [replay_realization(network, path, sweep) for sweep, path in enumerate(files)]
    engine = TreeEngine(cell, realizations[0].receptors, dt=0.025, v_init=-75.0, celsius=34.0)
    results = {result.sweep: result for result in engine.run(realizations, 345.0, list(SITES.values()))}
    yield results
    cell.discard()


@pytest.fixture(scope="module")
def replayed(simrun_dir):
    """Recorded with NEURON 8.2.6, whose bits NEURON 9.0.2 has too."""
    with np.load(simrun_dir / "reference" / "replay_6trials_sites.npz") as stored:
        return dict(stored)


def test_voltages_are_neurons_within_a_millionth_of_a_millivolt(trials, replayed):
    assert len(trials) == 6
    for sweep, result in trials.items():
        for place, site in enumerate(SITES):
            off = np.abs(result.voltages[place] - replayed[f"run{sweep}_{site}"]).max()
            assert off <= 1e-6, f"run {sweep}, {site}"


def test_somatic_spikes_are_in_the_same_steps(trials, replayed):
    for sweep, result in trials.items():
        theirs = spike_steps(replayed[f"run{sweep}_soma"])
        assert spike_steps(result.voltages[0]) == theirs != []


def test_times_are_the_same(trials, replayed):
    assert all(np.array_equal(result.time, replayed["t"]) for result in trials.values())
