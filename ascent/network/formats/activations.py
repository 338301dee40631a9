"""Which synapses released when, and which presynaptic cells spiked when: the two tables of every sweep."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ascent.errors import ConfigError
from ascent.network.formats.text import read_text

if TYPE_CHECKING:
    from ascent.network.activity.spikes import PresynapticSpikes
    from ascent.network.realization.model import Realization

SYNAPSES_HEADER = (
    "# synapse type\tsynapse ID\tsoma distance\tsection ID\tsection pt ID\tdendrite label\tactivation times\n"
)
CELLS_HEADER = "# presynaptic cell type\tcell ID\tspike times\n"
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TIMES = rf"((?:{_NUMBER},)*(?:{_NUMBER})?)"
_SYNAPSE = re.compile(
    rf"([^\t]+)\t(?:(-?\d{{1,9}})\t)?({_NUMBER})\t(\d{{1,9}})\t(\d{{1,9}})\t([^\t]+)\t{_TIMES}\s*", re.ASCII
)
_CELL = re.compile(rf"([^\t]+)\t(\d{{1,9}})\t{_TIMES}\s*", re.ASCII)


@dataclass(frozen=True, eq=False)
class SynapseActivation:
    """The table of active synapses of one sweep, in the order of the file.

    Attributes
    ----------
    types : tuple of str
        Type of each synapse.
    synapse_id : ndarray of int32, shape (n,)
        ID within the type; -1 where the file has none.
    soma_distance : ndarray of float, shape (n,)
        Path length to the soma, µm.
    section, point : ndarray of int32, shape (n,)
        Section ID and 3-D point on the section.
    labels : tuple of str
        Label of each synapse's section.
    offsets : ndarray of int64, shape (n + 1,)
        Where the times of each synapse begin.
    times : ndarray of float, shape (m,)
        Release times, ms, ascending within a synapse.
    lines : ndarray of int32, shape (n,)
        Lines of the file, from 1.
    source : str
        Name of the file.
    """

    types: tuple[str, ...]
    synapse_id: NDArray[np.int32]
    soma_distance: NDArray[np.float64]
    section: NDArray[np.int32]
    point: NDArray[np.int32]
    labels: tuple[str, ...]
    offsets: NDArray[np.int64]
    times: NDArray[np.float64]
    lines: NDArray[np.int32]
    source: str = ""

    def __len__(self) -> int:
        return len(self.types)


@dataclass(frozen=True, eq=False)
class CellActivation:
    """The table of presynaptic cells that spiked in one sweep, in the order of the file.

    Attributes
    ----------
    types : tuple of str
        Type of each cell.
    cell_id : ndarray of int32, shape (n,)
        Number within the type.
    offsets : ndarray of int64, shape (n + 1,)
        Where the times of each cell begin.
    times : ndarray of float, shape (m,)
        Spike times, ms.
    """

    types: tuple[str, ...]
    cell_id: NDArray[np.int32]
    offsets: NDArray[np.int64]
    times: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.types)


def read_synapse_activation(path: Path | str) -> SynapseActivation:
    """Read a table of active synapses, with or without the column of synapse IDs.

    Raises
    ------
    ConfigError
        When the file cannot be read or a row is wrong; names the line.
    """
    lines = _table(path, "a synapse activation file", "synapse")
    rows: list[tuple[str, int, float, int, int, str]] = []
    numbers: list[int] = []
    times: list[list[float]] = []
    for number, line in lines:
        match = _SYNAPSE.fullmatch(line)
        if match is None:
            expected = (
                "a row holds type, synapse ID, soma distance, section ID, point, label and times, with tabs between"
            )
            raise _wrong(path, number, line, expected)
        name, identifier, distance, section, point, label, listed = match.groups()
        rows.append(
            (name, -1 if identifier is None else int(identifier), float(distance), int(section), int(point), label)
        )
        numbers.append(number)
        times.append(_times(path, number, line, listed))
    types, ids, distances, sections, points, labels = zip(*rows, strict=True) if rows else ((),) * 6
    return SynapseActivation(
        types,
        np.array(ids, np.int32),
        np.array(distances, np.float64),
        np.array(sections, np.int32),
        np.array(points, np.int32),
        labels,
        _offsets([len(item) for item in times]),
        np.array([time for item in times for time in item], np.float64),
        np.array(numbers, np.int32),
        str(path),
    )


def read_cell_activation(path: Path | str) -> CellActivation:
    """Read a table of presynaptic cells.

    Raises
    ------
    ConfigError
        When the file cannot be read or a row is wrong; names the line.
    """
    types: list[str] = []
    ids: list[int] = []
    times: list[list[float]] = []
    for number, line in _table(path, "a table of presynaptic cells", "presynaptic"):
        match = _CELL.fullmatch(line)
        if match is None:
            raise _wrong(path, number, line, "a row holds type, cell ID and times, with tabs between")
        types.append(match[1])
        ids.append(int(match[2]))
        times.append(_times(path, number, line, match[3]))
    return CellActivation(
        tuple(types),
        np.array(ids, np.int32),
        _offsets([len(item) for item in times]),
        np.array([time for item in times for time in item], np.float64),
    )


def synapse_activation_text(realization: Realization, labels: tuple[str, ...]) -> str:
    """The table of active synapses as simrun writes it.

    Parameters
    ----------
    realization : Realization
    labels : tuple of str
        Label of each section of the cell.
    """
    names = realization.type_names
    times = list(map(repr, realization.release_times.tolist()))
    offsets = realization.release_offsets.tolist()
    columns = zip(
        realization.type_index.tolist(),
        realization.synapse_id.tolist(),
        realization.soma_distance.tolist(),
        realization.section.tolist(),
        realization.point.tolist(),
        offsets[:-1],
        offsets[1:],
        strict=True,
    )
    rows = [
        f"{names[kind]}\t{identifier}\t{distance!r}\t{section}\t{point}\t{labels[section]}\t{','.join(times[a:b])},\n"
        for kind, identifier, distance, section, point, a, b in columns
    ]
    return SYNAPSES_HEADER + "".join(rows)


def cell_activation_text(spikes: PresynapticSpikes) -> str:
    """The table of presynaptic cells as simrun writes it: types by name, cells that spiked."""
    times = list(map(repr, spikes.times.tolist()))
    offsets = spikes.offsets.tolist()
    first = spikes.first_cell.tolist()
    active = np.flatnonzero(spikes.counts)
    bounds = np.searchsorted(active, spikes.first_cell).tolist()
    cells = active.tolist()
    rows = [CELLS_HEADER]
    for kind in sorted(range(len(spikes.type_names)), key=lambda index: spikes.type_names[index]):
        name, begin = spikes.type_names[kind], first[kind]
        rows += [
            f"{name}\t{cell - begin}\t{','.join(times[offsets[cell] : offsets[cell + 1]])},\n"
            for cell in cells[bounds[kind] : bounds[kind + 1]]
        ]
    return "".join(rows)


def _table(path: Path | str, what: str, first_word: str) -> list[tuple[int, str]]:
    lines = read_text(path, what).split("\n")
    if not lines[0].startswith("#") or first_word not in lines[0]:
        raise ConfigError(f"{path}, line 1: the first line must be the header of {what}, which begins with #.")
    return [(number, line) for number, line in enumerate(lines[1:], start=2) if line and not line.isspace()]


def _times(path: Path | str, number: int, line: str, listed: str) -> list[float]:
    times = [float(item) for item in listed.split(",") if item]
    if not times:
        raise _wrong(path, number, line, "the row has no times")
    if any(later < earlier for earlier, later in zip(times, times[1:], strict=False)):
        times.sort()
    if not (times[-1] < 1e12 and times[0] > -1e12):
        raise _wrong(path, number, line, "a time is too large")
    return times


def _offsets(counts: list[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _wrong(path: Path | str, number: int, line: str, expected: str) -> ConfigError:
    shown = line.strip() if len(line.strip()) <= 60 else line.strip()[:57] + "…"
    return ConfigError(f"{path}, line {number}: {shown!r}: {expected}.")
