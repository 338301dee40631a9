"""Cross-sections of nerves, as every picture draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINE = {"color": "black", "linewidth": 0.8}


class Outline(Protocol):
    """A closed curve."""

    @property
    def points(self) -> NDArray[np.float64]:
        """Vertices, (n, 2), µm; the last is joined to the first."""


class DrawableFascicle(Protocol):
    """A fascicle: outer and inner boundaries of its perineurium."""

    @property
    def outer(self) -> Outline:
        """Outer boundary."""

    @property
    def inners(self) -> Sequence[Outline]:
        """Inner boundaries."""


class DrawableSection(Protocol):
    """A cross-section, such as :class:`ascent.nerve.Section`."""

    @property
    def nerve(self) -> Outline | None:
        """Boundary of the epineurium; None for a nerve that is one fascicle."""

    @property
    def fascicles(self) -> Sequence[DrawableFascicle]:
        """The fascicles."""


def inners_of(section: DrawableSection) -> list[Outline]:
    """The inners of all fascicles, in ASCENT's order."""
    return [inner for fascicle in section.fascicles for inner in fascicle.inners]


def draw_outlines(axes: Axes, section: DrawableSection, line: Mapping[str, Any], outers: bool) -> None:
    """Draw nerve and inners, and with `outers` the outer boundaries of the perineurium."""
    outlines = inners_of(section)
    # Without epineurium the perineurium is the boundary of the nerve.
    if outers or section.nerve is None:
        outlines += [fascicle.outer for fascicle in section.fascicles]
    if section.nerve is not None:
        outlines.append(section.nerve)
    for outline in outlines:
        axes.plot(*ring(outline).T, **line)


def ring(outline: Outline) -> NDArray[np.float64]:
    """The vertices with the first again at the end, (n + 1, 2), µm."""
    return np.vstack([outline.points, outline.points[:1]])


def enclosing_box(section: DrawableSection) -> tuple[NDArray[np.float64], float]:
    """Centre of the section, µm, and its greatest distance from there, µm."""
    outlines = [section.nerve] if section.nerve is not None else [fascicle.outer for fascicle in section.fascicles]
    points = np.vstack([outline.points for outline in outlines])
    centre: NDArray[np.float64] = (points.min(axis=0) + points.max(axis=0)) / 2
    return centre, float(np.hypot(*(points - centre).T).max())


def mark_contact(axes: Axes, section: DrawableSection, angle: float) -> None:
    """Mark the direction (rad) of a cuff's contacts by a point at 1.2 times the radius of the nerve."""
    centre, radius = enclosing_box(section)
    x, y = centre + 1.2 * radius * np.array([np.cos(angle), np.sin(angle)])
    axes.scatter(x, y, s=60, c="black", marker="o", zorder=4, label="contact")
    axes.annotate("contacts", (x, y), (7, 0), textcoords="offset points", va="center", fontsize=8)


def scale_bar(axes: Axes, length_um: float, unit: str = "µm") -> None:
    """Draw a scale bar of `length_um` (labelled in µm or mm) below what is there, in place of the axes."""
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    y = bottom - 0.03 * (top - bottom)
    axes.plot([right - length_um, right], [y, y], color="black", linewidth=3, solid_capstyle="butt")
    shown = length_um / 1000 if unit == "mm" else length_um
    axes.annotate(
        f"{shown:g} {unit}", (right - length_um / 2, y), (0, -4), textcoords="offset points", ha="center", va="top"
    )
    axes.set_xlim(min(left, right - length_um), right)
    axes.set_axis_off()


def round_length(length: float) -> float:
    """The greatest of 1, 2, 5 times a power of ten that is not above `length`."""
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(step for step in (1.0, 2.0, 5.0) if step * power <= length * (1 + 1e-9)) * power)
