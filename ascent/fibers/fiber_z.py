"""Internodal and paranodal lengths out of a project's ``fiber_z.json`` (spec of ASCENT: fiber_type_parameters)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ascent.errors import ConfigError
from ascent.fibers.models import FiberModel

_LIMIT = re.compile(r"diameter_(greater_or_equal|less)_([0-9.]+)um")


def lengths_from_fiber_z(model: FiberModel, diameter: float, fiber_z: Any) -> dict[str, float]:
    """The lengths (µm) that `fiber_z` gives for a fiber; keys as in :func:`section_geometry`'s result.

    Parameters
    ----------
    model : FiberModel
    diameter : float
        µm; valid for `model`.
    fiber_z : FiberZConfig or mapping
        The whole file, or its ``fiber_type_parameters``.

    Raises
    ------
    ConfigError
        When the file lists no such diameter, or an expression in it cannot be read.
    """
    entry = _entry(model.name, fiber_z)
    if entry is None:
        return {}
    names: dict[str, float] = {"diameter": diameter}
    if model.kind == "insulated":
        return {}  # ASCENT's file has none of these
    if model.kind == "unmyelinated":
        return {"delta_z": _number(entry.get("delta_zs", entry.get("delta_z")), names, model.name, "delta_zs")}
    place = None
    if entry.get("sampling") == "discrete":
        diameters = [float(value) for value in entry["diameters"]]
        if diameter not in diameters:
            listed = ", ".join(f"{value:g}" for value in diameters)
            raise ConfigError(f"fiber_z.json: {model.name}.diameters has no {diameter:g} µm; it lists {listed} µm.")
        place = diameters.index(diameter)

    def length(key: str) -> float:
        raw = entry[f"{key}s"][place] if place is not None and f"{key}s" in entry else entry.get(key)
        names[key] = _number(_choose(raw, diameter), names, model.name, key)
        return names[key]

    lengths = {
        "delta_z": length("delta_z"),
        "node_length": length("node_length"),
        "mysa_length": length("paranodal_length_1"),
        "flut_length": length("paranodal_length_2"),
    }
    if entry.get("inter_length") is not None:
        lengths["stin_length"] = length("inter_length")
    return lengths


def _entry(name: str, fiber_z: Any) -> Mapping[str, Any] | None:
    data = fiber_z.model_dump(by_alias=True, exclude_none=True) if hasattr(fiber_z, "model_dump") else fiber_z
    entry = data.get("fiber_type_parameters", data).get(name)
    return entry if entry is None or isinstance(entry, Mapping) else dict(entry)


def _choose(raw: Any, diameter: float) -> Any:
    """The branch of a piecewise expression, keyed ``diameter_less_5.643um`` and so on, that holds."""
    if not isinstance(raw, Mapping):
        return raw
    for key, expression in raw.items():
        match = _LIMIT.fullmatch(key)
        if match and (diameter < float(match[2])) == (match[1] == "less"):
            return expression
    return None


def _number(raw: Any, names: Mapping[str, float], model: str, key: str) -> float:
    if isinstance(raw, (int, float)):
        return float(raw)
    if not isinstance(raw, str):
        raise ConfigError(f"fiber_z.json: {model}.{key} is {raw!r}; it should be a number or an expression in µm.")
    from ascent.config.expressions import evaluate_number

    return evaluate_number(raw, names)
