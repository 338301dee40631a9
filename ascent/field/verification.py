"""The finite elements against the exact cylinder: one problem, used by the tests and by the benchmark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ascent.field.accuracy import second_differences
from ascent.field.analytic import LayeredCylinder
from ascent.field.elements import element_table
from ascent.field.geometry import NerveGeometry
from ascent.field.mesh import FieldMesh
from ascent.field.solve import FieldSystem

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Patch:
    """A blurred rectangular electrode on the cylinder's side, held at 1 V: see `LayeredCylinder.patch`.

    Lengths in µm, the half angle in radians.
    """

    half_angle_rad: float = 1.0
    centre_um: float = 1500.0
    width_um: float = 300.0
    edge_um: float = 80.0
    n_angles: int = 20
    n_waves: int = 120

    def coefficients(self, cylinder: LayeredCylinder) -> Array:
        """Fourier coefficients, shape (n_angles, n_waves), V."""
        return cylinder.patch(
            half_angle_rad=self.half_angle_rad,
            centre_um=self.centre_um,
            width_um=self.width_um,
            edge_um=self.edge_um,
            n_angles=self.n_angles,
            n_waves=self.n_waves,
        )


@dataclass(frozen=True)
class CylinderError:
    """Largest errors along fibers in the core, each relative to the largest exact value.

    Attributes
    ----------
    potential, second_difference : float
    elements, unknowns, iterations : int
    """

    potential: float
    second_difference: float
    elements: int
    unknowns: int
    iterations: int


def cylinder_geometry(cylinder: LayeredCylinder) -> NerveGeometry:
    """The cylinder as solids; its whole surface is named as ground, for any potential to be prescribed there."""
    from netgen.occ import Cylinder, Glue, Pnt, Z

    core_radius, length = cylinder.core_radius_um, cylinder.length_um
    core = Cylinder(Pnt(0, 0, 0), Z, core_radius, length)
    layer = Cylinder(Pnt(0, 0, 0), Z, cylinder.outer_radius_um, length) - core
    core.mat("endoneurium_0")
    layer.mat("medium")
    shape = Glue([core, layer])
    for face in shape.faces:
        low, high = face.bounding_box
        sheet = high.z - low.z > length / 2 and high.x < core_radius * 1.001
        face.name = "perineurium_0" if sheet else "ground"
    across, along = cylinder.core_conductivity_s_per_m
    return NerveGeometry(
        shape=shape,
        conductivity={
            "endoneurium_0": (across, across, along),
            "medium": (cylinder.layer_conductivity_s_per_m,) * 3,
        },
        endoneurium_domains=("endoneurium_0",),
        interfaces={"perineurium_0": cylinder.sheet_conductance_s_per_m2},
        contacts=(),
        ground="ground",
        length_um=length,
    )


def fiber_lines(cylinder: LayeredCylinder, spacing_um: float = 20.0) -> list[Array]:
    """Five lines along the core, points every `spacing_um`, the innermost on the axis and the outermost at 0.8 a."""
    z = np.arange(spacing_um, cylinder.length_um - spacing_um / 2, spacing_um)
    places = ((0.0, 0.0), (0.4, 1.0), (0.8, 0.0), (0.8, 1.5), (0.8, 3.0))
    radius = cylinder.core_radius_um
    return [
        np.column_stack(
            [np.full_like(z, part * radius * np.cos(angle)), np.full_like(z, part * radius * np.sin(angle)), z]
        )
        for part, angle in places
    ]


def cylinder_error(
    cylinder: LayeredCylinder, field_mesh: FieldMesh, order: int, patch: Patch | None = None, spacing_um: float = 20.0
) -> CylinderError:
    """Solve the driven cylinder and compare with the series."""
    from ngsolve import CF, atan2, cos, sin, x, y, z

    drive = patch or Patch()
    coefficients = drive.coefficients(cylinder)
    # The patch is a product of a function of the angle and one of z: sum each on its own.
    wave = int(np.argmax(np.abs(coefficients[0])))
    around = sum((CF(float(c)) * cos(m * atan2(y, x)) for m, c in enumerate(coefficients[:, wave])), CF(0.0))
    along = sum(
        (
            CF(float(c / coefficients[0, wave])) * sin(float(j * np.pi / cylinder.length_um) * z)
            for j, c in enumerate(coefficients[0], start=1)
        ),
        CF(0.0),
    )
    system = FieldSystem(field_mesh, order)
    solution = system.solve(system.prescribed(around * along, field_mesh.geometry.ground))
    table = element_table(field_mesh, system.spaces, ("endoneurium_0",), [solution.function])
    worst = {"potential": 0.0, "second": 0.0}
    scale = {"potential": 0.0, "second": 0.0}
    for line in fiber_lines(cylinder, spacing_um):
        exact = cylinder.potential(line, coefficients)
        elements, barycentric, _ = table.locate(line)
        found = table.evaluate(elements, barycentric)[0]
        pairs = {
            "potential": (found, exact),
            "second": (second_differences(found, line), second_differences(exact, line)),
        }
        for name, (a, b) in pairs.items():
            worst[name] = max(worst[name], float(np.abs(a - b).max()))
            scale[name] = max(scale[name], float(np.abs(b).max()))
    return CylinderError(
        potential=worst["potential"] / scale["potential"],
        second_difference=worst["second"] / scale["second"],
        elements=field_mesh.statistics.number_elements,
        unknowns=system.unknowns,
        iterations=solution.iterations,
    )
