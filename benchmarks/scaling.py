"""How work scales over MPI ranks: a population of fibers on 1 and 2 ranks, the overhead of a unit, 10 000 ranks.

    python benchmarks/scaling.py [--fibers 2000] [--keep DIR] [--json out.json]

Population: MRG fibers of 2 µm in 10 mm of a mock nerve, dt 0.001 ms, 20 ms, 1 %; their n_sim is made once. Measured is
the work on them, from the first unit that is sent to the last result, in fresh jobs of 1 and of 2 ranks; the same again
from the start of the program. Thresholds must be the same. Jobs take turns, and the best of --repeat count: a machine
that shares its cores with others changes its speed by a tenth and more from one job to the next, and two cores are
rarely left in peace at once. The median over the turns is printed beside it, and what the machine itself gives two
processes that share nothing: two jobs of 1 rank at once, with half of the fibers each.
Overhead: units that do nothing, on 2 ranks.
10 000 ranks: the schedule is simulated from the measured times of the units and from what rank 0 was measured to need
for each: receiving and unpacking the outcome, packing and sending the next unit, and the line in the journal. Rank 0
is a queue that serves one unit at a time; every rank that waits for it idles. The job is ten minutes of work for each
rank, in groups as large as a population of that size has; what follows the last result (tables, archive) is not
counted.
The bars are those of the project's issue; exit code 1 when one is missed.
"""

from __future__ import annotations

import argparse
import heapq
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

BAR_SPEEDUP, BAR_OVERHEAD_MS, BAR_EFFICIENCY = 1.9, 1.0, 0.95
RANKS, JOB_SECONDS = 10_000, 600.0
#: An outcome that rank 0 receives takes this long on the wire, s: latency of a cluster's network and some 50 kB.
WIRE_SECONDS = 20e-6
N_SIM = "samples/0/models/0/sims/0/n_sims/0"
#: Folder of a run directory for the outputs of earlier jobs.
SET_ASIDE = "outputs_of_earlier_jobs"
#: Variable that says which core the first process of a job stays on.
CORE = "SCALING_CORE"
STUDY = (
    "+run=0",
    "cuff=purdue",
    "sim.fibers.xy_parameters.mode=UNIFORM_COUNT",
    "+sim.fibers.xy_parameters.seed=1",
    "model.medium.proximal.length=10000",
    "sim.fibers.z_parameters.diameter=2",
    "sim.waveform.global.dt=0.001",
    "sim.waveform.global.stop=20",
    "results.archive=none",
    "engine.workers=2",
)


def nothing(unit: int) -> int:
    """A unit that takes no time."""
    return unit


def on_its_core(unit: int) -> int:
    """A short unit whose process stays on a core of its own from then on, as on clusters; gives the process's id.

    There a launcher sees to that. Some virtual machines leave two busy processes on one core for good.
    """
    time.sleep(0.005)
    cores = sorted(os.sched_getaffinity(0))
    rank = int(os.environ.get("OMPI_COMM_WORLD_RANK") or os.environ.get("PMI_RANK") or 0)
    if len(cores) > 1:
        os.sched_setaffinity(0, {cores[(rank + int(os.environ.get(CORE, 0))) % len(cores)]})
    return os.getpid()


def prepare(folder: Path, fibers: int) -> Path:
    """Run the study once; gives its run directory, whose n_sim the measurements use."""
    words = [*STUDY, f"+sim.fibers.xy_parameters.count={fibers}", f"results.directory={folder}"]
    subprocess.run([sys.executable, "-m", "ascent", *words], check=True, stdout=subprocess.DEVNULL, env=environment())
    (directory,) = folder.iterdir()
    return directory


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}


def job(ranks: int, *words: str) -> dict[str, Any]:
    """Run this file as a job of some ranks; what it printed."""
    started = time.perf_counter()
    return {**result_of(start(ranks, *words)), "whole_seconds": time.perf_counter() - started}


def start(ranks: int, *words: str, core: int = 0) -> subprocess.Popen[str]:
    """This file as a job of some ranks, which has begun."""
    mpirun = shutil.which("mpirun", path=str(Path(sys.executable).parent)) or shutil.which("mpirun") or "mpirun"
    root = ["--allow-run-as-root"] if os.getuid() == 0 else []
    command = [mpirun, *root, "--oversubscribe", "--bind-to", "none", "-n", str(ranks), sys.executable]
    return subprocess.Popen(
        [*command, str(ROOT / "mpi" / "driver.py"), __file__, *words],
        stdout=subprocess.PIPE,
        text=True,
        env=environment() | {CORE: str(core)},
    )


