"""Schema of ``config/system/ci_peri_thickness.json``: thickness of the perineurium from the fascicle's diameter."""

from __future__ import annotations

from pydantic import Field

from ascent.config.fields import FileSection, NonNegativeNumber, Number, Section


class ThicknessFit(Section):
    """thickness = a·d + b (µm), d the effective diameter of the inner, 2√(area/π) (µm)."""

    a: NonNegativeNumber = Field(description="slope, µm per µm")
    b: Number = Field(description="intercept, µm")

    def thickness(self, diameter: float) -> float:
        """Thickness of the perineurium (µm) of an inner with the effective `diameter` (µm)."""
        return self.a * diameter + self.b


class PerineuriumThicknessConfig(FileSection):
    """Fits of thickness by mode."""

    ci_perineurium_thickness_parameters: dict[str, ThicknessFit] = Field(description="fits by mode")
