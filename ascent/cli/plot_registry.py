"""The ``ascent plot`` application: how a picture becomes a subcommand, and how it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ascent.cli.plot_options import Selection, with_selection
from ascent.cli.shared import new_application

application = new_application()


@application.callback()
def plot() -> None:
    """Draw samples, fibers, potentials, recordings and thresholds as PNG, SVG or PDF."""


def picture(name: str, options: str = "") -> Any:
    """Register a function that draws as ``ascent plot NAME``."""
    example = f"Example: ascent plot {name} {options + ' ' if options else ''}--project my_study"

    def register(function: Any) -> Any:
        application.command(name, epilog=example)(with_selection(function))
        return function

    return register


def write(selection: Selection, drawn: Any, name: str) -> Path:
    """Write axes or a figure to where the options say; `name` is used where they do not."""
    from ascent.analysis.style import save

    figure = drawn.get_figure(root=True) if hasattr(drawn, "get_figure") else drawn
    return save(figure, selection.path(name))


def write_and_report(selection: Selection, drawn: Any, name: str) -> None:
    """Write axes or a figure and print its path."""
    selection.report(write(selection, drawn, name))
