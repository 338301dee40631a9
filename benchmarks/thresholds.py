"""Thresholds by the batch engine, by ascent's NEURON engine and by PyFibers, side by side on one core.

    python benchmarks/thresholds.py [--json out.json] [--peer-python /path/to/python] [--quick]

Each side runs in a process of its own, pinned to one core, started by this one, one after the other. All get the same
random fibers (PyFibers' end nodes; the seed is an option), potentials of a point source, pulse, dt, tstop and
tolerance. Compiled mechanisms are there before; nothing else is: building fibers, their coefficients, modes and
settling are timed, in CPU seconds. The batch engine does the whole population in one call, since that is what it is
for, and the others its first fibers; a pair's ratio is the other's time for a fiber over ours for the mean fiber.

MRG: MRG_INTERPOLATION, 5.7 to 16 µm, 51 nodes (551 sections), 0.1 ms pulse, dt 0.001 ms, tstop 5 ms, 1 %.
C-fibers: SUNDT and TIGERHOLM, 1 µm, 601 sections, 0.1 ms pulse, dt 0.001 ms, tstop 25 ms, 1 %. PyFibers takes minutes
for a threshold of these; with --quick they are left out, and PyFibers does two MRG fibers.
Searches start at -0.5 and -0.01 mA (C-fibers -1.5 and -0.1): PyFibers' own -1 mA blocks some fibers at a virtual anode.
The kernel's rate counts the steps of a search over the CPU time within the C++ solver.

PyFibers is licensed under the GPL and is not a dependency of ascent: ``pip install pyfibers && pyfibers_compile``, in
an environment of its own if you like (--peer-python). Without it its columns are left out.
The bars are those of the project's issue; exit code 1 when one that was measured is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

DT, PULSE = 0.001, 0.1  # ms
STUDIES: dict[str, dict[str, Any]] = {
    "MRG_INTERPOLATION": {"tstop": 5.0, "n_sections": 551, "top": -0.5, "bottom": -0.01, "sigma": 0.3},
    "SUNDT": {"tstop": 25.0, "n_sections": 601, "top": -1.5, "bottom": -0.1, "sigma": 0.3},
    "TIGERHOLM": {"tstop": 25.0, "n_sections": 601, "top": -1.5, "bottom": -0.1, "sigma": 0.3},
}
#: Times PyFibers, times ascent's NEURON engine.
BARS = {"MRG_INTERPOLATION": (5000.0, 500.0), "SUNDT": (300.0, None), "TIGERHOLM": (150.0, None)}
KERNEL_BARS = {8: 2.5e6, 4: 1.2e6}


def population(model: str, count: int, seed: int) -> list[dict[str, float]]:
    """Random fibers; the first of a longer population are those of a shorter one."""
    rng = random.Random(f"{model} {seed}")
    if model == "MRG_INTERPOLATION":
        return [{"diameter": rng.uniform(5.7, 16), "distance": rng.uniform(300, 1000)} for _ in range(count)]
    return [{"diameter": 1.0, "distance": rng.uniform(200, 400)} for _ in range(count)]


def run_ascent(model: str, fibers: list[dict[str, float]], engine: str, tolerance: float) -> dict[str, Any]:
    """Thresholds by one of ascent's engines, and how fast."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    import numpy as np

    from ascent.engines.batch import library
    from ascent.engines.batch.programs import supported_lanes
    from ascent.fibers import build_fiber
    from ascent.protocols import find_threshold

    study = STUDIES[model]
    in_solver = 0.0
    run = library.Solver.run

    def timed(self: Any, max_steps: int) -> int:
        nonlocal in_solver
        start = time.process_time()
        ended = run(self, max_steps)
        in_solver += time.process_time() - start if self.dt == DT else 0.0
        return ended

    def search(entries: list[dict[str, float]], **options: Any) -> Any:
        made = []
        for entry in entries:
            fiber = build_fiber(model, entry["diameter"], int(study["n_sections"]), convention="pyfibers")
            fiber.potentials = fiber.point_source_potentials(0, entry["distance"], fiber.length / 2, 1, study["sigma"])
            made.append(fiber)
        return find_threshold(made, np.ones(round(PULSE / DT)), DT, engine=engine, **options)

    # another fiber, so that what is compiled or imported once is there, and nothing that a fiber needs
    search([{"diameter": 0.9 * fibers[0]["diameter"], "distance": 5000.0}], tstop=0.2, max_steps=1)
    library.Solver.run = timed  # type: ignore[method-assign]
    bounds = {"top": study["top"], "bottom": study["bottom"], "tolerance": tolerance, "tstop": study["tstop"]}
    groups = [fibers] if engine == "batch" else [[fiber] for fiber in fibers]
    seconds, thresholds, steps = [], [], 0
    for group in groups:
        start = time.process_time()
        table = search(group, search="fast", **bounds)
        seconds.append((time.process_time() - start) / len(group))
        thresholds += [float(value) for value in table.threshold_mA]
        steps += int(table.n_steps.sum())
    rate = steps / in_solver if in_solver else None
    lanes = supported_lanes()[0] if supported_lanes() else 0
    return {"seconds": seconds, "thresholds": thresholds, "steps": steps, "kernel_rate": rate, "lanes": lanes}


