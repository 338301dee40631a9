"""Potentials on curved elements as plain arrays: found, evaluated and stored without the mesh they came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.field import bernstein

if TYPE_CHECKING:
    from ascent.field.mesh import FieldMesh
    from ascent.field.spaces import FieldSpaces

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
Walls = NDArray[np.bool_]

OUTSIDE_TOLERANCE = 1e-9
"""How negative a barycentric coordinate may be before a point counts as outside (round-off of Newton's method)."""
_POINTS_AT_ONCE = 20_000
_NEWTON_STEPS = 20
_NEWTON_ENOUGH = 1e-12
"""Newton's method converges quadratically: after so small a step nothing is left but round-off."""


@dataclass(frozen=True)
class ElementTable:
    """Elements of some domains, their shapes and the potentials on them.

    Attributes
    ----------
    shape_order, order : int
        Degrees of the elements' shape and of the potentials.
    shape_points : ndarray, shape (n_shape_points, 3)
        Positions, µm.
    shape_nodes : ndarray of int, shape (n_elements, n_lattice(shape_order))
        Rows of `shape_points`, in the order of `ascent.field.bernstein.lattice`.
    values : ndarray, shape (n_fields, n_nodes)
        Potentials, V.
    nodes : ndarray of int, shape (n_elements, n_lattice(order))
        Columns of `values`.
    domains : ndarray of int, shape (n_elements,)
        Index into `domain_names`.
    domain_names : tuple of str
    walls : ndarray of bool, shape (n_elements, 4)
        Whether face i (where barycentric coordinate i is 0) bounds the domain sideways: there the potential jumps or
        the nerve ends. The flat end caps of the nerve do not count.
    """

    shape_order: int
    order: int
    shape_points: Array
    shape_nodes: Indices
    values: Array
    nodes: Indices
    domains: Indices
    domain_names: tuple[str, ...]
    walls: Walls

    def with_values(self, values: Array) -> ElementTable:
        """The same elements with other fields."""
        return replace(self, values=values)

    def locate(self, points_um: Array, allowed: NDArray[np.bool_] | None = None) -> tuple[Indices, Array, Walls]:
        """Find the element of every point.

        Parameters
        ----------
        points_um : ndarray, shape (n, 3)
        allowed : ndarray of bool, shape (n_domains,), optional
            Domains to look in; all when None.

        Returns
        -------
        elements : ndarray of int, shape (n,)
            -1 where there is none.
        barycentric : ndarray, shape (n, 4)
        on_wall : ndarray of bool, shape (n,)
            Whether the point lies on a wall of its domain.
        """
        corners = self.shape_points[self.shape_nodes]
        controls = bernstein.combine(bernstein.from_lattice(self.shape_order), corners)
        centres = controls.mean(axis=1)
        radii = np.sqrt(((controls - centres[:, None]) ** 2).sum(axis=2).max(axis=1)) * (1 + 1e-9)
        if allowed is not None:
            radii = np.where(allowed[self.domains], radii, -1.0)
        elements = np.full(len(points_um), -1, dtype=np.int64)
        barycentric = np.zeros((len(points_um), 4))
        on_wall = np.zeros(len(points_um), dtype=bool)
        for start in range(0, len(points_um), _POINTS_AT_ONCE):
            part = slice(start, start + _POINTS_AT_ONCE)
            elements[part], barycentric[part], on_wall[part] = self._locate(points_um[part], controls, centres, radii)
        return elements, barycentric, on_wall

    def _locate(self, points: Array, controls: Array, centres: Array, radii: Array) -> tuple[Indices, Array, Walls]:
        from scipy.spatial import cKDTree

        chosen = np.full(len(points), -1, dtype=np.int64)
        coordinates = np.zeros((len(points), 4))
        on_wall = np.zeros(len(points), dtype=bool)
        usable = np.flatnonzero(radii >= 0)
        hits = cKDTree(points).query_ball_point(centres[usable], radii[usable], return_sorted=True)
        counts = np.fromiter((len(hit) for hit in hits), dtype=np.int64, count=len(hits))
        if not counts.sum():
            return chosen, coordinates, on_wall
        candidates = np.repeat(usable, counts)
        asked = np.concatenate([np.asarray(hit, dtype=np.int64) for hit in hits if hit])
        low, high = controls.min(axis=1), controls.max(axis=1)
        slack = 1e-9 * radii[candidates, None]
        target = points[asked]
        inside = np.all((target >= low[candidates] - slack) & (target <= high[candidates] + slack), axis=1)
        candidates, asked = candidates[inside], asked[inside]
        solved = _invert(self.shape_order, controls[candidates], points[asked])
        depth = solved.min(axis=1)
        # Of several elements that share a point take the deepest, of equals the first: the same one every time.
        ranked = np.lexsort((candidates, -depth, asked))
        _, first = np.unique(asked[ranked], return_index=True)
        best = ranked[first]
        best = best[depth[best] >= -OUTSIDE_TOLERANCE]
        chosen[asked[best]] = candidates[best]
        coordinates[asked[best]] = solved[best]
        touching = (depth >= -OUTSIDE_TOLERANCE) & np.any(
            self.walls[candidates] & (solved <= OUTSIDE_TOLERANCE), axis=1
        )
        on_wall[asked[touching]] = True
        return chosen, coordinates, on_wall

    def evaluate(self, elements: Indices, barycentric: Array) -> Array:
        """All fields at located points: shape (n_fields, n), V."""
        result = np.empty((len(self.values), len(elements)))
        nodes = self.nodes[elements]
        for field, values in enumerate(self.values):
            coefficients = bernstein.combine(bernstein.from_lattice(self.order), values[nodes])
            result[field] = bernstein.evaluate(self.order, barycentric, coefficients)
        return result


def _invert(order: int, controls: Array, points: Array) -> Array:
    """Barycentric coordinates of points[i] in the element with coefficients controls[i], by Newton's method."""
    barycentric = np.full((len(points), 4), 0.25)
    active = np.arange(len(points))
    for _ in range(_NEWTON_STEPS):
        here, there = barycentric[active], controls[active]
        difference = points[active] - bernstein.evaluate(order, here, there)
        matrices = bernstein.jacobian(order, here, there)
        columns = [matrices[:, :, i] for i in range(3)]
        determinant = bernstein.determinant(matrices)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.stack(
                [
                    np.sum(difference * np.cross(columns[(i + 1) % 3], columns[(i + 2) % 3]), axis=1) / determinant
                    for i in range(3)
                ],
                axis=1,
            )
        # Far from a curved element the map may fold: bound the step, such candidates are dropped in the end.
        step = np.clip(np.nan_to_num(step), -2.0, 2.0)
        here[:, :3] += step
        here[:, 3] = 1.0 - here[:, 0] - here[:, 1] - here[:, 2]
        barycentric[active] = here
        # Each point stops on its own account, so that its bits do not depend on the others.
        active = active[np.abs(step).max(axis=1, initial=0.0) >= _NEWTON_ENOUGH]
        if not active.size:
            break
    size = np.sqrt(((controls - controls[:, :1]) ** 2).sum(axis=2).max(axis=1))
    missed = np.sqrt(((points - bernstein.evaluate(order, barycentric, controls)) ** 2).sum(axis=1)) > 1e-9 * size
    barycentric[missed] = -1.0
    return barycentric


def element_table(
    field_mesh: FieldMesh, spaces: FieldSpaces, domains: tuple[str, ...], functions: list[Any]
) -> ElementTable:
    """Take the elements of `domains` and the values of `functions` (V) on them out of a mesh."""
    mesh = field_mesh.mesh
    regions = mesh.GetMaterials()
    region_of_element = np.array(mesh.ngmesh.Elements3D().NumPy()["index"], dtype=np.int64) - 1
    domain_of_region = np.array([domains.index(name) if name in domains else -1 for name in regions])
    domain = domain_of_region[region_of_element]
    elements = np.flatnonzero(domain >= 0)
    domain = domain[elements]
    vertices = field_mesh.vertices()[elements]
    shape_nodes, first = _shared_nodes(vertices, domain, field_mesh.order)
    shape_points = field_mesh.shape_points(elements).reshape(-1, 3)[first]
    if spaces.order == field_mesh.order:
        nodes = shape_nodes
    else:
        nodes, first = _shared_nodes(vertices, domain, spaces.order)
    values = np.zeros((len(functions), len(first)))
    inside = np.array([name in spaces.inside for name in domains])[domain]
    for row, function in enumerate(functions):
        samples = np.zeros((len(elements), nodes.shape[1]))
        for side in (True, False):
            chosen = inside == side
            if chosen.any():
                name = domains[domain[np.argmax(chosen)]]
                samples[chosen] = _sample(mesh, spaces.part(function, name), spaces.order, elements[chosen])
        values[row] = samples.reshape(-1)[first]
    return ElementTable(
        shape_order=field_mesh.order,
        order=spaces.order,
        shape_points=shape_points,
        shape_nodes=shape_nodes,
        values=values,
        nodes=nodes,
        domains=domain,
        domain_names=domains,
        walls=_walls(vertices, domain, np.array(mesh.ngmesh.Coordinates())[:, 2]),
    )


def _sample(mesh: Any, function: Any, order: int, elements: Indices) -> Array:
    from ascent.field.mesh import sample

    return sample(mesh, function, order, elements)[:, :, 0]


def _shared_nodes(vertices: Indices, domain: Indices, order: int) -> tuple[Indices, Indices]:
    """Number the lattice nodes so that neighbours in a domain share theirs.

    A node is known by its vertices and their weights in it, whatever the order in which an element lists them.

    Returns
    -------
    nodes : ndarray, shape (n_elements, n_lattice)
    first : ndarray
        For each node, where it first occurs among the flattened lattice nodes of all elements.
    """
    weights = bernstein.exponents(order)
    keys = np.where(weights > 0, (vertices[:, None, :] + 1) * (order + 1) + weights, 0)
    keys = np.sort(keys, axis=2).reshape(-1, 4)
    keys = np.column_stack([keys, np.repeat(domain, len(weights))])
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return inverse.reshape(len(vertices), len(weights)).astype(np.int64), first


def _walls(vertices: Indices, domain: Indices, heights: Array) -> Walls:
    """Faces that only one element of a domain has, but for those in the first or last plane across the nerve."""
    others = np.array([[vertex for vertex in range(4) if vertex != face] for face in range(4)])
    faces = np.sort(vertices[:, others], axis=2)
    keys = np.column_stack([faces.reshape(-1, 3), np.repeat(domain, 4)])
    _, inverse, counts = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    single = (counts[inverse] == 1).reshape(-1, 4)
    z = heights[faces]
    low, high = heights[vertices].min(initial=np.inf), heights[vertices].max(initial=-np.inf)
    near = 1e-9 * max(high - low, 1.0)
    flat = np.all(z < low + near, axis=2) | np.all(z > high - near, axis=2)
    return single & ~flat
