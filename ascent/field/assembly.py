"""Builds the solids of nerve, cuffs and surroundings, glues them, and names their faces."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ascent.errors import GeometryError
from ascent.field.cuffs import Part, build_cuffs
from ascent.field.fascicles import build_nerve
from ascent.field.gaps import refine_gaps, refine_sheaths
from ascent.field.geometry import Contact, NerveGeometry
from ascent.field.materials import conductivity_of
from ascent.field.perineurium import sheath_conductance
from ascent.field.primitives.shapes import cylinder
from ascent.field.solids import cut, glue_by_priority

MEDIUM = "medium"
MEDIUM_DISTAL = "medium_distal"
INSULATOR = "insulator"
GROUND = "ground"
OUTER = "outer"
INTERIOR = "interior"
_TOUCH_UM = 1e-3


def build_geometry(
    sample: Any,
    model: Any,
    presets: Mapping[str, Any],
    materials: Any,
    thickness: Any,
    *,
    thickness_mode: str,
) -> NerveGeometry:
    """Build the geometry of one model, fresh on every call.

    Parameters
    ----------
    sample : ascent.nerve.Sample
        The cross-section, centred at the origin.
    model : ascent.config.model.ModelConfig
        Cuffs are placed by ``modes.cuff_shift``; what ``pos_ang`` and ``shift.x``, ``shift.y`` hold is not read.
    presets : mapping of str to ascent.config.cuff.CuffPreset
        By the name in ``cuff[].preset``.
    materials : ascent.config.materials.MaterialsConfig
    thickness : ascent.config.perineurium.PerineuriumThicknessConfig
    thickness_mode : str
        ``modes.ci_perineurium_thickness`` of sample.json.

    Returns
    -------
    NerveGeometry

    Raises
    ------
    GeometryError
        When a cuff cannot be built, is too small, reaches beyond the medium, or a contact touches no tissue;
        when nothing is grounded.
    ConfigError
        When a material is unknown.
    """
    length = float(model.medium.proximal.length)
    domain = _Domain(model)
    cuff_parts = build_cuffs(sample, model, presets, thickness, thickness_mode)
    nerve = build_nerve(sample, model, thickness, thickness_mode, length)
    for part in cuff_parts:
        domain.check_contains(part)
    contacts = tuple(part.contact for part in cuff_parts if part.contact is not None)
    if not contacts:
        raise GeometryError("The model has no contact: none of its cuffs has a part made of conductor.")
    removed = {INSULATOR, *(contact.name for contact in contacts)}
    parts = [*domain.parts(), *_without_nerve(cuff_parts, nerve.outermost, removed), *nerve.parts]
    glued = glue_by_priority([(part.domain, part.solid) for part in parts])
    shape = _name_faces(glued, removed, set(nerve.sheath_thickness), domain)
    _check_contacts(shape, contacts)
    refine_gaps(shape, {INTERIOR, INSULATOR, *(contact.name for contact in contacts)}, nerve.outlines)
    refine_sheaths(shape, "perineurium", nerve.meshed_sheaths)
    names = dict.fromkeys(solid.name for solid in shape.solids)
    roles = {part.domain: part.role for part in parts}
    sigma_perineurium = conductivity_of("perineurium", model, materials)[0] if nerve.sheath_thickness else 0.0
    return NerveGeometry(
        shape=shape,
        conductivity={name: conductivity_of(roles[name], model, materials) for name in names},
        endoneurium_domains=nerve.endoneurium_domains,
        interfaces={
            f"perineurium_{domain_name.removeprefix('endoneurium_')}": sheath_conductance(sigma_perineurium, value)
            for domain_name, value in nerve.sheath_thickness.items()
        },
        contacts=contacts,
        ground=GROUND,
        length_um=length,
        distal_domains=(MEDIUM_DISTAL,) if MEDIUM_DISTAL in names else (),
    )


def _without_nerve(cuff_parts: Sequence[Part], nerve: Sequence[Any], removed: set[str]) -> list[Part]:
    """Cut what is meshed of a cuff by the nerve, lest its ends be seen as borders within the nerve."""
    return [part if part.domain in removed else replace(part, solid=cut(part.solid, nerve)) for part in cuff_parts]


class _Domain:
    """The cylinders of medium around everything, and which of their faces are held at 0 V."""

    def __init__(self, model: Any) -> None:
        proximal, distal = model.medium.proximal, model.medium.distal
        self.inner = (float(proximal.radius), float(proximal.length), (0.0, 0.0, proximal.length / 2))
        self.outer = self.inner
        grounded = proximal
        if distal is not None and distal.exist:
            shift = distal.shift
            x, y, z = (0.0, 0.0, 0.0) if shift is None else (float(shift.x), float(shift.y), float(shift.z))
            self.outer = (float(distal.radius), float(distal.length), (x, y, z + distal.length / 2))
            grounded = distal
            self._check_encloses()
        if not grounded.distant_ground:
            where = "proximal" if grounded is proximal else "distal"
            raise GeometryError(
                f"model.json: medium.{where}.distant_ground is false: with no ground the field is undefined."
            )

    def _check_encloses(self) -> None:
        radius, length, (x, y, z) = self.outer
        inner_radius, inner_length, _ = self.inner
        bottom, top = z - length / 2, z + length / 2
        if math.hypot(x, y) + inner_radius > radius + _TOUCH_UM or bottom > _TOUCH_UM or top < inner_length - _TOUCH_UM:
            raise GeometryError(
                f"model.json: medium.distal (radius {radius:g} µm, z {bottom:g} to {top:g} µm) does not enclose "
                f"medium.proximal (radius {inner_radius:g} µm, z 0 to {inner_length:g} µm)."
            )

    def parts(self) -> list[Part]:
        inner = Part(MEDIUM, MEDIUM, cylinder(*self.inner))
        if self.outer == self.inner:
            return [inner]
        return [Part(MEDIUM_DISTAL, MEDIUM, cylinder(*self.outer)), inner]

    def check_contains(self, part: Part) -> None:
        """Refuse a part of a cuff that reaches beyond the medium."""
        radius, length, (x, y, z) = self.outer
        low, high = part.solid.bounding_box
        corner = max(math.hypot(px - x, py - y) for px in (low[0], high[0]) for py in (low[1], high[1]))
        inside_z = low[2] >= z - length / 2 - _TOUCH_UM and high[2] <= z + length / 2 + _TOUCH_UM
        if inside_z and corner <= radius:
            return
        # Bounding boxes are generous; only when they say so is it worth cutting.
        beyond = part.solid - cylinder(*self.outer)
        if len(beyond.solids) and sum(solid.mass for solid in beyond.solids) > 1.0:
            raise GeometryError(
                f'Cuff part "{part.label}" reaches z = {low[2]:.0f} to {high[2]:.0f} µm and x, y = {low[0]:.0f} to '
                f"{high[0]:.0f}, {low[1]:.0f} to {high[1]:.0f} µm, beyond the medium of radius {radius:g} µm and "
                f"length {length:g} µm."
            )

    def is_on_surface(self, face: Any) -> bool:
        """Return whether an outer face of the glued shape lies on the grounded cylinder."""
        radius, length, (x, y, z) = self.outer
        low, high = face.bounding_box
        if high[2] - low[2] < _TOUCH_UM:
            return min(abs(low[2] - (z - length / 2)), abs(low[2] - (z + length / 2))) < _TOUCH_UM
        points = [vertex.p for vertex in face.vertices]
        return all(abs(math.hypot(p[0] - x, p[1] - y) - radius) < _TOUCH_UM * 10 for p in points)


def _name_faces(glued: Any, removed: set[str], separated: set[str], domain: _Domain) -> Any:
    """Name every face by the solids that share it, and return the solids that are meshed.

    Parameters
    ----------
    glued : netgen.occ.TopoDS_Shape
        All solids, metal and insulator included.
    removed : set of str
        Names of the solids that are left out of the mesh.
    separated : set of str
        Endoneurium domains behind a thin sheath.
    domain : _Domain
    """
    from netgen.occ import Compound

    owners: dict[Any, list[str]] = {}
    for solid in glued.solids:
        for face in solid.faces:
            owners.setdefault(face, []).append(solid.name)
    for face, names in owners.items():
        face.name = _face_name(face, names, removed, separated, domain)
    return Compound([solid for solid in glued.solids if solid.name not in removed])


def _face_name(face: Any, names: Sequence[str], removed: set[str], separated: set[str], domain: _Domain) -> str:
    metal = sorted(name for name in names if name in removed and name != INSULATOR)
    if metal:
        return metal[0]
    if INSULATOR in names:
        return INSULATOR
    if len(names) == 1:
        return GROUND if domain.is_on_surface(face) else OUTER
    sheathed = sorted(name for name in names if name in separated)
    return f"perineurium_{sheathed[0].removeprefix('endoneurium_')}" if sheathed else INTERIOR


def _check_contacts(shape: Any, contacts: Sequence[Contact]) -> None:
    exposed = {face.name for face in shape.faces}
    for contact in contacts:
        if contact.name not in exposed:
            raise GeometryError(
                f'Contact "{contact.label}" of cuff {contact.cuff_index} touches no tissue: it lies within insulator, '
                "within the nerve, or outside the medium."
            )
