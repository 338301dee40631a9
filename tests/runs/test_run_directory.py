"""The life of a run directory."""

import errno
import json
import logging
import os
import re
import warnings
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import ascent
from ascent.errors import ConfigError, RunDirectoryError
from ascent.runs import RunDirectory, environment, read_journal, read_manifest
from ascent.runs.comparison import Difference, changed_files, compare_content
from ascent.schedule import Outcome, run_units


def _run(root: Path, text: str = "-0.027", **options: object) -> RunDirectory:
    run = RunDirectory.create(root, 42, **options)  # type: ignore[arg-type]
    with run:
        (run.path / "thresholds.csv").write_text(text)
    return run


def test_one_stamp_names_all_of_it(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, 19, 30)
    run = RunDirectory.create(tmp_path, 42, now=now)
    name = f"20261122-1930_seed42_pid{os.getpid()}"
    assert run.path == tmp_path / f"{name}_running"
    assert run.finish() == tmp_path / name
    assert run.archive() == tmp_path / f"{name}.tar.gz"
    assert (tmp_path / f"{name}.tar.gz.sha256").exists()


def test_it_holds_the_files_that_are_promised(tmp_path: Path) -> None:
    run = RunDirectory.create(tmp_path, 1, config={"sample": {"scale": 0.2}}, overrides=["sample.scale=0.2"])
    names = {path.name for path in run.path.iterdir()}
    assert names == {"config.yaml", "overrides.yaml", "manifest.json", "run.log", "journal.jsonl"}
    assert yaml.safe_load((run.path / "config.yaml").read_text()) == {"sample": {"scale": 0.2}}
    assert yaml.safe_load((run.path / "overrides.yaml").read_text()) == ["sample.scale=0.2"]
    run.finish()


@settings(max_examples=15)
@given(seed=st.integers(min_value=0, max_value=2**64), now=st.datetimes(min_value=datetime(1990, 1, 1)))
def test_names_are_stamp_seed_and_process(tmp_path_factory: pytest.TempPathFactory, seed: int, now: datetime) -> None:
    root = tmp_path_factory.mktemp("results")
    run = RunDirectory.create(root, seed, now=now, argv=[])
    try:
        assert re.fullmatch(rf"\d{{8}}-\d{{4}}_seed{seed}_pid{os.getpid()}_running", run.path.name)
    finally:
        run.finish()


def test_runs_of_one_minute_and_process_do_not_collide(tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, 19, 30)
    first = RunDirectory.create(tmp_path, 42, now=now)
    second = RunDirectory.create(tmp_path, 42, now=now)
    first.finish()
    first.archive(keep_directory=False)
    third = RunDirectory.create(tmp_path, 42, now=now)
    assert [run.name.removeprefix(first.name) for run in (first, second, third)] == ["", "-2", "-3"]
    second.finish()
    third.finish()


def test_same_configuration_and_seed_give_the_same_content_digest(tmp_path: Path) -> None:
    first = _run(tmp_path, workers=1)
    second = _run(tmp_path / "elsewhere", workers=2, now=datetime(2020, 1, 1))
    (content,) = {read_manifest(run.path).content_sha256 for run in (first, second)}
    assert content is not None
    assert compare_content(first.manifest, second.manifest) == []


def test_other_results_give_another_content_digest(tmp_path: Path) -> None:
    first, second = _run(tmp_path, "-0.027"), _run(tmp_path, "-0.028")
    assert first.manifest.content_sha256 != second.manifest.content_sha256
    assert compare_content(first.manifest, second.manifest) == [Difference("thresholds.csv", "changed")]


def test_times_and_reports_do_not_count_as_content(tmp_path: Path) -> None:
    runs = []
    for number in range(2):
        with RunDirectory.create(tmp_path, 42) as run:
            outputs = run.path / "samples/0/data/outputs"
            outputs.mkdir(parents=True)
            (outputs / "thresh_inner0_fiber0.dat").write_text("-0.027000\n")
            (outputs / "runtime_inner0_fiber0.dat").write_text(f"{number}.5\n")
            (run.path / "report").mkdir()
            (run.path / "report/index.html").write_text(f"made at {number} o'clock")
        runs.append(run)
    assert runs[0].manifest.content_sha256 == runs[1].manifest.content_sha256


