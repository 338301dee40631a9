"""Whether a run worked: activation, or block of a spike that comes along the fiber."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

from ascent.engines.base import RunRequest, RunResult, StopRule
from ascent.engines.decisions import DecisionTree, Place, Walk
from ascent.errors import AscentError, ThresholdError
from ascent.protocols.search import SEARCHES, SearchPlan, decision_tree


def node_at(location: float, n_nodes: int) -> int:
    """Index of the node at `location` (0 to 1) along the fiber, as ASCENT rounds it: down."""
    return int((n_nodes - 1) * location)


@dataclass(frozen=True)
class Detection:
    """The criterion of a threshold search.

    Attributes
    ----------
    mode : {"activation", "block"}
        *activation* works when the node fires at least once; *block* works when its last action potential is not
        later than `delay` (ms), the start of the intracellular pulses.
    node : int
        Where action potentials are looked for.
    delay : float
        ms; for block.
    """

    mode: Literal["activation", "block"]
    node: int
    delay: float = 0.0

    def stop_rule(self) -> StopRule:
        """When a run's verdict is settled before its end; block runs stop only on a spike that got through."""
        if self.mode == "block":
            return StopRule(self.node, not_before=self.delay, at_rest=False)
        return StopRule(self.node)

    def walk(self, tree: DecisionTree, number: int) -> Walk | None:
        """Leave for an engine to reach the verdicts of a search by itself."""
        if self.mode == "activation":
            return Walk(tree, number, self.node)
        return Walk(tree, number, self.node, self.delay) if self.delay >= 0 else None

    def works(self, result: RunResult) -> bool:
        """The verdict on a run."""
        if self.mode == "block":
            return result.last_spike(self.node) <= self.delay
        return result.count(self.node) >= 1


@dataclass
class ThresholdOutcome:
    """Where a threshold search has come to: mA (None before its end), runs and steps, and why it failed if it did."""

    threshold: float | None = None
    n_runs: int = 0
    n_steps: int = 0
    error: AscentError | None = None


def threshold_protocol(
    detection: Detection, plan: SearchPlan, search: str, label: str, early_stop: bool = True
) -> Generator[RunRequest, RunResult, ThresholdOutcome]:
    """A threshold search as an engine's protocol.

    Parameters
    ----------
    detection : Detection
    plan : SearchPlan
    search : {"ascent", "fast"}
    label : str
        The fiber, for messages.
    early_stop : bool
        Whether runs may end when their verdict is settled.

    Returns
    -------
    ThresholdOutcome
        A search without bounds has its error there.
    """
    if search not in SEARCHES:
        raise AscentError(f"search is {search!r}; it should be one of {', '.join(SEARCHES)}.")
    stop = detection.stop_rule() if early_stop else None
    outcome = ThresholdOutcome()
    tree = decision_tree(search, plan)
    place: Place | float = tree.first
    try:
        while isinstance(place, Place):
            number = place.number
            result = yield RunRequest(place.amplitude, stop=stop, walk=detection.walk(tree, number))
            outcome.n_runs += 1 + result.runs_before
            outcome.n_steps += result.n_steps + result.steps_before
            place = tree.follow(number if result.place is None else result.place, detection.works(result))
        outcome.threshold = place
    except ThresholdError as error:
        outcome.error = ThresholdError(f"Fiber {label}: the threshold search {error}.")
    return outcome
