"""Two ranks of the image's own MPI must give what one process gives: a field, and fibers of two diameters."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

STUDY = [
    "+run=1",
    "model.medium.proximal.length=5000",
    "model.medium.proximal.radius=1200",
    "model.solver.sorder=1",
    "sim.fibers.xy_parameters.spoke_count=2",
    "sim.fibers.xy_parameters.point_count_per_spoke=1",
    "sim.waveform.global.dt=0.01",
    "sim.waveform.global.stop=3",
    "sim.waveform.global.off=2",
    "sim.protocol.bounds_search.top=-0.1",
    "sim.protocol.termination_criteria.percent=5",
    "results.archive=none",
]


def content(folder: Path, ranks: int) -> str:
    """Run the study and give the hash of what came out."""
    # A cache of its own: neither way may take what the other has computed.
    environment = {**os.environ, "ASCENT_CACHE_DIR": str(folder / "cache")}
    launcher = ["mpirun", "-n", str(ranks), "--oversubscribe"] if ranks > 1 else []
    command = [*launcher, "ascent", *STUDY, f"results.directory={folder / 'results'}"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"FAILED: {' '.join(command[:4])}\n{done.stdout}{done.stderr}")
    manifest = json.loads(next((folder / "results").glob("*/manifest.json")).read_text())
    if manifest["mpi_size"] != ranks:
        sys.exit(f"FAILED: {ranks} ranks were started, {manifest['mpi_size']} took part")
    return str(manifest["content_sha256"])


with tempfile.TemporaryDirectory() as name:
    folders = [Path(name) / str(ranks) for ranks in (1, 2)]
    for folder in folders:
        folder.mkdir()
    one, two = (content(folder, int(folder.name)) for folder in folders)
if one != two:
    sys.exit(f"FAILED: 2 ranks gave {two}, 1 process {one}")
print(f"ok: 2 ranks give what 1 process gives ({one})")
