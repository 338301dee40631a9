"""The tables that sum up a network study."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ascent.errors import AscentError, ConfigError
from ascent.simrun.spikes import DENDRITE_THRESHOLD_MV, SOMA_THRESHOLD_MV, firing_rate, psth, spike_count
from ascent.simrun.spikes import spike_in_interval as _spike_in_interval

if TYPE_CHECKING:
    import pandas as pd

    from ascent.simrun.results import SimrunResults

Window = tuple[float, float]
#: Widths of the windows after a stimulus that are looked at when none are given, ms.
_RESPONSES = (25.0, 50.0)
#: Until when a run settles, ms, unless the stimulus comes earlier.
_SETTLED = 100.0
#: 97.5 % quantile of the normal distribution.
_QUANTILE = 1.959963984540054


@dataclass(frozen=True, eq=False)
class NetworkSummary:
    """What came of a network study.

    Attributes
    ----------
    n_sweeps : int
        Number of sweeps.
    time_range : (float, float)
        First and last time of the traces, ms.
    windows : DataFrame
        A row a window: ``from_ms``, ``to_ms``, ``rate_Hz``, ``spikes_per_sweep``, ``p_spike`` (part of the sweeps with
        a spike at the soma) and its 95 % interval ``p_low``, ``p_high`` (Wilson 1927, J Am Stat Assoc 22:209).
    sites : DataFrame
        A row a recorded site: ``site``, ``threshold_mV``, ``spikes``, ``rate_Hz``.
    psth : DataFrame
        A row a bin: ``from_ms``, ``to_ms``, ``spikes_per_sweep``, ``rate_Hz``.
    synapses_by_type : DataFrame
        A row a type: ``synapse_type``, and per sweep ``active_synapses``, ``releases``, ``presynaptic_cells`` that
        spiked, ``presynaptic_spikes``.
    synapses_by_distance : DataFrame
        A row a distance to the soma: ``from_um``, ``to_um``; columns of groups of types (the name before the last
        ``_``): active synapses per sweep.
    """

    n_sweeps: int
    time_range: Window
    windows: pd.DataFrame
    sites: pd.DataFrame
    psth: pd.DataFrame
    synapses_by_type: pd.DataFrame
    synapses_by_distance: pd.DataFrame

    def to_dict(self) -> dict[str, Any]:
        """The tables as plain data for JSON; what is not a number is None."""
        tables = {
            name: [{key: _plain(value) for key, value in row.items()} for row in getattr(self, name).to_dict("records")]
            for name in TABLES
        }
        return {"n_sweeps": self.n_sweeps, "time_range_ms": list(self.time_range), **tables}


TABLES = ("windows", "sites", "psth", "synapses_by_type", "synapses_by_distance")


def summarize(
    results: SimrunResults,
    windows: Sequence[Window] = (),
    bin_ms: float = 5.0,
    distance_bin_um: float = 50.0,
) -> NetworkSummary:
    """Sum up the results of a network study.

    Parameters
    ----------
    results : SimrunResults
        What `ascent.simrun.results.load_simrun` gives.
    windows : sequence of (float, float)
        Windows in which spikes are counted, ms, each without its end. By default the whole run and, when the network
        has a stimulus, the time before it and 25 and 50 ms after it.
    bin_ms : float
        Bin of the histogram, ms.
    distance_bin_um : float
        Bin of the distance of synapses, µm.

    Raises
    ------
    ConfigError
        When a window or bin is empty.
    """
    for start, end in windows:
        if not end > start:
            raise ConfigError(f"the window {start:g}-{end:g} is empty; give its start and its end in ms, as 100-245.")
    if not distance_bin_um > 0:
        raise ConfigError(f"the bin of distances is {distance_bin_um:g} µm; it must be greater than 0.")
    traces = results.first_traces(1)
    simulated = traces.shape[0] > 0
    times = traces.columns.to_numpy(dtype=float) if simulated else np.zeros(0)
    # The last step ends the run; the sum of steps may have gone one step beyond what was asked for.
    span = (float(times[0]), float(times[-1])) if simulated else (0.0, 0.0)
    spikes = results.spike_times
    chosen = list(windows) or default_windows(results, span)
    return NetworkSummary(
        len(results.trials),
        span,
        _windows(spikes, chosen if simulated else []),
        _sites(results, span, simulated),
        _psth(spikes, span, bin_ms, simulated),
        *_synapse_tables(results, distance_bin_um),
    )


def default_windows(results: SimrunResults, span: Window) -> list[Window]:
    """The whole run; before a stimulus, and 25 and 50 ms after it, when the network has one."""
    windows = [span]
    onset = stimulus_onset(results)
    if onset is not None and span[0] < onset < span[1]:
        windows.append((max(span[0], min(_SETTLED, onset / 2)), onset))
        windows += [(onset, onset + width) for width in _RESPONSES if onset + width <= span[1]]
    return windows


def stimulus_onset(results: SimrunResults) -> float | None:
    """The offset (ms) that the evoked activity of the network has; None without one or with several."""
    from ascent.network.formats.param import parse_parameters

    path = next((name for name in results.parameterfiles["path_network"] if name), "")
    if not path:
        return None
    try:
        text = Path(path).read_text(encoding="utf-8")
        try:
            parameters = json.loads(text)  # what runs write; much faster than the superset below
        except ValueError:
            parameters = parse_parameters(text, path)[0]
        network = parameters.get("network", {})
    except (AscentError, OSError, UnicodeDecodeError, AttributeError):
        return None  # the copy of the parameters is not what the tables need
    offsets = {
        float(point["offset"])
        for entry in (network.values() if isinstance(network, dict) else ())
        for point in _pointcells(entry)
        if isinstance(point.get("offset"), int | float)
    }
    return offsets.pop() if len(offsets) == 1 else None


def _pointcells(entry: Any) -> Iterable[dict[str, Any]]:
    if not isinstance(entry, dict):
        return
    kind = entry.get("celltype")
    if kind == "pointcell":
        yield entry
    elif isinstance(kind, dict) and isinstance(kind.get("pointcell"), dict):
        yield kind["pointcell"]


def _windows(spikes: pd.DataFrame, windows: Sequence[Window]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for start, end in windows:
        hits, count = int(_spike_in_interval(spikes, start, end).sum()), len(spikes)
        low, high = wilson_interval(hits, count)
        rows.append(
            {
                "from_ms": start,
                "to_ms": end,
                "rate_Hz": firing_rate(spikes, start, end),
                "spikes_per_sweep": float(spike_count(spikes, start, end).mean()) if count else math.nan,
                "p_spike": hits / count if count else math.nan,
                "p_low": low,
                "p_high": high,
            }
        )
    columns = ["from_ms", "to_ms", "rate_Hz", "spikes_per_sweep", "p_spike", "p_low", "p_high"]
    return pd.DataFrame(rows, columns=columns)


def wilson_interval(hits: int, count: int) -> tuple[float, float]:
    """95 % interval of a probability of which `hits` of `count` were seen (Wilson 1927)."""
    if not count:
        return math.nan, math.nan
    part, square = hits / count, _QUANTILE**2
    centre = part + square / (2 * count)
    half = _QUANTILE * math.sqrt(part * (1 - part) / count + square / (4 * count**2))
    scale = 1 + square / count
    return max((centre - half) / scale, 0.0), min((centre + half) / scale, 1.0)


def _sites(results: SimrunResults, span: Window, simulated: bool) -> pd.DataFrame:
    import pandas as pd

    columns = ["site", "threshold_mV", "spikes", "rate_Hz"]
    if not simulated:
        return pd.DataFrame(columns=columns)
    spikes = {"soma": (SOMA_THRESHOLD_MV, results.spike_times)}
    spikes |= {site: (DENDRITE_THRESHOLD_MV, frame) for site, frame in results.dendritic_spike_times.items()}
    rows = [
        (site, threshold, int(frame.notna().to_numpy().sum()), firing_rate(frame, *span))
        for site, (threshold, frame) in spikes.items()
    ]
    return pd.DataFrame(rows, columns=columns)


def _psth(spikes: pd.DataFrame, span: Window, bin_ms: float, simulated: bool) -> pd.DataFrame:
    import pandas as pd

    columns = ["from_ms", "to_ms", "spikes_per_sweep", "rate_Hz"]
    if not simulated:
        return pd.DataFrame(columns=columns)
    edges, counts = psth(spikes, span[0], span[1], bin_ms)
    return pd.DataFrame(dict(zip(columns, (edges[:-1], edges[1:], counts, counts / bin_ms * 1000), strict=True)))


def _synapse_tables(results: SimrunResults, width: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Synapses by type and by distance, per sweep, without all of them in memory at once."""
    import pandas as pd

    n_sweeps = max(len(results.trials), 1)
    synapses, cells = Counter[str](), Counter[str]()
    releases, spikes = Counter[str](), Counter[str]()
    places = Counter[tuple[str, int]]()
    for part in results.activation_parts("synapses"):
        _count(part, "synapse_type", synapses, releases)
        codes, types = pd.factorize(part["synapse_type"])
        bins = np.floor(part["soma_distance"].to_numpy(dtype=float) / width).astype(int)
        cells_of_table, counts = np.unique(np.column_stack([codes, bins]), axis=0, return_counts=True)
        for (code, place), count in zip(cells_of_table.tolist(), counts.tolist(), strict=True):
            places[type_group(str(types[code])), place] += count
    for part in results.activation_parts("presynaptic_cells"):
        _count(part, "presynaptic_cell_type", cells, spikes)
    names = sorted({*synapses, *cells})
    columns = ("active_synapses", "releases", "presynaptic_cells", "presynaptic_spikes")
    counters = (synapses, releases, cells, spikes)
    by_type = pd.DataFrame(
        {"synapse_type": names}
        | {
            column: [counter[name] / n_sweeps for name in names]
            for column, counter in zip(columns, counters, strict=True)
        }
    )
    last = max((place for _, place in places), default=-1)
    edges = width * np.arange(last + 2)
    by_distance = pd.DataFrame({"from_um": edges[:-1], "to_um": edges[1:]})
    for group in sorted({group for group, _ in places}):
        by_distance[group] = [places[group, place] / n_sweeps for place in range(last + 1)]
    return by_type, by_distance


def _count(part: pd.DataFrame, column: str, rows: Counter[str], times: Counter[str]) -> None:
    grouped = part.groupby(column)["count"].agg(["size", "sum"])
    for name, size, total in zip(grouped.index, grouped["size"].tolist(), grouped["sum"].tolist(), strict=True):
        rows[name] += size
        times[name] += total


def type_group(name: str) -> str:
    """Group of a type: its name before the last ``_`` (``L5tt_C2`` is ``L5tt``)."""
    return name.rsplit("_", 1)[0]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
