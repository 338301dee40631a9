"""Thresholds of a large population in one call: wall time, memory, and what a second thread brings.

    python benchmarks/population.py [--json out.json] [--fibers 10000] [--diameters 50]

MRG_INTERPOLATION, 51 nodes (551 sections), 5 to 15 µm in as many diameters as asked for, each fiber beside a point
source at a distance of its own (300 to 1000 µm), 0.1 ms pulse, dt 0.001 ms, tstop 5 ms, 1 %, search=fast. Every
measurement is a process of its own, held to one or two cores; what depends on a fiber (coefficients, modes, settling)
is timed, and making the fibers and compiling is not. Memory is the most that the process held, fibers included; its
growth is that over repeats of the call. One thread and two do the population in turns, three times each; their best
times are compared.

The bars are those of the project's issue (for 10 000 fibers and 50 diameters); exit code 1 when one is missed. Use an
otherwise idle machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

DT, PULSE, TSTOP, SIGMA, N_NODES = 0.001, 0.1, 5.0, 0.3, 51  # ms, ms, ms, S/m
MAX_SECONDS, MAX_BYTES, MAX_GROWTH, MIN_SPEEDUP = 60.0, 1e9, 0.05, 1.9
#: Calls of which the growth of memory is measured, each with a twentieth of the fibers.
REPEATS = 6
#: Times that one thread and two are compared.
ROUNDS = 3


def population(count: int, diameters: int) -> list[Any]:
    """Fibers, the same in every run."""
    import numpy as np

    from ascent.fibers import build_fiber

    random = np.random.default_rng(7)
    sizes = np.linspace(5, 15, diameters)
    fibers = []
    for index in range(count):
        fiber = build_fiber("MRG_INTERPOLATION", float(sizes[index % diameters]), n_nodes=N_NODES)
        distance = float(random.uniform(300, 1000))
        fiber.potentials = fiber.point_source_potentials(0, distance, fiber.length / 2, 1, SIGMA)
        fibers.append(fiber)
    return fibers


def resident() -> int:
    """Bytes of memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def measure(count: int, diameters: int, threads: int, repeats: int) -> dict[str, Any]:
    """Call find_threshold `repeats` times in this process."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    import numpy as np

    from ascent.protocols import find_threshold

    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])
    pulse = np.ones(round(PULSE / DT))

    def search(fibers: list[Any], **options: Any) -> Any:
        return find_threshold(fibers, pulse, DT, engine="batch", search="fast", top=-0.5, threads=threads, **options)

    search(population(1, 1), tstop=0.2, max_steps=1)  # compiled and loaded before
    fibers = population(count, diameters)
    held, seconds, table = [], [], None
    for _ in range(repeats):
        start = time.perf_counter()
        table = search(fibers, tstop=TSTOP)
        seconds.append(time.perf_counter() - start)
        held.append(resident())
    assert table is not None
    bits = hashlib.sha256(table.threshold_mA.to_numpy().tobytes() + table.n_steps.to_numpy().tobytes()).hexdigest()
    return {
        "seconds": seconds,
        "held": held,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "bits": bits,
        "missing": int((table.status != "ok").sum()),
        "steps": int(table.n_steps.sum()),
    }


def in_child(options: argparse.Namespace, threads: int, fibers: int, repeats: int = 1) -> dict[str, Any]:
    """Measure in a process of its own."""
    words = [sys.executable, str(Path(__file__).resolve()), "--threads", str(threads), "--fibers", str(fibers)]
    words += ["--diameters", str(options.diameters), "--repeats", str(repeats)]
    libraries = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ, **libraries})
    if done.returncode:
        sys.exit((done.stderr.strip().splitlines() or [str(done.returncode)])[-1])
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def main() -> int:
    """Measure, print, and hold against the bars."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", nargs="?", const="-", help="write the numbers to a file, or print them")
    parser.add_argument("--fibers", type=int, default=10_000)
    parser.add_argument("--diameters", type=int, default=50)
    parser.add_argument("--threads", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--repeats", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.threads:
        print(json.dumps(measure(options.fibers, options.diameters, options.threads, options.repeats)))
        return 0

    rounds = [{threads: in_child(options, threads, options.fibers) for threads in (1, 2)} for _ in range(ROUNDS)]
    best = {threads: min(turn[threads]["seconds"][0] for turn in rounds) for threads in (1, 2)}
    two = min((turn[2] for turn in rounds), key=lambda run: run["seconds"][0])
    same = len({run["bits"] for turn in rounds for run in turn.values()}) == 1
    again = in_child(options, 2, options.fibers // 20, REPEATS)
    seconds, speedup = two["seconds"][0], best[1] / best[2]
    growth = again["held"][-1] / again["held"][0] - 1
    print(f"{options.fibers} fibers over {options.diameters} diameters: {seconds:.1f} s on two cores,", end=" ")
    print(f"{1e3 * seconds / options.fibers:.2f} ms a fiber, {two['steps'] / seconds / 1e6:.2f} million fiber-steps/s")
    print(f"one thread {best[1]:.2f} s, two {best[2]:.2f} s: {speedup:.2f} times as fast,", end=" ")
    print("with the same bits" if same else "with OTHER BITS")
    print(f"memory at most {two['peak'] / 1e6:.0f} MB; over {REPEATS} calls it grows by {100 * growth:.1f} %")
    missed = []
    if two["missing"]:
        missed.append(f"{two['missing']} fibers have no threshold")
    if seconds > MAX_SECONDS:
        missed.append(f"{seconds:.1f} s, the bar is {MAX_SECONDS:.0f} s")
    if two["peak"] >= MAX_BYTES:
        missed.append(f"{two['peak'] / 1e6:.0f} MB, the bar is {MAX_BYTES / 1e6:.0f} MB")
    if growth >= MAX_GROWTH:
        missed.append(f"memory grows by {100 * growth:.1f} %, the bar is {100 * MAX_GROWTH:.0f} %")
    if not same:
        missed.append("one and two threads do not give the same bits")
    if speedup < MIN_SPEEDUP:
        missed.append(f"two threads are {speedup:.2f} times as fast as one, the bar is {MIN_SPEEDUP}")
    print("\n".join(f"missed: {line}" for line in missed) or "all bars are met")
    report = json.dumps({"two": two, "rounds": rounds, "again": again, "speedup": speedup, "missed": missed}, indent=2)
    if options.json == "-":
        print(report)
    elif options.json:
        Path(options.json).write_text(report, encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
