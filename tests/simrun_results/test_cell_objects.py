"""Cells in the hand: stored and new sweeps on a cell that keeps what it recorded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ascent.errors import ConfigError
from ascent.network.cell import Cell, create_cell
from ascent.network.example import SmallExample
from ascent.network.formats.param import read_parameters
from ascent.network.formats.spike_files import SynapseWeights, write_synapse_weights
from ascent.simrun import (
    get_cell_with_network,
    init_neuron_run,
    load_simrun,
    parameters_to_cell,
    simple_spike_detection,
    simtrial_to_cell_object,
    trial_to_cell_object,
)


@pytest.fixture
def used() -> Iterator[list[Cell]]:
    """Cells of a test, which are gone from NEURON after it."""
    cells: list[Cell] = []
    yield cells
    for cell in cells:
        cell.discard()


def stored(run: Path, sweep: int = 0) -> np.ndarray:
    traces: pd.DataFrame = load_simrun(run)["voltage_traces"]
    return traces.iloc[sweep].to_numpy()


def test_a_stored_sweep_comes_back_to_the_bit(run: Path, example: SmallExample, used: list[Cell]) -> None:
    cell = trial_to_cell_object(
        cellName=example.cell, networkName=example.network, tStop=180.0, range_vars="Ca_HVA.ica",
        synapse_activation_file=run / "simulation_run0001_synapses.csv",
    )  # fmt: skip
    used.append(cell)
    np.testing.assert_array_equal(cell.vmSoma, stored(run, 1))
    assert len(cell.t) == len(cell.vmSoma) == len(np.array(cell.sections[20].recVList[1]))
    assert len(np.array(cell.soma.recordVars["Ca_HVA.ica"][0])) == len(cell.t)


def test_a_frame_of_active_synapses_is_as_good_as_its_file(run: Path, example: SmallExample, used: list[Cell]) -> None:
    results = load_simrun(run)
    frame = results["synapse_activation"].loc[results["spike_times"].index[1]]
    cell = trial_to_cell_object(
        cellName=example.cell, networkName=example.network, synapse_activation_file=frame, tStop=180.0
    )
    used.append(cell)
    np.testing.assert_array_equal(cell.vmSoma, stored(run, 1))


def test_a_trial_of_results_is_rebuilt_from_the_parameters_beside_it(run: Path, used: list[Cell]) -> None:
    cell = simtrial_to_cell_object(load_simrun(run), 2, tStop=180.0)
    used.append(cell)
    np.testing.assert_array_equal(cell.vmSoma, stored(run, 2))


def test_modify_functions_change_parameters_and_activity(run: Path, example: SmallExample, used: list[Cell]) -> None:
    def without_sodium(parameters: Any) -> Any:
        for label in ("Soma", "AIS", "ApicalDendrite"):
            del parameters.neuron[label].mechanisms.range["NaTa_t"]
        return parameters

    cell = trial_to_cell_object(
        cellName=example.cell, networkName=example.network, tStop=180.0,
        synapse_activation_file=str(run / "simulation_run0001_synapses.csv"),
        neuron_param_modify_functions=[without_sodium],
        synapse_activation_modify_functions=[lambda frame: frame[frame.synapse_type != "Basket_local"]],
    )  # fmt: skip
    used.append(cell)
    assert np.max(cell.vmSoma) < -20
    assert "Basket_local" not in cell.synapses and "Thalamic_local" in cell.synapses


def test_active_synapses_are_on_the_cell_under_their_type(run: Path, example: SmallExample, used: list[Cell]) -> None:
    path = run / "simulation_run0000_synapses.csv"
    cell = trial_to_cell_object(
        cellName=example.cell, networkName=example.network, synapse_activation_file=path, tStop=180.0, compute=False
    )
    used.append(cell)
    first = path.read_text().splitlines()[1].split("\t")
    synapse = cell.synapses[first[0]][0]
    assert (str(synapse.synapse_ID), str(synapse.secID), str(synapse.ptID)) == (first[1], first[3], first[4])
    assert synapse.releaseTimes.tolist() == [float(time) for time in first[6].split(",") if time]
    assert synapse.coordinates.tolist() == cell.sections[synapse.secID].points[synapse.ptID].tolist()
    assert len(cell.vmSoma) == 0


def test_new_activity_of_a_seed_is_that_of_a_run(run: Path, example: SmallExample, used: list[Cell]) -> None:
    cell, network = parameters_to_cell(example.cell, example.network, tStop=180.0, seed=3)
    used.append(cell)
    np.testing.assert_array_equal(cell.vmSoma, stored(run, 0))
    again, _ = parameters_to_cell(example.cell, example.network, tStop=180.0, cell=cell, evokedNW=network)
    assert again is cell
    np.testing.assert_array_equal(cell.vmSoma, stored(run, 1))


def test_a_cell_with_network_has_new_activity_at_each_call(run: Path, example: SmallExample, used: list[Cell]) -> None:
    parameters = read_parameters(example.cell)
    parameters.sim.tStop = 180.0
    fresh = get_cell_with_network(parameters, example.network, seed=3)
    for sweep in range(2):
        cell, _network = fresh()
        init_neuron_run(parameters.sim)
        np.testing.assert_array_equal(cell.vmSoma, stored(run, sweep))
    used.append(cell)


def test_a_cell_that_nobody_holds_leaves_neuron_with_its_synapses(run: Path, example: SmallExample) -> None:
    from neuron import h

    before = len(list(h.allsec()))
    cell, network = parameters_to_cell(
        example.cell, example.network, run / "simulation_run0000_synapses.csv", tStop=1.0
    )
    del cell
    assert len(list(h.allsec())) == before
    h.finitialize(-70.0)  # calls what was to queue the events of the synapses
    with pytest.raises(ConfigError, match="the cell of this network is gone"):
        network.create_saved_network2()


def test_synaptic_input_adds_a_network_to_the_cell_itself(run: Path, example: SmallExample, used: list[Cell]) -> None:
    parameters = read_parameters(example.cell)
    parameters.neuron.cell_modify_functions = {
        "synaptic_input": {
            "network_param": str(example.network), "tStop": 180.0,
            "synapse_activation_file": str(run / "simulation_run0001_synapses.csv"),
        }
    }  # fmt: skip
    cell = create_cell(parameters)
    used.append(cell)
    for _ in range(2):
        cell.re_init_cell()
        init_neuron_run(parameters.sim, tStop=180.0)
        np.testing.assert_array_equal(cell.vmSoma, stored(run, 1))


def test_an_initialisation_event_is_called_when_a_run_begins(example: SmallExample, used: list[Cell]) -> None:
    cell = create_cell(example.cell)
    used.append(cell)
    called: list[int] = []
    init_neuron_run({"Vinit": -75.0, "dt": 0.025, "T": 34.0}, False, lambda: called.append(1), tStop=0.1)
    assert called == [1]


def test_the_deprecated_scale_apical_warns(run: Path, example: SmallExample, used: list[Cell]) -> None:
    with pytest.warns(FutureWarning, match="use cell_modify_functions"):
        cell, _ = parameters_to_cell(
            example.cell, example.network, run / "simulation_run0000_synapses.csv", tStop=1.0,
            scale_apical=lambda cell: cell.structures["ApicalDendrite"][0].scale_diameters(2.0),
        )  # fmt: skip
    used.append(cell)
    assert cell.structures["ApicalDendrite"][0].diam3d(0) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"cellName": None}, "needs cellName, networkName and synapse_activation_file"),
        ({"additional_network_params": [1]}, "additional_network_params has no effect"),
        ({"synapse_activation_modify_functions": [lambda frame: None]}, "returned nothing"),
        ({"synapse_activation_file": pd.DataFrame({"synapse_type": ["a"]})}, "has no column section_ID"),
    ],
)
def test_a_wrong_call_is_refused(run: Path, example: SmallExample, options: dict[str, Any], words: str) -> None:
    arguments: dict[str, Any] = {
        "cellName": example.cell, "networkName": example.network,
        "synapse_activation_file": run / "simulation_run0000_synapses.csv", **options,
    }  # fmt: skip
    with pytest.raises(ConfigError, match=words):
        trial_to_cell_object(**arguments)


def test_a_trial_that_is_not_there_is_refused(run: Path) -> None:
    with pytest.raises(ConfigError, match="there is no trial x; there are"):
        simtrial_to_cell_object(run, "x")


@pytest.mark.slow
def test_a_trial_of_the_in_silico_framework_is_rebuilt_as_it_lies_there(isf_results: Path, used: list[Cell]) -> None:
    # spec/simrun.md §7.2: spikes within one step, median difference at the soma at most 1e-3 mV. The stored copy of the
    # cell parameters lacks the scaling of the apical dendrite, which was given as an argument then.
    def scaled(parameters: Any) -> Any:
        parameters.neuron.cell_modify_functions = {"scale_apical_morph_86": {}}
        return parameters

    results = load_simrun(isf_results)
    cell = simtrial_to_cell_object(results, 0, tStop=345.0, neuron_param_modify_functions=[scaled])
    used.append(cell)
    expected = results["voltage_traces"].iloc[0].to_numpy()
    late = cell.vmSoma[4000 : 4000 + len(expected)]
    assert np.median(np.abs(late - expected)) <= 1e-3
    spikes = simple_spike_detection(cell.t, cell.vmSoma)
    assert spikes[spikes > 100] == pytest.approx(results["spike_times"].iloc[0].dropna(), abs=0.0251)


def test_synapses_can_have_weights_of_their_own(example: SmallExample, used: list[Cell], tmp_path: Path) -> None:
    fresh = get_cell_with_network(example.cell, example.network, seed=3)
    cell, network = fresh()
    used.append(cell)
    uses = {name: network.network.uses[place] for place, name in enumerate(network.network.type_names)}
    weights = {
        name: {
            identifier: SynapseWeights(
                int(placed.section[identifier]),
                int(placed.point[identifier]),
                {
                    network.network.receptors[use.receptor].mechanism: tuple(2 * weight for weight in use.weights)
                    for use in uses[name]
                },
            )
            for identifier in range(len(placed))
        }
        for name, placed in zip(network.network.type_names, network.network.synapses, strict=True)
    }
    write_synapse_weights(tmp_path / "doubled.csv", weights)
    network.sweep = 0
    network.create_saved_network2()
    before = network.realization
    network.sweep = 0

    network.create_saved_network2(tmp_path / "doubled.csv")

    assert before is not None and network.realization is not None
    np.testing.assert_array_equal(network.realization.release_times, before.release_times)
    np.testing.assert_array_equal(network.realization.instance_weights, 2 * before.instance_weights)
