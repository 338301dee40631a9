"""From masks to a cross-section in micrometres, as it lies in the image."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ascent.errors import ConfigError, MorphologyError
from ascent.nerve import masks
from ascent.nerve.masks import MASK_MEANINGS, Mask
from ascent.nerve.section import Fascicle, Section, assign_inners
from ascent.nerve.trace import Trace

if TYPE_CHECKING:
    from ascent.config.sample import SampleConfig

logger = logging.getLogger(__name__)


def required_letters(config: SampleConfig) -> tuple[str, ...]:
    """Return the letters of the masks that the modes of `config` need."""
    fascicles = {"INNERS": "i", "INNER_AND_OUTER_SEPARATE": "io", "INNER_AND_OUTER_COMPILED": "c"}
    letters = fascicles[str(config.modes.mask_input)]
    if config.modes.nerve == "PRESENT":
        letters += "n"
    if config.modes.scale_input == "MASK":
        letters += "s"
    return tuple(letters)


class MaskSet:
    """The masks of one sample, read and checked.

    Parameters
    ----------
    config : SampleConfig
    input_dir : Path
        Folder with the mask files; nothing in it is changed.

    Attributes
    ----------
    files : dict of str to Path
        All mask files found, by letter, also those that the modes do not use.
    pixels : dict of str to ndarray of bool
        The masks that are used, cleaned as ``image_preprocessing`` says.

    Raises
    ------
    MorphologyError
        When a needed mask is missing, cannot be read, is not black and white, or differs in size.
    """

    def __init__(self, config: SampleConfig, input_dir: Path) -> None:
        self.files = masks.find_masks(input_dir)
        letters = required_letters(config)
        for letter in letters:
            if letter not in self.files:
                raise MorphologyError(
                    f"{input_dir} has no mask {letter}.tif ({MASK_MEANINGS[letter]}), which the modes of sample "
                    f"{config.sample} need; found: {', '.join(sorted(self.files)) or 'no mask'}."
                )
        if "a" in self.files:
            letters += ("a",)
            if config.rotation:
                raise MorphologyError(
                    f"Sample {config.sample} has a rotation of {config.rotation:g}° and an orientation mask "
                    f"{self.files['a']}; use one of the two."
                )
        self.pixels: dict[str, Mask] = {letter: masks.read_mask(self.files[letter]) for letter in letters}
        self._check_sizes()
        self._clean(config)

    def _check_sizes(self) -> None:
        first = next(iter(self.pixels))
        shape = self.pixels[first].shape
        for letter, mask in self.pixels.items():
            if mask.shape != shape:
                raise MorphologyError(
                    f"{self.files[letter]} is {mask.shape[1]}×{mask.shape[0]} pixels but {self.files[first].name} is "
                    f"{shape[1]}×{shape[0]}; all masks of a sample must be of one size."
                )

    def _clean(self, config: SampleConfig) -> None:
        steps = config.image_preprocessing
        for letter in sorted(set(self.pixels) & set("iocn")):
            mask = self.pixels[letter]
            if steps.fill_holes and letter != "c":
                mask = masks.fill_holes(mask)
            mask = masks.remove_small_objects(mask, steps.object_removal_area)
            if not mask.any():
                raise MorphologyError(
                    f"{self.files[letter]} has no object of {steps.object_removal_area:g} pixels or more; "
                    "lower image_preprocessing.object_removal_area."
                )
            self.pixels[letter] = mask

    def micrometres_per_pixel(self, config: SampleConfig) -> float:
        """Return the size of a pixel in µm, from the scale bar or as given."""
        ratio, bar = config.scale.scale_ratio, config.scale.scale_bar_length
        if config.modes.scale_input == "RATIO" and ratio is not None:
            return float(ratio)
        if config.modes.scale_input == "MASK" and bar is not None:
            return float(bar) / masks.bar_columns(self.pixels["s"])
        key = "scale_ratio (µm per pixel)" if config.modes.scale_input == "RATIO" else "scale_bar_length (µm)"
        raise ConfigError(f"Sample {config.sample} needs scale.{key} for modes.scale_input {config.modes.scale_input}.")


def image_section(config: SampleConfig, mask_set: MaskSet) -> Section:
    """Trace the masks of a sample, in µm from the image's lower left pixel, before any correction.

    With ``mask_input`` INNERS each outer stands in for its inner: the perineurium is added after corrections.

    Raises
    ------
    MorphologyError
        For objects too small to outline, masks without objects, inners without an outer, and an orientation
        mask that does not show exactly one object.
    """
    scale = mask_set.micrometres_per_pixel(config)
    approximation = str(config.modes.contour_approximation)

    def traces(letter: str, mask: Mask) -> list[Trace]:
        return _traces(mask, approximation, scale, mask_set.files[letter])

    pixels = mask_set.pixels
    if config.modes.mask_input == "INNERS":
        fascicles = tuple(Fascicle(inner, (inner,)) for inner in traces("i", pixels["i"]))
    elif config.modes.mask_input == "INNER_AND_OUTER_SEPARATE":
        fascicles = assign_inners(config.sample, traces("o", pixels["o"]), traces("i", pixels["i"]))
    else:
        inners, outers = masks.split_compiled(pixels["c"])
        if not inners.any():
            raise MorphologyError(
                f"{mask_set.files['c']} has no closed ring; a compiled mask shows each perineurium as a white ring."
            )
        fascicles = assign_inners(config.sample, traces("c", outers), traces("c", inners))
    nerve = None
    if config.modes.nerve == "PRESENT":
        found = traces("n", pixels["n"])
        if len(found) > 1:
            logger.warning("%s has %d outlines; the first is taken as the nerve.", mask_set.files["n"], len(found))
        nerve = found[0]
    section = Section(nerve, fascicles)
    return Section(nerve, fascicles, _orientation_angle(section, mask_set, approximation, scale))


def _traces(mask: Mask, approximation: str, scale: float, path: Path) -> list[Trace]:
    outlines = masks.contours(mask, approximation)
    for outline in outlines:
        if len(outline) < 3:
            x, y = outline[0]
            raise MorphologyError(
                f"{path} has an object of {len(outline)} outline points at column {x:.0f}, row "
                f"{mask.shape[0] - 1 - y:.0f}; remove specks with image_preprocessing.object_removal_area."
            )
    return [Trace(outline * scale) for outline in outlines]


def _orientation_angle(section: Section, mask_set: MaskSet, approximation: str, scale: float) -> float | None:
    if "a" not in mask_set.pixels:
        return None
    marks = _traces(mask_set.pixels["a"], approximation, scale, mask_set.files["a"])
    if len(marks) != 1:
        raise MorphologyError(
            f"{mask_set.files['a']} shows {len(marks)} outlines; an orientation mask must show one filled object."
        )
    towards: NDArray[np.float64] = marks[0].centroid - section.boundary.centroid
    return math.atan2(towards[1], towards[0])
