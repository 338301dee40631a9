"""What a run of sweeps leaves in its directory.

Each sweep is written when it has ended: its two tables under simrun's names, and its traces and tables in the folder
``sweeps``. When all have ended the files that hold every sweep are made from that folder, a part at a time, and the
folder goes; while sweeps are missing it stays, so that nothing is lost and the run can be resumed.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.files import replacing, write_bytes
from ascent.network.formats.traces import spike_times, write_voltage_traces
from ascent.simrun.runner import SOMA, SweepOutput
from ascent.simrun.tables import COMPRESSION, parquet_bytes, spike_table, trace_table

if TYPE_CHECKING:
    import pyarrow as pa

    from ascent.network.formats.parameter_set import ParameterSet

#: Potential (mV) at which a spike is counted: at the soma, and at other sites.
SOMA_THRESHOLD = 0.0
SITE_THRESHOLD = -30.0
_PIECES = "sweeps"


class SweepFiles:
    """The files of a run.

    Parameters
    ----------
    directory : path
        The run directory.
    unique_id : str
        ``seed<seed>_pid<pid>``: how names of traces and parameters begin; empty leaves it away.
    digits : int
        Digits of the number of a sweep in the names of its tables.
    simulated : bool
        Whether there are traces.
    """

    def __init__(self, directory: Path, unique_id: str, digits: int = 4, simulated: bool = True) -> None:
        self.directory = directory
        self._prefix = f"{unique_id}_" if unique_id else ""
        self._digits = digits
        self._simulated = simulated
        self._pieces = directory / _PIECES

    def begin(self, cell: ParameterSet, network: ParameterSet) -> None:
        """Say on which computer it runs, and with which parameters."""
        write_bytes(self.directory / f"hostname_{socket.gethostname()}", b"")
        cell.save(self.directory / f"{self._prefix}neuron_model.param")
        network.save(self.directory / f"{self._prefix}network_model.param")

    def list_stored(self, files: Sequence[str]) -> None:
        """Write which stored sweep each sweep repeats."""
        rows = [f"{path},{sweep:0{self._digits}d}\n" for sweep, path in enumerate(files)]
        write_bytes(self.directory / "synapse_file_paths.csv", ("synapse_file,number\n" + "".join(rows)).encode())

    def table_path(self, sweep: int) -> Path:
        """The table of active synapses of a sweep."""
        return self.directory / f"simulation_run{sweep:0{self._digits}d}_synapses.csv"

    def _piece(self, sweep: int, what: str) -> Path:
        return self._pieces / f"{sweep:07d}_{what}"

    def write(self, output: SweepOutput) -> None:
        """Write what a sweep gave."""
        table = self.table_path(output.sweep)
        write_bytes(table, output.synapses)
        write_bytes(table.with_name(table.name.replace("_synapses", "_presynaptic_cells")), output.cells)
        write_bytes(self._piece(output.sweep, "synapses.parquet"), output.synapse_table)
        write_bytes(self._piece(output.sweep, "cells.parquet"), output.cell_table)
        if output.traces:
            write_bytes(self._piece(output.sweep, "traces.npy"), output.traces)

    def has(self, sweep: int) -> bool:
        """Whether all that a sweep gave is there."""
        last = "traces.npy" if self._simulated else "cells.parquet"
        return self.table_path(sweep).is_file() and self._piece(sweep, last).is_file()

    def finish(self, sweeps: Sequence[int], sites: Sequence[str], times: NDArray[np.float64], complete: bool) -> None:
        """Make the files that hold every sweep.

        Parameters
        ----------
        sweeps : sequence of int
            The sweeps that are there.
        sites : sequence of str
            Names of the recorded sites, the soma first.
        times : ndarray of float
            Times of the samples, ms.
        complete : bool
            Whether no sweep is missing; then the folder of single sweeps is removed.
        """
        if sweeps:
            self._join("synapse_activation.parquet", sweeps, "synapses.parquet")
            self._join("cell_activation.parquet", sweeps, "cells.parquet")
        if sweeps and self._simulated:
            self._write_traces(sweeps, sites, times)
        if complete:
            shutil.rmtree(self._pieces, ignore_errors=True)

    def _join(self, name: str, sweeps: Sequence[int], what: str) -> None:
        import pyarrow.parquet as parquet

        _write_parquet(self.directory / name, (parquet.read_table(self._piece(sweep, what)) for sweep in sweeps))

    def _write_traces(self, sweeps: Sequence[int], sites: Sequence[str], times: NDArray[np.float64]) -> None:
        spikes: list[tuple[int, str, NDArray[np.float64]]] = []

        def tables() -> Iterable[Any]:
            for sweep in sweeps:
                voltages = np.load(self._piece(sweep, "traces.npy"), allow_pickle=False)
                for site, trace in zip(sites, voltages, strict=True):
                    threshold = SOMA_THRESHOLD if site == SOMA else SITE_THRESHOLD
                    spikes.append((sweep, site, spike_times(times, trace, threshold)))
                yield trace_table(sweep, list(sites), times, voltages)

        _write_parquet(self.directory / "voltage_traces.parquet", tables(), split=["v_mV"])
        write_bytes(self.directory / "spike_times.parquet", parquet_bytes(spike_table(spikes)))
        for place, site in enumerate(sites):
            name = "vm_all_traces.csv" if site == SOMA else f"{site}_vm_dend_traces.csv"

            def rows(column: int, begin: int, end: int, place: int = place) -> NDArray[np.float64]:
                # Read, not mapped: a mapped file counts as memory of the process.
                return _rows_of(self._piece(sweeps[column], "traces.npy"), place, begin, end)

            write_voltage_traces(self.directory / f"{self._prefix}{name}", times, sweeps, rows)


def _rows_of(path: Path, site: int, begin: int, end: int) -> NDArray[np.float64]:
    """Samples of one site out of a file of traces."""
    with open(path, "rb") as stream:
        version = np.lib.format.read_magic(stream)
        assert version == (1, 0)
        (_, count), _, dtype = np.lib.format.read_array_header_1_0(stream)
        stream.seek((site * count + begin) * dtype.itemsize, 1)
        return np.fromfile(stream, dtype, end - begin)


def _write_parquet(path: Path, tables: Iterable[pa.Table], split: list[str] | None = None) -> None:
    """Write tables one after the other, a row group each; columns in `split` hold measured values."""
    import pyarrow.parquet as parquet

    writer = None
    with replacing(path) as temporary:
        try:
            for table in tables:
                if writer is None:
                    names = [name for name in table.schema.names if name not in (split or [])]
                    writer = parquet.ParquetWriter(
                        temporary,
                        table.schema,
                        compression=COMPRESSION,
                        store_schema=False,
                        use_dictionary=names if split else True,
                        use_byte_stream_split=split or False,
                    )
                writer.write_table(table, row_group_size=max(1, table.num_rows))
        finally:
            if writer is not None:
                writer.close()
