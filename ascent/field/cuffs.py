"""The cuffs of a model as solids in their place, each with the part it plays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ascent.errors import GeometryError
from ascent.field.geometry import Contact
from ascent.field.placement import CuffPlacement, nerve_boundary, place_cuffs, preset_named
from ascent.field.primitives import build_primitive
from ascent.field.primitives.shapes import PrimitiveSolids, z_axis

CONDUCTOR = "conductor"


@dataclass(frozen=True)
class Part:
    """A solid of the model before later ones override it.

    Attributes
    ----------
    domain : str
        Name of the domain it makes.
    role : str
        What it is for the conductivities of the model (``"fill"``, ``"medium"``, …).
    solid : netgen.occ.TopoDS_Shape
        In place, µm.
    label : str
        For messages.
    contact : Contact or None
        Set for metal, whose `domain` is then the contact's name.
    """

    domain: str
    role: str
    solid: Any
    label: str = ""
    contact: Contact | None = None


def cuff_globals(sample: Any, model: Any, thickness: Any, thickness_mode: str) -> dict[str, float]:
    """Return the names that cuff presets may refer to, in µm, µm² and µm/µm (ASCENT's COMSOL globals)."""
    section = sample.section
    boundary = nerve_boundary(sample)
    distal = model.medium.distal
    exists = distal is not None and distal.exist
    shift = distal.shift if exists else None
    slope, intercept = thickness_coefficients(thickness).get(thickness_mode, (0.0, 0.0))
    return {
        "z_nerve": float(model.medium.proximal.length),
        "r_proximal": float(model.medium.proximal.radius),
        "r_nerve": boundary.radius,
        "min_radius_enclosing_circle": boundary.radius,
        "a_nerve": float(section.nerve.area) if section.nerve is not None else math.nan,
        "z_distal": float(distal.length) if exists else math.nan,
        "r_distal": float(distal.radius) if exists else math.nan,
        "distal_shift_x": float(shift.x) if shift is not None else 0.0,
        "distal_shift_y": float(shift.y) if shift is not None else 0.0,
        "distal_shift_z": float(shift.z) if shift is not None else 0.0,
        "ci_a": slope,
        "ci_b": intercept,
    }


def thickness_coefficients(thickness: Any) -> dict[str, tuple[float, float]]:
    """Return (a, b in µm) by mode from ci_peri_thickness.json."""
    table = thickness.ci_perineurium_thickness_parameters
    return {str(mode): (float(line.a), float(line.b)) for mode, line in table.items()}


def build_cuffs(sample: Any, model: Any, presets: Mapping[str, Any], thickness: Any, thickness_mode: str) -> list[Part]:
    """Build every part of every cuff, in the order in which later ones override earlier ones."""
    from ascent.config.cuff import resolve

    names = cuff_globals(sample, model, thickness, thickness_mode)
    placements = place_cuffs(sample, model, presets)
    parts: list[Part] = []
    contacts = 0
    for cuff, placement in zip(model.cuff, placements, strict=True):
        resolved = resolve(preset_named(cuff.preset, presets), names)
        angle = placement.pos_ang + float(cuff.rotate.add_ang or 0.0)
        shift = (placement.shift_x, placement.shift_y, float(cuff.shift.z or 0.0))
        for instance in resolved.instances:
            primitive = build_primitive(instance.type, instance.label, instance.parameters)
            made = _parts(primitive, instance, angle + primitive.turn, shift, placement, contacts)
            contacts += sum(part.contact is not None for part in made)
            parts += made
    return parts


def _parts(
    primitive: PrimitiveSolids,
    instance: Any,
    angle: float,
    shift: tuple[float, float, float],
    placement: CuffPlacement,
    first_contact: int,
) -> list[Part]:
    parts: list[Part] = []
    for label_index, role in instance.materials:
        solid = primitive.domains.get(int(label_index))
        if solid is None:
            # A recess of depth 0 has no solid; any other label that the primitive lacks is a slip in the preset.
            continue
        solid = solid.Rotate(z_axis(), angle).Move(shift)
        if role != CONDUCTOR:
            parts.append(Part(role, role, solid, instance.label))
            continue
        if primitive.source is None:
            raise GeometryError(
                f'Cuff part "{instance.label}" ({instance.type}) is made of conductor but is no contact.'
            )
        name = f"contact_{first_contact + sum(part.contact is not None for part in parts)}"
        contact = Contact(name, placement.index, instance.label, _moved(primitive.source, angle, shift))
        parts.append(Part(name, role, solid, instance.label, contact))
    return parts


def _moved(
    point: tuple[float, float, float], angle: float, shift: tuple[float, float, float]
) -> tuple[float, float, float]:
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    x, y, z = point
    return cosine * x - sine * y + shift[0], sine * x + cosine * y + shift[1], z + shift[2]
