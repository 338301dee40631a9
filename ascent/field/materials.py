"""Conductivities of the tissues and materials of a model."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from ascent.errors import ConfigError
from ascent.field.perineurium import weerasuriya_resistivity

Conductivity = tuple[float, float, float]


def conductivity_of(function: str, model: Any, materials: Any) -> Conductivity:
    """Return (σx, σy, σz) in S/m of what plays the part `function` in a model.

    ``conductivities.<function>`` of model.json decides: a name in materials.json or a material written in
    place; without an entry, a material of that very name. The perineurium follows
    ``modes.rho_perineurium`` (RHO_WEERASURIYA computes it from frequency and temperature).

    Parameters
    ----------
    function : str
        ``medium``, ``endoneurium``, ``fill``, … or whatever ``info`` a cuff preset gives.
    model : ascent.config.model.ModelConfig
    materials : ascent.config.materials.MaterialsConfig

    Raises
    ------
    ConfigError
        When the material does not exist.
    """
    if function == "perineurium" and model.modes.rho_perineurium == "RHO_WEERASURIYA":
        sigma = perineurium_conductivity(model)
        return (sigma, sigma, sigma)
    x, y, z = _material(function, model.conductivities, materials.conductivities).conductivity()
    return (x, y, z)


def perineurium_conductivity(model: Any) -> float:
    """Return 1/ρ in S/m for ``modes.rho_perineurium`` RHO_WEERASURIYA at the model's frequency and temperature."""
    return 1 / weerasuriya_resistivity(float(model.frequency or 0.0), float(model.temperature))


def _material(function: str, parts: Mapping[str, Any], library: Mapping[str, Any]) -> Any:
    chosen = parts.get(function, function)
    if not isinstance(chosen, str):
        return chosen
    if chosen in library:
        return library[chosen]
    near = difflib.get_close_matches(chosen, library, 1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    if function not in parts:
        raise ConfigError(
            f'model.json: conductivities.{function} is missing and materials.json has no "{function}".{hint}'
        )
    raise ConfigError(f'model.json: conductivities.{function} is "{chosen}", which materials.json lacks.{hint}')
