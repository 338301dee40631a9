"""One small solved model for all tests of the solver."""

from __future__ import annotations

import pytest

from tests.field_solver.geometries import layered_cylinder


@pytest.fixture(scope="session")
def small_mesh():
    from ascent.field.mesh import MeshParameters, mesh_geometry

    return mesh_geometry(layered_cylinder(), MeshParameters(maxh=300))


@pytest.fixture(scope="session")
def small_bases(small_mesh):
    from ascent.field.solve import solve_bases

    return solve_bases(small_mesh, order=2)
