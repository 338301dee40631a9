"""From solids to a curved tetrahedral mesh in which every element is proved to be unfolded.

ASCENT's mesh keys (``model.json``, ``mesh.proximal``) were written for COMSOL; Netgen understands others. The map,
which keeps the template values (1600, 10, 2.2, 0.2, 1) meaning 50 to 110 thousand elements for a rat vagus nerve with
a bipolar cuff:

====================  =====================================================  =====================
ASCENT                Netgen                                                 template value becomes
====================  =====================================================  =====================
hmax (µm)             maxh (µm), per solid in ``distal_domains``             1600
hmin (µm)             minh (µm)                                              10
hgrad (growth rate)   grading = (hgrad - 1) / 2.4, the slope of the size     0.5
hcurve (size/radius)  curvaturesafety = 0.35 / hcurve, elements per radius   1.75
hnarrow               closeedgefac = hnarrow                                 1
====================  =====================================================  =====================

Netgen has one grading, curvature and closeness for the whole mesh: those of ``mesh.proximal`` are taken.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import GeometryError, MeshError
from ascent.field import bernstein
from ascent.field.quality import MeshStatistics, mesh_statistics

if TYPE_CHECKING:
    from ascent.field.geometry import NerveGeometry

Array = NDArray[np.float64]

_OPTIMIZATIONS = "cmdmstm"
"""Netgen's steps (combine, move, divide, swap …): its default less one that takes a third of the time for no gain."""
_FLAT = "Netgen made an element without volume: choose a smaller mesh.proximal.hmax or another hgrad."
_CHUNK = 100_000
"""Elements looked at together, to bound the memory that a check takes."""


@dataclass(frozen=True)
class MeshParameters:
    """What Netgen is told; lengths in µm.

    Attributes
    ----------
    maxh, minh : float
        Largest and smallest element size, µm.
    grading : float
        How fast the size may grow with distance (0 to 1).
    curvaturesafety : float
        Elements per radius of curvature.
    closeedgefac : float
        Elements between edges that are close to each other.
    distal_maxh : float or None
        Largest size in the geometry's ``distal_domains``, µm; None for `maxh`.
    optsteps3d : int
        Rounds of optimization; below 3 bad elements remain that slow the solver down.
    quality_measure : str
        Of the statistics.
    """

    maxh: float = 1600.0
    minh: float = 10.0
    grading: float = 0.5
    curvaturesafety: float = 1.5
    closeedgefac: float = 1.0
    distal_maxh: float | None = None
    optsteps3d: int = 3
    quality_measure: str = "vollength"

    @classmethod
    def from_config(cls, mesh: Any) -> MeshParameters:
        """Translate ``model.json``'s ``mesh`` (an `ascent.config.model.ModelConfig` has it as ``.mesh``)."""
        proximal, distal = mesh.proximal, mesh.distal
        return cls(
            maxh=float(proximal.hmax),
            minh=float(proximal.hmin),
            grading=round(min(max((float(proximal.hgrad) - 1) / 2.4, 0.05), 1.0), 12),
            curvaturesafety=round(0.35 / float(proximal.hcurve), 12),
            closeedgefac=float(proximal.hnarrow),
            distal_maxh=float(distal.hmax) if distal is not None else None,
            quality_measure=str(mesh.quality_measure or "vollength"),
        )


@dataclass(frozen=True)
class FieldMesh:
    """A valid curved mesh of a `NerveGeometry`.

    Attributes
    ----------
    mesh : ngsolve.Mesh
        Tetrahedra, edges curved to `order` (by a deformation where elements had to be mended).
    geometry : NerveGeometry
    order : int
        Degree of the elements' shape (1: straight).
    parameters : MeshParameters
    statistics : MeshStatistics
    mended_elements : int
        Elements whose curved shape might have been folded and whose edges were therefore left straight.
    mesh_time_ms : float
    """

    mesh: Any
    geometry: NerveGeometry
    order: int
    parameters: MeshParameters
    statistics: MeshStatistics
    mended_elements: int
    mesh_time_ms: float

    def materials(self) -> tuple[str, ...]:
        """Names of the domains, as in ``geometry.conductivity``."""
        return tuple(dict.fromkeys(self.mesh.GetMaterials()))

    def vertices(self) -> NDArray[np.int64]:
        """Vertex numbers of every element, shape (n, 4), corner i where barycentric coordinate i is 1."""
        return _vertices(self.mesh)

    def shape_points(self, elements: NDArray[np.int64] | None = None) -> Array:
        """Positions (µm) at the lattice of degree `order` of the elements, shape (n, n_lattice, 3)."""
        return _shape_points(self.mesh, self.order, elements)


