"""What pydantic found, as sentences for users: key, value, what would be right, and the key that was meant."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
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
    "dict_type": "must be an object ({{…}})",
    "model_type": "must be an object ({{…}})",
    "model_attributes_type": "must be an object ({{…}})",
    "too_short": "must not be empty",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "union_tag_not_found": "needs a mode: {expected_tags}",
}

#: Parts of a location that name an alternative of a union rather than a key.
_ALTERNATIVES = ("function-", "list[", "dict[", "constrained-", "literal[", "tagged-union", "nullable")
_SCALARS = ("float", "int", "str", "bool")


@dataclass
class _Finding:
    """What is wrong with one key: its value, what would be right by each alternative, and what the key means."""

    value: Any
    about: str
    expected: list[str] = field(default_factory=list)
    of_type: bool = True  # only the type is wrong, by every alternative so far


#: Errors that say no more than that a value has another type than one alternative of a union.
_OF_TYPE = (
    "number",
    "list_type",
    "dict_type",
    "model_type",
    "string_type",
    "int_type",
    "bool_type",
    "literal_error",
    "model_attributes_type",
)


def problems_of(error: ValidationError, model: type[BaseModel], source: str) -> list[Problem]:
    """All problems in `error`, one for each key, in the order they were found."""
    found: dict[tuple[str | int, ...], _Finding] = {}
    for item in error.errors(include_url=False):
        context = item.get("ctx", {})
        path, models = _walk(item["loc"], model)
        if item["type"] == "faults":
            for fault in context["faults"]:
                finding = found.setdefault((*path, *fault.path), _Finding(fault.value, ""))
                finding.expected.append(fault.expected)
                finding.of_type = False
            continue
        value = NOTHING if item["type"] == "missing" else item["input"]
        about = _description(models, str(path[-1])) if path and item["type"] != "extra_forbidden" else ""
        finding = found.setdefault(path, _Finding(value, about))
        text = _expected(item, context, path, models)
        if item["type"] == "union_tag_invalid" or (finding.of_type and item["type"] not in _OF_TYPE):
            # The value has the type of this alternative, so that the others are beside the point.
            finding.expected.clear()
        if finding.of_type or item["type"] not in _OF_TYPE:
            finding.expected.append(text)
        finding.of_type = finding.of_type and item["type"] in _OF_TYPE
    return [
        Problem(source, dotted(path), shown(finding.value), _sentence(finding))
        for path, finding in found.items()
        if not (finding.of_type and _looked_into(path, found))
    ]


def _looked_into(path: tuple[str | int, ...], found: Iterable[tuple[str | int, ...]]) -> bool:
    """Whether something below `path` was found wrong, so that its own type is right by some alternative."""
    return any(len(other) > len(path) and other[: len(path)] == path for other in found)


def _sentence(finding: _Finding) -> str:
    texts = list(dict.fromkeys(finding.expected))
    if all(text.startswith("must be ") for text in texts):
        texts = [texts[0], *(text.removeprefix("must be ") for text in texts[1:])]
    return ", or ".join(texts) + (f" ({finding.about})" if finding.about else "")


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
        return "is missing; it is required"
    if kind in ("literal_error", "union_tag_invalid"):
        expected = str(context.get("expected") or context.get("expected_tags"))
        choices = [choice.strip("'\"") for choice in expected.replace(" or ", ", ").split(", ")]
        value = item["input"].get("mode") if kind == "union_tag_invalid" else item["input"]
        hint = suggestion(value, choices) if isinstance(value, str) else ""
        return f"must be {' or '.join(choices)}" + (f"; {hint}" if hint else "")
    text = _EXPECTED.get(kind)
    if text is None:
        return str(item["msg"])
    try:
        return text.format(**context)
    except (KeyError, ValueError):
        return str(item["msg"])


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a section as they stand in the file."""
    return [item.alias or name for name, item in model.model_fields.items()]


def _description(models: list[type[BaseModel]], key: str) -> str:
    for model in models:
        for name, item in model.model_fields.items():
            if key in (name, item.alias):
                return item.description or ""
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
            item.annotation
            for each in current
            for name, item in each.model_fields.items()
            if part in (item.alias or name, name)
        ]
        if annotations:
            holders = current
            path.append(next(f.alias or n for m in current for n, f in m.model_fields.items() if part in (f.alias, n)))
            current = list({id(m): m for annotation in annotations for m in _models_in(annotation)}.values())
            free = any(_is_mapping(annotation) for annotation in annotations)
        elif free:
            path.append(part)
            free = False
        elif any(part == each.__name__ for each in current) or part in _SCALARS or part.startswith(_ALTERNATIVES):
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
