"""One thread for BLAS and OpenMP: sums done in parallel change bits."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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
def single_threaded() -> Iterator[None]:
    """Hold this process to one thread for as long as the block runs.

    Libraries that are loaded inside the block read the variables; those loaded before are told.
    """
    before = {name: os.environ.get(name) for name in VARIABLES}
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
    try:
        if "numpy" in sys.modules:
            from threadpoolctl import threadpool_limits

            with threadpool_limits(limits=1):
                yield
        else:
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
