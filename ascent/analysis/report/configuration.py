"""The configuration of a report: every key as composed, with what the command line changed marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def configuration_lines(config: Mapping[str, Any], overrides: list[str]) -> list[dict[str, Any]]:
    """The configuration, one entry a key, sections before what is in them.

    Returns
    -------
    list of dict
        ``key`` (dotted), ``name`` (last part), ``depth``, ``value`` (text; None for a section) and ``overridden``.
    """
    changed = overridden_keys(overrides)
    return [
        {"key": key, "name": name, "depth": depth, "value": value, "overridden": _is_below(key, changed)}
        for key, name, depth, value in _walk(config, "", 0)
    ]


def overridden_keys(overrides: list[str]) -> list[str]:
    """Dotted keys that overrides name, without Hydra's marks (``+``, ``++``, ``~``)."""
    keys = []
    for override in overrides:
        if override.startswith("-"):
            continue
        key = override.partition("=")[0].lstrip("+~").partition("@")[0]
        keys.append(key.replace("/", "."))
    return keys


def _is_below(key: str, changed: list[str]) -> bool:
    return any(key == other or key.startswith(other + ".") for other in changed)


def _walk(value: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, str, int, str | None]]:
    for name, item in value.items():
        key = f"{prefix}.{name}" if prefix else str(name)
        if isinstance(item, Mapping) and item:
            yield key, str(name), depth, None
            yield from _walk(item, key, depth + 1)
        elif isinstance(item, list) and any(isinstance(entry, Mapping) for entry in item):
            yield key, str(name), depth, None
            yield from _walk({str(index): entry for index, entry in enumerate(item)}, key, depth + 1)
        else:
            yield key, str(name), depth, _text(item)


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return str(value)
