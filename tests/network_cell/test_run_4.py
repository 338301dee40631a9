"""``ascent +run=4``: the shipped cell in its network, from Hydra."""

import json
from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from ascent.cli import main
from ascent.config.groups import configuration_folder
from ascent.network.example import small_example
from ascent.network.formats.param import read_parameters, resolve_paths
from ascent.simrun import load_simrun


def composed(*overrides: str) -> dict[str, Any]:
    with initialize_config_dir(version_base="1.3", config_dir=str(configuration_folder())):
        configuration = compose("config", ["+run='4'", *overrides])
    return OmegaConf.to_container(configuration, resolve=True)  # type: ignore[return-value]


@pytest.mark.parametrize("part", ["cell", "network"])
def test_the_groups_hold_what_the_shipped_parameter_files_hold(part: str) -> None:
    shipped = read_parameters(getattr(small_example(), part)).to_dict()
    assert resolve_paths(composed()[part], "/") == shipped


def test_nothing_of_the_nerve_study_is_left_in_it() -> None:
    assert set(composed()) == {"study", "name", "seed", "cell", "network", "simulation", "engine", "results"}


def test_a_parameter_file_of_ones_own_takes_the_place_of_the_group() -> None:
    found = composed("cell=file", "cell.file=my.param", "+cell.sim.T=37")
    assert found["cell"] == {"file": "my.param", "sim": {"T": 37}}


def run(tmp_path: Path, *overrides: str) -> tuple[int, list[Path]]:
    code = main(
        ["+run=4", "simulation.n_sweeps=2", "simulation.t_stop=20", "engine=neuron", "engine.workers=1",
         "results.archive=none", f"results.directory={tmp_path / 'results'}", *overrides]
    )  # fmt: skip
    return code, sorted((tmp_path / "results").glob("2*")) if (tmp_path / "results").is_dir() else []


def test_it_runs_and_takes_overrides(tmp_path: Path) -> None:
    code, (directory,) = run(tmp_path, "cell.sim.Vinit=-80", "network.network.Basket_local.cellNr=12")
    assert code == 0
    traces = load_simrun(directory)["voltage_traces"]
    assert traces.shape[0] == 2 and set(traces[0.0]) == {-80.0}
    assert json.loads((directory / "manifest.json").read_text())["seed"] == 42


def test_a_parameter_file_runs_with_what_is_changed_of_it(tmp_path: Path) -> None:
    example = small_example()
    files = [f"cell.file={example.cell}", f"network.file={example.network}"]
    code, (directory,) = run(tmp_path, "cell=file", "network=file", *files, "+cell.sim.Vinit=-70")
    assert code == 0
    assert set(load_simrun(directory)["voltage_traces"][0.0]) == {-70.0}


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("+cell.sim.Vint=-70", 'is not a known key; did you mean "Vinit"?'),
        ("cell.neuron.Soma.properties.Ra=-1", "neuron.Soma.properties.Ra is -1: must be greater than 0"),
        ("cell.neuron.Soma.mechanisms.range.pas.spatial=unifrm", 'did you mean "uniform"?'),
        ("cell.neuron.filename=nowhere.hoc", "nowhere.hoc does not exist"),
        ("+cell.neuron.cell_modify_functions.scale_apicl={scale: 2}", 'did you mean "scale_apical"?'),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], override: str, words: str
) -> None:
    assert run(tmp_path, override) == (2, [])
    assert words in capsys.readouterr().err
