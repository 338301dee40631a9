"""What a run in a lane gave. A search makes thousands of runs and asks of each only whether one node fired."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ascent.engines.base import RunResult
from ascent.engines.batch.library import AT_REST, ENDED, FIRED, Ended
from ascent.engines.decisions import Walk

_STOPPED: dict[int, Literal["end", "fired", "rest"]] = {ENDED: "end", FIRED: "fired", AT_REST: "rest"}


class SpikeTimes(Sequence[NDArray[np.float64]]):
    """Times (ms) of the action potentials of each node, sorted out when they are asked for.

    Parameters
    ----------
    spikes : bytes
        Node and step of every action potential, 64-bit integers.
    n_nodes : int
    dt : float
        ms.
    """

    def __init__(self, spikes: bytes, n_nodes: int, dt: float) -> None:
        self._spikes, self._n_nodes, self._dt = spikes, n_nodes, dt

    def __len__(self) -> int:
        return self._n_nodes

    @cached_property
    def _table(self) -> NDArray[np.int64]:
        return np.frombuffer(self._spikes, dtype=np.int64).reshape(-1, 2)

    def __getitem__(self, node: Any) -> Any:
        if isinstance(node, slice):
            return [self[index] for index in range(*node.indices(self._n_nodes))]
        index = range(self._n_nodes)[node]
        return self._table[self._table[:, 0] == index, 1] * self._dt


class LaneResult(RunResult):
    """The result of a run that recorded nothing and looked for spikes at one node.

    Parameters
    ----------
    amplitude : float
        mA.
    ended : Ended
        What the solver says.
    node : int
        Where it counted spikes.
    n_nodes : int
    dt : float
        ms.
    walk : Walk, optional
        Of which it may have been the last of several runs.
    """

    def __init__(
        self, amplitude: float, ended: Ended, node: int, n_nodes: int, dt: float, walk: Walk | None = None
    ) -> None:
        self.amplitude = amplitude
        self.n_steps = ended.step
        if walk is not None:
            self.place, self.runs_before, self.steps_before = ended.place, ended.runs_before, ended.steps_before
            self.amplitude = float(walk.tree.amplitudes[ended.place]) if ended.runs_before else amplitude
        self._ended, self._node, self._n_nodes, self._dt = ended, node, n_nodes, dt

    def __getattr__(self, name: str) -> Any:
        # Whoever asks for more than the verdict gets what any result has, made now.
        if name.startswith("_"):
            raise AttributeError(name)
        whole = run_result(self.amplitude, self._ended, self._n_nodes, self._dt)
        self.__dict__ = whole.__dict__ | self.__dict__
        return getattr(whole, name)

    def count(self, node: int) -> int:
        return self._ended.spike_count if node == self._node else super().count(node)

    def last_spike(self, node: int) -> float:
        if node != self._node:
            return super().last_spike(node)
        return self._ended.last_spike * self._dt if self._ended.spike_count else 0.0


def run_result(amplitude: float, ended: Ended, n_nodes: int, dt: float) -> RunResult:
    """The result of a run, nothing recorded in it."""
    return RunResult(amplitude, SpikeTimes(ended.spikes, n_nodes, dt), ended.step, _STOPPED[ended.status])
