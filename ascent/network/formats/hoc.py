"""Morphologies in hoc files (``.hoc``), read as text; nothing in them is executed.

A line holds one command; braces around it do not matter. Read are ``create NAME``, ``connect CHILD(0), PARENT(x)`` and
``pt3dadd(x, y, z, diameter)`` (µm). The name of a section says what it is: it holds ``soma``, ``dend`` or
``BasalDendrite``, ``apical``, or ``axon``. The order of the ``create`` lines is what section IDs count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ascent.errors import MorphologyError
from ascent.network.formats.morphology import Morphology, MorphologySection, checked_morphology, number
from ascent.network.formats.text import read_text

_LABELS = (("soma", "Soma"), ("dend", "Dendrite"), ("BasalDendrite", "Dendrite"), ("apical", "ApicalDendrite"),
           ("axon", "Axon"))  # fmt: skip
#: Commands that say nothing about the shape.
_IGNORED = frozenset({
    "access", "nseg", "pt3dclear", "pt3dstyle", "define_shape", "load_file", "xopen", "strdef", "objref", "objectvar",
    "print", "printf",
})  # fmt: skip
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CONNECT = re.compile(
    r"connect\s+(?P<child>[\w\[\].]+)\s*\((?P<end>[^()]*)\)\s*,\s*(?P<parent>[\w\[\].]+)\s*\((?P<x>[^()]*)\)"
)
_POINT = re.compile(r"pt3dadd\s*\(([^()]*)\)")
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass
class _Draft:
    """A section while its lines are read."""

    name: str
    label: str
    line: int
    parent: str | None = None
    parent_x: float = 0.0
    parent_line: int = 0
    rows: list[tuple[float, float, float, float]] = field(default_factory=list)


def read_hoc(path: Path | str) -> Morphology:
    """Read a morphology from a hoc file.

    Parameters
    ----------
    path : path
        The file; its name ends in ``.hoc`` or ``.HOC``.

    Returns
    -------
    Morphology

    Raises
    ------
    MorphologyError
        When a line is not understood or the sections are not one tree with one soma; names the line.
    ConfigError
        When the file cannot be read.
    """
    if Path(path).suffix not in (".hoc", ".HOC"):
        raise MorphologyError(f"{path} must be a morphology with the suffix .hoc or .swc.")
    text = _COMMENT.sub(lambda comment: "\n" * comment.group().count("\n"), read_text(path, "a morphology (.hoc)"))
    drafts: dict[str, _Draft] = {}
    current: _Draft | None = None
    for line, words in enumerate(text.split("\n"), start=1):
        command = words.split("//", 1)[0].strip("{}; \t")
        place = f"{path}, line {line}"
        if not command or "Spine" in command:
            continue
        word = _WORD.match(command)
        verb = word.group() if word else ""
        if verb == "create":
            current = _created(command, place, line, drafts)
        elif verb == "connect":
            _connect(command, place, line, drafts)
        elif verb == "pt3dadd":
            if current is None:
                raise MorphologyError(f"{place}: a point stands before the first section; begin with create.")
            current.rows.append(_point(command, place))
        elif verb not in _IGNORED:
            raise MorphologyError(
                f'{place}: "{command[:40]}" is no command of a morphology; known are create, connect, pt3dadd, '
                f"pt3dclear, access and nseg."
            )
    return checked_morphology(path, _sections(path, drafts))


def _created(command: str, place: str, line: int, drafts: dict[str, _Draft]) -> _Draft:
    words = command.split()
    if len(words) != 2 or not re.fullmatch(r"\w+", words[1]):
        raise MorphologyError(f'{place}: "{command[:40]}" must create one section, such as: create dend_1.')
    name = words[1]
    labels = list(dict.fromkeys(label for part, label in _LABELS if part in name))
    if len(labels) != 1:
        found = f"more than one of them ({', '.join(labels)})" if labels else "none of them"
        raise MorphologyError(
            f"{place}: the name of a section must hold soma, dend, BasalDendrite, apical or axon to say what it is; "
            f"{name} holds {found}."
        )
    if name in drafts:
        raise MorphologyError(f"{place}: section {name} was created in line {drafts[name].line} already.")
    drafts[name] = _Draft(name, labels[0], line)
    return drafts[name]


def _connect(command: str, place: str, line: int, drafts: dict[str, _Draft]) -> None:
    match = _CONNECT.fullmatch(command)
    if match is None:
        raise MorphologyError(f'{place}: "{command[:60]}" must have the form: connect dend_1(0), soma(0.5).')
    if match["child"] not in drafts:
        raise MorphologyError(f"{place}: section {match['child']} has not been created before it is connected.")
    draft = drafts[match["child"]]
    if draft.parent is not None:
        raise MorphologyError(f"{place}: section {draft.name} was connected in line {draft.parent_line} already.")
    if number(match["end"], place, "the connected end") != 0:
        raise MorphologyError(
            f"{place}: {draft.name}({match['end']}) must be {draft.name}(0), the start of its points."
        )
    draft.parent, draft.parent_line = match["parent"], line
    draft.parent_x = number(match["x"], place, "the place on the parent")
    if not 0 <= draft.parent_x <= 1:
        raise MorphologyError(f"{place}: {match['parent']}({match['x']}) must lie between 0 and 1.")


def _point(command: str, place: str) -> tuple[float, float, float, float]:
    match = _POINT.fullmatch(command)
    parts = match[1].split(",") if match else []
    if len(parts) != 4:
        raise MorphologyError(f'{place}: "{command[:60]}" must have the form: pt3dadd(x, y, z, diameter).')
    x, y, z, diameter = (
        number(part, place, what) for part, what in zip(parts, ("x", "y", "z", "the diameter"), strict=True)
    )
    if diameter <= 0:
        raise MorphologyError(f"{place}: the diameter is {diameter:g} µm; it must be greater than 0.")
    return x, y, z, diameter


def _sections(path: Path | str, drafts: dict[str, _Draft]) -> list[MorphologySection]:
    positions = {name: position for position, name in enumerate(drafts)}
    sections = []
    for draft in drafts.values():
        if draft.parent is not None and draft.parent not in positions:
            raise MorphologyError(
                f"{path}, line {draft.parent_line}: section {draft.name} is attached to {draft.parent}, which the "
                f"file does not create."
            )
        rows = np.array(draft.rows, dtype=float).reshape(-1, 4)
        parent = None if draft.parent is None else positions[draft.parent]
        sections.append(
            MorphologySection(draft.name, draft.label, rows[:, :3], rows[:, 3], parent, draft.parent_x, draft.line)
        )
    return sections
