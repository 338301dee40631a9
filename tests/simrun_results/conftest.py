"""Three sweeps of the shipped cell in its network, run once."""

from pathlib import Path

import pytest

from ascent.network.example import SmallExample, small_example
from ascent.simrun import run_new_simulations


@pytest.fixture(scope="session")
def example() -> SmallExample:
    return small_example()


@pytest.fixture(scope="session")
def run(example: SmallExample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory: 3 sweeps of 180 ms in NEURON, with a volley at 150 ms."""
    folder = tmp_path_factory.mktemp("network")
    with pytest.MonkeyPatch.context() as patch:
        # Cells in the hand are in this process, beside what other tests left in NEURON; the run is to have their bits.
        patch.setattr("ascent.simrun.execution._neuron_is_in_use", lambda: False)
        return Path(
            run_new_simulations(
                str(example.cell), str(example.network), dirPrefix=str(folder), nSweeps=3, nprocs=1, tStop=180.0,
                seed=3, engine="neuron",
            )
        )  # fmt: skip


@pytest.fixture(scope="session")
def isf_results(shared_dir: Path) -> Path:
    """Six trials that the In Silico Framework wrote, with a trace every 0.025 ms from 100 ms on."""
    folder = shared_dir / "data/simrun/getting_started/example_data/simulation_data"
    if not folder.is_dir():
        pytest.skip("simrun's example is not here")
    return folder
