"""A nerve sample: the finished cross-section, the image it came from, and the way between the two."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ascent.errors import ConfigError, MorphologyError
from ascent.nerve import affine
from ascent.nerve.section import Fascicle, Inner, Section
from ascent.nerve.trace import Trace
from ascent.nerve.tracing import MaskSet, image_section

if TYPE_CHECKING:
    from ascent.config.perineurium import PerineuriumThicknessConfig
    from ascent.config.sample import SampleConfig


@dataclass(frozen=True, eq=False)
class Sample:
    """A nerve sample that models can be built on.

    Attributes
    ----------
    name : str
        Name of the folder that the masks came from.
    section : Section
        The finished cross-section in µm, its centroid at the origin.
    image_section : Section
        The traces as they lie in the image, in µm from its lower left pixel, before any correction.
    inner_affines : tuple of ndarray, shape (3, 3)
        For each inner in global order, the affine map from `image_section` to `section`.
    deform_ratio : float
        How far the nerve was deformed to a circle: 0 not at all, 1 wholly.
    reshape_nerve : str
        CIRCLE, ELLIPSE or NONE, as configured.
    micrometres_per_pixel : float
        Size of a pixel of the masks.
    mask_files : mapping of str to Path
        The mask files by letter.
    """

    name: str
    section: Section
    image_section: Section
    inner_affines: tuple[NDArray[np.float64], ...]
    deform_ratio: float = 0.0
    reshape_nerve: str = "NONE"
    micrometres_per_pixel: float = 1.0
    mask_files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def inners(self) -> tuple[Inner, ...]:
        """All endoneuria of the finished section, in ASCENT's global order."""
        return self.section.inners

    def explicit_to_final(self, points: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Map points that a user placed on the image into the finished section.

        Parameters
        ----------
        points : array_like, shape (n, 2)
            µm from the image's lower left corner, before shrinkage correction.

        Returns
        -------
        points : ndarray, shape (n, 2)
            µm in the frame of `section`.
        inner_index : ndarray of int, shape (n,)
            Global index of the inner that each point lies in.

        Raises
        ------
        MorphologyError
            When a point lies in no inner, or in more than one.
        """
        array = np.asarray(points, dtype=float).reshape(-1, 2)
        inside = np.array([inner.trace.contains_points(array) for inner in self.image_section.inners])
        inside = inside.reshape(len(self.image_section.inners), len(array))
        final = np.empty_like(array)
        index = np.zeros(len(array), dtype=np.int64)
        for number, (x, y) in enumerate(array):
            homes = np.flatnonzero(inside[:, number])
            if len(homes) != 1:
                where = "no inner" if len(homes) == 0 else f"inners {', '.join(map(str, homes))}"
                raise MorphologyError(
                    f"Sample {self.name}: explicit fiber {number} at ({x:g}, {y:g}) µm lies in {where}; it must lie "
                    "in exactly one, in µm from the lower left corner of the mask image."
                )
            index[number] = homes[0]
            final[number] = affine.apply(self.inner_affines[homes[0]], array[number])[0]
        return final, index

    def morphology(self) -> dict[str, Any]:
        """Return ``Morphology`` of ``sample.json``: areas in µm², fitted ellipses in µm and degrees."""
        nerve = self.section.nerve
        return {
            "Nerve": None if nerve is None else {"area": nerve.area},
            "Fascicles": [
                {
                    "outer": _measures(fascicle.outer),
                    "inners": [_measures(inner) for inner in fascicle.inners],
                }
                for fascicle in self.section.fascicles
            ],
        }

    def write(self, sample_dir: Path | str) -> list[Path]:
        """Write masks, traces and state below `sample_dir` (``samples/<s>``) and return the files' paths.

        See `ascent.nerve.sample_files` for the formats.
        """
        from ascent.nerve.sample_files import write_sample

        return write_sample(self, Path(sample_dir))

    @staticmethod
    def read(sample_dir: Path | str) -> Sample:
        """Read back what `write` has written, to the last bit."""
        from ascent.nerve.sample_files import read_sample

        return read_sample(Path(sample_dir))


def _measures(trace: Trace) -> dict[str, float]:
    return {"area": trace.area, **trace.ellipse()._asdict()}


def shrinkage_factor(shrinkage: float, definition: str) -> float:
    """Return by how much lengths grow when shrinkage is corrected for.

    Parameters
    ----------
    shrinkage : float
        Fraction.
    definition : {"LENGTH_FORWARDS", "LENGTH_BACKWARDS", "AREA_FORWARDS", "AREA_BACKWARDS"}
        Whether the fraction is of lengths or areas, and of the shrunken (forwards) or the fresh (backwards) ones.

    Raises
    ------
    ConfigError
        For a factor below 1, or none at all.
    """
    try:
        factor = {
            "LENGTH_FORWARDS": lambda s: 1 + s,
            "LENGTH_BACKWARDS": lambda s: 1 / (1 - s),
            "AREA_FORWARDS": lambda s: math.sqrt(1 + s),
            "AREA_BACKWARDS": lambda s: 1 / math.sqrt(1 - s),
        }[definition](shrinkage)
    except (ZeroDivisionError, ValueError) as error:
        raise ConfigError(f"scale.shrinkage is {shrinkage:g}: must be below 1 for {definition}.") from error
    if factor < 1:
        raise ConfigError(
            f"scale.shrinkage is {shrinkage:g}: as {definition} it scales by {factor:g}, but a correction for "
            "shrinkage cannot be below 1."
        )
    return factor


def build_sample(config: SampleConfig, input_dir: Path | str, thickness: PerineuriumThicknessConfig) -> Sample:
    """Make a sample from the masks in a folder.

    Parameters
    ----------
    config : SampleConfig
    input_dir : path
        The folder that holds the masks (``input/<sample>``); nothing in it is changed.
    thickness : PerineuriumThicknessConfig
        Fits of perineurium thickness by mode, for ``mask_input`` INNERS.

    Raises
    ------
    MorphologyError
        For masks and traces that cannot make a nerve.
    ConfigError
        For settings that contradict each other or the masks.
    """
    mask_set = MaskSet(config, Path(input_dir))
    image = image_section(config, mask_set)
    if image.nerve is None and len(image.fascicles) > 1:
        image.validate(config.sample)

    factor = shrinkage_factor(config.scale.shrinkage, str(config.modes.shrinkage_definition))
    correction = affine.scaling(factor, image.boundary.centroid)
    section, affines = _smoothed(image.transformed(correction), config)
    affines = [rescaling @ correction for rescaling in affines]
    if config.modes.mask_input == "INNERS":
        section = _with_perineurium(section, config, thickness)

    deform_ratio = 0.0
    if config.modes.deform == "PHYSICS":
        from ascent.nerve.deformation import deform

        section, motions = deform(section, config)
        affines = [motions[inner.fascicle_index] @ affines[inner.global_index] for inner in section.inners]
        if config.modes.reshape_nerve == "CIRCLE":
            deform_ratio = float(config.deform_ratio or 0.0)

    x, y = section.boundary.centroid
    placing = affine.translation(-x, -y)
    if config.rotation:
        placing = affine.rotation(math.radians(config.rotation)) @ placing
    section = section.transformed(placing)
    section.validate(config.sample)
    return Sample(
        name=config.sample,
        section=section,
        image_section=image,
        inner_affines=tuple(placing @ matrix for matrix in affines),
        deform_ratio=deform_ratio,
        reshape_nerve=str(config.modes.reshape_nerve),
        micrometres_per_pixel=mask_set.micrometres_per_pixel(config),
        mask_files=mask_set.files,
    )


def _smoothed(section: Section, config: SampleConfig) -> tuple[Section, list[NDArray[np.float64]]]:
    """Smooth every trace; also return the affine part of that for each inner, in global order."""
    smoothing = config.smoothing
    fascicle_distance = float(smoothing.fascicle_distance) if smoothing else 0.0
    nerve_distance = float(smoothing.nerve_distance or 0.0) if smoothing else 0.0
    nerve = section.nerve.smoothed(nerve_distance)[0] if section.nerve is not None else None
    fascicles = []
    rescalings = []
    for fascicle in section.fascicles:
        inners = [inner.smoothed(fascicle_distance) for inner in fascicle.inners]
        rescalings += [rescaling for _, rescaling in inners]
        fascicles.append(Fascicle(fascicle.outer.smoothed(fascicle_distance)[0], tuple(inner for inner, _ in inners)))
    return Section(nerve, tuple(fascicles), section.orientation_angle), rescalings


def _with_perineurium(section: Section, config: SampleConfig, thickness: PerineuriumThicknessConfig) -> Section:
    """Give every fascicle the outer that the fit of thickness over its inner's effective diameter makes."""
    mode = str(config.modes.ci_perineurium_thickness)
    fit = thickness.ci_perineurium_thickness_parameters.get(mode)
    if fit is None:
        known = ", ".join(sorted(thickness.ci_perineurium_thickness_parameters))
        raise ConfigError(
            f"Sample {config.sample}: modes.ci_perineurium_thickness is {mode}, which gives mask_input INNERS no "
            f"thickness; choose one of {known}."
        )
    inners = [fascicle.inners[0] for fascicle in section.fascicles]
    fascicles = (Fascicle(inner.offset(fit.thickness(inner.effective_diameter)), (inner,)) for inner in inners)
    return Section(section.nerve, tuple(fascicles), section.orientation_angle)
