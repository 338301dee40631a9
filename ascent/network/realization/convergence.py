"""Connections that are drawn: who is connected by its type's ``convergence``, who makes which synapse by chance.

Of the cells of a pointcell type each is connected with the probability `convergence`, at least one is. Every connected
cell makes at least one synapse where there are enough, the others are spread at random. In a spiketrain type every
synapse has a cell of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ascent.config.network.network import CellTypeParameters
from ascent.config.network.presynaptic import SpiketrainConfig
from ascent.errors import ConfigError
from ascent.network.activity.philox import Purpose, SweepStreams
from ascent.network.formats.synapses import write_connections
from ascent.network.realization.network import Connectome, Network


class _Draws(Protocol):
    """What both generators of numpy offer, under one name."""

    def uniforms(self, count: int) -> NDArray[np.float64]: ...

    def integers(self, below: int, count: int) -> NDArray[np.int64]: ...

    def permutation(self, count: int) -> NDArray[np.int64]: ...


class _Legacy:
    def __init__(self, stream: np.random.RandomState) -> None:
        self._stream = stream
        self.permutation = stream.permutation

    def uniforms(self, count: int) -> NDArray[np.float64]:
        return self._stream.uniform(size=count)

    def integers(self, below: int, count: int) -> NDArray[np.int64]:
        return self._stream.randint(below, size=count)


class _Generator:
    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self.permutation = generator.permutation

    def uniforms(self, count: int) -> NDArray[np.float64]:
        return self._generator.random(count)

    def integers(self, below: int, count: int) -> NDArray[np.int64]:
        return self._generator.integers(below, size=count)


def random_connectome(network: Network, streams: SweepStreams) -> Connectome:
    """Draw the connections of a sweep from a stream of each type's own.

    Raises
    ------
    ConfigError
        When a type cannot be connected so.
    """
    parts = [
        _connections(network, index, _Generator(streams.generator(Purpose.CONVERGENCE, network.type_names[index])))
        for index in _in_order(network)
    ]
    return _joined(parts)


def legacy_connectome(
    network: Network, stream: np.random.RandomState, drawn: Callable[[Connectome, int], None]
) -> Connectome:
    """Draw the connections of a sweep as simrun does: type by type, and `drawn` draws the releases of each between.

    Raises
    ------
    ConfigError
        When a type cannot be connected so.
    """
    parts: list[Connectome] = []
    for index in _in_order(network):
        part = _connections(network, index, _Legacy(stream))
        drawn(part, sum(len(earlier.row) for earlier in parts))
        parts.append(part)
    return _joined(parts)


def create_functional_realization(
    network: Network, folder: Path | str | None = None, *, seed: int = 0, name: str | None = None
) -> Path:
    """Draw connections once and write them, with network parameters that use them.

    Parameters
    ----------
    network : Network
        Its pointcell types need ``convergence``.
    folder : path, optional
        Where the files go; default the folder of the first synapse file.
    seed : int
        Seed of the draw.
    name : str, optional
        Stem of the files; default ``<synapse file>_functional_map_<stamp>_<pid>``.

    Returns
    -------
    Path
        The new network parameter file; one ``.con`` file for each synapse file lies beside it.

    Raises
    ------
    ConfigError
        When a type cannot be connected so.
    """
    from ascent.network.formats.parameter_set import ParameterSet

    connectome = random_connectome(network, SweepStreams.of(seed, 0))
    stamp = f"functional_map_{datetime.now():%Y%m%d-%H%M}_{os.getpid()}"
    raw = ParameterSet(network.parameters.raw)
    by_file: dict[str, dict[str, tuple[Any, Any]]] = {}
    for index, item in enumerate(network.types):
        mine = connectome.type_index == index
        cells = connectome.cell[mine] - network.first_cell[index]
        by_file.setdefault(item.synapses.distributionFile, {})[item.name] = (cells, connectome.synapse[mine])
    target = Path(folder) if folder is not None else Path(next(iter(by_file))).parent
    for place, (synapse_file, connections) in enumerate(by_file.items()):
        stem = f"{name or f'{Path(synapse_file).stem}_{stamp}'}" + (f"_{place}" if place and name else "")
        path = target / f"{stem}.con"
        write_connections(path, connections, Path(synapse_file).name)
        for type_name in connections:
            raw["network"][type_name]["synapses"]["connectionFile"] = str(path)
    stem = name or f"{Path(next(iter(by_file))).stem}_{stamp}"
    raw.save(target / f"{stem}.param")
    return target / f"{stem}.param"


def _in_order(network: Network) -> list[int]:
    """Pointcell types first, then spiketrain types, each in the order of the file."""
    trains = [_is_train(item) for item in network.types]
    for index, item in enumerate(network.types):
        _check(network, index, item)
    return [i for i, train in enumerate(trains) if not train] + [i for i, train in enumerate(trains) if train]


def _is_train(item: CellTypeParameters) -> bool:
    return isinstance(item.generators[0], SpiketrainConfig)


def _check(network: Network, index: int, item: CellTypeParameters) -> None:
    place = f"{network.parameters.source}: network.{item.name}"
    synapses = len(network.synapses[index])
    if item.mixed:
        raise ConfigError(
            f'{place}.celltype: connections are drawn for types that are "pointcell" or "spiketrain"; this one is an '
            f"object and needs a connection file."
        )
    if _is_train(item):
        if item.n_cells < synapses:
            raise ConfigError(
                f"{place}.cellNr is {item.n_cells}: each of the {synapses} synapses of a spiketrain type needs a cell."
            )
    elif item.convergence is None:
        raise ConfigError(f"{place}.convergence is missing; it is required for connections that are drawn.")
    elif synapses and not (item.convergence > 0 and item.n_cells > 0):
        raise ConfigError(
            f"{place}.convergence is {item.convergence:g} of {item.n_cells} cells: its {synapses} synapses need at "
            f"least one cell."
        )


def _connections(network: Network, index: int, draws: _Draws) -> Connectome:
    item, count = network.types[index], len(network.synapses[index])
    if _is_train(item):
        cells = np.arange(count)
    elif item.n_cells == 0 or not item.convergence:
        cells = np.empty(0, dtype=np.int64)
    else:
        connected = np.empty(0, dtype=np.int64)
        while not len(connected):
            connected = np.flatnonzero(draws.uniforms(item.n_cells) < item.convergence)
        if count < len(connected):
            chosen = draws.integers(len(connected), count)
        else:
            more = draws.integers
            chosen = draws.permutation(len(connected))
            chosen = np.concatenate([chosen, more(len(connected), count - len(connected))])
        cells = connected[chosen]
    return Connectome(
        np.full(len(cells), index, dtype=np.int32),
        (cells + network.first_cell[index]).astype(np.int64),
        np.arange(len(cells), dtype=np.int32),
        np.arange(len(cells), dtype=np.int64),
    )


def _joined(parts: list[Connectome]) -> Connectome:
    return Connectome(
        np.concatenate([np.empty(0, np.int32), *(part.type_index for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part.cell for part in parts)]),
        np.concatenate([np.empty(0, np.int32), *(part.synapse for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part.row for part in parts)]),
    )
