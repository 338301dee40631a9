"""A synapse of the user's own: a .mod file in a folder that NMODL_mechanisms names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ascent.errors import AscentError
from ascent.network.example import small_example
from ascent.network.formats.param import read_parameters
from ascent.network.formats.parameter_set import ParameterSet
from ascent.simrun import load_simrun

#: A conductance that jumps at each event and decays; the weight is in nS.
SYNAPSE = """
NEURON { POINT_PROCESS decaying_test_synapse RANGE e, tau NONSPECIFIC_CURRENT i }
UNITS { (nA) = (nanoamp) (mV) = (millivolt) (nS) = (nanosiemens) }
PARAMETER { e = 0 (mV) tau = 2 (ms) }
ASSIGNED { v (mV) i (nA) }
STATE { g (nS) }
INITIAL { g = 0 }
BREAKPOINT { SOLVE decay METHOD cnexp i = 0.001 * g * (v - e) }
DERIVATIVE decay { g' = -g / tau }
NET_RECEIVE(weight (nS)) { g = g + weight }
"""


@pytest.fixture
def network(tmp_path: Path) -> ParameterSet:
    """The small network, in which one type's synapses are of the user's own kind and spike often."""
    folder = tmp_path / "mechanisms"
    folder.mkdir()
    (folder / "decaying_test_synapse.mod").write_text(SYNAPSE)
    parameters = read_parameters(small_example().network)
    parameters["NMODL_mechanisms"] = {"own": str(folder)}
    name = next(iter(parameters["network"]))
    receptor = {"threshold": 0.0, "delay": 0.0, "weight": 2.0, "parameter": {"tau": 5.0}}
    parameters["network"][name]["synapses"]["receptors"] = {"decaying_test_synapse": receptor}
    return parameters


def receptor_of(network: ParameterSet) -> Any:
    return network["network"][next(iter(network["network"]))]["synapses"]["receptors"]["decaying_test_synapse"]


@pytest.mark.slow
def test_it_runs_on_neuron_when_the_engine_is_free_and_its_weight_is_felt(
    run: Callable[..., Path], network: ParameterSet, tmp_path: Path
) -> None:
    felt = run(evokedUpParamName=network, engine="auto", tStop=60)
    assert json.loads((felt / "manifest.json").read_text())["engine"] == "neuron"
    receptor_of(network)["weight"] = 0.0
    silent = run(evokedUpParamName=network, engine="auto", tStop=60)
    first, second = (load_simrun(path)["voltage_traces"].to_numpy() for path in (felt, silent))
    assert np.abs(first - second).max() > 0.01


@pytest.mark.slow
def test_a_parameter_that_it_lacks_is_refused_by_name(run: Callable[..., Path], network: ParameterSet) -> None:
    receptor_of(network)["parameter"] = {"tua": 5.0}
    with pytest.raises(AscentError, match="decaying_test_synapse has no parameter tua"):
        run(evokedUpParamName=network, tStop=60)