def mesh_geometry(geometry: NerveGeometry, parameters: MeshParameters | None = None, order: int = 2) -> FieldMesh:
    """Mesh, curve and check.

    Parameters
    ----------
    geometry : NerveGeometry
    parameters : MeshParameters, optional
    order : int
        Degree of the curved edges: 1, 2 or 3. Straight edges (1) cost 1 % of the potential; at least 2 is right, and
        3 for solutions of order 3.

    Raises
    ------
    MeshError
        When Netgen cannot mesh the shape, or an element is folded even with straight edges.
    GeometryError
        When a name that `geometry` promises is missing in its shape.
    """
    from ngsolve import Mesh

    chosen = parameters or MeshParameters()
    if order not in (1, 2, 3):
        raise MeshError(f"Elements can be curved to degree 1, 2 or 3, not {order}.")
    _check_names(geometry)
    started = time.perf_counter()
    occ = _fresh(geometry, chosen)
    try:
        raw = occ.GenerateMesh(
            maxh=max(chosen.maxh, chosen.distal_maxh or 0.0),
            minh=chosen.minh,
            grading=chosen.grading,
            curvaturesafety=chosen.curvaturesafety,
            closeedgefac=chosen.closeedgefac,
            optsteps3d=chosen.optsteps3d,
            optimize3d=_OPTIMIZATIONS,
        )
    except Exception as error:  # Netgen and OCC throw unrelated classes, all of them about the shape
        raise MeshError(
            f"Netgen could not mesh the geometry ({' '.join(str(error).split())}): smaller mesh.proximal.hmax and "
            "hmin, or parts of the cuff that neither overlap nor nearly touch, may help."
        ) from error
    mesh = Mesh(raw)
    mended = _curve(mesh, order)
    corners = _coordinates(mesh)[_vertices(mesh)]
    return FieldMesh(
        mesh=mesh,
        geometry=geometry,
        order=order,
        parameters=chosen,
        statistics=mesh_statistics(corners, chosen.quality_measure),
        mended_elements=mended,
        mesh_time_ms=1e3 * (time.perf_counter() - started),
    )


def _fresh(geometry: NerveGeometry, parameters: MeshParameters) -> Any:
    """A copy of the shape for Netgen, with the largest sizes of its solids.

    A shape that was meshed before carries a triangulation that changes the next mesh; a copy does not. Sizes that are
    set on a shape count when it is copied after that.
    """
    from netgen.occ import OCCGeometry

    occ = copy.deepcopy(OCCGeometry(geometry.shape))
    if parameters.distal_maxh in (None, parameters.maxh):
        return occ
    for solid in occ.shape.solids:
        solid.maxh = parameters.distal_maxh if solid.name in geometry.distal_domains else parameters.maxh
    return copy.deepcopy(occ)


def _check_names(geometry: NerveGeometry) -> None:
    """Refuse a shape in which a domain, a contact, an interface or the ground is missing."""
    domains = {solid.name for solid in geometry.shape.solids}
    faces = {face.name for face in geometry.shape.faces}
    unknown = domains - set(geometry.conductivity)
    if unknown:
        raise GeometryError(f"Domain {sorted(unknown)[0]!r} of the geometry has no conductivity.")
    wanted: Mapping[str, str] = {
        **{contact.name: f"contact {contact.label!r}" for contact in geometry.contacts},
        **{name: f"interface {name!r}" for name in geometry.interfaces},
    }
    for name, what in wanted.items():
        if name not in faces:
            raise GeometryError(
                f"The {what} has no surface in the geometry: it lies inside an insulator or outside the medium."
            )
    if geometry.ground not in faces:
        raise GeometryError(
            "No surface is at ground, so the potential is undefined: set medium.proximal.distant_ground or "
            "medium.distal.distant_ground to true."
        )


def _curve(mesh: Any, order: int) -> int:
    """Curve `mesh` in place to `order` and straighten elements that may be folded; return how many."""
    if order == 1:
        if _suspects(mesh, 1).size:
            raise MeshError(_FLAT)
        return 0
    mesh.Curve(order)
    suspects = _suspects(mesh, order)
    if not suspects.size:
        return 0
    return _mend(mesh, order, suspects)


