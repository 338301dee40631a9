"""Realizations of networks: who is connected, which synapses release when, with which weights; plain arrays."""

from __future__ import annotations

from ascent.network.realization.convergence import create_functional_realization
from ascent.network.realization.layout import CellLayout
from ascent.network.realization.model import Realization, Receptor
from ascent.network.realization.network import Connectome, Network
from ascent.network.realization.realizer import NetworkRealizer

__all__ = [
    "CellLayout",
    "Connectome",
    "Network",
    "NetworkRealizer",
    "Realization",
    "Receptor",
    "create_functional_realization",
]
