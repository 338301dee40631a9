"""Network activity in a report: spikes, traces and synapse activations of the sweeps, from their Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.analysis.report.sources import RunFiles, packed, rounded
from ascent.errors import RunDirectoryError

if TYPE_CHECKING:
    import pandas as pd

SPIKES, TRACES, SYNAPSES = "spike_times.parquet", "voltage_traces.parquet", "synapse_activations.parquet"
#: Sweeps whose traces are shown, and points of each: some 2 MB.
MOST_TRACES = 12
MOST_POINTS = 4000
#: Sweeps in the raster.
MOST_SWEEPS = 500
_BIN_MS = 5.0

_TIME = ("time_ms", "t_ms", "time", "t")
_SWEEP = ("sweep", "run", "trial", "realization")
_VOLTAGE = ("voltage_mV", "vm_mV", "Vm_mV", "v_mV", "vm", "Vm")
_TYPE = ("synapse_type", "synapse type", "type", "cell_type")


def network_data(run: RunFiles) -> dict[str, Any] | None:
    """Raster, traces and activations of a network study; None for a run that has none of the files."""
    spikes, traces, synapses = (_read(run.root / name) for name in (SPIKES, TRACES, SYNAPSES))
    if spikes is None and traces is None and synapses is None:
        return None
    shown = None if traces is None else _traces(traces, run.root / TRACES)
    activity = None if synapses is None else _activations(synapses, run.root / SYNAPSES)
    sweeps = _sweeps(traces, synapses)
    fired = None if spikes is None else _spikes(spikes, sweeps, run.root / SPIKES)
    first, last = _range(shown, fired, activity)
    result: dict[str, Any] = {"range": [first, last], "sweeps": len(sweeps)}
    if fired is not None:
        result["spikes"] = fired
        result["n_spikes"] = sum(len(one["times"]) for one in fired)
    if shown is not None:
        result["traces"] = {
            site: [{"sweep": one["sweep"], "t": packed(one["t"]), "v": packed(one["v"])} for one in lines]
            for site, lines in shown.items()
        }
    if activity is not None:
        result["synapses"] = activity
    return result


def _read(path: Path) -> pd.DataFrame | None:
    if not path.is_file():
        return None
    import pandas as pd

    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise RunDirectoryError(f"{path} could not be read as Parquet: {error}.") from error


def _column(table: pd.DataFrame, names: tuple[str, ...], path: Path | None = None) -> str | None:
    found = next((name for name in names if name in table.columns), None)
    if found is None and path is not None:
        raise RunDirectoryError(f"{path} has none of the columns {', '.join(names)}.")
    return found


def _sweeps(*tables: pd.DataFrame | None) -> list[int]:
    found: set[int] = set()
    for table in tables:
        name = None if table is None else _column(table, _SWEEP)
        if table is not None and name is not None:
            found |= {int(value) for value in table[name].unique()}
    return sorted(found)


def _spikes(table: pd.DataFrame, sweeps: list[int], path: Path) -> list[dict[str, Any]]:
    sweep, time = _column(table, _SWEEP, path), _column(table, (*_TIME, "spike_time_ms", "spike_ms"), path)
    groups: dict[Any, Any] = dict(list(table.groupby(sweep)))
    times = {int(key): np.sort(rows[time].to_numpy(dtype=float)) for key, rows in groups.items()}
    # Sweeps without a spike count too: they have an empty row, and lower the rate.
    every = sorted({*sweeps, *times})[:MOST_SWEEPS]
    return [{"sweep": key, "times": rounded(times.get(key, np.zeros(0)), 3)} for key in every]


def _traces(table: pd.DataFrame, path: Path) -> dict[str, list[dict[str, Any]]]:
    """Traces by site, from a table with a row for each sample, sweep and maybe site."""
    time, sweep = _column(table, _TIME, path), _column(table, _SWEEP, path)
    site = _column(table, ("site", "recording_site", "location"))
    voltage = _column(table, _VOLTAGE, path)
    sites: list[tuple[Any, Any]] = [("soma", table)] if site is None else list(table.groupby(site, sort=False))
    result: dict[str, list[dict[str, Any]]] = {}
    for name, rows in sites:
        result[str(name)] = [
            {"sweep": int(key), **_thinned(one[time].to_numpy(dtype=float), one[voltage].to_numpy(dtype=float))}
            for key, one in list(rows.groupby(sweep))[:MOST_TRACES]
        ]
    return result


def _thinned(times: NDArray[np.float64], values: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """The least and the greatest value of each slice, so that no spike is lost."""
    if len(times) <= MOST_POINTS:
        return {"t": times, "v": values}
    kept: list[int] = []
    for part in np.array_split(np.arange(len(times)), MOST_POINTS // 2):
        kept += sorted({int(part[np.argmin(values[part])]), int(part[np.argmax(values[part])])})
    return {"t": times[kept], "v": values[kept]}


def _activations(table: pd.DataFrame, path: Path) -> dict[str, Any]:
    """Activations of each type of synapse in bins, mean of the sweeps."""
    kind, sweep = _column(table, _TYPE, path), _column(table, _SWEEP, path)
    time = _column(table, (*_TIME, "activation_time_ms", "release_time_ms"), path)
    count = max(int(table[sweep].nunique()), 1)
    times = table[time].to_numpy(dtype=float)
    first, last = (float(np.floor(times.min())), float(np.ceil(times.max()))) if len(times) else (0.0, 1.0)
    edges = np.arange(first, last + _BIN_MS, _BIN_MS)
    types: list[dict[str, Any]] = [
        {
            "type": str(key),
            "counts": rounded(np.histogram(rows[time].to_numpy(dtype=float), edges)[0] / count, 4),
            "total": round(len(rows) / count, 2),
        }
        for key, rows in table.groupby(kind)
    ]
    types.sort(key=lambda one: -one["total"])
    return {"width_ms": _BIN_MS, "first_ms": first, "last_ms": last, "types": types}


def _range(
    traces: dict[str, list[dict[str, Any]]] | None,
    spikes: list[dict[str, Any]] | None,
    activity: dict[str, Any] | None,
) -> tuple[float, float]:
    """Beginning and end of what is shown, ms."""
    if traces:
        times = [one["t"] for lines in traces.values() for one in lines if len(one["t"])]
        if times:
            return float(min(t[0] for t in times)), float(max(t[-1] for t in times))
    if activity:
        return activity["first_ms"], activity["last_ms"]
    found = [time for one in spikes or [] for time in one["times"]]
    return (min(0.0, min(found)), float(np.ceil(max(found)))) if found else (0.0, 1.0)
