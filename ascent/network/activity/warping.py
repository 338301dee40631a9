"""Rates over time, as both generators need them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ascent.config.network.presynaptic import PoissontrainModulatedConfig
from ascent.errors import ConfigError


def edges_of_modulation(generator: PoissontrainModulatedConfig, t_stop: float) -> NDArray[np.float64]:
    """Edges of the bins (ms), shape (n_bins + 1,); the first bin reaches from 0 to the end of the first whole one.

    Raises
    ------
    ConfigError
        When the modulation would begin after the end of the sweep.
    """
    duration = t_stop - generator.offset
    if duration <= 0:
        raise ConfigError(
            f"poissontrain_modulated: offset is {generator.offset:g} ms; it must lie before the end, {t_stop:g} ms."
        )
    count = math.ceil(duration / generator.bin_size)
    # One rate a bin: a rounding error of arange must not add an edge.
    edges = np.arange(0, duration + generator.bin_size, generator.bin_size)[: count + 1] + generator.offset
    edges[0] = 0
    edges[-1] = t_stop
    return edges


def rates_of_modulation(generator: PoissontrainModulatedConfig, t_stop: float, phase: float) -> NDArray[np.float64]:
    """Rate in each bin (Hz) of a cell with a phase (rad)."""
    duration = t_stop - generator.offset
    count = math.ceil(duration / generator.bin_size)
    cycles = duration / (1000 / generator.modulation_frequency)
    swing = np.sin(np.linspace(0, 2 * np.pi * cycles, count) + phase)
    rates = np.full(count, float(generator.mean_rate)) * (1 + generator.max_modulation * swing)
    rates[0] = generator.rate_before_t_offset
    return rates
