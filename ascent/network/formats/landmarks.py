"""Landmarks of Amira (``.landmarkAscii``): 3-D points, here the places where a cell is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ascent.errors import ConfigError
from ascent.files import write_text
from ascent.network.formats.text import read_text


def read_landmarks(path: Path | str) -> NDArray[np.float64]:
    """Read the points of a landmark file.

    What stands above the line that begins with ``@1`` is ignored, also the number of points that it gives.

    Returns
    -------
    array of float, shape (n, 3)
        µm.

    Raises
    ------
    ConfigError
        When the file cannot be read, has no data or a line is no point; names the line.
    """
    points: list[list[float]] = []
    in_data = False
    for line, row in enumerate(read_text(path, "a landmark file (.landmarkAscii)").split("\n"), start=1):
        if not in_data:
            in_data = row.startswith("@1")
            continue
        words = row.split()
        if words:
            points.append(_point(words, f"{path}, line {line}"))
    if not in_data:
        raise ConfigError(f"{path} has no line @1, after which the points stand; a .landmarkAscii file is needed.")
    if not points:
        raise ConfigError(f"{path} has no points after the line @1.")
    return np.array(points)


def write_landmarks(path: Path | str, points: Sequence[Sequence[float]] | NDArray[np.float64]) -> None:
    """Write points (µm, shape (n, 3)) as a landmark file that Amira reads."""
    rows = "\n".join(" ".join(f"{value:.15e}" for value in point) for point in points)
    write_text(
        path,
        f"# AmiraMesh 3D ASCII 2.0\n\ndefine Markers {len(points)}\n\nParameters {{\n    NumSets 1,\n"
        f'    ContentType "LandmarkSet"\n}}\n\nMarkers {{ float[3] Coordinates }} @1\n\n'
        f"# Data section follows\n@1\n{rows}\n",
    )


def _point(words: Sequence[str], place: str) -> list[float]:
    try:
        point = [float(word) for word in words]
    except ValueError:
        point = []
    if len(point) != 3 or not np.all(np.isfinite(point)) or np.max(np.abs(point)) > 1e9:
        raise ConfigError(f'{place}: "{" ".join(words)[:60]}" must be three numbers: x y z in µm.')
    return point
