"""Every distribution of presynaptic activity, drawn from either kind of stream, has the statistics it is named for."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from ascent.config.network.network import CellTypeParameters
from ascent.network.activity import SPIKE_SOURCES, PresynapticSpikes

from .conftest import cell_types

Generate = Callable[[list[CellTypeParameters], float, int], PresynapticSpikes]


def close(value: float, expected: float, error: float) -> bool:
    """Within four standard errors."""
    return abs(value - expected) <= 4 * error


def counts_between(spikes: PresynapticSpikes, begin: float, end: float) -> NDArray[np.int64]:
    inside = (spikes.times >= begin) & (spikes.times < end)
    owner = np.repeat(np.arange(len(spikes.counts)), spikes.counts)
    return np.bincount(owner[inside], minlength=len(spikes.counts))


def test_a_poisson_train_has_its_rate_and_exponential_gaps(generate: Generate) -> None:
    spikes = generate(cell_types(2000, spiketrain={"interval": 40.0}), 400.0, 1)

    assert close(spikes.counts.mean(), 10.0, math.sqrt(10.0 / 2000))
    assert close(spikes.counts.var(), 10.0, 10.0 * math.sqrt(2 / 2000) + 0.1)
    first = np.array([spikes.of_cell(0, cell)[0] for cell in range(2000) if spikes.counts[cell]])
    assert stats.kstest(first[first < 200] / 40.0, stats.truncexpon(5.0).cdf).pvalue > 1e-3


def test_a_train_without_noise_is_regular_from_its_start(generate: Generate) -> None:
    spikes = generate(cell_types(3, spiketrain={"interval": 25.0, "noise": 0.0, "start": 10.0}), 100.0, 1)

    for cell in range(3):
        assert spikes.of_cell(0, cell).tolist() == [10.0, 35.0, 60.0, 85.0]


def test_a_regular_train_from_time_zero_ends(generate: Generate) -> None:
    spikes = generate(cell_types(2, spiketrain={"interval": 30.0, "noise": 0.0}), 100.0, 1)

    assert spikes.of_cell(0, 1).tolist() == [0.0, 30.0, 60.0, 90.0]


def test_gaps_with_some_noise_are_never_shorter_than_their_regular_part(generate: Generate) -> None:
    spikes = generate(cell_types(200, spiketrain={"interval": 20.0, "noise": 0.3}), 400.0, 1)

    gaps = np.concatenate([np.diff(spikes.of_cell(0, cell)) for cell in range(200)])
    assert gaps.min() >= 14.0 - 1e-9
    assert close(gaps.mean(), 20.0, 6.0 / math.sqrt(len(gaps)) + 0.2)  # the end cuts long gaps off


def test_a_number_of_spikes_replaces_the_end(generate: Generate) -> None:
    spikes = generate(cell_types(50, spiketrain={"interval": 50.0, "nspikes": 7}), 100.0, 1)

    assert (spikes.counts == 7).all()
    assert spikes.times.max() > 100.0


@pytest.mark.parametrize(
    ("pointcell", "distribution"),
    [
        ({"distribution": "normal", "spikeT": 20.0, "spikeWidth": 3.0, "offset": 100.0}, stats.norm(120.0, 3.0)),
        ({"distribution": "uniform", "window": 50.0, "offset": 100.0}, stats.uniform(100.0, 50.0)),
        (
            {"distribution": "lognormal", "mu": 2.0, "sigma": 0.5, "offset": 100.0},
            stats.lognorm(0.5, loc=100.0, scale=math.exp(2.0)),
        ),
    ],
)
def test_active_cells_spike_once_with_the_named_distribution(
    generate: Generate, pointcell: dict[str, object], distribution: stats.rv_continuous
) -> None:
    spikes = generate(cell_types(4000, pointcell={**pointcell, "activeFrac": 0.4}), 300.0, 2)

    assert spikes.counts.max() == 1
    assert close(spikes.counts.mean(), 0.4, math.sqrt(0.24 / 4000))
    assert stats.kstest(spikes.times, distribution.cdf).pvalue > 1e-3
    assert {SPIKE_SOURCES[code] for code in spikes.source} == {f"pointcell_{pointcell['distribution']}"}


def test_the_distribution_of_a_pointcell_is_normal_around_ten_unless_it_says_otherwise(generate: Generate) -> None:
    spikes = generate(cell_types(2000, pointcell={"activeFrac": 1.0, "spikeT": 5.0, "spikeWidth": 1.0}), 300.0, 2)

    assert close(spikes.times.mean(), 15.0, 1 / math.sqrt(2000))


def test_spikes_before_the_beginning_come_a_tenth_of_a_millisecond_after_it(generate: Generate) -> None:
    pointcell = {"distribution": "uniform", "activeFrac": 1.0, "window": 10.0, "offset": -20.0}

    spikes = generate(cell_types(5, pointcell=pointcell), 300.0, 2)

    assert spikes.times.tolist() == [0.1] * 5


def test_psth_bins_are_independent_and_hold_at_most_one_spike(generate: Generate) -> None:
    probabilities = [0.05, 0.5, -0.2, 0.0, 1.0, 0.3]
    intervals = [[0, 1], [1, 2], [2, 3], [3, 4], [10, 20], [30, 31]]
    pointcell = {"distribution": "PSTH", "intervals": intervals, "probabilities": probabilities, "offset": 100.0}

    spikes = generate(cell_types(5000, pointcell=pointcell), 300.0, 3)

    columns = []
    for (begin, end), probability in zip(intervals, probabilities, strict=True):
        count = counts_between(spikes, 100.0 + begin, 100.0 + end)
        assert count.max() <= 1
        p = min(max(probability, 0.0), 1.0)
        assert close(count.mean(), p, math.sqrt(p * (1 - p) / 5000))
        columns.append(count)
    assert sum(column.sum() for column in columns) == len(spikes.times)
    both = (columns[1] * columns[5]).mean()
    assert close(both, 0.15, math.sqrt(0.15 * 0.85 / 5000))
    inside = spikes.times[(spikes.times >= 110) & (spikes.times < 120)]
    assert stats.kstest((inside - 110) / 10, "uniform").pvalue > 1e-3


def test_an_absolute_number_of_cells_spikes_in_each_bin(generate: Generate) -> None:
    pointcell = {
        "distribution": "PSTH_absolute_number",
        "intervals": [[0, 5], [5, 10]],
        "number_active_synapses": [12, 70],
        "offset": 50.0,
    }

    spikes = generate(cell_types(40, pointcell=pointcell), 300.0, 3)

    first, second = counts_between(spikes, 50, 55), counts_between(spikes, 55, 60)
    assert (first.sum(), first.max()) == (12, 1)
    assert second.sum() == 70  # more than there are cells: some spike twice


def test_poisson_trains_in_bins_have_the_rates_of_the_bins(generate: Generate) -> None:
    pointcell = {
        "distribution": "PSTH_poissontrain",
        "intervals": [[10, 60], [100, 200], [200, 300]],
        "rates": [100.0, 0.0, 20.0],
        "offset": 0.0,
    }

    spikes = generate(cell_types(1000, pointcell=pointcell), 300.0, 4)

    assert close(counts_between(spikes, 10, 60).mean(), 5.0, math.sqrt(5.0 / 1000))
    assert close(counts_between(spikes, 200, 300).mean(), 2.0, math.sqrt(2.0 / 1000))
    assert len(spikes.times) == counts_between(spikes, 10, 60).sum() + counts_between(spikes, 200, 300).sum()


def test_an_inhomogeneous_train_follows_its_rates(generate: Generate) -> None:
    pointcell = {
        "distribution": "PSTH_poissontrain_v2",
        "bins": [20.0, 70.0, 120.0, 320.0],
        "rates": [100.0, 0.0, 10.0],
        "offset": 0.0,
    }

    spikes = generate(cell_types(1000, pointcell=pointcell), 300.0, 4)

    assert close(counts_between(spikes, 20, 70).mean(), 5.0, math.sqrt(5.0 / 1000))
    assert counts_between(spikes, 70, 120).sum() == 0
    assert close(counts_between(spikes, 120, 320).mean(), 2.0, math.sqrt(2.0 / 1000))


@pytest.mark.parametrize("phases", ["same", "uniform", "normal"])
def test_a_modulated_train_swings_around_its_mean_rate(generate: Generate, phases: str) -> None:
    pointcell = {
        "distribution": "poissontrain_modulated",
        "mean_rate": 50.0,
        "rate_before_t_offset": 5.0,
        "max_modulation": 0.9,
        "modulation_frequency": 10.0,
        "bin_size": 2.0,
        "phase_distribution": phases,
        "mean_phase": 0.0,
        "std_phase": 0.01,
        "offset": 100.0,
    }

    spikes = generate(cell_types(600, pointcell=pointcell), 300.0, 5)

    before = counts_between(spikes, 0, 100).mean()
    assert close(before, 0.5, math.sqrt(0.5 / 600))
    up, down = counts_between(spikes, 105, 145).mean(), counts_between(spikes, 155, 195).mean()
    if phases == "uniform":
        assert close(up - down, 0.0, math.sqrt(4.0 / 600) * 2)
    else:
        assert up > 3 * down


def test_both_generators_of_a_type_act_in_the_same_cells(generate: Generate) -> None:
    both = {
        "pointcell": {"distribution": "PSTH", "intervals": [[0, 1]], "probabilities": [1.0], "offset": 50.0},
        "spiketrain": {"interval": 20.0},
    }

    spikes = generate(cell_types(100, **both), 100.0, 6)

    assert (counts_between(spikes, 50, 51) >= 1).all()
    assert {SPIKE_SOURCES[code] for code in spikes.source} == {"poissontrain", "pointcell_PSTH"}
    for cell in range(100):
        assert (np.diff(spikes.of_cell(0, cell)) >= 0).all()
