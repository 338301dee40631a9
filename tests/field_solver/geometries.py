"""Small geometries whose potentials are known."""

from __future__ import annotations

from ascent.field.geometry import Contact, NerveGeometry


def _contact(name: str) -> Contact:
    return Contact(name=name, cuff_index=0, label=name, centre=(0.0, 0.0, 0.0))


def layered_cylinder(
    core: float = 150.0, outer: float = 300.0, length: float = 1200.0, sheet: float | None = 100.0, ring: float = 200.0
) -> NerveGeometry:
    """A fascicle in a cylinder of tissue with two ring contacts on its side, 400 µm apart; both ends are at ground."""
    from netgen.occ import Cylinder, Glue, Pnt, Z

    middle, gap = length / 2, 400.0
    centres = (middle - gap / 2, middle + gap / 2)
    cuts = [0.0, *(centre + side * ring / 2 for centre in centres for side in (-1, 1)), length]
    inner = Cylinder(Pnt(0, 0, 0), Z, core, length)
    slices = []
    for low, high in zip(cuts, cuts[1:], strict=False):
        part = Cylinder(Pnt(0, 0, low), Z, outer, high - low) - inner
        part.mat("medium")
        slices.append(part)
    inner = Cylinder(Pnt(0, 0, 0), Z, core, length)
    inner.mat("endoneurium_0")
    shape = Glue([inner, *slices])
    for face in shape.faces:
        low, high = face.bounding_box
        if high.z - low.z < 1:
            face.name = "ground" if low.z < 1 or low.z > length - 1 else "interior"
        elif high.x < core + 1:
            face.name = "perineurium_0"
        else:
            distances = [abs((low.z + high.z) / 2 - centre) for centre in centres]
            face.name = f"contact_{distances.index(min(distances))}" if min(distances) < 1 else "outer"
    return NerveGeometry(
        shape=shape,
        conductivity={"medium": (1 / 6.3,) * 3, "endoneurium_0": (1 / 6, 1 / 6, 1 / 1.75)},
        endoneurium_domains=("endoneurium_0",),
        interfaces={} if sheet is None else {"perineurium_0": sheet},
        contacts=(_contact("contact_0"), _contact("contact_1")),
        ground="ground",
        length_um=length,
    )


def coaxial_tube(
    inner: float = 50.0, middle: float = 100.0, outer: float = 200.0, length: float = 300.0
) -> NerveGeometry:
    """Current flows radially from a rod-shaped hole (the contact) through a sheet at `middle` to the grounded side."""
    from netgen.occ import Cylinder, Glue, Pnt, Z

    near = Cylinder(Pnt(0, 0, 0), Z, middle, length) - Cylinder(Pnt(0, 0, 0), Z, inner, length)
    near.mat("endoneurium_0")
    far = Cylinder(Pnt(0, 0, 0), Z, outer, length) - Cylinder(Pnt(0, 0, 0), Z, middle, length)
    far.mat("medium")
    shape = Glue([near, far])
    for face in shape.faces:
        low, high = face.bounding_box
        if high.z - low.z < 1:
            face.name = "outer"
        else:
            face.name = "contact_0" if high.x < inner + 1 else "perineurium_0" if high.x < middle + 1 else "ground"
    return NerveGeometry(
        shape=shape,
        conductivity={"endoneurium_0": (0.5, 0.5, 2.0), "medium": (0.2, 0.2, 0.2)},
        endoneurium_domains=("endoneurium_0",),
        interfaces={"perineurium_0": 870.0},
        contacts=(_contact("contact_0"),),
        ground="ground",
        length_um=length,
    )
