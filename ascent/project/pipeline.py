"""``pipeline``: sample, models and sims of a run, up to n_sims that are ready to be submitted."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ascent.config.loading import dump, validate
from ascent.config.model import ModelConfig
from ascent.errors import AscentError
from ascent.files import write_json
from ascent.project.export import export_n_sims, export_run
from ascent.project.field_stage import (
    BASES_FOLDER,
    STEP_BEFORE,
    FieldUnit,
    field_report,
    field_stamp,
    solve_field,
    take_from_cache,
)
from ascent.project.inputs import RunInputs, check_materials, count_contacts, model_content, sample_content
from ascent.project.layout import NSimName, ProjectFolder
from ascent.project.sample_stage import BuiltSample, build_sample_stage
from ascent.project.sim_stage import (
    ADOPTED,
    PlannedSim,
    adopts_potentials,
    finish_sim,
    plan_sim,
    uses_supersampled,
    write_plan,
)
from ascent.project.stamps import code_fingerprint, content_key
from ascent.schedule import Outcome, run_units

_log = logging.getLogger(__name__)


@dataclass
class PipelineReport:
    """What the pipeline did for one run.

    Attributes
    ----------
    run : int
        Index of the run.
    n_sims : list of str
        Names of the n_sims that were built.
    exported, kept : list of str
        N_sims that were exported, and those that were there already with the same inputs.
    failures : dict
        Sentence by name of what failed (``model 1``); the rest went on.
    stopped_at : str or None
        The break point, when one was given.
    auto_submit : bool
        Whether run.json asks for submission.
    """

    run: int
    n_sims: list[str] = field(default_factory=list)
    exported: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    stopped_at: str | None = None
    auto_submit: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def run_pipeline(
    folder: ProjectFolder,
    run: int,
    *,
    break_point: str | None = None,
    export_behavior: str | None = None,
    endo_only_solution: bool = False,
    workers: int | None = None,
    quiet: bool = False,
) -> PipelineReport:
    """Do the first three stages of a run and export its n_sims.

    Parameters
    ----------
    folder : ProjectFolder
        The project.
    run : int
        Index of ``config/user/runs/<run>.json``.
    break_point : str, optional
        One of ASCENT's break points; the work stops there.
    export_behavior : {"overwrite", "error", "selective"}, optional
        Beats run.json's.
    endo_only_solution : bool
        The solution is kept in the endoneurium only, which is what this package always does.
    workers : int, optional
        Number of processes for models; every core by default.
    quiet : bool
        Show no progress.

    Raises
    ------
    AscentError
        When the run, its sample or a sim is wrong. A model whose field fails is reported, and the others go on.
    """
    inputs = RunInputs.of(folder, run)
    report = PipelineReport(run, auto_submit=bool(inputs.run.auto_submit_fibers))
    build_run(folder, inputs, report, break_point=break_point, workers=workers, quiet=quiet)
    if report.n_sims and break_point is None:
        names = [parsed for text in report.n_sims if (parsed := NSimName.parse(text))]
        behavior = export_behavior or inputs.run.export_behavior or "selective"
        exported = export_n_sims(folder, names, behavior)
        report.exported, report.kept = exported.written, exported.kept
        export_run(folder, run, dump(inputs.run), names)
        _log.info("run %d: %d n_sims in %s", run, len(names), folder.export)
        _drop_bases(folder, inputs)
    _write_exit_status(folder.run_file(run), inputs, report)
    for name, sentence in report.failures.items():
        _log.error("%s failed: %s", name, sentence)
    return report


def build_run(
    folder: ProjectFolder,
    inputs: RunInputs,
    report: PipelineReport,
    *,
    break_point: str | None = None,
    workers: int | None = None,
    quiet: bool = False,
    on_field: Callable[[Outcome[dict[str, Any]]], None] | None = None,
    on_plan: Callable[[int], None] | None = None,
) -> BuiltSample:
    """Build the n_sims of a run in the project folder; names and failures go into `report`.

    `on_plan` is told how many fields are to be solved, `on_field` the outcome of each as it comes.
    """
    s = inputs.run.sample
    sample_folder = folder.sample_folder(s)
    input_folder = folder.input_folder(inputs.sample.sample)
    built = build_sample_stage(inputs.sample, sample_folder, input_folder, inputs.tables.perineurium_thickness)
    models: dict[int, ModelConfig] = {}
    plans: dict[tuple[int, int], PlannedSim] = {}
    for m, model in inputs.models.items():
        models[m] = _place_and_write(folder.model_folder(s, m), model, built, inputs)
        for k, sim in inputs.sims.items():
            plans[m, k] = _plan(folder, inputs, built, models[m], m, k, sim)
    if break_point == "pre_java":
        for plan in plans.values():
            write_plan(plan)
        report.stopped_at = break_point
        return built
    units = {m: _field_unit(folder, inputs, built, m, model, break_point) for m, model in models.items()}
    adopted = {mk for mk, plan in plans.items() if adopts_potentials(plan, units[mk[0]].model_folder)}
    solved_here = {(m, k) for m, k in plans if (m, k) not in adopted and not uses_supersampled(inputs.sims[k])}
    needed = {m: unit for m, unit in units.items() if not inputs.sims or any(m == model for model, _ in solved_here)}
    report.failures |= _solve(needed, workers=workers, quiet=quiet, on_field=on_field, on_plan=on_plan)
    if break_point is not None:
        report.stopped_at = break_point
        return built
    for m, unit in units.items():
        if _name(m) in report.failures:
            continue
        if m in needed:
            _write_mesh_statistics(unit.model_folder)
        for k in inputs.sims:
            key = ADOPTED if (m, k) in adopted else unit.key
            try:
                indices = finish_sim(
                    plans[m, k], unit.model_folder, key, models[m].temperature, workers=workers, quiet=quiet
                )
            except AscentError as error:
                report.failures[f"{_name(m)}, sim {k}"] = str(error)
                continue
            report.n_sims += [str(NSimName(s, m, k, n)) for n in indices]
    return built


def _plan(
    folder: ProjectFolder, inputs: RunInputs, built: BuiltSample, model: ModelConfig, m: int, k: int, sim: Any
) -> PlannedSim:
    from ascent.stimulus.contacts import Cuff

    presets = inputs.tables.presets(model)
    cuffs = [Cuff(cuff.preset, cuff.index, count_contacts(presets[cuff.preset])) for cuff in model.cuff]
    return plan_sim(
        folder.sim_folder(inputs.run.sample, m, k),
        sim,
        built.sample,
        built.key,
        model,
        cuffs,
        inputs.tables.fiber_z,
        explicit_folder=folder.input_folder(inputs.sample.sample) / "explicit_fibersets",
        waveform_folder=folder.root / "config" / "user" / "waveforms",
    )


def _field_unit(
    folder: ProjectFolder, inputs: RunInputs, built: BuiltSample, m: int, model: ModelConfig, break_point: str | None
) -> FieldUnit:
    tables = inputs.tables
    presets = {name: dump(preset) for name, preset in tables.presets(model).items()}
    materials, thickness = dump(tables.materials), dump(tables.perineurium_thickness)
    key = content_key(
        "field/1",
        code_fingerprint("field"),
        built.key,
        sample_content(inputs.sample),
        model_content(model),
        presets,
        materials,
        thickness,
    )
    return FieldUnit(
        id=f"{inputs.run.sample}_{m}",
        sample_folder=folder.sample_folder(inputs.run.sample),
        model_folder=folder.model_folder(inputs.run.sample, m),
        model=dump(model),
        presets=presets,
        materials=materials,
        thickness=thickness,
        key=key,
        thickness_mode=str(inputs.sample.modes.ci_perineurium_thickness),
        last_step=STEP_BEFORE[break_point] if break_point else "solve",
    )


def _solve(
    units: dict[int, FieldUnit],
    *,
    workers: int | None,
    quiet: bool,
    on_field: Callable[[Outcome[dict[str, Any]]], None] | None,
    on_plan: Callable[[int], None] | None,
) -> dict[str, str]:
    pending: dict[int, FieldUnit] = {}
    for m, unit in units.items():
        if unit.last_step == "solve" and (field_stamp(unit.model_folder).holds(unit.key) or take_from_cache(unit)):
            _log.info("model %d: nothing has changed, field used again", m)
        else:
            pending[m] = unit
    if not pending:
        return {}
    if on_plan is not None:
        on_plan(len(pending))
    outcomes = run_units(
        list(pending.values()), solve_field, workers=workers, label="fields", quiet=quiet, on_result=on_field
    )
    failures = {}
    for m, outcome in zip(pending, outcomes, strict=True):
        if outcome.succeeded:
            _log.info("model %d: %s", m, _figures(outcome.value or {}))
        else:
            failures[_name(m)] = outcome.error or "failed"
            _log.debug("%s", outcome.traceback)
    return failures


def _name(m: int) -> str:
    return f"model {m}"


def _figures(report: dict[str, Any]) -> str:
    wanted = ("elements", "unknowns", "geometry_seconds", "mesh_seconds", "solve_seconds")
    return ", ".join(f"{key.replace('_', ' ')} {report[key]}" for key in wanted if key in report)


def _place_and_write(model_folder: Path, model: ModelConfig, built: BuiltSample, inputs: RunInputs) -> ModelConfig:
    """Place the cuffs and write what ASCENT writes into model.json; gives the model as it then is."""
    from ascent.field.materials import perineurium_conductivity
    from ascent.field.placement import nerve_boundary, place_cuffs

    file = model_folder / "model.json"
    presets = inputs.tables.presets(model)
    check_materials(model, presets, inputs.tables.materials)
    placements = place_cuffs(built.sample, model, presets)
    written = json.loads(file.read_text(encoding="utf-8-sig"))
    cuffs = dump(model)["cuff"]
    for cuff, placement in zip(cuffs, placements, strict=True):
        cuff["index"] = placement.index
        cuff["rotate"] = {**(cuff.get("rotate") or {}), "pos_ang": placement.pos_ang}
        cuff["shift"] = {**(cuff.get("shift") or {}), "x": placement.shift_x, "y": placement.shift_y}
    updated = {**written, "cuff": cuffs, "min_radius_enclosing_circle": nerve_boundary(built.sample).radius}
    if model.modes.rho_perineurium == "RHO_WEERASURIYA":
        perineurium = {
            "label": f"RHO_WEERASURIYA @ {model.frequency:g} Hz",
            "unit": "[S/m]",
            "value": repr(perineurium_conductivity(model)),
        }
        updated["conductivities"] = {**written["conductivities"], "perineurium": perineurium}
    if updated != written:
        write_json(file, updated)
    return validate(updated, ModelConfig, str(file))


def _write_mesh_statistics(model_folder: Path) -> None:
    file = model_folder / "model.json"
    written = json.loads(file.read_text(encoding="utf-8-sig"))
    report = field_report(model_folder)
    mesh = {**written["mesh"], "stats": report["stats"]}
    if written.get("mesh") != mesh:
        write_json(file, {**written, "mesh": mesh})


def _drop_bases(folder: ProjectFolder, inputs: RunInputs) -> None:
    """Delete the bases of a run that is not to keep them; the potentials along its fibers stay."""
    if inputs.run.keep is not None and not inputs.run.keep.bases:
        for m in inputs.models:
            shutil.rmtree(folder.model_folder(inputs.run.sample, m) / BASES_FOLDER, ignore_errors=True)


def _write_exit_status(file: Path, inputs: RunInputs, report: PipelineReport) -> None:
    if report.stopped_at or not inputs.models or not file.is_file():
        return
    written = json.loads(file.read_text(encoding="utf-8-sig"))
    status = [_name(m) not in report.failures for m in inputs.models]
    if written.get("models_exit_status") != status:
        write_json(file, {**written, "models_exit_status": status})
