"""Schema of ``samples/<s>/models/<m>/model.json``: the volume conductor around the nerve."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from ascent.config.fields import (
    NOTHING,
    Fault,
    FileSection,
    Index,
    NonNegativeNumber,
    Number,
    PositiveNumber,
    Section,
    Whole,
    report,
)
from ascent.config.materials import MaterialConfig
from ascent.config.migrations import migrate_model

CuffShiftMode = Literal[
    "AUTO_ROTATION_MIN_CIRCLE_BOUNDARY",
    "AUTO_ROTATION_TRACE_BOUNDARY",
    "NAIVE_ROTATION_MIN_CIRCLE_BOUNDARY",
    "NAIVE_ROTATION_TRACE_BOUNDARY",
    "NONE",
]
QualityMeasure = Literal["vollength", "skewness", "maxangle", "condition", "growth", "volcircum"]
ShapeOrder = Literal["linear", "quadratic", "cubic", "quartic", "quintic"]


class ModelModes(Section):
    """The choices of the model stage."""

    rho_perineurium: Literal["RHO_WEERASURIYA", "MANUAL"] = Field(description="where perineurium's resistivity is from")
    cuff_shift: CuffShiftMode = Field(description="how the cuff is placed around the nerve")
    use_ci: bool = Field(
        default=True, description="thin perineurium as a contact impedance where a fascicle has one inner"
    )
    fiber_z: str | None = Field(default=None, description="legacy place of the z mode of the fibers; ignored")


class ShiftConfig(Section):
    """A displacement, µm."""

    x: Number = Field(default=0, description="along x, µm")
    y: Number = Field(default=0, description="along y, µm")
    z: Number = Field(default=0, description="along z, µm")


class RotateConfig(Section):
    """Rotation of a cuff about the nerve, degrees."""

    add_ang: Number = Field(default=0, description="your own angle, degrees")
    pos_ang: Number | None = Field(default=None, description="written by the program, degrees")


class CuffPlacementConfig(Section):
    """One cuff of the model and where it sits."""

    preset: str = Field(pattern=r"^[^/\\]+\.json$", description="file name of a cuff preset, such as Purdue.json")
    index: Index | None = Field(default=None, description="number of the cuff, unique in the model")
    rotate: RotateConfig = Field(default_factory=RotateConfig, description="rotation, degrees")
    shift: ShiftConfig = Field(default_factory=ShiftConfig, description="displacement, µm")


class ProximalConfig(Section):
    """The cylinder of medium that holds nerve and cuff; its length is the nerve's and the fibers'."""

    distant_ground: bool = Field(description="whether its outer faces are ground")
    length: PositiveNumber = Field(description="µm")
    radius: PositiveNumber = Field(description="µm")


class DistalConfig(Section):
    """The cylinder of medium around the proximal one."""

    exist: bool = Field(description="whether there is one")
    distant_ground: bool = Field(default=False, description="whether its outer faces are ground")
    length: PositiveNumber | None = Field(default=None, description="µm")
    radius: PositiveNumber | None = Field(default=None, description="µm")
    shift: ShiftConfig = Field(default_factory=ShiftConfig, description="displacement, µm")

    @model_validator(mode="after")
    def _size(self) -> Self:
        missing = [key for key in ("length", "radius") if self.exist and getattr(self, key) is None]
        report([Fault((key,), NOTHING, "is required when exist is true (µm)") for key in missing])
        return self


class MediumConfig(Section):
    """The medium around the nerve."""

    proximal: ProximalConfig = Field(description="distant_ground, length and radius (µm)")
    distal: DistalConfig = Field(
        default_factory=lambda: DistalConfig(exist=False), description="exist, distant_ground, length, radius, shift"
    )

    @model_validator(mode="after")
    def _one_ground(self) -> Self:
        if self.distal.exist and self.proximal.distant_ground:
            expected = "must be false when distal.exist is true, else the ground would lie inside the medium"
            report([Fault(("proximal", "distant_ground"), True, expected)])
        return self


class MeshElementConfig(Section):
    """How finely one cylinder is meshed."""

    type: dict[str, Any] = Field(
        default_factory=lambda: {"im": "ftet", "name": "FreeTet"}, description='{"im": "ftet", "name": "FreeTet"}'
    )
    hmax: PositiveNumber = Field(description="largest element, µm")
    hmin: PositiveNumber = Field(description="smallest element, µm")
    hgrad: Annotated[Number, Field(ge=1)] = Field(description="largest growth from element to element")
    hcurve: PositiveNumber = Field(description="element size as a fraction of the radius of curvature")
    hnarrow: PositiveNumber = Field(description="layers of elements in narrow regions")
    mesh_time: NonNegativeNumber | None = Field(default=None, description="written by the program, ms")

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.hmin > self.hmax:
            report([Fault(("hmin",), self.hmin, f"must not be greater than hmax, {self.hmax:g} µm")])
        return self


class MeshConfig(Section):
    """The mesh, and after meshing its statistics."""

    quality_measure: QualityMeasure = Field(
        default="vollength", description="measure of element quality in the statistics"
    )
    shape_order: ShapeOrder | Annotated[Whole, Field(ge=1, le=5)] = Field(
        default="quadratic", description="order of curvature"
    )
    tolerance: PositiveNumber | None = Field(
        default=None,
        description="largest relative error of the potentials; to know it the field is also solved one order higher",
    )
    proximal: MeshElementConfig = Field(description="hmax, hmin, hgrad, hcurve, hnarrow")
    distal: MeshElementConfig | None = Field(default=None, description="hmax, hmin, hgrad, hcurve, hnarrow")
    stats: dict[str, Any] | None = Field(default=None, description="written by the program")
    name: str | None = Field(default=None, description="written by the program")


class SolverConfig(Section):
    """Order and kind of the solver."""

    sorder: Annotated[Whole, Field(ge=1, le=3)] = Field(default=2, description="order of the solution, 1 to 3")
    type: Literal["iterative", "direct"] = Field(default="iterative", description="kind of solver")
    name: str | None = Field(default=None, description="written by older releases; ignored")


class ModelConfig(FileSection):
    """The volume conductor: medium, cuffs, materials, mesh and solver."""

    pseudonym: str | None = Field(default=None, description="a label of your own")
    modes: ModelModes = Field(description="rho_perineurium, cuff_shift, use_ci")
    medium: MediumConfig = Field(description="proximal and distal")
    inner_interp_tol: NonNegativeNumber = Field(description="relative tolerance of inner traces, such as 0.01")
    outer_interp_tol: NonNegativeNumber = Field(description="relative tolerance of outer traces, such as 0.01")
    nerve_interp_tol: NonNegativeNumber | None = Field(
        default=None, description="relative tolerance of the nerve's trace"
    )
    cuff: list[CuffPlacementConfig] = Field(min_length=1, description="one cuff or a list of cuffs")
    min_radius_enclosing_circle: PositiveNumber | None = Field(default=None, description="written by the program, µm")
    mesh: MeshConfig = Field(description="proximal and distal mesh sizes")
    frequency: NonNegativeNumber | None = Field(default=None, description="frequency for RHO_WEERASURIYA, Hz")
    temperature: Annotated[Number, Field(gt=-100, lt=200)] = Field(description="°C")
    conductivities: dict[str, str | MaterialConfig] = Field(description="a material for each function")
    solver: SolverConfig = Field(default_factory=SolverConfig, description="sorder and type")
    solution: dict[str, Any] | None = Field(default=None, description="written by the program")

    @model_validator(mode="before")
    @classmethod
    def _migrate(cls, data: Any, info: ValidationInfo) -> Any:
        return migrate_model(data, info)

    @model_validator(mode="after")
    def _together(self) -> Self:
        report([*self._cuff_faults(), *self._material_faults()])
        return self

    def _cuff_faults(self) -> list[Fault]:
        faults = []
        seen: set[int] = set()
        for position, cuff in enumerate(self.cuff):
            if cuff.index is None:
                faults.append(Fault(("cuff", position, "index"), NOTHING, "is required when there are several cuffs"))
            elif cuff.index in seen:
                expected = "is used by another cuff; each cuff needs an index of its own"
                faults.append(Fault(("cuff", position, "index"), cuff.index, expected))
            else:
                seen.add(cuff.index)
        if self.medium.distal.exist and self.mesh.distal is None:
            faults.append(Fault(("mesh", "distal"), NOTHING, "is required when medium.distal.exist is true"))
        return faults

    def _material_faults(self) -> list[Fault]:
        faults = []
        functions = ["endoneurium", "medium"]
        if self.modes.rho_perineurium == "MANUAL":
            functions.append("perineurium")
        elif self.frequency is None:
            expected = "is required when modes.rho_perineurium is RHO_WEERASURIYA (Hz)"
            faults.append(Fault(("frequency",), NOTHING, expected))
        elif self.frequency < 10 and self.temperature != 37:
            expected = "must be 37 °C for RHO_WEERASURIYA below 10 Hz, or the frequency at least 10 Hz"
            faults.append(Fault(("temperature",), self.temperature, expected))
        for function in functions:
            if function not in self.conductivities:
                expected = "is required: the name of a material, or an object with its value in S/m"
                faults.append(Fault(("conductivities", function), NOTHING, expected))
        return faults
