"""A small cell in a small network, made up for this package: a pyramidal cell of 34 sections and 300 synapses.

It is shipped as files under ``ascent/data/network``, for ``ascent +run=4``, for the documentation and for tests. The
morphology and the synapses come from the functions here, the parameters are written by hand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ascent.files import write_text
from ascent.network.formats.hoc import read_hoc
from ascent.network.formats.landmarks import write_landmarks

MORPHOLOGY = "small_pyramidal.hoc"
SYNAPSES = "small_network.syn"
CONNECTIONS = "small_network.con"
LANDMARKS = "small_pyramidal_tuft.landmarkAscii"
_STEP = 10.0  # µm between 3-D points
_SEED = 2011


@dataclass(frozen=True)
class SmallExample:
    """Where the files are.

    Attributes
    ----------
    cell, network : Path
        Parameter files.
    morphology, synapses, connections, landmarks : Path
        What they refer to.
    """

    cell: Path
    network: Path
    morphology: Path
    synapses: Path
    connections: Path
    landmarks: Path


def small_example() -> SmallExample:
    """The files as they are shipped."""
    folder = Path(str(resources.files("ascent").joinpath("data", "network")))
    names = ("small_pyramidal.param", "small_network.param", MORPHOLOGY, SYNAPSES, CONNECTIONS, LANDMARKS)
    return SmallExample(*(folder / name for name in names))


@dataclass(frozen=True)
class _Branch:
    """A straight, slightly winding branch: parent's name, direction (polar, azimuth in degrees), length, diameters."""

    name: str
    parent: str
    polar: float
    azimuth: float
    length: float
    diameters: tuple[float, float]


def _branches() -> list[_Branch]:
    branches = []
    for number in range(4):
        azimuth = 90.0 * number + 20.0
        branches.append(_Branch(f"dend_{number}", "soma", 115.0, azimuth, 40.0, (2.0, 1.5)))
        for fork, turn in enumerate((-25.0, 25.0)):
            name = f"dend_{number}_{fork}"
            branches.append(_Branch(name, f"dend_{number}", 105.0, azimuth + turn, 120.0, (1.2, 0.8)))
    trunk = [
        ("apical_0", "soma", (5.0, 4.5)),
        ("apical_1", "apical_0", (4.5, 4.0)),
        ("apical_2", "apical_1", (4.0, 3.5)),
    ]
    for number, (name, parent, diameters) in enumerate(trunk):
        branches.append(_Branch(name, parent, 0.0, 0.0, 150.0, diameters))
        if number < 2:
            for side in range(2):
                azimuth = 60.0 + 180.0 * side + 70.0 * number
                branches.append(_Branch(f"apical_oblique_{number}_{side}", name, 70.0, azimuth, 120.0, (1.2, 0.8)))
    for side in range(2):
        azimuth = 180.0 * side + 30.0
        branches.append(_Branch(f"apical_tuft_{side}", "apical_2", 30.0, azimuth, 120.0, (2.0, 1.5)))
        for fork, turn in enumerate((-40.0, 40.0)):
            name = f"apical_tuft_{side}_{fork}"
            branches.append(_Branch(name, f"apical_tuft_{side}", 35.0, azimuth + turn, 100.0, (1.2, 0.8)))
            for tip, bend in enumerate((-30.0, 30.0)):
                tip_name = f"{name}_{tip}"
                branches.append(_Branch(tip_name, name, 50.0, azimuth + turn + bend, 60.0, (0.8, 0.6)))
    return branches


def morphology_text() -> str:
    """The morphology as a hoc file: the soma around the origin, the apical dendrite towards +z."""
    soma = [(0.0, 0.0, float(z), float(d)) for z, d in zip((-10, -5, 0, 5, 10), (8, 15, 18, 15, 8), strict=True)]
    lines = ["/* A made-up pyramidal cell; written by ascent.network.example. */", *_section("soma", None, soma)]
    ends = {"soma": np.zeros(3)}
    for branch in _branches():
        points = _points(branch, ends[branch.parent])
        ends[branch.name] = np.array(points[-1][:3])
        lines += _section(branch.name, branch.parent, points)
    return "\n".join(lines) + "\n"


