"""Fibers and stimuli that the tests of the batch engine share."""

import numpy as np

from ascent.engines.base import Recording
from ascent.fibers import build_fiber

DT = 0.005  # ms


def fiber_of(model="MRG_INTERPOLATION", diameter=10.0, n_nodes=21, distance=1000.0, place=0.5, convention="ascent"):
    """A fiber beside a point source."""
    fiber = build_fiber(model, diameter, n_nodes=n_nodes, convention=convention)
    fiber.potentials = fiber.point_source_potentials(0, distance, fiber.length * place, 1, 0.3)
    return fiber


def pulse(on=40, width=20, n_steps=400, second=0.0):
    """A rectangular pulse, followed by one of size `second`."""
    waveform = np.zeros(n_steps)
    waveform[on : on + width] = 1
    waveform[on + width : on + 2 * width] = second
    return waveform


def everything(fiber):
    """Voltages and gates of all nodes."""
    nodes = tuple(range(fiber.n_nodes))
    return Recording(voltage_nodes=nodes, gate_nodes=nodes)
