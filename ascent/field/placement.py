"""Where a cuff sits: its rotation about the nerve and its shift in the cross-section, by ASCENT's rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ascent.errors import GeometryError

_TRACE_STEP_UM = 1.0


@dataclass(frozen=True)
class NerveBoundary:
    """The nerve as a cuff sees it.

    Attributes
    ----------
    x, y, radius : float
        Circle that stands for the nerve, µm: the circle of the nerve's area when the nerve has been deformed
        to one, else the smallest that encloses the nerve (or the fascicle, without a nerve).
    round : bool
        Whether the nerve has been deformed to a circle (``deform_ratio`` 1).
    has_nerve : bool
        Whether there is a nerve trace; without, the only fascicle's outer trace stands for it.
    target : float
        Direction in degrees (0 to 360) towards which the contacts turn.
    outline : shapely.Polygon
        The trace itself.
    """

    x: float
    y: float
    radius: float
    round: bool
    has_nerve: bool
    target: float
    outline: Any


@dataclass(frozen=True)
class CuffFit:
    """What placement needs to know of a cuff preset; lengths in µm, angles in degrees.

    Attributes
    ----------
    name : str
        File name of the preset.
    angle_to_contacts : float
        Direction of the middle of the contacts before the cuff is opened.
    expandable : bool
        Whether it opens to fit a larger nerve.
    fixed_point : str or None
        ``"center"`` or ``"clockwise_end"``: what stays in place when it opens.
    gap : float
        Least distance between nerve and cuff.
    offset : float
        How far the contacts stand out from the inside of the cuff.
    radius : Callable[[float], float]
        Inner radius at rest for a nerve of given radius with gap (adaptive presets have several sizes).
    """

    name: str
    angle_to_contacts: float
    expandable: bool
    fixed_point: str | None
    gap: float
    offset: float
    radius: Callable[[float], float]


@dataclass(frozen=True)
class CuffPlacement:
    """The result, as ASCENT writes it into ``model.cuff[]``: µm and degrees."""

    index: int
    pos_ang: float
    shift_x: float
    shift_y: float


class SampleLike(Protocol):
    """What of a sample is used here; see ``ascent.nerve.Sample``."""

    @property
    def section(self) -> Any: ...
    @property
    def deform_ratio(self) -> float | None: ...


def nerve_boundary(sample: SampleLike) -> NerveBoundary:
    """Describe the nerve of `sample` for the placement of cuffs.

    Raises
    ------
    GeometryError
        When the sample is not centred at the origin.
    """
    section = sample.section
    trace = section.nerve if section.nerve is not None else section.fascicles[0].outer
    if float(np.hypot(*trace.centroid)) > 1.0:
        x, y = trace.centroid
        raise GeometryError(
            f"The nerve is centred at ({x:.3g}, {y:.3g}) µm, not at the origin, so no cuff can be placed."
        )
    is_round = section.nerve is not None and sample.deform_ratio == 1
    if is_round:
        x, y, radius = 0.0, 0.0, math.sqrt(trace.area / math.pi)
    else:
        x, y, radius = (float(value) for value in trace.minimum_enclosing_circle())
    reference = np.zeros(2)
    if section.nerve is not None:
        areas = np.array([fascicle.outer.area for fascicle in section.fascicles])
        centres = np.array([fascicle.outer.centroid for fascicle in section.fascicles])
        reference = areas @ centres / areas.sum()
    if section.orientation_angle is not None:
        target = math.degrees(section.orientation_angle)
    else:
        target = math.degrees(math.atan2(reference[1] - y, reference[0] - x))
    return NerveBoundary(x, y, radius, is_round, section.nerve is not None, target % 360, trace.polygon)


def place_cuff(boundary: NerveBoundary, cuff: CuffFit, mode: str) -> tuple[float, float, float]:
    """Return (pos_ang in degrees, shift x, shift y in µm) of a cuff.

    Follows ASCENT 1.4, including that the TRACE modes move the nerve in a direction given by the angle in
    degrees taken as radians: placements then stay interchangeable with its models. One thing differs: where
    the contacts would make the cuff stick to the nerve from inside (it fits without them, not with them),
    ASCENT moves the cuff across the nerve; here it stays centred on it.

    Parameters
    ----------
    mode : str
        ``modes.cuff_shift`` of model.json.

    Raises
    ------
    GeometryError
        When a cuff that cannot open is too small for the nerve, or the preset lacks its ``fixed_point``.
    """
    fitted = boundary.radius + cuff.gap
    rest = cuff.radius(fitted)
    if not cuff.expandable and fitted > rest:
        raise GeometryError(
            f"{cuff.name} has an inner radius of {rest:g} µm and cannot open, but the nerve with its gap needs "
            f"{fitted:.1f} µm: choose a larger cuff."
        )
    if mode == "NONE":
        return 0.0, 0.0, 0.0
    turn = boundary.target - _contact_angle(cuff, rest, fitted) if mode.startswith("AUTO_ROTATION") else 0.0
    if mode.endswith("MIN_CIRCLE_BOUNDARY"):
        return turn, *_shift_to_circle(boundary, cuff, rest, fitted)
    if mode.endswith("TRACE_BOUNDARY"):
        return turn, *_shift_to_trace(boundary, cuff, rest, fitted)
    raise GeometryError(f"model.json: modes.cuff_shift is {mode}: no cuff can be placed by it.")


def contact_direction(sample: SampleLike, preset: Any, name: str, rotate: Any) -> float:
    """Direction of the middle of a cuff's contacts as it stands around the nerve, degrees from x counter-clockwise.

    Parameters
    ----------
    sample : ascent.nerve.Sample
    preset : ascent.config.cuff.CuffPreset
        The cuff, called `name` in messages.
    rotate : object
        ``cuff.rotate`` of a model that has been built: ``pos_ang`` and ``add_ang``, degrees.

    Raises
    ------
    GeometryError
        As :func:`cuff_fit` and :func:`nerve_boundary`.
    """
    cuff = cuff_fit(preset, name)
    fitted = nerve_boundary(sample).radius + cuff.gap
    angle = _contact_angle(cuff, cuff.radius(fitted), fitted)
    return (angle + float(rotate.pos_ang or 0.0) + float(rotate.add_ang or 0.0)) % 360


def _contact_angle(cuff: CuffFit, rest: float, fitted: float) -> float:
    """Return the direction of the contacts once the cuff has opened."""
    angle = cuff.angle_to_contacts % 360
    if not cuff.expandable or rest >= fitted or cuff.fixed_point == "center":
        return angle
    if cuff.fixed_point == "clockwise_end":
        return angle * rest / fitted
    raise GeometryError(
        f"{cuff.name}: fixed_point is {cuff.fixed_point}: a cuff that opens around a larger nerve needs "
        '"center" or "clockwise_end".'
    )


def _shift_to_circle(boundary: NerveBoundary, cuff: CuffFit, rest: float, fitted: float) -> tuple[float, float]:
    if rest > fitted:
        slack = max(0.0, rest - cuff.offset - fitted)
        angle = math.radians(boundary.target)
        return boundary.x - slack * math.cos(angle), boundary.y - slack * math.sin(angle)
    return _centred(boundary)


def _centred(boundary: NerveBoundary) -> tuple[float, float]:
    return (0.0, 0.0) if boundary.round else (boundary.x, boundary.y)


def _shift_to_trace(boundary: NerveBoundary, cuff: CuffFit, rest: float, fitted: float) -> tuple[float, float]:
    from shapely import Point
    from shapely.affinity import translate

    if rest < fitted:
        return boundary.x, boundary.y
    inside = Point(0, 0).buffer(rest - cuff.offset).boundary
    outline = boundary.outline.boundary
    if inside.distance(Point(boundary.x, boundary.y).buffer(fitted).boundary) < cuff.gap:
        outline = translate(outline, boundary.x, boundary.y)
    direction = -boundary.target + math.pi
    step_x, step_y = _TRACE_STEP_UM * math.cos(direction), _TRACE_STEP_UM * math.sin(direction)
    steps = 0
    while inside.distance(translate(outline, steps * step_x, steps * step_y)) >= cuff.gap:
        steps += 1
        if steps * _TRACE_STEP_UM > 2 * rest:
            raise GeometryError(
                f"{cuff.name}: the nerve lies outside the cuff, so TRACE placement cannot move it to the wall."
            )
    undone = max(steps - 1, 0)
    return -undone * step_x, -undone * step_y


def place_cuffs(sample: SampleLike, model: Any, presets: Mapping[str, Any]) -> tuple[CuffPlacement, ...]:
    """Place every cuff of a model, each on its own.

    Parameters
    ----------
    sample : ascent.nerve.Sample
    model : ascent.config.model.ModelConfig
    presets : mapping of str to ascent.config.cuff.CuffPreset
        By the name in ``cuff[].preset``.

    Returns
    -------
    tuple of CuffPlacement
        In the order of ``model.cuff``.

    Raises
    ------
    GeometryError
        As :func:`place_cuff` and :func:`nerve_boundary`, or for a preset that is not among `presets`.
    """
    boundary = nerve_boundary(sample)
    placements: list[CuffPlacement] = []
    for position, cuff in enumerate(model.cuff):
        fit = cuff_fit(preset_named(cuff.preset, presets), cuff.preset)
        turn, x, y = place_cuff(boundary, fit, str(model.modes.cuff_shift))
        placements.append(CuffPlacement(position if cuff.index is None else cuff.index, turn, x, y))
    return tuple(placements)


def cuff_fit(preset: Any, name: str) -> CuffFit:
    """Return what placement needs of `preset` (an ``ascent.config.cuff.CuffPreset``) called `name`.

    Raises
    ------
    GeometryError
        When the preset does not say where its contacts are.
    ConfigError
        When a length that placement needs is missing or depends on the nerve.
    """
    from ascent.config.cuff import contact_offset, literal_length, resting_radius

    if preset.angle_to_contacts_deg is None:
        raise GeometryError(f"{name}: angle_to_contacts_deg is missing: give the direction of the contacts in degrees.")
    return CuffFit(
        name=name,
        angle_to_contacts=float(preset.angle_to_contacts_deg),
        expandable=preset.expandable,
        fixed_point=preset.fixed_point,
        gap=literal_length(preset, "thk_medium_gap_internal"),
        offset=contact_offset(preset),
        radius=lambda fitted: resting_radius(preset, fitted),
    )


def preset_named(name: str, presets: Mapping[str, Any]) -> Any:
    """Return the preset of that name; GeometryError when there is none."""
    try:
        return presets[name]
    except KeyError:
        known: Sequence[str] = sorted(presets)
        raise GeometryError(f"model.json: cuff preset {name} is not among those loaded ({', '.join(known)}).") from None
