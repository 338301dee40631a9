"""A run's bits depend on nothing but its fiber and stimulus."""

import numpy as np
import pytest

from ascent.engines.base import RunRequest, Stimulus, StopRule, Task
from ascent.engines.batch.engine import BatchEngine
from ascent.engines.batch.prepared import store
from ascent.engines.batch.programs import supported_lanes

from .batch_samples import DT, everything, fiber_of, pulse


def one_run(fiber, amplitude, stop=None):
    result = yield RunRequest(amplitude, everything(fiber), stop)
    return result


def tasks():
    """Fibers of several lengths, diameters and models, and several amplitudes."""
    made = []
    for index in range(11):
        fiber = fiber_of(diameter=4 + index, n_nodes=9 + 2 * (index % 4), convention=("ascent", "pyfibers")[index % 2])
        made.append(Task(fiber, Stimulus(pulse(n_steps=150 + 20 * index), DT), one_run(fiber, -0.1 * index)))
    fiber = fiber_of("SUNDT", 1.0, n_nodes=31, distance=200)
    made.append(Task(fiber, Stimulus(pulse(), DT), one_run(fiber, -0.5)))
    return made


def same(one, other):
    assert np.array_equal(one.voltage, other.voltage)
    assert all(np.array_equal(one.gates[gate], other.gates[gate], equal_nan=True) for gate in one.gates)
    for mine, its in zip(one.spike_times, other.spike_times, strict=True):
        assert np.array_equal(mine, its)


@pytest.fixture(scope="module")
def together():
    return BatchEngine().run_many(tasks())


def test_a_run_alone_has_the_bits_of_one_among_others(together):
    for task, expected in zip(tasks(), together, strict=True):
        same(BatchEngine().run_many([task])[0], expected)


def test_order_does_not_matter(together):
    for result, expected in zip(BatchEngine().run_many(tasks()[::-1])[::-1], together, strict=True):
        same(result, expected)


def test_more_cables_than_are_kept_can_run_together(together, monkeypatch):
    monkeypatch.setattr("ascent.engines.batch.prepared.MAX_KEPT", 2)
    store.cache_clear()
    for result, expected in zip(BatchEngine().run_many(tasks()), together, strict=True):
        same(result, expected)


def test_threads_do_not_matter(together):
    for result, expected in zip(BatchEngine(threads=3).run_many(tasks()), together, strict=True):
        same(result, expected)


@pytest.mark.parametrize("plain", [False, True])
def test_the_number_of_lanes_does_not_matter(plain):
    widths = [lanes for lanes in (8, 4) if lanes in supported_lanes()]
    if len(widths) < 2:
        pytest.skip("the processor has one width only")
    wide, narrow = (BatchEngine(lanes=lanes, plain=plain).run_many(tasks()) for lanes in widths)
    for result, expected in zip(narrow, wide, strict=True):
        same(result, expected)


def test_starting_at_the_stimulus_gives_the_same_spikes_as_starting_at_zero():
    fiber = fiber_of()
    session = BatchEngine().open(fiber, Stimulus(pulse(on=150), DT))
    recorded, remembered = session.run(-0.8, everything(fiber)), session.run(-0.8)
    assert sum(len(times) for times in recorded.spike_times) > 0
    for ours, theirs in zip(recorded.spike_times, remembered.spike_times, strict=True):
        assert np.array_equal(ours, theirs)


def test_a_stopped_run_is_the_beginning_of_the_whole_one():
    fiber = fiber_of()
    session = BatchEngine().open(fiber, Stimulus(pulse(), DT))
    whole, stopped = session.run(-1.0, everything(fiber)), session.run(-1.0, everything(fiber), StopRule(18))
    assert stopped.stopped == "fired" and stopped.n_steps < whole.n_steps
    assert np.array_equal(stopped.voltage, whole.voltage[: stopped.n_steps + 1])
