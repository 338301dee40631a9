"""What all tests share: the reference data that may lie beside the checkout, and how hypothesis searches."""

import fcntl
import logging
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Where workers share the cores, threads of numerical libraries wait for each other by spinning, and a mesh takes
# ten times as long. Read when the libraries are loaded, so it stands before all else; tests of threads ask for theirs.
if "PYTEST_XDIST_WORKER" in os.environ:
    from ascent.schedule.threads import VARIABLES

    os.environ.update(dict.fromkeys(VARIABLES, "1"))

settings.register_profile(
    "ascent",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("ascent")

#: Folders of tests that take longest, longest first: two workers are then busy to the end.
LONGEST = (
    "sweeps", "anywhere", "report", "simrun", "engines_tree", "field_solver", "mechanisms_kernels", "project",
    "field_geometry", "simrun_results", "mechanisms_cortical", "fiber_models", "slurm", "docs", "engines_batch",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Let the order below stand; pytest-xdist would begin with the files that have most tests."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.parent.name, len(rank)))


# A shell's background jobs ignore Ctrl-C and so would what tests start, some of which are about it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """What makes a folder once for all workers of this session: the first to ask for its name fills it."""

    def folder_of(name: str, fill: Callable[[Path], object]) -> Path:
        base = tmp_path_factory.getbasetemp()
        base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
        folder, made = base / name, base / f"{name}.made"
        with open(base / f"{name}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                folder.mkdir(exist_ok=True)
                fill(folder)
                made.touch()
        return folder

    return folder_of


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Folder of reference data beside the checkout; tests that need it are skipped without."""
    folder = Path(__file__).parents[1].parent / "shared"
    if not folder.is_dir():
        pytest.skip("the shared reference data is not here")
    return folder


@pytest.fixture(scope="session")
def tutorial_dir(shared_dir: Path) -> Path:
    """The published ASCENT tutorial as a project folder; read only."""
    folder = shared_dir / "data" / "ascent_tutorial"
    if not folder.is_dir():
        pytest.skip("the ASCENT tutorial is not here")
    return folder


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Commands that run in this process set up the package's logger; each test finds it plain."""
    logger = logging.getLogger("ascent")
    # Commands that fixtures of a whole session ran have left their mark too, so the plain state is set, not restored.
    logger.handlers[:], logger.propagate = [], True
    logger.setLevel(logging.NOTSET)
    yield
