"""How a parameter of a mechanism depends on the place: one function for each ``spatial`` of a cell parameter file.

Values are densities in the unit of the mechanism, distances path lengths in µm. "Relative" distances are parts of
the largest distance of the label.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from ascent.config.network.cell import RangeMechanism
from ascent.errors import ConfigError

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell
    from ascent.network.cell.section import CellSection

Values = NDArray[np.float64]


def distribute(cell: Cell, label: str, mechanism: RangeMechanism) -> dict[str, list[Values]]:
    """The values of the parameters of `mechanism` in every segment of the sections of `label`.

    Returns
    -------
    dict
        By the name of the parameter, an array of shape (nseg,) for each section of ``cell.structures[label]``.

    Raises
    ------
    ConfigError
        When the distribution needs distances and no section of `label` is attached to the soma.
    """
    sections = cell.structures[label]
    controls = mechanism.controls
    kind = mechanism.spatial
    if kind == "linear_capped":
        distances = _distances(cell, label, kind, controls)
        return {controls["param_name"]: [_linear_capped(along, controls) for along in distances]}
    if kind == "uniform":
        return {
            name: [np.full(section.nseg, float(value)) for section in sections]
            for name, value in mechanism.parameters.items()
        }
    distances = _distances(cell, label, kind, controls)
    function = _FUNCTIONS[kind]
    return {
        name: [function(value, along, controls, section) for along, section in zip(distances, sections, strict=True)]
        for name, value in mechanism.parameters.items()
    }


def _distances(cell: Cell, label: str, kind: str, controls: dict[str, Any]) -> list[Values]:
    """Distance of every segment, as the kind of distribution counts it, for each section of the label."""
    relative = controls.get("distance") == "relative" and kind != "uniform_range"
    largest = cell.max_distance(label) if relative else 1.0
    if kind == "exponential_by_z_dist" and label == "ApicalDendrite":
        middle = cell.soma.points[len(cell.soma.points) // 2]
        distances = [section.segPts[:, 2] - middle[2] for section in cell.structures[label]]
    else:
        cell.set_origin("Soma" if kind in ("linear", "linear_capped") else label)
        distances = [
            np.array([h.distance(float(x), sec=section) for x in section.segment_x])
            for section in cell.structures[label]
        ]
    if kind == "exponential_by_z_dist" and not relative:
        largest = 1000.0
    return [along / largest for along in distances]


def _exp(values: Values) -> Values:
    """e to the power of each value; numpy's own differs in the last bit from machine to machine."""
    try:
        return np.array([math.exp(value) for value in values])
    except OverflowError:
        raise ConfigError(
            f"a spatial distribution takes e to the power of {max(values):g}, which is too large; give distances "
            f'relative to the label ("distance": "relative") or a smaller _lambda.'
        ) from None


def _linear(value: float, distance: Values, controls: dict[str, Any], section: CellSection) -> Values:
    return np.maximum(value * (distance * controls["slope"] + 1), value * controls["offset"])


def _linear_capped(distance: Values, controls: dict[str, Any]) -> Values:
    near, far, until = controls["prox_value"], controls["dist_value"], controls["dist_value_distance"]
    return np.where(distance >= until, far, near + (far - near) / until * distance)


def _exponential(value: float, distance: Values, controls: dict[str, Any], section: CellSection) -> Values:
    growth = _exp(controls["_lambda"] * (distance - controls["xOffset"]))
    return value * (controls["offset"] + controls["linScale"] * growth)


def _capped_exponential(value: float, distance: Values, controls: dict[str, Any], section: CellSection) -> Values:
    return np.minimum(_exponential(value, distance, controls, section), controls["max_g"])


def _sigmoid(value: float, distance: Values, controls: dict[str, Any], section: CellSection) -> Values:
    rise = 1 + _exp((distance - controls["xOffset"]) / controls["width"])
    return value * (controls["offset"] + controls["linScale"] / rise)


def _uniform_range(value: float, distance: Values, controls: dict[str, Any], section: CellSection) -> Values:
    inside = (controls["begin"] <= distance) & (distance <= controls["end"])
    if section.index in controls.get("outsidescale_sections", ()):
        inside = np.zeros_like(inside)
    return np.where(inside, value, value * controls["outsidescale"])


_FUNCTIONS: dict[str, Callable[[float, Values, dict[str, Any], Any], Values]] = {
    "linear": _linear,
    "exponential": _exponential,
    "exponential_by_z_dist": _exponential,
    "capped_exponential": _capped_exponential,
    "sigmoid": _sigmoid,
    "uniform_range": _uniform_range,
}
