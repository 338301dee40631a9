"""``ascent plot …``: each picture of `ascent.plotter` from the shell."""

from ascent.cli import plot_fibers, plot_thresholds  # noqa: F401  (they register their subcommands)
from ascent.cli.plot_registry import application

__all__ = ["application"]
