"""The decision sequences of threshold searches, on a fiber that is a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.errors import ConfigError, ThresholdError
from ascent.protocols.search import SearchPlan, search_ascent, search_fast


class Fiber:
    """Works at amplitudes at or beyond its threshold, and remembers what was tried."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold
        self.tried: list[float] = []

    def works(self, amplitude: float) -> bool:
        self.tried.append(amplitude)
        return abs(amplitude) >= abs(self.threshold)


def test_ascents_search_tries_both_bounds_and_then_their_middle():
    fiber = Fiber(-0.3)
    search_ascent(fiber.works, SearchPlan(top=-1, bottom=-0.01))
    assert fiber.tried[:4] == pytest.approx([-1, -0.01, -0.505, -0.2575])


def test_ascents_search_looks_at_the_bounds_before_the_last_run():
    # bounds 1.0 and 0.5 differ by 50 %, so the run at 0.75 is followed by one at 0.625, whose verdict decides
    fiber = Fiber(0.6)
    result = search_ascent(fiber.works, SearchPlan(top=1, bottom=0.5, tolerance=40))
    assert fiber.tried == [1, 0.5, 0.75, 0.625]
    assert result == 0.625


def test_a_silent_middle_at_the_end_gives_the_top():
    assert search_ascent(Fiber(0.7).works, SearchPlan(top=1, bottom=0.5, tolerance=40)) == 0.75


def test_a_top_that_does_not_work_grows_by_percent():
    fiber = Fiber(-1.15)
    search_ascent(fiber.works, SearchPlan(top=-1, bottom=-0.5))
    assert fiber.tried[:4] == pytest.approx([-1, -0.5, -1.1, -1.21])


def test_an_absolute_step_makes_a_negative_top_larger_in_size():
    # ASCENT adds the step with its sign, so that a negative top would shrink; ours grows
    fiber = Fiber(-1.15)
    search_ascent(fiber.works, SearchPlan(top=-1, bottom=-0.5, step=0.1, step_mode="absolute"))
    assert fiber.tried[:4] == pytest.approx([-1, -0.5, -1.1, -1.2])


def test_a_bottom_that_works_shrinks_and_an_absolute_step_does_not_pass_zero():
    fiber = Fiber(0.01)
    search_ascent(fiber.works, SearchPlan(top=1, bottom=0.3, step=0.25, step_mode="absolute"))
    assert fiber.tried[1:4] == pytest.approx([0.3, 0.05, 0.0])


def test_a_search_without_bounds_says_which_were_tried():
    with pytest.raises(ThresholdError, match="no amplitude that works: none from top -1 to -1.331 mA did in 3 steps"):
        search_ascent(Fiber(-5).works, SearchPlan(max_steps=3))


@pytest.mark.parametrize("search", [search_ascent, search_fast])
def test_a_fiber_that_always_works_has_no_threshold(search):
    with pytest.raises(ThresholdError, match="no amplitude that does not work"):
        search(lambda amplitude: True, SearchPlan(max_steps=5))


def test_the_fast_search_gives_up_where_ascents_would():
    with pytest.raises(ThresholdError, match="no amplitude that works"):
        search_fast(lambda amplitude: False, SearchPlan(max_steps=5))


@given(st.floats(0.0005, 20), st.sampled_from([-1, 1]), st.sampled_from([search_ascent, search_fast]))
def test_the_result_works_and_is_within_tolerance(threshold, sign, search):
    plan = SearchPlan(top=sign * 1.0, bottom=sign * 0.01, tolerance=1)
    result = search(Fiber(threshold).works, plan)
    assert result * sign >= threshold
    assert result * sign <= threshold * 1.011


def test_the_fast_search_needs_fewer_runs_over_the_decades_of_its_bounds():
    runs = {"ascent": 0, "fast": 0}
    for exponent in range(40):
        threshold = 0.011 * 10 ** (exponent / 21)
        for name, search in (("ascent", search_ascent), ("fast", search_fast)):
            fiber = Fiber(threshold)
            search(fiber.works, SearchPlan(top=1, bottom=0.01))
            runs[name] += len(fiber.tried)
    assert runs["fast"] < 0.85 * runs["ascent"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"top": 1, "bottom": -0.1}, "one sign"),
        ({"top": 0.1, "bottom": 0.5}, "smaller in size"),
        ({"tolerance": 0}, "greater than 0"),
        ({"step": 100}, "less than 100 %"),
    ],
)
def test_bounds_that_cannot_be_searched_are_refused(arguments, message):
    with pytest.raises(ConfigError, match=message):
        SearchPlan(**arguments)
