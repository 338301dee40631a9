"""Where the potential lives: one space inside the fascicles, one outside, and the perineurium between them.

A thin perineurium of conductance g per area carries the current density g (V_outside - V_inside), so the potential
jumps across it (a contact impedance). Two compressed H1 spaces on the shared mesh, joined as a product, allow that jump
without a thin layer of elements; fascicles do not touch each other, so one space serves all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import SolveError

if TYPE_CHECKING:
    from ascent.field.mesh import FieldMesh

_PER_UM = 1e-6
"""S/m to S/µm."""
_PER_SQUARE_UM = 1e-12
"""S/m² to S/µm²."""


@dataclass(frozen=True)
class FieldSpaces:
    """The finite element space of one mesh and order.

    Attributes
    ----------
    space : ngsolve.FESpace
        The product, or the outer space alone when there are no interfaces.
    inside, outside : tuple of str
        Domain names of the two parts; `inside` is empty without interfaces.
    order : int
        1, 2 or 3.
    """

    space: Any
    inside: tuple[str, ...]
    outside: tuple[str, ...]
    order: int

    def part(self, function: Any, domain: str) -> Any:
        """The component of a GridFunction (or a trial function) that is defined in `domain`."""
        if not self.inside:
            return function
        return function.components[0 if domain in self.inside else 1]

    def vertex_unknowns(self) -> NDArray[np.bool_]:
        """Which unknowns belong to vertices, free or prescribed, shape (ndof,): the order-1 problem."""
        from ngsolve import COUPLING_TYPE

        kinds = (self.space.CouplingType(unknown) for unknown in range(self.space.ndof))
        return np.fromiter((kind == COUPLING_TYPE.WIREBASKET_DOF for kind in kinds), dtype=bool, count=self.space.ndof)


def field_spaces(field_mesh: FieldMesh, order: int) -> FieldSpaces:
    """Spaces of Lagrange type and degree `order`, with prescribed values on contacts and ground.

    Raises
    ------
    SolveError
        For an order other than 1, 2 or 3.
    """
    from ngsolve import H1, Compress

    if order not in (1, 2, 3):
        raise SolveError(f"solver.sorder can be 1, 2 or 3, not {order}.")
    geometry, mesh = field_mesh.geometry, field_mesh.mesh
    separate = {name.replace("perineurium_", "endoneurium_") for name in geometry.interfaces}
    inside = tuple(name for name in field_mesh.materials() if name in separate)
    outside = tuple(name for name in field_mesh.materials() if name not in separate)
    held = "|".join([geometry.ground, *(contact.name for contact in geometry.contacts)])

    def space_on(domains: tuple[str, ...]) -> Any:
        # wb_withedges=False: only vertex unknowns are of type WIREBASKET, which the preconditioner looks for.
        return Compress(
            H1(mesh, order=order, definedon=mesh.Materials("|".join(domains)), dirichlet=held, wb_withedges=False)
        )

    if not inside:
        return FieldSpaces(space_on(outside), (), outside, order)
    return FieldSpaces(space_on(inside) * space_on(outside), inside, outside, order)


def conduction_form(field_mesh: FieldMesh, spaces: FieldSpaces) -> Any:
    """Assemble a(u, v) = ∫ σ∇u·∇v + ∫ g (u₁ - u₂)(v₁ - v₂), in S for lengths in µm and potentials in V."""
    from ngsolve import CF, BilinearForm, ds, dx, grad

    mesh, geometry = field_mesh.mesh, field_mesh.geometry
    trial, test = spaces.space.TnT()
    form = BilinearForm(spaces.space, symmetric=True, symmetric_storage=True)
    axes = [
        mesh.MaterialCF({name: geometry.conductivity[name][axis] * _PER_UM for name in field_mesh.materials()})
        for axis in range(3)
    ]
    conductivity = CF((axes[0], 0, 0, 0, axes[1], 0, 0, 0, axes[2]), dims=(3, 3))
    if not spaces.inside:
        form += (conductivity * grad(trial)) * grad(test) * dx
    else:
        for u, v, domains in zip(trial, test, (spaces.inside, spaces.outside), strict=True):
            form += (conductivity * grad(u)) * grad(v) * dx("|".join(domains))
        conductance = mesh.BoundaryCF({name: value * _PER_SQUARE_UM for name, value in geometry.interfaces.items()})
        jump_trial = trial[0].Trace() - trial[1].Trace()
        jump_test = test[0].Trace() - test[1].Trace()
        form += conductance * jump_trial * jump_test * ds("|".join(geometry.interfaces))
    form.Assemble()
    return form
