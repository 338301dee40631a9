"""Weights of single synapses from a file, in place of those that the network parameters give to a whole type."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ascent.errors import ConfigError
from ascent.network.formats.spike_files import SynapseWeights, read_synapse_weights
from ascent.network.realization.model import Realization
from ascent.network.realization.network import Network


class SynapseWeightTable:
    """What a synapse weight file says about the synapses of a network.

    Parameters
    ----------
    path : path
        The file.
    network : Network
    connected : bool
        Whether all connected synapses must be in the file, or only those that `applied` meets.

    Raises
    ------
    ConfigError
        When the file is wrong, or has no weights of a synapse that is connected; names the line where there is one.
    """

    def __init__(self, path: Path | str, network: Network, connected: bool = True) -> None:
        self.path = path
        self.network = network
        self._weights = read_synapse_weights(path)
        if connected:
            self._check_connected()

    def _check_connected(self) -> None:
        network, rows = self.network, self.network.connectome
        for kind in np.unique(rows.type_index).tolist():
            placed = network.synapses[kind]
            for place in np.unique(rows.synapse[rows.type_index == kind]).tolist():
                self._of(kind, place, int(placed.section[place]), int(placed.point[place]))

    def applied(self, realization: Realization) -> Realization:
        """The realization with the weights of the file.

        Raises
        ------
        ConfigError
            When the file has no weights of an active synapse, or has it at another place.
        """
        rows: list[tuple[float, ...]] = []
        for synapse, receptor in zip(
            realization.instance_synapse.tolist(), realization.instance_receptor.tolist(), strict=True
        ):
            kind, place = int(realization.type_index[synapse]), int(realization.synapse_id[synapse])
            found = self._of(kind, place, int(realization.section[synapse]), int(realization.point[synapse]))
            rows.append(found.weights[realization.receptors[receptor].mechanism])
        return replace(realization, instance_weights=_padded(rows, realization.instance_weights))

    def _of(self, kind: int, place: int, section: int, point: int) -> SynapseWeights:
        name = self.network.type_names[kind]
        ids = self.network.synapse_ids(kind)
        identifier = int(ids[place]) if place < len(ids) else place
        found = self._weights.get(name, {}).get(identifier)
        if found is None:
            raise ConfigError(
                f"{self.path}: there are no weights of synapse {identifier} of {name}, which is connected."
            )
        where = f"{self.path}, line {found.line}: synapse {identifier} of {name}"
        if (found.section, found.point) != (section, point):
            raise ConfigError(
                f"{where} is at point {found.point} of section {found.section}; in the network it is at point {point} "
                f"of section {section}."
            )
        for use in self.network.uses[kind]:
            mechanism = self.network.receptors[use.receptor].mechanism
            weights = found.weights.get(mechanism)
            if weights is None or len(weights) != len(use.weights):
                has = f"has {len(weights)} weights of" if weights is not None else "has no weights of"
                raise ConfigError(f"{where} {has} {mechanism}; the network gives it {len(use.weights)}.")
        return found


def _padded(rows: list[tuple[float, ...]], like: NDArray[np.float64]) -> NDArray[np.float64]:
    weights = np.zeros_like(like)
    for place, row in enumerate(rows):
        weights[place, : len(row)] = row
    return weights
