"""What is done with a fiber: threshold searches, given amplitudes, and what is kept of the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ascent.protocols.jobs import FiberJob, FiberResult, run_fiber, run_fibers
    from ascent.protocols.outputs import write_outputs
    from ascent.protocols.tables import find_threshold, run_amplitudes

__all__ = ["FiberJob", "FiberResult", "find_threshold", "run_amplitudes", "run_fiber", "run_fibers", "write_outputs"]

_HOMES = {
    "FiberJob": "jobs",
    "FiberResult": "jobs",
    "run_fiber": "jobs",
    "run_fibers": "jobs",
    "write_outputs": "outputs",
    "find_threshold": "tables",
    "run_amplitudes": "tables",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
