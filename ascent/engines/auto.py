"""The engine that takes another one for each fiber: batch where it covers the fiber's model, else NEURON."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from ascent.engines.base import Engine, Session, Stimulus, Task
from ascent.fibers.fiber import Fiber

_log = logging.getLogger(__name__)
#: Reasons against the batch engine that this process has already given.
_told: set[str] = set()


class AutoEngine(Engine):
    """Chooses by fiber.

    Parameters
    ----------
    threads : int
        Threads of the batch engine.
    precision : {"double", "single"}
        Of the batch engine.
    """

    name = "auto"

    def __init__(self, threads: int = 1, precision: str = "double") -> None:
        self._threads = threads
        self._precision = precision
        self._engines: dict[str, Engine] = {}

    def name_for(self, fiber: Fiber) -> str:
        from ascent.engines.batch.engine import why_not

        reason = why_not(fiber)
        if reason is not None and reason not in _told:
            _told.add(reason)
            _log.warning("engine=auto takes NEURON for %s: %s", fiber.model.name, reason)
        return "batch" if reason is None else "neuron"

    def open(self, fiber: Fiber, stimulus: Stimulus) -> Session:
        return self._engine(self.name_for(fiber)).open(fiber, stimulus)

    def run_many(self, tasks: Sequence[Task]) -> list[Any]:
        """Do every task in the engine that suits its fiber; their outcomes, in the order of `tasks`."""
        outcomes: list[Any] = [None] * len(tasks)
        for name in ("batch", "neuron"):
            places = [place for place, task in enumerate(tasks) if self.name_for(task.fiber) == name]
            if places:
                done = self._engine(name).run_many([tasks[place] for place in places])
                for place, outcome in zip(places, done, strict=True):
                    outcomes[place] = outcome
        return outcomes

    def _engine(self, name: str) -> Engine:
        from ascent.engines import get_engine

        if name not in self._engines:
            self._engines[name] = get_engine(name, self._threads, self._precision)
        return self._engines[name]
