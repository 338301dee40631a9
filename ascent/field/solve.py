"""From a mesh to the potentials of 1 mA out of every contact.

Each contact in turn is held at 1 V, the others and the ground at 0 V. The conductances G_ij = a(u_i, u_j) between them
give, inverted, the voltages that drive 1 mA out of one contact and no net current out of the others (they float, as
metal does), and the impedances. One matrix and one preconditioner, or one factorisation, serve all contacts.

Everything runs in one thread: parallel sums change the last bits from run to run. (NGSolve's sparse Cholesky starts
threads of its own, also without its TaskManager.)
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ascent.errors import SolveError
from ascent.field.bases import Bases, FieldReport
from ascent.field.elements import ElementTable, element_table
from ascent.field.spaces import FieldSpaces, conduction_form, field_spaces

if TYPE_CHECKING:
    from ascent.field.mesh import FieldMesh

Array = NDArray[np.float64]
Method = Literal["iterative", "direct", "auto"]

RESIDUAL_TOLERANCE = 1e-10
"""Relative, in the norm of the preconditioner."""
MAX_ITERATIONS = 1000
CONTACTS_FOR_DIRECT = 8
"""From this number of contacts on a factorisation, kept for all of them, is faster than iterating."""
_ONE_MILLIAMPERE = 1e-3
"""In A."""


@dataclass(frozen=True)
class Solution:
    """One solved potential.

    Attributes
    ----------
    function : ngsolve.GridFunction
        V.
    residual : float
        ‖A u‖ over the free unknowns, relative to what the prescribed values put there.
    iterations : int
        0 for a direct solve.
    """

    function: Any
    residual: float
    iterations: int


class FieldSystem:
    """The assembled problem of one mesh and order, ready for any prescribed boundary potential.

    Parameters
    ----------
    field_mesh : FieldMesh
    order : int
        Of the solution: 1, 2 or 3.
    method : "iterative", "direct" or "auto"
        "auto" is direct from `CONTACTS_FOR_DIRECT` contacts on.
    """

    def __init__(self, field_mesh: FieldMesh, order: int = 2, method: Method = "auto") -> None:
        from ngsolve import SetNumThreads

        from ascent.field.preconditioner import TwoLevelPreconditioner

        SetNumThreads(1)
        if method not in ("iterative", "direct", "auto"):
            raise SolveError(f"solver.type can be iterative or direct, not {method!r}.")
        many = len(field_mesh.geometry.contacts) >= CONTACTS_FOR_DIRECT
        self.direct = method == "direct" or (method == "auto" and many)
        self.field_mesh = field_mesh
        self.spaces: FieldSpaces = field_spaces(field_mesh, order)
        self.matrix = conduction_form(field_mesh, self.spaces).mat
        self.free = self.spaces.space.FreeDofs()
        if self.direct:
            self._operator = self.matrix.Inverse(self.free, inverse="sparsecholesky")
        else:
            self._operator = TwoLevelPreconditioner(self.matrix, self.free, self.spaces.vertex_unknowns())

    @property
    def unknowns(self) -> int:
        """Number of free unknowns."""
        return int(self.free.NumSet())

    def prescribed(self, values: Any, faces: str) -> Any:
        """A function with boundary values `values` (V) on the named faces and 0 elsewhere."""
        from ngsolve import GridFunction

        function = GridFunction(self.spaces.space)
        region = self.field_mesh.mesh.Boundaries(faces)
        for part in function.components or (function,):
            part.Set(values, definedon=region)
        return function

    def solve(
        self, function: Any, tolerance: float = RESIDUAL_TOLERANCE, max_iterations: int = MAX_ITERATIONS
    ) -> Solution:
        """Fill the free unknowns of `function`, whose prescribed ones hold the boundary potential.

        Raises
        ------
        SolveError
            When the residual is not reached; there is no unconverged result.
        """
        from ngsolve import Projector
        from ngsolve.krylovspace import CGSolver

        on_free = Projector(self.free, True)
        right = function.vec.CreateVector()
        right.data = -(self.matrix * function.vec)
        right.data = on_free * right
        scale = right.Norm()
        correction = function.vec.CreateVector()
        correction[:] = 0.0
        iterations = 0
        if scale > 0:
            if self.direct:
                correction.data = self._operator * right
            else:
                solver = CGSolver(self.matrix, self._operator, tol=tolerance, maxiter=max_iterations)
                solver.Solve(right, correction)
                iterations = int(solver.iterations)
            function.vec.data += on_free * correction
        left = function.vec.CreateVector()
        left.data = self.matrix * function.vec
        left.data = on_free * left
        residual = float(left.Norm() / scale) if scale > 0 else 0.0
        if not np.isfinite(residual) or iterations >= max_iterations or residual > 1e3 * tolerance:
            raise SolveError(
                f"The potential did not converge: relative residual {residual:.1e} after {iterations} iterations "
                f"(wanted {tolerance:.0e}); solver.type direct or a mesh of better elements may help."
            )
        return Solution(function, residual, iterations)


def solve_bases(
    field_mesh: FieldMesh,
    order: int = 2,
    method: Method = "auto",
    *,
    keep: Literal["endoneurium", "everywhere"] = "endoneurium",
    tolerance: float = RESIDUAL_TOLERANCE,
) -> Bases:
    """Potentials of 1 mA out of each contact, the others floating.

    Parameters
    ----------
    field_mesh : FieldMesh
    order : int
        Degree of the solution, ``solver.sorder``.
    method : "iterative", "direct" or "auto"
        ``solver.type``.
    keep : "endoneurium" or "everywhere"
        Where the potentials are wanted afterwards; fibers need the first, pictures the second.
    tolerance : float
        Relative residual.

    Raises
    ------
    SolveError
        When a solution does not converge, or the conductances between contacts are not those of a passive network.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return _solve_bases(field_mesh, order, method, keep, tolerance)