def test_archives_of_arrays_count_by_what_they_say_and_not_by_their_compression(tmp_path: Path) -> None:
    import numpy as np

    from ascent.runs.digests import content_sha256_of_file

    values = {"x": np.arange(5.0), "y": np.ones((2, 3), dtype=np.int32)}
    np.savez(tmp_path / "plain.npz", **values)
    np.savez_compressed(tmp_path / "small.npz", **dict(reversed(values.items())))
    np.savez(tmp_path / "other.npz", x=values["x"], y=values["y"] + 1)
    plain, small, other = (content_sha256_of_file(tmp_path / f"{name}.npz") for name in ("plain", "small", "other"))
    assert plain == small != other


def test_hdf5_counts_by_what_it_says_and_not_by_the_order_of_writing(tmp_path: Path) -> None:
    import h5py

    digests = []
    for names in (["a", "b"], ["b", "a"], ["a", "c"]):
        with RunDirectory.create(tmp_path, 42) as run, h5py.File(run.path / "potentials.h5", "w") as file:
            for name in names:
                file.create_dataset(f"fibers/{name}", data=[1.0, 2.0]).attrs["unit"] = "mV"
        digests.append(run.manifest.content_sha256)
    assert digests[0] == digests[1] != digests[2]


def test_every_output_is_in_the_manifest_and_changes_are_found(tmp_path: Path) -> None:
    run = _run(tmp_path)
    assert {file.path for file in run.manifest.outputs} == {
        path.name for path in run.path.iterdir() if path.name != "manifest.json"
    }
    assert changed_files(run.path) == []
    (run.path / "thresholds.csv").write_text("tampered")
    (run.path / "config.yaml").unlink()
    (run.path / "note.txt").write_text("new")
    assert changed_files(run.path) == [
        Difference("config.yaml", "missing"),
        Difference("note.txt", "new"),
        Difference("thresholds.csv", "changed"),
    ]


def test_inputs_are_recorded_with_their_digest(tmp_path: Path) -> None:
    mask = tmp_path / "n.tif"
    mask.write_bytes(b"abc")
    run = _run(tmp_path, inputs=[mask])
    # SHA-256 of "abc": FIPS 180-4, example B.1.
    assert run.manifest.inputs[0].sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_missing_input_is_one_sentence_and_makes_no_directory(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="n.tif could not be read: No such file"):
        RunDirectory.create(tmp_path / "results", 42, inputs=[tmp_path / "n.tif"])
    assert list(tmp_path.iterdir()) == []


def test_arguments_that_are_not_utf8_are_recorded(tmp_path: Path) -> None:
    run = _run(tmp_path, argv=["ascent", os.fsdecode(b"caf\xe9")])
    assert read_manifest(run.path).argv == ["ascent", "caf\\xe9"]


def test_the_manifest_says_what_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCENT_IMAGE", "sha256:0123")
    manifest = _run(tmp_path, engine="neuron", argv=["ascent", "+run=3"]).manifest
    assert manifest.versions.ascent == ascent.__version__
    assert "numpy" in manifest.versions.packages
    assert manifest.versions.neuron and manifest.versions.ngsolve
    assert (manifest.image, manifest.engine, manifest.argv) == ("sha256:0123", "neuron", ["ascent", "+run=3"])


def test_a_package_that_is_no_checkout_has_no_revision(tmp_path: Path) -> None:
    assert environment.git(tmp_path) is None


def test_the_log_holds_what_ascent_says_and_logging_is_left_as_it_was(tmp_path: Path) -> None:
    logger = logging.getLogger("ascent")
    before = (logger.level, list(logger.handlers))
    with RunDirectory.create(tmp_path, 42) as run:
        logging.getLogger("ascent.field").info("meshed")
    assert "INFO ascent.field: meshed" in (run.path / "run.log").read_text()
    assert (logger.level, logger.handlers) == before


def test_a_failed_unit_is_journaled_logged_and_listed(tmp_path: Path) -> None:
    with RunDirectory.create(tmp_path, 42) as run:
        run_units(["a", "0"], lambda unit: 1 // len(unit.strip("0")), workers=1, quiet=True, on_result=run.record)
    manifest = read_manifest(run.path)
    assert [(failure.unit, failure.error.split(":")[0]) for failure in manifest.failures] == [
        ("0", "ZeroDivisionError")
    ]
    assert "Traceback" in (run.path / "run.log").read_text()
    assert [entry.event for entry in read_journal(run.path / "journal.jsonl")] == [
        "started",
        "unit",
        "unit",
        "finished",
    ]


def test_a_run_that_raises_stays_running_and_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError), RunDirectory.create(tmp_path, 42) as run:
        raise ConfigError("The cuff is too small.")
    assert run.path.name.endswith("_running")
    manifest = read_manifest(run.path)
    assert (manifest.status, manifest.reason) == ("failed", "The cuff is too small.")
    assert read_journal(run.path / "journal.jsonl")[-1].error == "The cuff is too small."


