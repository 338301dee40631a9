"""`ascent -m`: points in folders of their own, shared work, and failures that hide nothing."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from ascent.cli import main
from ascent.sweeps.resume import resume_sweep

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def parallel(tmp_path_factory: pytest.TempPathFactory, ascent_command: Command, small: tuple[str, ...]) -> Path:
    """A sweep over seeds and cuffs by joblib; one of the cuffs is too small for the nerve."""
    folder = tmp_path_factory.mktemp("joblib")
    words = ["-m", *small, "seed=42,43", "cuff=purdue,microleads_300", "hydra/launcher=joblib"]
    done = ascent_command(folder, *words, "hydra.launcher.n_jobs=2")
    (folder / "said.json").write_text(json.dumps([done.returncode, done.stdout, done.stderr]))
    return folder


def sweep_in(folder: Path) -> Path:
    (sweep,) = (folder / "results").iterdir()
    return sweep


def test_points_of_joblib_give_what_one_process_gives(
    parallel: Path, content_of_one_process: str, contents: Callable[[Path], dict[int, str]]
) -> None:
    found = contents(sweep_in(parallel))
    assert found[0] == content_of_one_process


def test_points_that_fail_are_reported_and_hide_no_others(parallel: Path) -> None:
    code, said, warned = json.loads((parallel / "said.json").read_text())
    assert code == 1
    assert "2 finished, 2 failed" in said
    assert "point 1 failed: MicroLeads_meas_300_bipolar.json" in warned
    assert "Traceback" not in warned


def test_hydra_leaves_nothing_beside_the_points(parallel: Path) -> None:
    assert sorted(p.name for p in parallel.iterdir()) == ["results", "said.json"]
    assert sorted(p.name for p in sweep_in(parallel).iterdir()) == ["0", "1", "2", "3", "sweep.json"]
    assert sweep_in(parallel).name.split("_")[1] == "sweep"


def test_the_manifest_of_a_point_names_the_command_that_makes_it_alone(parallel: Path) -> None:
    (manifest,) = sweep_in(parallel).glob("2/*_seed43_*/manifest.json")
    argv = json.loads(manifest.read_text())["argv"]
    assert argv[:2] == ["ascent", '+run="1"']
    assert argv[-2:] == ["seed=43", "cuff=purdue"]


def test_status_says_how_far_each_point_is(parallel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(sweep_in(parallel)), "--json"]) == 1
    points = json.loads(capsys.readouterr().out)
    assert [point["state"] for point in points] == ["finished", "failed", "finished", "failed"]
    assert points[0]["units_done"] == points[0]["units_planned"] > 0
    assert points[3]["overrides"]["cuff"] == "microleads_300"


def test_collect_joins_the_points_with_the_overrides_as_columns(
    parallel: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "all.csv"
    assert main(["collect", str(sweep_in(parallel)), "--output", str(file)]) == 1
    printed = capsys.readouterr()
    assert "median (mA)" in printed.out
    assert "point 1 is missing" in printed.err
    table = pd.read_csv(file)
    assert list(table.columns[:2]) == ["point", "run"]
    assert sorted(set(table["seed"])) == [42, 43]
    assert set(table["cuff"]) == {"purdue"}
    assert table["threshold_mA"].notna().all()


def test_one_after_the_other_runs_and_seeds_are_swept(
    tmp_path: Path, ascent_command: Command, small: tuple[str, ...]
) -> None:
    done = ascent_command(tmp_path, "-m", "+run=0,1", "seed=1,2", *small[1:4], "cuff=microleads_300")
    assert done.returncode == 1
    sweep = sweep_in(tmp_path)
    points = [json.loads((sweep / str(k) / "point.json").read_text())["overrides"][:2] for k in range(4)]
    assert points == [['+run="0"', "seed=1"], ['+run="0"', "seed=2"], ['+run="1"', "seed=1"], ['+run="1"', "seed=2"]]


def test_a_point_with_a_wrong_value_is_refused_before_any_point_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["-m", "+run=0", "sample.scale.shrinkage=0.1,7"]) == 2
    said = capsys.readouterr().err
    assert "scale.shrinkage" in said
    assert "sample.scale.shrinkage=7" in said
    assert list(tmp_path.iterdir()) == []


def test_a_group_choice_that_does_not_exist_is_refused_before_any_point_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["-m", "+run=0,9"]) == 2
    assert "run/9" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_override_that_cannot_be_read_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-m", "+run=0", "seed=[1", f"results.directory={tmp_path}"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_sweep_that_was_cut_off_is_finished(
    tmp_path: Path, small: tuple[str, ...], content_of_one_process: str, contents: Callable[[Path], dict[int, str]]
) -> None:
    from ascent.project.run import compose_arguments
    from ascent.sweeps import SweepFolder

    sweep = SweepFolder.create(tmp_path, ["ascent"], "basic", 1)
    plan = json.loads((sweep.path / "sweep.json").read_text())
    (sweep.path / "sweep.json").write_text(json.dumps({**plan, "pid": 2**22 + 1}))
    sweep.prepare(0, [*small], {**compose_arguments([*small]), "engine": {"workers": 1}})
    assert main(["status", str(sweep.path)]) == 1
    assert resume_sweep(sweep.path, quiet=True) == 0
    assert contents(sweep.path) == {0: content_of_one_process}
