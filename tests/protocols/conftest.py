"""The fibers of ASCENT's tutorial in a homogeneous medium, for which its thresholds were measured."""

import numpy as np
import pytest

from ascent.fibers import Fiber, build_fiber

LENGTH = 12500.0  # µm, of the tutorial's nerve
CENTROID = (0.2987, 0.0353)  # µm


def bipolar_potentials(xy: tuple[float, float], z: np.ndarray) -> np.ndarray:
    """mV for 1 mA of a source at z = 5000 µm and a sink at 7500 µm, 500 µm from the nerve's axis, in 0.3 S/m."""

    def source(z_source: float) -> np.ndarray:
        distance = np.sqrt((xy[0] - 500) ** 2 + xy[1] ** 2 + (z - z_source) ** 2) * 1e-6
        return 1e-3 / (4 * np.pi * 0.3 * distance) * 1e3

    return source(5000) - source(7500)


@pytest.fixture
def centred_fiber():
    """Makes a fiber whose middle node stands in the middle of the nerve."""

    def make(model: str, diameter: float, n_sections: int, xy: tuple[float, float] = CENTROID, **options) -> Fiber:
        fiber = build_fiber(model, diameter, n_sections, **options)
        z = fiber.coordinates[:, 2] - fiber.coordinates[n_sections // 2, 2] + LENGTH / 2
        fiber.potentials = bipolar_potentials(xy, z)
        return fiber

    return make


@pytest.fixture
def tutorial_waveform() -> np.ndarray:
    """The tutorial's charge-balanced pulse, whose second phase ASCENT rounds to -0.2."""
    waveform = np.zeros(49998)
    waveform[999:1098] = 1
    waveform[1198:1598] = -0.2
    return waveform


@pytest.fixture
def pulse_waveform() -> np.ndarray:
    """0.2 ms from 1 ms, dt 0.005 ms, 20 ms, as ASCENT samples it: 39 samples."""
    waveform = np.zeros(3998)
    waveform[199:238] = 1
    return waveform
