"""Realizations of a network, sweep by sweep.

``rng="philox"``: every presynaptic cell and every synapse has a stream of its own in every sweep, so that sweeps can be
drawn in any order by anybody. ``rng="isf"``: simrun's one stream, which goes on from sweep to sweep; to draw a sweep
the sweeps before it are drawn too.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ascent.errors import ConfigError
from ascent.network.activity.independent import IndependentActivity
from ascent.network.activity.philox import BLOCK, Purpose, SweepStreams, type_word
from ascent.network.activity.simrun_order import generate_legacy_spikes
from ascent.network.activity.spikes import PresynapticSpikes
from ascent.network.realization.assembly import Assembler, lognormal_parameters, release_probabilities
from ascent.network.realization.convergence import legacy_connectome, random_connectome
from ascent.network.realization.model import Realization
from ascent.network.realization.modify import apply_modify_functions
from ascent.network.realization.network import Connectome, Network
from ascent.network.realization.synapse_weights import SynapseWeightTable

RandomStream = Literal["philox", "isf"]
RANDOM_STREAMS = ("philox", "isf")


class NetworkRealizer:
    """Draws sweeps of a network.

    Parameters
    ----------
    network : Network
    t_stop : float
        End of a sweep, ms.
    seed : int
        Seed of the run.
    rng : {"philox", "isf"}
        Kind of random streams.
    convergence : bool
        Draw who is connected in every sweep, with the probability ``convergence`` of each type, rather than read it
        from connection files.
    weights : SynapseWeightTable, optional
        Weights of single synapses; then none is drawn.

    Raises
    ------
    ConfigError
        When `rng` is another word, the seed does not suit it, or connections are wrong.
    """

    def __init__(
        self,
        network: Network,
        t_stop: float,
        seed: int,
        rng: str = "philox",
        convergence: bool = False,
        weights: SynapseWeightTable | None = None,
    ) -> None:
        if rng not in RANDOM_STREAMS:
            raise ConfigError(f'rng is "{rng}"; it must be "philox" or "isf".')
        if seed < 0 or (rng == "isf" and seed >= 2**32):
            raise ConfigError(f"seed is {seed}; it must be 0 or more" + (", and below 2**32 for isf." * (rng == "isf")))
        self.network = network
        self.t_stop = float(t_stop)
        self.seed = seed
        self.rng = rng
        self._convergence = convergence
        self._table = weights
        self._probability = release_probabilities(network)
        self._words = np.array([type_word(name) for name in network.type_names], dtype=np.uint64)
        self._activity: IndependentActivity | None = None
        self._assembler: Assembler | None = None
        self._stream = np.random.RandomState()
        self._next_sweep = -1

    def realize(self, sweep: int) -> tuple[PresynapticSpikes, Realization]:
        """Draw one sweep: the spikes of all presynaptic cells, and the active synapses."""
        if self.rng == "philox":
            spikes, realization = self._independent(sweep)
        else:
            if sweep < self._next_sweep or self._next_sweep < 0:
                self._stream.seed(self.seed)
                self._next_sweep = 0
            while True:
                spikes, realization = self._legacy(self._next_sweep)
                self._next_sweep += 1
                if self._next_sweep > sweep:
                    break
        if self._table is not None:
            realization = self._table.applied(realization)
        return spikes, apply_modify_functions(realization, self.network.parameters.modify_functions)

    def _assembler_of(self, connectome: Connectome | None = None) -> Assembler:
        if connectome is not None:
            return Assembler(self.network, connectome)
        if self._assembler is None:
            self._assembler = Assembler(self.network, self.network.connectome)
        return self._assembler

    def _independent(self, sweep: int) -> tuple[PresynapticSpikes, Realization]:
        streams = SweepStreams.of(self.seed, sweep)
        if self._activity is None:
            self._activity = IndependentActivity(self.network.types, self.t_stop)
        spikes = self._activity.draw(streams)
        assembler = self._assembler_of(random_connectome(self.network, streams) if self._convergence else None)
        rows = assembler.connectome
        counts = spikes.counts[rows.cell]
        active = np.flatnonzero(counts)
        connection, place = _expanded(active, counts[active])
        released = np.ones(len(connection), dtype=bool)
        probability = self._probability[rows.type_index[connection]]
        for block in range(-(-int(counts.max(initial=0)) // BLOCK)):
            some = active[counts[active] > BLOCK * block]
            types = self._words[rows.type_index[some]]
            uniforms = streams.uniforms(Purpose.RELEASE, types, rows.row[some], block)
            here = (place // BLOCK) == block
            position = np.searchsorted(some, connection[here])
            released[here] = uniforms[position, place[here] % BLOCK] < probability[here]
        connection, place = connection[released], place[released]
        spike = spikes.offsets[rows.cell[connection]] + place

        def weights(of_type: int, use: int, connections: NDArray[np.int64]) -> NDArray[np.float64]:
            means = np.array(self.network.uses[of_type][use].weights)
            mu, sigma = lognormal_parameters(means)
            ids = rows.synapse[connections]
            types = np.full(len(ids), self._words[of_type])
            first = sum(len(earlier.weights) for earlier in self.network.uses[of_type][:use])
            columns = []
            for slot in range(first, first + len(means)):
                four = streams.uniforms(Purpose.WEIGHT, types, ids, slot // BLOCK)
                columns.append(ndtri(four[:, slot % BLOCK] + 2.0**-54))
            return np.exp(mu + sigma * np.stack(columns, axis=1))  # type: ignore[no-any-return]

        def seeds(connections: NDArray[np.int64]) -> NDArray[np.uint32]:
            types = self._words[rows.type_index[connections]]
            uniforms = streams.uniforms(Purpose.DYNAMIC_RELEASE, types, rows.synapse[connections])
            return (uniforms[:, 0] * 2**31).astype(np.uint32)

        realization = assembler.assemble(sweep, connection, spikes.times[spike], spikes.source[spike], weights, seeds)
        return spikes, realization

    def _legacy(self, sweep: int) -> tuple[PresynapticSpikes, Realization]:
        stream = self._stream
        spikes = generate_legacy_spikes(self.network.types, self.t_stop, stream)
        drawn = _LegacyDraws(self.network, spikes, stream, weighted=self._table is None)
        if self._convergence:
            connectome = legacy_connectome(self.network, stream, drawn.rows)
            assembler = self._assembler_of(connectome)
        else:
            assembler = self._assembler_of()
            drawn.rows(assembler.connectome)
        connection = np.concatenate([np.empty(0, np.int64), *drawn.connection])
        spike = np.concatenate([np.empty(0, np.int64), *drawn.spike])
        realization = assembler.assemble(
            sweep, connection, spikes.times[spike], spikes.source[spike], drawn.weights_of, drawn.seeds_of
        )
        return spikes, realization


class _LegacyDraws:
    """What simrun's stream gives to connections, in simrun's order."""

    def __init__(
        self, network: Network, spikes: PresynapticSpikes, stream: np.random.RandomState, weighted: bool = True
    ) -> None:
        self.network = network
        self.weighted = weighted  # whether lognormal weights are drawn
        self.spikes = spikes
        self.stream = stream
        self.probability = release_probabilities(network)
        self.single = np.array(
            [
                item.synapses.releaseProb == "dynamic" or (weighted and any(use.lognormal for use in uses))
                for item, uses in zip(network.types, network.uses, strict=True)
            ]
        )
        self.connection: list[NDArray[np.int64]] = []
        self.spike: list[NDArray[np.int64]] = []
        self._weights: dict[tuple[int, int], list[float]] = {}
        self._seeds: dict[int, int] = {}

    def rows(self, connectome: Connectome, first: int = 0) -> None:
        """Draw for connections, in their order; `first` is the number of the first one."""
        bounds = np.flatnonzero(np.diff(self.single[connectome.type_index].astype(np.int8), prepend=-1, append=-1))
        for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            if self.single[connectome.type_index[begin]]:
                for row in range(begin, end):
                    self._one(connectome, row, first)
            else:
                self._many(connectome, begin, end, first)

    def _many(self, connectome: Connectome, begin: int, end: int, first: int) -> None:
        cells = connectome.cell[begin:end]
        counts = self.spikes.counts[cells]
        connection, place = _expanded(np.arange(begin, end), counts)
        probability = self.probability[connectome.type_index[connection]]
        drawn = probability <= 1.0
        released = np.ones(len(connection), dtype=bool)
        released[drawn] = self.stream.random_sample(np.count_nonzero(drawn)) < probability[drawn]
        connection, place = connection[released], place[released]
        self.connection.append(connection + first)
        self.spike.append(self.spikes.offsets[connectome.cell[connection]] + place)

    def _one(self, connectome: Connectome, row: int, first: int) -> None:
        kind = int(connectome.type_index[row])
        for place, use in enumerate(self.network.uses[kind]):
            if use.lognormal and self.weighted:
                mu, sigma = lognormal_parameters(np.array(use.weights))
                self._weights[row + first, place] = [
                    float(self.stream.lognormal(m, s)) for m, s in zip(mu, sigma, strict=True)
                ]
        before = len(self.connection)
        self._many(connectome, row, row + 1, first)
        if self.network.types[kind].synapses.releaseProb == "dynamic" and len(self.connection[before]):
            self._seeds[row + first] = int(1000000 * self.stream.random_sample())

    def weights_of(self, of_type: int, use: int, connections: NDArray[np.int64]) -> NDArray[np.float64]:
        """Lognormal weights of connections."""
        count = len(self.network.uses[of_type][use].weights)
        if not self.weighted:
            return np.zeros((len(connections), count))
        return np.array([self._weights[row, use] for row in connections.tolist()]).reshape(-1, count)

    def seeds_of(self, connections: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Seeds of dynamic connections."""
        return np.array([self._seeds[row] for row in connections.tolist()], dtype=np.uint32)


def _expanded(rows: NDArray[np.int64], counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each row as often as it counts, and the number of each repetition."""
    repeated = np.repeat(rows, counts)
    place = np.arange(len(repeated)) - np.repeat(np.cumsum(counts) - counts, counts)
    return repeated, place
