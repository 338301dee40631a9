"""Network parameters: what is accepted, and that nothing wrong is passed over."""

from copy import deepcopy
from typing import Any

import pytest

from ascent.config.network.network import check_network
from ascent.config.network.presynaptic import NormalConfig, PSTHConfig, SpiketrainConfig
from ascent.config.network.study import validate_network_study
from ascent.errors import ConfigError

RECEPTOR = {"threshold": 0.0, "delay": 0.0, "weight": [1.5, 1.5], "parameter": {"tau1": 26.0}}
SYNAPSES = {
    "distributionFile": "a.syn",
    "connectionFile": "a.con",
    "releaseProb": 0.6,
    "receptors": {"glutamate_syn": RECEPTOR},
}
PSTH = {"distribution": "PSTH", "intervals": [(0.0, 1.0)], "probabilities": [0.1], "offset": 245.0}
ENTRY = {"cellNr": 7, "celltype": {"pointcell": PSTH, "spiketrain": {"interval": 142.9}}, "synapses": SYNAPSES}


def parameters(**changes: Any) -> dict[str, Any]:
    """A network of one type; `changes` are of the type, None takes a key away."""
    values = deepcopy({**ENTRY, **changes})
    return {"NMODL_mechanisms": {}, "network": {"L2_C2": {k: v for k, v in values.items() if v is not None}}}


def test_generators_keep_the_order_of_the_file() -> None:
    (checked,) = check_network(parameters()).types.values()

    assert [type(item) for item in checked.generators] == [PSTHConfig, SpiketrainConfig]


def test_the_keys_of_a_single_generator_stand_in_the_type() -> None:
    (train,) = check_network(parameters(celltype="spiketrain", interval=50.0, start=5)).types.values()
    (point,) = check_network(parameters(celltype="pointcell", activeFrac=1, spikeT=5, spikeWidth=1)).types.values()

    assert train.generators == (SpiketrainConfig(interval=50.0, start=5),)
    assert isinstance(point.generators[0], NormalConfig) and point.generators[0].offset == 10.0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cellNumber": 3}, 'network.L2_C2.cellNumber is 3: is not a known key; did you mean "cellNr"?'),
        ({"cellNr": None}, "network.L2_C2.cellNr: is missing"),
        ({"cellNr": -1}, "network.L2_C2.cellNr is -1: must be at least 0"),
        ({"celltype": None}, "network.L2_C2.celltype: is missing"),
        ({"celltype": "spiketrian"}, 'network.L2_C2.celltype is "spiketrian": must be "spiketrain", .*did you mean'),
        ({"celltype": {}}, "network.L2_C2.celltype is {}: must hold spiketrain, pointcell or both"),
        ({"celltype": {"pointcel": PSTH}}, 'celltype.pointcel: is not a known key; did you mean "pointcell"'),
        ({"celltype": {"spiketrain": {"intervall": 3.0}}}, 'celltype.spiketrain.intervall .*did you mean "interval"'),
        ({"celltype": {"spiketrain": {"interval": 0}}}, "celltype.spiketrain.interval is 0: must be greater than 0"),
        ({"celltype": {"spiketrain": {"interval": 9, "noise": 2}}}, "noise is 2: must be at most 1"),
        (
            {"celltype": {"pointcell": {**PSTH, "distribution": "PSHT"}}},
            'distribution is "PSHT": .*did you mean "PSTH"',
        ),
        (
            {"celltype": {"pointcell": {**PSTH, "probabilities": []}}},
            "has 0 values, but intervals has 1",
        ),
        (
            {"celltype": {"pointcell": {**PSTH, "intervals": [(2, 1)]}}},
            r"\[0\] is \[2, 1\]: must not end before",
        ),
        ({"celltype": {"pointcell": {**PSTH, "rates": [1]}}}, "pointcell.rates .*is not a known key"),
        ({"synapses": {**SYNAPSES, "releaseProb": 1.5}}, "synapses.releaseProb is 1.5"),
        ({"synapses": {**SYNAPSES, "releaseProb": "dynamik"}}, 'synapses.releaseProb is "dynamik".*dynamic'),
        ({"synapses": {**SYNAPSES, "receptors": {}}}, "synapses.receptors is {}: must not be empty"),
        ({"synapses": {**SYNAPSES, "receptors": {"g": {**RECEPTOR, "weigth": 1}}}}, 'receptors.g.weigth .*"weight"'),
        (
            {"synapses": {**SYNAPSES, "receptors": {"g": {**RECEPTOR, "weightDistribution": "normal"}}}},
            'weightDistribution is "normal": must be lognormal',
        ),
        (
            {
                "synapses": {
                    **SYNAPSES,
                    "receptors": {"g": {**RECEPTOR, "weightDistribution": "lognormal", "weight": 0}},
                }
            },
            "weight is 0: must be greater than 0 for lognormal weights",
        ),
    ],
)
def test_what_is_wrong_in_a_type_is_named(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        check_network(parameters(**changes), "net.param")


def test_everything_wrong_is_said_at_once_with_its_line() -> None:
    data = parameters(cellNr=-1)
    data["network"]["VPM_C2"] = deepcopy({**ENTRY, "celltype": "x"})
    lines = {("network", "L2_C2", "cellNr"): 4, ("network", "VPM_C2"): 9}

    with pytest.raises(ConfigError) as caught:
        check_network(data, "net.param", lines)

    assert [(problem.file, problem.key) for problem in caught.value.problems] == [
        ("net.param, line 4", "network.L2_C2.cellNr"),
        ("net.param, line 9", "network.VPM_C2.celltype"),
    ]


@pytest.mark.parametrize(
    ("functions", "sentence"),
    [
        ({"silence_synapses": {}}, "network_modify_functions.silence_synapses: is not a network modify function"),
        ({"silence_synapses_by_somadist": {}}, "silence_synapses_by_somadist.soma_dist_ranges: is missing"),
        ({"silence_synapses_by_somadist": {"soma_dist_ranges": {"L2_C3": [0, 1]}}}, 'is "L2_C3": names a cell type'),
    ],
)
def test_modify_functions_are_checked_before_any_work(functions: dict[str, Any], sentence: str) -> None:
    data = parameters()
    data["network"]["network_modify_functions"] = functions

    with pytest.raises(ConfigError, match=sentence):
        check_network(data)


def test_a_network_without_types_is_refused() -> None:
    with pytest.raises(ConfigError, match="network is {}: must hold at least one presynaptic cell type"):
        check_network({"NMODL_mechanisms": {}, "network": {}})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cell": None}, "configuration: cell"),
        ({"simulation": {"n_sweep": 3}}, 'simulation.n_sweep is 3: is not a known key; did you mean "n_sweeps"'),
        ({"simulation": {"rng": "mt"}}, 'simulation.rng is "mt"'),
        ({"simulation": {"rng": "isf"}, "seed": 2**32}, "seed is 4294967296: must be below"),
        ({"fiber": {"mode": "x"}}, "fiber .*is not a known key"),
    ],
)
def test_a_composed_network_study_is_checked(changes: dict[str, Any], sentence: str) -> None:
    study = {"study": "network", "cell": {"neuron": {}}, "network": {"network": {}}, "sample": None}

    assert validate_network_study(study).network == {"network": {}}
    with pytest.raises(ConfigError, match=sentence):
        validate_network_study({**study, **changes})
