"""Morphologies in SWC files (``.swc``): a sample a line, ``index type x y z radius parent`` (µm).

Types are 1 soma, 2 axon, 3 basal dendrite, 4 apical dendrite. Fork and end points (5, 6) and other types count as what
they are attached to. Unbranched runs of one type become sections; the order of their first samples is what section
IDs count. A soma of one sample, or of the three that NeuroMorpho writes, becomes a cylinder as long as it is wide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ascent.errors import MorphologyError
from ascent.network.formats.morphology import Morphology, MorphologySection, checked_morphology, number
from ascent.network.formats.text import read_text

_LABELS = {1: "Soma", 2: "Axon", 3: "Dendrite", 4: "ApicalDendrite"}
_NAMES = {"Soma": "soma", "Axon": "axon", "Dendrite": "dend", "ApicalDendrite": "apical"}


@dataclass
class _Sample:
    """One line of the file."""

    index: int
    label: str
    point: tuple[float, float, float]
    diameter: float
    parent: int
    line: int


def read_swc(path: Path | str) -> Morphology:
    """Read a morphology from an SWC file.

    Returns
    -------
    Morphology

    Raises
    ------
    MorphologyError
        When a line is wrong, a parent is missing or comes later, or there is no soma; names the line.
    ConfigError
        When the file cannot be read.
    """
    samples = _samples(path)
    soma = [sample for sample in samples.values() if sample.label == "Soma"]
    if not soma:
        raise MorphologyError(f"{path} has no soma; at least one sample must be of type 1.")
    children: dict[int, list[_Sample]] = {index: [] for index in samples}
    for sample in samples.values():
        if sample.parent != -1:
            children[sample.parent].append(sample)
    sections = [_soma(path, soma, children)]
    holder = {sample.index: 0 for sample in soma}
    for sample in samples.values():
        if sample.index in holder:
            continue
        if sample.parent == -1:
            raise MorphologyError(
                f"{path}, line {sample.line}: sample {sample.index} has no parent and is not the soma; the file must "
                f"hold one tree with the soma as its root."
            )
        run = _run(sample, children)
        for member in run:
            holder[member.index] = len(sections)
        sections.append(_section(run, samples, holder, len(sections)))
    return checked_morphology(path, sections)


def _samples(path: Path | str) -> dict[int, _Sample]:
    samples: dict[int, _Sample] = {}
    for line, row in enumerate(read_text(path, "a morphology (.swc)").split("\n"), start=1):
        words = row.split("#", 1)[0].split()
        if not words:
            continue
        place = f"{path}, line {line}"
        if len(words) != 7:
            raise MorphologyError(
                f"{place}: a sample has 7 columns (index type x y z radius parent), not {len(words)}."
            )
        index, kind, parent = (_whole(words[column], place) for column in (0, 1, 6))
        x, y, z, radius = (number(words[column], place, "xyz"[column - 2] if column < 5 else "the radius")
                           for column in range(2, 6))  # fmt: skip
        if radius <= 0:
            raise MorphologyError(f"{place}: the radius is {radius:g} µm; it must be greater than 0.")
        if index in samples:
            raise MorphologyError(f"{place}: sample {index} stands in line {samples[index].line} already.")
        if parent != -1 and parent not in samples:
            raise MorphologyError(f"{place}: the parent {parent} of sample {index} does not stand above it.")
        label = _LABELS.get(kind) or (samples[parent].label if parent != -1 else "")
        if kind not in _LABELS and label in ("", "Soma"):
            raise MorphologyError(
                f"{place}: type {kind} is none of 1 (soma), 2 (axon), 3 (dendrite), 4 (apical dendrite), and what it "
                f"is attached to does not say what it is."
            )
        if label == "Soma" and parent != -1 and samples[parent].label != "Soma":
            raise MorphologyError(f"{place}: sample {index} is soma and is attached to {samples[parent].label}.")
        samples[index] = _Sample(index, label, (x, y, z), 2 * radius, parent, line)
    if not samples:
        raise MorphologyError(f"{path} holds no sample; a morphology (.swc) is needed.")
    return samples


def _whole(text: str, place: str) -> int:
    try:
        value = float(text)
        if value.is_integer() and abs(value) < 1e9:
            return int(value)
    except ValueError:
        pass
    raise MorphologyError(f'{place}: "{text[:40]}" is not a whole number; index, type and parent are.')


def _soma(path: Path | str, soma: list[_Sample], children: Mapping[int, list[_Sample]]) -> MorphologySection:
    root = soma[0]
    second = next((sample for sample in soma[1:] if sample.parent == -1), None)
    if second is not None:
        raise MorphologyError(f"{path}, line {second.line}: a second soma begins here (the first in line {root.line}).")
    below = [[child for child in children[sample.index] if child.label == "Soma"] for sample in soma]
    if len(soma) == 1 or (len(soma) == 3 and len(below[0]) == 2):
        centre, radius = np.array(root.point), root.diameter / 2
        points = centre + np.outer([-radius, 0.0, radius], [0.0, 1.0, 0.0])
        return MorphologySection("soma", "Soma", points, np.full(3, root.diameter), None, 0.5, root.line)
    fork = next((sample for sample, after in zip(soma, below, strict=True) if len(after) > 1), None)
    if fork is not None:
        raise MorphologyError(
            f"{path}, line {fork.line}: the soma forks at sample {fork.index}; it must be one sample, NeuroMorpho's "
            f"three, or a chain of samples."
        )
    points = np.array([sample.point for sample in soma])
    return MorphologySection("soma", "Soma", points, np.array([s.diameter for s in soma]), None, 0.5, root.line)


def _run(first: _Sample, children: Mapping[int, list[_Sample]]) -> list[_Sample]:
    """The samples from `first` to the next fork, end or change of type."""
    run = [first]
    while len(children[run[-1].index]) == 1 and children[run[-1].index][0].label == first.label:
        run.append(children[run[-1].index][0])
    return run


def _section(
    run: list[_Sample], samples: Mapping[int, _Sample], holder: Mapping[int, int], position: int
) -> MorphologySection:
    before = samples[run[0].parent]
    points = [sample.point for sample in run]
    diameters = [sample.diameter for sample in run]
    # What leaves the soma begins at its own first sample; what forks off begins where its parent ends.
    if before.label != "Soma" or len(run) == 1:
        points.insert(0, before.point)
        diameters.insert(0, before.diameter if before.label == run[0].label else run[0].diameter)
    coordinates: NDArray[np.float64] = np.array(points)
    name = f"{_NAMES[run[0].label]}_{position}"
    return MorphologySection(
        name, run[0].label, coordinates, np.array(diameters), holder[before.index], 1.0, run[0].line
    )
