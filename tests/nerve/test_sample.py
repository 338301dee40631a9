"""A sample is built from masks: traced, scaled, corrected, centred, checked."""

import math
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from ascent.config.loading import load, validate
from ascent.config.perineurium import PerineuriumThicknessConfig
from ascent.config.sample import SampleConfig
from ascent.errors import ConfigError, MorphologyError
from ascent.nerve import Fascicle, Sample, Section, Trace, build_sample
from ascent.nerve.sample import shrinkage_factor

Build = Callable[..., Sample]
INNERS_ONLY = {"modes__mask_input": "INNERS", "modes__ci_perineurium_thickness": "ARLE_2016"}


def redraw(path: Path, change: Callable[[np.ndarray], object]) -> None:
    image = np.array(Image.open(path))
    change(image)
    Image.fromarray(image).save(path)


def areas(sample: Sample) -> list[float]:
    return [inner.trace.area for inner in sample.inners]


def square(size: float, x: float = 0.0, y: float = 0.0) -> Trace:
    return Trace([(x, y), (x + size, y), (x + size, y + size), (x, y + size)])


# --- what is traced -----------------------------------------------------------------------------------------------


def test_separate_masks_give_fascicles_with_their_inners(build: Build) -> None:
    sample = build()
    assert [len(fascicle.inners) for fascicle in sample.section.fascicles] == [2, 1]
    assert [(inner.fascicle_index, inner.index_in_fascicle) for inner in sample.inners] == [(0, 0), (0, 1), (1, 0)]
    assert [inner.global_index for inner in sample.inners] == [0, 1, 2]


def test_a_compiled_mask_gives_the_same_fascicles_as_separate_ones(build: Build) -> None:
    separate, compiled = build(), build(modes__mask_input="INNER_AND_OUTER_COMPILED")
    # The compiled inner is the hole of the ring, the same pixels as the drawn inner.
    assert areas(compiled) == pytest.approx(areas(separate))
    assert [f.outer.area for f in compiled.section.fascicles] == pytest.approx(
        [f.outer.area for f in separate.section.fascicles]
    )


def test_inners_alone_get_a_perineurium_of_the_fitted_thickness(build: Build) -> None:
    sample = build(**{**INNERS_ONLY, "modes__ci_perineurium_thickness": "GRINBERG_2008"})
    assert len(sample.section.fascicles) == 3
    for fascicle in sample.section.fascicles:
        inner = fascicle.inners[0]
        thickness = (fascicle.outer.effective_diameter - inner.effective_diameter) / 2
        assert thickness == pytest.approx(0.03 * inner.effective_diameter, abs=0.6)  # offsets are made on whole µm


def test_the_scale_is_the_bar_over_the_columns_it_covers(build: Build) -> None:
    assert build().micrometres_per_pixel == 100 / 50
    assert build(scale__scale_bar_length=25).micrometres_per_pixel == 0.5


def test_a_ratio_scales_without_a_bar(build: Build, masks: Path) -> None:
    (masks / "s.tif").unlink()
    changes = {"modes__scale_input": "RATIO", "scale__scale_bar_length": None, "scale__scale_ratio": 2}
    assert build(**changes).micrometres_per_pixel == 2


def test_all_contour_points_enclose_the_same_area_as_the_thinned_ones(build: Build) -> None:
    thinned, full = build(), build(modes__contour_approximation="NONE")
    assert areas(full) == pytest.approx(areas(thinned))
    assert len(full.section.boundary) > len(thinned.section.boundary)


def test_a_single_fascicle_needs_no_nerve(build: Build, masks: Path) -> None:
    for letter in "io":
        redraw(masks / f"{letter}.tif", lambda image: image[:, 150:].fill(0))
    (masks / "n.tif").unlink()
    sample = build(modes__nerve="NOT_PRESENT")
    assert sample.section.nerve is None
    assert sample.section.boundary is sample.section.fascicles[0].outer
    assert sample.morphology()["Nerve"] is None


def test_the_files_of_the_user_are_not_touched(build: Build, masks: Path) -> None:
    before = {path.name: path.read_bytes() for path in masks.iterdir()}
    build()
    assert {path.name: path.read_bytes() for path in masks.iterdir()} == before


# --- what is corrected --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("definition", "factor"), [
    ("LENGTH_FORWARDS", 1.2),
    ("LENGTH_BACKWARDS", 1 / 0.8),
    ("AREA_FORWARDS", math.sqrt(1.2)),
    ("AREA_BACKWARDS", 1 / math.sqrt(0.8)),
])  # fmt: skip
def test_shrinkage_is_undone_as_defined(build: Build, definition: str, factor: float) -> None:
    corrected = build(scale__shrinkage=0.2, modes__shrinkage_definition=definition)
    assert areas(corrected) == pytest.approx(np.array(areas(build())) * factor**2)


