"""`run_new_simulations`: what it writes, from any number of processes, after failures, and what it refuses."""

import json
import os
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ascent
from ascent.errors import AscentError, ConfigError
from ascent.network.example import small_example
from ascent.network.formats.param import read_parameters
from ascent.network.formats.traces import read_voltage_traces
from ascent.runs import RunDirectory, read_manifest
from ascent.simrun import execution, runner
from ascent.simrun.study import run_study

Run = Callable[..., Path]


def content(directory: Path) -> str:
    digest = read_manifest(directory).content_sha256
    assert digest
    return digest


def run_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test puts in the place of a function is only here, so sweeps must be too, whatever NEURON holds."""
    monkeypatch.setattr(execution, "_neuron_is_in_use", lambda: False)


def tables(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.glob("simulation_run*.csv"))}


def test_the_directory_has_simruns_name_and_files(run: Run, tmp_path: Path) -> None:
    directory = run()

    assert directory.parent == tmp_path / "results"
    assert re.fullmatch(rf"\d{{8}}-\d{{4}}_seed7_pid{os.getpid()}(-\d+)?", directory.name)
    prefix = f"seed7_pid{os.getpid()}"
    site = "small_pyramidal_tuft_ID_000_sec_020_seg_001_x_0.500_somaDist_520.9"
    for name in (
        "simulation_run0000_synapses.csv",
        "simulation_run0000_presynaptic_cells.csv",
        "simulation_run0001_synapses.csv",
        "simulation_run0001_presynaptic_cells.csv",
        f"{prefix}_vm_all_traces.csv",
        f"{prefix}_{site}_vm_dend_traces.csv",
        f"{prefix}_neuron_model.param",
        f"{prefix}_network_model.param",
        "voltage_traces.parquet",
        "synapse_activation.parquet",
        "cell_activation.parquet",
        "spike_times.parquet",
    ):
        assert (directory / name).is_file(), name
    assert [path.stat().st_size for path in directory.glob("hostname_*")] == [0]
    assert not (directory / "sweeps").exists()


def test_parameter_copies_are_json_with_the_end_of_the_run_and_no_newline(run: Run) -> None:
    directory = run()

    text = next(directory.glob("*_neuron_model.param")).read_text()
    assert text == json.dumps(json.loads(text), indent=4)
    assert json.loads(text)["sim"]["tStop"] == 20
    network = json.loads(next(directory.glob("*_network_model.param")).read_text())
    assert network == read_parameters(small_example().network).to_dict()


def test_parquet_files_say_the_same_as_the_text_files(run: Run) -> None:
    directory = run(tStop=40)

    traces = read_voltage_traces(next(directory.glob("*_vm_all_traces.csv")))
    table = pd.read_parquet(directory / "voltage_traces.parquet")
    soma = table[(table.site == "soma") & (table.sweep == 1)]
    assert np.array_equal(soma.v_mV, traces.voltages[1]) and np.array_equal(soma.t_ms, traces.times)
    rows = (directory / "simulation_run0001_synapses.csv").read_text().splitlines()[1:]
    synapses = pd.read_parquet(directory / "synapse_activation.parquet").query("sweep == 1")
    assert [row.split("\t")[:2] for row in rows] == [
        [kind, str(number)] for kind, number in zip(synapses.synapse_type, synapses.synapse_ID, strict=True)
    ]
    assert [row.split("\t")[-1] for row in rows] == [
        "".join(f"{time!r}," for time in times.tolist()) for times in synapses.times_ms
    ]
    cells = pd.read_parquet(directory / "cell_activation.parquet").query("sweep == 0")
    assert len(cells) == (directory / "simulation_run0000_presynaptic_cells.csv").read_text().count("\n") - 1


@pytest.mark.parametrize("rng", ["philox", "isf"])
def test_processes_and_order_do_not_change_a_bit(run: Run, rng: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = run(nSweeps=3, rng=rng)
    monkeypatch.setattr(execution, "BATCH", 2)  # more than one unit
    two = run(nSweeps=3, rng=rng, nprocs=2)
    backwards = execution.units_of
    monkeypatch.setattr(execution, "units_of", lambda sweeps, size: backwards(sweeps, size)[::-1])
    reversed_order = run(nSweeps=3, rng=rng)

    assert content(one) == content(two) == content(reversed_order)
    names = [path.name for path in one.glob("*traces.csv")]
    pattern = re.compile(r"pid\d+")
    for name in names:
        assert (two / pattern.sub(two.name.split("_")[-1].split("-")[0], name)).read_bytes() == (
            one / name
        ).read_bytes()


def test_sweeps_that_share_a_batch_are_those_of_other_batches(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    together = run(nSweeps=3, engine="batch")
    monkeypatch.setattr(execution, "BATCH", 2)
    assert content(run(nSweeps=3, engine="batch", nprocs=2)) == content(together)


def test_a_unit_fills_the_lanes_of_the_batch_engine_before_there_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ascent.engines.batch.programs.chosen_lanes", lambda: 4)
    sizes = [execution._size("batch", sweeps, workers) for sweeps, workers in ((3, 2), (8, 2), (8, 1), (64, 2))]
    assert sizes == [4, 4, 8, 8]
    assert execution._size("neuron", 8, 2) == 1
    assert execution._size("none", 8, 4) == 2


def test_another_seed_is_another_run(run: Run) -> None:
    assert tables(run()) != tables(run(seed=8))


def test_without_a_seed_numpys_global_generator_gives_one(run: Run) -> None:
    np.random.seed(5)
    first = run(seed=None, nSweeps=1)
    np.random.seed(5)
    second = run(seed=None, nSweeps=1)

    assert read_manifest(first).seed == read_manifest(second).seed
    assert tables(first) == tables(second)


def test_tar_packs_the_directory_beside_itself(run: Run) -> None:
    directory = run(nSweeps=1, tar=True)

    with tarfile.open(directory.with_name(directory.name + ".tar.gz")) as archive:
        assert any(name.endswith("simulation_run0000_synapses.csv") for name in archive.getnames())


def test_scale_apical_is_called_and_warned_about(run: Run) -> None:
    called = []

    with pytest.warns(DeprecationWarning, match="scale_apical is deprecated"):
        directory = run(nSweeps=1, scale_apical=lambda cell: called.append(cell.id))

    assert directory.is_dir()


def test_a_cell_generator_replaces_the_cell_parameters(run: Run) -> None:
    def generator() -> Any:
        from ascent.network.cell import create_cell

        parameters = read_parameters(small_example().cell)
        parameters["neuron"]["Dendrite"]["properties"]["cm"] = 9.0
        return create_cell(parameters)

    usual, other = run(nSweeps=1), run(nSweeps=1, cell_generator=generator)

    assert tables(usual) == tables(other)
    assert content(usual) != content(other)


def test_a_child_process_leaves_this_ones_neuron_alone(run: Run) -> None:
    assert content(run(child_process=True)) == content(run())
    assert not runner._present


def test_parameters_may_be_mappings(run: Run) -> None:
    files = small_example()
    cell, network = read_parameters(files.cell), read_parameters(files.network).to_dict()

    assert content(run(cellParamName=cell, evokedUpParamName=network)) == content(run())
    assert "tStop" not in cell["sim"] or cell["sim"]["tStop"] != 20


class Killed(Exception):
    """Stands for whatever ends a process in the middle."""


def test_an_interrupted_run_keeps_its_sweeps_and_is_finished_by_resuming(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_in_this_process(monkeypatch)
    whole = run(nSweeps=3)
    write, written = execution.SweepFiles.write, []

    def dies(self: Any, output: Any) -> None:
        if len(written) == 2:
            raise Killed
        written.append(output.sweep)
        write(self, output)

    monkeypatch.setattr(execution.SweepFiles, "write", dies)
    with pytest.raises(Killed):
        run(nSweeps=3)
    monkeypatch.undo()
    run_in_this_process(monkeypatch)
    (left,) = (tmp_path / "results").glob("*_running")
    assert len(list(left.glob("simulation_run*_synapses.csv"))) == 2
    assert len(list((left / "sweeps").glob("*traces.npy"))) == 2
    done: list[int] = []
    realize = runner.SweepRunner._realize
    monkeypatch.setattr(
        runner.SweepRunner, "_realize", lambda self, sweep: (done.append(sweep), realize(self, sweep))[1]
    )

    import yaml

    composed = yaml.safe_load((left / "config.yaml").read_text())
    result = run_study(composed, quiet=True, directory=RunDirectory.resume(left))

    assert done == [2]
    assert content(result.directory) == content(whole)


def test_beside_other_sections_the_bits_are_those_of_a_fresh_process(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from neuron import h

    monkeypatch.setattr(execution, "BATCH", 1)
    alone = run(nSweeps=2, nprocs=2)
    section = h.Section(name="beside")
    section.insert("extracellular")
    assert content(run(nSweeps=2)) == content(alone)


def test_a_sweep_that_fails_is_named_and_the_others_are_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run_in_this_process(monkeypatch)
    realize = runner.SweepRunner._realize

    def fails(self: Any, sweep: int) -> Any:
        if sweep == 1:
            raise ConfigError("sweep 1 is not to be.")
        return realize(self, sweep)

    monkeypatch.setattr(runner.SweepRunner, "_realize", fails)

    with pytest.warns(UserWarning, match=r"1 of .* failed, the first \(sweep 0001\): sweep 1 is not to be"):
        directory = run(nSweeps=3)

    traces = read_voltage_traces(next(directory.glob("*_vm_all_traces.csv")))
    assert traces.sweeps == (0, 2)
    assert [failure.unit for failure in read_manifest(directory).failures] == ["sweep 0001"]
    assert (directory / "sweeps").is_dir()


def test_a_run_of_which_every_sweep_fails_is_an_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run_in_this_process(monkeypatch)

    def fails(self: Any, sweep: int) -> Any:
        raise ConfigError("not to be.")

    monkeypatch.setattr(runner.SweepRunner, "_realize", fails)

    with pytest.raises(AscentError, match="No sweep could be run: not to be"):
        run()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"nSweeps": 0}, "nSweeps is 0; it must be a whole number of at least 1"),
        ({"nprocs": 1.5}, "nprocs is 1.5"),
        ({"tStop": -1}, "tStop is -1; it must be a time above 0"),
        ({"seed": -3}, "seed is -3"),
        ({"seed": 2**32, "rng": "isf"}, "below 2"),
        ({"rng": "mt19937"}, "rng is 'mt19937'; it must be philox or isf"),
        ({"engine": "coreneuron"}, "engine is 'coreneuron'"),
        ({"cellParamName": "nowhere.param"}, "nowhere.param does not exist"),
        ({"scale_apical": 2.5}, "scale_apical is 2.5; it must be a function"),
    ],
)
@pytest.mark.filterwarnings("ignore:scale_apical")
def test_wrong_arguments_are_refused_before_anything_is_written(
    run: Run, tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        run(**changes)

    assert not (tmp_path / "results").exists()


def test_a_wrong_synapse_file_is_refused_before_anything_is_written(run: Run, tmp_path: Path) -> None:
    network = read_parameters(small_example().network)
    wrong = tmp_path / "wrong.syn"
    wrong.write_text("# synapses\nBasket_local\t999\t0.5\n")
    for name, entry in network["network"].items():
        if name != "network_modify_functions":
            entry["synapses"]["distributionFile"] = str(wrong)

    with pytest.raises(ConfigError, match="line 2: there is no section 999"):
        run(evokedUpParamName=network)

    assert not (tmp_path / "results").exists()


def test_the_names_are_exported() -> None:
    assert ascent.run_new_simulations.__module__ == "ascent.simrun.new_simulations"
    assert ascent.run_existing_synapse_activations.__doc__
    assert ascent.generate_synapse_activations.__doc__
