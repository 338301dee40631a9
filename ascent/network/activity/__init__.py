"""Spikes of presynaptic cells: every distribution, from simrun's random stream or from streams of each cell's own.

`generate_spikes` draws from one stream a cell (``rng="philox"``); `generate_legacy_spikes` draws what simrun draws, in
its order, from numpy's legacy generator (``rng="isf"``).
"""

from __future__ import annotations

from ascent.network.activity.independent import generate_spikes
from ascent.network.activity.simrun_order import generate_legacy_spikes
from ascent.network.activity.spikes import SPIKE_SOURCES, PresynapticSpikes

__all__ = ["SPIKE_SOURCES", "PresynapticSpikes", "generate_legacy_spikes", "generate_spikes"]
