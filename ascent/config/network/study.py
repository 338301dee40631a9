"""Schema of a composed network study: what Hydra puts together for ``ascent +run=4``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from ascent.config.fields import Count, Fault, Index, PositiveNumber, Section, report
from ascent.config.loading import validate
from ascent.config.study import EngineConfig, ResultsConfig

SOURCE = "configuration"

Function = Literal["run_new_simulations", "run_existing_synapse_activations", "generate_synapse_activations"]


class SimulationConfig(Section):
    """Which sweeps are run, and where their randomness comes from."""

    function: Function = Field("run_new_simulations", description="what is done with each sweep")
    n_sweeps: Count = Field(8, description="number of sweeps")
    t_stop: PositiveNumber = Field(345, description="end of a sweep, ms")
    rng: Literal["philox", "isf"] = Field("philox", description="philox, or isf for simrun's own stream")
    synapse_activations: list[str] = Field([], description="files of sweeps that are run again")
    python_functions: list[str] = Field([], description="functions that were given in Python; written by the program")

    @model_validator(mode="after")
    def _files(self) -> Self:
        replay = self.function == "run_existing_synapse_activations"
        if replay != bool(self.synapse_activations):
            expected = "is required to run existing synapse activations" if replay else "belongs to existing ones only"
            report([Fault(("synapse_activations",), self.synapse_activations, expected)])
        return self


class NetworkStudyConfig(Section):
    """A network study; the parameters of cell and network are checked on their own."""

    study: Literal["network"] = Field(description="network")
    name: str = Field("network study", description="a label of your own")
    seed: Index = Field(42, description="seed of the run")
    cell: dict[str, Any] = Field(description="cell parameters, or file and what is changed of it")
    network: dict[str, Any] = Field(description="network parameters, or file and what is changed of it")
    simulation: SimulationConfig = Field(default_factory=SimulationConfig, description="which sweeps are run")
    engine: EngineConfig = Field(default_factory=EngineConfig, description="name, workers, early_stop")
    results: ResultsConfig = Field(default_factory=ResultsConfig, description="directory, archive, keep_directory")

    @model_validator(mode="after")
    def _seed(self) -> Self:
        if self.simulation.rng == "isf" and self.seed >= 2**32:
            report([Fault(("seed",), self.seed, "must be below 2**32 when simulation.rng is isf")])
        return self


def validate_network_study(composed: Mapping[str, Any]) -> NetworkStudyConfig:
    """Check a composed configuration; groups of the nerve study that are switched off (null) are passed over.

    Raises
    ------
    ConfigError
        With all that is wrong.
    """
    data = {
        key: value for key, value in composed.items() if value is not None or key in NetworkStudyConfig.model_fields
    }
    # The parameters are checked with their own schemas, in which keys with a leading "_" are parameters.
    frame = validate({**data, "cell": {}, "network": {}}, NetworkStudyConfig, SOURCE)
    parts = {key: data.get(key) for key in ("cell", "network")}
    for key, value in parts.items():
        if not isinstance(value, Mapping):
            validate({"study": "network", key: value}, NetworkStudyConfig, SOURCE)
    return frame.model_copy(update=parts)
