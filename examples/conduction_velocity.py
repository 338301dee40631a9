"""Conduction velocity over diameter, of myelinated and unmyelinated fibers.

    python examples/conduction_velocity.py

A pulse into one end makes a spike; its times at a quarter and three quarters of the fiber give the velocity. In
myelinated fibers it grows about as the diameter, in unmyelinated ones as its square root (Hursh 1939; Rushton 1951).
"""

from __future__ import annotations

import numpy as np

import ascent

PULSE = {"location": 0.05, "amplitude": 2.0, "pulse_width": 0.2, "delay": 1.0, "frequency": 1.0, "duration": 1.0}


def velocity(model: str, diameter: float, n_sections: int, dt: float, tstop: float) -> float:
    """m/s."""
    fiber = ascent.build_fiber(model, diameter=diameter, n_sections=n_sections)
    fiber.potentials = np.zeros(len(fiber.coordinates))
    silence = np.zeros(round(tstop / dt))
    runs = ascent.run_amplitudes([fiber], waveform=silence, dt=dt, tstop=tstop, amplitudes=[0.0], intracellular=PULSE)
    run = runs["run"].iloc[0]
    nodes = [round(part * (fiber.n_nodes - 1)) for part in (0.25, 0.75)]
    first, second = (run.last_spike(node) for node in nodes)
    return (nodes[1] - nodes[0]) / (fiber.n_nodes - 1) * fiber.length / 1000 / (second - first)


def main() -> None:
    for diameter in (5.7, 8.7, 14.0):
        print(
            f"MRG_INTERPOLATION {diameter:4.1f} µm  {velocity('MRG_INTERPOLATION', diameter, 331, 0.005, 10):5.1f} m/s"
        )
    for diameter in (0.5, 1.0, 2.0):
        print(f"SUNDT             {diameter:4.1f} µm  {velocity('SUNDT', diameter, 601, 0.01, 40):5.2f} m/s")


if __name__ == "__main__":
    main()
