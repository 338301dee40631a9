"""Does a configuration agree with criteria?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from ascent.errors import ConfigError, Problem

Path = tuple[str, ...]


def matches(criteria: Any, value: Any, *, partial: bool) -> bool:
    """True when a part of a configuration agrees with what is asked for.

    Parameters
    ----------
    criteria
        What is asked for. An object asks for the keys that it holds; where the configuration has a list of
        objects (several cuffs), one of them must agree.
    value
        The part of the configuration.
    partial : bool
        Lists match in part: a single value asked for is one of the list's, a single value is one of those asked
        for, and all values of a list asked for are in the list. Without, lists are equal or do not match.
    """
    if isinstance(criteria, Mapping):
        if isinstance(value, list):
            return any(matches(criteria, item, partial=partial) for item in value)
        return isinstance(value, Mapping) and all(
            key in value and matches(below, value[key], partial=partial) for key, below in _parts(criteria)
        )
    if isinstance(criteria, list) and isinstance(value, list):
        if partial:
            return all(any(_equal(wanted, item) for item in value) for wanted in criteria)
        return _equal(criteria, value)
    if partial and isinstance(value, list):
        return any(_equal(criteria, item) for item in value)
    if partial and isinstance(criteria, list):
        return any(_equal(wanted, value) for wanted in criteria)
    return _equal(criteria, value)


def refuse_unknown_keys(criteria: Mapping[str, Any], configs: Iterable[Any], section: str, source: str) -> None:
    """Refuse criteria with a key that none of the configurations has.

    Parameters
    ----------
    criteria : mapping
        One section of the criteria.
    configs : iterable
        The configurations that it was compared with; without any, nothing is refused.
    section : str
        "sample", "model" or "sim", for the message.
    source : str
        File that the criteria came from, for the message.

    Raises
    ------
    ConfigError
        Names every such key, and keys like it that there are.
    """
    known = {path for config in configs for path in paths(config)}
    if not known:
        return
    unknown = [path for path in paths(criteria) if path not in known]
    # Below a key that is not known, none is.
    first = [path for path in unknown if path[:-1] not in unknown]
    if first:
        raise ConfigError(
            problems=[
                Problem(source, ".".join((section, *path)), "", f"no {section} has this key; {_near(path, known)}")
                for path in first
            ]
        )


def paths(config: Any, above: Path = ()) -> Iterator[Path]:
    """Every key of a configuration as its path from the top, objects before what they hold."""
    if isinstance(config, Mapping):
        for key, below in _parts(config):
            yield (*above, key)
            yield from paths(below, (*above, key))
    elif isinstance(config, list):
        for item in config:
            yield from paths(item, above)


def value_at(config: Any, path: Path) -> Any:
    """What stands at a path, a list of what stands there in each object of a list; None where nothing does."""
    for position, key in enumerate(path):
        if isinstance(config, list):
            return [value_at(item, path[position:]) for item in config]
        config = config.get(key) if isinstance(config, Mapping) else None
    return config


def nearest(path: Path, known: Iterable[Path]) -> list[str]:
    """Up to three keys that are most like `path`, dotted."""
    dotted = {".".join(other): other for other in sorted(known)}
    same_name = [text for text, other in dotted.items() if other[-1] == path[-1]]
    whole = get_close_matches(".".join(path), dotted, n=3, cutoff=0.6)
    names = get_close_matches(path[-1], {other[-1] for other in dotted.values()}, n=2, cutoff=0.6)
    by_name = [text for name in names for text, other in dotted.items() if other[-1] == name]
    return list(dict.fromkeys([*same_name, *whole, *by_name]))[:3]


def _near(path: Path, known: Iterable[Path]) -> str:
    near = nearest(path, known)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"there are {', '.join(sorted({other[0] for other in known}))}."


def _parts(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Keys and values but for comments."""
    return [(key, below) for key, below in value.items() if not str(key).startswith("_")]


def _equal(first: Any, second: Any) -> bool:
    # In Python True == 1; in a configuration they are different things.
    if isinstance(first, bool) != isinstance(second, bool):
        return False
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_equal, first, second))
    return bool(first == second)
