"""Presets and tables that come with ascent, and a project's own before them."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from ascent.config.fiber_z import check_diameters
from ascent.config.fibers import OWN_MODELS, FiberMode, FibersConfig
from ascent.config.fields import alternatives
from ascent.config.loading import dump, load
from ascent.config.materials import MaterialsConfig
from ascent.config.shipped import (
    copy_tables,
    load_cuff,
    load_fiber_z,
    load_materials,
    load_perineurium_thickness,
    load_slurm,
    shipped_cuff_names,
)
from ascent.errors import ConfigError


def test_presets_have_the_names_that_projects_use() -> None:
    assert {"Purdue.json", "CorTec300.json", "LivaNova2000_v2.json", "MicroLeads_meas_300_bipolar.json"} <= set(
        shipped_cuff_names()
    )


@pytest.mark.parametrize(
    ("name", "sigma"),
    [  # S/m, spec/ascent.md 2.10
        ("silicone", (1e-12,) * 3),
        ("platinum", (9.43e6,) * 3),
        ("endoneurium", (1 / 6, 1 / 6, 1 / 1.75)),
        ("epineurium", (1 / 6.3,) * 3),
        ("muscle", (0.086, 0.086, 0.35)),
        ("saline", (1.76,) * 3),
        ("weerasuriya_perineurium_DC", (1 / 1149,) * 3),
    ],
)
def test_conductivities(name: str, sigma: tuple[float, float, float]) -> None:
    assert load_materials().conductivities[name].conductivity() == pytest.approx(sigma, rel=1e-14)


def test_materials_have_the_published_values(tutorial_dir: Path) -> None:
    ours = load_materials().conductivities
    theirs = load(tutorial_dir / "config/system/materials.json", MaterialsConfig).conductivities
    assert {n: m.conductivity() for n, m in ours.items()} == {n: m.conductivity() for n, m in theirs.items()}


def test_perineurium_of_a_rat_fascicle() -> None:
    fits = load_perineurium_thickness().ci_perineurium_thickness_parameters
    assert fits["RAT_VN_INHOUSE_200601"].thickness(100) == pytest.approx(2.659)  # 0.01292·100 + 1.367 µm


def test_tables_of_fibers() -> None:
    fibers = load_fiber_z().fiber_type_parameters
    assert set(fibers) == set(get_args(FiberMode)) - set(OWN_MODELS)
    assert len(alternatives(fibers["MRG_DISCRETE"].delta_zs)) == 11
    assert load_slurm().memory_per_fiber == 2000


@pytest.mark.parametrize(
    ("mode", "diameter", "words"),
    [
        ("MRG_DISCRETE", 5.7, ""),
        ("MRG_DISCRETE", [5.7, 8.7], ""),
        (
            "MRG_DISCRETE",
            [5.7, 6],
            "diameter is 6: is not in the table of MRG_DISCRETE; it must be one of 1, 2, 5.7, 7.3",
        ),
        ("SUNDT", 0.8, ""),
    ],
)
def test_diameters_of_a_table(mode: str, diameter: Any, words: str) -> None:
    z = {"diameter": diameter, "full_nerve_length": True, "offset": 0}
    fibers = FibersConfig.model_validate({"mode": mode, "xy_parameters": {"mode": "CENTROID"}, "z_parameters": z})
    if words:
        with pytest.raises(ConfigError, match=words):
            check_diameters(fibers, load_fiber_z(), "sim.json")
    else:
        check_diameters(fibers, load_fiber_z(), "sim.json")


def test_model_that_a_projects_table_lacks(tmp_path: Path) -> None:
    table = {"SUNDT": load_fiber_z().raw["fiber_type_parameters"]["SUNDT"]}
    (tmp_path / "fiber_z.json").write_text(json.dumps({"fiber_type_parameters": table}))
    z = {"diameter": 1, "full_nerve_length": True, "offset": 0}
    fibers = FibersConfig.model_validate({"mode": "RATTAY", "xy_parameters": {"mode": "CENTROID"}, "z_parameters": z})
    with pytest.raises(ConfigError, match='fibers.mode is "RATTAY": is not among the models of fiber_z.json: SUNDT'):
        check_diameters(fibers, load_fiber_z([tmp_path]), "sim.json")


def test_a_projects_own_preset_comes_first(tmp_path: Path) -> None:
    own = {**dump(load_cuff("Purdue.json")), "angle_to_contacts_deg": 100}
    (tmp_path / "Purdue.json").write_text(json.dumps(own))
    (tmp_path / "Mine.json").write_text(json.dumps(own))
    assert load_cuff("Purdue.json", [tmp_path]).angle_to_contacts_deg == 100
    assert load_cuff("Mine.json", [tmp_path]).angle_to_contacts_deg == 100
    assert load_cuff("Pitt.json", [tmp_path / "absent", tmp_path]).code == "Pitt"


def test_a_projects_own_table_comes_first(tmp_path: Path) -> None:
    (tmp_path / "materials.json").write_text('{"conductivities": {"mine": {"value": "1/2"}}}')
    assert list(load_materials([tmp_path]).conductivities) == ["mine"]


def test_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match='There is no cuff preset "Prudue.json"; did you mean "Purdue.json"?'):
        load_cuff("Prudue.json")


@pytest.mark.parametrize("name", ["../materials.json", "/etc/passwd", ""])
def test_a_preset_is_named_without_folders(name: str) -> None:
    with pytest.raises(ConfigError):
        load_cuff(name)


def test_tables_are_copied_where_a_project_has_none(tmp_path: Path) -> None:
    (tmp_path / "slurm_params.json").write_text('{"partition": "mine"}')
    copy_tables(tmp_path, ["Purdue.json"])
    assert load_slurm([tmp_path]).partition == "mine"
    assert load_cuff("Purdue.json", [tmp_path / "cuffs"]) == load_cuff("Purdue.json")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "ci_peri_thickness.json", "cuffs", "fiber_z.json", "materials.json", "slurm_params.json",
    ]  # fmt: skip
