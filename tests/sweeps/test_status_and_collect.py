"""Sweep folders as they are found on disk: points that vanished, mixed values, archives, damage."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ascent.cli import main
from ascent.errors import RunDirectoryError
from ascent.sweeps import SweepFolder, collect, sweep_status
from ascent.sweeps.collect import write_collected
from ascent.sweeps.overrides import columns, expand

NO_PROCESS = 2**22 + 1


@pytest.fixture
def sweep(tmp_path: Path) -> SweepFolder:
    made = SweepFolder.create(tmp_path, ["ascent", "-m", "seed=1,2"], "basic", 2)
    made.prepare(0, ['+run="0"', "seed=1"])
    made.prepare(1, ['+run="0"', "seed=2"])
    return made


def finish(sweep: SweepFolder, index: int, thresholds: list[float]) -> Path:
    run = sweep.point(index) / "20260101-1200_seed1_pid1"
    run.mkdir()
    pd.DataFrame({"fiber": range(len(thresholds)), "threshold_mA": thresholds}).to_parquet(run / "thresholds.parquet")
    (run / "manifest.json").write_text("{}")
    sweep.update(index, state="finished", run=run.name)
    return run


def test_two_sweeps_in_the_same_minute_have_folders_of_their_own(tmp_path: Path) -> None:
    paths = {SweepFolder.create(tmp_path, [], "basic").path for _ in range(3)}
    assert len(paths) == 3


def test_a_point_whose_process_is_gone_is_lost(sweep: SweepFolder) -> None:
    import socket

    sweep.update(0, state="running", pid=NO_PROCESS, host=socket.gethostname())
    sweep.update(1, state="running", pid=os.getpid(), host=socket.gethostname())
    lost, running = sweep_status(sweep.path)
    assert (lost.state, running.state) == ("lost", "running")
    assert str(NO_PROCESS) in str(lost.note)


def test_a_point_on_another_machine_is_taken_at_its_word(sweep: SweepFolder) -> None:
    sweep.update(0, state="running", pid=NO_PROCESS, host="another machine")
    assert sweep_status(sweep.path)[0].state == "running"


def test_points_whose_turn_never_came_are_lost_once_the_sweep_is_gone(sweep: SweepFolder) -> None:
    assert [point.state for point in sweep_status(sweep.path)] == ["waiting", "waiting"]
    plan = json.loads((sweep.path / "sweep.json").read_text())
    (sweep.path / "sweep.json").write_text(json.dumps({**plan, "pid": NO_PROCESS}))
    assert [point.state for point in sweep_status(sweep.path)] == ["lost", "lost"]


def test_a_job_that_left_the_queue_without_a_word_is_lost(sweep: SweepFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ascent.sweeps.status.slurm_queue", lambda jobs: {"7_1": ("PENDING", "Resources")})
    sweep.add_jobs({0: "7_0", 1: "7_1"})
    lost, queued = sweep_status(sweep.path)
    assert (lost.state, queued.state, queued.note) == ("lost", "queued", "Resources")


def test_where_slurm_cannot_be_asked_that_is_said(sweep: SweepFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ascent.sweeps.status.slurm_queue", lambda jobs: None)
    sweep.add_jobs({0: "7_0"})
    assert "cannot be asked" in str(sweep_status(sweep.path)[0].note)


def test_points_that_are_not_done_are_named_and_the_others_joined(
    sweep: SweepFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    finish(sweep, 1, [-0.1, -0.3])
    assert main(["collect", str(sweep.path), "--json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["missing"] == {"0": "waiting"}
    assert [row["seed"] for row in result["rows"]] == [2, 2]
    assert len(pd.read_parquet(sweep.path / "collected.parquet")) == 2


def test_a_point_of_which_only_the_archive_is_left_is_joined_too(sweep: SweepFolder) -> None:
    from ascent.runs import write_archive

    run = finish(sweep, 0, [-0.1])
    archive = write_archive(run, run.with_name(run.name + ".tar.gz"), 0)
    shutil.rmtree(run)
    sweep.update(0, run=archive.name)
    assert collect(sweep.path).table["threshold_mA"].tolist() == [-0.1]


def test_overrides_of_mixed_kinds_can_be_written(sweep: SweepFolder, tmp_path: Path) -> None:
    for index, value in enumerate(("1", "auto")):
        sweep.write(replace(sweep.read(index), overrides=(f"x={value}",)))
        finish(sweep, index, [-0.1])
    collected = collect(sweep.path)
    assert collected.table["x"].tolist() == ["1", "auto"]
    assert len(pd.read_parquet(write_collected(collected, tmp_path / "x.parquet"))) == 2


def test_a_table_goes_to_parquet_or_csv_and_nowhere_else(sweep: SweepFolder, tmp_path: Path) -> None:
    finish(sweep, 0, [-0.1])
    assert main(["collect", str(sweep.path), "-o", str(tmp_path / "x.xlsx")]) == 2


def test_nothing_finished_is_said(sweep: SweepFolder) -> None:
    with pytest.raises(RunDirectoryError, match="no point has finished yet"):
        collect(sweep.path)


@pytest.mark.parametrize("content", ["", "[]", '{"index": 0}', '{"index": 0, "overrides": [], "state": "bored"}'])
def test_a_damaged_record_is_named(sweep: SweepFolder, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    (sweep.point(0) / "point.json").write_text(content)
    assert main(["status", str(sweep.path)]) == 1
    assert "point.json is damaged" in capsys.readouterr().err


def test_a_folder_that_is_no_sweep_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(tmp_path)]) == 1
    assert "is not the folder of a sweep" in capsys.readouterr().err


def test_overrides_become_columns_with_the_types_they_have() -> None:
    words = ['+run="0"', "seed=3", "a.b=0.5", "cuff=purdue", "x=true", "y=null", "z=[1,2]", "results.archive=none"]
    assert columns(words) == {
        "run": "0",
        "seed": 3,
        "a.b": 0.5,
        "cuff": "purdue",
        "x": True,
        "y": None,
        "z": "[1,2]",
    }


def test_points_are_numbered_as_hydra_numbers_them() -> None:
    assert expand(['+run="0","1"', "seed=range(1,3)", "hydra/launcher=joblib"]) == [
        ('+run="0"', "seed=1"),
        ('+run="0"', "seed=2"),
        ('+run="1"', "seed=1"),
        ('+run="1"', "seed=2"),
    ]
    assert expand(["x=interval(0,1)"]) is None
