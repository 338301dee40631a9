"""Activation thresholds: the batch engine against ascent's NEURON engine and, if installed, PyFibers.

    python benchmarks/batch_engine.py [--fibers 64] [--reference 4] [--json out.json]

All run in this process, one after the other, in one thread, on the same fibers (MRG_INTERPOLATION, 51 nodes, PyFibers'
end nodes, each of its own diameter), potentials, pulse, dt, tstop, first bounds, search and tolerance. The reference
engines do the first `--reference` fibers of the population, the batch engine all of it. Times are CPU seconds and
include everything that depends on a fiber (coefficients, modes, settling); compiling is done before and not timed.

Two ratios tell two gains apart: per fiber, and per fiber-step, which only compares the solvers (both searches take the
same runs; the engines look at different intervals whether a run may stop, so their steps differ a little).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

DT = 0.001  # ms
TSTOP = 5.0  # ms
PULSE = 0.1  # ms
TOLERANCE = 1.0  # %
SIGMA = 0.3  # S/m
N_NODES = 51


def population(count: int) -> list[Any]:
    """Fibers of several diameters and distances, the same in every run."""
    import numpy as np

    from ascent.fibers import build_fiber

    random = np.random.default_rng(20)
    fibers = []
    for _ in range(count):
        fiber = build_fiber("MRG_INTERPOLATION", float(random.uniform(5, 15)), n_nodes=N_NODES, convention="pyfibers")
        distance = float(random.uniform(300, 1000))
        fiber.potentials = fiber.point_source_potentials(0, distance, fiber.length / 2, 1, SIGMA)
        fibers.append(fiber)
    return fibers


def run_ascent(engine: str, count: int, search: str) -> dict[str, Any]:
    """Thresholds by one of ascent's engines."""
    import numpy as np

    from ascent.protocols import find_threshold

    waveform = np.ones(round(PULSE / DT))
    find_threshold(population(1), waveform, DT, 0.2, engine=engine, max_steps=1)  # compiled and loaded before
    start = time.process_time()
    fibers = population(count)
    table = find_threshold(fibers, waveform, DT, TSTOP, tolerance=TOLERANCE, engine=engine, search=search)
    seconds = time.process_time() - start
    return {
        "name": f"{engine}, search={search}",
        "fibers": count,
        "ms_per_fiber": seconds / count * 1e3,
        "runs_per_fiber": float(table.n_runs.mean()),
        "steps_per_fiber": float(table.n_steps.mean()),
        "steps_per_second": float(table.n_steps.sum()) / seconds,
        "thresholds": [None if value != value else float(value) for value in table.threshold_mA],
    }


def run_pyfibers(count: int) -> dict[str, Any] | None:
    """Thresholds by PyFibers with its defaults; None when it is not installed."""
    try:
        from pyfibers import FiberModel, ScaledStim
        from pyfibers import build_fiber as build_peer
    except ImportError:
        return None
    seconds, thresholds = 0.0, []
    for ours in population(count):
        start = time.process_time()
        fiber = build_peer(FiberModel.MRG_INTERPOLATION, diameter=ours.diameter, n_nodes=N_NODES, temperature=37)
        fiber.potentials = ours.potentials
        stimulation = ScaledStim(waveform=lambda t: 1.0 if t < PULSE else 0.0, dt=DT, tstop=TSTOP)
        _, amplitude = stimulation.find_threshold(fiber, stimamp_top=-1.0, stimamp_bottom=-0.01)
        seconds += time.process_time() - start
        thresholds.append(float(amplitude))
    return {"name": "PyFibers", "fibers": count, "ms_per_fiber": seconds / count * 1e3, "thresholds": thresholds}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fibers", type=int, default=64, help="fibers of the batch engine")
    parser.add_argument("--reference", type=int, default=4, help="fibers of the reference engines")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    options = parser.parse_args()
    results = []
    for search in ("ascent", "fast"):
        results.append(run_ascent("neuron", options.reference, search))
        results.append(run_ascent("batch", options.reference, search))
        results.append(run_ascent("batch", options.fibers, search))
    peer = run_pyfibers(options.reference)
    if peer is not None:
        results.append(peer)
    print(f"{'engine':24}{'fibers':>7}{'ms/fiber':>11}{'runs':>7}{'steps':>9}{'fiber-steps/s':>15}")
    for one in results:
        print(
            f"{one['name']:24}{one['fibers']:7d}{one['ms_per_fiber']:11.2f}{one.get('runs_per_fiber', 0):7.1f}"
            f"{one.get('steps_per_fiber', 0):9.0f}{one.get('steps_per_second', 0):15.0f}"
        )
    equal = True
    for offset, search in ((0, "ascent"), (3, "fast")):
        neuron, few, many = results[offset : offset + 3]
        equal &= neuron["thresholds"] == few["thresholds"]
        print(
            f"search={search}: {neuron['ms_per_fiber'] / many['ms_per_fiber']:.0f} times faster per fiber, "
            f"{many['steps_per_second'] / neuron['steps_per_second']:.0f} times per step; thresholds "
            f"{'equal in every digit' if neuron['thresholds'] == few['thresholds'] else 'DIFFER'}"
        )
    if peer is None:
        print("PyFibers is not installed here (GPL; pip install pyfibers && pyfibers_compile) and was left out.")
    else:
        print(
            f"PyFibers: {peer['ms_per_fiber'] / results[2]['ms_per_fiber']:.0f} times slower per fiber (search=ascent)"
        )
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
