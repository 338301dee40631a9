"""A search that goes from run to run inside the solver makes the runs that it would make one by one."""

import numpy as np
import pytest

from ascent.engines import decisions
from ascent.engines.base import IntracellularPulses, Stimulus, Task
from ascent.engines.batch.engine import BatchEngine
from ascent.engines.batch.lane_queue import last_step_until
from ascent.protocols.detection import Detection, threshold_protocol
from ascent.protocols.search import SearchPlan, decision_tree

from .batch_samples import DT, fiber_of, pulse


def asked_each_time(protocol):
    """The same protocol for an engine that has no leave to go on by itself."""
    try:
        request = next(protocol)
        while True:
            result = yield request._replace(walk=None)
            request = protocol.send(result)
    except StopIteration as finished:
        return finished.value


def said(outcomes):
    """What the outcomes of searches say."""
    return [(each.threshold, each.n_runs, each.n_steps, str(each.error)) for each in outcomes]


FIBERS = [fiber_of(diameter=5 + index, distance=600 + 60 * index) for index in range(12)]


@pytest.mark.parametrize("early_stop", [True, False])
@pytest.mark.parametrize("search", ["ascent", "fast"])
def test_runs_and_steps_and_thresholds_are_the_same(search, early_stop):
    stimulus, plan = Stimulus(pulse(n_steps=600), DT), SearchPlan()

    def tasks(wrap):
        made = []
        for fiber in FIBERS:
            detection = Detection("activation", int(0.9 * (fiber.n_nodes - 1)))
            made.append(Task(fiber, stimulus, wrap(threshold_protocol(detection, plan, search, "f", early_stop))))
        return made

    alone = said(BatchEngine().run_many(tasks(asked_each_time)))
    decision_tree.cache_clear()
    for engine in (BatchEngine(), BatchEngine(threads=3), BatchEngine()):  # the first finds the tree empty
        assert said(engine.run_many(tasks(lambda protocol: protocol))) == alone
    assert all(threshold is not None for threshold, *_ in alone)


def test_a_search_goes_on_beyond_what_the_solver_may_read(monkeypatch):
    fiber, stimulus, plan = FIBERS[0], Stimulus(pulse(n_steps=600), DT), SearchPlan()

    def found():
        search = threshold_protocol(Detection("activation", int(0.9 * (fiber.n_nodes - 1))), plan, "fast", "f")
        return said(BatchEngine().run_many([Task(fiber, stimulus, search)]))

    whole = found()
    monkeypatch.setattr(decisions, "CAPACITY", 4)
    decision_tree.cache_clear()
    try:
        assert found() == found() == whole
    finally:
        decision_tree.cache_clear()


def test_a_block_search_looks_at_the_last_spike():
    pulses = IntracellularPulses(node=1, amplitude=2.0, pulse_width=0.5, delay=1.0, frequency=400, duration=50)
    stimulus = Stimulus(np.sin(2 * np.pi * 20 * DT * np.arange(1400)), DT, pulses)
    plan = SearchPlan(top=-3.0, bottom=-0.05, tolerance=5)

    def tasks(wrap):
        made = []
        for fiber in FIBERS[:5]:
            detection = Detection("block", fiber.n_nodes - 3, delay=4.0)
            made.append(Task(fiber, stimulus, wrap(threshold_protocol(detection, plan, "ascent", "f"))))
        return made

    alone = said(BatchEngine().run_many(tasks(asked_each_time)))
    for _ in range(2):
        assert said(BatchEngine().run_many(tasks(lambda protocol: protocol))) == alone
    assert any(threshold is not None for threshold, *_ in alone)


def test_the_result_of_a_walk_knows_its_last_run():
    fiber, seen = FIBERS[0], []
    stimulus, plan = Stimulus(pulse(n_steps=600), DT), SearchPlan()
    node = int(0.9 * (fiber.n_nodes - 1))

    def watched(protocol):
        request = next(protocol)
        try:
            while True:
                result = yield request
                seen.append(result)
                request = protocol.send(result)
        except StopIteration as finished:
            return finished.value

    for _ in range(2):
        seen.clear()
        search = threshold_protocol(Detection("activation", node), plan, "fast", "f")
        (outcome,) = BatchEngine().run_many([Task(fiber, stimulus, watched(search))])
    (last,) = seen  # the tree is known now, so one request is all
    assert (last.runs_before, last.steps_before) == (outcome.n_runs - 1, outcome.n_steps - last.n_steps)
    again = BatchEngine().open(fiber, stimulus).run(last.amplitude)
    assert (again.count(node) > 0) == (last.count(node) > 0)
    assert last.stopped in ("fired", "rest", "end") and len(last.spike_times) == fiber.n_nodes
    assert not last.gates and not last.voltage.size


@pytest.mark.parametrize("dt", [0.001, 0.005, 0.1])
def test_a_last_step_is_found_as_times_are_compared(dt):
    for time in (0.0, 0.3, 1.0, 3 * dt, 7 * dt, 2.0):
        step = last_step_until(time, dt)
        assert step * dt <= time < (step + 1) * dt