def test_a_correction_that_shrinks_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"shrinkage is -0\.1"):
        shrinkage_factor(-0.1, "LENGTH_FORWARDS")
    with pytest.raises(ConfigError, match="below 1"):
        shrinkage_factor(1, "AREA_BACKWARDS")


def test_the_nerve_is_centred_at_the_origin(build: Build) -> None:
    assert build().section.boundary.centroid == pytest.approx((0, 0), abs=1e-9)


def test_a_rotation_turns_everything_counter_clockwise(build: Build) -> None:
    plain, turned = build(), build(rotation=90)
    for before, after in zip(plain.inners, turned.inners, strict=True):
        x, y = before.trace.centroid
        assert after.trace.centroid == pytest.approx((-y, x), abs=1e-9)


def test_smoothing_keeps_areas(build: Build) -> None:
    smooth = build(smoothing={"nerve_distance": 6, "fascicle_distance": 4})
    assert areas(smooth) == pytest.approx(areas(build()), abs=1)
    assert len(smooth.section.boundary) != len(build().section.boundary)


def test_holes_in_inners_are_filled_on_request(build: Build, masks: Path) -> None:
    before = areas(build())
    redraw(masks / "i.tif", lambda image: image[115:125, 95:105].fill(0))
    with pytest.raises(MorphologyError, match="fill_holes"):
        build()
    assert areas(build(image_preprocessing__fill_holes=True)) == pytest.approx(before)


def test_specks_are_removed_on_request(build: Build, masks: Path) -> None:
    before = areas(build())
    redraw(masks / "i.tif", lambda image: image[5:7, 5:6].fill(255))
    with pytest.raises(MorphologyError, match="object_removal_area"):
        build()
    assert areas(build(image_preprocessing__object_removal_area=10)) == pytest.approx(before)


# --- orientation and explicit points ------------------------------------------------------------------------------


def test_the_orientation_mark_gives_an_angle(build: Build, masks: Path, save: Callable) -> None:
    mark = np.zeros((240, 320), np.uint8)
    cv2.circle(mark, (160, 10), 5, 255, -1)  # straight above the nerve
    save(masks / "a.tif", mark)
    assert build().section.orientation_angle == pytest.approx(math.pi / 2, abs=0.01)
    assert build(scale__shrinkage=0.3).section.orientation_angle == pytest.approx(math.pi / 2, abs=0.01)


def test_an_orientation_mask_needs_one_mark_and_no_rotation(build: Build, masks: Path, save: Callable) -> None:
    mark = np.zeros((240, 320), np.uint8)
    mark[5:15, 5:15] = mark[5:15, 305:315] = 255
    save(masks / "a.tif", mark)
    with pytest.raises(MorphologyError, match="2 outlines"):
        build()
    with pytest.raises(MorphologyError, match="use one of the two"):
        build(rotation=10)


def test_points_on_the_image_follow_their_inner(build: Build) -> None:
    sample = build(scale__shrinkage=0.2, rotation=30, smoothing={"nerve_distance": 0, "fascicle_distance": 3})
    centroids = [inner.trace.centroid for inner in sample.image_section.inners]
    points, index = sample.explicit_to_final(centroids)
    assert index.tolist() == [0, 1, 2]
    for point, inner in zip(points, sample.inners, strict=True):
        assert point == pytest.approx(inner.trace.centroid, abs=1)


def test_points_in_no_inner_are_refused(build: Build) -> None:
    with pytest.raises(MorphologyError, match="explicit fiber 1 at .* in no inner"):
        sample = build()
        sample.explicit_to_final([sample.image_section.inners[0].trace.centroid, (1, 1)])


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("letter", "changes"), [
    ("i", INNERS_ONLY),
    ("o", {}),
    ("c", {"modes__mask_input": "INNER_AND_OUTER_COMPILED"}),
    ("n", {}),
    ("s", {}),
])  # fmt: skip
def test_a_missing_mask_is_named(build: Build, masks: Path, letter: str, changes: dict) -> None:
    (masks / f"{letter}.tif").unlink()
    with pytest.raises(MorphologyError, match=rf"no mask {letter}\.tif"):
        build(**changes)


def test_masks_must_be_of_one_size(build: Build, masks: Path, save: Callable) -> None:
    save(masks / "n.tif", np.pad(np.array(Image.open(masks / "n.tif")), 3))
    with pytest.raises(MorphologyError, match=r"n\.tif is 326×246 pixels but i\.tif is 320×240"):
        build()


def test_several_fascicles_need_a_nerve(build: Build) -> None:
    with pytest.raises(MorphologyError, match="2 fascicles, which needs a nerve"):
        build(modes__nerve="NOT_PRESENT")


