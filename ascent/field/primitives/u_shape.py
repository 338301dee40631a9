"""Cuffs with a U-shaped channel (MicroLeads): a half-round bottom towards -x that opens along +x."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ascent.field.primitives.shapes import PrimitiveSolids, cylinder


def _channel(
    radius: float, tangent: float, half_end: float, length: float, centre_z: float, *, clip: bool = False
) -> Any:
    """Return the channel: a disc at the origin joined with a trapezoid that reaches to x = `tangent`.

    Parameters
    ----------
    radius : float
        Of the disc in µm; the trapezoid is as wide as the disc at x = 0.
    tangent : float
        Reach along +x in µm.
    half_end : float
        Half the width at x = `tangent` in µm; equal to `radius` for a U.
    length, centre_z : float
        Along z in µm.
    clip : bool
        Leave out what of the disc lies beyond x = `tangent`.
    """
    from netgen.occ import ArcOfCircle, Axes, Face, Segment, Wire, WorkPlane, X, Z

    z = centre_z - length / 2
    if half_end < radius:
        disc = cylinder(radius, length, (0, 0, centre_z))
        plane = WorkPlane(Axes((0, 0, z), n=Z, h=X)).MoveTo(0, -radius)
        wedge = plane.LineTo(tangent, -half_end).LineTo(tangent, half_end).LineTo(0, radius).Close().Face()
        return disc + wedge.Extrude(length, Z)
    bottom, top = (0, -radius, z), (0, radius, z)
    low, high = (tangent, -half_end, z), (tangent, half_end, z)
    edges = [ArcOfCircle(top, (-radius, 0, z), bottom), Segment(bottom, low)]
    bulge = math.sqrt(radius**2 - tangent**2) if radius > tangent and not clip else 0.0
    if bulge > 0:
        start, end = (tangent, -bulge, z), (tangent, bulge, z)
        edges += [Segment(low, start), ArcOfCircle(start, (radius, 0, z), end), Segment(end, high)]
    else:
        edges.append(Segment(low, high))
    edges.append(Segment(high, top))
    return Face(Wire(edges)).Extrude(length, Z)


def _cuff(p: Mapping[str, float], prefix: str, outer_radius: float, half_end: float) -> PrimitiveSolids:
    from netgen.occ import Box, Pnt

    centre_z, length = p["Center"], p[f"{prefix}_L"]
    shift_x, shift_y = p.get(f"{prefix}_shift_x", 0.0), p.get(f"{prefix}_shift_y", 0.0)
    body = cylinder(outer_radius, length, (shift_x, -shift_y, centre_z), seam=180.0)
    body = body - _channel(p["R_in"], p[f"{prefix}_tangent"], half_end, length, centre_z)
    gap = p.get(f"{prefix}_gap", 0.0)
    if gap > 0:
        low = Pnt(0, -gap / 2, centre_z - length / 2)
        body = body - Box(low, Pnt(2 * (outer_radius + shift_x), gap / 2, centre_z + length / 2))
    return PrimitiveSolids({1: body})


def u_cuff(parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build ``uCuff_Primitive``: a disc with a U-shaped channel and a slit to the outside. Label 1 is the cuff."""
    return _cuff(parameters, "U", parameters["R_out"], parameters["R_in"])


def u_cuff_trapezoid(parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build ``uCuffTrap_Primitive``: as a U cuff, the channel ending `Ut_trap_base` wide. Label 1 is the cuff."""
    return _cuff(parameters, "Ut", parameters["Rt_out"], parameters["Ut_trap_base"] / 2)


def u_cuff_fill(parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build ``uCuffFill_Primitive``: the channel of a U cuff as a solid. Label 0 is the fill."""
    p = parameters
    return PrimitiveSolids({0: _channel(p["R_in"], p["U_tangent"], p["R_in"], p["U_L"], p["Center"])})


def _contact(
    p: Mapping[str, float], prefix: str, half_end: float, *, contact: int, recess_label: int
) -> PrimitiveSolids:
    # A wide channel that is short along x would, as a disc, also line the far side of its own mouth: ASCENT
    # leaves a loose sliver of metal there (meas_400, meas_100), which carries no current; here it is cut off.
    recess, thickness, length = p.get(f"{prefix}_recess", 0.0), p[f"{prefix}_thk"], p[f"{prefix}_z"]

    def channel(depth: float) -> Any:
        return _channel(p["R_in"] + depth, p[f"{prefix}_tangent"], half_end + depth, length, p["Center"], clip=True)

    domains = {contact: channel(recess + thickness) - channel(recess)}
    if recess > 0:
        domains[recess_label] = channel(recess) - channel(0.0)
    return PrimitiveSolids(domains, (-p["R_in"] - recess - thickness / 2, 0.0, p["Center"]))


def u_contact(parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build ``uContact_Primitive``: a foil along the wall of the channel. Label 1 is the contact, 4 its recess."""
    return _contact(parameters, "U", parameters["R_in"], contact=1, recess_label=4)


def u_contact_trapezoid(parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build ``uContactTrap_Primitive``: as a U contact. Label 3 is the contact, 2 its recess."""
    return _contact(parameters, "Ut", parameters["Ut_trap_base"] / 2, contact=3, recess_label=2)
