"""The output files of ASCENT 1.4, name for name and format for format (``n_sims/<n>/data/outputs``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ascent.engines.base import RunResult
from ascent.files import write_bytes, write_text
from ascent.protocols.jobs import FiberResult
from ascent.protocols.recording import end_ap_times, located_nodes, saves_membrane_currents


def write_outputs(result: FiberResult, folder: Path | str) -> list[Path]:
    """Write everything that `result` holds and its ``saving`` asks for.

    Parameters
    ----------
    result : FiberResult
    folder : path
        ``…/data/outputs``; made if missing.

    Returns
    -------
    list of Path
        The files written, threshold or activation last, so that its presence means that the fiber is finished.
    """
    folder = Path(folder)
    name = f"inner{result.inner}_fiber{result.fiber}"
    texts: dict[str, str] = {}
    for index, run in enumerate(result.runs):
        texts |= {f"{kind}_{name}_amp{index}.dat": text for kind, text in _run_texts(result, run).items()}
    if result.saving.runtimes:
        for index in range(max(len(result.amplitudes), 1)):
            texts[f"runtime_{name}_amp{index}.dat"] = f"{result.seconds:f}\n"
    if result.threshold is not None:
        texts[f"thresh_{name}.dat"] = f"{result.threshold:f}\n"
    else:
        for index, count in enumerate(result.action_potentials):
            texts[f"activation_{name}_amp{index}.dat"] = f"{count:d}\n"
    matrices = []
    if saves_membrane_currents(result.saving):
        matrices = [f"Imembrane_{name}_amp{index}.dat" for index in range(len(result.runs))]
    for file_name, run in zip(matrices, result.runs, strict=False):
        write_bytes(folder / file_name, _current_matrix(run))
    for file_name, text in texts.items():
        # Thousands of small files: the journal says which are owed, should the machine lose its power.
        write_text(folder / file_name, text, durable=False)
    return [folder / file_name for file_name in (*matrices, *texts)]


def _current_matrix(run: RunResult) -> bytes:
    """Net currents (mA) as NEURON's `vwrite` leaves them: tstop, dt, axontotal and the matrix, section by section.

    A vector is its length, a 4 for double precision, and its numbers; tstop and dt are ms.
    """
    step = float(run.time[1] - run.time[0]) if len(run.time) > 1 else 0.0
    vectors = [[run.n_steps * step], [step], [run.membrane_currents.shape[1]], run.membrane_currents.T.ravel()]
    parts = []
    for vector in vectors:
        values = np.asarray(vector, dtype="<f8")
        parts += [np.array([len(values), 4], dtype="<i4").tobytes(), values.tobytes()]
    return b"".join(parts)


def _run_texts(result: FiberResult, run: RunResult) -> dict[str, str]:
    """Kind of file -> its text, for one run."""
    saving, recording = result.saving, result.recording
    texts: dict[str, str] = {}
    if saving.aploctime:
        texts["ap_loctime"] = "".join(f"{run.last_spike(node):f}\n" for node in range(result.n_nodes))
    if recording is None:
        return texts
    if saving.time.vm:
        nodes = located_nodes(saving, result.n_nodes)
        columns = [recording.voltage_nodes.index(node) for node in nodes]
        texts["Vm_time"] = _over_time("Vm", "(mV)", nodes, run.time, run.voltage[:, columns])
    if saving.time.gating:
        for gate, values in run.gates.items():
            texts[f"gating_{gate}_time"] = _over_time(gate, "", recording.gate_nodes, run.time, values)
    if saving.time.istim:
        texts["Istim"] = _table(["Time(ms)", "Istim(nA)"], np.column_stack([run.time, run.current]))
    if recording.electrode is not None:
        rows = np.column_stack([run.time, run.signal])
        texts["SFAP_time"] = _table(["Time(ms)", "SFAP(uV)"], rows, rest="%e")
    if recording.voltage_times:
        texts["Vm_space"] = _over_space("Vm", "(mV)", recording.voltage_times, run.voltage_profile)
    if recording.gate_times:
        for gate, profiles in run.gate_profiles.items():
            texts[f"gating_{gate}_space"] = _over_space(gate, "", recording.gate_times, profiles)
    if saving.end_ap_times is not None:
        times = end_ap_times(run, recording, saving, result.n_nodes)
        header = [f"Node{location:g}_AP_times(ms)" for location in _end_locations(result)]
        texts["Aptimes"] = _table(header, times)
    return texts


def _end_locations(result: FiberResult) -> tuple[float, float]:
    ends = result.saving.end_ap_times
    return (ends.loc_min, ends.loc_max) if ends is not None else (0.0, 1.0)


def _over_time(
    quantity: str, unit: str, nodes: Sequence[int], time: NDArray[np.float64], values: NDArray[np.float64]
) -> str:
    """One row per step: time, then the value at each node."""
    return _table(["Time(ms)", *(f"{quantity}_node{node}{unit}" for node in nodes)], np.column_stack([time, values]))


def _over_space(quantity: str, unit: str, times: Sequence[float], profiles: NDArray[np.float64]) -> str:
    """One row per node: its index, then the value at each time."""
    nodes = np.arange(profiles.shape[1])
    header = ["Node", *(f"{quantity}_time{time:g}ms{unit}" for time in times)]
    return _table(header, np.column_stack([nodes, profiles.T]), first="%d")


def _table(header: Iterable[str], rows: NDArray[np.float64], first: str = "%f", rest: str = "%f") -> str:
    line = " ".join([first, *[rest] * (rows.shape[1] - 1)])
    return "\n".join([" ".join(header), *(line % tuple(row) for row in rows.tolist())]) + "\n"