def test_ctrl_c_leaves_an_interrupted_run(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), RunDirectory.create(tmp_path, 42) as run:
        raise KeyboardInterrupt
    assert read_manifest(run.path).status == "interrupted"


def test_resume_repeats_only_what_is_not_done(tmp_path: Path) -> None:
    run = RunDirectory.create(tmp_path, 42)
    run.record(Outcome("mesh", 0), value={"elements": 100})
    run.record(Outcome("fiber 0", 1, error="ValueError: no", traceback="…"))
    run.fail("killed")
    with RunDirectory.resume(run.path) as again:
        assert again.completed() == {"mesh": {"elements": 100}}
        again.record(Outcome("fiber 0", 1), value=-0.027)
        assert again.completed() == {"mesh": {"elements": 100}, "fiber 0": -0.027}
    manifest = read_manifest(tmp_path / run.name)
    assert (manifest.status, manifest.reason, manifest.failures) == ("finished", None, [])


def test_a_run_that_finished_with_failures_can_be_resumed(tmp_path: Path) -> None:
    with RunDirectory.create(tmp_path, 42) as run:
        run.record(Outcome("fiber 0", 0, error="ValueError: no"))
    with RunDirectory.resume(run.path) as again:
        assert again.path.name == f"{run.name}_running"
        again.record(Outcome("fiber 0", 0))
    assert again.path == run.path


def test_a_finished_run_has_nothing_to_resume(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="nothing to resume"):
        RunDirectory.resume(_run(tmp_path).path)


def test_a_run_that_is_going_on_is_not_resumed(tmp_path: Path) -> None:
    run = RunDirectory.create(tmp_path, 42)
    with pytest.raises(RunDirectoryError, match="still going on"):
        RunDirectory.resume(run.path)
    run.finish()


def test_only_finished_runs_are_archived(tmp_path: Path) -> None:
    run = RunDirectory.create(tmp_path, 42)
    run.fail("killed")
    with pytest.raises(RunDirectoryError, match="has not finished"):
        run.archive()


def test_keep_directory_false_leaves_the_archive_alone(tmp_path: Path) -> None:
    run = _run(tmp_path)
    assert run.archive(keep_directory=False).exists()
    assert not run.path.exists()


@pytest.mark.parametrize(("mode", "keep", "sentence"), [("zip", True, "must be one of"), ("none", False, "nothing")])
def test_archive_options_that_make_no_sense_are_refused(tmp_path: Path, mode: str, keep: bool, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        _run(tmp_path).archive(mode, keep)


def test_archive_none_leaves_the_directory(tmp_path: Path) -> None:
    run = _run(tmp_path)
    assert run.archive("none") == run.path


def test_a_read_only_folder_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, *arguments: object, **options: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(RunDirectoryError, match="No run directory could be made in .*: Read-only file system"):
        RunDirectory.create(tmp_path, 42)


def test_a_file_where_the_folder_should_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("")
    with pytest.raises(RunDirectoryError, match="No run directory could be made"):
        RunDirectory.create(tmp_path / "results", 42)


def test_a_full_disk_at_the_end_leaves_a_run_to_resume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = RunDirectory.create(tmp_path, 42)
    run.record(Outcome("fiber 0", 0), value=1)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(RunDirectoryError, match="No space left on device"):
            run.finish()
        run.fail("No space left on device")
    # What could not be waited for may be there all the same.
    assert json.loads((run.path / "manifest.json").read_text())["status"] in ("running", "failed")
    assert not [path for path in run.path.iterdir() if ".part" in path.name]
    with RunDirectory.resume(run.path) as again:
        assert again.completed() == {"fiber 0": 1}


def test_no_file_is_left_open(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        run = _run(tmp_path)
    open_files = [os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd") if _is_link(name)]
    assert not [name for name in open_files if run.name in name]


def _is_link(name: str) -> bool:
    return os.path.lexists(f"/proc/self/fd/{name}")
