"""Contacts made of round wire."""

from __future__ import annotations

from collections.abc import Mapping

from ascent.field.primitives.shapes import FULL_TURN_DEGREES, PrimitiveSolids, on_circle, z_axis


def wire_contact(parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build ``WireContact_Primitive``: a wire bent around the nerve, from angle 0 over `Wire_theta` degrees.

    It keeps `Wire_sep` from the inside of the cuff. Label 1 is the contact.
    """
    from netgen.occ import Axes, WorkPlane, X, Y

    p = parameters
    radius = p["R_in"] - p["Wire_r"] - p["Wire_sep"]
    extent = 360.0 if p["Wire_theta"] >= FULL_TURN_DEGREES else p["Wire_theta"]
    section = WorkPlane(Axes((radius, 0, p["Center"]), n=-Y, h=X)).Circle(0, 0, p["Wire_r"]).Face()
    wire = section.Revolve(z_axis(), extent)
    return PrimitiveSolids({1: wire}, on_circle(radius, p["Wire_theta"] / 2, p["Center"]))
