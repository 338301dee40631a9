"""Methods that may be called on the class too, as ASCENT's scripts call `Query.get_object`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class AlsoOnClass(Generic[P, R]):
    """A method that, called on the class, is called on ``cls()``: the project found as commands find it."""

    def __init__(self, function: Callable[Concatenate[Any, P], R]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __get__(self, instance: Any, owner: type[Any]) -> Callable[P, R]:
        bound: Callable[P, R] = self._function.__get__(owner() if instance is None else instance, owner)
        return bound
