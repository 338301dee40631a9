"""Diameters of the fibers of one fiberset: one for all, or a draw from a distribution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import ConfigError, Problem

_KEY = "fibers.z_parameters.diameter"


def fiber_diameters(diameter: float | Mapping[str, Any], count: int, mode: str = "") -> NDArray[np.float64]:
    """Diameters of `count` fibers.

    Parameters
    ----------
    diameter : float or mapping
        One diameter in µm, or ``{"mode": "TRUNCNORM", "mu", "std", "n_std_limit", "seed"}`` (a normal
        distribution cut at mu ± n_std_limit·std) or ``{"mode": "UNIFORM", "lower", "upper", "seed"}``, all in µm.
    count : int
        Number of fibers.
    mode : str, optional
        Fiber model; a model with a table of diameters cannot take a distribution.

    Returns
    -------
    ndarray, shape (count,)
        µm. A distribution is drawn with numpy's legacy generator, whose stream is the one ASCENT draws from.

    Raises
    ------
    ConfigError
        When a parameter is missing or makes no distribution of diameters above 0.
    """
    if not isinstance(diameter, Mapping):
        value = _number(diameter, _KEY)
        if value <= 0:
            raise _error("", f"{value:g} µm", "must be greater than 0")
        return np.full(count, value)
    if mode == "MRG_DISCRETE":
        raise _error(
            "mode",
            str(diameter.get("mode")),
            "MRG_DISCRETE knows single diameters only; use MRG_INTERPOLATION for a distribution",
        )
    kind = diameter.get("mode")
    if kind == "TRUNCNORM":
        lower, upper, draw = _truncated_normal(diameter)
    elif kind == "UNIFORM":
        lower, upper, draw = _uniform(diameter)
    else:
        raise _error("mode", "missing" if kind is None else repr(kind), "must be TRUNCNORM or UNIFORM")
    if not 0 <= lower <= upper:
        raise _error("", f"from {lower:g} to {upper:g} µm", "the range must not go below 0 or backwards")
    if lower == upper:
        return np.full(count, lower)
    seed = int(_number(diameter.get("seed"), f"{_KEY}.seed"))
    if not 0 <= seed < 2**32:
        raise _error("seed", str(seed), "must be from 0 to 4294967295")
    return np.asarray(draw.rvs(count, random_state=np.random.RandomState(seed)), dtype=float)


def _truncated_normal(diameter: Mapping[str, Any]) -> tuple[float, float, Any]:
    from scipy import stats

    mean, deviation, limit = (_number(diameter.get(key), f"{_KEY}.{key}") for key in ("mu", "std", "n_std_limit"))
    if deviation < 0 or limit < 0:
        raise _error("std", f"{deviation:g} µm with n_std_limit {limit:g}", "neither may be negative")
    if limit == 0 and deviation != 0:
        raise _error("n_std_limit", "0", f"leaves nothing of a distribution whose std is {deviation:g} µm")
    lower, upper = mean - limit * deviation, mean + limit * deviation
    if deviation == 0:
        return mean, mean, None
    bounds = (lower - mean) / deviation, (upper - mean) / deviation
    return lower, upper, stats.truncnorm(*bounds, loc=mean, scale=deviation)


def _uniform(diameter: Mapping[str, Any]) -> tuple[float, float, Any]:
    from scipy import stats

    lower, upper = (_number(diameter.get(key), f"{_KEY}.{key}") for key in ("lower", "upper"))
    return lower, upper, stats.uniform(lower, max(upper - lower, 0.0))


def _number(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise ConfigError(
            problems=[Problem("sim", key, "missing" if value is None else repr(value), "must be a number")]
        )
    return float(value)


def _error(key: str, value: str, expected: str) -> ConfigError:
    return ConfigError(problems=[Problem("sim", f"{_KEY}.{key}".rstrip("."), value, expected)])
