"""NEURON, the reference engine."""
