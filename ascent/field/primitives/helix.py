"""Helical cuffs (LivaNova): ribbons of silicone and of metal wound around the nerve."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ascent.field.primitives.shapes import PrimitiveSolids, annulus, on_circle

# Sections a turn through which the flanks of the ribbon are lofted. Volumes are then right to 1e-6, and every
# section more costs time when the ribbon is glued to its neighbours.
SECTIONS_PER_TURN = 12


def helical_ribbon(
    inner_radius: float, outer_radius: float, width: float, pitch: float, first_turn: float, last_turn: float, z: float
) -> Any:
    """Return a ribbon wound about the z axis.

    Its inside and outside are exact cylinders, shared with whatever lies there: a ring is cut with a lofted
    solid that reaches beyond it on both sides.

    Parameters
    ----------
    inner_radius, outer_radius, width : float
        In µm; the section in the half-plane through the axis is a rectangle, `width` along z.
    pitch : float
        Advance along z in µm a turn.
    first_turn, last_turn : float
        Turns at which it begins and ends; the angle is 360 degrees times the turn.
    z : float
        Height in µm of the middle of the ribbon at turn 0.
    """
    from netgen.occ import ThruSections

    turns = last_turn - first_turn
    count = max(4, math.ceil(turns * SECTIONS_PER_TURN)) + 1
    margin = 0.1 * inner_radius
    wires = []
    for index in range(count):
        turn = first_turn + turns * index / (count - 1)
        wires.append(_section(inner_radius - margin, outer_radius + margin, width, turn, z + pitch * turn))
    loft = ThruSections(wires)
    length = pitch * turns + width
    middle = z + pitch * (first_turn + last_turn) / 2
    seam = 360.0 * (first_turn + last_turn) / 2 + 180.0
    return annulus(inner_radius, outer_radius, 1.2 * length, middle, seam=seam) * loft


def _section(inner: float, outer: float, width: float, turn: float, z: float) -> Any:
    from netgen.occ import Segment, Wire

    angle = 360.0 * turn
    corners = [
        on_circle(radius, angle, z + side * width / 2)
        for radius, side in ((inner, -1), (outer, -1), (outer, 1), (inner, 1))
    ]
    return Wire([Segment(start, end) for start, end in zip(corners, corners[1:] + corners[:1], strict=True)])


def livanova(parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build ``LivaNova_Primitive``: a helix of silicone with a ribbon of metal in the middle of its length.

    Label 12 is the cuff, 9 the contact, 3 the recess under it. It is turned so that the middle of the metal
    lies at 90 degrees.
    """
    p = parameters
    turns, metal_turns = p["Rev_insul"], p["Rev_cond"]
    pitch = p["L_cuff"] / turns
    bottom = p["Center"] - p["L_cuff"] / 2
    inner = p["R_in"] + p["Recess"]
    metal = (p["W_elec"], pitch, (turns - metal_turns) / 2, (turns + metal_turns) / 2, bottom)
    domains = {
        12: helical_ribbon(p["R_in"], p["R_in"] + p["Thk_cuff"], p["W_cuff"], pitch, 0.0, turns, bottom),
        9: helical_ribbon(inner, inner + p["Thk_elec"], *metal),
    }
    if p["Recess"] > 0:
        domains[3] = helical_ribbon(p["R_in"], inner, *metal)
    middle = on_circle(inner + p["Thk_elec"] / 2, 180.0 * turns, p["Center"])
    return PrimitiveSolids(domains, middle, turn=90.0 - 180.0 * turns)
