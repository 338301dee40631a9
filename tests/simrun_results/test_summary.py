"""``ascent simrun summary``: tables and pictures of a run."""

import json
from pathlib import Path

import pandas as pd
import pytest

from ascent.analysis.network import summarize
from ascent.cli import main
from ascent.errors import ConfigError
from ascent.network.example import SmallExample
from ascent.simrun import generate_synapse_activations, load_simrun

TABLES = {"windows.csv", "sites.csv", "psth.csv", "synapses_by_type.csv", "synapses_by_distance.csv", "summary.json"}
PICTURES = {"raster.png", "voltage_traces.png", "synapses.png"}


def test_windows_follow_the_stimulus_of_the_network(run: Path) -> None:
    windows = summarize(load_simrun(run)).windows
    assert windows[["from_ms", "to_ms"]].to_numpy()[1:].tolist() == [[75, 150], [150, 175]]


def test_windows_count_the_spikes_of_the_soma(run: Path) -> None:
    spikes = load_simrun(run)["spike_times"]
    row = summarize(load_simrun(run), [(100.0, 170.0)]).windows.iloc[0]
    inside = (spikes >= 100) & (spikes < 170)
    assert row["p_spike"] == inside.any(axis=1).mean()
    assert row["rate_Hz"] == pytest.approx(inside.sum().sum() / 3 / 0.07)
    assert row["p_low"] <= row["p_spike"] <= row["p_high"]


def test_synapses_are_counted_by_type_and_by_distance(run: Path) -> None:
    results = load_simrun(run)
    summary = summarize(results, distance_bin_um=100.0)
    total = len(results["synapse_activation"]) / 3
    assert summary.synapses_by_type["active_synapses"].sum() == pytest.approx(total)
    assert summary.synapses_by_distance.iloc[:, 2:].sum().sum() == pytest.approx(total)
    assert summary.synapses_by_distance.columns.tolist() == [
        "from_um", "to_um", "Basket", "Feedback", "Pyramidal", "Thalamic",
    ]  # fmt: skip


def test_the_histogram_holds_every_spike_of_whole_bins(run: Path) -> None:
    results = load_simrun(run)
    summary = summarize(results, bin_ms=10.0)
    assert summary.psth["spikes_per_sweep"].sum() * 3 == pytest.approx(
        (results["spike_times"] < summary.psth["to_ms"].iloc[-1]).sum().sum()
    )


def test_the_command_writes_tables_and_pictures_and_leaves_the_run_alone(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name for path in run.iterdir()}
    assert main(["simrun", "summary", str(run), "-o", str(tmp_path / "s"), "-w", "150-175"]) == 0
    assert {path.name for path in (tmp_path / "s").iterdir()} == TABLES | PICTURES
    assert {path.name for path in run.iterdir()} == before
    said = capsys.readouterr().out
    assert "3 sweeps" in said and "150-175" in said and "Basket_local" in said
    windows = pd.read_csv(tmp_path / "s" / "windows.csv")
    assert windows["from_ms"].tolist() == [150]


def test_the_same_run_gives_the_same_bytes(run: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert main(["simrun", "summary", str(run), "-o", str(tmp_path / name), "--quiet"]) == 0
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_json_holds_all_tables(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simrun", "summary", str(run), "--json", "--no-write"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n_sweeps"] == 3 and found["files"] == []
    assert {"windows", "sites", "psth", "synapses_by_type", "synapses_by_distance"} <= set(found)


def test_sweeps_that_were_only_drawn_have_a_summary_of_their_synapses(
    example: SmallExample, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = generate_synapse_activations(
        str(example.cell), str(example.network), dirPrefix=str(tmp_path), nSweeps=2, nprocs=1, tStop=50.0, seed=1
    )[0][0]
    assert main(["simrun", "summary", str(Path(files[0]).parent), "-o", str(tmp_path / "s")]) == 0
    assert "not simulated" in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "s").iterdir()} == TABLES | {"synapses.png"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-w", "170-150"], "--window is 170-150: must be FROM-TO in ms"),
        (["-w", "x"], "--window is x: must be FROM-TO in ms"),
        (["--format", "bmp"], "--format is bmp: must be png, svg or pdf"),
        (["--bin", "1000"], "has no bin of 1000 ms"),
        (["--distance-bin", "0"], "must be greater than 0"),
    ],
)
def test_a_wrong_call_is_refused(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["simrun", "summary", str(run), "-o", str(tmp_path / "s"), *arguments]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_an_empty_window_is_refused(run: Path) -> None:
    with pytest.raises(ConfigError, match="is empty"):
        summarize(load_simrun(run), [(10.0, 10.0)])
