"""Whether a run worked: activation, or block of a spike that comes along the fiber."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ascent.engines.base import RunResult, Session, StopRule


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

    def works(self, result: RunResult) -> bool:
        """The verdict on a run."""
        if self.mode == "block":
            return result.last_spike(self.node) <= self.delay
        return result.count(self.node) >= 1


class CountingRuns:
    """Runs a session at amplitudes, and counts runs and steps.

    Parameters
    ----------
    session : Session
    detection : Detection
    early_stop : bool
        Whether runs may end when their verdict is settled.
    """

    def __init__(self, session: Session, detection: Detection, early_stop: bool = True) -> None:
        self._session = session
        self._detection = detection
        self._stop = detection.stop_rule() if early_stop else None
        self.n_runs = 0
        self.n_steps = 0

    def works(self, amplitude: float) -> bool:
        """Whether `amplitude` (mA) works."""
        result = self._session.run(amplitude, stop=self._stop)
        self.n_runs += 1
        self.n_steps += result.n_steps
        return self._detection.works(result)

