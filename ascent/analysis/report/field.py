"""Mesh and solver figures of a report, and what took how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ascent.analysis.query.places import numbered
from ascent.config.loading import read_json
from ascent.project.field_stage import BASES_FOLDER, REPORT_FILE, TIMINGS_FILE
from ascent.project.layout import ProjectFolder

if TYPE_CHECKING:
    from ascent.analysis.report.sources import RunFiles

_STEPS = {
    "geometry_seconds": "geometry",
    "mesh_seconds": "mesh",
    "solve_seconds": "field solution",
    "error_seconds": "error estimate",
}


def field_data(run: RunFiles) -> list[dict[str, Any]]:
    """What the fields of the run were solved with and how well, one entry a model."""
    folder = ProjectFolder(run.root, run.root / "export")
    result = []
    for sample in numbered(folder.root / "samples"):
        for model in numbered(folder.sample_folder(sample) / "models"):
            path = folder.model_folder(sample, model) / BASES_FOLDER / REPORT_FILE
            if path.is_file():
                result.append({"sample": sample, "model": model, **read_json(path)})
    return result


def timing_data(run: RunFiles) -> dict[str, Any]:
    """Seconds of each step, and of the units of work by n_sim.

    Field steps are those of the process that solved the field, which a cache may have remembered.
    """
    folder = ProjectFolder(run.root, run.root / "export")
    steps: list[dict[str, Any]] = []
    for sample in numbered(folder.root / "samples"):
        for model in numbered(folder.sample_folder(sample) / "models"):
            path = folder.model_folder(sample, model) / BASES_FOLDER / TIMINGS_FILE
            laps = read_json(path) if path.is_file() else {}
            steps += [
                {"step": text, "place": f"model {sample}_{model}", "seconds": float(laps[key])}
                for key, text in _STEPS.items()
                if key in laps
            ]
    groups: dict[str, list[float]] = {}
    for entry in run.journal:
        if entry.event == "unit" and entry.unit is not None and entry.seconds is not None:
            groups.setdefault(entry.unit.split("/")[0], []).append(entry.seconds)
    units = [
        {"group": group, "units": len(seconds), "seconds": round(sum(seconds), 3), "slowest": max(seconds)}
        for group, seconds in groups.items()
    ]
    return {"steps": steps, "units": units, "wall_seconds": _wall_seconds(run)}


def _wall_seconds(run: RunFiles) -> float | None:
    """From the first entry of the journal to the last unit of work; None without one."""
    from datetime import datetime

    if len(run.journal) < 2:
        return None
    first, last = (datetime.fromisoformat(run.journal[index].time) for index in (0, -1))
    return round((last - first).total_seconds(), 1)
