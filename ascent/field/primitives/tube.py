"""Cuffs that are tubes, the ribbons on their inside, and what fills them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ascent.field.primitives.shapes import (
    FULL_TURN_DEGREES,
    PrimitiveSolids,
    cylinder,
    on_circle,
    sector,
    z_axis,
)


def tube_cuff(parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build ``TubeCuff_Primitive``: a tube with an optional gap along z and 0 to 2 conical holes.

    Label 2 is the cuff. The tube spans `Tube_theta` degrees from `Rot_def`; from 359 degrees on it is closed
    and not rotated.
    """
    p = parameters
    closed = p["Tube_theta"] >= FULL_TURN_DEGREES
    start = 0.0 if closed else p["Rot_def"]
    tube = sector(p["R_in"], p["R_out"], p["Tube_L"], p["Center"], start, p["Tube_theta"])
    count = int(p.get("N_holes", 0) or 0)
    if count:
        half_pitch = p["Pitch_holecenter_holecenter"] / 2 if count == 2 else 0.0
        angle = start + math.degrees(p["L_holecenter_cuffseam"] / p["R_in"])
        for offset in (-half_pitch, half_pitch)[:count]:
            tube = tube - _hole(p, p["Center"] + offset).Rotate(z_axis(), angle)
    return PrimitiveSolids({2: tube})


def _hole(p: Mapping[str, float], z: float) -> Any:
    """Return the cone along +x that cuts a hole; it opens outwards in proportion to the radius of the tube."""
    from netgen.occ import Cone, Pnt, X, gp_Ax2

    base = p["D_hole"] / 2
    axes = gp_Ax2(Pnt(p["R_in"] - p["Buffer_hole"] / 2, 0, z), X)
    height = p["R_out"] - p["R_in"] + p["Buffer_hole"]
    return Cone(axes, base, base * p["R_out"] / p["R_in"], height, 2 * math.pi)


def tube_cuff_sweep(parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build ``TubeCuffSweep_Primitive``: a sector of a tube. Label 1 is the cuff."""
    p = parameters
    tube = sector(p["R_in"], p["R_in"] + p["Cuff_thk"], p["Cuff_z"], p["Center"], p["Rot_def"], p["Cuff_theta"])
    return PrimitiveSolids({1: tube})


def ribbon_contact(parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build ``RibbonContact_Primitive``: a foil along the inside of a tube.

    Label 3 is the contact, label 4 the recess between the contact and the radius `R_in`.
    """
    p = parameters
    recess = p["Ribbon_recess"]
    inner = p["R_in"] + recess
    span = (p["Ribbon_z"], p["Center"], p["Rot_def"], p["Ribbon_theta"])
    domains = {3: sector(inner, inner + p["Ribbon_thk"], *span)}
    if recess > 0:
        domains[4] = sector(p["R_in"], inner, *span)
    middle = on_circle(inner + p["Ribbon_thk"] / 2, p["Rot_def"] + p["Ribbon_theta"] / 2, p["Center"])
    return PrimitiveSolids(domains, middle)


def cuff_fill(parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build ``CuffFill_Primitive``: a solid cylinder of what surrounds or fills the cuff. Label 0 is the fill."""
    p = parameters
    centre = (p.get("x_shift", 0.0), p.get("y_shift", 0.0), p["Center"])
    return PrimitiveSolids({0: cylinder(p["Radius"], p["L"], centre)})
