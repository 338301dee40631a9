"""Mock nerves: masks drawn from a description, for when there is no histology."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Polygon

from ascent.errors import ConfigError
from ascent.files import replacing, write_json
from ascent.nerve.mock_shapes import nerve_polygon, place_fascicles

if TYPE_CHECKING:
    from ascent.config.mock_sample import MockSampleConfig

# The canvas of ASCENT's masks: a figure of 6.4 by 4.8 inches whose plotted square is 77 % of the height.
FIGURE_INCHES = (6.4, 4.8)
SQUARE_INCHES = 0.77 * 4.8
SQUARE_CENTRE = (0.125 + 0.775 / 2, 0.11 + 0.77 / 2)
SCALE_BAR_THICKNESS_INCHES = 1.5 / 72
MAXIMUM_PIXELS = 400_000_000
_SUBPIXEL_BITS = 8


@dataclass(frozen=True)
class Canvas:
    """The grid that mock masks are drawn on.

    Attributes
    ----------
    width, height : int
        Pixels.
    centre : tuple of float
        Column and row of the nerve's centre.
    micrometres_per_pixel : float
        Chosen so that the scale bar is a whole number of pixels long: the scale read back from it is exact.
    """

    width: int
    height: int
    centre: tuple[float, float]
    micrometres_per_pixel: float

    def columns_rows(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map points in µm, shape (n, 2), to columns and rows (rows count downwards)."""
        scaled = points / self.micrometres_per_pixel
        return np.column_stack([self.centre[0] + scaled[:, 0], self.centre[1] - scaled[:, 1]])


def canvas(nerve_diameter: float, scale_bar_length: float, dots_per_inch: float, margin: float) -> Canvas:
    """Choose the grid for a nerve.

    Parameters
    ----------
    nerve_diameter : float
        Largest diameter of the nerve, µm.
    scale_bar_length : float
        µm.
    dots_per_inch : float
        Resolution, with ASCENT's figure of 6.4 by 4.8 inches.
    margin : float
        Side of the plotted square (3.696 inches) over the nerve's diameter, at least 1.

    Raises
    ------
    ConfigError
        For a margin below 1, a scale bar that is finer than a pixel or wider than the image, and a resolution
        that makes an image of more than 400 million pixels.
    """
    if not margin >= 1:
        raise ConfigError(f"figure.fig_margin is {margin:g}: must be at least 1, or the nerve would be cut off.")
    width, height = (round(inches * dots_per_inch) for inches in FIGURE_INCHES)
    if width * height > MAXIMUM_PIXELS:
        raise ConfigError(
            f"figure.fig_dpi is {dots_per_inch:g}: makes masks of {width}×{height} pixels; choose 3000 or less."
        )
    coarse = margin * nerve_diameter / (SQUARE_INCHES * dots_per_inch)
    bar_pixels = round(scale_bar_length / coarse)
    if bar_pixels < 1:
        raise ConfigError(
            f"scalebar_length is {scale_bar_length:g} µm: shorter than a pixel of {coarse:.3g} µm; make the bar longer "
            "or raise figure.fig_dpi."
        )
    if bar_pixels > width:
        raise ConfigError(
            f"scalebar_length is {scale_bar_length:g} µm: longer than the image, {width * coarse:.4g} µm wide."
        )
    centre = (SQUARE_CENTRE[0] * width, (1 - SQUARE_CENTRE[1]) * height)
    return Canvas(width, height, centre, scale_bar_length / bar_pixels)


def draw_polygons(grid: Canvas, polygons: list[Polygon]) -> NDArray[np.uint8]:
    """Draw filled polygons in white on black, shape (height, width).

    Pixels on an outline are white, so that the outline through the outermost pixels' centres, which is what
    contours are, encloses the polygon's area.
    """
    import cv2

    image = np.zeros((grid.height, grid.width), np.uint8)
    for polygon in polygons:
        points = grid.columns_rows(np.asarray(polygon.exterior.coords)[:, :2])
        fixed_point = np.round(points * 2**_SUBPIXEL_BITS).astype(np.int32)
        cv2.fillPoly(image, [fixed_point], 255, shift=_SUBPIXEL_BITS)
    return image


def draw_scale_bar(grid: Canvas, length: float, dots_per_inch: float) -> NDArray[np.uint8]:
    """Draw a horizontal bar of `length` µm in the middle of the image, shape (height, width)."""
    image = np.zeros((grid.height, grid.width), np.uint8)
    columns = round(length / grid.micrometres_per_pixel)
    rows = max(1, round(SCALE_BAR_THICKNESS_INCHES * dots_per_inch))
    left = min(max(round(grid.centre[0] - columns / 2), 0), grid.width - columns)
    top = round(grid.centre[1] - rows / 2)
    image[top : top + rows, left : left + columns] = 255
    return image


def generate_mock(config: MockSampleConfig, output_dir: Path | str) -> int:
    """Draw the masks of a mock nerve: ``n.tif``, ``i.tif``, ``s.tif``, and ``mock.json`` with what was placed.

    Parameters
    ----------
    config : MockSampleConfig
    output_dir : path
        Folder for the masks (``input/<name>``), made when needed.

    Returns
    -------
    int
        How many fascicles were placed.

    Raises
    ------
    ConfigError, MorphologyError
        See `canvas` and `ascent.nerve.mock_shapes.place_fascicles`.
    """
    from ascent.config.loading import dump

    figure = config.figure
    diameter = max(config.nerve.a, config.nerve.b)
    grid = canvas(diameter, config.scalebar_length, figure.fig_dpi, figure.fig_margin)
    nerve = nerve_polygon(config)
    fascicles = place_fascicles(config, nerve)
    folder = Path(output_dir)
    _write_tif(folder / "n.tif", draw_polygons(grid, [nerve]))
    _write_tif(folder / "i.tif", draw_polygons(grid, fascicles))
    _write_tif(folder / "s.tif", draw_scale_bar(grid, config.scalebar_length, figure.fig_dpi))
    record = dump(config)
    if config.populate.mode != "EXPLICIT":
        record["populate"]["num_fascicle_placed"] = len(fascicles)
    write_json(folder / "mock.json", record)
    return len(fascicles)


def _write_tif(path: Path, image: NDArray[np.uint8]) -> None:
    from PIL import Image

    with replacing(path) as temporary:
        Image.fromarray(image).save(temporary, format="TIFF", compression="tiff_adobe_deflate")
