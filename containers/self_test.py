"""What an image must be able to do: import, one golden threshold in both engines, one field against its solution."""

import sys

import numpy as np

import ascent
from ascent.fibers import build_fiber
from ascent.field.analytic import LayeredCylinder
from ascent.field.mesh import MeshParameters, mesh_geometry
from ascent.field.verification import Patch, cylinder_error, cylinder_geometry

# PyFibers' own integration test: MRG_INTERPOLATION, 5.7 µm, 133 sections, biphasic 0.2 ms, found to 1 %.
GOLDEN_MA = -0.2700683594
FIELD_TOLERANCE = 2e-3

failures = []


def check(what: str, found: float, good: bool) -> None:
    print(f"{'ok' if good else 'FAILED'}: {what}: {found:.10g}")
    if not good:
        failures.append(what)


print(f"ok: ascent {ascent.__version__}")
waveform = np.zeros(20000)
waveform[:200], waveform[200:400] = 1, -1
for engine in ("batch", "neuron"):
    fiber = build_fiber("MRG_INTERPOLATION", 5.7, 133, convention="pyfibers")
    fiber.potentials = fiber.point_source_potentials(0, 100, fiber.length / 2, 1, 10)
    table = ascent.find_threshold([fiber], waveform=waveform, dt=0.001, tstop=20, engine=engine)
    threshold = float(table.threshold_mA.iloc[0])
    check(f"golden threshold, engine={engine}, mA", threshold, abs(threshold / GOLDEN_MA - 1) < 1e-8)

cylinder = LayeredCylinder(length_um=1500, outer_radius_um=300)
mesh = mesh_geometry(cylinder_geometry(cylinder), MeshParameters(maxh=60, grading=0.3, curvaturesafety=2), 2)
error = cylinder_error(cylinder, mesh, 2, Patch(edge_um=150, centre_um=750, n_waves=20)).potential
check("layered cylinder, relative error of the potential", error, error < FIELD_TOLERANCE)

sys.exit(1 if failures else 0)
