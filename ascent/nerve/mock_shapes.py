"""Where the fascicles of a mock nerve lie: ellipses, given one by one or drawn at random."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import Point, Polygon

from ascent.errors import ConfigError, MorphologyError

if TYPE_CHECKING:
    from ascent.config.mock_sample import MockSampleConfig


def ellipse_polygon(x: float, y: float, semi_a: float, semi_b: float, rotation_deg: float) -> Polygon:
    """Return an ellipse as ASCENT draws it: a polygon of 64 sides.

    Parameters
    ----------
    x, y : float
        Centre, µm.
    semi_a, semi_b : float
        Semi-axes along x and y before rotation, µm.
    rotation_deg : float
        Counter-clockwise rotation about the centre, degrees.
    """
    circle = Point(x, y).buffer(1.0, quad_segs=16)
    stretched = affinity.scale(circle, semi_a, semi_b, origin=(x, y))
    return affinity.rotate(stretched, rotation_deg, origin=(x, y))


def semi_axes(diameter: float, eccentricity: float) -> tuple[float, float]:
    """Return the semi-axes (µm) of the ellipse of `eccentricity` with the area of a circle of `diameter` µm."""
    area = math.pi * (diameter / 2) ** 2
    a = (area**2 / (math.pi**2 * (1 - eccentricity**2))) ** 0.25
    return a, area / (math.pi * a)


def nerve_polygon(config: MockSampleConfig) -> Polygon:
    """Return the outline of the mock nerve, centred at the origin, µm."""
    nerve = config.nerve
    return ellipse_polygon(0.0, 0.0, nerve.a / 2, nerve.b / 2, nerve.rot)


def place_fascicles(config: MockSampleConfig, nerve: Polygon) -> list[Polygon]:
    """Return the fascicles of a mock nerve, µm.

    Random modes use numpy's legacy generator seeded with ``populate.seed`` and draw in ASCENT's order: all
    diameters, all eccentricities, all rotations, then centres (x, y in the nerve's bounding box until one lies
    in the nerve), for the largest fascicle first. One that finds no place in ``max_attempt_iter`` attempts is
    left out with a warning.

    Raises
    ------
    ConfigError
        For distributions that cannot be drawn from.
    MorphologyError
        For an explicit fascicle that leaves the nerve or comes too close to it or to another, and when no
        fascicle could be placed.
    """
    if config.populate.mode == "EXPLICIT":
        return _explicit(config.populate, nerve)
    return _random(config.populate, nerve)


def _fits(candidate: Polygon, placed: Sequence[Polygon], nerve: Polygon, separation: float) -> str:
    """Say what is wrong with the place of `candidate`; an empty text when nothing is."""
    if not candidate.within(nerve):
        return "lies outside the nerve"
    if candidate.buffer(separation).boundary.intersects(nerve.boundary):
        return f"comes closer to the nerve's boundary than {separation:g} µm"
    for number, other in enumerate(placed):
        if other.buffer(separation).intersects(candidate):
            return f"comes closer to fascicle {number} than {separation:g} µm"
    return ""


def _explicit(populate: Any, nerve: Polygon) -> list[Polygon]:
    placed: list[Polygon] = []
    for number, item in enumerate(populate.Fascicles):
        fascicle = ellipse_polygon(item.centroid_x, item.centroid_y, item.a / 2, item.b / 2, item.rot)
        fault = _fits(fascicle, placed, nerve, populate.min_fascicle_separation)
        if fault:
            raise MorphologyError(
                f"populate.Fascicles[{number}] at ({item.centroid_x:g}, {item.centroid_y:g}) µm {fault}; move it, "
                "make it smaller, or lower populate.min_fascicle_separation."
            )
        placed.append(fascicle)
    return placed


def _random(populate: Any, nerve: Polygon) -> list[Polygon]:
    stream = np.random.RandomState(populate.seed)
    count = int(populate.num_fascicle_attempt)
    diameters = np.sort(_draw(populate, "diam", count, stream))[::-1]
    eccentricities = _draw(populate, "ecc", count, stream)
    rotations = [360 * stream.random_sample() for _ in range(count)]
    placed: list[Polygon] = []
    for diameter, eccentricity, rotation in zip(diameters, eccentricities, rotations, strict=True):
        a, b = semi_axes(float(diameter), float(eccentricity))
        for _ in range(int(populate.max_attempt_iter)):
            x, y = _random_point(nerve, stream)
            fascicle = ellipse_polygon(x, y, a, b, rotation)
            if not _fits(fascicle, placed, nerve, populate.min_fascicle_separation):
                placed.append(fascicle)
                break
    if not placed:
        raise MorphologyError(
            f"None of {count} fascicles found a place in the mock nerve in {populate.max_attempt_iter} attempts; "
            "make them smaller or lower populate.min_fascicle_separation."
        )
    if len(placed) < count:
        warnings.warn(
            f"{len(placed)} of {count} fascicles found a place in the mock nerve; fewer, smaller or closer ones "
            "would all fit.",
            stacklevel=2,
        )
    return placed


def _random_point(nerve: Polygon, stream: np.random.RandomState) -> tuple[float, float]:
    left, bottom, right, top = nerve.bounds
    while True:
        point = Point(stream.uniform(left, right), stream.uniform(bottom, top))
        if nerve.contains(point):
            return point.x, point.y


def _draw(populate: Any, what: str, count: int, stream: np.random.RandomState) -> NDArray[np.float64]:
    """Draw `count` fascicle diameters (µm) or eccentricities from the configured distribution."""
    from scipy import stats

    if populate.mode == "UNIFORM":
        lower = float(getattr(populate, f"lower_fasc_{what}"))
        upper = float(getattr(populate, f"upper_fasc_{what}"))
        _check_range(what, lower, upper)
        return np.asarray(stats.uniform(lower, upper - lower).rvs(count, random_state=stream))
    mu, std = float(getattr(populate, f"mu_fasc_{what}")), float(getattr(populate, f"std_fasc_{what}"))
    limit = float(getattr(populate, f"n_std_{what}_limit"))
    if limit == 0 and std != 0:
        raise ConfigError(f"populate.n_std_{what}_limit is 0 but std_fasc_{what} is {std:g}: must be above 0.")
    lower, upper = mu - limit * std, mu + limit * std
    if what == "ecc":
        _check_range(what, max(mu, 0.0), mu)
        lower, upper = max(lower, 0.0), min(upper, 0.99)
        if upper < mu:
            upper = mu
    _check_range(what, lower, upper)
    if std == 0:
        return np.full(count, mu)
    return np.asarray(stats.truncnorm((lower - mu) / std, (upper - mu) / std, mu, std).rvs(count, random_state=stream))


def _check_range(what: str, lower: float, upper: float) -> None:
    name = "diameters" if what == "diam" else "eccentricities"
    if lower > upper:
        raise ConfigError(f"Fascicle {name} range from {lower:g} to {upper:g}: the lower limit must not be above.")
    if what == "diam" and lower <= 0:
        raise ConfigError(f"Fascicle diameters are to be drawn from {lower:g} µm: the lower limit must be above 0.")
    if what == "ecc" and not (lower >= 0 and upper < 1):
        raise ConfigError(f"Fascicle eccentricities from {lower:g} to {upper:g}: must be at least 0 and below 1.")
