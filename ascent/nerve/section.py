"""A nerve cross-section: the nerve outline, its fascicles, and what makes them a possible section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ascent.errors import MorphologyError
from ascent.nerve.trace import Trace


@dataclass(frozen=True, eq=False)
class Fascicle:
    """A fascicle: the outer boundary of its perineurium, and the endoneuria inside.

    Attributes
    ----------
    outer : Trace
        Outer perineurium boundary.
    inners : tuple of Trace
        Inner perineurium boundaries, at least one.
    """

    outer: Trace
    inners: tuple[Trace, ...]

    def transformed(self, matrix: NDArray[np.float64]) -> Fascicle:
        """Return this fascicle mapped by the affine `matrix` of shape (3, 3)."""
        return Fascicle(self.outer.transformed(matrix), tuple(inner.transformed(matrix) for inner in self.inners))


@dataclass(frozen=True, eq=False)
class Inner:
    """One endoneurium and its place in ASCENT's numbering.

    Attributes
    ----------
    fascicle_index, index_in_fascicle : int
    global_index : int
        Running number over the fascicles of the section, in order.
    trace : Trace
    """

    fascicle_index: int
    index_in_fascicle: int
    global_index: int
    trace: Trace


@dataclass(frozen=True, eq=False)
class Section:
    """A cross-section of a nerve, coordinates in µm with y upwards.

    Attributes
    ----------
    nerve : Trace or None
        Outer boundary of the epineurium; ``None`` for a single fascicle without one.
    fascicles : tuple of Fascicle
    orientation_angle : float or None
        Direction from the section's centre to the orientation mark, radians from x counter-clockwise.
    """

    nerve: Trace | None
    fascicles: tuple[Fascicle, ...]
    orientation_angle: float | None = None

    @property
    def boundary(self) -> Trace:
        """The outermost trace: the nerve, else the outer of the first fascicle."""
        return self.nerve if self.nerve is not None else self.fascicles[0].outer

    @cached_property
    def inners(self) -> tuple[Inner, ...]:
        """All endoneuria in ASCENT's global order."""
        places = ((f, j, trace) for f, fascicle in enumerate(self.fascicles) for j, trace in enumerate(fascicle.inners))
        return tuple(Inner(f, j, number, trace) for number, (f, j, trace) in enumerate(places))

    def transformed(self, matrix: NDArray[np.float64]) -> Section:
        """Return this section mapped by the affine `matrix`, shape (3, 3); the orientation angle turns with it."""
        angle = self.orientation_angle
        if angle is not None:
            direction = matrix[:2, :2] @ np.array([np.cos(angle), np.sin(angle)])
            angle = float(np.arctan2(direction[1], direction[0]))
        return Section(
            None if self.nerve is None else self.nerve.transformed(matrix),
            tuple(fascicle.transformed(matrix) for fascicle in self.fascicles),
            angle,
        )

    def traces(self) -> Iterator[tuple[str, Trace]]:
        """Yield every trace with the name that messages call it by."""
        if self.nerve is not None:
            yield "the nerve", self.nerve
        for number, fascicle in enumerate(self.fascicles):
            yield f"the outer of fascicle {number}", fascicle.outer
            for j, inner in enumerate(fascicle.inners):
                yield f"inner {j} of fascicle {number}", inner

    def validate(self, name: str) -> None:
        """Refuse what no nerve can look like.

        Parameters
        ----------
        name : str
            The sample, for the message.

        Raises
        ------
        MorphologyError
            For an outline that crosses itself, fascicles that cross each other or the nerve, or that lie
            outside it, several fascicles without a nerve, and inners that overlap or leave their outer.
        """
        if not self.fascicles:
            raise MorphologyError(f"Sample {name} has no fascicle.")
        if self.nerve is None and len(self.fascicles) > 1:
            raise MorphologyError(
                f"Sample {name} has {len(self.fascicles)} fascicles, which needs a nerve around them: "
                "draw the mask n.tif and set modes.nerve to PRESENT."
            )
        for label, trace in self.traces():
            if not trace.is_valid:
                raise MorphologyError(
                    f"Sample {name}: {label} near ({trace.points[0][0]:.1f}, {trace.points[0][1]:.1f}) µm crosses or "
                    "touches itself; draw it anew, or remove specks and spurs with "
                    "image_preprocessing.object_removal_area and smoothing."
                )
        for (a, first), (b, second) in combinations(enumerate(self.fascicles), 2):
            if first.outer.overlaps(second.outer):
                raise MorphologyError(f"Sample {name}: fascicles {a} and {b} overlap or touch.")
        for number, fascicle in enumerate(self.fascicles):
            if self.nerve is not None:
                if fascicle.outer.boundary_intersects(self.nerve):
                    raise MorphologyError(f"Sample {name}: fascicle {number} crosses or touches the nerve outline.")
                if not self.nerve.contains(fascicle.outer):
                    raise MorphologyError(f"Sample {name}: fascicle {number} lies outside the nerve.")
            _validate_inners(name, number, fascicle)


def _validate_inners(name: str, number: int, fascicle: Fascicle) -> None:
    if not fascicle.inners:
        raise MorphologyError(f"Sample {name}: no inner lies inside the outer of fascicle {number}.")
    for j, inner in enumerate(fascicle.inners):
        if not fascicle.outer.contains(inner):
            raise MorphologyError(f"Sample {name}: inner {j} of fascicle {number} leaves the outer around it.")
    for (a, first), (b, second) in combinations(enumerate(fascicle.inners), 2):
        if first.overlaps(second):
            raise MorphologyError(
                f"Sample {name}: inners {a} and {b} of fascicle {number} overlap; "
                "a hole in an inner can be closed with image_preprocessing.fill_holes."
            )


def assign_inners(name: str, outers: Sequence[Trace], inners: Sequence[Trace]) -> tuple[Fascicle, ...]:
    """Put each inner into the first outer that contains it; fascicles keep the order of `outers`.

    Raises
    ------
    MorphologyError
        When an inner lies in no outer, or an outer holds no inner.
    """
    members: list[list[Trace]] = [[] for _ in outers]
    for inner in inners:
        home = next((number for number, outer in enumerate(outers) if outer.contains(inner)), None)
        if home is None:
            x, y = inner.centroid
            raise MorphologyError(
                f"Sample {name}: the inner at ({x:.1f}, {y:.1f}) µm from the image's lower left corner lies inside "
                "no outer; every inner must be drawn within the outline of a fascicle."
            )
        members[home].append(inner)
    for outer, found in zip(outers, members, strict=True):
        if not found:
            x, y = outer.centroid
            raise MorphologyError(
                f"Sample {name}: the outer at ({x:.1f}, {y:.1f}) µm from the image's lower left corner holds no "
                "inner; draw one, or remove specks with image_preprocessing.object_removal_area."
            )
    return tuple(Fascicle(outer, tuple(found)) for outer, found in zip(outers, members, strict=True))
