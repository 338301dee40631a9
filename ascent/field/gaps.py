"""Element sizes for what is narrow: the gap between nerve and cuff, and a perineurium that is meshed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from shapely import MultiPoint, Polygon

# Straight edges of length h leave a curve of radius R by h²/8R. Where that is more than a quarter of the
# gap, the triangles of its two sides come near to crossing, and Netgen gives up.
_SAGITTA_PER_GAP = 0.25
_POINTS_AN_EDGE = 17
# A gap this narrow against the nerve cannot be resolved; the faces then touch or are meant to.
_LEAST_GAP_PER_RADIUS = 1e-3


def refine_gaps(shape: Any, names: set[str], nerve: Sequence[Polygon]) -> None:
    """Limit the element size on the faces of a cuff by how near the nerve is.

    Parameters
    ----------
    shape : netgen.occ.TopoDS_Shape
        The named geometry; ``face.maxh`` is set in place, µm.
    names : set of str
        Faces to look at: contacts, insulator and borders of fill and recess, which are short along z. (A limit
        on the nerve itself would refine all of its length; the size grows only slowly with distance, so this
        reaches it too.)
    nerve : sequence of shapely.Polygon
        Outlines of what is extruded along z, µm.
    """
    for face in shape.faces:
        if face.name not in names:
            continue
        border = MultiPoint([point for edge in face.edges for point in _points(edge)])
        for outline in nerve:
            gap = border.distance(outline)
            radius = math.sqrt(outline.area / math.pi)
            if gap > _LEAST_GAP_PER_RADIUS * radius:
                face.maxh = min(face.maxh, _longest_edge(radius, gap))


def refine_sheaths(shape: Any, domain: str, sheaths: Sequence[tuple[Polygon, Polygon]]) -> None:
    """Limit the element size in a meshed perineurium, so that the triangles of its two sides do not cross.

    Parameters
    ----------
    shape : netgen.occ.TopoDS_Shape
        The named geometry; sizes are set in place, µm.
    domain : str
        Name of the solids to refine.
    sheaths : sequence of (shapely.Polygon, shapely.Polygon)
        Outer and inner outline of each, µm.
    """
    sizes = [
        _longest_edge(math.sqrt(inner.area / math.pi), outer.exterior.distance(inner.exterior))
        for outer, inner in sheaths
    ]
    for solid in shape.solids:
        if sizes and solid.name == domain:
            for face in solid.faces:
                face.maxh = min([face.maxh, *sizes])


def _longest_edge(radius: float, gap: float) -> float:
    return math.sqrt(8 * radius * _SAGITTA_PER_GAP * gap)


def _points(edge: Any) -> Iterator[tuple[float, float]]:
    start, end = edge.parameter_interval
    for index in range(_POINTS_AN_EDGE):
        point = edge.Value(start + (end - start) * index / (_POINTS_AN_EDGE - 1))
        yield point[0], point[1]
