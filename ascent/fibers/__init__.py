"""Fiber models (as data), their geometry, and where fibers stand in the nerve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ascent.fibers.fiber import Fiber, build_fiber
    from ascent.fibers.geometry import MyelinatedGeometry, UnmyelinatedGeometry, section_geometry

__all__ = ["Fiber", "MyelinatedGeometry", "UnmyelinatedGeometry", "build_fiber", "section_geometry"]

_HOMES = {
    "Fiber": "fiber",
    "build_fiber": "fiber",
    "MyelinatedGeometry": "geometry",
    "UnmyelinatedGeometry": "geometry",
    "section_geometry": "geometry",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
