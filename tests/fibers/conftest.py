"""A small cross-section for the tests of fiber placement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from ascent.errors import MorphologyError
from ascent.nerve.section import Fascicle, Inner, Section
from ascent.nerve.trace import Trace


def circle(x: float, y: float, radius: float, points: int = 200) -> Trace:
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return Trace(np.column_stack([x + radius * np.cos(angles), y + radius * np.sin(angles)]))


@dataclass(frozen=True)
class PlainSample:
    """Two fascicles, of two and of one inner; explicit fibers are given in the final frame, 1000 µm up and right."""

    section: Section

    @property
    def inners(self) -> tuple[Inner, ...]:
        return self.section.inners

    def explicit_to_final(self, points: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        final = np.asarray(points, dtype=float) - 1000
        index = np.full(len(final), -1)
        for inner in self.inners:
            index[inner.trace.contains_points(final)] = inner.global_index
        if (index < 0).any():
            raise MorphologyError("An explicit fiber lies in no inner.")
        return final, index


@pytest.fixture
def sample() -> PlainSample:
    first = Fascicle(circle(-200, 0, 150), (circle(-260, 0, 60), circle(-120, 0, 50)))
    second = Fascicle(circle(200, 0, 120), (circle(200, 0, 100),))
    return PlainSample(Section(circle(0, 0, 400), (first, second)))
