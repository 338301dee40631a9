"""Text files of numbers that start with their own length: ASCENT's format for coordinates and potentials.

Line 1 holds the number of points, every further line one point: `x y z` in µm for coordinates,
one value in V (for 1 mA) for potentials.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ascent.errors import RunDirectoryError
from ascent.files import write_text


def write_coordinates(path: Path | str, points: ArrayLike) -> None:
    """Write compartment centres as ASCENT writes them, in the shortest digits that give the same floats back.

    Parameters
    ----------
    path : path
        For example ``fibersets/0/3.dat``.
    points : array_like, shape (n, 3)
        x, y, z in µm.
    """
    rows = np.asarray(points, dtype=float).tolist()
    lines = [f"{len(rows)} \n", *(f"{x!r} {y!r} {z!r} \n" for x, y, z in rows)]
    write_text(path, "".join(lines))


def write_values(path: Path | str, values: ArrayLike, format_value: Callable[[float], str] = repr) -> None:
    """Write one number a line under their count.

    Parameters
    ----------
    path : path
        For example ``fibersets_bases/0/1/3.dat``.
    values : array_like, shape (n,)
        Potentials in V.
    format_value : callable
        Gives the text of a number; by default the shortest digits that give the same float back.
    """
    numbers = np.asarray(values, dtype=float).tolist()
    write_text(path, "\n".join([str(len(numbers)), *map(format_value, numbers)]) + "\n")


def read_coordinates(path: Path | str) -> NDArray[np.float64]:
    """Read compartment centres, shape (n, 3) in µm.

    Raises
    ------
    RunDirectoryError
        When the file is missing, is not such a file, or holds another number of points than it says.
    """
    return _read(Path(path), columns=3)


def read_values(path: Path | str) -> NDArray[np.float64]:
    """Read one number a line, shape (n,).

    Raises
    ------
    RunDirectoryError
        When the file is missing, is not such a file, or holds another number of values than it says.
    """
    return _read(Path(path), columns=1)[:, 0]


def read_text(path: Path) -> str:
    """Read a text file that the program wrote; RunDirectoryError when that cannot be done."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise RunDirectoryError(f"{path} does not exist.") from error
    except UnicodeDecodeError as error:
        raise RunDirectoryError(f"{path} is damaged: it holds bytes that are not text.") from error
    except OSError as error:
        raise RunDirectoryError(f"{path} could not be read: {error.strerror or error}.") from error


def parse_numbers(path: Path, words: list[str], first_line: int) -> list[float]:
    """Turn words into finite floats; `first_line` numbers them in the message, for files of one word a line."""
    try:
        numbers = list(map(float, words))
        if np.isfinite(numbers).all():
            return numbers
    except ValueError:
        pass
    # Something is wrong: find out what, which takes longer.
    numbers = []
    for position, word in enumerate(words):
        try:
            number = float(word)
        except ValueError:
            raise RunDirectoryError(
                f"{path} is damaged: {word[:40]!r} (number {position + first_line}) should be a number."
            ) from None
        if not np.isfinite(number):
            raise RunDirectoryError(f"{path}: number {position + first_line} is {word}; all must be finite.")
        numbers.append(number)
    return numbers


def _read(path: Path, columns: int) -> NDArray[np.float64]:
    words = read_text(path).split()
    if not words:
        raise RunDirectoryError(f"{path} is damaged: it is empty and should start with the number of points.")
    header = parse_numbers(path, words[:1], 1)[0]
    numbers = parse_numbers(path, words[1:], 2)
    if header < 1 or header != int(header):
        raise RunDirectoryError(
            f"{path} is damaged: it starts with {words[0]}, which should be its number of points, 1 or more."
        )
    if len(numbers) != columns * int(header):
        raise RunDirectoryError(
            f"{path} is damaged: it announces {int(header)} points of {columns} numbers each and holds "
            f"{len(numbers)} numbers."
        )
    return np.array(numbers).reshape(-1, columns)
