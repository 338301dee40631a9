"""Signals at a recording cuff: of single fibers, and of all together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ascent.analysis.style import new_figure, styled
from ascent.analysis.summary import need
from ascent.errors import RunDirectoryError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_FIBER = ["sample", "model", "sim", "nsim", "inner", "fiber"]


def sfaps(data: pd.DataFrame, ax: Axes | None = None, *, amplitude: int = 0, title: str | None = None) -> Axes:
    """Draw single fiber action potentials, a curve a fiber.

    Parameters
    ----------
    data : DataFrame
        Of ``Query.sfap_data``: SFAP_times (ms) and SFAP<amplitude> (µV).
    ax : Axes, optional
        Where to draw; default a new figure.
    amplitude : int
        Index of the amplitude.
    title : str, optional

    Returns
    -------
    Axes

    Raises
    ------
    RunDirectoryError
        When a column is missing, or there is no signal.
    """
    signal = _checked(data, amplitude)
    with styled():
        axes = new_figure(130, 80).add_subplot() if ax is None else ax
        groups = data.groupby(_FIBER, sort=False)
        many = len(groups) > 8
        for key, rows in groups:
            numbers = dict(zip(_FIBER, key, strict=True))
            label = f"n_sim {numbers['nsim']}, inner {numbers['inner']}, fiber {numbers['fiber']}"
            style = {"color": "#0072B2", "alpha": 0.4, "linewidth": 0.8} if many else {"linewidth": 1.2}
            axes.plot(rows["SFAP_times"], rows[signal], label=label, **style)  # type: ignore[arg-type]
        _finish(axes, "single fiber action potential (µV)", title)
        if 1 < len(groups) <= 8:
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return axes


def cnap(data: pd.DataFrame, ax: Axes | None = None, *, amplitude: int = 0, title: str | None = None) -> Axes:
    """Draw the compound action potential of the nerve, the sum over fibers; arguments as `sfaps`."""
    total = compound_signal(data, amplitude)
    with styled():
        axes = new_figure(130, 80).add_subplot() if ax is None else ax
        axes.plot(total["SFAP_times"], total["CNAP"])
        fibers = len(data.groupby(_FIBER))
        _finish(axes, f"compound action potential of {fibers} fibers (µV)", title)
    return axes


def compound_signal(data: pd.DataFrame, amplitude: int = 0) -> pd.DataFrame:
    """Sum of the signals of all fibers at each time: SFAP_times (ms), CNAP (µV)."""
    signal = _checked(data, amplitude)
    # Written with six decimals, times of fibers that share a time step are the same text; differences are noise.
    times = data["SFAP_times"].round(9)
    total = data.groupby(times)[signal].sum()
    return total.rename("CNAP").reset_index()


def _checked(data: pd.DataFrame, amplitude: int) -> str:
    signal = f"SFAP{amplitude}"
    need(data, *_FIBER, "SFAP_times", signal)
    if not len(data):
        raise RunDirectoryError("There are no signals of fibers; the sim needs a recording cuff (active_recs).")
    return signal


def _finish(axes: Axes, label: str, title: str | None) -> None:
    axes.axhline(0, color="#999999", linewidth=0.6, zorder=0)
    axes.set(xlabel="time (ms)", ylabel=label)
    if title:
        axes.set_title(title)
