"""Checking parameters of cells and networks: all that is wrong at once, with the line of the file where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ascent.config.explain import dotted, problems_of
from ascent.config.fields import FileSection
from ascent.config.loading import MAX_DEPTH
from ascent.errors import ConfigError, Problem

M = TypeVar("M", bound=BaseModel)


def check(
    data: Mapping[str, Any],
    model: type[M],
    source: str,
    lines: Mapping[tuple[str | int, ...], int] | None = None,
    below: tuple[str | int, ...] = (),
) -> M:
    """Check parameters against a schema.

    Unlike `ascent.config.loading.validate` this keeps keys that start with ``_``, which are parameters here
    (``_lambda``).

    Parameters
    ----------
    data : mapping
        The parameters, plain or a parameter set.
    model : type
        Schema.
    source : str
        Name of the file or place they came from, for messages.
    lines : mapping, optional
        Line of the file by the path of a key.
    below : tuple
        Path of `data` in the file, when it is only a part of it.

    Raises
    ------
    ConfigError
        When something is wrong; its `problems` list all that is.
    """
    if not isinstance(data, Mapping):
        raise ConfigError(problems=[Problem(source, dotted(below), repr(data)[:60], "must be an object ({…})")])
    raw = plain(data, source)
    try:
        checked = model.model_validate(raw)
    except ValidationError as error:
        numbers = {dotted(path): line for path, line in (lines or {}).items()}
        prefix = dotted(below)
        raise ConfigError(
            problems=[_placed(problem, prefix, numbers) for problem in problems_of(error, model, source)]
        ) from None
    if isinstance(checked, FileSection):
        checked._raw = raw
        checked._source = source
    return checked


@contextmanager
def placing(source: str, lines: Mapping[tuple[str | int, ...], int] | None = None) -> Iterator[None]:
    """Let problems that are found in the block name the file `source`, and the line where their key stands."""
    numbers = {dotted(path): line for path, line in (lines or {}).items()}
    try:
        yield
    except ConfigError as error:
        if not error.problems:
            raise
        placed = [Problem(source, item.key, item.value, item.expected) for item in error.problems]
        raise ConfigError(problems=[_placed(item, "", numbers) for item in placed]) from None


def plain(value: Any, source: str, depth: int = 0) -> Any:
    """A copy of `value` in plain dicts, lists and scalars.

    Raises
    ------
    ConfigError
        When a key is no text, or it is nested too deep.
    """
    if depth > MAX_DEPTH:
        raise ConfigError(f"{source} is nested too deep; at most {MAX_DEPTH} levels are allowed.")
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise ConfigError(f"{source} has the key {key!r}, which is not a text.")
        return {key: plain(value[key], source, depth + 1) for key in value}
    if isinstance(value, list | tuple):
        return [plain(below, source, depth + 1) for below in value]
    return value


def _placed(problem: Problem, prefix: str, lines: Mapping[str, int]) -> Problem:
    """`problem` with its whole key, and with the line of the key or of the nearest object that holds it."""
    key = f"{prefix}.{problem.key}" if prefix and problem.key else problem.key or prefix
    holder = key
    while holder and holder not in lines:
        holder = holder[: max(holder.rfind("."), holder.rfind("["), 0)]
    line = lines.get(holder)
    file = f"{problem.file}, line {line}" if line else problem.file
    return Problem(file, key, problem.value, problem.expected)
