"""Schema of ``config/system/fiber_z.json``: geometry of fiber models along the fiber."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from ascent.config.fibers import OWN_MODELS, FibersConfig
from ascent.config.fields import (
    NOTHING,
    Count,
    Fault,
    FileSection,
    Index,
    NonNegativeNumber,
    PositiveNumber,
    Section,
    alternatives,
    report,
)
from ascent.config.loading import problem


class FiberTypeConfig(Section):
    """One fiber model; expressions may use diameter, delta_z and the lengths, all in µm."""

    myelinated: bool = Field(description="whether the fiber has myelin")
    sampling: Literal["discrete", "interp"] = Field(description="table of diameters, or expressions")
    fiber_type: Count = Field(description="2 myelinated, 3 unmyelinated")
    neuron_flag: Count = Field(description="2 myelinated, 3 unmyelinated")
    node_channels: Index = Field(default=0, description="1 for the Schild models")
    passive_end_nodes: Index = Field(default=1, description="1 when end nodes are passive")
    geom_determination_method: Index | None = Field(default=None, description="0 table, 1 and 2 interpolation")
    channels_type: Index | None = Field(default=None, description="number of an unmyelinated model")
    diameters: list[PositiveNumber] | None = Field(default=None, description="table of diameters, µm")
    delta_zs: list[PositiveNumber] | PositiveNumber | None = Field(default=None, description="node distances, µm")
    paranodal_length_2s: list[PositiveNumber] | None = Field(default=None, description="table of FLUT lengths, µm")
    diameter: bool | None = Field(default=None, description="true when diameters are free")
    delta_z: str | dict[str, str] | None = Field(default=None, description="expression of the node distance")
    paranodal_length_1: NonNegativeNumber | None = Field(default=None, description="MYSA length, µm")
    paranodal_length_2: str | NonNegativeNumber | None = Field(
        default=None, description="expression of the FLUT length"
    )
    node_length: PositiveNumber | None = Field(default=None, description="µm")
    inter_length: str | PositiveNumber | None = Field(default=None, description="expression of the STIN length")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        needed: tuple[str, ...] = ("delta_zs",)
        if self.myelinated:
            needed = ("node_length", "paranodal_length_1", "inter_length")
            discrete = self.sampling == "discrete"
            needed += (
                ("diameters", "delta_zs", "paranodal_length_2s") if discrete else ("delta_z", "paranodal_length_2")
            )
        faults = [
            Fault((key,), NOTHING, "is missing; this kind of fiber needs it (µm)")
            for key in needed
            if getattr(self, key) is None
        ]
        if self.diameters is not None:
            for key in ("delta_zs", "paranodal_length_2s"):
                value = getattr(self, key)
                if isinstance(value, list) and len(value) != len(self.diameters):
                    faults.append(Fault((key,), value, f"must have {len(self.diameters)} values, as many as diameters"))
        report(faults)
        return self


class FiberZConfig(FileSection):
    """Fiber models by mode."""

    fiber_type_parameters: dict[str, FiberTypeConfig] = Field(description="fiber models by mode")
    fiber_z: Any = Field(default=None, description="of older releases; ignored")


def check_diameters(fibers: FibersConfig, fiber_z: FiberZConfig, source: str) -> None:
    """Check that the diameters of a sim are in the table of its fiber model, where it has one.

    Parameters
    ----------
    fibers : FibersConfig
        ``fibers`` of the sim.
    fiber_z : FiberZConfig
        The fiber models.
    source : str
        Name of the sim's file, for messages.

    Raises
    ------
    ConfigError
        When the model is missing or a diameter is not in its table.
    """
    model = fiber_z.fiber_type_parameters.get(fibers.mode)
    if model is None and fibers.mode in OWN_MODELS:
        return
    if model is None:
        known = ", ".join(fiber_z.fiber_type_parameters)
        raise problem(source, "fibers.mode", fibers.mode, f"is not among the models of fiber_z.json: {known}")
    diameter = fibers.z_parameters.diameter
    if model.diameters is None or isinstance(diameter, Section):
        return
    for value in alternatives(diameter):
        if value not in model.diameters:
            table = ", ".join(f"{each:g}" for each in model.diameters)
            expected = f"is not in the table of {fibers.mode}; it must be one of {table} µm"
            raise problem(source, "fibers.z_parameters.diameter", value, expected)
