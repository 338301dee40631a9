"""Activation thresholds: ascent's NEURON engine against PyFibers, same fibers, steps and tolerance.

    python benchmarks/neuron_engine.py [--fibers 2] [--peer-python /path/to/python] [--json out.json]

Each side runs in a process of its own, started by this one, one after the other, with one thread. Both get the same
fibers (MRG_INTERPOLATION, PyFibers' end nodes), potentials, waveform, dt, tstop, first bounds and tolerance, and the
same sections; compiling and loading mechanisms is not timed, building fibers is. Times are CPU seconds.

What each does: PyFibers steps from Python, sets every section's potential at each step, and runs a search's
simulations until tstop or 5 ms after the first spike (its default). ascent steps from C, sets potentials when the
waveform changes, keeps the state at stimulus onset, and ends a run when its verdict is settled
(ascent.engines.base); it is also timed with every run to tstop, to tell the two gains apart.

PyFibers is licensed under the GPL and is not a dependency of ascent: install it with
``pip install pyfibers && pyfibers_compile``, in an environment of its own if you like (--peer-python).
The bar: at least five times faster, thresholds equal within the tolerance; exit code 1 when it is missed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

DT = 0.001  # ms
TSTOP = 5.0  # ms
PULSE = 0.1  # ms
TOLERANCE = 1.0  # %
SIGMA = 0.3  # S/m
TOP, BOTTOM = -0.5, -0.01  # mA; PyFibers' own start of -1 mA blocks the larger fibers at a virtual anode
BAR = 5.0


def population(count: int) -> list[dict[str, float]]:
    """Fibers of several diameters and distances, the same in every run."""
    spread = [(index + 0.5) / count for index in range(count)]
    return [{"diameter": round(4 + 10 * u, 3), "distance": round(400 + 600 * (1 - u)), "n_nodes": 31} for u in spread]


def run_ascent(fibers: list[dict[str, float]], early_stop: bool) -> list[dict[str, float]]:
    """Thresholds by ascent."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    import numpy as np

    from ascent.fibers import build_fiber
    from ascent.mechanisms.build import load_mechanisms
    from ascent.protocols import find_threshold

    load_mechanisms()
    results = []
    for entry in fibers:
        start = time.process_time()
        fiber = build_fiber(
            "MRG_INTERPOLATION", entry["diameter"], n_nodes=int(entry["n_nodes"]), convention="pyfibers"
        )
        fiber.potentials = fiber.point_source_potentials(0, entry["distance"], fiber.length / 2, 1, SIGMA)
        table = find_threshold(
            fiber,
            np.ones(round(PULSE / DT)),
            DT,
            TSTOP,
            top=TOP,
            bottom=BOTTOM,
            tolerance=TOLERANCE,
            early_stop=early_stop,
            engine="neuron",
        )
        seconds = time.process_time() - start
        results.append({"threshold": float(table.threshold_mA[0]), "seconds": seconds, "steps": int(table.n_steps[0])})
    return results


def run_pyfibers(fibers: list[dict[str, float]]) -> list[dict[str, float]]:
    """Thresholds by PyFibers, with its defaults."""
    try:
        from pyfibers import FiberModel, ScaledStim, build_fiber
    except ImportError:
        sys.exit("PyFibers is not installed here; pip install pyfibers && pyfibers_compile, or give --peer-python.")
    results = []
    for entry in fibers:
        start = time.process_time()
        fiber = build_fiber(
            FiberModel.MRG_INTERPOLATION,
            diameter=entry["diameter"],
            n_nodes=int(entry["n_nodes"]),
            temperature=37,
        )
        fiber.potentials = fiber.point_source_potentials(0, entry["distance"], fiber.length / 2, 1, SIGMA)
        stimulation = ScaledStim(waveform=lambda t: 1.0 if t < PULSE - DT / 2 else 0.0, dt=DT, tstop=TSTOP)
        threshold, _ = stimulation.find_threshold(
            fiber, stimamp_top=TOP, stimamp_bottom=BOTTOM, termination_tolerance=TOLERANCE
        )
        results.append({"threshold": float(threshold), "seconds": time.process_time() - start})
    return results


def in_child(python: str, side: str, count: int) -> list[dict[str, float]]:
    """Run one side in a process of its own."""
    command = [python, str(Path(__file__).resolve()), "--side", side, "--fibers", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{side} failed: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
    answer: list[dict[str, float]] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def main() -> int:
    """Run both sides and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fibers", type=int, default=2)
    parser.add_argument("--peer-python", default=sys.executable, help="a Python that has pyfibers")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    parser.add_argument("--side", choices=["ascent", "full", "pyfibers"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    fibers = population(options.fibers)
    if options.side:
        sides = {"ascent": lambda: run_ascent(fibers, True), "full": lambda: run_ascent(fibers, False)}
        print(json.dumps(sides.get(options.side, lambda: run_pyfibers(fibers))()))
        return 0
    ours = in_child(sys.executable, "ascent", options.fibers)
    full = in_child(sys.executable, "full", options.fibers)
    peer = in_child(options.peer_python, "pyfibers", options.fibers)
    print(f"{'D µm':>7} {'r µm':>6} {'ascent mA':>12} {'PyFibers mA':>12} {'diff %':>7}", end=" ")
    print(f"{'ascent s':>9} {'to tstop s':>10} {'PyFibers s':>10} {'ratio':>6}")
    worst = 0.0
    for fiber, mine, whole, other in zip(fibers, ours, full, peer, strict=True):
        difference = 100 * (mine["threshold"] / other["threshold"] - 1)
        worst = max(worst, abs(difference))
        print(f"{fiber['diameter']:7.3f} {fiber['distance']:6.0f} {mine['threshold']:12.6f}", end=" ")
        print(f"{other['threshold']:12.6f} {difference:7.3f} {mine['seconds']:9.2f} {whole['seconds']:10.2f}", end=" ")
        print(f"{other['seconds']:10.2f} {other['seconds'] / mine['seconds']:6.1f}")
    total = {name: sum(entry["seconds"] for entry in side) for name, side in (("a", ours), ("f", full), ("p", peer))}
    ratio = total["p"] / total["a"]
    print(f"ascent is {ratio:.1f} times faster ({total['p'] / total['f']:.1f} with every run to tstop);", end=" ")
    print(f"thresholds differ by at most {worst:.3f} % at a tolerance of {TOLERANCE:g} %.")
    if options.json:
        options.json.write_text(json.dumps({"ratio": ratio, "ascent": ours, "full": full, "pyfibers": peer}, indent=2))
    return 0 if ratio >= BAR and worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
