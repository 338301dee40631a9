"""Solids that override each other, made to share their faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ascent.errors import GeometryError


def glue_in_order(solids: Sequence[tuple[str, Any]]) -> Any:
    """Cut every solid by those that come later, and glue what is left.

    Parameters
    ----------
    solids : sequence of (str, netgen.occ.TopoDS_Shape)
        Name of the domain and its solid, in µm; of overlapping ones the later wins.

    Returns
    -------
    netgen.occ.TopoDS_Shape
        Solids with these names that share faces, edges and vertices where they touch.

    Raises
    ------
    GeometryError
        When the geometry kernel cannot cut or glue them.
    """
    from netgen.occ import Glue

    try:
        pieces = []
        for index, (name, solid) in enumerate(solids):
            rest = solid
            for _, later in solids[index + 1 :]:
                if _boxes_meet(solid, later):
                    rest = rest - later
            for piece in rest.solids:
                piece.name = name
                pieces.append(piece)
        return Glue(pieces)
    except GeometryError:
        raise
    except Exception as error:
        raise GeometryError(f"Cuffs and nerve cannot be joined to one geometry: {error}.") from error


def _boxes_meet(one: Any, other: Any) -> bool:
    (low, high), (other_low, other_high) = one.bounding_box, other.bounding_box
    return all(low[axis] <= other_high[axis] and other_low[axis] <= high[axis] for axis in range(3))
