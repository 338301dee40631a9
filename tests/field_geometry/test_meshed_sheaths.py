"""A perineurium that is meshed is much thinner than the nerve; its elements follow its thickness."""

import math

import pytest
from shapely import Point

from ascent.field.gaps import refine_sheaths


def sheath(thickness: float):
    from netgen.occ import Axes, Cylinder, Glue, Z

    outer = Cylinder(Axes((0, 0, 0), Z), r=100 + thickness, h=400)
    inner = Cylinder(Axes((0, 0, 0), Z), r=100, h=400)
    ring = (outer - inner).mat("perineurium")
    shape = Glue([ring, inner.mat("endoneurium_0")])
    for solid in shape.solids:
        solid.name = "perineurium" if solid.mass < math.pi * 100**2 * 200 else "endoneurium_0"
    return shape, [(Point(0, 0).buffer(100 + thickness, 64), Point(0, 0).buffer(100, 64))]


@pytest.mark.parametrize("thickness", [2.0, 5.0, 20.0])
def test_edges_on_its_sides_stay_clear_of_each_other(thickness: float) -> None:
    shape, outlines = sheath(thickness)
    refine_sheaths(shape, "perineurium", outlines)
    sizes = {face.maxh for solid in shape.solids if solid.name == "perineurium" for face in solid.faces}
    assert len(sizes) == 1
    sagitta = sizes.pop() ** 2 / (8 * 100)
    assert sagitta == pytest.approx(thickness / 4, rel=0.02)


def test_a_thin_sheath_can_be_meshed() -> None:
    from netgen.occ import OCCGeometry

    shape, outlines = sheath(4.0)
    refine_sheaths(shape, "perineurium", outlines)
    mesh = OCCGeometry(shape).GenerateMesh(maxh=200, grading=0.5, curvaturesafety=1.5)
    assert len(mesh.Elements3D()) > 1000


def test_without_meshed_sheaths_nothing_is_refined() -> None:
    shape, _ = sheath(4.0)
    before = [face.maxh for face in shape.faces]
    refine_sheaths(shape, "perineurium", [])
    assert [face.maxh for face in shape.faces] == before
