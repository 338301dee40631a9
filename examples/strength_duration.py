"""Strength-duration curve of a myelinated fiber beside a point source, and its chronaxie.

    python examples/strength_duration.py [picture.png]

Weiss's law says I(w) = I_rh (1 + w_ch / w): the charge I(w) w is a straight line over the pulse width w, whose slope is
the rheobase and whose intercept is rheobase times chronaxie.
"""

from __future__ import annotations

import sys

import numpy as np

import ascent

DT = 0.005  # ms
WIDTHS = np.array([0.02, 0.05, 0.1, 0.2, 0.5, 1.0])  # ms


def threshold(fiber: ascent.fibers.Fiber, width: float) -> float:
    """|threshold| in mA for one cathodic pulse of `width` ms."""
    pulse = ascent.stimulus.monophasic_pulse_train(
        dt=DT, on=0.1, off=4, stop=6, pulse_width=width, pulse_repetition_freq=1
    )
    table = ascent.find_threshold([fiber], waveform=pulse, dt=DT, tstop=6, search="fast", tolerance=0.1)
    return abs(float(table["threshold_mA"].iloc[0]))


def main(picture: str | None = None) -> None:
    fiber = ascent.build_fiber("MRG_INTERPOLATION", diameter=10, n_sections=221)
    fiber.potentials = fiber.point_source_potentials(x=0, y=1000, z=fiber.length / 2, i0=1, sigma=0.3)
    thresholds = np.array([threshold(fiber, width) for width in WIDTHS])
    rheobase, charge = np.polyfit(WIDTHS, thresholds * WIDTHS, 1)
    for width, value in zip(WIDTHS, thresholds, strict=True):
        print(f"{width:5.2f} ms  {value:.4f} mA")
    print(f"rheobase {rheobase:.3f} mA, chronaxie {1000 * charge / rheobase:.0f} µs")
    if picture:
        from matplotlib.figure import Figure

        axes = Figure(layout="constrained").add_subplot()
        axes.loglog(WIDTHS, thresholds, "o-")
        axes.set(xlabel="pulse width (ms)", ylabel="|threshold| (mA)")
        axes.figure.savefig(picture)


if __name__ == "__main__":
    main(*sys.argv[1:2])
