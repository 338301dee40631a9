"""Sweeps of a cell in a network: the batch engine beside NEURON, drawing activity, memory, and a whole run.

    python benchmarks/simrun.py [--json out.json] [--example DIR] [--parts drawing,engines,…] [--sweeps 16]

`--example` is a folder with simrun's example (``getting_started/example_data``, and ``reference``); by default
``shared/data/simrun`` beside the checkout. Without one the small example that is shipped is run, for which there are
no bars. Every part runs in a process of its own, one after the other; those that compare are pinned to one core and
timed in CPU seconds. Mechanisms are compiled before; building the cell and the network counts as set-up.

drawing   activity and realization of a sweep, from either kind of stream; set-up of the first sweep
engines   the same sweeps by the batch engine, by our NEURON engine (shared point processes) and by NEURON with one
          point process for each active synapse
voltages  the six stored trials by the batch engine and by NEURON
memory    peak memory of a run of 200 sweeps, and how much it grows after the first 40
run       64 sweeps on 2 cores by run_new_simulations, files written

The bars are those of the project's issue; exit code 1 when one that was measured is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
T_STOP = 345.0
PARTS = ("drawing", "engines", "voltages", "memory", "run")
#: Value by (part, key): at most for seconds, bytes and mV; at least for ratios.
BARS: dict[tuple[str, str], float] = {
    ("drawing", "philox_s_per_sweep"): 0.05,
    ("drawing", "isf_s_per_sweep"): 3.0,
    ("drawing", "first_sweep_setup_s"): 2.0,
    ("engines", "ratio_to_one_process_per_synapse"): 30.0,
    ("engines", "ratio_to_our_neuron_engine"): 15.0,
    ("voltages", "largest_difference_mV"): 1e-6,
    ("voltages", "spikes_at_other_steps"): 0,
    ("memory", "peak_MB"): 600.0,
    ("memory", "growth_MB"): 10.0,
    ("run", "wall_s"): 20.0,
}


def files_of(example: Path | None) -> tuple[Path, Path]:
    """Parameter files of the cell and the network."""
    if example is None:
        from ascent.network.example import small_example

        files = small_example()
        return files.cell, files.network
    data = example / "getting_started" / "example_data"
    return (
        data / "biophysical_constraints" / "86_C2_center.param.TEMPLATE",
        data / "functional_constraints" / "network.param.TEMPLATE",
    )


class Study:
    """The cell in its network, as the parts use it."""

    def __init__(self, example: Path | None) -> None:
        from ascent.network.cell import create_cell
        from ascent.network.realization import CellLayout, Network
        from ascent.network.simulation import SimulationSettings, Site

        cell, network = files_of(example)
        self.cell = create_cell(cell)
        self.network = Network.of(network, CellLayout.of(self.cell))
        middle = len(self.cell.sections) // 4
        sites = (Site("soma", self.cell.soma.index, 0), Site("dendrite", middle, 0))
        self.settings = SimulationSettings(-75.0, 0.025, T_STOP, 34.0, sites)

    def realizations(self, sweeps: range) -> list[Any]:
        from ascent.network.realization import NetworkRealizer

        realizer = NetworkRealizer(self.network, T_STOP, 1)
        return [realizer.realize(sweep)[1] for sweep in sweeps]


def drawing(example: Path | None, sweeps: int) -> dict[str, float]:
    """Seconds for set-up and for drawing a sweep."""
    import ascent.network.cell.cell  # noqa: F401  imports are not set-up
    from ascent.network.realization import CellLayout, Network, NetworkRealizer

    begin = time.process_time()
    study = Study(example)
    NetworkRealizer(study.network, T_STOP, 1).realize(0)
    setup = time.process_time() - begin
    result = {"first_sweep_setup_s": setup}
    for rng in ("philox", "isf"):
        realizer = NetworkRealizer(Network.of(files_of(example)[1], CellLayout.of(study.cell)), T_STOP, 1, rng)
        realizer.realize(0)
        begin = time.process_time()
        for sweep in range(1, 1 + sweeps):
            realizer.realize(sweep)
        result[f"{rng}_s_per_sweep"] = (time.process_time() - begin) / sweeps
    return result


def engines(example: Path | None, sweeps: int) -> dict[str, float]:
    """CPU seconds a sweep of each engine."""
    from ascent.network.simulation import Simulator, run_in_neuron

    study = Study(example)
    realizations = study.realizations(range(sweeps))
    batch = Simulator(study.cell, study.network.receptors, study.settings, "batch")
    list(batch.run(realizations[:1]))  # the kernels are compiled, the cell's tables made
    result: dict[str, float] = {"sweeps": sweeps}
    begin = time.process_time()
    list(batch.run(realizations))
    result["batch_s_per_sweep"] = (time.process_time() - begin) / sweeps
    for key, merge in (("our_neuron", True), ("one_process_per_synapse", False)):
        begin = time.process_time()
        run_in_neuron(study.cell, realizations[0], study.settings, merge)
        result[f"{key}_s_per_sweep"] = time.process_time() - begin
    for key in ("our_neuron", "one_process_per_synapse"):
        name = "our_neuron_engine" if key == "our_neuron" else key
        result[f"ratio_to_{name}"] = result[f"{key}_s_per_sweep"] / result["batch_s_per_sweep"]
    return result


def voltages(example: Path | None, sweeps: int) -> dict[str, float]:
    """The largest difference between the engines (mV), and spikes at other steps, over the six stored trials."""
    import numpy as np

    from ascent.network.formats.traces import spike_times
    from ascent.network.realization.replay import replay_realization
    from ascent.network.simulation import Simulator

    study = Study(example)
    if example is None:
        realizations = study.realizations(range(6))
    else:
        (folder,) = (example / "getting_started" / "example_data" / "simulation_data").glob("C2_evoked*/20150815-*")
        tables = [folder / f"simulation_run{trial:04d}_synapses.csv" for trial in range(6)]
        realizations = [replay_realization(study.network, path, trial) for trial, path in enumerate(tables)]
    runs = {}
    for engine in ("batch", "neuron"):
        simulator = Simulator(study.cell, study.network.receptors, study.settings, engine)
        runs[engine] = {item.sweep: item.voltages for item in simulator.run(realizations)}
    largest, moved = 0.0, 0
    for trial in range(6):
        ours, theirs = runs["batch"][trial], runs["neuron"][trial]
        largest = max(largest, float(np.abs(ours - theirs).max()))
        times = [spike_times(study.settings.times, item[0]).tolist() for item in (ours, theirs)]
        moved += len(set(times[0]) ^ set(times[1]))
    return {"largest_difference_mV": largest, "spikes_at_other_steps": moved}


def memory(example: Path | None, sweeps: int) -> dict[str, float]:
    """Peak memory (MB) of a run of 200 sweeps, and its growth after the first 40."""
    import ascent
    from ascent.simrun.outputs import SweepFiles

    seen: list[float] = []
    write: Callable[..., None] = SweepFiles.write

    def counted(self: Any, output: Any) -> None:
        write(self, output)
        seen.append(peak())

    SweepFiles.write = counted  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory() as folder:
        ascent.run_new_simulations(*files_of(example), folder, nSweeps=200, nprocs=1, tStop=T_STOP, seed=1)
    return {"peak_MB": peak(), "growth_MB": seen[-1] - seen[39]}


def peak() -> float:
    """Peak memory of this process, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(example: Path | None, sweeps: int) -> dict[str, float]:
    """Wall and CPU seconds of 64 sweeps on two cores, files written."""
    import ascent

    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        directory = ascent.run_new_simulations(*files_of(example), folder, nSweeps=64, nprocs=2, tStop=T_STOP, seed=1)
        wall = time.perf_counter() - begin
        written = len(list(Path(directory).glob("simulation_run*_synapses.csv")))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {"wall_s": wall, "cpu_s": sum(item.ru_utime + item.ru_stime for item in used), "sweeps": written}


