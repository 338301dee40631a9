"""How long `Query.threshold_data` takes for 100 000 thresholds, file by file, from Parquet and from an archive.

Run: python benchmarks/query.py [--fibers 100000]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from ascent import Query
from ascent.runs.archive import write_archive
from ascent.runs.thresholds import write_thresholds

FIBERS_PER_N_SIM = 1000
SIM = {
    "active_srcs": {"Purdue.json": [[1, -1]]},
    "fibers": {"mode": "MRG_DISCRETE", "z_parameters": {"diameter": 8.7}},
    "waveform": {"global": {"dt": 0.001}},
    "protocol": {"mode": "ACTIVATION_THRESHOLD"},
}


def make_project(root: Path, fibers: int) -> None:
    """Files of a study as ASCENT leaves them, with any thresholds."""
    (root / "config/user/sims").mkdir(parents=True)
    sim = root / "samples/0/models/0/sims/0"
    (sim / "fibersets/0").mkdir(parents=True)
    (root / "config/user/sims/0.json").write_text(json.dumps(SIM))
    (root / "samples/0/sample.json").write_text("{}")
    (root / "samples/0/models/0/model.json").write_text('{"cuff": {"preset": "Purdue.json"}}')
    rows = [{"inner": 0, "fiber": k, "fascicle": 0} for k in range(FIBERS_PER_N_SIM)]
    (sim / "fibersets/0/inner_fiber_map.json").write_text(json.dumps({"mode": "MRG_DISCRETE", "fibers": rows}))
    for n_sim in range(fibers // FIBERS_PER_N_SIM):
        outputs = sim / f"n_sims/{n_sim}/data/outputs"
        outputs.mkdir(parents=True)
        combination = {"index": n_sim, "stimulation": 0, "recording": 0, "fiberset": 0, "waveform": n_sim}
        (sim / f"n_sims/{n_sim}/combination.json").write_text(json.dumps({**combination, "temperature": 37.0}))
        for fiber in range(FIBERS_PER_N_SIM):
            (outputs / f"thresh_inner0_fiber{fiber}.dat").write_text(f"{-0.001 * (fiber + 1):f}\n")


def seconds(source: Path, fibers: int) -> float:
    """Open, query and read all thresholds, s."""
    started = time.perf_counter()
    with Query(project=source) as query:
        table = query.run().threshold_data()
    assert len(table) == fibers
    return time.perf_counter() - started


def main() -> None:
    """Print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fibers", type=int, default=100_000)
    fibers = parser.parse_args().fibers // FIBERS_PER_N_SIM * FIBERS_PER_N_SIM
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "run"
        make_project(root, fibers)
        print(f"{fibers} thresholds, a file each: {seconds(root, fibers):.2f} s")
        with Query(project=root) as query:
            table = query.threshold_data().rename(columns={"threshold": "threshold_mA"})
        own = {"diameter_um": 8.7, "x_um": 0.0, "y_um": 0.0, "status": "ok", "n_runs": 1, "engine": "batch"}
        write_thresholds(table.assign(**own), root / "thresholds.parquet")
        print(f"{fibers} thresholds, thresholds.parquet: {seconds(root, fibers):.2f} s")
        archive = write_archive(root, Path(folder) / "run.tar.gz", 0.0)
        print(f"{fibers} thresholds, archive of it all: {seconds(archive, fibers):.2f} s")


if __name__ == "__main__":
    main()
