"""Results as pandas frames: of this package, as CSV and as Parquet, and of the In Silico Framework."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ascent.errors import AscentError, RunDirectoryError
from ascent.runs.archive import write_archive
from ascent.simrun import load_simrun
from ascent.simrun.results import (
    read_pandas_cell_activation_from_roberts_format,
    read_pandas_synapse_activation_from_roberts_format,
)
from ascent.simrun.trace_frames import read_traces


def test_a_trial_is_indexed_by_its_run_and_sweep(run: Path) -> None:
    results = load_simrun(run)
    expected = [f"{run.name}/{sweep:06d}" for sweep in range(3)]
    assert results["voltage_traces"].index.tolist() == results["spike_times"].index.tolist() == expected
    assert results["synapse_activation"].index.unique().tolist() == expected


def test_voltage_traces_have_a_row_a_trial_and_a_column_a_time(run: Path) -> None:
    traces = load_simrun(run)["voltage_traces"]
    assert traces.columns[0] == 0 and traces.columns[1] == 0.025 and traces.columns[-1] == pytest.approx(180, abs=0.03)
    assert traces.iloc[:, 0].tolist() == [-75.0] * 3


def test_synapse_activation_has_the_columns_that_simruns_users_know(run: Path) -> None:
    frame = load_simrun(run)["synapse_activation"]
    assert frame.columns[:8].tolist() == [
        "synapse_type", "synapse_ID", "soma_distance", "section_ID", "section_pt_ID", "dendrite_label", "0", "1",
    ]  # fmt: skip
    first = (run / "simulation_run0000_synapses.csv").read_text().splitlines()[1].split("\t")
    row = frame.iloc[0]
    assert [row["synapse_type"], str(row["synapse_ID"]), repr(float(row["soma_distance"]))] == first[:3]
    assert [float(time) for time in first[6].split(",") if time] == row[6:].dropna().tolist()


def test_cell_activation_has_a_row_a_cell_that_spiked(run: Path) -> None:
    frame = load_simrun(run)["cell_activation"]
    assert frame.columns[:3].tolist() == ["presynaptic_cell_type", "cell_ID", "0"]
    assert frame["0"].notna().all()


def test_parquet_and_csv_give_the_same_frames(run: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run, tmp_path / run.name))
    for path in copy.glob("*.parquet"):
        path.unlink()
    fast, slow = load_simrun(run), load_simrun(copy)
    for name in ("voltage_traces", "synapse_activation", "cell_activation", "spike_times"):
        pd.testing.assert_frame_equal(fast[name], slow[name], check_dtype=False, check_exact=True)
    for name in ("dendritic_recordings", "dendritic_spike_times"):
        (site,) = fast[name]
        pd.testing.assert_frame_equal(fast[name][site], slow[name][site], check_exact=True)


def test_spikes_at_another_threshold_come_from_the_traces(run: Path) -> None:
    results = load_simrun(run)
    low, high = results.spike_times_at(-30.0), results.spike_times_at(1000.0)
    assert low.notna().sum().sum() >= results["spike_times"].notna().sum().sum() > 0
    assert high.shape == (3, 0)


def test_parameter_files_stand_beside_their_trials(run: Path) -> None:
    files = load_simrun(run)["parameterfiles"]
    assert [Path(path).name for path in files.iloc[0]] == [
        f"{run.name.split('_', 1)[1]}_neuron_model.param", f"{run.name.split('_', 1)[1]}_network_model.param",
    ]  # fmt: skip


def test_an_archive_is_read_like_its_directory(run: Path, tmp_path: Path) -> None:
    archive = write_archive(run, tmp_path / f"{run.name}.tar.gz", 0.0)
    pd.testing.assert_frame_equal(load_simrun(archive)["spike_times"], load_simrun(run)["spike_times"])


def test_a_folder_of_runs_is_read_as_one_and_running_ones_are_passed_over(run: Path, tmp_path: Path) -> None:
    for name in ("a/first", "a/second", "third_running"):
        shutil.copytree(run, tmp_path / name)
    results = load_simrun(tmp_path)
    assert len(results.trials) == 6
    assert results["spike_times"].index[3] == "a/second/000000"


def test_results_of_the_in_silico_framework_are_read(isf_results: Path) -> None:
    results = load_simrun(isf_results)
    spikes = results["spike_times"]
    assert spikes.index[0] == "C2_evoked_UpState_INH_PW_1.0_SuW_0.5_C2center/20150815-1530_20240/000000"
    lines = next(isf_results.rglob("*_vm_all_traces.csv")).read_text().splitlines()[1:]
    t, *traces = zip(*(map(float, line.split()) for line in lines), strict=True)
    for trace, (_, found) in zip(traces, spikes.iterrows(), strict=True):
        expected = [t[k] for k in range(1, len(t)) if trace[k - 1] < 0 <= trace[k]]
        assert found.dropna().tolist() == expected and len(expected) in (1, 2, 4)
    assert len(results["synapse_activation"]) == 26140
    assert len(results["dendritic_recordings"]) == 2


@pytest.mark.parametrize("place", ["nowhere", "empty"])
def test_what_holds_no_results_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunDirectoryError, match="does not exist|holds no results"):
        load_simrun(tmp_path / place)


def test_corrupted_traces_are_read_or_refused_with_their_line(tmp_path: Path) -> None:
    generator = np.random.default_rng(7)
    rows = ["t\tVm run 00\tVm run 01"] + [f"{0.025 * k}\t{-75.0 + k}\t{-70.0 - k}" for k in range(30)]
    text = "\n".join(rows) + "\n"
    path = tmp_path / "seed1_pid2_vm_all_traces.csv"
    refused = 0
    for number in range(150):
        data = bytearray(text.encode())
        place = int(generator.integers(len(data)))
        if number % 3 == 0:
            data[place : place + 1] = bytes([int(generator.integers(256))])
        elif number % 3 == 1:
            del data[place : place + int(generator.integers(1, 12))]
        else:
            data[place:place] = bytes(generator.choice(list(b"\tx\n-,e."), size=3).tolist())
        path.write_bytes(bytes(data))
        try:
            frame = read_traces(path)
        except AscentError as error:
            refused += 1
            assert path.name in str(error) and "line " in str(error), str(error)
        else:
            assert np.isfinite(frame.to_numpy()).all()
    assert refused > 60


def test_readers_of_frames_do_not_change_the_run(run: Path, snapshot: Callable[[Path], dict[str, bytes]]) -> None:
    before = snapshot(run)
    results = load_simrun(run)
    for name in results:
        _ = results[name]
    assert snapshot(run) == before


@pytest.fixture
def snapshot() -> Callable[[Path], dict[str, bytes]]:
    return lambda folder: {path.name: path.read_bytes() for path in folder.iterdir()}


def test_single_tables_are_read_under_the_names_that_isfs_users_know(run: Path) -> None:
    synapses = read_pandas_synapse_activation_from_roberts_format(run / "simulation_run0001_synapses.csv", "trial")
    whole = load_simrun(run)["synapse_activation"]
    assert set(synapses.index) == {"trial"}
    assert synapses["0"].tolist() == whole.loc[whole.index.unique()[1], "0"].tolist()
    cells = read_pandas_cell_activation_from_roberts_format(run / "simulation_run0001_presynaptic_cells.csv")
    assert cells.columns[:2].tolist() == ["presynaptic_cell_type", "cell_ID"]


def test_parts_of_a_table_count_what_the_frame_holds(run: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(run, tmp_path / run.name))
    (copy / "synapse_activation.parquet").unlink()
    frame = load_simrun(run)["synapse_activation"]
    for place in (run, copy):
        parts = pd.concat(load_simrun(place).activation_parts("synapses"))
        assert parts["synapse_type"].tolist() == frame["synapse_type"].tolist()
        assert parts["count"].tolist() == frame.iloc[:, 6:].notna().sum(axis=1).tolist()
