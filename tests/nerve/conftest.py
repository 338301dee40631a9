"""Small masks and configurations that the tests of nerve cross-sections share."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from ascent.config.loading import validate
from ascent.config.perineurium import PerineuriumThicknessConfig
from ascent.config.sample import SampleConfig
from ascent.nerve import Sample, build_sample

SHAPE = (240, 320)
# x, y (y downwards), semi-axes in pixels
NERVE = (160, 120, 130, 100)
OUTERS = ((100, 120, 40, 30), (210, 100, 34, 44))
INNERS = ((100, 120, 34, 24), (210, 80, 20, 16), (210, 122, 18, 15))


def ellipses(*items: tuple[int, int, int, int]) -> np.ndarray:
    image = np.zeros(SHAPE, np.uint8)
    for x, y, a, b in items:
        cv2.ellipse(image, (x, y), (a, b), 0, 0, 360, 255, -1)
    return image


def bar(columns: int) -> np.ndarray:
    image = np.zeros(SHAPE, np.uint8)
    image[200:204, 40 : 40 + columns] = 255
    return image


@pytest.fixture
def save() -> Callable[[Path, np.ndarray], Path]:
    """Write an array as a TIFF."""

    def write(path: Path, image: np.ndarray) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
        return path

    return write


@pytest.fixture
def masks(tmp_path: Path, save: Callable[[Path, np.ndarray], Path]) -> Path:
    """A folder with masks of a nerve of two fascicles, one of them with two inners; 50 columns of scale bar."""
    folder = tmp_path / "input"
    save(folder / "i.tif", ellipses(*INNERS))
    save(folder / "o.tif", ellipses(*OUTERS))
    save(folder / "c.tif", ellipses(*OUTERS) & ~ellipses(*INNERS))
    save(folder / "n.tif", ellipses(NERVE))
    save(folder / "s.tif", bar(50))
    return folder


@pytest.fixture
def thickness() -> PerineuriumThicknessConfig:
    """Two of the published fits of perineurium thickness."""
    fits = {"GRINBERG_2008": {"a": 0.03, "b": 0}, "ARLE_2016": {"a": 0, "b": 30}}
    return validate({"ci_perineurium_thickness_parameters": fits}, PerineuriumThicknessConfig, "thickness.json")


@pytest.fixture
def config() -> Callable[..., SampleConfig]:
    """Make a sample configuration; keywords like ``modes__nerve`` or ``rotation`` change it, ``None`` removes a key."""
    base: dict[str, Any] = {
        "sample": "two",
        "scale": {"scale_bar_length": 100, "shrinkage": 0},
        "modes": {
            "mask_input": "INNER_AND_OUTER_SEPARATE",
            "scale_input": "MASK",
            "nerve": "PRESENT",
            "deform": "NONE",
            "ci_perineurium_thickness": "MEASURED",
            "reshape_nerve": "NONE",
            "shrinkage_definition": "LENGTH_FORWARDS",
            "contour_approximation": "SIMPLE",
        },
    }

    def make(**changes: Any) -> SampleConfig:
        data = copy.deepcopy(base)
        for key, value in changes.items():
            *parents, last = key.split("__")
            target = data
            for parent in parents:
                target = target.setdefault(parent, {})
            if value is None:
                target.pop(last, None)
            else:
                target[last] = value
        return validate(data, SampleConfig, "sample.json")

    return make


@pytest.fixture
def build(
    masks: Path, config: Callable[..., SampleConfig], thickness: PerineuriumThicknessConfig
) -> Callable[..., Sample]:
    """Build the sample of `masks` with changes to the configuration."""
    return lambda **changes: build_sample(config(**changes), masks, thickness)