def _points(branch: _Branch, start: NDArray[np.float64]) -> list[tuple[float, float, float, float]]:
    polar, azimuth = math.radians(branch.polar), math.radians(branch.azimuth)
    along = np.array([math.sin(polar) * math.cos(azimuth), math.sin(polar) * math.sin(azimuth), math.cos(polar)])
    across = np.array([-math.sin(azimuth), math.cos(azimuth), 0.0])
    count = round(branch.length / _STEP) + 1
    first, last = branch.diameters
    points = []
    for position in range(count):
        part = position / (count - 1)
        place = start + branch.length * part * along + 2.0 * math.sin(2 * math.pi * part) * across
        x, y, z = (float(value) for value in place)
        points.append((x, y, z, first + (last - first) * part))
    return points


def _section(name: str, parent: str | None, points: list[tuple[float, float, float, float]]) -> list[str]:
    connect = [f"{{connect {name}(0), {parent}({0.5 if parent == 'soma' else 1.0})}}"] if parent else []
    rows = ["{pt3dadd(" + ", ".join(f"{value:.6f}" for value in point) + ")}" for point in points]
    return ["", f"{{create {name}}}", *connect, f"{{access {name}}}", "{nseg = 1}", "{pt3dclear()}", *rows]


#: Presynaptic cells and synapses of each type, and the sections (by the start of their names) where they end.
_TYPES = {
    "Pyramidal_local": (40, 120, ("dend", "apical_oblique")),
    "Thalamic_local": (20, 60, ("dend", "apical_0")),
    "Feedback_local": (20, 60, ("apical_tuft",)),
    "Basket_local": (12, 60, ("soma", "dend", "apical_0")),
}


def synapse_texts(morphology: Path) -> tuple[str, str]:
    """The ``.syn`` and the ``.con`` file: synapses spread over the length of their sections, each cell with some."""
    generator = np.random.Generator(np.random.PCG64(_SEED))
    sections = read_hoc(morphology).sections
    lengths = [float(np.sum(np.linalg.norm(np.diff(section.points, axis=0), axis=1))) for section in sections]
    placed = ["# Synapse distribution file", f"# corresponding to cell: {morphology.stem}",
              "# Type - section - section.x", ""]  # fmt: skip
    connected = ["# Anatomical connectivity realization file; only valid with synapse realization:", f"# {SYNAPSES}",
                 "# Type - cell ID - synapse ID", ""]  # fmt: skip
    for name, (cells, synapses, starts) in _TYPES.items():
        targets = [index for index, section in enumerate(sections) if section.name.startswith(starts)]
        weights = np.array([lengths[index] for index in targets])
        chosen = generator.choice(targets, size=synapses, p=weights / weights.sum())
        places = generator.random(synapses)
        owners = np.concatenate([generator.permutation(cells), generator.integers(cells, size=synapses - cells)])
        placed += [f"{name}\t{section}\t{x:.9f}" for section, x in zip(chosen, places, strict=True)]
        connected += [
            f"{name}\t{owner}\t{synapse}" for synapse, owner in sorted(enumerate(owners), key=lambda p: p[::-1])
        ]
    return "\n".join(placed) + "\n", "\n".join(connected) + "\n"


def write_small_example(folder: Path | str) -> None:
    """Write the morphology, synapses, connections and recording site to `folder`, as they are shipped."""
    target = Path(folder)
    write_text(target / MORPHOLOGY, morphology_text())
    synapses, connections = synapse_texts(target / MORPHOLOGY)
    write_text(target / SYNAPSES, synapses)
    write_text(target / CONNECTIONS, connections)
    tuft = next(section for section in read_hoc(target / MORPHOLOGY).sections if section.name == "apical_tuft_0")
    write_landmarks(target / LANDMARKS, [tuft.points[len(tuft.points) // 2]])
