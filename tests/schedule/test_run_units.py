"""Units of work over one process and many."""

import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
import schedule_workloads as work

from ascent.errors import AscentError, ConfigError
from ascent.schedule import Outcome, available_cores, run_units

BOTH = pytest.mark.parametrize("workers", [1, 2])


@BOTH
def test_values_come_in_the_order_of_the_units(workers: int) -> None:
    outcomes = run_units([0, 1, 2], work.slow_first, workers=workers, quiet=True)
    assert [outcome.value for outcome in outcomes] == [0, 1, 2]
    assert [outcome.index for outcome in outcomes] == [0, 1, 2]


def test_results_are_told_as_they_come() -> None:
    told: list[int] = []
    run_units(
        [0, 1, 2, 3], work.slow_first, workers=2, quiet=True, on_result=lambda outcome: told.append(outcome.index)
    )
    assert sorted(told) == [0, 1, 2, 3]
    assert told[-1] == 0


@BOTH
def test_a_unit_that_raises_fails_alone(workers: int) -> None:
    outcomes = run_units([1, 2, 3], work.raise_on_two, workers=workers, quiet=True)
    assert [outcome.succeeded for outcome in outcomes] == [True, False, True]
    assert outcomes[1].error == "ValueError: two is not allowed"
    assert "raise_on_two" in (outcomes[1].traceback or "")


@BOTH
def test_a_sentence_for_the_user_is_kept_as_it_is(workers: int) -> None:
    outcomes = run_units([7, 8], work.raise_for_the_user, workers=workers, quiet=True)
    assert outcomes[0].error == "Fiber 7 does not fit in its fascicle."
    assert outcomes[0].error_type == "GeometryError"


@BOTH
def test_a_unit_that_exits_fails_alone(workers: int) -> None:
    outcomes = run_units([1, 2, 3], work.exit_on_two, workers=workers, quiet=True)
    assert [outcome.succeeded for outcome in outcomes] == [True, False, True]


def test_a_worker_that_dies_fails_its_unit_alone() -> None:
    outcomes = run_units([1, 2, 3, 4], work.die_on_two, workers=2, quiet=True)
    assert [outcome.value for outcome in outcomes] == [1, None, 3, 4]
    assert outcomes[1].error == "The worker process died while it ran this unit (SIGSEGV)."


def test_a_result_that_cannot_travel_fails_its_unit_alone() -> None:
    outcomes = run_units([1, 2, 3], work.unpicklable_on_two, workers=2, quiet=True)
    assert [outcome.succeeded for outcome in outcomes] == [True, False, True]


def test_a_unit_that_cannot_travel_fails_alone() -> None:
    outcomes = run_units([1, threading.Lock(), 3], work.process_id, workers=2, quiet=True)
    assert [outcome.succeeded for outcome in outcomes] == [True, False, True]


def test_workers_are_other_processes_and_one_worker_is_this_one() -> None:
    assert {outcome.value for outcome in run_units([1, 2], work.process_id, workers=1, quiet=True)} == {os.getpid()}
    others = {outcome.value for outcome in run_units([1, 2], work.process_id, workers=2, quiet=True)}
    assert os.getpid() not in others


def test_a_worker_is_replaced_after_its_share() -> None:
    outcomes = run_units(list(range(4)), work.process_id, workers=2, units_per_worker=1, quiet=True)
    assert len({outcome.value for outcome in outcomes}) == 4


@BOTH
def test_numerical_libraries_have_one_thread(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    outcomes = run_units([1, 2], work.thread_settings, workers=workers, quiet=True)
    assert outcomes[0].value == ("1", "1")
    assert os.environ["OMP_NUM_THREADS"] == "7"


def test_random_streams_and_sums_have_the_same_bits_in_one_process_and_in_two() -> None:
    one = [outcome.value for outcome in run_units([0, 1, 2], work.draw, workers=1, quiet=True)]
    two = [outcome.value for outcome in run_units([0, 1, 2], work.draw, workers=2, quiet=True)]
    assert one == two


def test_no_units_make_no_outcomes() -> None:
    assert run_units([], work.square, quiet=True) == []


def test_units_are_named_by_their_id_text_or_place() -> None:
    class Named:
        id = "model 0"

    names = [outcome.unit_id for outcome in run_units([Named(), "solve", 9], repr, workers=1, quiet=True)]
    assert names == ["model 0", "solve", "2"]


def test_two_units_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="'a' occurs twice"):
        run_units(["a", "a"], repr, workers=1, quiet=True)


@pytest.mark.parametrize("workers", [0, -1])
def test_fewer_than_one_worker_is_refused(workers: int) -> None:
    with pytest.raises(ConfigError, match="at least one worker"):
        run_units([1], work.square, workers=workers)


def test_work_that_workers_cannot_import_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry != str(Path(__file__).parent)])
    with pytest.raises(AscentError, match="cannot be loaded in a worker process"):
        run_units([1, 2], work.square, workers=2, quiet=True)


def test_work_defined_in_a_script_is_refused_before_any_worker_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work.square, "__module__", "__main__")
    with pytest.raises(TypeError, match="must be importable"):
        run_units([1, 2], work.square, workers=2, quiet=True)


def test_log_records_of_workers_reach_the_parent(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "ascent"):
        run_units([1, 2], work.log_and_print, workers=2, quiet=True)
    assert sorted(record.getMessage() for record in caplog.records) == ["unit 1 speaks", "unit 2 speaks"]


def test_what_workers_print_stays_off_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    run_units([1, 2], work.log_and_print, workers=2, quiet=True)
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "noise on standard output" in captured.err


def test_an_error_in_on_result_ends_the_workers(tmp_path: Path) -> None:
    def refuse(outcome: Outcome[int]) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        run_units([0, 1, 2, 3], work.slow_first, workers=2, quiet=True, on_result=refuse)


def test_available_cores_counts_at_least_one() -> None:
    assert available_cores() >= 1


SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
import schedule_workloads as work
from ascent.schedule import run_units
try:
    run_units([{marks!r} + "/", {marks!r}], work.sleep_and_mark, workers=2, quiet=True)
except KeyboardInterrupt:
    sys.exit(130)
"""


def _start_sleepers(tmp_path: Path) -> "subprocess.Popen[bytes]":
    marks = tmp_path / "marks"
    marks.mkdir()
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT).format(folder=str(Path(__file__).parent), marks=str(marks)))
    root = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": str(root)})
    _wait_until(lambda: len(list(marks.iterdir())) == 2)
    return process


def _wait_until(condition: "object", seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_ctrl_c_ends_the_workers_promptly_and_lets_them_clean_up(tmp_path: Path) -> None:
    process = _start_sleepers(tmp_path)
    workers = [int(mark.name) for mark in (tmp_path / "marks").iterdir()]
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    assert time.monotonic() - started < 5
    assert not any(_alive(worker) for worker in workers)
    assert list((tmp_path / "marks").iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_workers_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    process = _start_sleepers(tmp_path)
    workers = [int(mark.name) for mark in (tmp_path / "marks").iterdir()]
    process.kill()
    process.wait()
    _wait_until(lambda: not any(_alive(worker) for worker in workers), seconds=5)
