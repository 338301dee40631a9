"""Searching a threshold amplitude; what a run does at an amplitude is the caller's business.

A search is a generator: it yields an amplitude, is sent whether that works, and returns the threshold. So whoever
runs the amplitudes may go on with many searches at a time.

`top` and `bottom` are signed amplitudes (mA) of one sign; *top* should work (activate, block) and *bottom* not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from ascent.engines.decisions import DecisionTree, Search
from ascent.errors import ConfigError, ThresholdError

#: Growth of the bracket in the fast search: three needs the fewest runs over two decades at 1 %.
FAST_GROWTH = 3.0

Works = Callable[[float], bool]


@dataclass(frozen=True)
class SearchPlan:
    """Bounds, their growth, and when the threshold is precise enough.

    Attributes
    ----------
    top, bottom : float
        First bounds, mA.
    step : float
        Growth of a wrong bound: % of it, or mA.
    step_mode : {"percent", "absolute"}
    tolerance : float
        Largest difference of the bounds at the end: % of top, or mA.
    tolerance_mode : {"percent", "absolute"}
    max_steps : int
        Changes of the bounds before the search gives up.
    """

    top: float = -1.0
    bottom: float = -0.01
    step: float = 10.0
    step_mode: Literal["percent", "absolute"] = "percent"
    tolerance: float = 1.0
    tolerance_mode: Literal["percent", "absolute"] = "percent"
    max_steps: int = 100

    def __post_init__(self) -> None:
        if not (self.top * self.bottom >= 0 and abs(self.bottom) < abs(self.top)):
            raise ConfigError(
                f"The bounds are top {self.top:g} mA and bottom {self.bottom:g} mA; "
                f"they should have one sign and bottom should be the smaller in size."
            )
        if not (self.step > 0 and self.tolerance > 0 and self.max_steps > 0):
            raise ConfigError(
                f"step is {self.step:g}, tolerance {self.tolerance:g} and max_steps {self.max_steps}; "
                f"all of them should be greater than 0."
            )
        if self.step_mode == "percent" and self.step >= 100:
            raise ConfigError(f"step is {self.step:g} %; it should be less than 100 %.")

    @cached_property
    def farthest(self) -> float:
        """The largest `top` (mA) that `max_steps` tries come to."""
        amplitude = self.top
        for _ in range(self.max_steps):
            amplitude = self.raised(amplitude)
        return amplitude

    def raised(self, amplitude: float) -> float:
        """The next larger try for `top`.

        ASCENT adds an absolute step with its sign, which makes a negative top smaller; here its size always grows.
        """
        if self.step_mode == "percent":
            return amplitude * (1 + self.step / 100)
        return amplitude + self._sign * self.step

    def lowered(self, amplitude: float) -> float:
        """The next smaller try for `bottom`; an absolute step ends at 0 mA."""
        if self.step_mode == "percent":
            return amplitude * (1 - self.step / 100)
        return amplitude - self._sign * min(self.step, abs(amplitude))

    def precise(self, top: float, bottom: float) -> bool:
        """Whether the bounds are close enough."""
        if self.tolerance_mode == "percent":
            return abs((bottom - top) / top) < self.tolerance / 100
        return abs(bottom - top) < self.tolerance

    @property
    def _sign(self) -> float:
        return -1.0 if self.top < 0 else 1.0


def ascent_search(plan: SearchPlan) -> Search:
    """Threshold (mA) by ASCENT's own sequence of decisions, so that its results come out digit by digit.

    Both bounds are tried and moved until top works and bottom does not; then arithmetic bisection, which looks at
    the difference of the bounds as they were before its last run.

    Raises
    ------
    ThresholdError
        When no bounds are found in `max_steps` changes.
    """
    top, bottom = plan.top, plan.bottom
    top_works = bottom_fails = False
    for _ in range(plan.max_steps):
        if not top_works:
            top_works = yield top
            if not top_works:
                top = plan.raised(top)
        if not bottom_fails:
            bottom_fails = not (yield bottom)
            if not bottom_fails:
                bottom = plan.lowered(bottom)
        if top_works and bottom_fails:
            break
    else:
        raise _no_bounds(plan, top, bottom, top_works, bottom_fails)
    while True:
        middle = (top + bottom) / 2
        middle_works = yield middle
        if plan.precise(top, bottom) or middle in (top, bottom):
            return middle if middle_works else top
        if middle_works:
            top = middle
        else:
            bottom = middle


def fast_search(plan: SearchPlan) -> Search:
    """Threshold (mA) with fewer runs: the bracket grows from `bottom` by a factor, then is bisected on a log scale.

    Coming from below it is far less likely to step over a threshold into amplitudes so high that a virtual anode
    blocks the spike. The bracket may grow past `top`, as far as ASCENT's top may in `max_steps` changes.

    Returns
    -------
    float
        The smallest amplitude that was seen to work, within `tolerance` of one that was seen not to.

    Raises
    ------
    ThresholdError
        When nothing up to ``max_steps`` changes of top works, or even the smallest amplitude does.
    """
    bottom = plan.bottom or plan.top * 1e-3
    top = bottom
    for _ in range(plan.max_steps):
        if not (yield bottom):
            break
        top, bottom = bottom, bottom / FAST_GROWTH
    else:
        raise _no_bounds(plan, top, bottom, True, False)
    if top == bottom:
        top = bottom * FAST_GROWTH
        while not (yield top):
            bottom, top = top, top * FAST_GROWTH
            if abs(top) > abs(plan.farthest):
                raise _no_bounds(plan, bottom, plan.bottom, False, True)
    while not plan.precise(top, bottom):
        middle = math.copysign(math.sqrt(top * bottom), top)
        if middle in (top, bottom):
            break
        if (yield middle):
            top = middle
        else:
            bottom = middle
    return top


def _no_bounds(plan: SearchPlan, top: float, bottom: float, top_works: bool, bottom_fails: bool) -> ThresholdError:
    if not top_works:
        return ThresholdError(
            f"found no amplitude that works: none from top {plan.top:g} to {top:g} mA did in {plan.max_steps} steps; "
            f"choose a larger top or step, or check potentials, waveform and detection node"
        )
    return ThresholdError(
        f"found no amplitude that does not work: all from bottom {plan.bottom:g} mA to {bottom:g} mA did in "
        f"{plan.max_steps} steps; choose a smaller bottom or a larger step"
    )


SEARCHES: dict[str, Callable[[SearchPlan], Search]] = {"ascent": ascent_search, "fast": fast_search}


@lru_cache(maxsize=8)
def decision_tree(search: str, plan: SearchPlan) -> DecisionTree:
    """The tree of a search of that name, the same for all fibers that are searched so."""
    return DecisionTree(lambda: SEARCHES[search](plan))


def conduct(search: Search, works: Works) -> float:
    """Threshold (mA) by `search` with `works` telling whether an amplitude works."""
    try:
        amplitude = next(search)
        while True:
            amplitude = search.send(works(amplitude))
    except StopIteration as finished:
        return float(finished.value)


def search_ascent(works: Works, plan: SearchPlan) -> float:
    """:func:`ascent_search` with `works` telling whether an amplitude works."""
    return conduct(ascent_search(plan), works)


def search_fast(works: Works, plan: SearchPlan) -> float:
    """:func:`fast_search` with `works` telling whether an amplitude works."""
    return conduct(fast_search(plan), works)
