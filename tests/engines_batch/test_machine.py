"""What a user's machine and hand do: an old processor, Ctrl-C."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ascent.engines import default_threads, get_engine
from ascent.engines.batch import engine as batch_engine
from ascent.engines.batch import programs
from ascent.errors import MechanismError
from ascent.protocols import find_threshold

from .batch_samples import DT, fiber_of, pulse

ENDLESS = """
import time
import numpy as np
from ascent.fibers import build_fiber
from ascent.protocols import find_threshold

fibers = []
for index in range(64):
    fiber = build_fiber("MRG_INTERPOLATION", 10.0, n_nodes=51)
    fiber.potentials = fiber.point_source_potentials(0, 500 + index, fiber.length / 2, 1, 0.3)
    fibers.append(fiber)
pulse = np.ones(100)
options = {"engine": "batch", "threads": THREADS, "early_stop": False}
find_threshold(fibers[:1], pulse, 0.001, 1.0, **options)
print("begun", flush=True)
try:
    find_threshold(fibers, pulse, 0.001, 2000.0, **options)
    print("ended", flush=True)
except KeyboardInterrupt:
    print(time.monotonic(), flush=True)
"""


@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_is_heard_within_a_second(threads):
    child = subprocess.Popen(
        [sys.executable, "-c", ENDLESS.replace("THREADS", str(threads))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout.readline() == "begun\n"
        time.sleep(1.0)
        assert child.poll() is None
        sent = time.monotonic()  # one clock for all processes
        child.send_signal(signal.SIGINT)
        said, errors = child.communicate(timeout=30)
    finally:
        child.kill()
    assert said and float(said) - sent < 1.0, errors


@pytest.fixture
def old_processor(monkeypatch):
    """A processor of before 2013, as Linux describes it."""
    read = Path.read_text

    def fake(path, *args, **kwargs):
        if str(path) == "/proc/cpuinfo":
            return "processor\t: 0\nflags\t\t: fpu sse sse2 ssse3 sse4_1 sse4_2 avx f16c\n"
        return read(path, *args, **kwargs)

    monkeypatch.setattr(Path, "read_text", fake)
    caches = (programs._processor_features, batch_engine._why_not)
    for each in caches:
        each.cache_clear()
    yield
    for each in caches:
        each.cache_clear()


def test_an_old_processor_is_told_what_is_needed(old_processor):
    with pytest.raises(MechanismError, match=r"needs a processor with AVX2 and FMA \(x86-64-v3\).* use engine=neuron"):
        find_threshold(fiber_of(), pulse(), DT, engine="batch")


def test_on_an_old_processor_auto_takes_neuron(old_processor):
    fiber = fiber_of(n_nodes=9)
    assert batch_engine.why_not(fiber) == "the processor has no AVX2 and FMA"
    assert get_engine("auto").name_for(fiber) == "neuron"
    table = find_threshold(fiber, pulse(), DT, tolerance=10)
    assert table.engine[0] == "neuron" and np.isfinite(table.threshold_mA[0])


@pytest.mark.parametrize(("said", "threads"), [("3", 3), ("2,1", 2)])
def test_threads_are_as_many_as_the_environment_says(monkeypatch, said, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert default_threads() == threads


@pytest.mark.parametrize("said", ["", "all", "0"])
def test_threads_are_as_many_as_cores_otherwise(monkeypatch, said):
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert default_threads() >= 1
