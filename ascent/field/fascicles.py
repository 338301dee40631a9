"""Nerve and fascicles as solids: epineurium, perineurium where it is meshed, and endoneurium."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon

from ascent.errors import GeometryError
from ascent.field.cuffs import Part, thickness_coefficients
from ascent.field.perineurium import sheath_thickness
from ascent.field.primitives.shapes import cylinder
from ascent.field.traces3d import extrude_outline, sample_outline, smooth_outline

_TIGHTENINGS = (1.0, 0.5, 0.25, 0.1)


@dataclass(frozen=True)
class NerveSolids:
    """The nerve's parts in overriding order.

    Attributes
    ----------
    parts : list of Part
    outermost : list of netgen.occ.TopoDS_Shape
        Solids that hold all others: the epineurium, or without it the fascicles.
    endoneurium_domains : tuple of str
        In global order of the inners.
    sheath_thickness : dict of str to float
        Thickness in µm of the perineurium of every endoneurium domain that a thin sheath separates.
    outlines : list of shapely.Polygon
        Cross-sections of `outermost`, µm.
    meshed_sheaths : list of (shapely.Polygon, shapely.Polygon)
        Outer outline of each perineurium that is meshed, with each inner outline in it, µm.
    """

    parts: list[Part]
    outermost: list[Any]
    endoneurium_domains: tuple[str, ...]
    sheath_thickness: dict[str, float]
    outlines: list[Polygon]
    meshed_sheaths: list[tuple[Polygon, Polygon]]


@dataclass(frozen=True)
class _Outline:
    name: str
    points: NDArray[np.float64]
    tolerance: float


def build_nerve(sample: Any, model: Any, thickness: Any, thickness_mode: str, length: float) -> NerveSolids:
    """Build the nerve from z = 0 to `length` µm.

    A fascicle with one inner has its perineurium as a thin sheath around the endoneurium (unless
    ``modes.use_ci`` is false); the ring between its traces is then whatever lies around, as in ASCENT. With
    several inners the perineurium is a meshed solid.

    Raises
    ------
    GeometryError
        When traces cannot be smoothed without touching, or a sheath has no thickness.
    """
    section = sample.section
    inner_tolerance, outer_tolerance = _tolerances(model)
    coefficients = thickness_coefficients(thickness)
    solids: list[Part] = []
    if section.nerve is not None:
        solids.append(Part("epineurium", "epineurium", _epineurium(sample, model, length), "nerve"))
        outlines = [section.nerve.polygon]
    outers: list[_Outline] = []
    inners: list[_Outline] = []
    sheaths: dict[str, float] = {}
    for index, fascicle in enumerate(section.fascicles):
        meshed = len(fascicle.inners) > 1 or model.modes.use_ci is False
        if meshed:
            outers.append(_Outline(f"outer trace of fascicle {index}", fascicle.outer.points, outer_tolerance))
        for inner in fascicle.inners:
            domain = f"endoneurium_{len(inners)}"
            if not meshed:
                area = fascicle.outer.area if fascicle.outer is not None else None
                sheaths[domain] = sheath_thickness(inner.area, area, thickness_mode, coefficients)
            inners.append(_Outline(f"inner trace {len(inners)}", inner.points, inner_tolerance))
    outer_points, inner_points = _smoothed_apart(outers, inners)
    for points in outer_points:
        solids.append(Part("perineurium", "perineurium", extrude_outline(points, length), "perineurium"))
    names = tuple(f"endoneurium_{index}" for index in range(len(inners)))
    for name, points in zip(names, inner_points, strict=True):
        solids.append(Part(name, "endoneurium", extrude_outline(points, length), name))
    outermost = [solids[0].solid] if section.nerve is not None else [part.solid for part in solids]
    if section.nerve is None:
        outlines = [Polygon(sample_outline(points)) for points in (*outer_points, *inner_points)]
    outer_polygons = [Polygon(sample_outline(points)) for points in outer_points]
    inner_polygons = [Polygon(sample_outline(points)) for points in inner_points]
    meshed_sheaths = [(outer, inner) for outer in outer_polygons for inner in inner_polygons if outer.contains(inner)]
    return NerveSolids(solids, outermost, names, sheaths, outlines, meshed_sheaths)


def _tolerances(model: Any) -> tuple[float, float]:
    legacy = getattr(model, "trace_interp_tol", None)
    inner = model.inner_interp_tol if model.inner_interp_tol is not None else legacy
    outer = model.outer_interp_tol if model.outer_interp_tol is not None else legacy
    if inner is None or outer is None:
        raise GeometryError(
            "model.json: inner_interp_tol and outer_interp_tol are missing: give both, for example 0.01."
        )
    return float(inner), float(outer)


def _epineurium(sample: Any, model: Any, length: float) -> Any:
    nerve = sample.section.nerve
    round_nerve = str(sample.reshape_nerve) == "CIRCLE" and sample.deform_ratio in (None, 1)
    if round_nerve:
        return cylinder(math.sqrt(nerve.area / math.pi), length, (0, 0, length / 2))
    tolerance = model.nerve_interp_tol
    if tolerance is None:
        tolerance = getattr(model, "trace_interp_tol", None)
    if tolerance is None:
        raise GeometryError("model.json: nerve_interp_tol is missing: the nerve is a trace, give for example 0.01.")
    return extrude_outline(smooth_outline(nerve.points, float(tolerance), "The nerve trace"), length)


def _smoothed_apart(
    outers: list[_Outline], inners: list[_Outline]
) -> tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]]:
    """Smooth all traces, more tightly where smoothing would make them touch."""
    for tightening in _TIGHTENINGS:
        smooth_outers = [_smooth(outline, tightening) for outline in outers]
        smooth_inners = [_smooth(outline, tightening) for outline in inners]
        if _apart(smooth_outers) and _apart(smooth_inners) and _nested(smooth_outers, smooth_inners):
            return smooth_outers, smooth_inners
    raise GeometryError(
        "Fascicle traces touch or cross once they are smooth curves: separate them (boundary_separation in "
        "sample.json) or lower inner_interp_tol and outer_interp_tol in model.json."
    )


def _smooth(outline: _Outline, tightening: float) -> NDArray[np.float64]:
    return smooth_outline(outline.points, outline.tolerance * tightening, outline.name)


def _apart(outlines: list[NDArray[np.float64]]) -> bool:
    polygons = [Polygon(sample_outline(points)) for points in outlines]
    return not any(one.intersects(other) for index, one in enumerate(polygons) for other in polygons[index + 1 :])


def _nested(outers: list[NDArray[np.float64]], inners: list[NDArray[np.float64]]) -> bool:
    """Return whether every inner lies wholly within or wholly without every outer."""
    rings = [Polygon(sample_outline(points)).exterior for points in outers]
    return not any(ring.intersects(Polygon(sample_outline(points)).exterior) for ring in rings for points in inners)
