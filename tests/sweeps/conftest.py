"""Studies that are small enough to be swept in seconds, and what one process makes of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
#: Run 1 made small: three fibers of one diameter in a short nerve.
SMALL = (
    "+run=1",
    "model.medium.proximal.length=5000",
    "model.medium.proximal.radius=1200",
    "model.solver.sorder=1",
    "sim.fibers.xy_parameters.spoke_count=2",
    "sim.fibers.xy_parameters.point_count_per_spoke=1",
    "sim.fibers.z_parameters.diameter=5.7",
    "sim.waveform.global.dt=0.01",
    "sim.waveform.global.stop=3",
    "sim.waveform.global.off=2",
    "sim.protocol.bounds_search.top=-0.1",
    "sim.protocol.termination_criteria.percent=5",
)


@pytest.fixture(scope="session")
def small() -> tuple[str, ...]:
    """Overrides of the small study."""
    return SMALL


def run_ascent(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the `ascent` of this checkout in a folder, as a user does."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "ascent", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=500)


def content_here(results: Path) -> str:
    """content_sha256 of the small study, run by one process."""
    import ascent
    from ascent.runs import read_manifest

    options = [*SMALL[1:], "engine.workers=1", f"results.directory={results}", "results.archive=none"]
    content = read_manifest(ascent.run("1", options, quiet=True)).content_sha256
    assert content is not None
    return content


@pytest.fixture(scope="session")
def ascent_command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """:func:`run_ascent`."""
    return run_ascent


@pytest.fixture(scope="session")
def content_of_one_process(made_once: Callable[[str, Callable[[Path], object]], Path]) -> str:
    """:func:`content_here`, computed once."""
    folder = made_once("one_process", lambda folder: (folder / "content").write_text(content_here(folder)))
    return (folder / "content").read_text()


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[int, str]]:
    """What gives the content_sha256 of each point of a sweep."""

    def read(sweep: Path) -> dict[int, str]:
        files = sorted(sweep.glob("[0-9]*/*/manifest.json"))
        return {int(file.parts[-3]): json.loads(file.read_text())["content_sha256"] for file in files}

    return read
