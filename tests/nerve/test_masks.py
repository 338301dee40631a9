"""Masks are found under ASCENT's names, read whatever their depth, and never changed on disk."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import morphology

from ascent.errors import AscentError, MorphologyError
from ascent.nerve import Sample, Trace
from ascent.nerve import masks as nerve_masks

DISC = np.hypot(*(np.mgrid[:40, :50] - np.array([20, 25])[:, None, None])) < 12
GREY8 = (DISC * 255).astype(np.uint8)

Save = Callable[[Path, np.ndarray], Path]


@pytest.mark.parametrize(
    "pixels",
    [
        GREY8,
        DISC,
        (DISC * 65535).astype(np.uint16),
        DISC.astype(np.uint8),
        np.dstack([GREY8] * 3),
        np.dstack([GREY8, GREY8, GREY8, np.full_like(GREY8, 255)]),
        np.dstack([np.full_like(GREY8, 255)] * 3 + [GREY8]),
    ],
    ids=["8 bit", "1 bit", "16 bit", "values 0 and 1", "RGB", "opaque RGBA", "white on transparent"],
)
def test_masks_of_any_depth_read_the_same(tmp_path: Path, save: Save, pixels: np.ndarray) -> None:
    assert (nerve_masks.read_mask(save(tmp_path / "i.tif", pixels)) == DISC).all()


def test_sixteen_bit_colour_is_read(tmp_path: Path) -> None:
    path = tmp_path / "i.tif"
    tifffile.imwrite(path, np.dstack([DISC * np.uint16(65535)] * 3), photometric="rgb")
    assert (nerve_masks.read_mask(path) == DISC).all()


def test_a_palette_image_is_read_by_its_colours(tmp_path: Path) -> None:
    image = Image.fromarray(DISC.astype(np.uint8), mode="P")
    image.putpalette([0, 0, 0, 255, 255, 255])
    image.save(tmp_path / "i.tif")
    assert (nerve_masks.read_mask(tmp_path / "i.tif") == DISC).all()


@pytest.mark.parametrize(("pixels", "reason"), [
    (np.arange(2000, dtype=np.uint8).reshape(40, 50), "grey values"),
    (np.zeros((40, 50), np.uint8), "one colour"),
    (np.full((40, 50), 255, np.uint8), "one colour"),
])  # fmt: skip
def test_images_that_are_not_black_and_white_are_refused(
    tmp_path: Path, save: Save, pixels: np.ndarray, reason: str
) -> None:
    with pytest.raises(MorphologyError, match=rf"i\.tif.*{reason}"):
        nerve_masks.read_mask(save(tmp_path / "i.tif", pixels))


@pytest.mark.parametrize("content", [b"", b"not an image", b"II*\0\x08\0\0\0"])
def test_files_that_are_no_image_are_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "i.tif").write_bytes(content)
    with pytest.raises(MorphologyError, match=r"i\.tif"):
        nerve_masks.read_mask(tmp_path / "i.tif")


def test_masks_are_found_under_their_plain_and_their_renamed_names(tmp_path: Path, save: Save) -> None:
    for name in ("i.tif", "N.TIFF", "rat7_0_0_s.tif", "notes.tif", "explicit.txt"):
        save(tmp_path / f"{name}.tif", GREY8).rename(tmp_path / name)
    found = nerve_masks.find_masks(tmp_path)
    assert {letter: path.name for letter, path in found.items()} == {
        "i": "i.tif",
        "n": "N.TIFF",
        "s": "rat7_0_0_s.tif",
    }


def test_two_files_for_one_mask_must_be_the_same(tmp_path: Path, save: Save) -> None:
    save(tmp_path / "i.tif", GREY8)
    save(tmp_path / "x_0_0_i.tif", GREY8)
    assert "i" in nerve_masks.find_masks(tmp_path)
    save(tmp_path / "x_0_0_i.tif", np.rot90(GREY8))
    with pytest.raises(MorphologyError, match="keep one"):
        nerve_masks.find_masks(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(MorphologyError, match="nowhere"):
        nerve_masks.find_masks(tmp_path / "nowhere")


noise = st.integers(0, 10_000).map(lambda seed: np.random.RandomState(seed).random_sample((25, 30)) < 0.6)


@given(noise, st.integers(1, 20))
def test_small_objects_are_removed_as_scikit_image_does(mask: np.ndarray, area: int) -> None:
    expected = morphology.remove_small_objects(mask, max_size=area - 1, connectivity=1)
    assert (nerve_masks.remove_small_objects(mask, area) == expected).all()


@given(noise)
def test_holes_are_filled_as_scipy_does(mask: np.ndarray) -> None:
    from scipy.ndimage import binary_fill_holes

    assert (nerve_masks.fill_holes(mask) == binary_fill_holes(mask)).all()


def test_a_ring_splits_into_its_hole_and_its_disc() -> None:
    ring = DISC & ~morphology.erosion(DISC, morphology.disk(4))
    inners, outers = nerve_masks.split_compiled(ring)
    assert (outers == DISC).all()
    assert (inners == (DISC & ~ring)).all()


def test_contours_run_through_pixel_centres_with_y_upwards() -> None:
    mask = np.zeros((10, 12), bool)
    mask[2:5, 3:9] = True
    (simple,) = nerve_masks.contours(mask, "SIMPLE")
    assert sorted(map(tuple, simple)) == [(3, 5), (3, 7), (8, 5), (8, 7)]
    (full,) = nerve_masks.contours(mask, "NONE")
    assert len(full) == 14


def test_contours_come_from_the_top_of_the_image_down() -> None:
    mask = np.zeros((30, 30), bool)
    for row, column in ((20, 5), (4, 20), (12, 12)):
        mask[row : row + 4, column : column + 4] = True
    assert [contour[:, 1].max() for contour in nerve_masks.contours(mask, "SIMPLE")] == [25, 17, 9]


@settings(max_examples=25)
@given(st.integers(15, 60), st.integers(15, 60))
def test_the_contour_of_a_drawn_ellipse_encloses_its_area(a: int, b: int) -> None:
    y, x = np.mgrid[:140, :140] - 70
    mask = (x / (a + 0.5)) ** 2 + (y / (b + 0.5)) ** 2 <= 1  # half a pixel more, since contours lose that much
    (contour,) = nerve_masks.contours(mask, "NONE")
    assert Trace(contour).area == pytest.approx(np.pi * a * b, rel=0.05)


def test_corrupted_images_give_a_sample_or_a_sentence(masks: Path, build: Callable[..., Sample]) -> None:
    random = np.random.RandomState(1)
    path = masks / "i.tif"
    good = path.read_bytes()
    refused = 0
    for trial in range(100):
        data = bytearray(good)
        if trial % 2:
            data = data[: random.randint(len(data))]
        for _ in range(random.randint(1, 20)):
            # the tags of a TIFF stand at its start and its end; damage there is what confuses decoders
            place = random.randint(40) if random.random_sample() < 0.4 else -random.randint(1, 200)
            if len(data) > 200:
                data[place] = random.randint(256)
        path.write_bytes(bytes(data))
        try:
            build()
        except AscentError as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 50
