"""The shape of a cell as its file describes it: unbranched sections with 3-D points, and how they are attached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ascent.errors import MorphologyError


@dataclass(frozen=True)
class MorphologySection:
    """An unbranched piece of neurite, or the soma.

    Attributes
    ----------
    name : str
        As in the file.
    label : str
        What it is: ``Soma``, ``Dendrite``, ``ApicalDendrite``, ``Axon``, or a part of an artificial axon.
    points : array of float, shape (n, 3)
        3-D points, µm; at least two.
    diameters : array of float, shape (n,)
        Diameter at each point, µm.
    parent : int or None
        Position of the section that it is attached to; None for the soma.
    parent_x : float
        Where on the parent, 0-1.
    line : int
        Line of the file where it begins, from 1.
    """

    name: str
    label: str
    points: NDArray[np.float64]
    diameters: NDArray[np.float64]
    parent: int | None
    parent_x: float
    line: int = 0


@dataclass(frozen=True)
class Morphology:
    """A whole cell.

    Attributes
    ----------
    name : str
        Name of the file without its suffix.
    sections : sequence of MorphologySection
        In the order of the file, which is what section IDs count. Exactly one is the soma, the root of all others.
    """

    name: str
    sections: tuple[MorphologySection, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that occur, in the order of their first section."""
        return tuple(dict.fromkeys(section.label for section in self.sections))


def checked_morphology(path: Path | str, sections: Sequence[MorphologySection]) -> Morphology:
    """A morphology of `sections`, when they are one tree with one soma.

    Raises
    ------
    MorphologyError
        When there is not exactly one soma, a section has no parent or fewer than two points or no length, or
        sections are attached in a circle; names the line.
    """
    somata = [section for section in sections if section.label == "Soma"]
    if not somata:
        raise MorphologyError(f"{path} has no soma; one section must be the soma.")
    if len(somata) > 1:
        raise MorphologyError(
            f"{path}, line {somata[1].line}: {somata[1].name} is a second soma (the first begins in line "
            f"{somata[0].line}); only one section may be the soma."
        )
    for section in sections:
        place = f"{path}, line {section.line}: section {section.name}"
        if section.parent is None and section.label != "Soma":
            raise MorphologyError(f"{place} is attached to nothing; every section but the soma needs a parent.")
        if section.parent is not None and section.label == "Soma":
            raise MorphologyError(f"{place} is the soma and has a parent; the soma is the root of the cell.")
        if len(section.points) < 2:
            raise MorphologyError(f"{place} has {len(section.points)} 3-D points; at least two are needed.")
        if not np.any(np.diff(section.points.astype(np.float32), axis=0)):
            raise MorphologyError(f"{place} has no length: all its points are the same.")
    for section in sections:
        _follow_to_root(path, section, sections)
    return Morphology(morphology_name(path), tuple(sections))


def morphology_name(path: Path | str) -> str:
    """Name of a morphology: that of its file without the suffix."""
    return Path(path).stem


def _follow_to_root(path: Path | str, section: MorphologySection, sections: Sequence[MorphologySection]) -> None:
    current, steps = section, 0
    while current.parent is not None:
        current, steps = sections[current.parent], steps + 1
        if steps > len(sections):
            raise MorphologyError(
                f"{path}, line {section.line}: section {section.name} is attached to itself through its parents."
            )


def number(text: str, place: str, what: str) -> float:
    """The finite number that `text` is.

    Raises
    ------
    MorphologyError
        When it is none; `place` names the file and line, `what` the quantity.
    """
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not np.isfinite(value) or abs(value) > 1e9:
        raise MorphologyError(f'{place}: {what} is "{text.strip()[:40]}", which is not a number in µm.')
    return value
