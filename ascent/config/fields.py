"""Building blocks of the schemas: the base of all sections, types of single values, and how checks report faults."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    PrivateAttr,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

T = TypeVar("T")


class Section(BaseModel):
    """One JSON object of a file: immutable, with no keys but those it declares.

    Change a value with ``section.model_copy(update={...})``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, protected_namespaces=())


class FileSection(Section):
    """The JSON object that is a whole file; remembers the data as written, with its key order.

    Attributes
    ----------
    raw : dict
        What was validated, before defaults and migrations; the order of keys is the file's. Do not change it.
    source : str
        Name of the file, for messages; empty when the data came from Python.
    """

    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)
    _source: str = PrivateAttr(default="")

    @property
    def raw(self) -> dict[str, Any]:
        """The data as written, in the order of the file."""
        return self._raw or self.model_dump(by_alias=True, exclude_unset=True)

    @property
    def source(self) -> str:
        """Name of the file that this came from."""
        return self._source

    def __eq__(self, other: object) -> bool:
        # Files that say the same in another order or with older keys are equal; pydantic would compare `raw` too.
        return type(other) is type(self) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Fault:
    """What a check found: the path of the key below the section that checks, its value, and what would be right."""

    path: tuple[str | int, ...]
    value: Any
    expected: str


#: Stands for "no value to show" in a `Fault`.
NOTHING = object()


def report(faults: Sequence[Fault]) -> None:
    """Raise all `faults` as one validation error; nothing happens when there are none."""
    if faults:
        raise PydanticCustomError("faults", "{summary}", {"faults": list(faults), "summary": faults[0].expected})


def note(info: ValidationInfo, text: str) -> None:
    """Leave a remark about an old or ignored key; the loader prints the remarks once for each file."""
    if isinstance(info.context, dict) and "notes" in info.context:
        info.context["notes"].append(text)


def is_number(value: Any) -> bool:
    """Whether `value` is a finite number (a bool is none)."""
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # an integer beyond the largest float
        return False


def _number(value: Any) -> Any:
    # Integers stay integers, so that a file that is written back keeps "12500" rather than "12500.0".
    if is_number(value):
        return value
    raise PydanticCustomError("number", "a finite number")


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


#: A finite number; int or float as written.
Number = Annotated[float, PlainValidator(_number), PlainSerializer(lambda value: value, return_type=Any)]
PositiveNumber = Annotated[Number, Field(gt=0)]
NonNegativeNumber = Annotated[Number, Field(ge=0)]
Fraction = Annotated[Number, Field(ge=0, le=1)]
#: A whole number; 5.0 counts as 5.
Whole = Annotated[int, BeforeValidator(_whole)]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=1)]
Index = Annotated[int, BeforeValidator(_whole), Field(ge=0)]
#: Seeds of numpy's legacy generator, and of Python's.
Seed = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=2**32 - 1)]


def alternatives(value: T | Sequence[T] | None) -> list[T]:
    """The values of a parameter that may be one value or a list of them (a factor of the sim); none is ``[]``."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]  # type: ignore[list-item]


def combinations(*values: Any) -> Iterable[tuple[Any, ...]]:
    """Every combination of parameters that each may be one value or a list; an absent one takes part as None."""
    return product(*(alternatives(value) or [None] for value in values))
