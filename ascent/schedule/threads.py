"""One thread for BLAS and OpenMP: sums done in parallel change bits."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NGS_NUM_THREADS",
)


def single_thread_environment() -> dict[str, str]:
    """Return the environment of this process with every numerical library held to one thread."""
    return {**os.environ, **dict.fromkeys(VARIABLES, "1")}


@contextmanager
def single_threaded() -> Iterator[Callable[[], None]]:
    """Hold this process to one thread for as long as the block runs.

    Libraries that are loaded inside the block read the variables; those loaded before are told.

    Yields
    ------
    callable
        Tells the libraries again if the numerical ones were loaded meanwhile; cheap otherwise.
    """
    before = {name: os.environ.get(name) for name in VARIABLES}
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
    limits = ExitStack()
    told = False

    def hold() -> None:
        nonlocal told
        if told or "numpy" not in sys.modules:
            return
        from threadpoolctl import threadpool_limits

        limits.enter_context(threadpool_limits(limits=1))
        told = True

    try:
        hold()
        yield hold
    finally:
        limits.close()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
