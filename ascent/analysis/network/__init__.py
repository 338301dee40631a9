"""What came of a network study: rates, probabilities, histograms, synapses by type and distance; tables and pictures.

``summarize(load_simrun(DIR))`` gives the tables, the functions of `ascent.analysis.network.figures` the pictures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ascent.analysis.network.summary import NetworkSummary, summarize

__all__ = ["NetworkSummary", "summarize"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ascent.analysis.network import summary

    return getattr(summary, name)
