"""Deformation of a nerve to the outline it has in a cuff, with fascicles as rigid bodies that push each other.

ASCENT's scheme (Musselman et al. 2021, modes.deform PHYSICS): the outline is morphed in steps towards its target,
a circle of equal area; fascicles, each grown by half the distance to keep from others, are moved out of its way
and out of each other's by two-dimensional rigid-body dynamics. Here the target follows ``reshape_nerve``
(CIRCLE, ELLIPSE, or NONE: the outline stays and fascicles are only separated), points of outline and target
correspond by arc length, and the area is kept in every step, so that the outline needs no mending at the end.
"""

from __future__ import annotations

import logging
import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from ascent.errors import ConfigError, MorphologyError
from ascent.nerve import affine
from ascent.nerve.section import Fascicle, Section
from ascent.nerve.trace import Trace

if TYPE_CHECKING:
    from ascent.config.sample import SampleConfig

logger = logging.getLogger(__name__)

OUTLINE_POINTS = 360
STEPS_PER_MORPH = 30
SETTLING_STEPS = 500
TIME_STEP = 1.0 / 60.0
BODY_RADIUS_UM = 1.0
COLLISION_SLOP_UM = 0.01
DENSITY = 0.01
FRICTION = 0.5
_HULL_TOLERANCE_UM = 0.1


def deform(section: Section, config: SampleConfig) -> tuple[Section, list[NDArray[np.float64]]]:
    """Deform a cross-section as ``sample.json`` asks for.

    Parameters
    ----------
    section : Section
        Scaled, corrected and with outers; µm.
    config : SampleConfig
        Uses ``boundary_separation``, ``deform_ratio``, ``morph_count`` and ``modes.reshape_nerve``.

    Returns
    -------
    section : Section
        The nerve with its new outline, of the area it had, and its fascicles moved and turned.
    motions : list of ndarray, shape (3, 3)
        For each fascicle the rigid motion it made.

    Raises
    ------
    ConfigError
        Without a nerve, separations or ratio.
    MorphologyError
        When fascicles and their separations do not fit into the nerve.
    """
    separation = config.boundary_separation
    if section.nerve is None or separation is None or separation.nerve is None or config.deform_ratio is None:
        raise ConfigError(
            f"Sample {config.sample}: modes.deform PHYSICS needs modes.nerve PRESENT, deform_ratio, and "
            "boundary_separation.fascicles and .nerve."
        )
    gap = float(separation.fascicles)
    inset = max(float(separation.nerve) - gap / 2, 0.0)
    morph = _Morph(section.nerve, str(config.modes.reshape_nerve))
    ratio = float(config.deform_ratio)
    steps = max(1, int(ratio * config.morph_count))
    outlines = [morph.outline(t) for t in np.linspace(0.0, ratio, steps)]
    motions = _push(section, outlines, gap, inset, config.sample)
    fascicles = tuple(fascicle.transformed(motion) for fascicle, motion in zip(section.fascicles, motions, strict=True))
    # An outline that has not moved keeps all its points.
    nerve = section.nerve if morph.stays or ratio == 0 else Trace(outlines[-1])
    deformed = Section(nerve, fascicles, section.orientation_angle)
    _check_separations(deformed, gap, float(separation.nerve), config.sample)
    return deformed, motions


