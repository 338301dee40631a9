"""Where the compartments of a straight fiber lie along the nerve (z mode EXTRUSION).

Fibers are centred on the nerve: its middle holds the middle node. `offset` and `absolute_offset` shift them,
then whole internodes that stick out of [min, max] are dropped.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import ConfigError, Problem
from ascent.fibers.geometry import Geometry, InsulatedGeometry, MyelinatedGeometry

#: A compartment must lie this far (µm) inside the ends of the fiber's range.
END_MARGIN = 0.1


@dataclass(frozen=True)
class Extent:
    """The stretch of the nerve that a fiber may fill.

    Attributes
    ----------
    nerve_length : float
        µm; the nerve goes from z = 0 to here.
    low, high : float
        Ends of the fiber's range, µm.
    """

    nerve_length: float
    low: float
    high: float


def extent(z_parameters: Mapping[str, Any], nerve_length: float) -> Extent:
    """The range from `min` to `max`, or the whole nerve when the sim gives none.

    Parameters
    ----------
    z_parameters : mapping
        `fibers.z_parameters` of a sim: min and max in µm, or full_nerve_length.
    nerve_length : float
        Length of the proximal medium, µm.

    Raises
    ------
    ConfigError
        When the range is given twice, reversed, or leaves the nerve.
    """
    low, high = z_parameters.get("min"), z_parameters.get("max")
    if low is None or high is None:
        return Extent(nerve_length, 0.0, nerve_length)
    if z_parameters.get("full_nerve_length"):
        raise _error("full_nerve_length", "true", "cannot stand beside min and max; remove either")
    for key, value in (("min", low), ("max", high)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
            raise _error(key, repr(value), "must be a single number of µm")
    if not low < high:
        raise _error("min", f"{low} µm", f"must be less than max, {high} µm")
    if low < 0 or high > nerve_length:
        raise _error(
            "min" if low < 0 else "max",
            f"{low if low < 0 else high} µm",
            f"fibers must lie within the nerve, 0 to {nerve_length:g} µm (medium.proximal.length of the model)",
        )
    return Extent(nerve_length, float(low), float(high))


def compartment_centres(
    geometry: Geometry,
    extent: Extent,
    *,
    offset: float | str = 0.0,
    absolute_offset: float | None = None,
    generator: random.Random | None = None,
) -> tuple[NDArray[np.float64], float]:
    """Compartment centres of one fiber.

    Parameters
    ----------
    geometry
        Lengths of the fiber's sections.
    extent : Extent
        Range to fill.
    offset : float or "random"
        Shift as a fraction (0 to 1) of the internodal length; "random" draws it between -0.5 and 0.5.
    absolute_offset : float, optional
        Further shift in µm, taken modulo the internodal length; myelinated fibers only, as in ASCENT.
    generator : random.Random, optional
        Where a random offset is drawn from: one call of `random()` a fiber.

    Returns
    -------
    z : ndarray, shape (n,)
        µm, ascending; of a myelinated fiber every eleventh (every second where internodes are one section), from the
        first to the last, is a node.
    offset_ratio : float
        The fraction drawn for "random", else 0 (ASCENT stores no deterministic offset).

    Raises
    ------
    ConfigError
        When the offset is out of range or not one internode fits.
    """
    shift, ratio = _offset(offset, geometry.delta_z, generator)
    if isinstance(geometry, MyelinatedGeometry | InsulatedGeometry):
        centres, to_middle = _myelinated(geometry, extent.nerve_length)
        whole = (absolute_offset % geometry.delta_z) if absolute_offset is not None else 0.0
        # One addition at a time, in ASCENT's order, so that the coordinates agree in every bit.
        centres = ((centres + shift[0]) + shift[1]) + (to_middle + whole)
    else:
        centres = ((_equidistant(geometry.delta_z, extent.nerve_length) + shift[0]) + shift[1]) + 0.0
    kept = _inside(centres, extent, geometry.sections_per_node)
    if len(kept) <= geometry.sections_per_node:
        raise _error(
            "min",
            f"{extent.low:g} µm, max {extent.high:g} µm",
            f"not one internode of {geometry.delta_z:g} µm fits; lengthen the fiber",
        )
    return kept, ratio


def supersampled_centres(dz: float, extent: Extent) -> NDArray[np.float64]:
    """Points every `dz` µm, centred on the nerve and within `extent`, on which bases are stored densely.

    Raises
    ------
    ConfigError
        When `dz` is not greater than 0 or leaves fewer than two points.
    """
    if not (np.isfinite(dz) and dz > 0):
        raise ConfigError(problems=[Problem("sim", "supersampled_bases.dz", f"{dz} µm", "must be greater than 0")])
    kept = _inside(_equidistant(dz, extent.nerve_length), extent, 1)
    if len(kept) < 2:
        raise ConfigError(
            problems=[Problem("sim", "supersampled_bases.dz", f"{dz} µm", "leaves fewer than two points; choose less")]
        )
    return kept


def _offset(offset: float | str, delta_z: float, generator: random.Random | None) -> tuple[tuple[float, float], float]:
    if offset == "random":
        if generator is None:
            raise _error("offset", "random", "needs fibers.z_parameters.seed")
        value = delta_z * (generator.random() - 0.5)
        return (0.0, value), value / delta_z
    if isinstance(offset, str | bool) or not 0 <= offset <= 1:
        raise _error("offset", repr(offset), 'is a fraction of the internodal length, 0 to 1, or "random"')
    return (offset * delta_z, 0.0), 0.0


def _myelinated(
    geometry: MyelinatedGeometry | InsulatedGeometry, nerve_length: float
) -> tuple[NDArray[np.float64], float]:
    lengths = (*geometry.unit_lengths, geometry.node_length)
    unit = [a / 2 + b / 2 for a, b in zip(lengths[:-1], lengths[1:], strict=True)]
    steps: list[float] = []
    half = 0.0
    while half - nerve_length / 2 < 1:
        for step in unit:
            steps.append(step)
            half += step
    return np.cumsum(np.concatenate([[0.0], steps[::-1], steps])), nerve_length / 2 - half


def _equidistant(dz: float, nerve_length: float) -> NDArray[np.float64]:
    upper = np.arange(nerve_length / 2, nerve_length + dz, dz)
    lower = -np.flip(upper) + nerve_length
    trim = int((upper > nerve_length).sum())
    count = len(upper) - trim
    return np.concatenate([lower[trim:][: count - 1], upper[:count]])


def _inside(centres: NDArray[np.float64], extent: Extent, step: int) -> NDArray[np.float64]:
    begin, end = 0, len(centres)
    while begin < end and centres[begin] < extent.low + END_MARGIN:
        begin += step
    while end > begin and centres[end - 1] > extent.high - END_MARGIN:
        end -= step
    return centres[begin : max(end, begin)]


def _error(key: str, value: str, expected: str) -> ConfigError:
    return ConfigError(problems=[Problem("sim", f"fibers.z_parameters.{key}", value, expected)])
