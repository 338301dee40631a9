"""Schema of ``fibers`` in a sim: model, diameters, and where fibers lie in the cross-section and along the nerve."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from ascent.config.fields import (
    NOTHING,
    Count,
    Fault,
    Fraction,
    Index,
    NonNegativeNumber,
    Number,
    PositiveNumber,
    Section,
    Seed,
    alternatives,
    combinations,
    note,
    report,
)

FiberMode = Literal[
    "MRG_DISCRETE",
    "MRG_INTERPOLATION",
    "SMALL_MRG_INTERPOLATION_V1",
    "TIGERHOLM",
    "SUNDT",
    "RATTAY",
    "SCHILD94",
    "SCHILD97",
    "SWEENEY",
    "THIO_AUTONOMIC",
    "THIO_CUTANEOUS",
]
#: Those of them that ASCENT and its fiber_z.json do not have: lengths are the models' own.
OWN_MODELS = ("SWEENEY", "THIO_AUTONOMIC", "THIO_CUTANEOUS")
XYMode = Literal["CENTROID", "UNIFORM_DENSITY", "UNIFORM_COUNT", "WHEEL", "EXPLICIT", "EXPLICIT_3D"]

#: Least and largest diameter of models whose geometry is interpolated, µm.
DIAMETER_RANGES = {
    "MRG_INTERPOLATION": (2.0, 16.0),
    "SMALL_MRG_INTERPOLATION_V1": (1.011, 16.0),
    "SWEENEY": (1.0, 20.0),
}

#: Largest diameter that the small-fiber model was fitted to, µm.
SMALL_MRG_RECOMMENDED = 5.7

#: Keys without which an xy mode cannot work; for UNIFORM_DENSITY they depend on top_down.
XY_KEYS: dict[str, tuple[str, ...]] = {
    "CENTROID": (),
    "UNIFORM_DENSITY": ("top_down",),
    "UNIFORM_COUNT": ("count",),
    "WHEEL": ("spoke_count", "point_count_per_spoke"),
    "EXPLICIT": ("explicit_fiberset_index",),
    "EXPLICIT_3D": ("explicit_fiberset_index",),
}


class XYParametersConfig(Section):
    """Where fibers lie in each inner; which keys are needed depends on `mode`."""

    mode: XYMode = Field(description="how fibers are placed in the cross-section")
    top_down: bool | list[bool] | None = Field(
        default=None, description="UNIFORM_DENSITY: from density (true) or number"
    )
    target_density: PositiveNumber | list[PositiveNumber] | None = Field(default=None, description="fibers per µm²")
    minimum_number: Index | list[Index] | None = Field(default=None, description="least number of fibers in an inner")
    target_number: Count | list[Count] | None = Field(default=None, description="fibers in the smallest inner")
    maximum_number: Count | list[Count] | None = Field(default=None, description="largest number of fibers in an inner")
    count: Count | list[Count] | None = Field(default=None, description="UNIFORM_COUNT: fibers in each inner")
    seed: Seed | list[Seed] = Field(default=0, description="seed of the random placement")
    spoke_count: Count | list[Count] | None = Field(default=None, description="WHEEL: number of spokes")
    point_count_per_spoke: Count | list[Count] | None = Field(default=None, description="WHEEL: fibers on each spoke")
    find_centroid: bool | list[bool] = Field(default=False, description="WHEEL: also one fiber at the centroid")
    angle_offset: Number | list[Number] = Field(default=0, description="WHEEL: angle of the first spoke")
    angle_offset_is_in_degrees: bool | list[bool] = Field(default=True, description="WHEEL: unit of angle_offset")
    explicit_fiberset_index: Index | list[Index] | None = Field(
        default=None, description="number of the file of fibers"
    )

    @model_validator(mode="after")
    def _needed(self) -> Self:
        needed = XY_KEYS[self.mode]
        if self.mode == "UNIFORM_DENSITY":
            for top_down in alternatives(self.top_down):
                extra = ("target_density", "minimum_number") if top_down else ("target_number", "maximum_number")
                needed = (*needed, *(key for key in extra if key not in needed))
        missing = [key for key in needed if getattr(self, key) is None]
        report([Fault((key,), NOTHING, f"is required when mode is {self.mode}") for key in missing])
        return self


class TruncatedNormalDiameters(Section):
    """Diameters from a normal distribution that is cut off on both sides."""

    mode: Literal["TRUNCNORM"] = Field(description="TRUNCNORM")
    mu: PositiveNumber = Field(description="mean, µm")
    std: NonNegativeNumber = Field(description="standard deviation, µm")
    n_std_limit: NonNegativeNumber = Field(description="cut-off, in standard deviations")
    seed: Seed = Field(description="seed of the random diameters")

    @model_validator(mode="after")
    def _limits(self) -> Self:
        if self.n_std_limit == 0 and self.std != 0:
            report([Fault(("n_std_limit",), 0, "must be greater than 0 when std is not 0")])
        if self.mu - self.n_std_limit * self.std <= 0:
            expected = f"reaches down to {self.mu - self.n_std_limit * self.std:g} µm; diameters must be greater than 0"
            report([Fault(("n_std_limit",), self.n_std_limit, expected)])
        return self


class UniformDiameters(Section):
    """Diameters spread evenly between two limits."""

    mode: Literal["UNIFORM"] = Field(description="UNIFORM")
    lower: NonNegativeNumber = Field(description="least diameter, µm")
    upper: PositiveNumber = Field(description="largest diameter, µm")
    seed: Seed = Field(description="seed of the random diameters")

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.upper < self.lower:
            report([Fault(("upper",), self.upper, f"must not be less than lower, {self.lower:g} µm")])
        return self


DiameterDistribution = Annotated[TruncatedNormalDiameters | UniformDiameters, Field(discriminator="mode")]


class ZParametersConfig(Section):
    """Where fibers lie along the nerve; `min` and `max` both None mean the whole length."""

    mode: Literal["EXTRUSION", "EXPLICIT"] = Field(
        default="EXTRUSION", description="straight fibers, or curves from a file"
    )
    diameter: PositiveNumber | list[PositiveNumber] | DiameterDistribution = Field(
        description="one diameter, a list of them, or a distribution (µm)"
    )
    min: Number | list[Number] | None = Field(default=None, description="least z, µm")
    max: Number | list[Number] | None = Field(default=None, description="largest z, µm")
    full_nerve_length: bool | list[bool] = Field(default=False, description="use the whole length of the nerve")
    offset: Literal["random"] | Fraction | list[Fraction] = Field(
        default="random", description='shift as a fraction of the internodal length, 0 to 1, or "random"'
    )
    absolute_offset: Number | list[Number] | None = Field(default=None, description="shift, µm")
    seed: Seed | list[Seed] = Field(default=0, description="seed of random offsets")
    fiber_z_shift: Number | list[Number] = Field(default=0, description="shift of EXPLICIT_3D fibers, µm")

    @model_validator(mode="after")
    def _extent(self, info: ValidationInfo) -> Self:
        given = [key for key in ("min", "max") if getattr(self, key) is not None]
        if given and any(alternatives(self.full_nerve_length)):
            report([Fault(("full_nerve_length",), True, f"cannot stand beside {' and '.join(given)}")])
        if len(given) == 1:
            missing = "max" if given == ["min"] else "min"
            report([Fault((missing,), NOTHING, f"is required beside {given[0]} (µm)")])
        for low, high in combinations(self.min, self.max) if given else ():
            if low >= high:
                report([Fault(("max",), high, f"must be greater than min, {low:g} µm")])
        if not given and not any(alternatives(self.full_nerve_length)):
            note(info, "z_parameters has neither min and max nor full_nerve_length; the whole length is used")
        if "offset" not in self.model_fields_set:
            note(info, 'z_parameters.offset is missing and taken as "random"')
        return self


class FibersConfig(Section):
    """The fibers of a sim."""

    mode: FiberMode = Field(description="the fiber model")
    xy_trace_buffer: NonNegativeNumber | list[NonNegativeNumber] = Field(
        default=0, description="distance that fibers keep from the inner's boundary, µm"
    )
    xy_parameters: XYParametersConfig = Field(description="placement in the cross-section")
    z_parameters: ZParametersConfig = Field(description="diameters and placement along the nerve")
    plot: bool | None = Field(default=None, description="plot the fibers on the sample")

    @model_validator(mode="before")
    @classmethod
    def _unbuilt(cls, data: Any) -> Any:
        xy = data.get("xy_parameters") if isinstance(data, dict) else None
        if isinstance(xy, dict) and xy.get("mode") == "SL_PSEUDO_INTERP":
            expected = "was never built; choose one of " + ", ".join(XY_KEYS)
            report([Fault(("xy_parameters", "mode"), "SL_PSEUDO_INTERP", expected)])
        return data

    @model_validator(mode="after")
    def _together(self, info: ValidationInfo) -> Self:
        faults = []
        diameter = self.z_parameters.diameter
        where = ("z_parameters", "diameter")
        if isinstance(diameter, Section):
            if self.mode == "MRG_DISCRETE":
                expected = "MRG_DISCRETE takes diameters of its table only; use MRG_INTERPOLATION for a distribution"
                faults.append(Fault(where, f"a {diameter.mode} distribution", expected))  # type: ignore[attr-defined]
        elif self.mode in DIAMETER_RANGES:
            low, high = DIAMETER_RANGES[self.mode]
            for value in alternatives(diameter):
                if not low <= value <= high:
                    faults.append(Fault(where, value, f"must be from {low:g} to {high:g} µm for {self.mode}"))
        if (self.xy_parameters.mode == "EXPLICIT_3D") != (self.z_parameters.mode == "EXPLICIT"):
            expected = "must be EXPLICIT with xy_parameters.mode EXPLICIT_3D, and EXTRUSION with every other"
            faults.append(Fault(("z_parameters", "mode"), self.z_parameters.mode, expected))
        report(faults)
        if self.mode == "SMALL_MRG_INTERPOLATION_V1" and not isinstance(diameter, Section):
            large = [value for value in alternatives(diameter) if value > SMALL_MRG_RECOMMENDED]
            if large:
                note(
                    info, f"diameter {large[0]:g} µm is above {SMALL_MRG_RECOMMENDED} µm, which {self.mode} is made for"
                )
        return self
