"""Cuff presets worked out for a nerve."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.config.cuff import CuffPreset, contact_offset, literal_length, resolve, resting_radius
from ascent.config.loading import load, validate
from ascent.config.shipped import load_cuff, shipped_cuff_names
from ascent.errors import ConfigError

GLOBALS = {
    "z_nerve": 12500.0,
    "r_nerve": 186.83534,
    "r_proximal": 3000.0,
    "a_nerve": math.nan,
    "ci_a": 0.03,
    "ci_b": 0.0,
}


def instance(name: str, label: str, **globals_: float) -> Any:
    cuff = resolve(load_cuff(name), {**GLOBALS, **globals_})
    return next(each for each in cuff.instances if each.label == label)


def preset(**parameters: str) -> CuffPreset:
    """A cuff of one cylinder with the given parameters."""
    data = {
        "code": "T",
        "expandable": True,
        "params": [{"name": name, "expression": text} for name, text in parameters.items()],
        "instances": [
            {
                "type": "CuffFill_Primitive",
                "label": "fill",
                "def": {"Center": "z_nerve/2", "Radius": "R_T", "L": "L_T"},
                "materials": [{"info": "fill", "label_index": 0}],
            }
        ],
    }
    return validate(data, CuffPreset, "test.json")


# Expandable cuffs open to the nerve with its gap: R_in = max(r_nerve + gap, radius at rest).
@pytest.mark.parametrize(("nerve", "radius"), [(100, 150), (140, 150), (140.5, 150.5), (500, 510)])
def test_cortec_300_opens_around_larger_nerves(nerve: float, radius: float) -> None:
    cuff = resolve(load_cuff("CorTec300.json"), {**GLOBALS, "r_nerve": nerve})
    assert float(cuff.parameters["R_in_CT300"]) == radius


def test_purdue_around_the_tutorial_nerve_stays_at_rest() -> None:
    wire = instance("Purdue.json", "Purdue Contact 2")
    assert dict(wire.parameters) == {
        "Center": 7000,
        "R_in": 317.5,
        "Wire_r": 37.5,
        "Wire_sep": 10,
        "Pitch": 1500,
        "Wire_theta": pytest.approx(288),
    }
    assert wire.materials == [(1, "conductor")]
    assert instance("Purdue.json", "Purdue Cuff").parameters["Tube_theta"] == 360


def test_purdue_wire_keeps_its_length_around_a_larger_nerve() -> None:
    wire = instance("Purdue.json", "Purdue Contact 1", r_nerve=500.0).parameters
    arc = math.radians(wire["Wire_theta"]) * (wire["R_in"] - 10 - 75)
    assert arc == pytest.approx(math.radians(288) * (317.5 - 10 - 75))


def test_livanova_keeps_its_arc_length() -> None:
    cuff = resolve(load_cuff("LivaNova2000_v2.json"), {**GLOBALS, "r_nerve": 1400.0}).parameters
    pitch = 1714.5
    rest = 2.5 * math.hypot(pitch, 2 * math.pi * 990)
    assert float(cuff["rev_PD_insul_LN"]) == pytest.approx(rest / math.hypot(pitch, 2 * math.pi * 1500))


def test_angles_without_unit_count_in_degrees() -> None:
    # Rot_def of Enteromedics is 360·arc/(2πR) without a unit: 17.35 degrees at rest.
    tube = instance("Enteromedics.json", "Enteromedics Cuff")
    assert tube.parameters["Rot_def"] == pytest.approx(-360 * 500 / (2 * math.pi * 1651))


@pytest.mark.parametrize("name", shipped_cuff_names())
def test_every_shipped_preset_comes_out_finite(name: str) -> None:
    for nerve in (50.0, 500.0, 2500.0):
        cuff = resolve(load_cuff(name), {**GLOBALS, "r_nerve": nerve})
        assert any(material == "conductor" for each in cuff.instances for _, material in each.materials)
        for each in cuff.instances:
            assert math.isfinite(each.parameters["Center"])


def test_every_published_preset_comes_out(tutorial_dir: Path) -> None:
    for file in sorted((tutorial_dir / "config/system/cuffs").glob("*.json")):
        published = load(file, CuffPreset)
        for nerve in (50.0, 500.0, 2500.0):
            fitted = nerve + literal_length(published, "thk_medium_gap_internal")
            assert resolve(published, {**GLOBALS, "r_nerve": nerve}).instances
            assert resting_radius(published, fitted) > 0
            assert contact_offset(published) >= 0


def test_shipped_presets_have_the_published_values(tutorial_dir: Path) -> None:
    for name in shipped_cuff_names():
        published = load(tutorial_dir / "config/system/cuffs" / name, CuffPreset)
        for nerve in (50.0, 700.0):
            names = {**GLOBALS, "r_nerve": nerve}
            ours, theirs = resolve(load_cuff(name), names), resolve(published, names)
            assert repr(ours) == repr(theirs)


def test_adaptive_preset_has_two_sizes(tutorial_dir: Path) -> None:
    cuff = load(tutorial_dir / "config/system/cuffs/LivaNovaAdaptiveDiam_v2_acute.json", CuffPreset)
    assert [resting_radius(cuff, radius) for radius in (500, 1499, 1501, 3000)] == [990, 990, 1500, 1500]


def test_what_placement_needs() -> None:
    purdue = load_cuff("Purdue.json")
    assert literal_length(purdue, "thk_medium_gap_internal") == 10
    assert literal_length(purdue, "r_wire_P") == 37.5
    assert resting_radius(purdue, 500) == 317.5
    assert contact_offset(purdue) == 85
    assert resting_radius(load_cuff("Pitt.json"), 100) == 500


class TestRefusals:
    """Presets that cannot be worked out."""

    def test_parameters_in_a_circle(self) -> None:
        with pytest.raises(ConfigError, match=r"test\.json: parameters refer to each other in a circle: "):
            resolve(preset(R_T="a_T+1 [um]", a_T="b_T", b_T="R_T", L_T="1 [mm]"), GLOBALS)

    def test_parameter_of_itself(self) -> None:
        with pytest.raises(ConfigError, match="in a circle: R_T → R_T"):
            resolve(preset(R_T="R_T", L_T="1 [mm]"), GLOBALS)

    def test_unknown_name(self) -> None:
        with pytest.raises(
            ConfigError, match=r'test\.json: params\.R_T: "r_nerv" uses "r_nerv".*did you mean "r_nerve"\?'
        ):
            resolve(preset(R_T="r_nerv", L_T="1 [mm]"), GLOBALS)

    def test_angle_for_a_length(self) -> None:
        with pytest.raises(ConfigError, match=r'instances\[0\]\.def\.Radius is "R_T": must be a length, not 5 degrees'):
            resolve(preset(R_T="5 [deg]", L_T="1 [mm]"), GLOBALS)

    def test_value_that_is_nan(self) -> None:
        with pytest.raises(ConfigError, match="comes out as nan; CuffFill_Primitive needs a finite value"):
            resolve(preset(R_T="sqrt(a_nerve/pi)", L_T="1 [mm]"), GLOBALS)

    def test_length_that_depends_on_the_nerve(self) -> None:
        with pytest.raises(ConfigError, match="which is not known"):
            literal_length(preset(R_T="r_nerve", L_T="1 [mm]"), "R")

    def test_literal_that_is_no_length(self) -> None:
        with pytest.raises(ConfigError, match=r'params\.R_T is "5": must be a length such as "10 \[um\]"'):
            literal_length(preset(R_T="5", L_T="1 [mm]"), "R_T")

    def test_missing_radius(self) -> None:
        with pytest.raises(ConfigError, match=r"test\.json: params\.r_cuff_in_pre_T: is missing"):
            resting_radius(preset(R_T="5 [um]", L_T="1 [mm]"), 100)

    def test_long_chain_of_parameters_is_no_problem(self) -> None:
        chain = {f"a{i}_T": f"a{i + 1}_T" for i in range(3000)}
        cuff = resolve(preset(R_T="a0_T", L_T="1 [mm]", **chain, a3000_T="7 [um]"), GLOBALS)
        assert cuff.instances[0].parameters["Radius"] == 7

    @pytest.mark.parametrize(
        ("low", "high", "words"),
        [("1 [mm]", "1.2 [mm]", "has 0 sizes for a radius of 1100 µm"), ("1.2 [mm]", "1 [mm]", "has 2 sizes")],
    )
    def test_adaptive_ranges_with_gap_or_overlap(
        self, low: str, high: str, words: str, check: Callable[..., Any]
    ) -> None:
        condition = [
            {
                "min": {"value": None, "inclusive": True},
                "max": {"value": low, "inclusive": False},
                "parameter": "1 [mm]",
            },
            {
                "min": {"value": high, "inclusive": True},
                "max": {"value": None, "inclusive": True},
                "parameter": "2 [mm]",
            },
        ]
        data = json.loads(json.dumps(load_cuff("Purdue.json").raw))
        position = next(i for i, each in enumerate(data["params"]) if each["name"] == "r_cuff_in_pre_P")
        cuff = check("cuff", {f"params/{position}/adaptive": True, f"params/{position}/condition": condition})
        with pytest.raises(ConfigError, match=words):
            resting_radius(cuff, 1100)


@given(st.floats(min_value=1, max_value=5000), st.sampled_from(["CorTec200.json", "Purdue.json", "Enteromedics.json"]))
def test_expandable_cuffs_always_hold_the_nerve(nerve: float, name: str) -> None:
    loaded = load_cuff(name)
    cuff = resolve(loaded, {**GLOBALS, "r_nerve": nerve})
    radius = float(cuff.parameters[f"R_in_{loaded.code}"])
    assert radius >= nerve + literal_length(loaded, "thk_medium_gap_internal")
    assert radius >= resting_radius(loaded, nerve)
