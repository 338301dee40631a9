"""Stored sweeps again, activity alone, and the commands."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import ascent
from ascent.cli import main
from ascent.errors import ConfigError
from ascent.network.example import small_example
from ascent.network.formats.traces import read_voltage_traces
from ascent.runs import read_manifest

Run = Callable[..., Path]


def soma(directory: Path) -> np.ndarray:
    return read_voltage_traces(next(directory.glob("*_vm_all_traces.csv"))).voltages


def replay(files: object, tmp_path: Path, **changes: object) -> tuple[list[tuple]]:
    example = small_example()
    arguments = {"dirPrefix": tmp_path / "again", "nprocs": 1, "tStop": 20, "engine": "neuron", **changes}
    return ascent.run_existing_synapse_activations(example.cell, example.network, files, **arguments)  # type: ignore[arg-type]


def test_stored_sweeps_run_again_to_the_bit(run: Run, tmp_path: Path) -> None:
    directory = run()
    files = sorted(map(str, directory.glob("*_synapses.csv")))

    ((entry,),) = replay(files, tmp_path)

    table, again = entry[0], Path(entry[1])
    assert table.synapse_file.tolist() == files
    assert table.number.tolist() == ["0000000", "0000001"]
    assert (again / "synapse_file_paths.csv").read_text().splitlines()[1] == f"{files[0]},0000000"
    assert "_seed00000_pid" in again.name
    assert np.array_equal(soma(again), soma(directory))
    for number, path in enumerate(files):
        assert (again / f"simulation_run{number:07d}_synapses.csv").read_bytes() == Path(path).read_bytes()


def test_a_pattern_names_files(run: Run, tmp_path: Path) -> None:
    directory = run()

    ((entry,),) = replay(str(directory / "*_synapses.csv"), tmp_path)

    assert len(entry[0]) == 2


def test_functions_of_the_cell_are_called_after_each_sweep(run: Run, tmp_path: Path) -> None:
    directory = run()
    files = sorted(directory.glob("*_synapses.csv"))

    ((entry,),) = replay(files, tmp_path, post_hook={"last": lambda cell: float(cell.vmSoma[-1])}, engine="auto")

    assert [result["last"] for result in entry[2]] == soma(directory)[:, -1].tolist()


def test_results_can_go_into_the_given_folder_itself(run: Run, tmp_path: Path) -> None:
    files = sorted(run(nSweeps=1).glob("*_synapses.csv"))

    ((entry,),) = replay(files, tmp_path, auto_organize_results_folder=False)

    assert Path(entry[1]) == tmp_path / "again"
    assert (tmp_path / "again" / "simulation_run0000000_synapses.csv").is_file()
    assert list((tmp_path / "again" / "results").iterdir()) == []


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "synapseActivation is empty"),
        ("*.nothing", "which no file matches"),
        (["x.csv"], "x.csv, which is no file"),
    ],
)
def test_files_that_are_not_there_are_refused(tmp_path: Path, files: object, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        replay(files, tmp_path)


def test_activity_alone_is_that_of_a_simulation(run: Run, tmp_path: Path) -> None:
    directory = run()
    example = small_example()

    ((files,),) = ascent.generate_synapse_activations(
        example.cell, example.network, tmp_path / "drawn", nSweeps=2, nprocs=1, tStop=20, seed=7
    )

    drawn = Path(files[0]).parent
    assert [Path(path).read_bytes() for path in files] == [
        path.read_bytes() for path in sorted(directory.glob("*_synapses.csv"))
    ]
    assert {"neuron_model.param", "network_model.param", "synapse_activation.parquet"} <= {
        path.name for path in drawn.iterdir()
    }
    assert not list(drawn.glob("*traces*"))


def test_the_commands_do_what_the_functions_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = small_example()
    common = [str(example.cell), str(example.network), "--t-stop", "20", "--quiet", "--json"]
    neuron = ["--engine", "neuron"]

    assert (
        main(["simrun", "run", *common, *neuron, "-n", "2", "-j", "1", "--seed", "7", "-o", str(tmp_path / "a")]) == 0
    )
    directory = Path(json.loads(capsys.readouterr().out)["directory"])
    assert main(["simrun", "generate", *common, "-n", "2", "-j", "1", "--seed", "7", "-o", str(tmp_path / "b")]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    call = ["simrun", "existing", *common[:2], *files, *common[2:], *neuron, "-j", "1", "-o", str(tmp_path / "c")]
    assert main(call) == 0
    again = Path(json.loads(capsys.readouterr().out)["directory"])

    assert read_manifest(directory).status == "finished"
    assert np.array_equal(soma(again), soma(directory))


def test_a_wrong_call_is_one_sentence_and_exit_code_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simrun", "run", str(tmp_path / "no.param"), "x.param", "-o", str(tmp_path)]) == 2

    error = capsys.readouterr().err.strip()
    assert error == f"ascent simrun: {tmp_path / 'no.param'} does not exist; a parameter file is needed."