def test_an_inner_outside_every_outer_is_refused(build: Build, masks: Path) -> None:
    redraw(masks / "o.tif", lambda image: image[:, 150:].fill(0))
    with pytest.raises(MorphologyError, match="lies inside no outer"):
        build()


def test_an_outer_without_inner_is_refused(build: Build, masks: Path) -> None:
    redraw(masks / "i.tif", lambda image: image[:, 150:].fill(0))
    with pytest.raises(MorphologyError, match="holds no inner"):
        build()


def test_a_compiled_mask_without_rings_is_refused(build: Build, masks: Path) -> None:
    (masks / "c.tif").write_bytes((masks / "o.tif").read_bytes())
    with pytest.raises(MorphologyError, match="no closed ring"):
        build(modes__mask_input="INNER_AND_OUTER_COMPILED")


def test_removing_everything_is_refused(build: Build) -> None:
    with pytest.raises(MorphologyError, match=r"i\.tif has no object of 99999 pixels"):
        build(image_preprocessing__object_removal_area=99999)


def test_perineuria_that_grow_into_each_other_are_refused(build: Build) -> None:
    with pytest.raises(MorphologyError, match="overlap or touch"):
        build(**INNERS_ONLY, scale__scale_bar_length=50)


def test_a_thickness_mode_that_the_table_lacks_is_refused(build: Build) -> None:
    with pytest.raises(ConfigError, match="BUCKSOT_2019.*choose one of ARLE_2016, GRINBERG_2008"):
        build(**{**INNERS_ONLY, "modes__ci_perineurium_thickness": "BUCKSOT_2019"})


GOOD = Fascicle(square(20, -30, -10), (square(10, -25, -5),))


@pytest.mark.parametrize(("section", "reason"), [
    (Section(square(200, -100, -100), ()), "no fascicle"),
    (Section(Trace([(0, 0), (90, 90), (90, 0), (0, 90)]), (GOOD,)), "crosses or touches itself"),
    (Section(square(200, -100, -100), (GOOD, GOOD)), "fascicles 0 and 1 overlap"),
    (Section(square(25, -25, -10), (GOOD,)), "crosses or touches the nerve"),
    (Section(square(25, 100, 100), (GOOD,)), "outside the nerve"),
    (Section(None, (Fascicle(square(20), (square(30),)),)), "leaves the outer"),
    (Section(None, (Fascicle(square(20), ()),)), "no inner"),
    (Section(None, (Fascicle(square(20), (square(9, 1, 1), square(9, 5, 5))),)), "inners 0 and 1 .* overlap"),
])  # fmt: skip
def test_impossible_sections_are_refused(section: Section, reason: str) -> None:
    with pytest.raises(MorphologyError, match=reason):
        section.validate("s")


# --- published and measured numbers -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tutorial(tutorial_dir: Path) -> Sample:
    config = load(tutorial_dir / "samples/0/sample.json", SampleConfig)
    thickness = validate({"ci_perineurium_thickness_parameters": {}}, PerineuriumThicknessConfig, "none")
    return build_sample(config, tutorial_dir / "input/tutorial", thickness)


# Measured with ASCENT 1.4.0 on its tutorial (spec/ascent.md §6.1, §5.2).
def test_tutorial_areas_and_points(tutorial: Sample) -> None:
    (fascicle,) = tutorial.section.fascicles
    assert fascicle.inners[0].area == pytest.approx(71500.7241, abs=5e-5)
    assert fascicle.outer.area == pytest.approx(76717.6354, abs=5e-5)
    assert len(fascicle.inners[0].closed_points) == 1067
    assert len(fascicle.outer.closed_points) == 1117


def test_tutorial_ellipses(tutorial: Sample) -> None:
    (fascicle,) = tutorial.morphology()["Fascicles"]
    expected_inner = {"x": 1.2507, "y": 0.1123, "a": 255.237, "b": 360.562, "angle": 84.276}
    expected_outer = {"x": 1.1545, "y": 0.2136, "a": 266.688, "b": 370.345, "angle": 84.296}
    for measured, expected in ((fascicle["inners"][0], expected_inner), (fascicle["outer"], expected_outer)):
        assert {key: measured[key] for key in expected} == pytest.approx(expected, abs=5.5e-4)


def test_tutorial_enclosing_circle(tutorial: Sample) -> None:
    assert tutorial.section.boundary.minimum_enclosing_circle()[2] == pytest.approx(186.83534, abs=5e-6)


def test_tutorial_explicit_fibers(tutorial: Sample) -> None:
    # The points are printed with four decimals, hence the tolerance.
    points, index = tutorial.explicit_to_final([(867.9386, 721.2553), (917.9386, 771.2553)])
    assert points.ravel() == pytest.approx([-4.08362713, -0.06843866, 55.91637287, 59.93156134], abs=6.1e-5)
    assert index.tolist() == [0, 0]
