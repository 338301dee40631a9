"""Pictures of a network study; each function returns a matplotlib figure that `ascent.analysis.style.save` writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ascent.analysis.network.summary import NetworkSummary, stimulus_onset, type_group
from ascent.analysis.style import PALETTE, new_figure, save, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ascent.simrun.results import SimrunResults

#: Sweeps whose voltage traces are drawn.
TRACES = 5
#: Groups of synapses that get a colour of their own; the others are one.
GROUPS = 7


def raster_figure(results: SimrunResults, summary: NetworkSummary) -> Figure:
    """Spikes at the soma: a row a sweep, and the histogram over all sweeps below."""
    with styled():
        figure = new_figure(120, 100)
        raster, histogram = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
        spikes = results.spike_times.to_numpy(dtype=float)
        raster.eventplot([row[~np.isnan(row)] for row in spikes], colors=PALETTE[0], linelengths=0.8, linewidths=1.0)
        raster.set_ylabel("sweep")
        raster.set_ylim(len(spikes) - 0.5, -0.5)
        table = summary.psth
        histogram.stairs(
            table["rate_Hz"], [*table["from_ms"], *table["to_ms"].tail(1)], fill=True, color=PALETTE[0], alpha=0.8
        )
        histogram.set_ylabel("rate (Hz)")
        histogram.set_xlabel("time (ms)")
        histogram.set_xlim(*summary.time_range)
        _mark_stimulus(results, (raster, histogram))
        return figure


def trace_figure(results: SimrunResults, summary: NetworkSummary, sweeps: int = TRACES) -> Figure:
    """Membrane potential of the soma and of every other site in the first sweeps."""
    with styled():
        sites = ["soma", *results.sites]
        figure = new_figure(150, 35 + 40 * len(sites))
        axes = np.atleast_1d(figure.subplots(len(sites), 1, sharex=True))
        for axis, site in zip(axes, sites, strict=True):
            frame = results.first_traces(sweeps, site)
            times = frame.columns.to_numpy(dtype=float)
            for number, row in enumerate(frame.to_numpy(dtype=float)):
                axis.plot(times, row, color=PALETTE[number % len(PALETTE)], linewidth=0.7, label=f"sweep {number}")
            axis.set_ylabel("V (mV)")
            axis.set_title(_site_title(site), loc="left")
        axes[-1].set_xlabel("time (ms)")
        axes[-1].set_xlim(*summary.time_range)
        if len(results.trials) > 1:
            axes[0].legend(loc="upper left", ncols=min(sweeps, 5), bbox_to_anchor=(0, -0.02), borderaxespad=0)
        _mark_stimulus(results, axes)
        return figure


def synapse_figure(results: SimrunResults, summary: NetworkSummary) -> Figure:
    """Active synapses per sweep: by their distance to the soma, and by type."""
    with styled():
        figure = new_figure(170, 90)
        by_distance, by_type = figure.subplots(1, 2, width_ratios=[3, 2])
        counts = _largest_groups(summary.synapses_by_distance.drop(columns=["from_um", "to_um"], errors="ignore"))
        left = summary.synapses_by_distance["from_um"].to_numpy(dtype=float)
        width = summary.synapses_by_distance["to_um"].to_numpy(dtype=float) - left
        below = np.zeros(len(left))
        for number, name in enumerate(counts):
            values = counts[name].to_numpy(dtype=float)
            by_distance.bar(left, values, width, below, align="edge", color=PALETTE[number], label=name)
            below = below + values
        by_distance.set_xlabel("distance to the soma (µm)")
        by_distance.set_ylabel("active synapses per sweep")
        if len(counts.columns):
            by_distance.legend()
        table = summary.synapses_by_type
        groups = table.groupby(table["synapse_type"].map(type_group))["active_synapses"].sum().sort_values()
        by_type.barh(groups.index.tolist(), groups.to_numpy(), color=PALETTE[7], alpha=0.6)
        by_type.set_xlabel("active synapses per sweep")
        return figure


def write_figures(results: SimrunResults, summary: NetworkSummary, folder: Path, suffix: str = ".png") -> list[Path]:
    """Write all pictures to a folder; of sweeps that were only drawn, those of synapses alone."""
    figures: dict[str, Callable[[Any, Any], Figure]] = {"synapses": synapse_figure}
    if len(summary.windows):
        figures = {"raster": raster_figure, "voltage_traces": trace_figure, **figures}
    return [save(draw(results, summary), folder / f"{name}{suffix}") for name, draw in figures.items()]


def _largest_groups(counts: pd.DataFrame) -> pd.DataFrame:
    """The groups with most synapses, in that order, and the rest as one."""
    order = counts.sum().sort_values(ascending=False, kind="stable").index
    if len(order) <= GROUPS + 1:
        return counts[list(order)]
    result = counts[list(order[:GROUPS])].copy()
    result["others"] = counts[list(order[GROUPS:])].sum(axis=1)
    return result


def _site_title(site: str) -> str:
    """``NAME_ID_000_sec_038_seg_032_x_0.929_somaDist_920.7`` as words."""
    name, _, distance = site.partition("_somaDist_")
    if not distance:
        return site
    section = name.partition("_sec_")[2].partition("_")[0]
    return f"section {int(section)}, {distance} µm from the soma" if section.isdigit() else site


def _mark_stimulus(results: SimrunResults, axes: Any) -> None:
    onset = stimulus_onset(results)
    if onset is not None:
        for axis in axes:
            axis.axvline(onset, color="0.5", linewidth=0.8, linestyle="--")
