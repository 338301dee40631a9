"""Results of network studies as pandas frames, under the names that simrun's users know.

``load_simrun(DIR)`` takes one run directory, one archive of it, or a folder of many, of this package or of the In
Silico Framework::

    results = load_simrun("results/20261122-1930_seed42_pid123")
    results["voltage_traces"]         # a row a trial, a column a time (ms); mV
    results["synapse_activation"]     # a row an active synapse; columns 0, 1, … its release times (ms)
    results["cell_activation"]        # a row a presynaptic cell that spiked
    results["spike_times"]            # a row a trial; columns 0, 1, … its spikes (ms)
    results["dendritic_recordings"]   # {site: voltage traces}
    results["dendritic_spike_times"]  # {site: spike times}, at -30 mV
    results["parameterfiles"]         # a row a trial: its cell and network parameter files
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ascent.errors import RunDirectoryError
from ascent.network.formats.activations import read_cell_activation, read_synapse_activation
from ascent.simrun.spikes import DENDRITE_THRESHOLD_MV, SOMA_THRESHOLD_MV, padded, ragged_frame, spike_detection
from ascent.simrun.trace_frames import read_traces, stored_traces, sweeps_of_traces

if TYPE_CHECKING:
    import pandas as pd

_SWEEP = re.compile(r"simulation_run(\d+)_(synapses|presynaptic_cells)\.csv")
_TRACES = re.compile(r"(?P<run>.+?)_vm_all_traces\.csv")
_SITE_TRACES = re.compile(r"(?P<run>(?:seed\d+_pid\d+|[^_]+))_(?P<site>.+)_vm_dend_traces\.csv")
_MARKS = ("*_vm_all_traces.csv", "simulation_run*_synapses.csv")
_ARCHIVES = (".tar.gz", ".tar.zst", ".tar")
_INDEX = "sim_trial_index"
_CELL_COLUMNS = ("presynaptic_cell_type", "cell_ID")
_SYNAPSE_COLUMNS = ("synapse_type", "synapse_ID", "soma_distance", "section_ID", "section_pt_ID", "dendrite_label")
#: Columns of the two tables of activation, and their Parquet file.
_TABLES = {
    "synapses": (_SYNAPSE_COLUMNS, "synapse_activation.parquet"),
    "presynaptic_cells": (_CELL_COLUMNS, "cell_activation.parquet"),
}


def load_simrun(path: Path | str) -> SimrunResults:
    """Open the results of one or many runs; frames are read when they are asked for.

    Parameters
    ----------
    path : path
        A run directory, an archive of one, or a folder that holds some at any depth (those that are still
        ``_running`` are passed over).

    Raises
    ------
    RunDirectoryError
        When it does not exist or holds no run.
    """
    place = Path(path)
    if place.name.endswith(_ARCHIVES) and place.is_file():
        return SimrunResults._of_archive(place)
    if not place.is_dir():
        raise RunDirectoryError(f"{path} does not exist; a run directory, its archive or a folder of runs is needed.")
    if _is_run(place):
        return SimrunResults(place, [place])
    found = {file.parent for pattern in _MARKS for file in place.rglob(pattern)}
    runs = sorted(run for run in found if not run.name.endswith("_running"))
    if not runs:
        raise RunDirectoryError(f"{path} holds no results of a network study (no *_vm_all_traces.csv, *_synapses.csv).")
    return SimrunResults(place, runs)


def _is_run(folder: Path) -> bool:
    return any(_SWEEP.fullmatch(file.name) or _TRACES.fullmatch(file.name) for file in folder.iterdir())


class SimrunResults(Mapping[str, Any]):
    """Frames of one or many runs by their names; see the module.

    Parameters
    ----------
    root : path
        What indices of trials are relative to.
    runs : list of path
        Run directories.

    Attributes
    ----------
    trials : list of (str, path, int)
        Index (``<run>/<sweep, six digits>``), run directory and number of each sweep.
    """

    NAMES = (
        "voltage_traces", "synapse_activation", "cell_activation", "spike_times", "dendritic_recordings",
        "dendritic_spike_times", "parameterfiles",
    )  # fmt: skip

    def __init__(self, root: Path, runs: list[Path]) -> None:
        self.root = root
        self.runs = runs
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        names = [run.name if run == root else str(run.relative_to(root)) for run in runs]
        self.trials = [
            (f"{name}/{sweep:06d}", run, sweep) for name, run in zip(names, runs, strict=True) for sweep in _sweeps(run)
        ]

    @classmethod
    def _of_archive(cls, archive: Path) -> SimrunResults:
        from ascent.runs.archive import extract_archive

        temporary = tempfile.TemporaryDirectory(prefix="ascent-")
        folder = extract_archive(archive, temporary.name)
        if not _is_run(folder):
            raise RunDirectoryError(f"{archive} holds no results of a network study.")
        results = cls(folder, [folder])
        results._temporary = temporary
        return results

    def __getitem__(self, name: str) -> Any:
        if name not in self.NAMES:
            raise KeyError(f"{name}; there are {', '.join(self.NAMES)}")
        return getattr(self, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.NAMES)

    def __len__(self) -> int:
        return len(self.NAMES)

    @cached_property
    def voltage_traces(self) -> pd.DataFrame:
        """Membrane potential of the soma: a row a trial, a column a time (ms); mV."""
        return self._traces("soma")

    @cached_property
    def dendritic_recordings(self) -> dict[str, pd.DataFrame]:
        """Membrane potential of each further site, as `voltage_traces`; by the label of the site."""
        return {site: self._traces(site) for site in self.sites}

    @cached_property
    def sites(self) -> list[str]:
        """Labels of the sites besides the soma."""
        found = (_SITE_TRACES.fullmatch(file.name) for run in self.runs for file in _files(run))
        return sorted({match["site"] for match in found if match})

    @cached_property
    def spike_times(self) -> pd.DataFrame:
        """Spikes at the soma (0 mV upwards): a row a trial, columns 0, 1, … (ms)."""
        return self._stored_spikes("soma", SOMA_THRESHOLD_MV)

    @cached_property
    def dendritic_spike_times(self) -> dict[str, pd.DataFrame]:
        """Spikes at each further site (-30 mV upwards), by the label of the site."""
        return {site: self._stored_spikes(site, DENDRITE_THRESHOLD_MV) for site in self.sites}

    def first_traces(self, count: int, site: str = "soma") -> pd.DataFrame:
        """Membrane potential (mV) of the first `count` trials, without reading the others where that can be avoided."""
        run = self.runs[0]
        stored = run / "voltage_traces.parquet"
        sweeps = [sweep for _, where, sweep in self.trials if where == run][:count]
        if not stored.is_file() or len(self.runs) > 1:
            return self._traces(site).iloc[:count]
        frame = stored_traces(stored, site, sweeps)
        frame.index = [self._by_run()[run][sweep] for sweep in frame.index]
        return frame

    def spike_times_at(self, threshold: float, site: str = "soma") -> pd.DataFrame:
        """Spikes at a threshold (mV), at the soma or at another site."""
        return spike_detection(self._traces(site), threshold)

    @cached_property
    def synapse_activation(self) -> pd.DataFrame:
        """Active synapses of all trials; columns 0, 1, … are release times (ms)."""
        return self._activation("synapses")

    @cached_property
    def cell_activation(self) -> pd.DataFrame:
        """Presynaptic cells that spiked, of all trials; columns 0, 1, … are spike times (ms)."""
        return self._activation("presynaptic_cells")

    @cached_property
    def parameterfiles(self) -> pd.DataFrame:
        """Copies of the parameter files of each trial: ``path_neuron``, ``path_network``."""
        import pandas as pd

        files = {run: [_parameter_file(run, kind) for kind in ("neuron", "network")] for run in self.runs}
        rows = {index: files[run] for index, run, _ in self.trials}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["path_neuron", "path_network"])

    def activation_parts(self, kind: str = "synapses") -> Iterator[pd.DataFrame]:
        """Active synapses (or ``"presynaptic_cells"``) part by part, for studies that are too large for one frame.

        Yields
        ------
        DataFrame
            The columns of `synapse_activation` (or `cell_activation`) without the times; ``count`` is their number.
        """
        import pandas as pd

        columns, stored = _TABLES[kind]
        for run, indices in self._by_run().items():
            if (run / stored).is_file():
                yield from _stored_parts(run / stored, columns)
                continue
            for sweep in indices:
                path = _sweep_file(run, sweep, kind)
                if path is not None:
                    named, offsets, _ = _read_activation(path, kind)
                    yield pd.DataFrame({**named, "count": np.diff(offsets)})

    def synapse_file(self, index: str) -> Path:
        """The ``*_synapses.csv`` file of a trial.

        Raises
        ------
        RunDirectoryError
            When there is no such trial or it has none.
        """
        for name, run, sweep in self.trials:
            path = _sweep_file(run, sweep, "synapses")
            if name == index and path is not None:
                return path
        raise RunDirectoryError(f"{self.root}: trial {index} has no table of active synapses.")

    def _by_run(self) -> dict[Path, dict[int, str]]:
        """Index of each trial, by run and number of the sweep."""
        found: dict[Path, dict[int, str]] = {}
        for index, run, sweep in self.trials:
            found.setdefault(run, {})[sweep] = index
        return found

    def _traces(self, site: str) -> pd.DataFrame:
        import pandas as pd

        frames = []
        for run, indices in self._by_run().items():
            stored = run / "voltage_traces.parquet"
            path = _trace_file(run, site)
            if stored.is_file():
                frame = stored_traces(stored, site)
            elif path is not None:
                frame = read_traces(path)
            else:
                continue
            frame.index = pd.Index([indices.get(sweep, f"{sweep:06d}") for sweep in frame.index])
            frames.append(frame)
        result = pd.concat(frames) if frames else pd.DataFrame()
        result.index.name = _INDEX
        return result

    def _stored_spikes(self, site: str, threshold: float) -> pd.DataFrame:
        """Spikes at the usual threshold: from the table of a run if it has one, else from its traces."""
        import pandas as pd

        if not all((run / "spike_times.parquet").is_file() for run in self.runs):
            return self.spike_times_at(threshold, site)
        rows = []
        for run, indices in self._by_run().items():
            table = pd.read_parquet(run / "spike_times.parquet", filters=[("site", "==", site)])
            by_sweep = {sweep: part["t_ms"].to_numpy() for sweep, part in table.groupby("sweep")}
            rows += [(index, by_sweep.get(sweep, np.empty(0))) for sweep, index in indices.items()]
        index = pd.Index([name for name, _ in rows], name=_INDEX)
        return ragged_frame([times for _, times in rows], index)

    def _activation(self, kind: str) -> pd.DataFrame:
        import pandas as pd

        columns, stored = _TABLES[kind]
        frames: list[pd.DataFrame] = []
        times: list[Any] = []
        for run, indices in self._by_run().items():
            if (run / stored).is_file():
                table = pd.read_parquet(run / stored)
                table.index = pd.Index(table["sweep"].map(indices))
                frames.append(table[list(columns)])
                times += table["times_ms"].tolist()
                continue
            for sweep, index in indices.items():
                path = _sweep_file(run, sweep, kind)
                if path is not None:
                    named, offsets, values = _read_activation(path, kind)
                    frames.append(pd.DataFrame(named, index=[index] * (len(offsets) - 1)))
                    times += np.split(values, offsets[1:-1]) if len(offsets) > 1 else []
        return _with_times(frames, times, columns)


def _stored_parts(path: Path, columns: tuple[str, ...]) -> Iterator[pd.DataFrame]:
    import pyarrow.compute as compute
    import pyarrow.parquet as parquet

    for batch in parquet.ParquetFile(path).iter_batches(batch_size=100_000, columns=[*columns, "times_ms"]):
        counts = compute.list_value_length(batch.column("times_ms"))
        frame = batch.select(list(columns)).to_pandas()
        frame["count"] = counts.to_numpy(zero_copy_only=False)
        yield frame


def read_activation_frame(path: Path | str, kind: str = "synapses") -> pd.DataFrame:
    """One table of active synapses (or of ``"presynaptic_cells"``) as a frame; columns 0, 1, … are times (ms)."""
    import pandas as pd

    named, offsets, values = _read_activation(Path(path), kind)
    columns = _SYNAPSE_COLUMNS if kind == "synapses" else _CELL_COLUMNS
    times = np.split(values, offsets[1:-1]) if len(offsets) > 1 else []
    return _with_times([pd.DataFrame(named)], times, columns)


def read_pandas_synapse_activation_from_roberts_format(
    path: Path | str, sim_trial_index: str = "no_sim_trail_assigned"
) -> pd.DataFrame:
    """A ``*_synapses.csv`` file as a frame, under the name that ISF's users know."""
    frame = read_activation_frame(path)
    return frame.set_index(np.full(len(frame), sim_trial_index)).rename_axis(_INDEX)