def run_pyfibers(model: str, fibers: list[dict[str, float]], tolerance: float) -> dict[str, Any]:
    """Thresholds by PyFibers with its defaults, and how fast."""
    from pyfibers import FiberModel, ScaledStim, build_fiber

    study = STUDIES[model]
    seconds, thresholds = [], []
    for entry in fibers:
        start = time.process_time()
        size = {"n_sections": int(study["n_sections"])}
        fiber = build_fiber(getattr(FiberModel, model), diameter=entry["diameter"], temperature=37, **size)
        fiber.potentials = fiber.point_source_potentials(0, entry["distance"], fiber.length / 2, 1, study["sigma"])
        stimulation = ScaledStim(waveform=lambda t: 1.0 if t < PULSE - DT / 2 else 0.0, dt=DT, tstop=study["tstop"])
        threshold, _ = stimulation.find_threshold(
            fiber, stimamp_top=study["top"], stimamp_bottom=study["bottom"], termination_tolerance=tolerance
        )
        seconds.append(time.process_time() - start)
        thresholds.append(float(threshold))
    return {"seconds": seconds, "thresholds": thresholds, "version": version("pyfibers")}


def in_child(options: argparse.Namespace, side: str, model: str, count: int, tolerance: float) -> dict[str, Any] | None:
    """Run one side in a process of its own, on one core; None when that side's package is not installed."""
    python = options.peer_python if side == "pyfibers" else sys.executable
    words = [python, str(Path(__file__).resolve()), "--side", side, "--model", model, "--count", str(count)]
    words += ["--tolerance", repr(tolerance), "--seed", str(options.seed)]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ, **threads})
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [str(done.returncode)])[-1]
        if side == "pyfibers" and "ModuleNotFoundError" in last:
            return None
        sys.exit(f"{side}, {model}: {last}")
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def compare(options: argparse.Namespace, model: str, count: int, neuron: int, peer: int) -> dict[str, Any]:
    """Every side on a model; prints the pairs."""
    ours = in_child(options, "batch", model, count, 1.0)
    assert ours is not None
    mean = ours["seconds"][0]
    result: dict[str, Any] = {"fibers": count, "ms_per_fiber": 1e3 * mean, "kernel_rate": ours["kernel_rate"]}
    result["lanes"] = ours["lanes"]
    print(f"{model}: batch engine {1e3 * mean:.2f} ms a fiber ({count} fibers in one call),", end=" ")
    print(f"{ours['kernel_rate'] / 1e6:.2f} million fiber-steps/s in the solver, {ours['lanes']} lanes")
    sides = {"ascent NEURON": ("neuron", neuron), "PyFibers": ("pyfibers", peer)}
    for name, (side, n) in sides.items():
        other = in_child(options, side, model, n, 1.0) if n else None
        if other is None:
            continue
        ratios = [seconds / mean for seconds in other["seconds"]]
        worst = max(abs(a / b - 1) for a, b in zip(ours["thresholds"], other["thresholds"], strict=False))
        result[side] = {**other, "ratios": ratios, "median_ratio": statistics.median(ratios), "worst_difference": worst}
        print(f"  {name:>13}: {statistics.median(other['seconds']):8.2f} s a fiber (median of {n});", end=" ")
        print(f"ratio {statistics.median(ratios):7.0f} ({', '.join(f'{ratio:.0f}' for ratio in ratios)});", end=" ")
        print(f"thresholds within {100 * worst:.3f} %")
    return result


