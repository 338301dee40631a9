"""Solids that several cuff primitives are made of, in the cuff's own frame (µm, degrees, z along the nerve)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# ASCENT closes a cuff whose wrap is this close to a full turn; a sliver of a gap could not be meshed.
FULL_TURN_DEGREES = 359.0


@dataclass(frozen=True)
class PrimitiveSolids:
    """What one primitive instance consists of, before it is rotated and shifted into place.

    Attributes
    ----------
    domains : mapping of int to netgen.occ.TopoDS_Shape
        Solids by the `label_index` to which the preset assigns a material.
    source : tuple of float or None
        A point within the metal, x, y, z in µm, where ASCENT injects the current; None without a contact.
    turn : float
        Rotation about z in degrees that comes on top of the cuff's.
    """

    domains: Mapping[int, Any]
    source: tuple[float, float, float] | None = None
    turn: float = 0.0


def z_axis() -> Any:
    """Return the axis of the nerve."""
    from netgen.occ import Axis

    return Axis((0, 0, 0), (0, 0, 1))


def cylinder(radius: float, length: float, centre: tuple[float, float, float], *, seam: float = 0.0) -> Any:
    """Return a solid cylinder along z whose middle is at `centre`.

    Parameters
    ----------
    radius, length : float
        In µm.
    centre : tuple of float
        Middle of the cylinder in µm.
    seam : float
        Direction in degrees of the edge that closes the curved face.
    """
    from netgen.occ import Axis, Cylinder, Pnt, Z

    x, y, z = centre
    solid = Cylinder(Pnt(x, y, z - length / 2), Z, radius, length)
    return solid.Rotate(Axis((x, y, 0), (0, 0, 1)), seam) if seam else solid


def annulus(inner_radius: float, outer_radius: float, length: float, centre_z: float, *, seam: float = 0.0) -> Any:
    """Return the ring between two cylinders about the z axis."""
    outer = cylinder(outer_radius, length, (0, 0, centre_z), seam=seam)
    return outer - cylinder(inner_radius, length, (0, 0, centre_z), seam=seam)


def sector(
    inner_radius: float, outer_radius: float, length: float, centre_z: float, start: float, extent: float
) -> Any:
    """Return the part of a ring from angle `start` over `extent` degrees; the whole ring from 359 degrees on."""
    if extent >= FULL_TURN_DEGREES:
        return annulus(inner_radius, outer_radius, length, centre_z, seam=start)
    from netgen.occ import Axes, WorkPlane, X, Y

    half_plane = WorkPlane(Axes((0, 0, 0), n=-Y, h=X)).MoveTo(inner_radius, centre_z - length / 2)
    face = half_plane.Rectangle(outer_radius - inner_radius, length).Face()
    return face.Revolve(z_axis(), extent).Rotate(z_axis(), start)


def on_circle(radius: float, angle: float, z: float) -> tuple[float, float, float]:
    """Return the point at `radius` µm and `angle` degrees about z."""
    return radius * math.cos(math.radians(angle)), radius * math.sin(math.radians(angle)), z
