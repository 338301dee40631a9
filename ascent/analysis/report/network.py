"""Network activity in a report: spikes, traces and synapse activations of the sweeps, from their Parquet files.

The files may hold thousands of sweeps, so they are read in parts, and only what is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.analysis.report.sources import RunFiles, packed, rounded
from ascent.errors import RunDirectoryError

#: Columns: sweep, site, t_ms · sweep, site, t_ms, v_mV · sweep, synapse_type, soma_distance, times_ms (lists), …
SPIKES, TRACES, SYNAPSES = "spike_times.parquet", "voltage_traces.parquet", "synapse_activation.parquet"
#: Sweeps whose traces are shown, and points of each: some 2 MB.
MOST_TRACES = 12
MOST_POINTS = 4000
#: Sweeps in the raster, cell types in the figure and in the table of activations.
MOST_SWEEPS = 500
MOST_CURVES = 16
MOST_TYPES = 60
_BIN_MS = 5.0

Array = NDArray[np.float64]


def network_data(run: RunFiles) -> dict[str, Any] | None:
    """Raster, traces and activations of a network study; None for a run that has none of the files."""
    paths = {name: run.root / name for name in (SPIKES, TRACES, SYNAPSES) if (run.root / name).is_file()}
    if not paths:
        return None
    sweeps = _sweeps(paths)
    traces = _traces(paths[TRACES], sweeps[:MOST_TRACES]) if TRACES in paths else None
    activity = _activations(paths[SYNAPSES], len(sweeps)) if SYNAPSES in paths else None
    spikes = _spikes(paths[SPIKES], sweeps) if SPIKES in paths else None
    result: dict[str, Any] = {"range": _range(traces, spikes, activity), "sweeps": len(sweeps)}
    if spikes is not None:
        result["spikes"] = [{"sweep": key, "times": rounded(times, 3)} for key, times in spikes[:MOST_SWEEPS]]
        result["n_spikes"] = sum(len(times) for _, times in spikes)
    if traces is not None:
        result["traces"] = {
            site: [{"sweep": sweep, "t": packed(times), "v": packed(values)} for sweep, times, values in lines]
            for site, lines in traces.items()
        }
    if activity is not None:
        result["synapses"] = activity
    return result


def _parts(path: Path, columns: list[str]) -> Iterator[Any]:
    """The file as Arrow tables, a part at a time."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        with parquet.ParquetFile(path) as file:
            missing = [name for name in columns if name not in file.schema_arrow.names]
            if missing:
                raise RunDirectoryError(f"{path} lacks the column {missing[0]}.")
            for batch in file.iter_batches(batch_size=1 << 18, columns=columns):
                yield pa.table(batch)
    except (pa.ArrowException, OSError) as error:
        raise RunDirectoryError(f"{path} could not be read as Parquet: {error}.") from error


def _sweeps(paths: dict[str, Path]) -> list[int]:
    """All sweeps, also those without a spike: they have an empty row, and lower the rate."""
    found: set[int] = set()
    for path in paths.values():
        for part in _parts(path, ["sweep"]):
            found |= {int(value) for value in part["sweep"].unique().to_pylist()}
    return sorted(found)


def _spikes(path: Path, sweeps: list[int]) -> list[tuple[int, Array]]:
    """Spike times of each sweep at the first site, which is the soma."""
    times: dict[int, list[Array]] = {sweep: [] for sweep in sweeps}
    first: str | None = None
    for part in _parts(path, ["sweep", "site", "t_ms"]):
        table = part.to_pandas()
        if first is None and len(table):
            first = "soma" if (table["site"] == "soma").any() else str(table["site"].iloc[0])
        for key, rows in table[table["site"] == first].groupby("sweep"):
            times[int(str(key))].append(rows["t_ms"].to_numpy(dtype=float))
    return [(sweep, np.sort(np.concatenate([np.zeros(0), *parts]))) for sweep, parts in times.items()]


