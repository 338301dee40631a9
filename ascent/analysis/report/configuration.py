"""The configuration of a report: every key as composed, and which argument of the command line set it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ascent.config.groups import configuration_folder


def configuration_lines(config: Mapping[str, Any], overrides: list[str]) -> list[dict[str, Any]]:
    """The configuration, one entry a key, sections before what is in them.

    Returns
    -------
    list of dict
        ``key`` (dotted), ``name`` (last part), ``depth``, ``value`` (text; None for a section) and ``overridden``
        (the argument that set it, or None).
    """
    changed = overridden_keys(overrides, configuration_folder())
    return [
        {"key": key, "name": name, "depth": depth, "value": value, "overridden": _source(key, changed)}
        for key, name, depth, value in _walk(config, "", 0)
    ]


def overridden_keys(overrides: list[str], folder: Path) -> dict[str, str]:
    """Dotted keys that arguments set, with the argument; of ``cuff=purdue`` those in ``conf/cuff/purdue.yaml``.

    Parameters
    ----------
    overrides : list of str
        As on the command line.
    folder : Path
        The configuration folder.
    """
    keys: dict[str, str] = {}
    direct: dict[str, str] = {}
    for override in overrides:
        name, sign, value = override.partition("=")
        name = name.lstrip("+~").partition("@")[0]
        if override.startswith("-") or not sign:
            continue
        group = folder / name / f"{value.strip(chr(34) + chr(39))}.yaml"
        if group.is_file():
            keys |= dict.fromkeys(_keys_of_group(group, name), override)
        else:
            direct[name.replace("/", ".")] = override
    return keys | direct


def _keys_of_group(path: Path, name: str) -> list[str]:
    text = path.read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    if not isinstance(content, dict):
        return []
    content.pop("defaults", None)
    prefix = "" if "@package _global_" in text.partition("\n")[0] else name.replace("/", ".")
    return [key for key, _, _, value in _walk(content, prefix, 0) if value is not None]


def _source(key: str, changed: Mapping[str, str]) -> str | None:
    parts = key.split(".")
    above = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((changed[name] for name in above if name in changed), None)


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