def read_pandas_cell_activation_from_roberts_format(
    path: Path | str, sim_trial_index: str = "no_sim_trail_assigned"
) -> pd.DataFrame:
    """A ``*_presynaptic_cells.csv`` file as a frame, under the name that ISF's users know."""
    frame = read_activation_frame(path, "presynaptic_cells")
    return frame.set_index(np.full(len(frame), sim_trial_index)).rename_axis(_INDEX)


def _read_activation(path: Path, kind: str) -> tuple[dict[str, Any], Any, Any]:
    """Columns of a table of synapses or of cells, where the times of each row begin, and the times."""
    if kind == "synapses":
        table = read_synapse_activation(path)
        columns = (table.types, table.synapse_id, table.soma_distance, table.section, table.point, table.labels)
        return dict(zip(_SYNAPSE_COLUMNS, columns, strict=True)), table.offsets, table.times
    cells = read_cell_activation(path)
    return dict(zip(_CELL_COLUMNS, (cells.types, cells.cell_id), strict=True)), cells.offsets, cells.times


def _trace_file(run: Path, site: str) -> Path | None:
    for file in _files(run):
        match = _SITE_TRACES.fullmatch(file.name)
        if (site == "soma" and _TRACES.fullmatch(file.name)) or (match and match["site"] == site):
            return file
    return None


