"""Schema of ``config/user/mock_samples/<i>.json``: a nerve made of ellipses."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationInfo, model_validator

from ascent.config.fields import (
    NOTHING,
    Count,
    Fault,
    FileSection,
    Index,
    NonNegativeNumber,
    Number,
    PositiveNumber,
    Section,
    Seed,
    note,
    report,
)

Eccentricity = Annotated[Number, Field(ge=0, lt=1)]


class MockGlobalConfig(Section):
    """Name of the mock nerve."""

    NAME: str = Field(min_length=1, pattern=r"^[^/\\]+$", description="name of the folder below input/")

    @model_validator(mode="after")
    def _folder(self) -> Self:
        if self.NAME in (".", ".."):
            report([Fault(("NAME",), self.NAME, "must be the name of a folder below input/")])
        return self


class MockNerveConfig(Section):
    """The ellipse of the nerve; older files with radii `a_nerve`, `b_nerve` are brought to widths."""

    a: PositiveNumber = Field(description="full width along the first axis, µm")
    b: PositiveNumber = Field(description="full width along the second axis, µm")
    rot: Number = Field(default=0, description="rotation, degrees")

    @model_validator(mode="before")
    @classmethod
    def _radii(cls, data: Any, info: ValidationInfo) -> Any:
        if not isinstance(data, dict) or not {"a_nerve", "b_nerve", "rot_nerve"} & set(data):
            return data
        new = dict(data)
        for old, name, factor in (("a_nerve", "a", 2), ("b_nerve", "b", 2), ("rot_nerve", "rot", 1)):
            if old not in new:
                continue
            if name in new:
                report([Fault((old,), new[old], f"cannot stand beside {name}; keep {name}")])
            value = new.pop(old)
            is_factor = isinstance(value, int | float) and not isinstance(value, bool)
            new[name] = value * factor if is_factor else value
        note(info, "nerve.a_nerve, b_nerve (radii) and rot_nerve are deprecated; use a, b (full widths) and rot")
        return new


class MockFigureConfig(Section):
    """Resolution and margin of the masks."""

    fig_dpi: Count = Field(description="pixels per inch")
    fig_margin: Annotated[Number, Field(ge=1)] = Field(description="size of the picture relative to the nerve, ≥ 1")


class MockFascicleConfig(Section):
    """One ellipse."""

    a: PositiveNumber = Field(description="full width along the first axis, µm")
    b: PositiveNumber = Field(description="full width along the second axis, µm")
    centroid_x: Number = Field(description="µm from the nerve's centre")
    centroid_y: Number = Field(description="µm from the nerve's centre")
    rot: Number = Field(default=0, description="rotation, degrees")


_RANDOM = ("num_fascicle_attempt", "max_attempt_iter", "seed")
POPULATE_KEYS = {
    "EXPLICIT": ("Fascicles", "min_fascicle_separation"),
    "UNIFORM": (
        "lower_fasc_diam", "upper_fasc_diam", "lower_fasc_ecc", "upper_fasc_ecc", "min_fascicle_separation", *_RANDOM,
    ),
    "TRUNCNORM": (
        "mu_fasc_diam", "std_fasc_diam", "n_std_diam_limit", "mu_fasc_ecc", "std_fasc_ecc", "n_std_ecc_limit",
        "min_fascicle_separation", *_RANDOM,
    ),
}  # fmt: skip


class PopulateConfig(Section):
    """How fascicles are placed; which keys are needed depends on `mode`."""

    mode: Literal["EXPLICIT", "UNIFORM", "TRUNCNORM"] = Field(description="how fascicles are placed")
    min_fascicle_separation: NonNegativeNumber | None = Field(
        default=None, description="least distance of fascicles, µm"
    )
    Fascicles: list[MockFascicleConfig] | None = Field(
        default=None, min_length=1, description="EXPLICIT: the fascicles"
    )
    lower_fasc_diam: PositiveNumber | None = Field(default=None, description="UNIFORM: least diameter, µm")
    upper_fasc_diam: PositiveNumber | None = Field(default=None, description="UNIFORM: largest diameter, µm")
    lower_fasc_ecc: Eccentricity | None = Field(default=None, description="UNIFORM: least eccentricity, 0 to 1")
    upper_fasc_ecc: Eccentricity | None = Field(default=None, description="UNIFORM: largest eccentricity, 0 to 1")
    mu_fasc_diam: PositiveNumber | None = Field(default=None, description="TRUNCNORM: mean diameter, µm")
    std_fasc_diam: NonNegativeNumber | None = Field(
        default=None, description="TRUNCNORM: deviation of the diameter, µm"
    )
    n_std_diam_limit: NonNegativeNumber | None = Field(default=None, description="TRUNCNORM: cut-off, in deviations")
    mu_fasc_ecc: Eccentricity | None = Field(default=None, description="TRUNCNORM: mean eccentricity, 0 to 1")
    std_fasc_ecc: NonNegativeNumber | None = Field(default=None, description="TRUNCNORM: deviation of the eccentricity")
    n_std_ecc_limit: NonNegativeNumber | None = Field(default=None, description="TRUNCNORM: cut-off, in deviations")
    num_fascicle_attempt: Count | None = Field(default=None, description="number of fascicles to try to place")
    num_fascicle_placed: Index | None = Field(default=None, description="written by the program")
    max_attempt_iter: Count | None = Field(default=None, description="number of places to try for each fascicle")
    seed: Seed | None = Field(default=None, description="seed of the random placement")

    @model_validator(mode="after")
    def _needed(self) -> Self:
        missing = [key for key in POPULATE_KEYS[self.mode] if getattr(self, key) is None]
        faults = [Fault((key,), NOTHING, f"is required when mode is {self.mode}") for key in missing]
        if not faults and self.mode == "UNIFORM":
            faults = self._uniform_faults()
        if not faults and self.mode == "TRUNCNORM":
            faults = self._normal_faults()
        report(faults)
        return self

    def _uniform_faults(self) -> list[Fault]:
        faults = []
        for what in ("diam", "ecc"):
            low, high = getattr(self, f"lower_fasc_{what}"), getattr(self, f"upper_fasc_{what}")
            if low > high:
                key = f"lower_fasc_{what}"
                faults.append(Fault((key,), low, f"must not be greater than upper_fasc_{what}, {high:g}"))
        return faults

    def _normal_faults(self) -> list[Fault]:
        faults = []
        for what, key in (("diam", "n_std_diam_limit"), ("ecc", "n_std_ecc_limit")):
            mu, std = getattr(self, f"mu_fasc_{what}"), getattr(self, f"std_fasc_{what}")
            limit = getattr(self, key)
            low, high = mu - limit * std, mu + limit * std
            if limit == 0 and std != 0:
                faults.append(Fault((key,), limit, f"must be greater than 0 when std_fasc_{what} is not 0"))
            if what == "diam" and low <= 0:
                faults.append(Fault((key,), limit, f"lets diameters down to {low:g} µm; they must be greater than 0"))
            if what == "ecc" and (low < 0 or high >= 1):
                expected = f"lets eccentricities from {low:g} to {high:g}; they must be at least 0 and less than 1"
                faults.append(Fault((key,), limit, expected))
        return faults


class MockSampleConfig(FileSection):
    """A mock nerve: an ellipse with elliptic fascicles.

    Attributes
    ----------
    global_ : MockGlobalConfig
        The key ``global``.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    global_: MockGlobalConfig = Field(alias="global", description='{"NAME": …}')
    pseudonym: str | None = Field(default=None, description="a label of your own")
    scalebar_length: PositiveNumber = Field(description="length of the scale bar, µm")
    nerve: MockNerveConfig = Field(description="a, b (full widths, µm), rot (degrees)")
    figure: MockFigureConfig = Field(description="fig_dpi, fig_margin")
    populate: PopulateConfig = Field(description="mode and its parameters")