class _Morph:
    """Outlines of constant area on the way from a nerve to its target."""

    def __init__(self, nerve: Trace, reshape: str) -> None:
        self.stays = reshape == "NONE"
        self._area = nerve.area
        fit = nerve.ellipse()
        angle = math.radians(fit.angle)
        semi_a, semi_b = (fit.a / 2, fit.b / 2) if reshape == "ELLIPSE" else (1.0, 1.0)
        ring = nerve.polygon.exterior
        if not ring.is_ccw:
            ring = ring.reverse()
        points = np.array([ring.interpolate(f, normalized=True).coords[0] for f in _fractions()])
        # Both outlines start where they meet the longer axis of the fitted ellipse.
        along = (points - [fit.x, fit.y]) @ np.array([-math.sin(angle), math.cos(angle)])
        self._start = np.roll(points, -int(np.argmax(along)), axis=0)
        turns = 2 * math.pi * _fractions()
        x, y = -semi_a * np.sin(turns), semi_b * np.cos(turns)
        target = np.column_stack([x, y]) @ np.array(
            [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]
        )
        self._target = self._restored(target + [fit.x, fit.y])

    def outline(self, t: float) -> NDArray[np.float64]:
        """Return the outline at `t`, 0 the nerve and 1 its target; shape (n, 2), µm."""
        points = self._start if self.stays else (1 - t) * self._start + t * self._target
        return self._restored(points)

    def _restored(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        polygon = Polygon(points)
        centre = (polygon.centroid.x, polygon.centroid.y)
        return affine.apply(affine.scaling(math.sqrt(self._area / polygon.area), centre), points)


def _fractions() -> NDArray[np.float64]:
    return np.linspace(0.0, 1.0, OUTLINE_POINTS, endpoint=False)


def _push(
    section: Section, outlines: list[NDArray[np.float64]], gap: float, inset: float, name: str
) -> list[NDArray[np.float64]]:
    """Let the outlines, one after the other, push the fascicles; return each fascicle's rigid motion."""
    import pymunk

    space = pymunk.Space()
    space.collision_slop = COLLISION_SLOP_UM
    starts = []
    bodies = []
    for fascicle in section.fascicles:
        body, shape = _body(fascicle, gap)
        space.add(body, shape)
        bodies.append(body)
        starts.append(fascicle.outer.centroid)
    walls: list[Any] = []
    for outline in outlines:
        space.remove(*walls)
        walls = _walls(space, outline, inset, name)
        space.add(*walls)
        for _ in range(STEPS_PER_MORPH):
            space.step(TIME_STEP)
    for _ in range(SETTLING_STEPS):
        space.step(TIME_STEP)
    motions = []
    for body, start in zip(bodies, starts, strict=True):
        moved = affine.translation(body.position.x - start[0], body.position.y - start[1])
        motions.append(moved @ affine.rotation(body.angle, start))
    return motions


def _body(fascicle: Fascicle, gap: float) -> tuple[Any, Any]:
    """Return the rigid body of a fascicle: the convex hull of its outer, grown by half the gap to others."""
    import pymunk

    x, y = fascicle.outer.centroid
    # The engine rounds bodies by a radius, which is part of the growth as far as there is any.
    grown = fascicle.outer.polygon.buffer(max(gap / 2 - BODY_RADIUS_UM, 0.0)).convex_hull
    hull = grown.simplify(_HULL_TOLERANCE_UM)
    body = pymunk.Body()
    body.position = (float(x), float(y))
    vertices = [(px - x, py - y) for px, py in hull.exterior.coords[:-1]]
    shape = pymunk.Poly(body, vertices, radius=min(BODY_RADIUS_UM, gap / 2))
    shape.density = DENSITY
    shape.friction = FRICTION
    shape.elasticity = 0.0
    return body, shape


def _walls(space: Any, outline: NDArray[np.float64], inset: float, name: str) -> list[Any]:
    """Return the static segments that hold the fascicles, `inset` µm within the outline."""
    import pymunk

    room = Polygon(outline).buffer(-inset)
    if isinstance(room, MultiPolygon):
        room = max(room.geoms, key=lambda part: part.area)
    if room.is_empty:
        raise MorphologyError(
            f"Sample {name}: nothing of the nerve is left within boundary_separation of its outline; lower it."
        )
    corners = list(room.exterior.coords)
    walls = []
    for start, end in zip(corners[:-1], corners[1:], strict=True):
        wall = pymunk.Segment(space.static_body, start, end, 0.0)
        wall.friction = FRICTION
        wall.elasticity = 0.0
        walls.append(wall)
    return walls


def _check_separations(section: Section, gap: float, to_nerve: float, name: str) -> None:
    """Warn when fascicles ended up closer than asked for (the validation refuses those that overlap)."""
    assert section.nerve is not None
    between = [a.outer.polygon.distance(b.outer.polygon) for a, b in combinations(section.fascicles, 2)]
    inside = [fascicle.outer.polygon.distance(section.nerve.polygon.exterior) for fascicle in section.fascicles]
    for found, asked, what in ((between, gap, "fascicles"), (inside, to_nerve, "nerve")):
        if found and min(found) < asked - 1.0:
            logger.warning(
                "Sample %s: the least distance after deformation is %.1f µm, less than boundary_separation.%s, %g µm.",
                name, min(found), what, asked,
            )  # fmt: skip
