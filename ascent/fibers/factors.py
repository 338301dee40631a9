"""Parameters given as lists: every list is a dimension of its own, and their product makes the combinations."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ascent.errors import ConfigError, Problem

Path = tuple[str, ...]


@dataclass(frozen=True)
class Factors:
    """The list-valued parameters of one section of a sim.

    Attributes
    ----------
    lists : dict
        Path of keys within the section → its values, in the order in which the file gives the keys.
    """

    lists: dict[Path, list[Any]]

    @property
    def combinations(self) -> list[tuple[Any, ...]]:
        """Their product; the last parameter varies fastest. Without any list, one empty combination."""
        return list(itertools.product(*self.lists.values()))


def find_factors(section: Mapping[str, Any], name: str) -> Factors:
    """Collect the lists of a section, at any depth.

    Parameters
    ----------
    section : mapping
        For example the sim's `fibers`; its key order is the order of the dimensions.
    name : str
        Name of the section, for messages.

    Raises
    ------
    ConfigError
        When a list has fewer than two values, which ASCENT refuses too.
    """
    lists: dict[Path, list[Any]] = {}

    def search(mapping: Mapping[str, Any], path: Path) -> None:
        for key, value in mapping.items():
            if isinstance(value, Mapping):
                search(value, (*path, key))
            elif isinstance(value, list | tuple):
                if len(value) < 2:
                    where = ".".join((name, *path, key))
                    expected = "a list holds two or more values to loop over; write a single value without brackets"
                    raise ConfigError(problems=[Problem("sim", where, repr(list(value)), expected)])
                lists[(*path, key)] = list(value)

    search(section, ())
    return Factors(lists)


def chosen(section: Mapping[str, Any], factors: Factors, combination: tuple[Any, ...]) -> dict[str, Any]:
    """A copy of the section with one value in the place of each list."""
    result = copy.deepcopy(dict(section))
    for path, value in zip(factors.lists, combination, strict=True):
        target = result
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = copy.deepcopy(value)
    return result
