"""The tables of sweeps as Parquet: the same bytes for the same numbers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

    from ascent.network.activity import PresynapticSpikes
    from ascent.network.realization import Realization

COMPRESSION = "zstd"


def synapse_table(realization: Realization, labels: tuple[str, ...]) -> pa.Table:
    """One row an active synapse: what the table of active synapses says, with the number of the sweep.

    Parameters
    ----------
    realization : Realization
    labels : tuple of str
        Label of each section of the cell.
    """
    import pyarrow as pa

    names, all_labels = np.array(realization.type_names), np.array(labels)
    return pa.table(
        {
            "sweep": pa.array(np.full(realization.n_synapses, realization.sweep, dtype=np.int32)),
            "synapse_type": pa.array(names[realization.type_index].tolist(), pa.string()),
            "synapse_ID": pa.array(realization.synapse_id),
            "soma_distance": pa.array(realization.soma_distance),
            "section_ID": pa.array(realization.section),
            "section_pt_ID": pa.array(realization.point),
            "dendrite_label": pa.array(all_labels[realization.section].tolist(), pa.string()),
            "times_ms": _lists(realization.release_offsets, realization.release_times),
        }
    )


def cell_table(sweep: int, spikes: PresynapticSpikes) -> pa.Table:
    """One row a presynaptic cell that spiked, types by name, with the number of the sweep."""
    import pyarrow as pa

    active = np.flatnonzero(spikes.counts)
    kind = np.searchsorted(spikes.first_cell, active, side="right") - 1
    rank = np.argsort(np.argsort(np.array(spikes.type_names), kind="stable"), kind="stable")
    order = np.argsort(rank[kind] if len(kind) else kind, kind="stable")
    active, kind = active[order], kind[order]
    counts = spikes.counts[active]
    offsets = np.concatenate([[0], np.cumsum(counts)])
    places = np.repeat(spikes.offsets[active] - offsets[:-1], counts) + np.arange(int(counts.sum()))
    return pa.table(
        {
            "sweep": pa.array(np.full(len(active), sweep, dtype=np.int32)),
            "presynaptic_cell_type": pa.array([spikes.type_names[index] for index in kind.tolist()], pa.string()),
            "cell_ID": pa.array((active - spikes.first_cell[kind]).astype(np.int32)),
            "times_ms": _lists(offsets, spikes.times[places]),
        }
    )


def spike_table(spikes: list[tuple[int, str, NDArray[np.float64]]]) -> pa.Table:
    """One row a spike, of (sweep, site, times in ms)."""
    import pyarrow as pa

    counts = [len(times) for _, _, times in spikes]
    times = np.concatenate([np.empty(0), *(times for _, _, times in spikes)])
    return pa.table(
        {
            "sweep": pa.array(np.repeat(np.array([sweep for sweep, _, _ in spikes], dtype=np.int32), counts)),
            "site": pa.array(
                np.repeat(np.array([site for _, site, _ in spikes], dtype=object), counts).tolist(), pa.string()
            ),
            "t_ms": pa.array(times),
        }
    )


def trace_table(sweep: int, sites: list[str], times: NDArray[np.float64], voltages: NDArray[np.float64]) -> pa.Table:
    """One row a sample of a site (mV)."""
    import pyarrow as pa

    count = len(times)
    indices = pa.array(np.repeat(np.arange(len(sites), dtype=np.int32), count))
    return pa.table(
        {
            "sweep": pa.array(np.full(count * len(sites), sweep, dtype=np.int32)),
            "site": pa.DictionaryArray.from_arrays(indices, pa.array(sites, pa.string())).cast(pa.string()),
            "t_ms": pa.array(np.tile(times, len(sites))),
            "v_mV": pa.array(voltages.ravel()),
        }
    )


def parquet_bytes(table: pa.Table) -> bytes:
    """A table as a Parquet file."""
    import pyarrow.parquet as parquet

    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression=COMPRESSION, store_schema=False)
    return buffer.getvalue()


def _lists(offsets: NDArray[np.int64], values: NDArray[np.float64]) -> Any:
    import pyarrow as pa

    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pa.array(values))