def result_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What a job printed at its end."""
    printed, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"A job of this benchmark ended with exit code {process.returncode}.")
    found: dict[str, Any] = json.loads(printed.splitlines()[-1])
    return found


def turn(directory: Path) -> tuple[dict[int, dict[str, Any]], float]:
    """The population on 1 and on 2 ranks; and the seconds of two jobs of 1 rank that share its work, at once."""
    words = ("--inside", "population", str(directory))
    runs = {}
    for ranks in (1, 2):
        set_aside(directory)
        runs[ranks] = job(ranks, *words)
    set_aside(directory)
    halves = [start(1, *words, str(half), core=half) for half in (0, 1)]
    return runs, statistics.fmean(result_of(half)["seconds"] for half in halves)


def measure_population(directory: Path, half: int | None = None) -> dict[str, Any]:
    """Inside a job: all fibers of the prepared n_sim, or those of every other group."""
    from ascent.project.fiber_groups import LARGEST, USUAL, group_fibers, run_fibers
    from ascent.project.fiber_units import units_of_n_sim
    from ascent.schedule import mpi, run_units
    from benchmarks import scaling  # the module by its name, so that ranks can import what is sent to them

    units, _ = units_of_n_sim(directory / N_SIM, "0_0_0_0", recorded=())
    if half is not None:
        units = [unit for group in group_fibers(units)[half::2] for unit in group.fibers]
    groups: list[float] = []
    tables: list[Any] = []
    begun: list[float] = []

    def arrived(outcome: Any) -> None:
        groups.append(outcome.seconds)
        tables.append(outcome.value)

    workers = None if mpi.size() > 1 else 1
    # Ranks load their libraries while a program plans; here there is next to nothing to plan, so they are waited for.
    there: set[int | None] = set()
    while len(there) < mpi.size():
        units_of_all = range(4 * mpi.size())
        there |= {one.value for one in run_units(units_of_all, scaling.on_its_core, workers=workers, quiet=True)}
    outcomes = run_fibers(
        units, workers=workers, quiet=True, on_group=arrived, on_plan=lambda count: begun.append(time.perf_counter())
    )
    seconds = time.perf_counter() - begun[0]
    thresholds = [outcome.value["threshold_mA"] for outcome in outcomes if outcome.value]
    return {
        "seconds": seconds,
        "groups": groups,
        "thresholds": thresholds,
        "fibers": len(units),
        "group_seconds": {str(size): group_cost(units, tables, size) for size in (USUAL, LARGEST)},
    }


def set_aside(directory: Path) -> None:
    """Let the next job write new files into a new folder, as jobs do; :func:`main` removes the old one at the end.

    To replace files takes a disk many times as long, and so do files made where thousands were just deleted: ext4
    steps over every inode that was freed in the last seconds, which takes up to a tenth of this job, in the kernel.
    """
    outputs = directory / N_SIM / "data" / "outputs"
    folder = directory / SET_ASIDE
    folder.mkdir(exist_ok=True)
    outputs.rename(folder / str(time.time_ns()))
    outputs.mkdir()


def group_cost(units: list[Any], tables: list[Any], size: int) -> float:
    """Seconds that rank 0 needs for a group: to pack it, to unpack its results, for their line and for the disk."""
    import pickle

    from ascent.project.fiber_groups import FiberGroup, compact, values_of
    from ascent.runs.journal import Journal
    from ascent.schedule.processes import outcome_of

    # A group of that size, of the fibers that were run.
    rows = [(0, place, *value.values()) for table in tables for place, value in enumerate(values_of(table).values())]
    names = ("inner", "fiber", "threshold_mA", "n_runs", "n_steps", "engine")
    columns = {name: [rows[place % len(rows)][column] for place in range(size)] for column, name in enumerate(names)}
    group = FiberGroup.of("0_0_0_0/fibers", [units[place % len(units)] for place in range(size)])
    content = pickle.dumps({"n_sim": "0_0_0_0", **compact(columns), "errors": {}})
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal.jsonl") as journal:
        begun = time.perf_counter()
        for number in range(300):
            pickle.dumps(group)
            outcome = outcome_of(f"0_0_0_0/fibers_{number}", number, "done", content, 1.0)
            journal.append("unit", unit=outcome.unit_id, value=outcome.value, seconds=outcome.seconds, lazy=True)
        return (time.perf_counter() - begun) / 300


def measure_overhead() -> dict[str, Any]:
    """Inside a job: units that do nothing."""
    from ascent.schedule import run_units
    from benchmarks.scaling import nothing as unit

    run_units(list(range(200)), unit, quiet=True)
    begun, busy = time.perf_counter(), time.process_time()
    count = 5000
    run_units(list(range(count)), unit, quiet=True)
    return {
        "seconds": (time.perf_counter() - begun) / count,
        "rank_0_seconds": (time.process_time() - busy) / count,
    }


def simulate(unit_seconds: list[float], ranks: int, units: int, service: float, seed: int = 1) -> float:
    """Efficiency of a schedule: work over ranks and time, where rank 0 serves one unit at a time.

    Parameters
    ----------
    unit_seconds : list of float
        Measured times, drawn from at random.
    ranks, units : int
        Ranks that take units, and units to do.
    service : float
        Seconds that rank 0 needs for each unit.
    """
    chance = random.Random(seed)
    work, free, done = 0.0, 0.0, 0.0
    ready = [0.0] * ranks
    heapq.heapify(ready)
    for _ in range(units):
        asked = heapq.heappop(ready)
        free = max(free, asked) + service
        seconds = chance.choice(unit_seconds)
        work += seconds
        done = max(done, free + seconds)
        heapq.heappush(ready, free + seconds)
    return work / ((ranks + 1) * (done + service))


def large_job(single: dict[str, Any], overhead: dict[str, Any]) -> dict[str, float]:
    """Ten minutes of work for each of 10 000 ranks, in groups as the plan of so many fibers makes them."""
    from ascent.project.fiber_groups import LARGEST, USUAL

    usual = single["groups"][1:]  # the first also loads the engine
    fiber_seconds = statistics.fmean(usual) * len(single["groups"]) / single["fibers"]
    spread = [seconds / statistics.fmean(usual) for seconds in usual]
    found = {}
    for name, size in (("usual", USUAL), ("largest", LARGEST)):
        unit = size * fiber_seconds
        # A group of many fibers varies less than one of few: the sum of independent ones.
        ratio = (size / USUAL) ** 0.5
        times = [unit * (1 + (factor - 1) / ratio) for factor in spread]
        service = overhead["rank_0_seconds"] + WIRE_SECONDS + single["group_seconds"][str(size)]
        count = round(JOB_SECONDS / unit) * (RANKS - 1)
        found |= {
            f"{name}_fibers": size,
            f"{name}_unit_seconds": unit,
            f"{name}_rank_0_ms_a_unit": 1e3 * service,
            f"{name}_rank_0_load": (RANKS - 1) * service / unit,
            f"{name}_efficiency": simulate(times, RANKS - 1, min(count, 3_000_000), service),
        }
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fibers", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--keep", type=Path, help="folder for the prepared population; used again when it is there")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--inside", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        kind, *rest = options.inside
        result = measure_population(Path(rest[0]), *map(int, rest[1:])) if kind == "population" else measure_overhead()
        print(json.dumps(result))
        return 0
    folder = options.keep or Path(tempfile.mkdtemp(prefix="ascent_scaling_"))
    folder.mkdir(parents=True, exist_ok=True)
    existing = [path for path in folder.iterdir() if path.is_dir()]
    directory = existing[0] if existing else prepare(folder, options.fibers)
    turns = [turn(directory) for _ in range(options.repeat)]
    runs = {n: min((runs[n] for runs, _ in turns), key=lambda run: run["seconds"]) for n in (1, 2)}
    overhead = job(2, "--inside", "overhead")
    large = large_job(runs[1], overhead)
    same = runs[1]["thresholds"] == runs[2]["thresholds"]
    ratios = sorted(runs[1]["seconds"] / runs[2]["seconds"] for runs, _ in turns)
    speedup = runs[1]["seconds"] / runs[2]["seconds"]
    report = {
        "fibers": runs[1]["fibers"],
        "units": len(runs[1]["groups"]),
        "seconds_1_rank": runs[1]["seconds"],
        "seconds_2_ranks": runs[2]["seconds"],
        "speedup": speedup,
        "speedup_of_the_machine": runs[1]["seconds"] / min(halves for _, halves in turns),
        "least_speedup_of_a_turn": ratios[0],
        "median_speedup_of_a_turn": statistics.median(ratios),
        "greatest_speedup_of_a_turn": ratios[-1],
        "whole_program_speedup": statistics.median(
            runs[1]["whole_seconds"] / runs[2]["whole_seconds"] for runs, _ in turns
        ),
        "same_thresholds": same,
        "overhead_ms_a_unit": 1e3 * overhead["seconds"],
        **large,
    }
    for name, value in report.items():
        print(f"{name:28} {value:.4g}" if isinstance(value, float) else f"{name:28} {value}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n")
    shutil.rmtree(directory / SET_ASIDE)
    if options.keep is None:
        shutil.rmtree(folder, ignore_errors=True)
    good = speedup >= BAR_SPEEDUP and same and report["overhead_ms_a_unit"] <= BAR_OVERHEAD_MS
    return 0 if good and report["largest_efficiency"] >= BAR_EFFICIENCY else 1


if __name__ == "__main__":
    sys.exit(main())