def measure(part: str, example: Path | None, sweeps: int) -> dict[str, float]:
    """One part, in a process of its own."""
    call = [sys.executable, str(Path(__file__)), "--part", part, "--sweeps", str(sweeps)]
    call += ["--example", str(example)] if example else ["--small"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    if part in ("drawing", "engines"):
        environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(call, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def verdict(part: str, key: str, value: float) -> bool | None:
    """Whether a value is within its bar; None where there is none."""
    bar = BARS.get((part, key))
    if bar is None:
        return None
    return value >= bar if key.startswith("ratio") else value <= bar


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    parser.add_argument("--example", type=Path, help="folder with simrun's example")
    parser.add_argument("--small", action="store_true", help="run the shipped example")
    parser.add_argument("--parts", default=",".join(PARTS), help="which parts, with commas between")
    parser.add_argument("--sweeps", type=int, default=16, help="sweeps of the parts drawing and engines")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    beside = ROOT.parent / "shared" / "data" / "simrun"
    example = None if options.small else options.example or (beside if beside.is_dir() else None)
    if options.part:
        if options.part in ("drawing", "engines") and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print(json.dumps(globals()[options.part](example, options.sweeps)))
        return 0
    report: dict[str, Any] = {"machine": platform.processor() or platform.machine(), "example": str(example or "small")}
    missed = False
    for part in options.parts.split(","):
        report[part] = measure(part, example, options.sweeps)
        for key, value in report[part].items():
            good = verdict(part, key, value) if example else None
            missed |= good is False
            bar = f"   bar {BARS[part, key]:g} {'met' if good else 'MISSED'}" if good is not None else ""
            print(f"{part:9} {key:38} {value:12.4g}{bar}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
