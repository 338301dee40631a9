"""A sweep's bits depend on nothing but the sweep: not on companions, lanes, order, threads, or what its lane did."""

import numpy as np
import pytest

from ascent.engines.batch.programs import supported_lanes
from ascent.engines.batch.tree import TreeEngine
from tests.engines_tree.conftest import CELSIUS, DT, GABA, GLUTAMATE, V_INIT, realization

T_STOP = 20.0
SITES = [(0, 0), (9, 2)]


def voltages(cell, sweeps, **options):
    engine = TreeEngine(cell, (GLUTAMATE, GABA), dt=DT, v_init=V_INIT, celsius=CELSIUS, **options)
    results = engine.run([realization(cell, sweep) for sweep in sweeps], T_STOP, SITES)
    return {result.sweep: result.voltages for result in results}


@pytest.fixture
def alone(cell):
    return voltages(cell, [3])[3]


def test_alone_or_among_others(cell, alone):
    together = voltages(cell, [1, 2, 3, 4, 5])
    assert np.array_equal(together[3], alone)
    assert not np.array_equal(together[2], alone)


def test_in_any_lane_and_in_one_that_was_used_before(cell, alone):
    many = voltages(cell, [*range(10, 10 + 2 * supported_lanes()[0]), 3, 1])
    assert len(many) == 2 * supported_lanes()[0] + 2
    assert np.array_equal(many[3], alone)


@pytest.mark.parametrize("tables", [True, False])
def test_in_packs_of_every_width(cell, tables):
    results = [voltages(cell, [3, 4], lanes=lanes, tables=tables) for lanes in supported_lanes()]
    for other in results[1:]:
        assert all(np.array_equal(other[sweep], results[0][sweep]) for sweep in (3, 4))


def test_in_any_number_of_threads(cell, alone):
    sweeps = [5, 4, 3, 2, 1, *range(6, 20)]
    one, three = voltages(cell, sweeps), voltages(cell, sweeps, threads=3)
    assert one.keys() == three.keys()
    assert all(np.array_equal(one[sweep], three[sweep]) for sweep in sweeps)
    assert np.array_equal(three[3], alone)
