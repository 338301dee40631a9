"""Schema of ``samples/<s>/sample.json``: how masks become a nerve cross-section."""

from __future__ import annotations

from pathlib import PurePath, PureWindowsPath
from typing import Any, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from ascent.config.fields import (
    NOTHING,
    Count,
    Fault,
    FileSection,
    Fraction,
    NonNegativeNumber,
    Number,
    PositiveNumber,
    Section,
    note,
    report,
)

MaskInputMode = Literal["INNERS", "INNER_AND_OUTER_SEPARATE", "INNER_AND_OUTER_COMPILED"]
ScaleInputMode = Literal["MASK", "RATIO"]
NerveMode = Literal["PRESENT", "NOT_PRESENT"]
DeformMode = Literal["NONE", "PHYSICS"]
PerineuriumThicknessMode = Literal[
    "MEASURED",
    "GRINBERG_2008",
    "PIG_VN_INHOUSE_200523",
    "RAT_VN_INHOUSE_200601",
    "HUMAN_VN_INHOUSE_200601",
    "ARLE_2016",
    "BUCKSOT_2019",
]
ReshapeNerveMode = Literal["CIRCLE", "ELLIPSE", "NONE"]
ShrinkageDefinition = Literal["LENGTH_FORWARDS", "LENGTH_BACKWARDS", "AREA_FORWARDS", "AREA_BACKWARDS"]
ContourApproximation = Literal["SIMPLE", "NONE"]


class ScaleConfig(Section):
    """From pixels to micrometres, and from the slide to the living nerve."""

    scale_bar_length: PositiveNumber | None = Field(default=None, description="length of the bar in the scale mask, µm")
    scale_ratio: PositiveNumber | None = Field(default=None, description="size of a pixel, µm per pixel")
    shrinkage: Fraction = Field(description="shrinkage of the tissue as a fraction from 0 to 1")


class BoundarySeparationConfig(Section):
    """Least distances that deformation keeps."""

    fascicles: NonNegativeNumber = Field(description="between fascicles, µm")
    nerve: NonNegativeNumber | None = Field(default=None, description="between fascicles and the nerve's boundary, µm")


class SampleModes(Section):
    """The choices of the sample stage."""

    mask_input: MaskInputMode = Field(description="which masks hold the fascicles")
    scale_input: ScaleInputMode = Field(default="MASK", description="where the scale comes from")
    nerve: NerveMode = Field(description="whether there is a mask of the nerve")
    deform: DeformMode = Field(description="whether the nerve is deformed to its final outline")
    ci_perineurium_thickness: PerineuriumThicknessMode = Field(description="relation of thickness to diameter")
    reshape_nerve: ReshapeNerveMode = Field(default="NONE", description="final outline of a deformed nerve")
    shrinkage_definition: ShrinkageDefinition = Field(
        default="LENGTH_FORWARDS", description="what shrinkage is a fraction of"
    )
    contour_approximation: ContourApproximation = Field(default="SIMPLE", description="how contours are thinned")


class SmoothingConfig(Section):
    """Distances by which traces are offset outwards and back."""

    nerve_distance: NonNegativeNumber | None = Field(default=None, description="for the nerve, µm")
    fascicle_distance: NonNegativeNumber = Field(description="for inners and outers, µm")


class ImagePreprocessingConfig(Section):
    """What is done to masks before contours are found."""

    fill_holes: bool = Field(default=False, description="fill holes in objects")
    object_removal_area: NonNegativeNumber = Field(
        default=0, description="objects smaller than this are removed, pixels"
    )