def _with_times(frames: list[pd.DataFrame], times: list[Any], columns: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    if not frames:
        return pd.DataFrame(columns=list(columns))
    table = pd.concat(frames)
    values = padded(times)
    along = pd.DataFrame(values, index=table.index, columns=[str(place) for place in range(values.shape[1])])
    result = pd.concat([table, along], axis=1)
    result.index.name = _INDEX
    return result


def _files(run: Path) -> list[Path]:
    return sorted(path for path in run.iterdir() if path.is_file())


def _sweeps(run: Path) -> list[int]:
    """Numbers of the sweeps of a run: by the tables of synapses, else by the traces."""
    numbers = {int(match[1]) for match in (_SWEEP.fullmatch(file.name) for file in _files(run)) if match}
    if not numbers:
        traces = next(file for file in _files(run) if _TRACES.fullmatch(file.name))
        numbers = set(sweeps_of_traces(traces))
    return sorted(numbers)


def _sweep_file(run: Path, sweep: int, kind: str) -> Path | None:
    for digits in (4, 7):
        path = run / f"simulation_run{sweep:0{digits}d}_{kind}.csv"
        if path.is_file():
            return path
    return None


def _parameter_file(run: Path, kind: str) -> str:
    endings = (f"{kind}_model.param", f"{kind}_model.param.TEMPLATE")
    found = [file for file in _files(run) if file.name.endswith(endings)]
    return str(found[0]) if found else ""
