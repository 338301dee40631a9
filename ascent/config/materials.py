"""Schema of ``config/system/materials.json``: conductivities by name."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from ascent.config.expressions import evaluate_number
from ascent.config.fields import NOTHING, Fault, FileSection, Number, Section, report
from ascent.errors import ConfigError

#: A number, or an arithmetic expression such as ``"1/6.3"``; S/m.
ConductivityText = Annotated[str, Field(min_length=1)] | Number


class MaterialConfig(Section):
    """One conductivity, isotropic or along three axes.

    Attributes
    ----------
    value : str or float
        S/m, or ``"anisotropic"``, and then `sigma_x`, `sigma_y` and `sigma_z` hold the values.
    """

    label: str | None = Field(default=None, description="a label of your own")
    value: ConductivityText = Field(description='S/m as a number or an expression, or "anisotropic"')
    sigma_x: ConductivityText | None = Field(default=None, description="conductivity along x, S/m")
    sigma_y: ConductivityText | None = Field(default=None, description="conductivity along y, S/m")
    sigma_z: ConductivityText | None = Field(default=None, description="conductivity along z, S/m")
    unit: str = Field(default="[S/m]", pattern=r"^\[?\s*S/m\s*\]?$", description="[S/m]")
    references: dict[str, str] | None = Field(default=None, description="where the value comes from")
    reference: str | None = Field(default=None, description="where the value comes from")
    note: str | None = Field(default=None, description="a remark")

    def conductivity(self) -> tuple[float, float, float]:
        """Conductivity along x, y and z, S/m."""
        if self.value == "anisotropic":
            along = (self.sigma_x, self.sigma_y, self.sigma_z)
            return tuple(_siemens_per_metre(value) for value in along)  # type: ignore[return-value]
        sigma = _siemens_per_metre(self.value)
        return sigma, sigma, sigma

    @model_validator(mode="after")
    def _values(self) -> Self:
        keys = ("sigma_x", "sigma_y", "sigma_z") if self.value == "anisotropic" else ("value",)
        faults = []
        for key in keys:
            value = getattr(self, key)
            if value is None:
                faults.append(Fault((key,), NOTHING, "is required when value is anisotropic (S/m)"))
                continue
            try:
                if not _siemens_per_metre(value) > 0:
                    faults.append(Fault((key,), value, "must be a conductivity greater than 0 (S/m)"))
            except ConfigError as error:
                faults.append(Fault((key,), value, str(error)))
        report(faults)
        return self


class MaterialsConfig(FileSection):
    """The library of materials."""

    conductivities: dict[str, MaterialConfig] = Field(description="materials by name")


def _siemens_per_metre(value: float | str | None) -> float:
    return evaluate_number(value) if isinstance(value, str) else float(value or 0)
