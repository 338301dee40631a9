"""Nerve stimulation and network-embedded neurons: from histology to thresholds, reproducibly."""

__version__ = "0.1.0"
