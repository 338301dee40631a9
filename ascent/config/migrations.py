"""Files of older ASCENT releases, brought to today's keys before they are checked; each change leaves a note."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationInfo

from ascent.config.fields import Fault, note, report

#: Cuff placement modes before rotation had a choice; they always turned the cuff towards the fascicles.
OLD_CUFF_SHIFTS = {
    "MIN_CIRCLE_BOUNDARY": "AUTO_ROTATION_MIN_CIRCLE_BOUNDARY",
    "TRACE_BOUNDARY": "AUTO_ROTATION_TRACE_BOUNDARY",
}
TOLERANCES = ("inner_interp_tol", "outer_interp_tol", "nerve_interp_tol")


def migrate_model(data: Any, info: ValidationInfo) -> Any:
    """Bring the keys of an older ``model.json`` to today's; what is not a dict is left to the schema to refuse."""
    if not isinstance(data, dict):
        return data
    model = dict(data)
    _cuffs(model)
    _tolerances(model, info)
    _cuff_shift(model, info)
    _solver(model, info)
    return model


def _cuffs(model: dict[str, Any]) -> None:
    cuffs = model.get("cuff")
    if isinstance(cuffs, dict):
        cuffs = [cuffs]
    if isinstance(cuffs, list):
        if len(cuffs) == 1 and isinstance(cuffs[0], dict):
            cuffs = [{**cuffs[0], "index": 0 if cuffs[0].get("index") is None else cuffs[0]["index"]}]
        model["cuff"] = cuffs


def _tolerances(model: dict[str, Any], info: ValidationInfo) -> None:
    if "trace_interp_tol" not in model:
        return
    both = [key for key in TOLERANCES if key in model]
    if both:
        expected = f"cannot stand beside {both[0]}; keep {', '.join(TOLERANCES)}"
        report([Fault(("trace_interp_tol",), model["trace_interp_tol"], expected)])
    tolerance = model.pop("trace_interp_tol")
    model.update(dict.fromkeys(TOLERANCES, tolerance))
    note(info, f"trace_interp_tol is deprecated; it is used for {', '.join(TOLERANCES)}")


def _cuff_shift(model: dict[str, Any], info: ValidationInfo) -> None:
    modes = model.get("modes")
    if not isinstance(modes, dict):
        return
    old = modes.get("cuff_shift")
    if isinstance(old, str) and old in OLD_CUFF_SHIFTS:
        model["modes"] = {**modes, "cuff_shift": OLD_CUFF_SHIFTS[old]}
        note(info, f"modes.cuff_shift {old} has been renamed and is taken as {OLD_CUFF_SHIFTS[old]}")
    if "fiber_z" in modes:
        note(info, "modes.fiber_z is ignored; the sim's z_parameters.mode decides")


def _solver(model: dict[str, Any], info: ValidationInfo) -> None:
    solver = model.get("solver")
    if not isinstance(solver, dict) or "shape_order" not in solver:
        return
    # Old files have the two orders swapped: {"shape_order": 2, "sorder": "quadratic"}.
    solver = dict(solver)
    order, shape = solver.pop("shape_order"), solver.pop("sorder", None)
    if isinstance(order, str):
        order, shape = shape, order
    if order is not None:
        solver["sorder"] = order
    mesh = model.get("mesh")
    if isinstance(shape, str) and isinstance(mesh, dict) and "shape_order" not in mesh:
        model["mesh"] = {**mesh, "shape_order": shape}
    model["solver"] = solver
    note(info, "solver.shape_order is deprecated; it is read as solver.sorder, and the shape order as mesh.shape_order")


def migrate_sim(data: Any, info: ValidationInfo) -> Any:
    """Bring the keys of an older ``sim.json`` to today's: the initial steady state moved from waveform to protocol."""
    if not isinstance(data, dict):
        return data
    waveform, protocol = data.get("waveform"), data.get("protocol")
    old = waveform.get("global") if isinstance(waveform, dict) else None
    if not isinstance(waveform, dict) or not isinstance(protocol, dict) or not isinstance(old, dict):
        return data
    moved = {key: old[key] for key in ("initSS", "dt_initSS") if key in old}
    if not moved:
        return data
    note(info, f"waveform.global.{' and '.join(moved)} belongs in protocol; it is used where protocol has none")
    rest = {key: value for key, value in old.items() if key not in moved}
    return {**data, "waveform": {**waveform, "global": rest}, "protocol": {**moved, **protocol}}
