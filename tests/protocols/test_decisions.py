"""The tree of a search's verdicts: every way through it is the search itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.engines import decisions
from ascent.engines.decisions import DecisionTree, Place
from ascent.errors import ThresholdError
from ascent.protocols.search import SEARCHES, SearchPlan, conduct, decision_tree


def walked(tree: DecisionTree, threshold: float) -> tuple[list[float], float]:
    """Amplitudes tried and the threshold of a fiber that works at and beyond `threshold`."""
    tried, place = [], tree.first
    while isinstance(place, Place):
        tried.append(place.amplitude)
        place = tree.follow(place.number, abs(place.amplitude) >= threshold)
    return tried, place


def searched(search: str, plan: SearchPlan, threshold: float) -> tuple[list[float], float]:
    """The same from the search itself."""
    tried: list[float] = []

    def works(amplitude: float) -> bool:
        tried.append(amplitude)
        return abs(amplitude) >= threshold

    result = conduct(SEARCHES[search](plan), works)
    return tried, result


@given(
    st.sampled_from(sorted(SEARCHES)),
    st.lists(st.floats(0.0005, 20), min_size=1, max_size=8),
    st.sampled_from([-1, 1]),
    st.sampled_from([1.0, 0.02]),
)
def test_fibers_that_share_a_tree_try_what_each_would_alone(search, thresholds, sign, tolerance):
    plan = SearchPlan(top=sign * 1.0, bottom=sign * 0.01, tolerance=tolerance)
    tree = DecisionTree(lambda: SEARCHES[search](plan))
    for threshold in thresholds:
        assert walked(tree, threshold) == searched(search, plan, threshold)


def test_what_an_engine_reads_is_what_was_walked():
    tree = DecisionTree(lambda: SEARCHES["fast"](SearchPlan()))
    tried, _ = walked(tree, 0.3)
    number, read = 0, [float(tree.amplitudes[0])]
    while number := int(tree.after[number, int(abs(read[-1]) >= 0.3)]):
        read.append(float(tree.amplitudes[number]))
    assert read == tried


def test_a_tree_goes_on_beyond_what_an_engine_may_read(monkeypatch):
    monkeypatch.setattr(decisions, "CAPACITY", 5)
    tree = DecisionTree(lambda: SEARCHES["fast"](SearchPlan()))
    assert walked(tree, 0.3) == searched("fast", SearchPlan(), 0.3)
    assert tree.after.max() < 5 == len(tree.amplitudes)


def test_a_search_that_gives_up_says_so_to_every_fiber():
    tree = decision_tree("ascent", SearchPlan(max_steps=3))
    for _ in range(2):
        with pytest.raises(ThresholdError, match="found no amplitude that works"):
            walked(tree, 1e6)


def test_searches_that_are_alike_share_a_tree():
    assert decision_tree("fast", SearchPlan()) is decision_tree("fast", SearchPlan(top=-1.0))
    assert decision_tree("fast", SearchPlan()) is not decision_tree("fast", SearchPlan(top=-2.0))
