"""What the workers in the tests of the scheduler are asked to do."""

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

from ascent.errors import GeometryError


def square(unit: int) -> int:
    return unit * unit


def slow_first(unit: int) -> int:
    time.sleep(0.4 if unit == 0 else 0.0)
    return unit


def raise_on_two(unit: int) -> int:
    if unit == 2:
        raise ValueError("two is\nnot allowed")
    return unit


def raise_for_the_user(unit: int) -> int:
    raise GeometryError(f"Fiber {unit} does not fit in its fascicle.")


def die_on_two(unit: int) -> int:
    if unit == 2:
        os.kill(os.getpid(), signal.SIGSEGV)
    return unit


def exit_on_two(unit: int) -> int:
    if unit == 2:
        sys.exit(3)
    return unit


def unpicklable_on_two(unit: int) -> object:
    return threading.Lock() if unit == 2 else unit


def process_id(unit: int) -> int:
    return os.getpid()


def thread_settings(unit: int) -> tuple[str | None, str | None]:
    return os.environ.get("OMP_NUM_THREADS"), os.environ.get("OPENBLAS_NUM_THREADS")


def log_and_print(unit: int) -> int:
    logging.getLogger("ascent.test").info("unit %d speaks", unit)
    print("noise on standard output")
    return unit


def sleep_and_mark(folder: str) -> None:
    marker = Path(folder) / f"{os.getpid()}"
    marker.write_text("running")
    try:
        time.sleep(60)
    finally:
        marker.unlink()


def draw(unit: int) -> float:
    import numpy as np

    stream = np.random.Generator(np.random.Philox(np.random.SeedSequence(42, spawn_key=(unit,))))
    matrix = stream.standard_normal((200, 200))
    return float((matrix @ matrix.T).sum())


def process_after_a_moment(unit: int) -> int:
    time.sleep(0.1)
    return os.getpid()


_remembered: list[int] = []


def remember(number: int) -> None:
    _remembered.append(number)


def remembered_after_a_moment(unit: int) -> tuple[int, list[int]]:
    time.sleep(0.1)
    return os.getpid(), _remembered


def processes_of_nested_units(unit: int) -> tuple[list[int], int]:
    from ascent.schedule import run_units

    return [outcome.value for outcome in run_units([1, 2, 3], process_id, quiet=True)], os.getpid()
