"""A project is found the same way from anywhere."""

import json
from pathlib import Path

import pytest

from ascent.errors import AscentError, ConfigError
from ascent.project.layout import NSimName, ProjectFolder


def project(root: Path) -> Path:
    (root / "config" / "user").mkdir(parents=True)
    return root


def test_the_named_folder_wins_over_the_environment(tmp_path: Path) -> None:
    named, other = project(tmp_path / "named"), project(tmp_path / "other")
    assert ProjectFolder.find(named, {"ASCENT_PROJECT_PATH": str(other)}).root == named


def test_the_environment_wins_over_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, other = project(tmp_path / "here"), project(tmp_path / "other")
    monkeypatch.chdir(here)
    assert ProjectFolder.find(None, {"ASCENT_PROJECT_PATH": str(other)}).root == other


def test_the_nearest_parent_with_user_configuration_is_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path / "study")
    deep = root / "samples" / "0"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert ProjectFolder.find(None, {}).root == root


def test_a_named_folder_that_is_missing_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(AscentError, match="nowhere") as caught:
        ProjectFolder.find(tmp_path / "nowhere", {})
    assert caught.value.exit_code == 2


def test_exports_go_where_the_environment_says(tmp_path: Path) -> None:
    root = project(tmp_path / "p")
    environment = {"ASCENT_NSIM_EXPORT_PATH": str(tmp_path / "elsewhere")}
    assert ProjectFolder.find(root, environment).export == tmp_path / "elsewhere"


def test_exports_go_where_env_json_says(tmp_path: Path) -> None:
    root = project(tmp_path / "p")
    (root / "config" / "system").mkdir()
    (root / "config" / "system" / "env.json").write_text(json.dumps({"ASCENT_NSIM_EXPORT_PATH": str(tmp_path / "x")}))
    assert ProjectFolder.find(root, {}).export == tmp_path / "x"


def test_exports_stay_in_the_project_otherwise(tmp_path: Path) -> None:
    root = project(tmp_path / "p")
    assert ProjectFolder.find(root, {}).export == root / "export"


@pytest.mark.parametrize("text", ["{", "[]", "\udcff"])
def test_an_env_json_that_is_no_object_is_named(tmp_path: Path, text: str) -> None:
    root = project(tmp_path / "p")
    (root / "config" / "system").mkdir()
    (root / "config" / "system" / "env.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError, match=r"env\.json"):
        ProjectFolder.find(root, {})


def test_n_sim_names_round_trip() -> None:
    assert str(NSimName.parse("0_1_22_3")) == "0_1_22_3"


@pytest.mark.parametrize("text", ["", "0_1_2", "a_b_c_d", "0_1_2_3_4", "0_1_2_-3"])
def test_other_folder_names_are_no_n_sims(text: str) -> None:
    assert NSimName.parse(text) is None
