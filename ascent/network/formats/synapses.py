"""Where synapses lie and who makes them: ``.syn``, ``.con``, numbers of connected cells, presynaptic somata."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ascent.errors import ConfigError
from ascent.files import write_text
from ascent.network.formats.text import read_text

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_SYNAPSE = re.compile(rf"\s*(\S+)\s+(\d{{1,9}})\s+({_NUMBER})(?:\s+([01]))?\s*", re.ASCII)
_CONNECTION = re.compile(r"\s*(\S+)\s+(\d{1,9})\s+(\d{1,9})\s*", re.ASCII)
_COUNT = re.compile(r"\s*(\S+)\s+(\S+)\s+(\d{1,9})\s*", re.ASCII)
_SOMA = re.compile(rf"\s*(\S+)\s+(\d{{1,9}})\s+({_NUMBER})\s+({_NUMBER})\s+({_NUMBER})\s*", re.ASCII)


@dataclass(frozen=True, eq=False)
class SynapsePlaces:
    """The synapses of one type; the position in the arrays is the synapse ID.

    Attributes
    ----------
    section : ndarray of int, shape (n,)
        Section ID.
    x : ndarray of float, shape (n,)
        Position along the section, 0 to 1.
    line : ndarray of int, shape (n,)
        Line of the file, from 1.
    pruned : ndarray of bool, shape (n,), or None
        The fourth column, where the file has one.
    """

    section: NDArray[np.int32]
    x: NDArray[np.float64]
    line: NDArray[np.int32]
    pruned: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class Connections:
    """Which presynaptic cell makes which synapse, for one type, in the order of the file.

    Attributes
    ----------
    cell, synapse : ndarray of int, shape (n,)
        Presynaptic cell and synapse ID.
    line : ndarray of int, shape (n,)
        Line of the file, from 1.
    """

    cell: NDArray[np.int32]
    synapse: NDArray[np.int32]
    line: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class ConnectionFile:
    """A ``.con`` file: the name of the ``.syn`` file that it belongs to, and the connections by type."""

    synapse_file: str
    types: dict[str, Connections]


def read_synapses(path: Path | str) -> dict[str, SynapsePlaces]:
    """Read a ``.syn`` file: rows of type, section ID and position along the section.

    Raises
    ------
    ConfigError
        When the file cannot be read or a row is wrong; names the line.
    """
    text = read_text(path, "a synapse distribution (.syn)")
    found: dict[str, tuple[list[int], list[float], list[int], list[bool | None]]] = {}
    match = _SYNAPSE.fullmatch
    for number, line in enumerate(text.split("\n"), start=1):
        row = match(line)
        if row is None:
            if _is_nothing(line):
                continue
            raise _wrong(path, number, line, "a row holds a type, a section ID and a position from 0 to 1")
        name, section, x, pruned = row.groups()
        position = float(x)
        if not 0.0 <= position <= 1.0:
            raise _wrong(path, number, line, f"the position along the section is {x}; it must lie between 0 and 1")
        sections, positions, lines, marks = found.setdefault(name, ([], [], [], []))
        sections.append(int(section))
        positions.append(position)
        lines.append(number)
        marks.append(None if pruned is None else pruned == "1")
    return {
        name: SynapsePlaces(
            np.array(sections, np.int32),
            np.array(positions, np.float64),
            np.array(lines, np.int32),
            np.array([bool(mark) for mark in marks]) if any(mark is not None for mark in marks) else None,
        )
        for name, (sections, positions, lines, marks) in found.items()
    }


def write_synapses(
    path: Path | str, synapses: Mapping[str, tuple[Sequence[int], Sequence[float]]], cell_name: str
) -> None:
    """Write a ``.syn`` file.

    Parameters
    ----------
    path : path
        The file.
    synapses : mapping
        Section IDs and positions (0 to 1) by type.
    cell_name : str
        The cell that they belong to.
    """
    rows = ["# Synapse distribution file", f"# corresponding to cell: {cell_name}", "# Type - section - section.x", ""]
    for name, (sections, positions) in synapses.items():
        rows += [f"{name}\t{int(s)}\t{float(x)!r}" for s, x in zip(sections, positions, strict=True)]
    write_text(path, "\n".join(rows) + "\n")


def read_connections(path: Path | str) -> ConnectionFile:
    """Read a ``.con`` file: rows of type, presynaptic cell ID and synapse ID.

    Raises
    ------
    ConfigError
        When the file cannot be read, does not name its ``.syn`` file, or a row is wrong; names the line.
    """
    text = read_text(path, "a connection file (.con)")
    found: dict[str, tuple[list[int], list[int], list[int]]] = {}
    synapse_file: str | None = None
    filled = 0
    match = _CONNECTION.fullmatch
    for number, line in enumerate(text.split("\n"), start=1):
        if line and not line.isspace():
            filled += 1
            if filled == 2:
                if not line.lstrip().startswith("#") or line.strip() == "#":
                    raise _wrong(path, number, line, "the second line must name the synapse file: # NAME.syn")
                synapse_file = line.split()[-1]
                continue
        row = match(line)
        if row is None:
            if _is_nothing(line):
                continue
            raise _wrong(path, number, line, "a row holds a type, a cell ID and a synapse ID")
        cells, synapses, lines = found.setdefault(row[1], ([], [], []))
        cells.append(int(row[2]))
        synapses.append(int(row[3]))
        lines.append(number)
    if synapse_file is None:
        raise ConfigError(f"{path}, line 2: the second line must name the synapse file: # NAME.syn.")
    types = {
        name: Connections(np.array(cells, np.int32), np.array(synapses, np.int32), np.array(lines, np.int32))
        for name, (cells, synapses, lines) in found.items()
    }
    return ConnectionFile(synapse_file, types)


def write_connections(
    path: Path | str, connections: Mapping[str, tuple[Sequence[int], Sequence[int]]], synapse_file: str
) -> None:
    """Write a ``.con`` file.

    Parameters
    ----------
    path : path
        The file.
    connections : mapping
        Presynaptic cell IDs and synapse IDs by type.
    synapse_file : str
        Name of the ``.syn`` file that the synapse IDs belong to.
    """
    rows = [
        "# Anatomical connectivity realization file; only valid with synapse realization:",
        f"# {synapse_file}",
        "# Type - cell ID - synapse ID",
        "",
    ]
    for name, (cells, synapses) in connections.items():
        rows += [f"{name}\t{int(cell)}\t{int(synapse)}" for cell, synapse in zip(cells, synapses, strict=True)]
    write_text(path, "\n".join(rows) + "\n")


def read_connected_cells(path: Path | str) -> dict[tuple[str, str], int]:
    """Read ``NumberOfConnectedCells.csv``: the number of connected cells by column and cell type.

    Raises
    ------
    ConfigError
        When the file cannot be read, a row is wrong or stands twice; names the line.
    """
    counts: dict[tuple[str, str], int] = {}
    for number, line in _rows(read_text(path, "a table of connected cells"), header=1):
        row = _COUNT.fullmatch(line)
        if row is None:
            raise _wrong(path, number, line, "a row holds a column, a cell type and a number of cells")
        key = (row[1], row[2])
        if key in counts:
            raise _wrong(path, number, line, f"{row[2]} in {row[1]} stands twice")
        counts[key] = int(row[3])
    return counts


def read_soma_locations(path: Path | str) -> dict[str, dict[int, tuple[float, float, float]]]:
    """Read the somata of presynaptic cells: (x, y, z) in µm by type and cell ID.

    Raises
    ------
    ConfigError
        When the file cannot be read, a row is wrong or stands twice; names the line.
    """
    found: dict[str, dict[int, tuple[float, float, float]]] = {}
    for number, line in _rows(read_text(path, "a table of soma locations")):
        row = _SOMA.fullmatch(line)
        if row is None:
            raise _wrong(path, number, line, "a row holds a type, a cell ID, x, y and z")
        cells = found.setdefault(row[1], {})
        if int(row[2]) in cells:
            raise _wrong(path, number, line, f"cell {row[2]} of {row[1]} stands twice")
        cells[int(row[2])] = (float(row[3]), float(row[4]), float(row[5]))
    return found


def _rows(text: str, header: int = 0) -> Iterable[tuple[int, str]]:
    """Number and text of each line that holds something, after `header` lines."""
    for number, line in enumerate(text.split("\n"), start=1):
        if number > header and not _is_nothing(line):
            yield number, line


def _is_nothing(line: str) -> bool:
    return not line or line.isspace() or line.lstrip().startswith("#")


def _wrong(path: Path | str, number: int, line: str, expected: str) -> ConfigError:
    shown = line.strip() if len(line.strip()) <= 60 else line.strip()[:57] + "…"
    return ConfigError(f"{path}, line {number}: {shown!r}: {expected}.")
