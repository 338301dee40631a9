"""Deformation moves the nerve to its target outline and pushes rigid fascicles out of the way."""

import logging
import math
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from ascent.config.perineurium import PerineuriumThicknessConfig
from ascent.config.sample import SampleConfig
from ascent.errors import ConfigError, MorphologyError
from ascent.nerve import Fascicle, Sample, Section, Trace, build_sample
from ascent.nerve.deformation import deform

GAP, TO_NERVE = 12, 10
Flat = Callable[..., Sample]


@pytest.fixture
def flat(tmp_path: Path, save: Callable, config: Callable, thickness: PerineuriumThicknessConfig) -> Flat:
    """Build a flat nerve of four fascicles, 1 µm a pixel, with changes to its configuration."""
    nerve, inners = np.zeros((400, 900), np.uint8), np.zeros((400, 900), np.uint8)
    cv2.ellipse(nerve, (450, 200), (400, 150), 0, 0, 360, 255, -1)
    for x, y in ((130, 200), (350, 150), (510, 260), (740, 210)):
        cv2.ellipse(inners, (x, y), (50, 40), 0, 0, 360, 255, -1)
    save(tmp_path / "flat/n.tif", nerve)
    save(tmp_path / "flat/i.tif", inners)
    base = {
        "modes__mask_input": "INNERS",
        "modes__ci_perineurium_thickness": "GRINBERG_2008",
        "modes__scale_input": "RATIO",
        "scale__scale_ratio": 1,
        "modes__deform": "PHYSICS",
        "modes__reshape_nerve": "CIRCLE",
        "boundary_separation": {"fascicles": GAP, "nerve": TO_NERVE},
        "deform_ratio": 1,
        "morph_count": 20,
    }
    return lambda **changes: build_sample(config(**{**base, **changes}), tmp_path / "flat", thickness)


def test_the_nerve_becomes_a_circle_of_its_area(flat: Flat) -> None:
    before, after = flat(modes__deform="NONE").section.nerve, flat().section.nerve
    assert before is not None and after is not None
    assert after.area == pytest.approx(before.area)
    radii = np.hypot(*after.points.T)
    assert radii == pytest.approx(np.full(len(radii), math.sqrt(after.area / math.pi)), rel=1e-3)


def test_fascicles_keep_the_separations(flat: Flat) -> None:
    section = flat().section
    assert section.nerve is not None
    for a, b in combinations(section.fascicles, 2):
        assert a.outer.polygon.distance(b.outer.polygon) >= GAP - 0.5
    for fascicle in section.fascicles:
        assert fascicle.outer.polygon.distance(section.nerve.polygon.exterior) >= TO_NERVE - 0.5


def test_fascicles_keep_their_shape(flat: Flat) -> None:
    before, after = flat(modes__deform="NONE"), flat()
    for old, new in zip(before.inners, after.inners, strict=True):
        lengths = [np.hypot(*np.diff(inner.trace.closed_points, axis=0).T) for inner in (old, new)]
        assert lengths[1] == pytest.approx(lengths[0])


def test_a_partial_deformation_lies_between(flat: Flat) -> None:
    def width(sample: Sample) -> float:
        return float(np.ptp(sample.section.boundary.points[:, 0]))

    none, half, whole = (width(flat(deform_ratio=ratio)) for ratio in (0, 0.5, 1))
    assert whole + 100 < half < none - 100


def test_the_deform_ratio_is_kept_for_the_field(flat: Flat) -> None:
    assert flat(deform_ratio=0.5).deform_ratio == 0.5
    assert flat(modes__deform="NONE").deform_ratio == 0
    assert flat(modes__reshape_nerve="NONE").deform_ratio == 0  # the nerve is no circle then


def test_without_reshaping_the_outline_stays(flat: Flat) -> None:
    before, after = flat(modes__deform="NONE").section.nerve, flat(modes__reshape_nerve="NONE").section.nerve
    assert before is not None and after is not None
    assert after.points == pytest.approx(before.points, abs=1e-9)


def test_points_on_the_image_move_with_their_fascicle(flat: Flat) -> None:
    sample = flat()
    centroids = [inner.trace.centroid for inner in sample.image_section.inners]
    points, _ = sample.explicit_to_final(centroids)
    assert points == pytest.approx(np.array([inner.trace.centroid for inner in sample.inners]), abs=1e-6)


def test_the_same_input_gives_the_same_bits(flat: Flat) -> None:
    first, second = flat(), flat()
    for a, b in zip(first.inners, second.inners, strict=True):
        assert a.trace.points.tolist() == b.trace.points.tolist()


def test_fascicles_that_cannot_keep_their_distance_are_told(flat: Flat, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        flat(boundary_separation={"fascicles": 150, "nerve": 80})
    assert "less than boundary_separation" in caplog.text


def test_a_margin_as_wide_as_the_nerve_is_refused(flat: Flat) -> None:
    with pytest.raises(MorphologyError, match="lower it"):
        flat(boundary_separation={"fascicles": 0, "nerve": 500})


def test_a_nerve_is_needed(config: Callable[..., SampleConfig]) -> None:
    square = Trace([(0, 0), (9, 0), (9, 9), (0, 9)])
    with pytest.raises(ConfigError, match="needs modes.nerve PRESENT"):
        deform(Section(None, (Fascicle(square, (square,)),)), config())
