"""Runs of the small example, and the reference data of simrun."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import ascent
from ascent.network.example import small_example
from ascent.simrun.runner import release_runner

Run = Callable[..., Path]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """`run_new_simulations` of the small example with two short sweeps; arguments change it."""
    files = small_example()

    def start(**changes: Any) -> Path:
        arguments: dict[str, Any] = {
            "cellParamName": files.cell,
            "evokedUpParamName": files.network,
            "dirPrefix": tmp_path,
            "nSweeps": 2,
            "nprocs": 1,
            "tStop": 20,
            "seed": 7,
            "engine": "neuron",
        }
        return Path(ascent.run_new_simulations(**{**arguments, **changes}))

    yield start
    release_runner()


@pytest.fixture(scope="session")
def simrun_dir(shared_dir: Path) -> Path:
    """simrun's example cell and network, and reference output."""
    folder = shared_dir / "data" / "simrun"
    if not folder.is_dir():
        pytest.skip("simrun's example is not here")
    return folder


@pytest.fixture(scope="session")
def example_files(simrun_dir: Path) -> tuple[Path, Path]:
    """simrun's parameter files: of the cell and of the network."""
    folder = simrun_dir / "getting_started" / "example_data"
    return (
        folder / "biophysical_constraints" / "86_C2_center.param.TEMPLATE",
        folder / "functional_constraints" / "network.param.TEMPLATE",
    )
