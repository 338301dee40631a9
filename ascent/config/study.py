"""Schema of a composed study: what Hydra puts together for ``ascent +run=…``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ascent.config.factors import find_factors
from ascent.config.fields import Fault, Index, Section, report
from ascent.config.loading import validate
from ascent.config.mock_sample import MockSampleConfig
from ascent.config.model import ModelConfig
from ascent.config.objective import ObjectiveConfig
from ascent.config.sample import SampleConfig
from ascent.config.sim import SimConfig
from ascent.errors import ConfigError, Problem

SOURCE = "configuration"


class EngineConfig(Section):
    """What runs the fibers."""

    name: Literal["neuron", "batch", "auto"] = Field("auto", description="neuron, batch, or auto")
    workers: Annotated[int, Field(ge=1)] | None = Field(None, description="processes; null takes every core")
    early_stop: bool = Field(True, description="end a run once its verdict cannot change")
    precision: Literal["double", "single"] = Field("double", description="of the batch engine: double or single")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.name == "neuron" and self.precision == "single":
            report([Fault(("precision",), self.precision, "is not what NEURON has; it must be double, or name=batch")])
        return self


class ResultsConfig(Section):
    """Where results go."""

    directory: str = Field("results", min_length=1, description="folder of run directories")
    archive: Literal["tar.gz", "tar.zst", "none"] = Field("tar.gz", description="tar.gz, tar.zst or none")
    keep_directory: bool = Field(True, description="keep the directory beside the archive")


class StudyFrame(Section):
    """The keys around the sample, model and sim of a nerve study."""

    study: Literal["nerve"] = Field("nerve", description="kind of study; network studies come later")
    name: str = Field("study", description="a label of your own")
    seed: Index = Field(42, description="seed of the run")
    input_folder: str | None = Field(None, description="folder that holds <sample.sample>/<mask>.tif")
    engine: EngineConfig = Field(default_factory=EngineConfig, description="name, workers, early_stop, precision")
    results: ResultsConfig = Field(default_factory=ResultsConfig, description="directory, archive, keep_directory")
    objective: ObjectiveConfig | None = Field(None, description="what the run is worth to an optimisation")
    variables: dict[str, Any] = Field(
        default_factory=dict, description="values that other keys refer to: ${variables.x}"
    )


@dataclass(frozen=True)
class NerveStudyConfig:
    """A nerve study, checked.

    Attributes
    ----------
    frame : StudyFrame
        Name, seed, engine and results.
    mock_sample : MockSampleConfig or None
        The mock nerve that is drawn; None when masks are given.
    sample, model, sim
        ASCENT's three configurations.
    """

    frame: StudyFrame
    mock_sample: MockSampleConfig | None
    sample: SampleConfig
    model: ModelConfig
    sim: SimConfig


def validate_study(composed: Mapping[str, Any]) -> NerveStudyConfig:
    """Check a composed configuration.

    Parameters
    ----------
    composed : mapping
        Plain data, as Hydra composed it. ``sim.n_dimensions`` may be left out; it is counted.

    Raises
    ------
    ConfigError
        With all that is wrong in every part.
    """
    data = dict(composed)
    parts: dict[str, Any] = {key: data.pop(key, None) for key in ("mock_sample", "sample", "model", "sim")}
    checker = _Checker()
    frame = checker.check(data, StudyFrame, SOURCE)
    mock = checker.check(parts["mock_sample"], MockSampleConfig, "mock_sample") if parts["mock_sample"] else None
    sample = checker.check(parts["sample"], SampleConfig, "sample")
    model = checker.check(parts["model"], ModelConfig, "model")
    sim = checker.check(_counted(parts["sim"]), SimConfig, "sim")
    checker.finish()
    if mock is None and frame.input_folder is None:
        raise ConfigError(
            problems=[Problem(SOURCE, "input_folder", "missing", "is required without a mock_sample: where masks lie")]
        )
    return NerveStudyConfig(frame, mock, sample, model, sim)


def _counted(sim: Any) -> Any:
    if isinstance(sim, Mapping) and sim.get("n_dimensions") is None:
        return {**sim, "n_dimensions": len(find_factors(sim))}
    return sim


class _Checker:
    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def check(self, data: Any, schema: Any, part: str) -> Any:
        if data is None:
            self._problems.append(Problem(SOURCE, part, "missing", "is required"))
            return None
        try:
            return validate(data, schema, SOURCE if part == SOURCE else f"{SOURCE} {part}")
        except ConfigError as error:
            self._problems.extend(error.problems or [Problem(SOURCE, part, "", str(error))])
        return None

    def finish(self) -> None:
        if self._problems:
            raise ConfigError(problems=self._problems)
