"""A network on a cell: everything about it that is the same in every sweep."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.config.explain import suggestion
from ascent.config.network.network import CellTypeParameters, NetworkParameters, check_network
from ascent.errors import ConfigError
from ascent.network.formats.synapses import ConnectionFile, Connections, SynapsePlaces, read_connections, read_synapses
from ascent.network.realization.layout import CellLayout
from ascent.network.realization.model import Receptor

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class PlacedSynapses:
    """The synapses of one type on the cell; the position in the arrays is the synapse ID.

    Attributes
    ----------
    section, point, segment : ndarray of int32, shape (n,)
        Section ID, nearest 3-D point, segment among all of the cell.
    x : ndarray of float, shape (n,)
        Where it acts, 0 to 1 along the section.
    soma_distance : ndarray of float, shape (n,)
        Path length to the soma, µm.
    """

    section: NDArray[np.int32]
    point: NDArray[np.int32]
    segment: NDArray[np.int32]
    x: NDArray[np.float64]
    soma_distance: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.section)


@dataclass(frozen=True, eq=False)
class Connectome:
    """Who makes which synapse: one row a connection, in the order of types and of the files.

    Attributes
    ----------
    type_index : ndarray of int32, shape (n,)
        Cell type.
    cell : ndarray of int64, shape (n,)
        Presynaptic cell, numbered through all types.
    synapse : ndarray of int32, shape (n,)
        Synapse ID within the type.
    row : ndarray of int64, shape (n,)
        Number of the connection within the type.
    """

    type_index: NDArray[np.int32]
    cell: NDArray[np.int64]
    synapse: NDArray[np.int32]
    row: NDArray[np.int64]


@dataclass(frozen=True)
class ReceptorUse:
    """A receptor as a cell type uses it.

    Attributes
    ----------
    receptor : int
        Position in ``Network.receptors``.
    weights : tuple of float
        Weights of the connection.
    lognormal : bool
        Whether they are means of lognormal distributions.
    """

    receptor: int
    weights: tuple[float, ...]
    lognormal: bool


class Network:
    """A network on a cell.

    Parameters
    ----------
    parameters : NetworkParameters
        What the parameter file says.
    layout : CellLayout
        The cell.
    full_network : bool
        Whether the IDs of cells and synapses in the connection files are those of a network of many cells: here they
        are numbered in the order in which they occur.

    Attributes
    ----------
    parameters : NetworkParameters
    layout : CellLayout
    types : tuple of CellTypeParameters
        Cell types, in the order of the file.
    receptors : tuple of Receptor
        Every kind of receptor, once.
    uses : tuple of tuple of ReceptorUse
        The receptors of each type.
    synapses : tuple of PlacedSynapses
        The synapses of each type.
    first_cell, first_synapse : ndarray of int64, shape (n_types + 1,)
        Where the cells and the synapses of each type begin, numbered through all types.
    connectome : Connectome
        From the connection files.

    Raises
    ------
    ConfigError
        When a file is wrong, or files do not belong together.
    """

    def __init__(self, parameters: NetworkParameters, layout: CellLayout, full_network: bool = False) -> None:
        self.parameters = parameters
        self.full_network = full_network
        self.layout = layout
        self.types: tuple[CellTypeParameters, ...] = tuple(parameters.types.values())
        self.type_names = tuple(item.name for item in self.types)
        self.first_cell = np.concatenate([[0], np.cumsum([item.n_cells for item in self.types])]).astype(np.int64)
        self.receptors, self.uses = _receptors(self.types)
        self._files = _Files()
        self.synapses = tuple(self._placed(item) for item in self.types)
        self.first_synapse = np.concatenate([[0], np.cumsum([len(item) for item in self.synapses])]).astype(np.int64)
        self._connectome: Connectome | None = None
        self._ids: dict[int, NDArray[np.int32]] = {}

    @classmethod
    def of(cls, parameters: NetworkParameters | Mapping[str, Any] | Path | str, layout: CellLayout) -> Network:
        """A network from a parameter file, its content, or checked parameters."""
        if not isinstance(parameters, NetworkParameters):
            from ascent.network.formats.param import build_parameters

            parameters = check_network(build_parameters(parameters))
        return cls(parameters, layout)

    @property
    def connectome(self) -> Connectome:
        """The connections of the connection files, read when first asked for."""
        if self._connectome is None:
            self._connectome = self._read_connectome()
        return self._connectome

    def synapse_ids(self, type_index: int) -> NDArray[np.int32]:
        """IDs that the synapses of a type have outside: in a full network those of its connection file."""
        if self.full_network:
            _ = self.connectome
            return self._ids.get(type_index, np.empty(0, np.int32))
        return np.arange(len(self.synapses[type_index]), dtype=np.int32)

    @cached_property
    def all_synapses(self) -> PlacedSynapses:
        """The synapses of all types, one type after the other."""
        names = ("section", "point", "segment", "x", "soma_distance")
        return PlacedSynapses(*(np.concatenate([getattr(item, name) for item in self.synapses]) for name in names))

    def input_files(self) -> list[Path]:
        """Files that the network is made of."""
        names = [name for item in self.types for name in (item.synapses.distributionFile, item.synapses.connectionFile)]
        return [Path(name) for name in dict.fromkeys(names) if name is not None]

    def _error(self, item: CellTypeParameters, key: str, sentence: str) -> ConfigError:
        return ConfigError(f"{self.parameters.source}: network.{item.name}.{key}: {sentence}.")

    def _placed(self, item: CellTypeParameters) -> PlacedSynapses:
        path = item.synapses.distributionFile
        places = self._files.synapses(path).get(item.name)
        if places is None:
            hint = suggestion(item.name, list(self._files.synapses(path)))
            _log.warning("%s has no synapses of %s. %s", path, item.name, hint)
            places = SynapsePlaces(np.empty(0, np.int32), np.empty(0), np.empty(0, np.int32))
        if places.pruned is not None and places.pruned.any():
            _log.warning("%s: the column that marks pruned synapses is not used.", path)
        return place_synapses(places, self.layout, path)

    def _read_connectome(self) -> Connectome:
        columns: list[tuple[NDArray[Any], ...]] = []
        for index, item in enumerate(self.types):
            path = item.synapses.connectionFile
            if path is None:
                raise self._error(item, "synapses.connectionFile", "is missing; it is required")
            file = self._files.connections(path)
            _note_other_synapses(path, file, item.synapses.distributionFile)
            found = file.types.get(item.name)
            if found is None:
                hint = suggestion(item.name, list(file.types))
                _log.warning("%s has no connections of %s: its cells act on nothing. %s", path, item.name, hint)
                continue
            if self.full_network:
                self._ids[index] = found.synapse
                found = in_order_of_occurrence(found, path)
            for key, values, count, what in (
                ("cellNr", found.cell, item.n_cells, "cell"),
                ("synapses.distributionFile", found.synapse, len(self.synapses[index]), "synapse"),
            ):
                beyond = np.flatnonzero(values >= count)
                if len(beyond):
                    line, value = int(found.line[beyond[0]]), int(values[beyond[0]])
                    raise self._error(
                        item, key, f"there are {count}, but {path}, line {line} connects {what} {value} (from 0)"
                    )
            number = len(found.cell)
            columns.append(
                (np.full(number, index), found.cell + self.first_cell[index], found.synapse, np.arange(number))
            )
        empty = tuple(np.empty(0, np.int64) for _ in range(4))
        parts = [np.concatenate(column) for column in zip(empty, *columns, strict=True)]
        return Connectome(
            parts[0].astype(np.int32), parts[1].astype(np.int64), parts[2].astype(np.int32), parts[3].astype(np.int64)
        )


def in_order_of_occurrence(found: Connections, path: Path | str) -> Connections:
    """Connections of a network of many cells, with cells and synapses numbered as they occur.

    Raises
    ------
    ConfigError
        When the rows of a cell do not follow each other; names the line.
    """
    begins = np.flatnonzero(np.diff(found.cell, prepend=-1))
    cells, first = np.unique(found.cell[begins], return_index=True)
    if len(cells) < len(begins):
        again = np.setdiff1d(np.arange(len(begins)), first)[0]
        row = begins[again]
        raise ConfigError(
            f"{path}, line {found.line[row]}: cell {found.cell[row]} has rows further up; with full_network those of a "
            f"cell must follow each other."
        )
    numbers = np.arange(len(found.cell), dtype=np.int32)
    return Connections((np.searchsorted(begins, numbers, side="right") - 1).astype(np.int32), numbers, found.line)


def place_synapses(places: SynapsePlaces, layout: CellLayout, path: Path | str) -> PlacedSynapses:
    """Place synapses on a cell.

    Parameters
    ----------
    places : SynapsePlaces
        Sections and positions.
    layout : CellLayout
        The cell.
    path : path
        File that they came from, for messages.

    Raises
    ------
    ConfigError
        When the cell has no such section; names the line.
    """
    beyond = np.flatnonzero(places.section >= len(layout.labels))
    if len(beyond):
        first = beyond[0]
        raise ConfigError(
            f"{path}, line {places.line[first]}: there is no section {places.section[first]} in {layout.name}; its "
            f"sections are 0 to {len(layout.labels) - 1}."
        )
    count = len(places.section)
    point, segment = np.zeros(count, np.int32), np.zeros(count, np.int32)
    x, distance = np.zeros(count), np.zeros(count)
    for section in np.unique(places.section).tolist():
        here = np.flatnonzero(places.section == section)
        point[here] = layout.nearest_points(section, places.x[here])
        x[here] = layout.electrical_positions(section, point[here])
        segment[here] = layout.segments(section, x[here])
        distance[here] = layout.soma_distances(section, places.x[here])
    return PlacedSynapses(places.section, point, segment, x, distance)


def _receptors(
    types: tuple[CellTypeParameters, ...],
) -> tuple[tuple[Receptor, ...], tuple[tuple[ReceptorUse, ...], ...]]:
    known: dict[Receptor, int] = {}
    uses = []
    for item in types:
        mine = []
        for mechanism, config in item.synapses.receptors.items():
            receptor = Receptor(
                mechanism,
                tuple(sorted((name, float(value)) for name, value in config.parameter.items())),
                float(config.threshold),
                float(config.delay),
                item.synapses.releaseProb == "dynamic",
            )
            place = known.setdefault(receptor, len(known))
            mine.append(ReceptorUse(place, config.weights, config.weightDistribution == "lognormal"))
        uses.append(tuple(mine))
    return tuple(known), tuple(uses)


def _note_other_synapses(path: str, file: ConnectionFile, distribution: str) -> None:
    # Files are renamed often, so that this is no reason for a warning.
    name = Path(distribution).name
    if file.synapse_file != name:
        _log.debug("%s was made for %s; its synapse IDs are taken to be those of %s.", path, file.synapse_file, name)


class _Files:
    """Each file once, however many types name it."""

    def __init__(self) -> None:
        self._synapses: dict[str, dict[str, SynapsePlaces]] = {}
        self._connections: dict[str, ConnectionFile] = {}

    def synapses(self, path: str) -> dict[str, SynapsePlaces]:
        if path not in self._synapses:
            self._synapses[path] = read_synapses(path)
        return self._synapses[path]

    def connections(self, path: str) -> ConnectionFile:
        if path not in self._connections:
            self._connections[path] = read_connections(path)
        return self._connections[path]