def _solve_bases(field_mesh: FieldMesh, order: int, method: Method, keep: str, tolerance: float) -> Bases:
    started = time.perf_counter()
    geometry = field_mesh.geometry
    system = FieldSystem(field_mesh, order, method)
    solutions = [system.solve(system.prescribed(1.0, contact.name), tolerance) for contact in geometry.contacts]
    conductance, current_sum = _conductances(system, [solution.function for solution in solutions])
    impedance, symmetry_error = _impedances(conductance)
    materials = field_mesh.materials()
    wanted = geometry.endoneurium_domains if keep == "endoneurium" and geometry.endoneurium_domains else materials
    present = tuple(name for name in wanted if name in materials)
    table = element_table(field_mesh, system.spaces, present, [solution.function for solution in solutions])
    # Row k: voltages of all contacts while 1 mA leaves contact k.
    voltages = impedance * _ONE_MILLIAMPERE
    report = FieldReport(
        elements=field_mesh.statistics.number_elements,
        mended_elements=field_mesh.mended_elements,
        unknowns=system.unknowns,
        order=order,
        shape_order=field_mesh.order,
        method="direct" if system.direct else "iterative",
        residuals=tuple(solution.residual for solution in solutions),
        iterations=tuple(solution.iterations for solution in solutions),
        symmetry_error=symmetry_error,
        current_sum_error=current_sum,
    )
    return Bases(
        table=_superpose(table, voltages),
        contacts=tuple(geometry.contacts),
        conductance=conductance,
        impedance=impedance,
        endoneurium_domains=tuple(geometry.endoneurium_domains),
        field_report=report,
        sol_time_ms=1e3 * (time.perf_counter() - started),
    )


def _conductances(system: FieldSystem, functions: list[Any]) -> tuple[Array, float]:
    """G_ij in S, and the largest sum of all currents relative to the current itself (0 in exact arithmetic)."""
    count = len(functions)
    conductance = np.zeros((count, count))
    worst = 0.0
    reactions = system.spaces.vertex_unknowns() & ~np.array(list(system.free), dtype=bool)
    current = functions[0].vec.CreateVector()
    for i, function in enumerate(functions):
        current.data = system.matrix * function.vec
        for j in range(count):
            conductance[i, j] = current.InnerProduct(functions[j].vec)
        # The constant 1 is the sum of the vertex functions: their reactions add up to what leaves contacts and ground.
        worst = max(worst, abs(current.FV().NumPy()[reactions].sum()) / abs(conductance[i, i]))
    return conductance, float(worst)


def _impedances(conductance: Array) -> tuple[Array, float]:
    """Invert G after checking that it is symmetric and positive; Ω, and the relative asymmetry."""
    scale = np.abs(conductance).max()
    asymmetry = float(np.abs(conductance - conductance.T).max() / scale)
    symmetric = (conductance + conductance.T) / 2
    if asymmetry > 1e-6 or np.linalg.eigvalsh(symmetric).min() <= 0:
        raise SolveError(
            f"The conductances between contacts are not those of a passive medium (asymmetry {asymmetry:.1e}): "
            "a contact may be cut off from the ground by insulators."
        )
    inverse = np.linalg.inv(symmetric)
    return (inverse + inverse.T) / 2, asymmetry


def _superpose(table: ElementTable, voltages: Array) -> ElementTable:
    """Combine the 1 V solutions to those of 1 mA, term by term."""
    values = np.zeros((len(voltages), table.values.shape[1]))
    for row, weights in enumerate(voltages):
        for weight, solution in zip(weights, table.values, strict=True):
            values[row] += weight * solution
    return table.with_values(values)
