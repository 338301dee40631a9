"""Activity from streams of each cell's own: the same distributions, drawn for all cells together.

What a cell does depends on the seed, the sweep, the name of its type and its number alone: not on other cells or
types, nor on who draws it. Cells of all types that share a distribution are drawn at once.

Poisson trains and the independent bins of a PSTH come from a Poisson process of rate 1 on an axis along which the
rate is 1 (time for regular rates, the integral of the rate otherwise). For a bin in which a spike has the
probability p that axis is -log(1 - p) long, so that it holds at least one point with probability p.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ascent.config.network.network import CellTypeParameters
from ascent.config.network.presynaptic import (
    LognormalConfig,
    NormalConfig,
    PoissontrainModulatedConfig,
    PSTHAbsoluteNumberConfig,
    PSTHConfig,
    PSTHPoissontrainConfig,
    PSTHPoissontrainV2Config,
    SpiketrainConfig,
    UniformConfig,
)
from ascent.network.activity.philox import BLOCK, Purpose, SweepStreams, exponential_of, type_word
from ascent.network.activity.spikes import PresynapticSpikes, SpikeCollector
from ascent.network.activity.warping import edges_of_modulation, rates_of_modulation

#: Spikes of active cells are not earlier than this, ms.
EARLIEST = 0.1

Floats = NDArray[np.float64]
#: Draws what some types do in one sweep.
Draw = Callable[[SweepStreams, SpikeCollector], None]


class _Cells:
    """The cells of some types, one after the other.

    Attributes
    ----------
    place : ndarray of int
        Number of each cell through all types.
    index : ndarray of int
        Its number within its type.
    word : ndarray of uint64
        `type_word` of its type.
    owner : ndarray of int
        Position of its type among those given.
    names : list of str
        Names of the types.
    """

    def __init__(self, first: Sequence[int], counts: Sequence[int], names: Sequence[str]) -> None:
        self.names = list(names)
        self.owner = np.repeat(np.arange(len(counts)), counts)
        self.index = np.concatenate([np.empty(0, np.int64), *(np.arange(count) for count in counts)]).astype(np.int64)
        self.place = self.index + np.repeat(np.array(first, dtype=np.int64), counts)
        self.word = np.repeat(np.array([type_word(name) for name in names], dtype=np.uint64), counts)

    def __len__(self) -> int:
        return len(self.index)


class IndependentActivity:
    """The activity of a network, ready to be drawn for one sweep after another.

    Parameters
    ----------
    types : sequence of CellTypeParameters
        Cell types, in the order of the network parameters.
    t_stop : float
        End of a sweep, ms.
    """

    def __init__(self, types: Sequence[CellTypeParameters], t_stop: float) -> None:
        self._names = [item.name for item in types]
        self._counts = [item.n_cells for item in types]
        first = np.concatenate([[0], np.cumsum(self._counts, dtype=np.int64)])
        groups: dict[type, list[tuple[int, Any]]] = {}
        for index, item in enumerate(types):
            for generator in item.generators:
                groups.setdefault(type(generator), []).append((index, generator))
        self._draws: list[Draw] = []
        for kind, members in groups.items():
            indices = [index for index, _ in members if self._counts[index]]
            if indices:
                cells = _Cells(
                    [int(first[index]) for index in indices],
                    [self._counts[index] for index in indices],
                    [self._names[index] for index in indices],
                )
                chosen = [generator for index, generator in members if self._counts[index]]
                self._draws.append(_GENERATORS[kind](chosen, cells, t_stop))

    def draw(self, streams: SweepStreams) -> PresynapticSpikes:
        """Draw the spikes of all presynaptic cells of the sweep whose streams are given."""
        collector = SpikeCollector(self._names, self._counts)
        for draw in self._draws:
            draw(streams, collector)
        return collector.finish()


def generate_spikes(types: Sequence[CellTypeParameters], t_stop: float, streams: SweepStreams) -> PresynapticSpikes:
    """Draw the spikes of all presynaptic cells of one sweep; see `IndependentActivity`."""
    return IndependentActivity(types, t_stop).draw(streams)


def _per_cell(cells: _Cells, values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)[cells.owner]


def _spike_trains(generators: Sequence[SpiketrainConfig], cells: _Cells, t_stop: float) -> Draw:
    interval = _per_cell(cells, [item.interval for item in generators])
    noise = _per_cell(cells, [item.noise for item in generators])
    start = _per_cell(cells, [item.start for item in generators])
    limit = _per_cell(cells, [math.inf if item.nspikes is None else item.nspikes for item in generators])
    end = np.where(np.isinf(limit), t_stop, math.inf)
    regular, random = (1 - noise) * interval, noise * interval
    beginning = np.flatnonzero((np.isinf(limit) & (start < t_stop)) | (np.isfinite(limit) & (limit > 0)))
    # The first gap has no regular part, so that a train without noise begins at its start.
    before = start - regular

    def draw(streams: SweepStreams, out: SpikeCollector) -> None:
        last, live, number = before.copy(), beginning, 0
        while len(live):
            uniforms = streams.uniforms(Purpose.SPIKE_TRAIN, cells.word[live], cells.index[live], number // BLOCK)
            for column in range(BLOCK):
                times = last[live] + regular[live] + random[live] * exponential_of(uniforms[:, column])
                if number == 0:
                    times = np.maximum(times, 0.0)
                number += 1
                inside = times <= end[live]
                out.add(cells.place[live[inside]], times[inside], "poissontrain")
                last[live] = times
                inside &= limit[live] > number
                live, uniforms = live[inside], uniforms[inside]

    return draw


def _one_spike(
    generators: Sequence[Any], cells: _Cells, source: str, time: Callable[[Floats, NDArray[np.int64]], Floats]
) -> Draw:
    """At most one spike a cell: `time` makes it from a number in [0, 1)."""
    active_fraction = _per_cell(cells, [item.activeFrac for item in generators])

    def draw(streams: SweepStreams, out: SpikeCollector) -> None:
        uniforms = streams.uniforms(Purpose.POINT_CELL, cells.word, cells.index)
        active = uniforms[:, 0] < active_fraction
        times = time(uniforms[active, 1], cells.owner[active])
        out.add(cells.place[active], np.maximum(times, EARLIEST), source)

    return draw


def _normal(generators: Sequence[NormalConfig], cells: _Cells, t_stop: float) -> Draw:
    mean = np.array([item.offset + item.spikeT for item in generators], dtype=float)
    width = np.array([item.spikeWidth for item in generators], dtype=float)
    return _one_spike(generators, cells, "pointcell_normal", lambda u, of: mean[of] + width[of] * _standard_normal(u))


def _uniform(generators: Sequence[UniformConfig], cells: _Cells, t_stop: float) -> Draw:
    offset = np.array([item.offset for item in generators], dtype=float)
    window = np.array([item.window for item in generators], dtype=float)
    return _one_spike(generators, cells, "pointcell_uniform", lambda u, of: offset[of] + window[of] * u)


def _lognormal(generators: Sequence[LognormalConfig], cells: _Cells, t_stop: float) -> Draw:
    offset = np.array([item.offset for item in generators], dtype=float)
    mu = np.array([item.mu for item in generators], dtype=float)
    sigma = np.array([item.sigma for item in generators], dtype=float)
    return _one_spike(
        generators,
        cells,
        "pointcell_lognormal",
        lambda u, of: offset[of] + np.exp(mu[of] + sigma[of] * _standard_normal(u)),
    )


def _standard_normal(uniforms: Floats) -> Floats:
    # Halfway into the grid of the uniform numbers, which keeps 0 out.
    return ndtri(uniforms + 2.0**-54)  # type: ignore[no-any-return]


def _psth(generators: Sequence[PSTHConfig], cells: _Cells, t_stop: float) -> Draw:
    axis = _Axis([_bin_lengths(item.probabilities) for item in generators])
    lengths = axis.totals[cells.owner]
    certain = [np.flatnonzero(np.array(item.probabilities, float) >= 1.0) for item in generators]
    members = [np.flatnonzero(cells.owner == kind) for kind in range(len(generators))]
    always_owner = np.concatenate([np.repeat(m, len(c)) for m, c in zip(members, certain, strict=True)])
    always_bin = np.concatenate([np.tile(c, len(m)) for m, c in zip(members, certain, strict=True)])
    longest = max(1, *(len(item.intervals) for item in generators))
    begin, width = _padded(generators, longest)

    def draw(streams: SweepStreams, out: SpikeCollector) -> None:
        owner, places = poisson_points(lengths, cells, streams)
        bins = axis.bins_of(cells.owner[owner], places)
        # Several points in one bin are one spike.
        hits = np.unique(np.concatenate([owner * longest + bins, always_owner * longest + always_bin]))
        owner, bins = hits // longest, hits % longest
        # A number of its own for each bin of a cell, from the block that holds the bin.
        uniforms = np.empty(len(owner))
        for block in np.unique(bins // BLOCK).tolist():
            here = np.flatnonzero(bins // BLOCK == block)
            some = owner[here]
            four = streams.uniforms(Purpose.POINT_CELL_TIME, cells.word[some], cells.index[some], block)
            uniforms[here] = four[np.arange(len(here)), bins[here] % BLOCK]
        which = cells.owner[owner]
        out.add(cells.place[owner], begin[which, bins] + width[which, bins] * uniforms, "pointcell_PSTH")

    return draw


def _bin_lengths(probabilities: Sequence[float]) -> Floats:
    """Length of each bin on the axis of rate 1; certain bins are none of it."""
    values = np.clip(np.array(probabilities, dtype=np.float64), 0.0, None)
    return np.array([-math.log1p(-p) if p < 1.0 else 0.0 for p in values.tolist()])


def _padded(generators: Sequence[Any], longest: int) -> tuple[Floats, Floats]:
    """Begin (with the offset) and width of each bin, shape (n_types, longest), ms."""
    begin, width = np.zeros((len(generators), longest)), np.zeros((len(generators), longest))
    for row, item in enumerate(generators):
        edges = np.array(item.intervals, dtype=np.float64).reshape(-1, 2)
        begin[row, : len(edges)] = item.offset + edges[:, 0]
        width[row, : len(edges)] = edges[:, 1] - edges[:, 0]
    return begin, width


class _Axis:
    """Bins of several types on axes along which the rate is 1.

    Parameters
    ----------
    lengths : sequence of ndarray
        Length of each bin, for each type.
    """

    def __init__(self, lengths: Sequence[Floats]) -> None:
        self.edges = [np.concatenate([[0.0], np.cumsum(item)]) for item in lengths]
        self.totals = np.array([edges[-1] for edges in self.edges])

    def bins_of(self, owner: NDArray[np.int64], places: Floats) -> NDArray[np.int64]:
        """The bin of each place on the axis of its type; `owner` ascends."""
        bins = np.zeros(len(places), dtype=np.int64)
        bounds = np.searchsorted(owner, np.arange(len(self.edges) + 1))
        for kind in np.flatnonzero(np.diff(bounds)).tolist():
            here = slice(bounds[kind], bounds[kind + 1])
            bins[here] = np.searchsorted(self.edges[kind], places[here], side="right") - 1
        return bins


def poisson_points(lengths: Floats, cells: _Cells, streams: SweepStreams) -> tuple[NDArray[np.int64], Floats]:
    """Points of a Poisson process of rate 1 on ``[0, length)``, one process a cell.

    Returns
    -------
    ndarray of int
        Position of each point's cell in `cells`; ascends.
    ndarray of float
        Places; ascend within a cell.
    """
    owners: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    places: list[Floats] = [np.empty(0)]
    live = np.flatnonzero(lengths > 0)
    last = np.zeros(len(cells))
    block = 0
    while len(live):
        uniforms = streams.uniforms(Purpose.POINT_CELL, cells.word[live], cells.index[live], block)
        block += 1
        for column in range(BLOCK):
            points = last[live] + exponential_of(uniforms[:, column])
            inside = points < lengths[live]
            live, uniforms, points = live[inside], uniforms[inside], points[inside]
            last[live] = points
            owners.append(live)
            places.append(points)
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    return owner[order], np.concatenate(places)[order]


def _psth_absolute_number(generators: Sequence[PSTHAbsoluteNumberConfig], cells: _Cells, t_stop: float) -> Draw:
    def draw(streams: SweepStreams, out: SpikeCollector) -> None:
        for kind, item in enumerate(generators):
            mine = cells.place[cells.owner == kind]
            # The cells compete, so this draws from a stream of the whole type.
            generator = streams.generator(Purpose.POPULATION, cells.names[kind])
            for (begin, end), number in zip(item.intervals, item.number_active_synapses, strict=True):
                active = mine[generator.choice(len(mine), number, replace=number > len(mine))]
                times = item.offset + begin + (end - begin) * generator.random(number)
                out.add(active, times, "pointcell_PSTH_absolute_number")

    return draw


def _inhomogeneous(pieces: Sequence[tuple[Floats, Floats, Floats]], cells: _Cells, source: str) -> Draw:
    """Poisson trains of given begins (ms), ends (ms) and rates (Hz), one triple a type."""
    axis = _Axis([(end - begin) * rate / 1000.0 for begin, end, rate in pieces])
    lengths = axis.totals[cells.owner]

    def draw(streams: SweepStreams, out: SpikeCollector) -> None:
        owner, places = poisson_points(lengths, cells, streams)
        kinds = cells.owner[owner]
        bins = axis.bins_of(kinds, places)
        times = np.empty(len(places))
        for kind in np.unique(kinds).tolist():
            begin, _, rate = pieces[kind]
            here = kinds == kind
            inside = places[here] - axis.edges[kind][bins[here]]
            times[here] = begin[bins[here]] + inside * 1000.0 / rate[bins[here]]
        out.add(cells.place[owner], times, source)

    return draw


def _psth_poissontrain(generators: Sequence[PSTHPoissontrainConfig], cells: _Cells, t_stop: float) -> Draw:
    pieces = []
    for item in generators:
        edges = np.array(item.intervals, dtype=np.float64).reshape(-1, 2)
        pieces.append((edges[:, 0], edges[:, 1], np.array(item.rates, dtype=np.float64)))
    return _inhomogeneous(pieces, cells, "pointcell_PSTH_poissontrain")


def _psth_poissontrain_v2(generators: Sequence[PSTHPoissontrainV2Config], cells: _Cells, t_stop: float) -> Draw:
    pieces = []
    for item in generators:
        edges = np.array(item.bins, dtype=np.float64)
        pieces.append((edges[:-1], edges[1:], np.array(item.rates, dtype=np.float64)))
    return _inhomogeneous(pieces, cells, "PSTH_poissontrain_v2")


def _poissontrain_modulated(generators: Sequence[PoissontrainModulatedConfig], cells: _Cells, t_stop: float) -> Draw:
    edges = [edges_of_modulation(item, t_stop) for item in generators]

    def draw(streams: SweepStreams, out: SpikeCollector) -> None:
        uniforms = streams.uniforms(Purpose.POINT_CELL_TIME, cells.word, cells.index)[:, 0]
        rates = [
            rates_of_modulation(generators[kind], t_stop, _phase(generators[kind], uniform))
            for kind, uniform in zip(cells.owner.tolist(), uniforms.tolist(), strict=True)
        ]
        axis = _Axis([np.diff(edges[k]) * rate / 1000.0 for k, rate in zip(cells.owner.tolist(), rates, strict=True)])
        owner, places = poisson_points(axis.totals, cells, streams)
        bins = axis.bins_of(owner, places)
        for cell in np.unique(owner).tolist():
            here = owner == cell
            inside = places[here] - axis.edges[cell][bins[here]]
            times = edges[cells.owner[cell]][bins[here]] + inside * 1000.0 / rates[cell][bins[here]]
            out.add(np.full(len(times), cells.place[cell]), times, "poissontrain_modulated")

    return draw


def _phase(item: PoissontrainModulatedConfig, uniform: float) -> float:
    if item.phase_distribution == "uniform":
        return 2 * math.pi * uniform
    if item.phase_distribution == "normal":
        assert item.mean_phase is not None and item.std_phase is not None
        return item.mean_phase + item.std_phase * float(_standard_normal(np.array([uniform]))[0])
    return 0.0


_GENERATORS: dict[type, Callable[..., Draw]] = {
    SpiketrainConfig: _spike_trains,
    NormalConfig: _normal,
    UniformConfig: _uniform,
    LognormalConfig: _lognormal,
    PSTHConfig: _psth,
    PSTHAbsoluteNumberConfig: _psth_absolute_number,
    PSTHPoissontrainConfig: _psth_poissontrain,
    PSTHPoissontrainV2Config: _psth_poissontrain_v2,
    PoissontrainModulatedConfig: _poissontrain_modulated,
}
