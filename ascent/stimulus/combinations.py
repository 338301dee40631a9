"""The combinations of a sim's parameters: each is one n_sim, numbered as ASCENT numbers them."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ascent.errors import ConfigError, Problem
from ascent.fibers.factors import Factors, chosen, find_factors
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
    fibers, waveform = find_factors(sim["fibers"], "fibers"), find_factors(sim["waveform"], "waveform")
    product = itertools.product(
        range(len(active.stimulation.weights) if active.stimulation else 1),
        range(len(active.recording.weights) if active.recording else 1),
        range(len(fibers.combinations)),
        range(len(waveform.combinations)),
    )
    return [Combination(index, *choice) for index, choice in enumerate(product)]


def check_dimensions(sim: Mapping[str, Any]) -> None:
    """Raise ConfigError unless n_dimensions counts the lists in fibers, waveform and supersampled_bases."""
    names = ("fibers", "waveform", "supersampled_bases")
    found = [".".join((name, *path)) for name in names if sim.get(name) for path in find_factors(sim[name], name).lists]
    if sim.get("n_dimensions", len(found)) != len(found):
        listed = f" ({', '.join(found)})" if found else ""
        expected = f"must be {len(found)}, the number of parameters given as lists{listed}"
        raise ConfigError(problems=[Problem("sim", "n_dimensions", repr(sim["n_dimensions"]), expected)])


def waveform_sections(sim: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The `waveform` section of every combination of waveform parameters, in order."""
    factors = find_factors(sim["waveform"], "waveform")
    return [chosen(sim["waveform"], factors, values) for values in factors.combinations]


def single_configuration(sim: Mapping[str, Any], active: ActiveCuffs, combination: Combination) -> dict[str, Any]:
    """The sim's configuration with the one value of each list that a combination uses (`n_sims/<t>/<t>.json`)."""
    result = copy.deepcopy(dict(sim))
    for name, position in (("fibers", combination.fiberset), ("waveform", combination.waveform)):
        factors: Factors = find_factors(sim[name], name)
        result[name] = chosen(sim[name], factors, factors.combinations[position])
    for cuff, position in (
        (active.stimulation, combination.stimulation),
        (active.recording, combination.recording),
    ):
        if cuff is not None:
            result[cuff.section][cuff.cuff.preset] = _one_vector(sim[cuff.section][cuff.cuff.preset], position)
    return result


def _one_vector(vectors: Any, position: int) -> Any:
    nested = any(isinstance(vector, list | tuple) for vector in vectors)
    return list(vectors[position]) if nested else list(vectors)
