"""A nested set of parameters with the access that users of ``.param`` files know."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, MutableMapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from ascent.files import write_text


class ParameterSet(MutableMapping[str, Any]):
    """A mutable mapping whose values are reached as keys, as attributes and by dotted keys.

    ``p["sim"]["dt"]``, ``p.sim.dt`` and ``p["sim.dt"]`` are the same value. Mappings inside become parameter sets.

    Parameters
    ----------
    values : mapping
        What it holds; copied.
    source : str
        File that it came from, for messages.
    lines : mapping
        Line of that file (from 1) by the path of a key (a tuple of keys and positions in lists), for messages.
    """

    def __init__(
        self,
        values: Mapping[str, Any] | None = None,
        source: str = "",
        lines: Mapping[tuple[str | int, ...], int] | None = None,
    ) -> None:
        object.__setattr__(self, "_values", {key: _wrapped(value) for key, value in (values or {}).items()})
        object.__setattr__(self, "_source", source)
        object.__setattr__(self, "_lines", dict(lines or {}))

    _values: dict[str, Any]
    _source: str
    _lines: dict[tuple[str | int, ...], int]

    @property
    def source(self) -> str:
        """Path of the file that this was read from; empty when it was made in Python."""
        return self._source

    @property
    def lines(self) -> dict[tuple[str | int, ...], int]:
        """Line of the file by the path of a key."""
        return self._lines

    def __getitem__(self, key: str) -> Any:
        if key in self._values:
            return self._values[key]
        first, dot, rest = key.partition(".")
        if not dot or first not in self._values:
            raise KeyError(key)
        return self._values[first][rest]

    def __setitem__(self, key: str, value: Any) -> None:
        first, dot, rest = key.partition(".")
        if dot and key not in self._values and isinstance(self._values.get(first), ParameterSet):
            self._values[first][rest] = value
        else:
            self._values[key] = _wrapped(value)

    def __delitem__(self, key: str) -> None:
        if key in self._values:
            del self._values[key]
            return
        first, dot, rest = key.partition(".")
        if not dot or first not in self._values:
            raise KeyError(key)
        del self._values[first][rest]

    def __contains__(self, key: object) -> bool:
        try:
            self[key]  # type: ignore[index]
        except (KeyError, AttributeError, TypeError):
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        values = self.__dict__.get("_values", {})
        if name in values:
            return values[name]
        raise AttributeError(f"there is no parameter {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        self._values[name] = _wrapped(value)

    def __delattr__(self, name: str) -> None:
        if name not in self._values:
            raise AttributeError(f"there is no parameter {name!r}")
        del self._values[name]

    def __repr__(self) -> str:
        return f"ParameterSet({self.to_dict()!r})"

    def __deepcopy__(self, memo: dict[int, Any]) -> ParameterSet:
        return ParameterSet(deepcopy(self.to_dict(), memo), self._source, self._lines)

    def __reduce__(self) -> tuple[Any, ...]:
        return ParameterSet, (self.to_dict(), self._source, self._lines)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._values]

    def update(self, other: Any = (), /, **more: Any) -> None:
        """Take over the values of `other`; mappings that both have are merged rather than replaced."""
        pairs = other.items() if isinstance(other, Mapping) else other
        for key, value in [*pairs, *more.items()]:
            present = self._values.get(key)
            if isinstance(value, Mapping) and isinstance(present, ParameterSet):
                present.update(value)
            else:
                self[key] = value

    def to_dict(self) -> dict[str, Any]:
        """A copy in plain dicts and lists."""
        return {key: _plain(value) for key, value in self._values.items()}

    def as_dict(self) -> dict[str, Any]:
        """The same as `to_dict`, under its older name."""
        return self.to_dict()

    def tree_copy(self) -> ParameterSet:
        """A copy that shares nothing with this one."""
        return deepcopy(self)

    def save(self, path: Path | str) -> None:
        """Write the parameters as JSON with an indent of 4 and no newline at the end."""
        write_text(path, json.dumps(self.to_dict(), indent=4))


def _wrapped(value: Any) -> Any:
    if isinstance(value, ParameterSet):
        return value
    if isinstance(value, Mapping):
        return ParameterSet(value)
    if isinstance(value, list | tuple):
        return type(value)(_wrapped(item) for item in value) if type(value) in (list, tuple) else value
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, ParameterSet):
        return value.to_dict()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
