"""Files of synapses, connections, activity and traces: read, written, and refused when they are damaged."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.config.network.network import check_network
from ascent.errors import ConfigError
from ascent.network.example import small_example
from ascent.network.formats import activations, spike_files, synapses, traces
from ascent.network.formats.param import read_parameters
from ascent.network.formats.traces import write_rows

SYN = "# Synapse distribution file\n# corresponding to cell: c\n# Type - section - section.x\n\n" + "".join(
    f"L5tt_C{row % 3}\t{row}\t0.{row:03d}\n" for row in range(40)
)
CON = "# Anatomical connectivity realization file\n# c.syn\n# Type - cell ID - synapse ID\n\n" + "".join(
    f"L5tt_C{row % 3}\t{row // 2}\t{row}\n" for row in range(40)
)
SYNAPSES = activations.SYNAPSES_HEADER + "".join(
    f"VPM_C2\t{row}\t10{row}.25\t{row}\t3\tApicalDendrite\t1{row}.5,20{row}.125,\n" for row in range(40)
)
CELLS = activations.CELLS_HEADER + "".join(f"VPM_C2\t{row}\t1{row}.5,20{row}.125,\n" for row in range(40))
TRACES = "t\tVm run 00\tVm run 01\n" + "".join(f"{row * 0.025!r}\t-7{row % 10}.5\t-60.{row}\n" for row in range(40))
SPIKES = "# trial\tspike times\n" + "".join(f"{row}\t{row}.5,1{row}.25,\n" for row in range(40))
PSTH = "# bin begin\tbin end\tAPs/trial/bin\n" + "".join(f"{row}.0\t{row + 1}.0\t0.{row}5\n" for row in range(40))
WEIGHTS = "# header\n" + "".join(f"L2_C2\t{row}\t3\t{row}\tglutamate_syn\t1.5,1.{row},\n" for row in range(40))
EVOKED = (
    "{\n"
    + ",\n".join(
        f'  "L2_C{row}": {{\n    "distribution": "PSTH",\n    "intervals": [(0.0, 1.0), (2.0, 3.0)],\n'
        f'    "probabilities": [0.1, -0.2]\n  }}'
        for row in range(5)
    )
    + "\n}\n"
)
KINDS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "a.syn": (SYN, synapses.read_synapses),
    "a.con": (CON, synapses.read_connections),
    "synapses.csv": (SYNAPSES, activations.read_synapse_activation),
    "presynaptic_cells.csv": (CELLS, activations.read_cell_activation),
    "vm_all_traces.csv": (TRACES, traces.read_voltage_traces),
    "spikes.csv": (SPIKES, spike_files.read_spike_times),
    "psth.param": (PSTH, spike_files.read_psth),
    "weights.csv": (WEIGHTS, spike_files.read_synapse_weights),
    "evoked.param": (EVOKED, spike_files.read_evoked_activity),
}


@pytest.mark.parametrize("name", KINDS)
def test_damaged_files_are_read_or_refused_by_line(name: str, survives: Callable[..., int]) -> None:
    text, read = KINDS[name]

    assert survives(text, name, read, count=100) > 10


def test_damaged_network_parameters_are_read_or_refused_by_line(survives: Callable[..., int]) -> None:
    text = small_example().network.read_text()

    assert survives(text, "network.param", lambda path: check_network(read_parameters(path)), count=100) > 10


@pytest.mark.parametrize("name", KINDS)
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"{name} does not exist"):
        KINDS[name][1](tmp_path / name)


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("a.syn", "L5tt_C1\t1\t0.001", "L5tt_C1\t1\t1.5", "line 6: .*the position along the section is 1.5"),
        ("a.syn", "L5tt_C1\t1\t0.001", "L5tt_C1\t1.0\t0.1", "line 6: .*a row holds a type, a section ID"),
        ("a.con", "# c.syn\n", "L5tt_C0\t1\t2\n", "line 2: .*must name the synapse file"),
        ("a.con", "L5tt_C1\t0\t1\n", "L5tt_C1\t0\t-1\n", "line 6: .*a row holds a type, a cell ID"),
        ("synapses.csv", "# synapse", "synapse", "line 1: the first line must be the header"),
        ("synapses.csv", "\t10.5,200.125,\n", "\t\n", "line 2: .*the row has no times"),
        ("vm_all_traces.csv", "Vm run 01", "Vm run 00", "line 1: a sweep occurs twice"),
        ("vm_all_traces.csv", "0.025\t", "0.5\t", "line 4: the times must ascend"),
        ("spikes.csv", "\n1\t", "\n0\t", "line 3: .*trial 0 stands twice"),
        ("psth.param", "0.0\t1.0", "2.0\t1.0", "line 2: .*ends before it begins"),
        ("weights.csv", "L2_C2\t1\t", "L2_C2\t0\t", "line 3: .*has another place in an earlier line"),
        ("evoked.param", "[0.1, -0.2]", "[0.1]", "line 5: L2_C0.probabilities .*2 bins"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, name: str, old: str, new: str, sentence: str) -> None:
    text, read = KINDS[name]
    assert old in text
    path = tmp_path / name
    path.write_text(text.replace(old, new, 1))

    with pytest.raises(ConfigError, match=sentence):
        read(path)


def test_synapses_and_connections_are_written_as_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.syn").write_text(SYN)
    (tmp_path / "a.con").write_text(CON)
    places, connections = synapses.read_synapses(tmp_path / "a.syn"), synapses.read_connections(tmp_path / "a.con")

    synapses.write_synapses(tmp_path / "b.syn", {n: (p.section.tolist(), p.x.tolist()) for n, p in places.items()}, "c")
    rows = {n: (c.cell.tolist(), c.synapse.tolist()) for n, c in connections.types.items()}
    synapses.write_connections(tmp_path / "b.con", rows, connections.synapse_file)

    again = synapses.read_synapses(tmp_path / "b.syn")
    assert {n: (p.section.tolist(), p.x.tolist()) for n, p in again.items()} == {
        n: (p.section.tolist(), p.x.tolist()) for n, p in places.items()
    }
    both = synapses.read_connections(tmp_path / "b.con")
    assert both.synapse_file == "c.syn"
    assert {n: (c.cell.tolist(), c.synapse.tolist()) for n, c in both.types.items()} == rows


def test_a_fourth_column_of_synapses_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.syn").write_text("L2\t0\t0.5\t1\nL2\t0\t0.5\t0\n")

    pruned = synapses.read_synapses(tmp_path / "a.syn")["L2"].pruned

    assert pruned is not None and pruned.tolist() == [True, False]


def test_numbers_of_cells_and_somata_are_read(tmp_path: Path) -> None:
    (tmp_path / "n.csv").write_text("Presynaptic column\tPresynaptic cell type\tConnected\nA1\tL4py\t8\nA2\tL4py\t0\n")
    (tmp_path / "s.csv").write_text("# one\n# two\n# three\nL2_C2\t0\t1.5\t-2\t3e1\n")

    assert synapses.read_connected_cells(tmp_path / "n.csv") == {("A1", "L4py"): 8, ("A2", "L4py"): 0}
    assert synapses.read_soma_locations(tmp_path / "s.csv") == {"L2_C2": {0: (1.5, -2.0, 30.0)}}


def test_old_tables_without_synapse_ids_are_read(tmp_path: Path) -> None:
    path = tmp_path / "synapses.csv"
    path.write_text("# synapse type\nVPM_C2\t12.5\t3\t4\tDendrite\t9.5,7.5,\n")

    table = activations.read_synapse_activation(path)

    assert (table.synapse_id.tolist(), table.times.tolist()) == ([-1], [7.5, 9.5])


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=60))
def test_traces_hold_every_number_as_python_writes_it(numbers: list[float]) -> None:
    import io

    block = np.array(numbers[: len(numbers) // 3 * 3]).reshape(-1, 3)
    stream = io.BytesIO()

    write_rows(stream, block)

    assert stream.getvalue().decode() == "".join("\t".join(map(repr, row)) + "\n" for row in block.tolist())


@given(st.lists(st.floats(-120, 60), min_size=40, max_size=200))
def test_potentials_are_written_as_python_writes_them(numbers: list[float]) -> None:
    import io

    block = np.array(numbers[: len(numbers) // 2 * 2]).reshape(-1, 2)
    stream = io.BytesIO()

    write_rows(stream, block)

    assert stream.getvalue().decode() == "".join("\t".join(map(repr, row)) + "\n" for row in block.tolist())


def test_traces_are_written_a_part_at_a_time_and_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "_BLOCK", 20)
    times, values = np.arange(50) * 0.025, np.random.default_rng(1).normal(-60, 10, (3, 50))
    path = tmp_path / "traces.csv"

    traces.write_voltage_traces(path, times, [0, 1, 12], lambda column, begin, end: values[column, begin:end])

    assert path.read_text().startswith("t\tVm run 00\tVm run 01\tVm run 12\n0.0\t")
    again = traces.read_voltage_traces(path)
    assert again.sweeps == (0, 1, 12)
    assert np.array_equal(again.times, times) and np.array_equal(again.voltages, values)


def test_spikes_are_samples_at_which_the_potential_has_come_up_to_the_threshold() -> None:
    times = np.arange(7.0)
    potential = np.array([-5.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0])

    assert traces.spike_times(times, potential).tolist() == [5.0]
    assert traces.spike_times(times, potential, -2.0).tolist() == [3.0]


def test_smaller_files_are_written_as_they_are_read(tmp_path: Path) -> None:
    for name in ("spikes.csv", "psth.param", "weights.csv", "evoked.param"):
        (tmp_path / name).write_text(KINDS[name][0])
    spikes = spike_files.read_spike_times(tmp_path / "spikes.csv")
    psth = spike_files.read_psth(tmp_path / "psth.param")
    weights = spike_files.read_synapse_weights(tmp_path / "weights.csv")
    evoked = spike_files.read_evoked_activity(tmp_path / "evoked.param")

    spike_files.write_spike_times(tmp_path / "b", spikes)
    assert spike_files.read_spike_times(tmp_path / "b") == spikes
    spike_files.write_psth(tmp_path / "b", psth)
    assert (tmp_path / "b").read_text() == PSTH
    spike_files.write_synapse_weights(tmp_path / "b", weights)
    assert spike_files.read_synapse_weights(tmp_path / "b") == weights
    spike_files.write_evoked_activity(tmp_path / "b.param", evoked)
    assert spike_files.read_evoked_activity(tmp_path / "b.param") == evoked
