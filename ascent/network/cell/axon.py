"""The artificial axon of a pyramidal cell: hillock, initial segment and a myelinated piece.

It replaces the axon of a reconstruction, as in Hay et al. 2013, J Neurophysiol 109:2972. It leaves the soma at its
middle 3-D point and runs straight along −z.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ascent.network.formats.morphology import Morphology, MorphologySection


@dataclass(frozen=True)
class _Piece:
    """A straight piece: length in µm, how many points (and segments) it has, diameter at its ends in µm."""

    name: str
    label: str
    length: float
    points: int
    diameters: tuple[float, float]


PIECES = (
    _Piece("hillock", "AIS", 20.0, 5, (3.0, 1.75)),
    _Piece("initial_segment", "AIS", 30.0, 7, (1.75, 1.0)),
    _Piece("myelin", "Myelin", 1000.0, 21, (1.0, 1.0)),
)


def with_artificial_axon(morphology: Morphology) -> Morphology:
    """`morphology` and the artificial axon, whose three sections come last: AIS, AIS, Myelin."""
    soma_index = next(index for index, section in enumerate(morphology.sections) if section.label == "Soma")
    soma = morphology.sections[soma_index]
    middle = len(soma.points) // 2
    start = soma.points[middle] - np.array([0.0, 0.0, soma.diameters[middle] / 2])
    sections = list(morphology.sections)
    parent, parent_x = soma_index, 0.5
    for piece in PIECES:
        step = piece.length / (piece.points - 1)
        points = start - np.outer(np.arange(piece.points) * step, [0.0, 0.0, 1.0])
        diameters = np.linspace(*piece.diameters, piece.points)
        sections.append(MorphologySection(piece.name, piece.label, points, diameters, parent, parent_x))
        parent, parent_x, start = len(sections) - 1, 1.0, points[-1]
    return Morphology(morphology.name, tuple(sections))