def _mend(mesh: Any, order: int, suspects: NDArray[np.int64]) -> int:
    """Hold the curvature in a deformation of the straight mesh and take it away where elements are folded.

    Straightening an edge changes all elements around it, so the check is repeated; as an element with straight edges
    cannot be folded this ends.
    """
    from ngsolve import EDGE, FACE, H1, GridFunction, NodeId, VectorH1, x, y, z

    scalar = H1(mesh, order=order)
    straight = _coordinates(mesh)
    parts = []
    for axis, coordinate in enumerate((x, y, z)):
        linear, part = GridFunction(scalar), GridFunction(scalar)
        linear.vec[:] = 0.0
        linear.vec.FV().NumPy()[: mesh.nv] = straight[:, axis]
        part.Set(coordinate - linear)  # exact: the curved map is in the space
        part.vec.FV().NumPy()[: mesh.nv] = 0.0
        parts.append(part.vec.FV().NumPy().copy())
    mesh.Curve(1)
    if _suspects(mesh, 1).size:
        raise MeshError(_FLAT)
    deformation = GridFunction(VectorH1(mesh, order=order))
    # The mesh keeps no reference of its own to the deformation that NGSolve reads at every integral.
    mesh.ascent_deformation = deformation
    straightened: set[int] = set()
    while True:
        for axis, part in enumerate(parts):
            deformation.components[axis].vec.FV().NumPy()[:] = part
        mesh.SetDeformation(deformation)
        if not suspects.size:
            return len(straightened)
        straightened.update(int(number) for number in suspects)
        elements = [mesh[_element_id(number)] for number in suspects]
        freed = [
            dof
            for element in elements
            for kind, entities in ((EDGE, element.edges), (FACE, element.faces))
            for entity in entities
            for dof in scalar.GetDofNrs(NodeId(kind, entity.nr))
        ]
        for part in parts:
            part[freed] = 0.0
        for axis, part in enumerate(parts):
            deformation.components[axis].vec.FV().NumPy()[:] = part
        again = _suspects(mesh, order)
        suspects = np.setdiff1d(again, np.array(sorted(straightened), dtype=np.int64))
        if again.size and not suspects.size:
            raise MeshError(
                f"{again.size} elements stay folded with straight edges: choose a smaller mesh.proximal.hmax."
            )


def _element_id(number: int) -> Any:
    from ngsolve import VOL, ElementId

    return ElementId(VOL, int(number))


def _suspects(mesh: Any, order: int) -> NDArray[np.int64]:
    """Numbers of the elements whose Jacobian is not proved positive."""
    found = []
    for start in range(0, mesh.ne, _CHUNK):
        numbers = np.arange(start, min(start + _CHUNK, mesh.ne))
        points = _shape_points(mesh, order, numbers)
        lower = bernstein.smallest_jacobian(order, bernstein.combine(bernstein.from_lattice(order), points))
        size = np.ptp(points, axis=1).max(axis=1)
        found.append(numbers[lower <= 1e-9 * size**3])
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _coordinates(mesh: Any) -> Array:
    return np.array(mesh.ngmesh.Coordinates(), dtype=float)


def _vertices(mesh: Any) -> NDArray[np.int64]:
    return mesh.ngmesh.Elements3D().NumPy()["nodes"][:, :4].astype(np.int64) - 1


def _shape_points(mesh: Any, order: int, elements: NDArray[np.int64] | None = None) -> Array:
    """Positions at the lattice of degree `order`, shape (n, n_lattice, 3), µm."""
    from ngsolve import CF, x, y, z

    return sample(mesh, CF((x, y, z)), order, elements)


def sample(mesh: Any, function: Any, degree: int, elements: NDArray[np.int64] | None = None) -> Array:
    """Values of an NGSolve function at the lattice of every element.

    Parameters
    ----------
    mesh : ngsolve.Mesh
    function : ngsolve.CoefficientFunction
    degree : int
        Of the lattice, see `ascent.field.bernstein.lattice`.
    elements : ndarray of int, optional
        Element numbers; all when None.

    Returns
    -------
    ndarray, shape (n_elements, n_lattice, dimension)
    """
    from ngsolve import ET, VOL, IntegrationRule

    points = bernstein.lattice(degree)
    rule = IntegrationRule(points=[tuple(point[:3]) for point in points], weights=[1.0] * len(points))
    mapped = mesh.MapToAllElements({ET.TET: rule}, VOL).reshape(mesh.ne, len(points))
    if elements is not None:
        mapped = mapped[elements]
    values = np.asarray(function(mapped.reshape(-1)))
    return values.reshape(mapped.shape[0], len(points), function.dim)
