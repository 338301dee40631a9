"""One look for all pictures, and files that are the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.errors import ConfigError
from ascent.files import replacing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Distinguishable with every common kind of colour blindness (Okabe & Ito 2008, "Color Universal Design").
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000")
SEQUENTIAL = "viridis_r"

SETTINGS: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.5,
    "savefig.dpi": 200,
    "svg.fonttype": "none",
    "svg.hashsalt": "ascent",
    "path.simplify": True,
}

# What matplotlib would otherwise write into a file: its version and the time.
_METADATA: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None},
}


@contextmanager
def styled() -> Iterator[None]:
    """Apply the look to whatever is made in the block; the user's own settings return afterwards."""
    import matplotlib
    from cycler import cycler

    settings: Any = {**SETTINGS, "axes.prop_cycle": cycler(color=PALETTE)}
    with matplotlib.rc_context(settings):
        yield


def new_figure(width_mm: float = 120.0, height_mm: float = 90.0) -> Figure:
    """Return an empty figure that belongs to no window and no global state.

    Parameters
    ----------
    width_mm, height_mm : float
        Size on paper, mm.
    """
    from matplotlib.figure import Figure

    return Figure(figsize=(width_mm / 25.4, height_mm / 25.4), layout="constrained")


def save(figure: Figure, path: Path | str) -> Path:
    """Write a figure as PNG, SVG or PDF, whole or not at all, without times or versions in it.

    Raises
    ------
    ConfigError
        When the name ends in anything else.
    RunDirectoryError
        When the file cannot be written.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in _METADATA:
        raise ConfigError(f"{target}: a picture must be named .png, .svg or .pdf.")
    with styled(), replacing(target) as temporary:
        figure.savefig(temporary, format=suffix[1:], metadata=_METADATA[suffix])
    return target
