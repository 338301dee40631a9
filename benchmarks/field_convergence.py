"""How fast the finite elements converge to the exact layered cylinder, over order and mesh size.

Run from the root of the checkout: ``python benchmarks/field_convergence.py [--sizes 60 45 30] [--orders 1 2 3]``.
Errors are the largest along five fibers in the core, relative to the largest exact value; "second difference"
is taken over points 20 µm apart. Seconds are of CPU; the exact series takes some of them and is not counted.
"""

from __future__ import annotations

import argparse
import resource
import time

from ascent.field.analytic import LayeredCylinder
from ascent.field.mesh import MeshParameters, mesh_geometry
from ascent.field.solve import FieldSystem
from ascent.field.verification import Patch, cylinder_error, cylinder_geometry


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=float, nargs="+", default=[60.0, 45.0, 30.0, 28.0], help="element sizes, µm")
    parser.add_argument("--orders", type=int, nargs="+", default=[1, 2, 3], choices=[1, 2, 3])
    parser.add_argument("--shapes", type=int, nargs="+", default=[1, 2], choices=[1, 2, 3], help="degrees of the shape")
    arguments = parser.parse_args()

    cylinder = LayeredCylinder(length_um=1500, outer_radius_um=300)
    patch = Patch(edge_um=150, centre_um=750, n_waves=50)
    columns = ("maxh_um", "shape", "order", "elements", "unknowns", "error_V", "error_d2V", "iter", "mesh_s", "solve_s")
    print(" ".join(f"{column:>9}" for column in columns), "  peak_MB")
    for size in arguments.sizes:
        for shape in arguments.shapes:
            started = time.process_time()
            parameters = MeshParameters(maxh=size, grading=0.3, curvaturesafety=2)
            mesh = mesh_geometry(cylinder_geometry(cylinder), parameters, shape)
            mesh_seconds = time.process_time() - started
            for order in arguments.orders:
                started = time.process_time()
                system = FieldSystem(mesh, order)
                system.solve(system.prescribed(1.0, "ground"))
                seconds = time.process_time() - started
                error = cylinder_error(cylinder, mesh, order, patch)
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
                print(
                    f"{size:9g} {shape:9d} {order:9d} {error.elements:9d} {error.unknowns:9d} {error.potential:9.1e} "
                    f"{error.second_difference:9.1e} {error.iterations:9d} {mesh_seconds:9.1f} "
                    f"{seconds:9.2f} {peak:9d}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
