"""What pydantic found, as sentences for users: key, value, what would be right, and the key that was meant."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from ascent.config.fields import NOTHING
from ascent.errors import Problem

#: What would be right, by pydantic's type of error; filled with the error's context.
_EXPECTED = {
    "number": "must be a finite number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "bool_type": "must be true or false",
    "string_type": "must be a text in quotes",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must have another form",
    "list_type": "must be a list ([…])",
    "dict_type": "must be an object ({…})",
    "model_type": "must be an object ({…})",
    "model_attributes_type": "must be an object ({…})",
    "too_short": "must not be empty",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "union_tag_not_found": "needs a mode: {expected_tags}",
}

#: Parts of a location that name an alternative of a union rather than a key.
_ALTERNATIVES = (
    "function-", "list[", "dict[", "constrained-", "literal[", "float", "int", "str", "bool",
    "tagged-union", "nullable",
)  # fmt: skip


def problems_of(error: ValidationError, model: type[BaseModel], source: str) -> list[Problem]:
    """All problems in `error`, one for each key, in the order they were found."""
    found: dict[tuple[str | int, ...], list[tuple[Any, str]]] = {}
    for item in error.errors(include_url=False):
        context = item.get("ctx", {})
        path, models = _walk(item["loc"], model)
        if item["type"] == "faults":
            for fault in context["faults"]:
                found.setdefault((*path, *fault.path), []).append((fault.value, fault.expected))
            continue
        value = NOTHING if item["type"] == "missing" else item["input"]
        found.setdefault(path, []).append((value, _expected(item, context, path, models)))
    problems = []
    for path, entries in found.items():
        expectations = list(dict.fromkeys(text for _, text in entries))
        if len(expectations) > 1 and all(text.startswith("must be ") for text in expectations):
            expectations = [expectations[0], *(text.removeprefix("must be ") for text in expectations[1:])]
        problems.append(Problem(source, dotted(path), shown(entries[0][0]), ", or ".join(expectations)))
    return problems


def shown(value: Any) -> str:
    """`value` as it stands in the file, cut to a length that fits in a sentence; empty for `NOTHING`."""
    if value is NOTHING:
        return ""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def dotted(path: Sequence[str | int]) -> str:
    """``("cuff", 0, "index")`` as ``"cuff[0].index"``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def suggestion(word: str, known: Sequence[str]) -> str:
    """The known word that is nearest to `word`, as a question; empty when none is near."""
    folded = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.6)
    return f'did you mean "{folded[near[0]]}"?' if near else ""


def _expected(item: Any, context: dict[str, Any], path: tuple[str | int, ...], models: list[type[BaseModel]]) -> str:
    kind = item["type"]
    key = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        known = [name for each in models for name in keys_of(each)]
        hint = suggestion(key, known)
        return f"is not a known key; {hint or 'known are ' + ', '.join(known)}"
    if kind == "missing":
        about = _description(models, key)
        return f"is missing; it is required{f' ({about})' if about else ''}"
    if kind in ("literal_error", "union_tag_invalid"):
        expected = str(context.get("expected") or context.get("expected_tags"))
        choices = [choice.strip("'\"") for choice in expected.replace(" or ", ", ").split(", ")]
        value = item["input"].get("mode") if kind == "union_tag_invalid" else item["input"]
        hint = suggestion(value, choices) if isinstance(value, str) else ""
        return f"must be {' or '.join(choices)}" + (f"; {hint}" if hint else "")
    text = _EXPECTED.get(kind)
    if text is None:
        return str(item["msg"])
    about = _description(models, key)
    try:
        text = text.format(**context)
    except (KeyError, ValueError):
        text = str(item["msg"])
    return f"{text} ({about})" if about else text


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a section as they stand in the file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _description(models: list[type[BaseModel]], key: str) -> str:
    for model in models:
        for name, field in model.model_fields.items():
            if key in (name, field.alias):
                return field.description or ""
    return ""


def _walk(location: Sequence[str | int], model: type[BaseModel]) -> tuple[tuple[str | int, ...], list[type[BaseModel]]]:
    """Drop what is no key from pydantic's `location`; also return the sections that may hold the last key."""
    path: list[str | int] = []
    current: list[type[BaseModel]] = [model]
    holders = current
    free = False  # below a mapping whose keys are free
    for position, part in enumerate(location):
        if isinstance(part, int):
            path.append(part)
            continue
        annotations = [
            field.annotation
            for each in current
            for name, field in each.model_fields.items()
            if part in (field.alias or name, name)
        ]
        if annotations:
            holders = current
            path.append(next(f.alias or n for m in current for n, f in m.model_fields.items() if part in (f.alias, n)))
            current = list({id(m): m for annotation in annotations for m in _models_in(annotation)}.values())
            free = any(_is_mapping(annotation) for annotation in annotations)
        elif free:
            path.append(part)
            free = False
        elif any(part == each.__name__ for each in current) or part.startswith(_ALTERNATIVES):
            current = [each for each in current if each.__name__ == part] or current
        elif _is_tag(part, current):
            continue
        else:
            holders = current
            path.append(part)
            if position < len(location) - 1:
                current = []
    return tuple(path), holders


def _is_tag(part: str, models: list[type[BaseModel]]) -> bool:
    """Whether `part` is the value of the key ``mode`` that chose one of `models`."""
    return any("mode" in m.model_fields and part in get_args(m.model_fields["mode"].annotation) for m in models)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _is_mapping(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", annotation) is dict or any(map(_is_mapping, get_args(annotation)))
