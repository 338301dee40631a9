"""The cuffs of a report: surfaces for the view in 3D, silhouettes for the cross-section."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.analysis.report.sources import packed, rounded
from ascent.project.inputs import RunInputs
from ascent.project.layout import ProjectFolder

if TYPE_CHECKING:
    from ascent.analysis.report.sources import RunFiles
    from ascent.nerve import Sample

Array = NDArray[np.float64]

#: Deviation that a silhouette may have, µm: less than a pixel.
_SIMPLIFIED_UM = 1.0
#: Triangles smaller than this have no silhouette, µm².
_FLAT_UM2 = 1e-3


def scene_data(run: RunFiles, sample: Sample) -> dict[str, Any]:
    """Surfaces and silhouettes of every part of every cuff of model 0.

    Returns
    -------
    dict
        ``parts`` with role, label, triangles and edges (µm), silhouette (rings, µm), and for contacts their number
        and centre; ``length_um`` of the nerve and ``radius_um`` of the medium.
    """
    from ascent.field.cuffs import build_cuffs

    inputs = RunInputs.of(ProjectFolder(run.root, run.root / "export"), 0)
    model = next(iter(inputs.models.values()))
    mode = str(inputs.sample.modes.ci_perineurium_thickness)
    thickness = inputs.tables.perineurium_thickness
    parts = build_cuffs(sample, model, inputs.tables.presets(model), thickness, mode)
    proximal = model.medium.proximal
    presets = {number if cuff.index is None else cuff.index: str(cuff.preset) for number, cuff in enumerate(model.cuff)}
    return {
        "length_um": float(proximal.length),
        "radius_um": float(proximal.radius),
        "cuffs": [str(cuff.preset).removesuffix(".json") for cuff in model.cuff],
        "parts": [_part(part, presets) for part in parts],
    }


def _part(part: Any, presets: dict[int, str]) -> dict[str, Any]:
    triangles, normals, edges = surface(part.solid)
    corners = np.concatenate([triangles.reshape(-1, 9), normals.reshape(-1, 9)], axis=1)
    entry = {
        "role": part.role,
        "label": part.label,
        "triangles": packed(corners),
        "edges": packed(edges.reshape(-1, 6)),
        "silhouette": silhouette(triangles),
    }
    if part.contact is not None:
        entry["contact"] = int(part.contact.name.rpartition("_")[2])
        entry["cuff_index"] = part.contact.cuff_index
        entry["cuff"] = presets.get(part.contact.cuff_index, "")
        entry["centre"] = rounded(part.contact.centre)
    return entry


def surface(solid: Any) -> tuple[Array, Array, Array]:
    """Triangles (n, 3, 3) of a solid's surface with the normals at their corners, and its edges (m, 2, 3); µm."""
    data = solid._webgui_data()
    corners = [_floats(block) for block in data["Bezier_trig_points"]]
    count = len(corners[0]) // 4
    triangles = np.stack([block.reshape(count, 4)[:, :3] for block in corners[:3]], axis=1)
    normals = np.stack([block.reshape(count, 3) for block in corners[3:6]], axis=1)
    ends = [_floats(block).reshape(-1, 4)[:, :3] for block in data["edges"][:2]]
    return triangles, normals, np.stack(ends, axis=1)


def _floats(block: Any) -> Array:
    if isinstance(block, str):
        return np.frombuffer(base64.b64decode(block), dtype="<f4").astype(float)
    return np.asarray(block, dtype=float).ravel()


def silhouette(triangles: Array) -> list[dict[str, Any]]:
    """What triangles (n, 3, 3) cover when seen along z: polygons with ``shell`` and ``holes``, µm."""
    import shapely

    flat = shapely.polygons(triangles[:, :, :2])
    seen = shapely.union_all(shapely.set_precision(flat[shapely.area(flat) > _FLAT_UM2], 0.01))
    # Facets of walls along z leave gaps and slivers of rounding's width.
    closed = seen.buffer(0.5).buffer(-0.5).simplify(_SIMPLIFIED_UM)
    polygons = [polygon for polygon in getattr(closed, "geoms", [closed]) if not polygon.is_empty]
    return [
        {
            "shell": rounded(np.asarray(polygon.exterior.coords)[:-1]),
            "holes": [rounded(np.asarray(ring.coords)[:-1]) for ring in polygon.interiors],
        }
        for polygon in polygons
    ]
