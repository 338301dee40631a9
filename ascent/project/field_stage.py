"""The second stage: the field of every contact of a model, as units of work that need no more than files."""

from __future__ import annotations

import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ascent.config.cuff import CuffPreset
from ascent.config.loading import read_json, validate
from ascent.config.materials import MaterialsConfig
from ascent.config.model import ModelConfig
from ascent.config.perineurium import PerineuriumThicknessConfig
from ascent.files import write_json
from ascent.project import cache
from ascent.project.stamps import Stamp

BASES_FOLDER = "bases"
REPORT_FILE = "report.json"
#: What took how long is no result, so it has a file of its own.
TIMINGS_FILE = "timings.json"
_CONTACTS_FILE = "im.json"
_CACHE_KIND = "fields"

#: Break points of ASCENT's pipeline, and the last step that is done before each.
STEP_BEFORE = {
    "pre_geom_run": "nothing",
    "post_geom_run": "geometry",
    "pre_mesh_distal": "geometry",
    "post_mesh_distal": "mesh",
    "pre_mesh_proximal": "geometry",
    "post_mesh_proximal": "mesh",
    "post_material_assign": "mesh",
    "pre_loop_currents": "mesh",
    "pre_solve": "mesh",
}


@dataclass(frozen=True)
class FieldUnit:
    """One model to solve.

    Attributes
    ----------
    id : str
        ``<sample>_<model>``.
    sample_folder, model_folder : Path
        ``samples/<s>`` and ``samples/<s>/models/<m>``.
    model, presets, materials, thickness : dict
        The validated configuration as plain data, cuff placement included.
    key : str
        Hash of all that the field depends on.
    thickness_mode : str
        ``modes.ci_perineurium_thickness`` of the sample.
    last_step : {"nothing", "geometry", "mesh", "solve"}
        How far to go.
    """

    id: str
    sample_folder: Path
    model_folder: Path
    model: dict[str, Any]
    presets: dict[str, dict[str, Any]]
    materials: dict[str, Any]
    thickness: dict[str, Any]
    key: str
    thickness_mode: str
    last_step: str = "solve"


def field_stamp(model_folder: Path) -> Stamp:
    """The stamp of the field in a model's folder."""
    return Stamp(model_folder, "field")


def take_from_cache(unit: FieldUnit) -> bool:
    """Bring the field from the cache into the model's folder; False when it is not there."""
    if not cache.take(_CACHE_KIND, unit.key, unit.model_folder / BASES_FOLDER):
        return False
    _describe(unit)
    return True


def field_report(model_folder: Path) -> dict[str, Any]:
    """Figures about mesh and solution of a model's field, as :func:`solve_field` gave them."""
    report: dict[str, Any] = read_json(model_folder / BASES_FOLDER / REPORT_FILE)
    return report


def solve_field(unit: FieldUnit) -> dict[str, Any]:
    """Build the geometry, mesh it, solve for every contact, and write the bases.

    Where another process solves the same field at this moment, for example another point of a sweep, its bases are
    waited for and taken.

    Returns
    -------
    dict
        Figures about mesh and solution, and the seconds each step took.

    Raises
    ------
    GeometryError, MeshError, SolveError
        When a step fails, or the field is less accurate than ``mesh.tolerance`` asks for; nothing is left of it in
        the model's folder.
    """
    if unit.last_step != "solve":
        return _compute(unit)
    with cache.only_one(_CACHE_KIND, unit.key):
        return field_report(unit.model_folder) if take_from_cache(unit) else _compute(unit)


def _compute(unit: FieldUnit) -> dict[str, Any]:
    from ascent.field.assembly import build_geometry
    from ascent.field.mesh import MeshParameters, mesh_geometry
    from ascent.field.solve import solve_bases
    from ascent.nerve import Sample

    model = validate(unit.model, ModelConfig, str(unit.model_folder / "model.json"))
    presets = {name: validate(preset, CuffPreset, name) for name, preset in unit.presets.items()}
    materials = validate(unit.materials, MaterialsConfig, "materials.json")
    thickness = validate(unit.thickness, PerineuriumThicknessConfig, "ci_peri_thickness.json")
    clock = _Clock()
    if unit.last_step == "nothing":
        return {}
    sample = Sample.read(unit.sample_folder)
    geometry = build_geometry(sample, model, presets, materials, thickness, thickness_mode=unit.thickness_mode)
    clock.lap("geometry_seconds")
    if unit.last_step == "geometry":
        return {"contacts": [contact.label for contact in geometry.contacts], **clock.laps}
    mesh = mesh_geometry(geometry, MeshParameters.from_config(model.mesh), _shape_order(model))
    clock.lap("mesh_seconds")
    statistics = asdict(mesh.statistics)
    if unit.last_step == "mesh":
        return {"stats": statistics, **clock.laps}
    bases = solve_bases(mesh, order=model.solver.sorder, method=model.solver.type)
    clock.lap("solve_seconds")
    if model.mesh.tolerance is not None:
        from ascent.field.accuracy import check_tolerance, estimate_error, inner_lines

        estimate = estimate_error(mesh, bases, inner_lines(sample, float(model.medium.proximal.length)))
        check_tolerance(estimate, float(model.mesh.tolerance))
        bases = bases.with_error_estimate(estimate)
        clock.lap("error_seconds")
    report = {**bases.report(), "stats": statistics}
    _write(unit, bases, report, clock.laps)
    return {**report, **clock.laps}


def _write(unit: FieldUnit, bases: Any, report: dict[str, Any], seconds: dict[str, float]) -> None:
    folder = unit.model_folder / BASES_FOLDER
    field_stamp(unit.model_folder).begin()
    with tempfile.TemporaryDirectory(prefix=".bases.", suffix=".part", dir=unit.model_folder) as temporary:
        bases.write(Path(temporary))
        write_json(Path(temporary) / REPORT_FILE, report)
        write_json(Path(temporary) / TIMINGS_FILE, seconds)
        write_json(Path(temporary) / _CONTACTS_FILE, bases.current_ids())
        cache.copy_whole(Path(temporary), folder)
    cache.put(_CACHE_KIND, unit.key, folder)
    _describe(unit)


def _describe(unit: FieldUnit) -> None:
    folder = unit.model_folder
    write_json(folder / "mesh" / "im.json", read_json(folder / BASES_FOLDER / _CONTACTS_FILE))
    outputs = [path for path in (folder / BASES_FOLDER).rglob("*") if path.is_file()]
    field_stamp(folder).write(unit.key, [*outputs, folder / "mesh" / "im.json"])


def _shape_order(model: ModelConfig) -> int:
    named = {"linear": 1, "quadratic": 2, "cubic": 3, "quartic": 4, "quintic": 5}
    wanted = model.mesh.shape_order
    return named[wanted] if isinstance(wanted, str) else wanted


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(now - self._last, 3)
        self._last = now
