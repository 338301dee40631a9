"""Solids that override each other."""

import pytest
from geometry_samples import volumes

from ascent.field.solids import cut, glue_by_priority


def test_of_overlapping_solids_the_last_wins() -> None:
    from netgen.occ import Box

    big, middle, small = Box((0, 0, 0), (4, 4, 4)), Box((1, 1, 0), (5, 3, 4)), Box((2, 1, 1), (3, 6, 2))
    glued = glue_by_priority([("big", big), ("middle", middle), ("small", small)])
    measured = volumes(glued, largest=2.0)
    assert measured == pytest.approx({"big": 64 - 24 - 1, "middle": 32 - 2, "small": 5})


def test_the_order_and_not_the_size_decides() -> None:
    from netgen.occ import Box

    inner, outer = Box((1, 1, 1), (2, 2, 2)), Box((0, 0, 0), (4, 4, 4))
    assert {solid.name for solid in glue_by_priority([("inner", inner), ("outer", outer)]).solids} == {"outer"}


def test_neighbours_share_the_face_between_them() -> None:
    from netgen.occ import Box

    glued = glue_by_priority([("left", Box((0, 0, 0), (1, 1, 1))), ("right", Box((1, 0, 0), (2, 1, 1)))])
    assert sum(len(solid.faces) for solid in glued.solids) == 12
    assert len(set(glued.faces)) == 11


def test_cutting_leaves_what_is_outside_the_tools() -> None:
    from netgen.occ import Box

    rest = cut(Box((0, 0, 0), (4, 1, 1)), [Box((1, 0, 0), (2, 1, 1)), Box((9, 9, 9), (10, 10, 10))])
    assert len(rest.solids) == 2
