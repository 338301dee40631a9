"""Meshes: repeatable, curved, unfolded, and refused in one sentence."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from ascent.errors import GeometryError, MeshError
from ascent.field import mesh as mesh_module
from ascent.field.mesh import MeshParameters, mesh_geometry
from tests.field_solver.geometries import layered_cylinder

COARSE = MeshParameters(maxh=300)
VOLUME = np.pi * 300**2 * 1200


def curved_volume(field_mesh) -> float:
    from ngsolve import CF, Integrate

    return Integrate(CF(1), field_mesh.mesh)


def test_template_values_of_ascent_translate_to_netgen():
    part = SimpleNamespace(hmax=1600, hmin=10, hgrad=2.2, hcurve=0.2, hnarrow=1)
    mesh = SimpleNamespace(proximal=part, distal=None, quality_measure="vollength")
    assert dataclasses.astuple(MeshParameters.from_config(mesh)) == pytest.approx(
        (1600, 10, 0.5, 1.75, 1, None, 3, "vollength")
    )


def test_the_same_shape_meshes_to_the_same_bits_again(small_mesh):
    again = mesh_geometry(layered_cylinder(), COARSE)
    assert np.array_equal(small_mesh.shape_points(), again.shape_points())
    assert np.array_equal(small_mesh.vertices(), again.vertices())


def test_curved_elements_fill_the_cylinder_better_than_straight_ones(small_mesh):
    straight = mesh_geometry(layered_cylinder(), COARSE, order=1)
    assert straight.statistics.volume == pytest.approx(curved_volume(straight))
    assert abs(curved_volume(small_mesh) / VOLUME - 1) < 0.05 * abs(curved_volume(straight) / VOLUME - 1)


def test_folded_elements_are_straightened_until_none_is_left(small_mesh):
    mesh = mesh_geometry(layered_cylinder(), COARSE).mesh
    before = small_mesh.shape_points()
    chosen = np.argsort(np.abs(before[:, [1, 2, 3]] - before[:, [0, 0, 0]]).max(axis=(1, 2)))[-5:]
    mended = mesh_module._mend(mesh, 2, chosen)
    assert mended >= 5
    assert mesh_module._suspects(mesh, 2).size == 0
    corners = mesh_module._shape_points(mesh, 1, chosen)
    edges = mesh_module._shape_points(mesh, 2, chosen)[:, 1]
    assert edges == pytest.approx((corners[:, 0] + corners[:, 1]) / 2, abs=1e-9)


def test_every_element_of_a_mesh_is_proved_unfolded(small_mesh):
    assert mesh_module._suspects(small_mesh.mesh, small_mesh.order).size == 0


def test_elements_in_the_distal_medium_can_be_smaller():
    geometry = dataclasses.replace(layered_cylinder(), distal_domains=("medium",))
    coarse = mesh_geometry(geometry, COARSE)
    fine = mesh_geometry(geometry, dataclasses.replace(COARSE, distal_maxh=90))
    assert fine.statistics.number_elements > 1.5 * coarse.statistics.number_elements


def test_a_geometry_without_ground_is_refused():
    geometry = dataclasses.replace(layered_cylinder(), ground="earth")
    with pytest.raises(GeometryError, match="distant_ground"):
        mesh_geometry(geometry, COARSE)


def test_a_contact_without_surface_is_named():
    geometry = layered_cylinder()
    lost = dataclasses.replace(geometry.contacts[0], name="contact_7", label="Ring 7")
    with pytest.raises(GeometryError, match="contact 'Ring 7' has no surface"):
        mesh_geometry(dataclasses.replace(geometry, contacts=(lost,)), COARSE)


def test_an_unknown_degree_is_refused():
    with pytest.raises(MeshError, match="degree 1, 2 or 3, not 4"):
        mesh_geometry(layered_cylinder(), COARSE, order=4)
