"""Black-and-white masks: finding the files, reading them, cleaning them, and their contours.

A mask is a boolean array of shape (rows, columns), ``True`` where it is white, with the image's top row first.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import MorphologyError

Mask = NDArray[np.bool_]

#: What each letter of a mask's file name stands for.
MASK_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "r": "raw image",
        "i": "inners",
        "o": "outers",
        "c": "inners and outers compiled",
        "n": "nerve",
        "s": "scale bar",
        "a": "orientation mark",
    }
)
_FILE_NAME = re.compile(r"(?:.*_0_0_)?([rioncsa])\.tiff?", re.IGNORECASE)


def find_masks(folder: Path) -> dict[str, Path]:
    """List the masks in `folder` by letter.

    ``i.tif``, ``i.tiff`` and the name that ASCENT gives a mask, ``<sample>_0_0_i.tif``, are all understood.

    Raises
    ------
    MorphologyError
        When the folder does not exist, or two files claim the same letter with different content.
    """
    if not folder.is_dir():
        raise MorphologyError(f"{folder} is not a folder; it should hold the masks of the sample (i.tif, n.tif, …).")
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        match = _FILE_NAME.fullmatch(path.name)
        if not match or not path.is_file():
            continue
        letter = match[1].lower()
        other = found.setdefault(letter, path)
        if other != path and _bytes(other) != _bytes(path):
            raise MorphologyError(
                f"{other} and {path.name} are both the mask '{letter}' ({MASK_MEANINGS[letter]}) and differ; keep one."
            )
    return found


def read_mask(path: Path) -> Mask:
    """Read a black-and-white image of any depth (1, 8 or 16 bits, grey, colour or palette) as a mask.

    Raises
    ------
    MorphologyError
        When the file cannot be read as an image, or does not hold exactly two grey values.
    """
    pixels = _read_pixels(path)
    if pixels.ndim == 3:
        pixels = _grey(pixels)
    if pixels.ndim != 2 or pixels.size == 0:
        raise MorphologyError(f"{path} is not a picture with rows and columns.")
    low, high = pixels.min(), pixels.max()
    if low == high:
        raise MorphologyError(f"{path} has one colour only; a mask must show white objects on black.")
    white: Mask = pixels == high
    if not (white | (pixels == low)).all():
        count = len(np.unique(pixels))
        raise MorphologyError(
            f"{path} has {count} grey values; a mask must be black and white only (export it without antialiasing)."
        )
    return white


def _read_pixels(path: Path) -> NDArray[Any]:
    """Decode the first page of an image, trying three decoders, since none of them reads every TIFF."""
    import io

    data = _bytes(path)
    if not data:
        raise MorphologyError(f"{path} is empty; it should be a TIFF image.")

    def with_pillow() -> NDArray[Any] | None:
        from PIL import Image

        with Image.open(io.BytesIO(data)) as image:
            if image.mode in {"P", "PA", "CMYK", "YCbCr", "LAB", "HSV"}:
                return np.asarray(image.convert("RGBA" if image.mode in {"P", "PA"} else "RGB"))
            return np.asarray(image)

    def with_tifffile() -> NDArray[Any] | None:
        import tifffile

        with tifffile.TiffFile(io.BytesIO(data)) as tif:
            return np.asarray(tif.pages[0].asarray())

    def with_opencv() -> NDArray[Any] | None:
        import cv2

        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)

    reason = ""
    for decode in (with_pillow, with_tifffile, with_opencv):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # decoders warn about odd metadata, which masks do not need
                pixels = decode()
        except Exception as error:  # decoders raise whatever a damaged file leads them to
            reason = reason or str(error).strip().splitlines()[0] if str(error).strip() else reason
            continue
        if pixels is not None and pixels.ndim in (2, 3) and pixels.dtype != object:
            return pixels
    detail = f" ({reason[:120]})" if reason else ""
    raise MorphologyError(f"{path} cannot be read as an image{detail}.")


def _grey(pixels: NDArray[Any]) -> NDArray[Any]:
    """Reduce colours to grey; transparent pixels count as black."""
    if pixels.shape[2] in (2, 4):
        opacity = pixels[:, :, -1]
        full = 2 ** (8 * pixels.dtype.itemsize) - 1 if pixels.dtype.kind == "u" else 1
        pixels = pixels[:, :, :-1]
        if not (opacity == full).all():
            pixels = np.round(pixels * (opacity[:, :, np.newaxis] / full), 3)
    first = pixels[:, :, 0]
    if all(np.array_equal(first, pixels[:, :, channel]) for channel in range(1, pixels.shape[2])):
        return first
    weights = np.array([0.299, 0.587, 0.114]) if pixels.shape[2] == 3 else np.full(pixels.shape[2], 1.0)
    return np.round(pixels @ weights, 3)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MorphologyError(f"{path} cannot be read: {error.strerror or error}.") from error


def fill_holes(mask: Mask) -> Mask:
    """Return `mask` with every black region that does not reach the image's edge made white."""
    return mask | _enclosed(mask)


def _enclosed(mask: Mask) -> Mask:
    """Black regions that white ones enclose (4-connected, the edge of the image counting as outside)."""
    import cv2

    framed = np.pad(mask.astype(np.uint8), 1)
    cv2.floodFill(framed, None, (0, 0), 1)
    enclosed: Mask = framed[1:-1, 1:-1] == 0
    return enclosed


def remove_small_objects(mask: Mask, minimum_area_px: float) -> Mask:
    """Return `mask` without white objects (4-connected) of fewer than `minimum_area_px` pixels."""
    import cv2

    if minimum_area_px <= 0:
        return mask
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    kept = statistics[:, cv2.CC_STAT_AREA] >= minimum_area_px
    kept[0] = False
    large: Mask = kept[labels]
    return large


def split_compiled(mask: Mask) -> tuple[Mask, Mask]:
    """Split a mask of perineurium rings into the inners (their holes) and the outers (rings with holes filled)."""
    inners = _enclosed(mask)
    return inners, mask | inners


def contours(mask: Mask, approximation: str) -> list[NDArray[np.float64]]:
    """Trace every boundary between white and black, holes included.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, columns)
    approximation : {"SIMPLE", "NONE"}
        Whether points along straight lines are left out.

    Returns
    -------
    list of ndarray, shape (n, 2)
        Pixel centres (x, y), from the lower left pixel, y upwards, in OpenCV's order: from the image's top down.
    """
    import cv2

    method = cv2.CHAIN_APPROX_NONE if approximation == "NONE" else cv2.CHAIN_APPROX_SIMPLE
    upright = np.ascontiguousarray(np.flipud(mask), dtype=np.uint8)
    found, _ = cv2.findContours(upright, cv2.RETR_TREE, method)
    return [contour[:, 0, :].astype(float) for contour in found]


def bar_columns(mask: Mask) -> int:
    """Return how many columns lie from the first to the last one with white in it: the scale bar's length, pixels."""
    columns = np.flatnonzero(mask.any(axis=0))
    return int(columns[-1] - columns[0] + 1)
