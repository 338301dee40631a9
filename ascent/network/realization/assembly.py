"""From releases of connections to the arrays of a realization."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ascent.network.realization.model import Realization
from ascent.network.realization.network import Connectome, Network

#: Weights of lognormal receptors: of the connections asked for, shape (n, number of weights).
WeightSource = Callable[[int, int, NDArray[np.int64]], NDArray[np.float64]]
#: Seeds of dynamic receptors of the connections asked for.
SeedSource = Callable[[NDArray[np.int64]], NDArray[np.uint32]]


class Assembler:
    """Makes realizations of one network and one set of connections.

    Parameters
    ----------
    network : Network
    connectome : Connectome
    """

    def __init__(self, network: Network, connectome: Connectome) -> None:
        self.network = network
        self.connectome = connectome
        names = np.array(network.type_names)
        rank = np.empty(len(names), dtype=np.int64)
        rank[np.argsort(names, kind="stable")] = np.arange(len(names))
        largest = max((len(item) for item in network.synapses), default=0) + 1
        # Sorts like simrun's files: types by name, then synapses by ID.
        self._key = rank[connectome.type_index] * largest + connectome.synapse
        self._synapse = network.first_synapse[connectome.type_index] + connectome.synapse
        self._n_uses = np.array([len(item) for item in network.uses], dtype=np.int64)
        most = int(self._n_uses.max(initial=0))
        widest = max((len(use.weights) for uses in network.uses for use in uses), default=1)
        self._receptor = np.zeros((len(names), most), dtype=np.int32)
        self._weights = np.zeros((len(names), most, widest))
        self._lognormal: list[tuple[int, int]] = []
        for index, uses in enumerate(network.uses):
            for place, use in enumerate(uses):
                self._receptor[index, place] = use.receptor
                self._weights[index, place, : len(use.weights)] = use.weights
                if use.lognormal:
                    self._lognormal.append((index, place))
        self._dynamic = np.array([receptor.dynamic for receptor in network.receptors], dtype=bool)

    def assemble(
        self,
        sweep: int,
        connection: NDArray[np.int64],
        times: NDArray[np.float64],
        source: NDArray[np.int8],
        lognormal_weights: WeightSource,
        dynamic_seeds: SeedSource,
    ) -> Realization:
        """The realization of some releases.

        Parameters
        ----------
        sweep : int
            Number of the sweep.
        connection : ndarray of int, shape (m,)
            Connection (row of the connectome) of each release.
        times : ndarray of float, shape (m,)
            ms.
        source : ndarray of int8, shape (m,)
            Spike source of each release.
        lognormal_weights, dynamic_seeds : callable
            Asked for connections that need them.
        """
        order = np.lexsort((times, self._key[connection]))
        connection, times, source = connection[order], times[order], source[order]
        keys = self._key[connection]
        first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.empty(0, np.int64)
        active = connection[first]
        type_index = self.connectome.type_index[active]
        places, synapse = self.network.all_synapses, self._synapse[active]
        uses = self._n_uses[type_index]
        instance = np.repeat(np.arange(len(active)), uses)
        within = np.arange(len(instance)) - np.repeat(np.cumsum(uses) - uses, uses)
        kind = type_index[instance]
        receptor = self._receptor[kind, within]
        weights = self._weights[kind, within]
        for of_type, place in self._lognormal:
            here = np.flatnonzero((kind == of_type) & (within == place))
            count = len(self.network.uses[of_type][place].weights)
            weights[here, :count] = lognormal_weights(of_type, place, active[instance[here]])
        seeds = np.zeros(len(instance), dtype=np.uint32)
        dynamic = self._dynamic[receptor] if len(receptor) else np.empty(0, dtype=bool)
        if dynamic.any():
            seeds[dynamic] = dynamic_seeds(active[instance[dynamic]])
        return Realization(
            sweep=sweep,
            type_names=self.network.type_names,
            receptors=self.network.receptors,
            type_index=type_index.astype(np.int32),
            synapse_id=self.connectome.synapse[active],
            section=places.section[synapse],
            point=places.point[synapse],
            x=places.x[synapse],
            segment=places.segment[synapse],
            soma_distance=places.soma_distance[synapse],
            release_offsets=np.concatenate([first, [len(times)]]).astype(np.int64),
            release_times=times,
            release_source=source,
            instance_synapse=instance.astype(np.int32),
            instance_receptor=receptor.astype(np.int32),
            instance_weights=weights,
            instance_seed=seeds,
        )


def release_probabilities(network: Network) -> NDArray[np.float64]:
    """Probability of release by type; above 1 where every spike is passed on, with no draw."""
    values = [item.synapses.releaseProb for item in network.types]
    return np.array([2.0 if value is None or value == "dynamic" else float(value) for value in values])


def lognormal_parameters(means: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation of the logarithm of weights whose standard deviation is the square of their mean."""
    deviations = means**2
    sigma = np.sqrt(np.log(1 + deviations**2 / means**2))
    return np.log(means) - 0.5 * sigma**2, sigma
