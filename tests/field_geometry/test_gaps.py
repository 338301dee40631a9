"""Element sizes where the cuff is near the nerve."""

import functools

import pytest
from geometry_samples import build, circle, fascicle, model_config, nerve_sample
from shapely import Polygon

from ascent.field.gaps import refine_gaps


@functools.cache
def limits(radius: float) -> dict[str, float]:
    """Return the least size limit by face name in a Purdue cuff around a fascicle of `radius` µm."""
    found: dict[str, float] = {}
    for face in build(nerve_sample([fascicle(radius)]), model_config()).shape.faces:
        found[face.name] = min(found.get(face.name, 1e30), face.maxh)
    return found


def test_the_nearer_the_nerve_the_smaller_the_elements_on_the_cuff() -> None:
    wide, narrow = limits(100.0), limits(220.0)
    assert narrow["contact_0"] < wide["contact_0"] < 1e6


def test_the_nerve_itself_is_not_refined_along_its_whole_length() -> None:
    assert limits(220.0)["perineurium_0"] > 1e6


def test_a_chord_of_the_limit_leaves_the_circle_by_a_quarter_of_the_gap() -> None:
    from netgen.occ import Cylinder, Pnt, Z

    tube = Cylinder(Pnt(0, 0, 0), Z, 110.0, 50.0)
    for face in tube.faces:
        face.name = "insulator"
    refine_gaps(tube, {"insulator"}, [Polygon(circle(100.0, count=2000).points)])
    size = tube.faces[0].maxh
    assert size**2 / (8 * 100) == pytest.approx(10 / 4, rel=1e-3)