def _traces(path: Path, sweeps: list[int]) -> dict[str, list[tuple[int, Array, Array]]]:
    """Traces of some sweeps by site: (sweep, times in ms, potentials in mV)."""
    import pyarrow as pa
    import pyarrow.compute as compute

    kept = []
    for part in _parts(path, ["sweep", "site", "t_ms", "v_mV"]):
        chosen = part.filter(compute.is_in(part["sweep"], pa.array(sweeps, part["sweep"].type)))
        if chosen.num_rows:
            kept.append(chosen)
    result: dict[str, list[tuple[int, Array, Array]]] = {}
    if not kept:
        return result
    table = pa.concat_tables(kept).to_pandas()
    for (site, sweep), rows in table.groupby(["site", "sweep"], sort=False):
        times, values = rows["t_ms"].to_numpy(dtype=float), rows["v_mV"].to_numpy(dtype=float)
        result.setdefault(str(site), []).append((int(str(sweep)), *thinned(times, values)))
    return result


def thinned(times: Array, values: Array) -> tuple[Array, Array]:
    """The least and the greatest value of each slice, so that no spike is lost."""
    if len(times) <= MOST_POINTS:
        return times, values
    kept: list[int] = []
    for part in np.array_split(np.arange(len(times)), MOST_POINTS // 2):
        kept += sorted({int(part[np.argmin(values[part])]), int(part[np.argmax(values[part])])})
    return times[kept], values[kept]


class _Activity:
    """What adds up of one type of synapse."""

    def __init__(self) -> None:
        self.synapses, self.activations, self.distance = 0, 0, 0.0
        self.bins: dict[int, int] = {}

    def add(self, times: Array, distances: Array) -> None:
        self.synapses += len(distances)
        self.distance += float(distances.sum())
        self.activations += len(times)
        places, counts = np.unique(np.floor(times / _BIN_MS).astype(int), return_counts=True)
        for place, count in zip(places.tolist(), counts.tolist(), strict=True):
            self.bins[place] = self.bins.get(place, 0) + count


def _activations(path: Path, sweeps: int) -> dict[str, Any]:
    """Activations of each type of synapse in bins, mean of the sweeps, and a row of numbers for each."""
    found: dict[str, _Activity] = {}
    for part in _parts(path, ["synapse_type", "soma_distance", "times_ms"]):
        for kind in part["synapse_type"].unique().to_pylist():
            rows = part.filter(_equals(part["synapse_type"], kind))
            times = rows["times_ms"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
            found.setdefault(kind, _Activity()).add(times, rows["soma_distance"].to_numpy())
    count = max(sweeps, 1)
    places = [place for one in found.values() for place in one.bins] or [0]
    first, last = min(places), max(places)
    ordered = sorted(found.items(), key=lambda item: (-item[1].activations, item[0]))
    return {
        "width_ms": _BIN_MS,
        "first_ms": first * _BIN_MS,
        "last_ms": (last + 1) * _BIN_MS,
        "n_types": len(ordered),
        "curves": [
            {
                "type": kind,
                "counts": rounded([one.bins.get(place, 0) / count for place in range(first, last + 1)], 4),
                "total": round(one.activations / count, 2),
            }
            for kind, one in ordered[:MOST_CURVES]
        ],
        "types": [
            {
                "type": kind,
                "synapses": round(one.synapses / count, 2),
                "activations": round(one.activations / count, 2),
                "distance_um": round(one.distance / max(one.synapses, 1), 1),
            }
            for kind, one in ordered[:MOST_TYPES]
        ],
    }


def _equals(column: Any, value: str) -> Any:
    import pyarrow.compute as compute

    return compute.equal(column, value)


def _range(
    traces: dict[str, list[tuple[int, Array, Array]]] | None,
    spikes: list[tuple[int, Array]] | None,
    activity: dict[str, Any] | None,
) -> list[float]:
    """Beginning and end of what is shown, ms."""
    times = [times for lines in (traces or {}).values() for _, times, _ in lines if len(times)]
    if times:
        return [float(min(t[0] for t in times)), float(max(t[-1] for t in times))]
    if activity:
        return [activity["first_ms"], activity["last_ms"]]
    found = np.concatenate([np.zeros(1), *(times for _, times in spikes or [])])
    return [float(found.min()), float(np.ceil(found.max())) or 1.0]
