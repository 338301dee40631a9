"""Changes to network parameters: what they change, what they leave, and what they refuse."""

from typing import Any

import pandas as pd
import pytest

from ascent.errors import ConfigError
from ascent.network import parameter_changes as changes
from ascent.network.formats.parameter_set import ParameterSet


def receptor(mechanism: str) -> dict[str, Any]:
    return {"receptors": {mechanism: {"threshold": 0.0, "delay": 0.0, "weight": [1.0, 1.0], "parameter": {}}}}


def psth() -> dict[str, Any]:
    return {"distribution": "PSTH", "intervals": [[0.0, 1.0], [4.0, 5.0]], "probabilities": [0.1, 0.2], "offset": 245.0}


@pytest.fixture
def parameters() -> ParameterSet:
    return ParameterSet(
        {
            "network": {
                "L5tt_C2": {
                    "celltype": {"pointcell": psth(), "spiketrain": {"interval": 100.0}},
                    "synapses": receptor("glutamate_syn"),
                },
                "L5tt_D1": {"celltype": "spiketrain", "interval": 50.0, "synapses": receptor("glutamate_syn")},
                "SymLocal1_C2": {"celltype": {"pointcell": psth()}, "synapses": receptor("gaba_syn")},
                "network_modify_functions": {},
            }
        }
    )


def test_intervals_of_spike_trains_are_multiplied(parameters: ParameterSet) -> None:
    network = changes.change_ongoing_interval(parameters, 2.0, ["L5tt"])["network"]

    assert network["L5tt_C2"]["celltype"]["spiketrain"]["interval"] == 200.0
    assert network["L5tt_D1"]["interval"] == 100.0


def test_the_onset_is_set_everywhere(parameters: ParameterSet) -> None:
    network = changes.set_stim_onset(parameters, 99.0)["network"]

    assert [network[name]["celltype"]["pointcell"]["offset"] for name in ("L5tt_C2", "SymLocal1_C2")] == [99.0, 99.0]


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (pd.Series({"L5tt": 1.6}), [1.6, 1.6]),
        ({"L5tt": 1.6}, [1.6, 1.6]),
        (pd.DataFrame({"AMPA": [1.0], "NMDA": [2.0]}, index=["L5tt"]), [1.0, 2.0]),
    ],
)
def test_glutamate_weights_are_set_by_cell_type(parameters: ParameterSet, weights: Any, expected: list[float]) -> None:
    network = changes.change_glutamate_syn_weights(parameters, weights)["network"]

    assert network["L5tt_D1"]["synapses"]["receptors"]["glutamate_syn"]["weight"] == expected
    assert network["SymLocal1_C2"]["synapses"]["receptors"]["gaba_syn"]["weight"] == [1.0, 1.0]


def test_inhibitory_responses_are_scaled(parameters: ParameterSet) -> None:
    network = changes.change_evoked_INH_scaling(parameters, 0.5)["network"]

    assert network["SymLocal1_C2"]["celltype"]["pointcell"]["probabilities"] == [0.05, 0.1]
    assert network["L5tt_C2"]["celltype"]["pointcell"]["probabilities"] == [0.1, 0.2]


def test_responses_of_a_type_in_a_column_are_switched_off(parameters: ParameterSet) -> None:
    network = changes.inactivate_evoked_activity_by_celltype_and_column(parameters, ["L5tt"], ["C2"])["network"]

    assert network["L5tt_C2"]["celltype"]["pointcell"]["probabilities"] == [0, 0]
    assert network["SymLocal1_C2"]["celltype"]["pointcell"]["probabilities"] == [0.1, 0.2]


def test_a_type_in_a_column_is_taken_out(parameters: ParameterSet) -> None:
    changed = changes.inactivate_evoked_and_ongoing_activity_by_celltype_and_column(parameters, ["L5tt"], ["D1"])

    assert list(changed["network"]) == ["L5tt_C2", "SymLocal1_C2", "network_modify_functions"]


def test_stimuli_are_repeated(parameters: ParameterSet) -> None:
    network = changes.multi_stimulus_trial(parameters, 50.0, 2, [1.0, 0.5], ["L5tt"])["network"]

    changed = network["L5tt_C2"]["celltype"]["pointcell"]
    assert changed["intervals"] == [[0.0, 1.0], [4.0, 5.0], [50.0, 51.0], [54.0, 55.0]]
    assert changed["probabilities"] == [0.1, 0.2, 0.05, 0.1]
    assert network["SymLocal1_C2"]["celltype"]["pointcell"]["probabilities"] == [0.1, 0.2, 0.1, 0.2]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda p: changes.change_ongoing_interval(p, 2.0, ["L4"]),
            "The network has no cell type L4; it has L5tt, Sym",
        ),
        (lambda p: changes.change_ongoing_interval(p, 0.0), "factor is 0.0; it must be greater than 0"),
        (lambda p: changes.change_evoked_INH_scaling(p, -1.0), "factor is -1.0; it must be at least 0"),
        (lambda p: changes.change_glutamate_syn_weights(p, {"VPM": 1.0}), "g_optimal has 0 entries for L5tt"),
        (lambda p: changes.multi_stimulus_trial(p, 50.0, 2, [1.0]), "scale_factors has 1 values for 2 stimuli"),
        (
            lambda p: changes.inactivate_evoked_and_ongoing_activity_by_celltype_and_column(
                p, ["L5tt", "SymLocal1"], ["S1"]
            ),
            "at least one must stay",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(parameters: ParameterSet, call: Any, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        call(parameters)
