"""Recruitment of two thousand fibers of a random population around a point source, in seconds.

    python examples/recruitment.py [number of fibers]

Diameters follow a truncated normal distribution, distances are uniform. The batch engine takes all searches at once;
fibers of different diameters share its lanes.
"""

from __future__ import annotations

import sys
import time

import numpy as np

import ascent

DT = 0.005  # ms


def population(count: int, seed: int = 1) -> list[ascent.fibers.Fiber]:
    """Fibers of 6 to 14 µm, 0.3 to 2 mm away from an electrode."""
    random = np.random.default_rng(np.random.SeedSequence(seed))
    fibers = []
    for _ in range(count):
        diameter = float(np.clip(random.normal(9.0, 2.0), 6.0, 14.0))
        distance = float(random.uniform(300.0, 2000.0))
        fiber = ascent.build_fiber("MRG_INTERPOLATION", diameter=diameter, n_sections=221)
        fiber.potentials = fiber.point_source_potentials(x=0, y=distance, z=fiber.length / 2, i0=1, sigma=0.3)
        fibers.append(fiber)
    return fibers


def main(count: int = 2000) -> None:
    fibers = population(count)
    pulse = ascent.stimulus.monophasic_pulse_train(
        dt=DT, on=0.1, off=4, stop=5, pulse_width=0.1, pulse_repetition_freq=1
    )
    started = time.perf_counter()
    table = ascent.find_threshold(fibers, waveform=pulse, dt=DT, tstop=5, search="fast")
    seconds = time.perf_counter() - started
    sizes = table["threshold_mA"].abs()
    print(f"{count} thresholds in {seconds:.1f} s, {table['n_runs'].mean():.1f} runs each")
    for percent in (10, 50, 90):
        print(f"{percent:3d} % recruited at {np.nanpercentile(sizes, percent):.3f} mA")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:2]))
