"""Activity drawn as simrun draws it: the same numbers, in the same order, from the same kind of generator.

One global stream gives a seed for each spike train and everything about pointcells; each spike train has a
``RandomState`` of its own. What the global stream gives is drawn type by type; the private streams, which nothing
else depends on, are computed for all spike trains of a sweep together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
from ascent.network.activity import legacy
from ascent.network.activity.spikes import PresynapticSpikes, SpikeCollector
from ascent.network.activity.warping import edges_of_modulation, rates_of_modulation

#: Spikes of active cells are not earlier than this, ms.
EARLIEST = 0.1


@dataclass(frozen=True, eq=False)
class _Trains:
    """Spike trains that still have to be computed: cells, the seeds of their streams, and what they follow."""

    cells: NDArray[np.int64]
    seeds: NDArray[np.int64]
    interval: float
    noise: float
    start: float
    stop: float
    n_spikes: int | None
    source: str


def generate_legacy_spikes(
    types: Sequence[CellTypeParameters], t_stop: float, stream: np.random.RandomState
) -> PresynapticSpikes:
    """Draw the spikes of all presynaptic cells of one sweep.

    Parameters
    ----------
    types : sequence of CellTypeParameters
        Cell types, in the order of the network parameters.
    t_stop : float
        End of the sweep, ms.
    stream : RandomState
        The global stream; goes on from where it is.

    Returns
    -------
    PresynapticSpikes
    """
    collector = SpikeCollector([item.name for item in types], [item.n_cells for item in types])
    trains: list[_Trains] = []
    for index, item in enumerate(types):
        cells = np.arange(collector.first_cell[index], collector.first_cell[index + 1])
        for generator in item.generators:
            if isinstance(generator, SpiketrainConfig):
                trains.append(
                    _Trains(
                        cells,
                        _train_seeds(stream, len(cells)),
                        float(generator.interval),
                        float(generator.noise),
                        float(generator.start),
                        t_stop,
                        generator.nspikes,
                        "poissontrain",
                    )
                )
            else:
                _POINTCELLS[type(generator)](generator, cells, t_stop, stream, collector, trains)
    _add_trains(trains, collector)
    return collector.finish()


def _train_seeds(stream: np.random.RandomState, count: int) -> NDArray[np.int64]:
    return stream.randint(*legacy.SPIKE_TRAIN_SEEDS, size=count)


def _active(generator: Any, cells: NDArray[np.int64], stream: np.random.RandomState) -> NDArray[np.int64]:
    return cells[stream.uniform(size=len(cells)) < generator.activeFrac]


def _normal(
    generator: NormalConfig,
    cells: NDArray[np.int64],
    t_stop: float,
    stream: np.random.RandomState,
    collector: SpikeCollector,
    trains: list[_Trains],
) -> None:
    active = _active(generator, cells, stream)
    times = generator.offset + generator.spikeT + generator.spikeWidth * stream.randn(len(active))
    collector.add(active, np.maximum(times, EARLIEST), "pointcell_normal")


def _uniform(
    generator: UniformConfig,
    cells: NDArray[np.int64],
    t_stop: float,
    stream: np.random.RandomState,
    collector: SpikeCollector,
    trains: list[_Trains],
) -> None:
    active = _active(generator, cells, stream)
    times = generator.offset + generator.window * stream.rand(len(active))
    collector.add(active, np.maximum(times, EARLIEST), "pointcell_uniform")


def _lognormal(
    generator: LognormalConfig,
    cells: NDArray[np.int64],
    t_stop: float,
    stream: np.random.RandomState,
    collector: SpikeCollector,
    trains: list[_Trains],
) -> None:
    active = _active(generator, cells, stream)
    times = generator.offset + stream.lognormal(generator.mu, generator.sigma, len(active))
    collector.add(active, np.maximum(times, EARLIEST), "pointcell_lognormal")


def _psth(
    generator: PSTHConfig,
    cells: NDArray[np.int64],
    t_stop: float,
    stream: np.random.RandomState,
    collector: SpikeCollector,
    trains: list[_Trains],
) -> None:
    for (begin, end), probability in zip(generator.intervals, generator.probabilities, strict=True):
        active = cells[stream.uniform(size=len(cells)) < probability]
        times = generator.offset + begin + (end - begin) * stream.uniform(size=len(active))
        collector.add(active, times, "pointcell_PSTH")


def _psth_absolute_number(
    generator: PSTHAbsoluteNumberConfig,
    cells: NDArray[np.int64],
    t_stop: float,
    stream: np.random.RandomState,
    collector: SpikeCollector,
    trains: list[_Trains],
) -> None:
    for (begin, end), number in zip(generator.intervals, generator.number_active_synapses, strict=True):
        if not len(cells):
            continue
        active = cells[stream.choice(len(cells), number, replace=number > len(cells))]
        times = generator.offset + begin + (end - begin) * stream.uniform(size=len(active))
        collector.add(active, times, "pointcell_PSTH_absolute_number")


def _psth_poissontrain(
    generator: PSTHPoissontrainConfig,
    cells: NDArray[np.int64],
    t_stop: float,
    stream: np.random.RandomState,
    collector: SpikeCollector,
    trains: list[_Trains],
) -> None:
    for (begin, end), rate in zip(generator.intervals, generator.rates, strict=True):
        if rate == 0:
            continue
        seeds = _train_seeds(stream, len(cells))
        trains.append(
            _Trains(cells, seeds, 1000.0 / rate, 1.0, float(begin), float(end), None, "pointcell_PSTH_poissontrain")
        )


def _psth_poissontrain_v2(
    generator: PSTHPoissontrainV2Config,
    cells: NDArray[np.int64],
    t_stop: float,
    stream: np.random.RandomState,
    collector: SpikeCollector,
    trains: list[_Trains],
) -> None:
    bins, rates = np.array(generator.bins, float), np.array(generator.rates, float)
    for cell in cells.tolist():
        times = _times_from_rates(bins, rates, stream)
        collector.add(np.full(len(times), cell), times, "PSTH_poissontrain_v2")


def _poissontrain_modulated(
    generator: PoissontrainModulatedConfig,
    cells: NDArray[np.int64],
    t_stop: float,
    stream: np.random.RandomState,
    collector: SpikeCollector,
    trains: list[_Trains],
) -> None:
    if generator.phase_distribution == "uniform":
        phases = stream.uniform(0, 2 * np.pi, len(cells))
    elif generator.phase_distribution == "normal":
        assert generator.mean_phase is not None and generator.std_phase is not None
        phases = stream.normal(generator.mean_phase, generator.std_phase, len(cells))
    else:
        phases = np.zeros(len(cells))
    edges = edges_of_modulation(generator, t_stop)
    for cell, phase in zip(cells.tolist(), phases.tolist(), strict=True):
        times = _times_from_rates(edges, rates_of_modulation(generator, t_stop, phase), stream)
        collector.add(np.full(len(times), cell), times, "poissontrain_modulated")


_POINTCELLS: dict[type, Callable[..., None]] = {
    NormalConfig: _normal,
    UniformConfig: _uniform,
    LognormalConfig: _lognormal,
    PSTHConfig: _psth,
    PSTHAbsoluteNumberConfig: _psth_absolute_number,
    PSTHPoissontrainConfig: _psth_poissontrain,
    PSTHPoissontrainV2Config: _psth_poissontrain_v2,
    PoissontrainModulatedConfig: _poissontrain_modulated,
}


def _times_from_rates(
    bins: NDArray[np.float64], rates: NDArray[np.float64], stream: np.random.RandomState
) -> NDArray[np.float64]:
    """Spikes (ms) of an inhomogeneous Poisson train: a train of 1 Hz whose time is warped by the rates (Hz)."""
    widths = np.diff(bins)
    warped = np.cumsum(widths * rates)
    size = math.ceil(warped[-1]) + 1
    gaps = stream.exponential(1000, size=size)
    while sum(gaps.tolist()) <= warped[-1]:
        gaps = np.concatenate([gaps, stream.exponential(1000, size=size)])
    places = np.cumsum(gaps)
    times = np.interp(places, [0.0, *warped], [0.0, *np.cumsum(widths)], left=np.nan, right=np.nan) + bins[0]
    return times[~np.isnan(times)]


def _add_trains(trains: Sequence[_Trains], collector: SpikeCollector) -> None:
    """Compute all spike trains; those of one source together."""
    for source in dict.fromkeys(item.source for item in trains):
        mine = [item for item in trains if item.source == source]
        mine = [item for item in mine if item.n_spikes is not None or item.stop > item.start]
        if mine:
            _add_all(_TrainTable.of(mine), source, collector)


@dataclass(frozen=True, eq=False)
class _TrainTable:
    """Spike trains as arrays, one entry a cell; `limit` is the number of spikes, infinite where it is open."""

    cells: NDArray[np.int64]
    seeds: NDArray[np.int64]
    interval: NDArray[np.float64]
    noise: NDArray[np.float64]
    start: NDArray[np.float64]
    stop: NDArray[np.float64]
    limit: NDArray[np.float64]

    @classmethod
    def of(cls, trains: Sequence[_Trains]) -> _TrainTable:
        counts = [len(item.cells) for item in trains]

        def column(values: list[float]) -> NDArray[np.float64]:
            return np.repeat(np.array(values, dtype=np.float64), counts)

        return cls(
            np.concatenate([item.cells for item in trains]),
            np.concatenate([item.seeds for item in trains]),
            column([item.interval for item in trains]),
            column([item.noise for item in trains]),
            column([item.start for item in trains]),
            column([item.stop for item in trains]),
            column([math.inf if item.n_spikes is None else item.n_spikes for item in trains]),
        )

    def where(self, chosen: NDArray[np.bool_]) -> _TrainTable:
        return _TrainTable(*(getattr(self, item.name)[chosen] for item in fields(self)))


def _add_all(trains: _TrainTable, source: str, collector: SpikeCollector) -> None:
    count = 4
    while len(trains.cells):
        times = _times(trains, count)
        counted = np.isfinite(trains.limit)
        done = np.where(counted, trains.limit <= count, times[:, -1] > trains.stop)
        # simrun takes a last spike at 0 for none, so that such trains begin anew.
        restart = ~counted & (times[:, 0] == 0.0)
        for row in np.flatnonzero(restart).tolist():
            numbers = (float(getattr(trains, name)[row]) for name in ("interval", "noise", "start", "stop"))
            single = _restarting(int(trains.seeds[row]), *numbers)
            collector.add(np.full(len(single), trains.cells[row]), single, source)
        place = np.arange(count)[None, :]
        used = np.where(counted[:, None], place < trains.limit[:, None], times <= trains.stop[:, None])
        used &= (done & ~restart)[:, None]
        collector.add(np.broadcast_to(trains.cells[:, None], used.shape)[used], times[used], source)
        trains = trains.where(~done & ~restart)
        count *= 4


def _times(trains: _TrainTable, count: int) -> NDArray[np.float64]:
    """The first spikes of each train, shape (n, count), ms."""
    draws = legacy.exponentials(trains.seeds, count)
    interval, noise = trains.interval, trains.noise
    # Term by term as simrun rounds them, for numbers that are equal to the bit.
    gaps = ((1 - noise) * interval)[:, None] + (noise * interval)[:, None] * draws
    gaps = np.where((noise == 0)[:, None], interval[:, None], gaps)
    gaps[:, 0] = trains.start + gaps[:, 0] - interval * (1 - noise)
    np.maximum(gaps[:, 0], 0.0, out=gaps[:, 0])
    return np.add.accumulate(gaps, axis=1)


def _restarting(seed: int, interval: float, noise: float, start: float, stop: float) -> NDArray[np.float64]:
    """A train whose first spike is at 0."""
    stream = np.random.RandomState(seed)
    times: list[float] = []
    last = 0.0
    while True:
        draw = (1 - noise) * interval + noise * interval * stream.exponential() if noise else interval
        # Without noise a train from 0 or before would begin anew for ever; it goes on regularly.
        if last == 0.0 and not (noise == 0 and times):
            last = max(start + draw - interval * (1 - noise), 0.0)
        else:
            last = last + draw
        if last > stop:
            return np.array(times)
        times.append(last)
