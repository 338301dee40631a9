"""Reading, checking and writing back configuration files; all that is wrong in a file is said at once."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ascent.config.explain import problems_of
from ascent.config.fields import FileSection
from ascent.errors import ConfigError, Problem

logger = logging.getLogger("ascent.config")

M = TypeVar("M", bound=BaseModel)

#: No configuration file is larger than this, bytes.
MAX_BYTES = 20_000_000
#: Nor nested deeper than this.
MAX_DEPTH = 50

_noted: set[tuple[str, str]] = set()


def load(path: Path | str, model: type[M]) -> M:
    """Read a JSON file and check it.

    Parameters
    ----------
    path : path
        The file.
    model : type
        Schema, such as `ascent.config.run.RunConfig`.

    Raises
    ------
    ConfigError
        When the file cannot be read, is not JSON, or its content is wrong; then its `problems` list all that is.
    """
    return validate(read_json(path), model, str(path))


def read_json(path: Path | str) -> Any:
    """Content of a JSON file: UTF-8 (with or without a byte order mark), no key twice, no NaN.

    Raises
    ------
    ConfigError
        When it is not.
    """
    text = _read(Path(path))

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            keys = [key for key, _ in items]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ConfigError(f'{path}: the key "{twice}" stands twice in one object; keep one of them.')
        return found

    def constant(name: str) -> Any:
        raise ConfigError(f"{path}: {name} is not a number that JSON allows; write a finite number.")

    try:
        data = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ConfigError(f"{path} is not valid JSON at {where}: {error.msg[:1].lower()}{error.msg[1:]}.") from None
    except RecursionError:
        raise ConfigError(f"{path} is nested too deep; at most {MAX_DEPTH} levels are allowed.") from None
    except ValueError:
        raise ConfigError(f"{path} holds a number with too many digits.") from None
    return data


def validate(data: Mapping[str, Any], model: type[M], source: str) -> M:
    """Check data that came from a file, Hydra or Python.

    Parameters
    ----------
    data : mapping
        As in the file; keys that start with ``_`` are comments.
    model : type
        Schema.
    source : str
        Name of the file, or ``"command line"``, for messages.

    Raises
    ------
    ConfigError
        When something is wrong; its `problems` list all that is.
    """
    if not isinstance(data, Mapping):
        raise ConfigError(f"{source} must hold a JSON object ({{…}}), not {_kind(data)}.")
    raw = _plain(data, source)
    notes: list[str] = []
    try:
        checked = model.model_validate(_without_comments(raw), context={"notes": notes})
    except ValidationError as error:
        raise ConfigError(problems=problems_of(error, model, source)) from None
    if isinstance(checked, FileSection):
        checked._raw = raw
        checked._source = source
    for text in notes:
        if (source, text) not in _noted:
            _noted.add((source, text))
            logger.warning("%s: %s.", source, text)
    return checked


def dump(config: BaseModel) -> dict[str, Any]:
    """The JSON object of a configuration: the keys that were given or written since, in the order of the file."""
    dumped = config.model_dump(mode="json", by_alias=True, exclude_unset=True)
    raw = config.raw if isinstance(config, FileSection) else {}
    return _in_order(dumped, raw)  # type: ignore[no-any-return]


def _read(path: Path) -> str:
    try:
        if path.is_dir():
            raise ConfigError(f"{path} is a folder; a JSON file is needed.")
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB; that is no configuration file.")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text; a JSON file is needed.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}.") from None
    except ValueError:
        raise ConfigError(f"{str(path)!r} is not a file name.") from None


def _kind(value: Any) -> str:
    names = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "nothing" if value is None else type(value).__name__)


def _plain(value: Any, source: str, depth: int = 0) -> Any:
    """A copy of `value` in plain dicts, lists and scalars."""
    if depth > MAX_DEPTH:
        raise ConfigError(f"{source} is nested too deep; at most {MAX_DEPTH} levels are allowed.")
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise ConfigError(f"{source} has the key {key!r}, which is not a text.")
        return {key: _plain(below, source, depth + 1) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(below, source, depth + 1) for below in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ConfigError(f"{source} holds {value}; write a finite number.")
    return value


def _without_comments(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_comments(below) for key, below in value.items() if not key.startswith("_")}
    if isinstance(value, list):
        return [_without_comments(below) for below in value]
    return value


def _in_order(dumped: Any, raw: Any) -> Any:
    if isinstance(dumped, dict) and isinstance(raw, dict):
        ordered = {}
        for key, below in raw.items():
            if key in dumped:
                ordered[key] = _in_order(dumped[key], below)
            elif key.startswith("_"):
                ordered[key] = deepcopy(below)
        ordered.update({key: below for key, below in dumped.items() if key not in ordered})
        return ordered
    if isinstance(dumped, list) and isinstance(raw, list) and len(dumped) == len(raw):
        return [_in_order(below, old) for below, old in zip(dumped, raw, strict=True)]
    return dumped


def problem(source: str, key: str, value: Any, expected: str) -> ConfigError:
    """An error about one key, for checks that need more than one file."""
    from ascent.config.explain import shown

    return ConfigError(problems=[Problem(source, key, shown(value), expected)])
