"""Where fibers stand in the cross-section: ASCENT's xy modes.

Every mode but EXPLICIT places fibers inner by inner, in the order of the sample's inners, so that the position
of a fiber in the result is ASCENT's fiber index.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Point, Polygon

from ascent.errors import ConfigError, MorphologyError, Problem

#: Refuse to place more fibers than this in one fiberset.
MAXIMUM_FIBERS = 1_000_000


class TraceLike(Protocol):
    """What placement needs of a trace of the nerve."""

    @property
    def polygon(self) -> Polygon: ...

    @property
    def area(self) -> float: ...

    def offset(self, distance: float) -> TraceLike: ...


class InnerLike(Protocol):
    """One inner (endoneurium) of the sample."""

    @property
    def fascicle_index(self) -> int: ...

    @property
    def trace(self) -> Any: ...


class SampleLike(Protocol):
    """What placement needs of a sample."""

    @property
    def inners(self) -> Sequence[Any]: ...

    def explicit_to_final(self, points_xy: Any) -> tuple[Any, Any]: ...


@dataclass(frozen=True, eq=False)
class Placement:
    """Fibers in the cross-section.

    Attributes
    ----------
    points : ndarray, shape (n, 2)
        x, y in µm.
    inner_index : ndarray of int, shape (n,)
        The inner that each fiber lies in.
    generator : random.Random or None
        The stream that placed them, in the state it was left in; None when nothing was drawn.
    """

    points: NDArray[np.float64]
    inner_index: NDArray[np.int64]
    generator: random.Random | None = None


def place(
    parameters: Mapping[str, Any], sample: SampleLike, buffer: float, explicit_dir: Path | str | None = None
) -> Placement:
    """Place the fibers of one fiberset.

    Parameters
    ----------
    parameters : mapping
        `fibers.xy_parameters` of one combination of a sim's parameters.
    sample : Sample
        The final cross-section, µm.
    buffer : float
        `fibers.xy_trace_buffer`: least distance from the boundary of the inner, µm.
    explicit_dir : path, optional
        Folder of explicit fibersets, `input/<sample>/explicit_fibersets`.

    Raises
    ------
    ConfigError
        When a parameter is missing, wrong, or the buffer is too large for an inner.
    MorphologyError
        When a fiber lies outside its inner or closer to the boundary than `buffer`.
    """
    mode = parameters.get("mode")
    if not (isinstance(buffer, int | float) and math.isfinite(buffer) and buffer >= 0):
        raise _error("fibers.xy_trace_buffer", f"{buffer!r} µm", "must be 0 or more")
    inners = [inner.trace for inner in sample.inners]
    if mode == "CENTROID":
        return _placement([[_centroid(trace.polygon)] for trace in inners])
    if mode in ("UNIFORM_COUNT", "UNIFORM_DENSITY"):
        placement = _uniform(parameters, inners, buffer)
    elif mode == "WHEEL":
        placement = _placement([_wheel(parameters, trace, buffer, index) for index, trace in enumerate(inners)])
    elif mode == "EXPLICIT":
        points, inner_index = sample.explicit_to_final(_read_explicit(parameters, explicit_dir))
        placement = Placement(np.asarray(points, dtype=float), np.asarray(inner_index, dtype=np.int64))
    elif mode in ("EXPLICIT_3D", "SL_PSEUDO_INTERP"):
        raise _error(
            "fibers.xy_parameters.mode",
            mode,
            "is not available; choose CENTROID, UNIFORM_COUNT, UNIFORM_DENSITY, WHEEL or EXPLICIT",
        )
    else:
        raise _error(
            "fibers.xy_parameters.mode",
            "missing" if mode is None else repr(mode),
            "must be CENTROID, UNIFORM_COUNT, UNIFORM_DENSITY, WHEEL or EXPLICIT",
        )
    _validate(placement, inners, buffer)
    return placement


def _uniform(parameters: Mapping[str, Any], inners: Sequence[TraceLike], buffer: float) -> Placement:
    counts = _counts(parameters, [trace.area for trace in inners])
    if not all(math.isfinite(count) for count in counts) or sum(counts) > MAXIMUM_FIBERS:
        raise _error("fibers.xy_parameters", f"{sum(counts):.3g} fibers", f"must make at most {MAXIMUM_FIBERS} fibers")
    seed = _whole(parameters, "seed", default=0)
    generator = random.Random()
    groups = []
    for index, (trace, count) in enumerate(zip(inners, counts, strict=True)):
        if 2 * math.sqrt(trace.area / math.pi) < 2.5 * buffer:
            raise _too_large(buffer, index)
        polygon = _shrunk(trace, buffer, index)
        generator.seed(seed + index)
        groups.append(_rejection_sample(polygon, count, generator))
    return _placement(groups, generator)


def _counts(parameters: Mapping[str, Any], areas: Sequence[float]) -> list[float]:
    if parameters.get("mode") == "UNIFORM_COUNT":
        return [float(_whole(parameters, "count", least=1))] * len(areas)
    if parameters.get("top_down"):
        density, least = _number(parameters, "target_density"), _number(parameters, "minimum_number")
        return [max(density * area, least) for area in areas]
    density = _number(parameters, "target_number") / min(areas)
    most = _number(parameters, "maximum_number")
    return [min(density * area, most) for area in areas]


def _rejection_sample(polygon: Polygon, count: float, generator: random.Random) -> list[tuple[float, float]]:
    low_x, low_y, high_x, high_y = polygon.bounds
    if polygon.area < 1e-6 * (high_x - low_x) * (high_y - low_y):
        raise MorphologyError("An inner is too thin to place fibers in it at random; its area is next to nothing.")
    shapely.prepare(polygon)
    points: list[tuple[float, float]] = []
    while len(points) < count:
        x = generator.random() * (high_x - low_x) + low_x
        y = generator.random() * (high_y - low_y) + low_y
        if shapely.contains_xy(polygon, x, y):
            points.append((x, y))
    return points


def _wheel(parameters: Mapping[str, Any], trace: TraceLike, buffer: float, index: int) -> list[tuple[float, float]]:
    spokes = _whole(parameters, "spoke_count", least=1)
    per_spoke = _whole(parameters, "point_count_per_spoke", least=1)
    if spokes * per_spoke > MAXIMUM_FIBERS:
        raise _error("fibers.xy_parameters.spoke_count", str(spokes), f"must make at most {MAXIMUM_FIBERS} fibers")
    turn = _number(parameters, "angle_offset") if "angle_offset" in parameters else 0.0
    if parameters.get("angle_offset_is_in_degrees", True):
        turn = math.radians(turn)
    points = [_centroid(trace.polygon)] if parameters.get("find_centroid") else []
    polygon = _shrunk(trace, buffer, index)
    centre = polygon.centroid
    low_x, low_y, high_x, high_y = polygon.bounds
    reach = 2 * math.hypot(high_x - low_x, high_y - low_y)
    fractions = np.linspace(0, 1, per_spoke + 2)[1:-1]
    for angle in np.linspace(0, 2 * np.pi, spokes + 1)[:-1] + turn:
        far = centre.x + reach * math.cos(angle), centre.y + reach * math.sin(angle)
        crossings = shapely.get_coordinates(LineString([(centre.x, centre.y), far]).intersection(polygon.boundary))
        if not len(crossings):
            raise MorphologyError(f"The spokes of a WHEEL start outside inner {index}, whose centroid is not in it.")
        nearest = min(crossings, key=lambda point: math.dist(point, (centre.x, centre.y)))
        points += [
            (centre.x + float(f) * (nearest[0] - centre.x), centre.y + float(f) * (nearest[1] - centre.y))
            for f in fractions
        ]
    return points


def _read_explicit(parameters: Mapping[str, Any], explicit_dir: Path | str | None) -> NDArray[np.float64]:
    index = _whole(parameters, "explicit_fiberset_index", least=0)
    if explicit_dir is None:
        raise _error(
            "fibers.xy_parameters.explicit_fiberset_index",
            str(index),
            "names a file in explicit_fibersets of the sample's input folder; there is none",
        )
    path = Path(explicit_dir) / f"{index}.txt"
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path} does not exist; it should hold one header line, then x and y in µm a line."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} could not be read as text: {error}.") from error
    points = []
    for number, line in enumerate(lines[1:], start=2):
        words = line.replace(",", " ").split()
        if not words:
            continue
        try:
            x, y = (float(word) for word in words[:2])
        except ValueError:
            x = y = math.nan
        if not (math.isfinite(x) and math.isfinite(y)):
            raise ConfigError(f"{path}: line {number} is {line.strip()[:60]!r}; it should hold x and y in µm.")
        points.append((x, y))
    if not points:
        raise ConfigError(f"{path} holds no fibers; it should hold one header line, then x and y in µm a line.")
    return np.array(points)


def _validate(placement: Placement, inners: Sequence[TraceLike], buffer: float) -> None:
    for index, trace in enumerate(inners):
        members = np.flatnonzero(placement.inner_index == index)
        if not len(members):
            continue
        inside = shapely.contains_xy(_shrunk(trace, buffer, index), placement.points[members])
        if not inside.all():
            fiber = int(members[np.argmin(inside)])
            x, y = placement.points[fiber]
            raise MorphologyError(
                f"Fiber {fiber} at ({x:.2f}, {y:.2f}) µm is outside inner {index} or closer than "
                f"fibers.xy_trace_buffer ({buffer:g} µm) to its boundary; lower the buffer or move the fiber."
            )


def _shrunk(trace: TraceLike, buffer: float, index: int) -> Polygon:
    try:
        polygon = trace.offset(-buffer).polygon
    except (MorphologyError, ValueError, IndexError) as error:
        raise _too_large(buffer, index) from error
    if polygon.is_empty or polygon.area <= 0:
        raise _too_large(buffer, index)
    return polygon


def _placement(groups: Sequence[Sequence[tuple[float, float]]], generator: random.Random | None = None) -> Placement:
    points = np.array([point for group in groups for point in group], dtype=float).reshape(-1, 2)
    inner_index = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return Placement(points, inner_index, generator)


def _centroid(polygon: Polygon) -> tuple[float, float]:
    centre: Point = polygon.centroid
    return centre.x, centre.y


def _whole(parameters: Mapping[str, Any], key: str, *, least: int | None = None, default: int | None = None) -> int:
    value = parameters.get(key)
    if value is None and default is not None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not float(value).is_integer():
        expected = "must be a whole number"
    elif least is not None and value < least:
        expected = f"must be {least} or more"
    else:
        return int(value)
    raise _error(f"fibers.xy_parameters.{key}", "missing" if value is None else repr(value), expected)


def _number(parameters: Mapping[str, Any], key: str) -> float:
    value = parameters.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _error(
            f"fibers.xy_parameters.{key}", "missing" if value is None else repr(value), "must be a finite number"
        )
    return float(value)


def _too_large(buffer: float, index: int) -> ConfigError:
    return _error("fibers.xy_trace_buffer", f"{buffer:g} µm", f"is too large for inner {index}; lower it")


def _error(key: str, value: str, expected: str) -> ConfigError:
    return ConfigError(problems=[Problem("sim", key, value, expected)])
