"""Spikes in traces, and what is counted of them."""

import math

import numpy as np
import pandas as pd
import pytest

from ascent.analysis.network.summary import wilson_interval
from ascent.errors import ConfigError
from ascent.simrun.spikes import (
    firing_rate,
    psth,
    simple_spike_detection,
    spike_count,
    spike_detection,
    spike_in_interval,
    spike_probability,
)

SPIKES = pd.DataFrame([[10.0, 20.0], [20.0, np.nan], [np.nan, np.nan], [30.0, 95.0]])


@pytest.mark.parametrize(("threshold", "expected"), [(0.0, [5.0]), (-2.0, [3.0])])
def test_a_spike_is_the_first_sample_that_is_not_below_the_threshold(threshold: float, expected: list[float]) -> None:
    # spec/simrun.md §7.2, item 6
    assert simple_spike_detection(np.arange(7), np.arange(-5, 2), threshold).tolist() == expected


def test_a_trace_that_starts_above_the_threshold_has_no_spike_there() -> None:
    assert simple_spike_detection([0, 1, 2, 3], [5.0, -5.0, 5.0, 6.0]).tolist() == [2.0]


def test_detection_gives_a_row_a_trial_padded_with_nan() -> None:
    traces = pd.DataFrame([[-1.0, 1, -1, 1], [-1, -1, -1, -1]], columns=[0.0, 0.5, 1.0, 1.5], index=["a", "b"])
    found = spike_detection(traces)
    assert found.loc["a"].tolist() == [0.5, 1.5] and found.loc["b"].isna().all()


def test_series_of_unequal_length_are_refused() -> None:
    with pytest.raises(ConfigError, match="one length"):
        simple_spike_detection([0, 1], [0])


def test_intervals_are_without_their_end() -> None:
    assert spike_in_interval(SPIKES, 10, 20).tolist() == [True, False, False, False]
    assert spike_count(SPIKES, 10, 30).tolist() == [2, 1, 0, 0]


def test_rates_and_probabilities_are_over_all_trials() -> None:
    assert firing_rate(SPIKES, 0, 100) == pytest.approx(5 / 4 / 0.1)
    assert spike_probability(SPIKES, 15, 35) == 0.75


def test_histograms_count_spikes_per_trial_in_half_open_bins() -> None:
    edges, counts = psth(SPIKES, 0, 30, 10)
    assert edges.tolist() == [0, 10, 20, 30]
    assert counts.tolist() == [0, 0.25, 0.5]


@pytest.mark.parametrize(("tmin", "tmax", "width"), [(0, 3, 5), (5, 5, 1), (0, 10, 0)])
def test_a_histogram_without_bins_is_refused(tmin: float, tmax: float, width: float) -> None:
    with pytest.raises(ConfigError, match="no bin"):
        psth(SPIKES, tmin, tmax, width)


def test_the_interval_of_a_probability_is_wilsons() -> None:
    # Newcombe 1998, Stat Med 17:857, table I: 81 of 263, 15 of 148, 0 of 20.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert all(math.isnan(value) for value in wilson_interval(0, 0))