def main() -> int:
    """Run all sides and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", nargs="?", const="-", help="write the numbers to a file, or print them")
    parser.add_argument("--peer-python", default=sys.executable, help="a Python that has pyfibers")
    parser.add_argument("--quick", action="store_true", help="MRG only, and few fibers of the slow sides")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fibers", type=int, default=256, help="of the batch engine")
    parser.add_argument("--side", choices=["batch", "neuron", "pyfibers"], help=argparse.SUPPRESS)
    parser.add_argument("--model", help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--tolerance", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if options.side:
        fibers = population(options.model, options.count, options.seed)
        if options.side == "pyfibers":
            print(json.dumps(run_pyfibers(options.model, fibers, options.tolerance)))
        else:
            print(json.dumps(run_ascent(options.model, fibers, options.side, options.tolerance)))
        return 0

    versions = {name: version(name) for name in ("neuron", "numpy", "scipy")}
    machine = {"processor": _processor(), "python": platform.python_version(), **versions}
    print(", ".join(f"{name} {value}" for name, value in machine.items()))
    few = 2 if options.quick else 8
    results = {"MRG_INTERPOLATION": compare(options, "MRG_INTERPOLATION", options.fibers, few, few)}
    if not options.quick:
        for model in ("SUNDT", "TIGERHOLM"):
            results[model] = compare(options, model, options.fibers // 2, 0, 1)
    fine = [in_child(options, side, "MRG_INTERPOLATION", few, 0.02) for side in ("batch", "neuron")]
    pairs = zip(*(side["thresholds"] for side in fine if side), strict=True)
    fine_difference = max(abs(a / b - 1) for a, b in pairs)
    print(f"At a tolerance of 0.02 % the engines' thresholds differ by at most {100 * fine_difference:.4f} %.")

    missed = []
    for model, (peer_bar, neuron_bar) in BARS.items():
        for side, bar in (("pyfibers", peer_bar), ("neuron", neuron_bar)):
            measured = results.get(model, {}).get(side)
            if measured and bar and measured["median_ratio"] < bar:
                missed.append(f"{model}: {measured['median_ratio']:.0f} times {side}, the bar is {bar:.0f}")
            if measured and measured["worst_difference"] > 0.01:
                missed.append(f"{model}: thresholds differ from {side}'s by {100 * measured['worst_difference']:.2f} %")
    mrg = results["MRG_INTERPOLATION"]
    if mrg["kernel_rate"] < KERNEL_BARS.get(mrg["lanes"], 0.0):
        missed.append(f"kernel rate {mrg['kernel_rate']:.3g}, the bar is {KERNEL_BARS[mrg['lanes']]:.3g}")
    if fine_difference > 5e-4:
        missed.append(f"fine thresholds differ by {100 * fine_difference:.3f} %, the bar is 0.05 %")
    print("\n".join(f"missed: {line}" for line in missed) or "all bars that were measured are met")
    report = json.dumps(
        {"machine": machine, "results": results, "fine_difference": fine_difference, "missed": missed}, indent=2
    )
    if options.json == "-":
        print(report)
    elif options.json:
        Path(options.json).write_text(report, encoding="utf-8")
    return 1 if missed else 0


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


if __name__ == "__main__":
    sys.exit(main())
