"""Nerves, models and meshes that the tests of the 3D geometry share."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ascent.config.loading import validate
from ascent.config.model import ModelConfig
from ascent.config.shipped import load_cuff, load_materials, load_perineurium_thickness
from ascent.field.assembly import build_geometry
from ascent.field.geometry import NerveGeometry
from ascent.nerve.sample import Sample
from ascent.nerve.section import Fascicle, Section
from ascent.nerve.trace import Trace

THICKNESS_MODE = "RAT_VN_INHOUSE_200601"


def circle(radius: float, x: float = 0.0, y: float = 0.0, count: int = 180) -> Trace:
    """Return a round trace of `radius` µm about (x, y) µm."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return Trace(np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)]))


def fascicle(radius: float, x: float = 0.0, y: float = 0.0) -> Fascicle:
    """Return a round fascicle whose endoneurium has nine tenths of its radius."""
    return Fascicle(circle(radius, x, y), (circle(0.9 * radius, x, y),))


def nerve_sample(
    fascicles: Sequence[Fascicle],
    nerve: Trace | None = None,
    orientation_angle: float | None = None,
    deform_ratio: float = 0.0,
    reshape_nerve: str = "NONE",
) -> Sample:
    """Return a sample with these traces as they are."""
    section = Section(nerve, tuple(fascicles), orientation_angle)
    affines = tuple(np.eye(3) for _ in section.inners)
    return Sample("made", section, section, affines, deform_ratio, reshape_nerve)


def model_config(cuffs: Sequence[dict[str, Any]] = ({"preset": "Purdue.json"},), **changes: Any) -> ModelConfig:
    """Return a small model; `changes` replace top-level keys, those of `modes` and `medium` key by key."""
    section = {"hmax": 1600, "hmin": 10, "hgrad": 2.2, "hcurve": 0.2, "hnarrow": 1}
    data: dict[str, Any] = {
        "modes": {"rho_perineurium": "RHO_WEERASURIYA", "cuff_shift": "AUTO_ROTATION_MIN_CIRCLE_BOUNDARY"},
        "medium": {
            "proximal": {"distant_ground": False, "length": 8000, "radius": 2000},
            "distal": {"exist": True, "distant_ground": True, "length": 8000, "radius": 3000},
        },
        "inner_interp_tol": 0.01,
        "outer_interp_tol": 0.01,
        "nerve_interp_tol": 0.01,
        "cuff": [{"index": index, **cuff} for index, cuff in enumerate(cuffs)],
        "mesh": {"proximal": section, "distal": section},
        "frequency": 1,
        "temperature": 37,
        "conductivities": {
            "recess": "saline",
            "medium": "muscle",
            "fill": "saline",
            "insulator": "silicone",
            "conductor": "platinum",
            "endoneurium": "endoneurium",
            "perineurium": {"value": "1/1149", "label": "DC", "unit": "[S/m]"},
            "epineurium": "epineurium",
        },
    }
    for key in ("modes", "medium"):
        data[key] = {**data[key], **changes.pop(key, {})}
    return validate({**data, **changes}, ModelConfig, "model.json")


def build(sample: Sample, model: ModelConfig, thickness_mode: str = THICKNESS_MODE) -> NerveGeometry:
    """Build the geometry with the shipped presets and tables."""
    presets = {cuff.preset: load_cuff(cuff.preset) for cuff in model.cuff}
    return build_geometry(
        sample, model, presets, load_materials(), load_perineurium_thickness(), thickness_mode=thickness_mode
    )


def surface_areas(shape: Any, largest: float = 400.0) -> dict[str, float]:
    """Return the area in µm² of all faces by name, integrated over a curved surface mesh."""
    from netgen.meshing import MeshingStep
    from netgen.occ import OCCGeometry
    from ngsolve import Integrate, Mesh

    only_surface = {"perfstepsend": MeshingStep.MESHSURFACE}
    mesh = Mesh(OCCGeometry(shape).GenerateMesh(maxh=largest, grading=0.7, curvaturesafety=1.2, **only_surface))
    mesh.Curve(3)
    return {name: Integrate(1, mesh.Boundaries(name)) for name in set(mesh.GetBoundaries())}


def volumes(shape: Any, largest: float = 2000.0) -> dict[str, float]:
    """Return the volume in µm³ of all domains by name, integrated over a coarse curved mesh."""
    from netgen.occ import OCCGeometry
    from ngsolve import Integrate, Mesh

    mesh = Mesh(OCCGeometry(shape).GenerateMesh(maxh=largest, grading=0.7, optsteps3d=0))
    mesh.Curve(3)
    return {name: Integrate(1, mesh.Materials(name)) for name in set(mesh.GetMaterials())}
