"""The combinations of a sim's parameters: each is one n_sim, numbered as ASCENT numbers them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ascent.config.factors import combine, find_factors
from ascent.errors import ConfigError, Problem
from ascent.stimulus.contacts import ActiveCuffs


@dataclass(frozen=True)
class Combination:
    """One n_sim.

    Attributes
    ----------
    index : int
        The n_sim's number.
    stimulation, recording : int
        Position among the weight vectors (0 where there are none).
    fiberset, waveform : int
        Position among the fibersets and the waveforms.
    """

    index: int
    stimulation: int
    recording: int
    fiberset: int
    waveform: int


def combinations(sim: Mapping[str, Any], active: ActiveCuffs) -> list[Combination]:
    """All combinations, the waveform varying fastest, then the fiberset, the recording and the stimulation.

    Parameters
    ----------
    sim : mapping
        The sim's configuration as plain data, its keys in the order of the file.
    active : ActiveCuffs
        Its weight vectors.

    Raises
    ------
    ConfigError
        When n_dimensions is not the number of list-valued parameters.
    """
    check_dimensions(sim)
    choices = itertools.product(
        range(len(active.stimulation.weights) if active.stimulation else 1),
        range(len(active.recording.weights) if active.recording else 1),
        range(len(_values(sim, "fibers"))),
        range(len(_values(sim, "waveform"))),
    )
    return [Combination(index, *choice) for index, choice in enumerate(choices)]


def check_dimensions(sim: Mapping[str, Any]) -> None:
    """Raise ConfigError unless n_dimensions counts the lists in fibers, waveform and supersampled_bases.

    Every list is a dimension of its own; it must hold two values or more, as in ASCENT.
    """
    factors = find_factors(sim)
    for path, values in factors.items():
        if len(values) < 2:
            expected = "a list holds two or more values to loop over; write a single value without brackets"
            raise ConfigError(problems=[Problem("sim", ".".join(path), repr(values), expected)])
    if sim.get("n_dimensions", len(factors)) != len(factors):
        listed = f" ({', '.join('.'.join(path) for path in factors)})" if factors else ""
        expected = f"must be {len(factors)}, the number of parameters given as lists{listed}"
        raise ConfigError(problems=[Problem("sim", "n_dimensions", repr(sim["n_dimensions"]), expected)])


def waveform_sections(sim: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The `waveform` section of every combination of waveform parameters, in order."""
    return [combine(sim, values)["waveform"] for values in _values(sim, "waveform")]


def single_configuration(sim: Mapping[str, Any], active: ActiveCuffs, combination: Combination) -> dict[str, Any]:
    """The sim's configuration with the one value of each list that a combination uses (`n_sims/<t>/<t>.json`)."""
    values = {
        **_values(sim, "fibers")[combination.fiberset],
        **_values(sim, "waveform")[combination.waveform],
    }
    result = combine(sim, values)
    # ASCENT leaves the number of the whole sim in place.
    if "n_dimensions" in sim:
        result["n_dimensions"] = sim["n_dimensions"]
    else:
        del result["n_dimensions"]
    for cuff, position in (
        (active.stimulation, combination.stimulation),
        (active.recording, combination.recording),
    ):
        if cuff is not None:
            result[cuff.section][cuff.cuff.preset] = _one_vector(sim[cuff.section][cuff.cuff.preset], position)
    return result


def _values(sim: Mapping[str, Any], section: str) -> list[dict[tuple[str, ...], Any]]:
    factors = find_factors(sim, (section,))
    return [dict(zip(factors, values, strict=True)) for values in itertools.product(*factors.values())]


def _one_vector(vectors: Any, position: int) -> Any:
    nested = any(isinstance(vector, list | tuple) for vector in vectors)
    return list(vectors[position]) if nested else list(vectors)
