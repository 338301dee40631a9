"""Whether this process is inside a unit of work: what is scheduled there runs one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_inside: ContextVar[bool] = ContextVar("ascent_inside_unit", default=False)
_serves_units = False


def inside_unit() -> bool:
    """Return whether a unit is running here."""
    return _serves_units or _inside.get()


def serve_units() -> None:
    """Say that this process does nothing but units, in whatever thread."""
    global _serves_units
    _serves_units = True


@contextmanager
def unit() -> Iterator[None]:
    """Mark the block as a unit."""
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)
