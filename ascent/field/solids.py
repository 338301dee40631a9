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

    try:
        pieces = []
        # One general fuse costs a fifth of cutting every solid by all later ones first. Each of its cells takes the
        # name of the first argument that it comes from, so the last solid has to come first.
        for index, (name, solid) in reversed(list(enumerate(solids))):
            # A solid that the fuse leaves whole keeps its own name, even within another: cut it where that may be.
            covering = [later for _, later in solids[index + 1 :] if _is_box_within(solid, later)]
            for piece in cut(solid, covering).solids:
                piece.name = name
                pieces.append(piece)
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


def _is_box_within(one: Any, other: Any) -> bool:
    (low, high), (other_low, other_high) = one.bounding_box, other.bounding_box
    margin = 1e-3
    return all(other_low[axis] - margin <= low[axis] and high[axis] <= other_high[axis] + margin for axis in range(3))