class SampleConfig(FileSection):
    """A nerve sample: its masks, its scale and what is done to its traces."""

    sample: str = Field(min_length=1, description="name of the folder below input/ that holds the masks")
    pseudonym: str | None = Field(default=None, description="a label of your own")
    species: str | None = Field(default=None, description="species of the animal")
    samples_path: list[str] | None = Field(default=None, description="of older releases; ignored")
    sex: str | None = Field(default=None, description="sex of the animal")
    level: str | None = Field(default=None, description="level of the nerve")
    scale: ScaleConfig = Field(description="scale_bar_length or scale_ratio, and shrinkage")
    boundary_separation: BoundarySeparationConfig | None = Field(
        default=None, description="separations for deformation"
    )
    modes: SampleModes = Field(description="modes of the sample")
    smoothing: SmoothingConfig | None = Field(
        default=None, description="smoothing distances, µm; none without this block"
    )
    image_preprocessing: ImagePreprocessingConfig = Field(
        default_factory=ImagePreprocessingConfig, description="preparation of the masks"
    )
    morph_count: Count = Field(default=100, description="number of steps of the deformation")
    deform_ratio: Fraction | None = Field(default=None, description="how far the outline moves to its target, 0 to 1")
    rotation: Number | None = Field(default=None, description="rotation of the whole sample, degrees")
    render_deform: bool = Field(default=False, description="show the deformation")
    plot: bool | None = Field(default=None, description="unused")
    plot_folder: bool | None = Field(default=None, description="unused")
    map_path: str | None = Field(default=None, description="path of a slide map")
    Morphology: Any = Field(default=None, description="written by the program")

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, data: Any) -> Any:
        modes = data.get("modes") if isinstance(data, dict) else None
        name = modes.get("ci_perineurium_thickness") if isinstance(modes, dict) else None
        if isinstance(name, str) and "_INHOUSE_" in name and "_VN_" not in name:
            new = name.replace("_INHOUSE_", "_VN_INHOUSE_")
            report([Fault(("modes", "ci_perineurium_thickness"), name, f"this mode has been renamed; write {new}")])
        return data

    @model_validator(mode="after")
    def _together(self, info: ValidationInfo) -> Self:
        faults = [*self._scale_faults(), *self._deform_faults()]
        modes = self.modes
        path = PurePath(self.sample)
        if path.is_absolute() or ".." in path.parts or PureWindowsPath(self.sample).drive:
            faults.append(Fault(("sample",), self.sample, "must be the name of a folder below input/"))
        if modes.mask_input == "INNERS" and modes.ci_perineurium_thickness == "MEASURED":
            expected = "needs outers, which mask_input INNERS does not have; choose a fit such as GRINBERG_2008"
            faults.append(Fault(("modes", "ci_perineurium_thickness"), "MEASURED", expected))
        if self.smoothing and modes.nerve == "PRESENT" and self.smoothing.nerve_distance is None:
            expected = "is required when modes.nerve is PRESENT (µm)"
            faults.append(Fault(("smoothing", "nerve_distance"), NOTHING, expected))
        report(faults)
        if modes.mask_input == "INNER_AND_OUTER_COMPILED" and self.image_preprocessing.fill_holes:
            note(info, "image_preprocessing.fill_holes is ignored for mask_input INNER_AND_OUTER_COMPILED")
        if "shrinkage_definition" not in modes.model_fields_set and self.scale.shrinkage:
            note(info, "modes.shrinkage_definition is missing and taken as LENGTH_FORWARDS")
        return self

    def _scale_faults(self) -> list[Fault]:
        faults = []
        needed = "scale_bar_length" if self.modes.scale_input == "MASK" else "scale_ratio"
        if getattr(self.scale, needed) is None:
            expected = f"is required when modes.scale_input is {self.modes.scale_input}"
            faults.append(Fault(("scale", needed), NOTHING, expected))
        if self.scale.shrinkage == 1 and self.modes.shrinkage_definition.endswith("BACKWARDS"):
            expected = f"must be less than 1 for {self.modes.shrinkage_definition}"
            faults.append(Fault(("scale", "shrinkage"), self.scale.shrinkage, expected))
        return faults

    def _deform_faults(self) -> list[Fault]:
        if self.modes.deform != "PHYSICS":
            return []
        when = "when modes.deform is PHYSICS"
        faults = []
        if self.modes.nerve != "PRESENT":
            faults.append(Fault(("modes", "nerve"), self.modes.nerve, f"must be PRESENT {when}"))
        if self.deform_ratio is None:
            faults.append(Fault(("deform_ratio",), NOTHING, f"is required {when} (0 to 1)"))
        if self.boundary_separation is None:
            faults.append(Fault(("boundary_separation",), NOTHING, f"is required {when} (fascicles and nerve, µm)"))
        elif self.boundary_separation.nerve is None:
            faults.append(Fault(("boundary_separation", "nerve"), NOTHING, f"is required {when} (µm)"))
        return faults
