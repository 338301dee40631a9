"""Potentials against exact ones, and what the solver promises about its own work."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ascent.errors import SolveError
from ascent.field.accuracy import check_tolerance, compare, estimate_error, second_differences
from ascent.field.analytic import LayeredCylinder
from ascent.field.mesh import MeshParameters, mesh_geometry
from ascent.field.solve import FieldSystem, solve_bases
from ascent.field.verification import Patch, cylinder_error, cylinder_geometry
from tests.field_solver.geometries import coaxial_tube, layered_cylinder

LINE = np.column_stack([np.full(21, 20.0), np.zeros(21), np.linspace(100, 1100, 21)])


def test_a_contact_in_a_coaxial_tube_has_the_impedance_of_two_layers_and_a_sheet():
    # R = ln(r2/r1)/(2 pi L sigma) for each layer and 1/(g 2 pi r L) for the sheet.
    length = 300e-6
    outside = math.log(2) / (2 * math.pi * length * 0.2) + 1 / (870 * 2 * math.pi * 100e-6 * length)
    bases = solve_bases(mesh_geometry(coaxial_tube(), MeshParameters(maxh=60)), order=2)
    exact = math.log(2) / (2 * math.pi * length * 0.5) + outside
    assert bases.impedance[0, 0] == pytest.approx(exact, rel=5e-4)
    halfway = math.log(100 / 75) / (2 * math.pi * length * 0.5) + outside
    assert bases.potentials(np.array([[75.0, 0, 150]]))[0, 0] == pytest.approx(halfway * 1e-3, rel=5e-4)


def test_the_layered_cylinder_is_met_at_order_3_on_a_coarse_mesh():
    cylinder = LayeredCylinder(length_um=1000, outer_radius_um=250)
    mesh = mesh_geometry(cylinder_geometry(cylinder), MeshParameters(maxh=45, grading=0.4, curvaturesafety=2))
    patch = Patch(edge_um=150, centre_um=500, width_um=200, n_waves=40)
    second, third = (cylinder_error(cylinder, mesh, order, patch) for order in (2, 3))
    assert second.potential < 1e-3
    assert third.potential < 1.5e-4
    assert third.second_difference < 0.25 * second.second_difference


@pytest.mark.slow
def test_the_layered_cylinder_is_met_to_1e_4_at_order_2_below_100_000_elements():
    cylinder = LayeredCylinder(length_um=1500, outer_radius_um=300)
    mesh = mesh_geometry(cylinder_geometry(cylinder), MeshParameters(maxh=30, grading=0.3, curvaturesafety=2))
    error = cylinder_error(cylinder, mesh, 2, Patch(edge_um=150, centre_um=750, n_waves=50))
    assert error.elements < 100_000
    assert error.potential <= 1e-4


def test_both_ways_to_solve_agree(small_mesh, small_bases):
    direct = solve_bases(small_mesh, order=2, method="direct")
    assert direct.field_report.method == "direct"
    assert direct.potentials(LINE) == pytest.approx(small_bases.potentials(LINE), rel=1e-8)


def test_the_report_proves_symmetry_and_conservation(small_bases):
    report = small_bases.report()
    assert max(report["residuals"]) < 1e-8
    assert report["symmetry_error"] < 1e-9
    assert report["current_sum_error"] < 1e-8
    assert 0 < max(report["iterations"]) < 100
    assert small_bases.impedance @ small_bases.conductance == pytest.approx(np.eye(2), abs=1e-9)


def test_fields_of_two_contacts_mirror_each_other(small_bases):
    # The contacts lie symmetrically about the middle of the nerve.
    first, second = small_bases.potentials(LINE)
    assert first == pytest.approx(second[::-1], rel=0.02)


@pytest.fixture(scope="module")
def mesh_without_sheet():
    return mesh_geometry(layered_cylinder(sheet=None), MeshParameters(maxh=300))


@pytest.fixture(scope="module")
def bases_without_sheet(mesh_without_sheet):
    return solve_bases(mesh_without_sheet, order=2)


def test_a_geometry_without_a_sheet_has_one_space_and_lower_resistance(
    small_bases, mesh_without_sheet, bases_without_sheet
):
    assert FieldSystem(mesh_without_sheet, 1).spaces.inside == ()
    assert bases_without_sheet.impedance[0, 0] < small_bases.impedance[0, 0]


def test_a_sheet_that_conducts_well_is_no_sheet(bases_without_sheet):
    # g = 1e9 S/m² leaves no step; 1e-4 for what the two spaces resolve differently.
    thin = solve_bases(mesh_geometry(layered_cylinder(sheet=1e9), MeshParameters(maxh=300)), order=2)
    assert thin.potentials(LINE) == pytest.approx(bases_without_sheet.potentials(LINE), rel=1e-4)


def test_a_solution_that_does_not_converge_is_an_error_with_its_residual(small_mesh):
    system = FieldSystem(small_mesh, 2, "iterative")
    with pytest.raises(SolveError, match=r"did not converge: relative residual \d.*after 3 iterations"):
        system.solve(system.prescribed(1.0, "contact_0"), max_iterations=3)


@pytest.mark.parametrize(("order", "method", "words"), [(4, "auto", "sorder"), (2, "magic", "'magic'")])
def test_unknown_choices_are_refused(small_mesh, order, method, words):
    with pytest.raises(SolveError, match=words):
        solve_bases(small_mesh, order, method)


def test_many_contacts_take_one_factorisation(small_mesh):
    geometry = small_mesh.geometry
    many = dataclasses.replace(small_mesh, geometry=dataclasses.replace(geometry, contacts=geometry.contacts * 4))
    assert FieldSystem(many, 1).direct
    assert not FieldSystem(many, 1, "iterative").direct


def test_the_error_estimate_sees_what_the_next_order_changes(small_mesh, small_bases):
    estimate = estimate_error(small_mesh, small_bases, [LINE])
    finer = solve_bases(small_mesh, order=3)
    assert estimate["order"] == 3
    assert estimate["potential"] == compare(small_bases, finer, [LINE])["potential"] > 0  # the same bits
    with pytest.raises(SolveError, match=r"more than mesh.tolerance 1e-06"):
        check_tolerance(estimate, 1e-6)
    with pytest.raises(SolveError, match="order 4"):
        estimate_error(small_mesh, finer, [LINE])


def test_second_differences_of_a_parabola_are_its_curvature_at_any_spacing():
    z = np.array([0.0, 1, 3, 4, 8, 9.5])
    points = np.column_stack([0 * z, 0 * z, z])
    assert second_differences(1.5 * z**2 + z, points) == pytest.approx(np.full(4, 3.0))


SCRIPT = """
import hashlib
from tests.field_solver.geometries import layered_cylinder
from ascent.field.mesh import MeshParameters, mesh_geometry
from ascent.field.solve import solve_bases
bases = solve_bases(mesh_geometry(layered_cylinder(), MeshParameters(maxh=300)), order=2)
print(hashlib.sha256(bases.table.values.tobytes() + bases.impedance.tobytes()).hexdigest())
"""


def test_solving_again_gives_the_same_bits(small_mesh):
    first, second, third = (solve_bases(small_mesh, order=3).table.values.tobytes() for _ in range(3))
    assert first == second == third


def test_two_processes_give_the_same_bits(small_bases):
    other = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    ).stdout.split()[-1]
    own = hashlib.sha256(small_bases.table.values.tobytes() + small_bases.impedance.tobytes()).hexdigest()
    assert other == own
