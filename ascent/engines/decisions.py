"""The amplitudes of a search as a tree of verdicts.

Where a search goes next depends on nothing but the verdicts so far, so all fibers that are searched alike walk through
one tree. An engine that knows the tree can go from one run to the next without asking (:class:`Walk`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np

from ascent.errors import ThresholdError

#: Yields amplitudes (mA), is sent whether they work, returns the threshold (mA).
Search = Generator[float, bool, float]
#: Places that an engine may see without asking; a search at 1 % comes through a few hundred.
CAPACITY = 4096


@dataclass(frozen=True)
class Place:
    """Where a search is: the amplitude (mA) to run next, and its number in the tree."""

    amplitude: float
    number: int


class DecisionTree:
    """The tree of one kind of search, as far as it has been walked; safe to use from several threads.

    Parameters
    ----------
    search : callable
        Begins the search; it must decide by the verdicts alone.

    Attributes
    ----------
    amplitudes : ndarray, shape (CAPACITY,)
        mA, by the place's number.
    after : ndarray of int64, shape (CAPACITY, 2)
        Number of the place after a run that did not work, and after one that did; 0 where that is not known yet, or
        the search ends.
    """

    def __init__(self, search: Callable[[], Search]) -> None:
        self._search = search
        self._lock = threading.Lock()
        self.amplitudes = np.zeros(CAPACITY)
        self.after = np.zeros((CAPACITY, 2), dtype=np.int64)
        self._places: list[Place] = []
        self._verdicts: list[tuple[bool, ...]] = []
        self._ends: dict[tuple[int, bool], Place | float | str] = {}
        self._add((), next(search()))

    @property
    def first(self) -> Place:
        """Where every search begins."""
        return self._places[0]

    def follow(self, number: int, works: bool) -> Place | float:
        """The place after a verdict, or the threshold (mA).

        Raises
        ------
        ThresholdError
            When the search gives up there.
        """
        found = self._ends.get((number, works))
        if found is None:
            with self._lock:
                found = self._ends.get((number, works))
                if found is None:
                    found = self._ends[number, works] = self._explore(number, works)
        if isinstance(found, str):
            raise ThresholdError(found)
        return found

    def _explore(self, number: int, works: bool) -> Place | float | str:
        verdicts = (*self._verdicts[number], works)
        search = self._search()
        amplitude = next(search)
        try:
            for verdict in verdicts:
                amplitude = search.send(verdict)
        except StopIteration as finished:
            return float(finished.value)
        except ThresholdError as error:
            return str(error)
        place = self._add(verdicts, amplitude)
        if place.number < CAPACITY:
            # an engine may be reading: what the link leads to is written before it
            self.after[number, int(works)] = place.number
        return place

    def _add(self, verdicts: tuple[bool, ...], amplitude: float) -> Place:
        place = Place(amplitude, len(self._places))
        if place.number < CAPACITY:
            self.amplitudes[place.number] = amplitude
        self._verdicts.append(verdicts)
        self._places.append(place)
        return place


@dataclass(frozen=True, eq=False)
class Walk:
    """Leave for an engine to go on through a tree by itself, from the place that was asked for.

    Attributes
    ----------
    tree : DecisionTree
    number : int
        The place of the request.
    node : int
        Where action potentials are looked for.
    delay : float, optional
        A run works when the node's last action potential is not later than this (ms, ≥ 0; block); without, when there
        is one at all (activation).
    """

    tree: DecisionTree
    number: int
    node: int
    delay: float | None = None
