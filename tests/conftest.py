"""What all tests share: the reference data that may lie beside the checkout, and how hypothesis searches."""

import logging
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "ascent",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("ascent")

# A shell's background jobs ignore Ctrl-C and so would what tests start, some of which are about it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


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
