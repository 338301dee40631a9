"""Factors of a sim: the parameters that are lists, and the combinations of their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

#: The parts of a sim in which a list is a factor.
FACTOR_SECTIONS = ("fibers", "waveform", "supersampled_bases")


def find_factors(raw: Mapping[str, Any], sections: Sequence[str] = FACTOR_SECTIONS) -> dict[tuple[str, ...], list[Any]]:
    """Lists in `sections` of a sim by their path, in the order of the file's keys (ASCENT's order of dimensions).

    Parameters
    ----------
    raw : mapping
        A sim as written (`SimConfig.raw`).
    sections : sequence of str
        Keys of the sim to look in, such as ``("fibers",)``.
    """
    found: dict[tuple[str, ...], list[Any]] = {}
    for section in sections:
        found.update(_lists(raw.get(section), (section,)))
    return found


def combine(raw: Mapping[str, Any], values: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    """A copy of the sim `raw` with one value at each path of `values`, and ``n_dimensions`` as many as are left."""
    data = deepcopy(dict(raw))
    for path, value in values.items():
        place = data
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
    data["n_dimensions"] = len(find_factors(data))
    return data


def _lists(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    if isinstance(value, list):
        yield path, value
    elif isinstance(value, dict):
        for key, below in value.items():
            if not key.startswith("_"):
                yield from _lists(below, (*path, key))
