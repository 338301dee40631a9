"""Bases: evaluated at points, refused outside, written and read without loss."""

from __future__ import annotations

import numpy as np
import pytest

from ascent.errors import GeometryError, RunDirectoryError
from ascent.field.bases import Bases
from ascent.field.solve import FieldSystem, solve_bases

RANDOM = np.random.default_rng(5)


def random_points(count: int) -> np.ndarray:
    radius, angle = 145 * np.sqrt(RANDOM.uniform(0, 1, count)), RANDOM.uniform(0, 2 * np.pi, count)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), RANDOM.uniform(5, 1195, count)])


def test_potentials_are_those_of_the_finite_element_function(small_mesh, small_bases):
    from ngsolve import CF, IntegrationRule, x, y, z

    mesh = small_mesh.mesh
    system = FieldSystem(small_mesh, 2)
    functions = [
        system.solve(system.prescribed(1.0, contact.name)).function.components[0]
        for contact in small_mesh.geometry.contacts
    ]
    rule = IntegrationRule(points=[(0.2, 0.3, 0.1)], weights=[1.0])
    mapped = mesh.MapToAllElements(rule, mesh.Materials("endoneurium_0"))
    points = CF((x, y, z))(mapped)
    wanted = small_bases.impedance @ np.array([function(mapped)[:, 0] for function in functions]) * 1e-3
    found = small_bases.potentials(points)
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-12)


def test_a_point_has_the_same_bits_alone_and_among_others(small_bases):
    points = random_points(50)
    together = small_bases.potentials(points)
    assert all(np.array_equal(together[:, i], small_bases.potentials(points[i : i + 1])[:, 0]) for i in range(50))


def test_writing_and_reading_keeps_every_bit(small_bases, tmp_path):
    points = random_points(200)
    path = small_bases.write(tmp_path)
    again = Bases.read(tmp_path)
    assert np.array_equal(again.potentials(points), small_bases.potentials(points))
    assert again.report() == small_bases.report()
    assert again.contacts == small_bases.contacts
    first = path.read_bytes()
    again.write(tmp_path)
    assert path.read_bytes() == first


def test_the_potential_is_zero_on_the_grounded_end_caps(small_bases):
    ends = np.array([[10.0, 5, 0], [10.0, 5, 1200]])
    assert small_bases.potentials(ends) == pytest.approx(np.zeros((2, 2)), abs=1e-12)


@pytest.mark.parametrize("point", [(170.0, 0.0, 600.0), (0.0, 0.0, -1.0), (0.0, 0.0, 1201.0), (1e6, 0.0, 0.0)], ids=str)
def test_a_point_outside_the_endoneurium_is_named(small_bases, point):
    points = np.array([[0.0, 0, 100], [0, 0, 200], point])
    with pytest.raises(GeometryError, match=r"fiber 4, point 2 at .* is on or outside the boundary of an endoneurium"):
        small_bases.potentials(points, what="fiber 4, point")


def test_a_point_on_the_perineurium_is_refused(small_bases):
    table = small_bases.table
    element, face = np.argwhere(table.walls)[0]
    corners = table.shape_nodes[element][np.delete([0, 4, 7, 9], face)]
    on_vertex = table.shape_points[corners[0]]
    with pytest.raises(GeometryError, match="point 0"):
        small_bases.potentials(on_vertex[None])


def test_points_of_the_wrong_shape_are_refused(small_bases):
    with pytest.raises(GeometryError, match=r"shape \(n, 3\), not \(3,\)"):
        small_bases.potentials(np.zeros(3))


def test_pictures_can_keep_the_field_everywhere(small_mesh, small_bases):
    everywhere = solve_bases(small_mesh, order=2, keep="everywhere")
    points = random_points(50)
    assert everywhere.potentials(points) == pytest.approx(small_bases.potentials(points), rel=1e-12)
    assert everywhere.potentials(np.array([[250.0, 0, 600]]), anywhere=True).shape == (2, 1)
    with pytest.raises(GeometryError, match="endoneurium"):
        everywhere.potentials(np.array([[250.0, 0, 600]]))


def test_a_missing_or_damaged_file_says_what_to_do(small_bases, tmp_path):
    with pytest.raises(RunDirectoryError, match="is missing: solve the model first"):
        Bases.read(tmp_path)
    path = small_bases.write(tmp_path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(RunDirectoryError, match="is damaged"):
        Bases.read(tmp_path)


def test_the_contacts_of_ascent_are_counted_from_one(small_bases):
    ids = small_bases.current_ids()["currentIDs"]
    assert ids["2"] == {"name": "contact_1", "pcs": "contact_1", "cuff_index": 0}
