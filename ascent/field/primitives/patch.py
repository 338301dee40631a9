"""Contacts that are round or rectangular windows in the wall of a tube."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ascent.field.primitives.shapes import PrimitiveSolids, annulus, on_circle, z_axis


def circle_contact(parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build ``CircleContact_Primitive``. Label 6 is the contact, label 2 its recess.

    `Circle_def` 1 makes `Circle_diam` the arc along the wall (the outline across the radius is then an
    ellipse), 2 makes the outline itself a circle.
    """
    from netgen.occ import Axes, WorkPlane, X, Z

    p = parameters
    half_axial = p["Circle_diam"] / 2
    surface = p["R_in"] + p["Circle_recess"]
    half_across = surface * math.sin(half_axial / surface) if p["Circle_def"] == 1 else half_axial
    plane = WorkPlane(Axes((0, 0, p["Center"]), n=X, h=Z))
    same = math.isclose(half_across, half_axial)
    outline = plane.Circle(0, 0, half_axial) if same else plane.Ellipse(half_axial, half_across)
    return _window(outline.Face(), p, p["Circle_recess"], p["Circle_thk"], p["Circle_diam"], contact=6, recess_label=2)


def rectangle_contact(parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build ``RectangleContact_Primitive``, with rounded corners. Label 11 is the contact, label 6 its recess.

    `Rect_def` 1 makes `Rect_w` the arc along the wall, 2 the width of the outline across the radius.
    """
    from netgen.occ import Axes, WorkPlane, X, Y

    p = parameters
    surface = p["R_in"] + p["Rect_recess"]
    width = 2 * surface * math.sin(p["Rect_w"] / (2 * surface)) if p["Rect_def"] == 1 else p["Rect_w"]
    height = p["Rect_z"]
    fillet = p.get("Rect_fillet", 0.0)
    plane = WorkPlane(Axes((0, 0, p["Center"]), n=X, h=Y))
    if fillet > 0:
        plane.MoveTo(-width / 2 + fillet, -height / 2)
        for side in (width, height, width, height):
            plane.Line(side - 2 * fillet).Arc(fillet, 90)
        plane.Close()
    else:
        plane.MoveTo(-width / 2, -height / 2).Rectangle(width, height)
    return _window(plane.Face(), p, p["Rect_recess"], p["Rect_thk"], height, contact=11, recess_label=6)


def _window(
    outline: Any,
    p: Mapping[str, float],
    recess: float,
    thickness: float,
    height: float,
    *,
    contact: int,
    recess_label: int,
) -> PrimitiveSolids:
    """Push `outline` through the wall along +x, keep what lies in the recess and in the metal, and rotate it."""
    from netgen.occ import X

    inner = p["R_in"] + recess
    prism = outline.Extrude(2 * (inner + thickness), X)
    # The rings need not be longer than the window; their seam must not cross it.
    ring_length = 2 * height

    def cut(start: float, end: float) -> Any:
        ring = annulus(start, end, ring_length, p["Center"], seam=180.0)
        return (ring * prism).Rotate(z_axis(), p["Rotation_angle"])

    domains = {contact: cut(inner, inner + thickness)}
    if recess > 0:
        domains[recess_label] = cut(p["R_in"], inner)
    return PrimitiveSolids(domains, on_circle(inner + thickness / 2, p["Rotation_angle"], p["Center"]))
