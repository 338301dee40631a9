"""Solids that override each other, made to share their faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ascent.errors import GeometryError


def glue_by_priority(solids: Sequence[tuple[str, Any]]) -> Any:
    """Split overlapping solids where they cross, so that each piece belongs to the last that covers it.

    Parameters
    ----------
    solids : sequence of (str, netgen.occ.TopoDS_Shape)
        Name of the domain and its solid, in µm; of overlapping ones the later wins.

    Returns
    -------
    netgen.occ.TopoDS_Shape
        Solids with these names that share faces, edges and vertices where they touch. A domain may come in
        several pieces where the border of an earlier solid runs through it.

    Raises
    ------
    GeometryError
        When the geometry kernel cannot glue them.
    """
    from netgen.occ import Glue

    pieces = []
    # One general fuse costs a fifth of cutting every solid by all later ones first. Each of its cells takes the
    # name of the first argument that it comes from, so the last solid has to come first.
    for name, solid in reversed(solids):
        for piece in solid.solids:
            piece.name = name
            pieces.append(piece)
    try:
        return Glue(pieces)
    except Exception as error:
        raise GeometryError(f"Cuffs and nerve cannot be joined to one geometry: {error}.") from error


def cut(solid: Any, tools: Sequence[Any]) -> Any:
    """Return `solid` without what lies in any of `tools`."""
    for tool in tools:
        if _boxes_meet(solid, tool):
            solid = solid - tool
    return solid


def _boxes_meet(one: Any, other: Any) -> bool:
    (low, high), (other_low, other_high) = one.bounding_box, other.bounding_box
    return all(low[axis] <= other_high[axis] and other_low[axis] <= high[axis] for axis in range(3))
