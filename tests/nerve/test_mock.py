"""Mock nerves: masks from a description, the same ones for the same seed, with the areas described."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ascent.config.loading import load, validate
from ascent.config.mock_sample import MockSampleConfig
from ascent.config.perineurium import PerineuriumThicknessConfig
from ascent.config.sample import SampleConfig
from ascent.errors import ConfigError, MorphologyError
from ascent.nerve import Sample, build_sample
from ascent.nerve.mock import generate_mock
from ascent.nerve.mock_shapes import ellipse_polygon, nerve_polygon, place_fascicles, semi_axes

FASCICLES = [
    {"a": 120, "b": 80, "centroid_x": -70, "centroid_y": 10, "rot": 30},
    {"a": 60, "b": 60, "centroid_x": 60, "centroid_y": -40, "rot": 0},
]
EXPLICIT = {"mode": "EXPLICIT", "min_fascicle_separation": 5, "Fascicles": FASCICLES}
PLACING = {"num_fascicle_attempt": 5, "max_attempt_iter": 200, "min_fascicle_separation": 5, "seed": 11}
UNIFORM = {
    "mode": "UNIFORM",
    "lower_fasc_diam": 30,
    "upper_fasc_diam": 60,
    "lower_fasc_ecc": 0.1,
    "upper_fasc_ecc": 0.8,
    **PLACING,
}
TRUNCNORM = {
    "mode": "TRUNCNORM",
    "mu_fasc_diam": 50,
    "std_fasc_diam": 10,
    "n_std_diam_limit": 2,
    "mu_fasc_ecc": 0.5,
    "std_fasc_ecc": 0.1,
    "n_std_ecc_limit": 2,
    **PLACING,
}


def mock(populate: dict[str, Any], **changes: Any) -> MockSampleConfig:
    data: dict[str, Any] = {
        "global": {"NAME": "mock"},
        "scalebar_length": 100,
        "nerve": {"a": 350, "b": 300, "rot": 20},
        "figure": {"fig_dpi": 300, "fig_margin": 1.2},
        "populate": populate,
    }
    return validate({**data, **changes}, MockSampleConfig, "mock.json")


@pytest.fixture
def sample_of(tmp_path: Path, config: Callable[..., SampleConfig], thickness: PerineuriumThicknessConfig) -> Callable:
    """Draw the masks of a mock nerve and build the sample from them."""

    def make(mock_config: MockSampleConfig) -> Sample:
        generate_mock(mock_config, tmp_path / "mock")
        changes = {"modes__mask_input": "INNERS", "modes__ci_perineurium_thickness": "GRINBERG_2008"}
        bar = mock_config.scalebar_length
        return build_sample(config(scale__scale_bar_length=bar, **changes), tmp_path / "mock", thickness)

    return make


def test_a_mock_nerve_has_the_areas_described(sample_of: Callable) -> None:
    sample = sample_of(mock(EXPLICIT))
    assert sample.section.nerve.area == pytest.approx(math.pi / 4 * 350 * 300, rel=0.01)
    areas = sorted(inner.trace.area for inner in sample.inners)
    assert areas == pytest.approx([math.pi / 4 * 60 * 60, math.pi / 4 * 120 * 80], rel=0.01)


def test_a_mock_nerve_has_its_fascicles_where_described(sample_of: Callable) -> None:
    sample = sample_of(mock(EXPLICIT))
    centroids = sorted(tuple(inner.trace.centroid) for inner in sample.inners)
    assert np.array(centroids) == pytest.approx(np.array([(-70, 10), (60, -40)]), abs=0.5)


def test_the_published_dummy_nerve_is_reproduced(sample_of: Callable) -> None:
    # Dimensions printed in ASCENT's Sim4Life verification (spec/ascent.md §6.3).
    inners = [(50, 40, 50), (60, -50, 0), (80, 20, -60)]
    fascicles = [{"a": d, "b": d, "centroid_x": x, "centroid_y": y, "rot": 0} for d, x, y in inners]
    populate = {"mode": "EXPLICIT", "min_fascicle_separation": 2, "Fascicles": fascicles}
    sample = sample_of(mock(populate, nerve={"a": 250, "b": 250, "rot": 0}))
    found = sorted((inner.trace.effective_diameter, *inner.trace.centroid) for inner in sample.inners)
    assert np.array(found) == pytest.approx(np.array(inners, float), abs=0.5)


def test_the_scale_bar_gives_the_scale_back(sample_of: Callable) -> None:
    for length in (13, 100, 270):
        sample = sample_of(mock(EXPLICIT, scalebar_length=length))
        assert sample.section.nerve.area == pytest.approx(math.pi / 4 * 350 * 300, rel=0.01)


@pytest.mark.parametrize("populate", [UNIFORM, TRUNCNORM], ids=["UNIFORM", "TRUNCNORM"])
def test_drawn_fascicles_keep_their_limits(populate: dict) -> None:
    config = mock(populate)
    nerve = nerve_polygon(config)
    fascicles = place_fascicles(config, nerve)
    assert len(fascicles) == 5
    for number, fascicle in enumerate(fascicles):
        assert fascicle.within(nerve)
        assert fascicle.distance(nerve.boundary) >= 5 * 0.99
        assert all(fascicle.distance(other) >= 5 * 0.99 for other in fascicles[:number])
        assert 29.9 <= 2 * math.sqrt(fascicle.area / math.pi) <= 70.1
    areas = [fascicle.area for fascicle in fascicles]
    assert areas == sorted(areas, reverse=True)


def test_the_random_stream_is_numpys_legacy_one() -> None:
    # ASCENT draws all diameters, all eccentricities, all rotations, then places: rebuilt here from that rule.
    fascicles = place_fascicles(mock({**UNIFORM, "num_fascicle_attempt": 1}), ellipse_polygon(0, 0, 400, 400, 0))
    stream = np.random.RandomState(11)
    diameter = 30 + 30 * stream.random_sample()
    eccentricity = 0.1 + 0.7 * stream.random_sample()
    rotation = 360 * stream.random_sample()
    x, y = stream.uniform(-400, 400), stream.uniform(-400, 400)
    expected = ellipse_polygon(x, y, *semi_axes(diameter, eccentricity), rotation)
    assert fascicles[0].equals_exact(expected, 1e-9)


def test_one_seed_one_nerve(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        generate_mock(mock(TRUNCNORM), tmp_path / folder)
    generate_mock(mock({**TRUNCNORM, "seed": 12}), tmp_path / "c")
    a, b, c = ((tmp_path / folder / "i.tif").read_bytes() for folder in "abc")
    assert a == b != c


def test_what_was_placed_is_written_down(tmp_path: Path) -> None:
    assert generate_mock(mock(UNIFORM), tmp_path) == 5
    assert json.loads((tmp_path / "mock.json").read_text())["populate"]["num_fascicle_placed"] == 5
    assert load(tmp_path / "mock.json", MockSampleConfig).populate.num_fascicle_placed == 5


def test_fascicles_without_a_place_are_left_out_with_a_warning() -> None:
    config = mock({**UNIFORM, "num_fascicle_attempt": 60, "max_attempt_iter": 5})
    with pytest.warns(UserWarning, match="of 60 fascicles found a place"):
        assert 0 < len(place_fascicles(config, nerve_polygon(config))) < 60


def test_a_nerve_too_small_for_any_fascicle_is_refused() -> None:
    config = mock(UNIFORM, nerve={"a": 25, "b": 25, "rot": 0})
    with pytest.raises(MorphologyError, match="None of 5 fascicles"):
        place_fascicles(config, nerve_polygon(config))


@pytest.mark.parametrize(("change", "reason"), [
    ({"centroid_x": 170}, r"Fascicles\[1\] .* lies outside the nerve"),
    ({"centroid_x": 110, "centroid_y": 0}, "closer to the nerve's boundary"),
    ({"centroid_x": -10, "centroid_y": 0}, "closer to fascicle 0"),
])  # fmt: skip
def test_explicit_fascicles_that_do_not_fit_are_refused(change: dict, reason: str) -> None:
    moved = {**FASCICLES[1], **change}
    config = mock({**EXPLICIT, "min_fascicle_separation": 40, "Fascicles": [FASCICLES[0], moved]},
                  nerve={"a": 350, "b": 300, "rot": 0})  # fmt: skip
    with pytest.raises(MorphologyError, match=reason):
        place_fascicles(config, nerve_polygon(config))


def test_a_constant_diameter_and_eccentricity_can_be_drawn() -> None:
    constant = {"std_fasc_diam": 0, "n_std_diam_limit": 0, "std_fasc_ecc": 0, "n_std_ecc_limit": 0}
    config = mock({**TRUNCNORM, **constant})
    areas = {round(fascicle.area, 6) for fascicle in place_fascicles(config, nerve_polygon(config))}
    assert len(areas) == 1


@pytest.mark.parametrize(("changes", "reason"), [
    ({"scalebar_length": 0.01}, "shorter than a pixel"),
    ({"scalebar_length": 5000}, "longer than the image"),
    ({"figure": {"fig_dpi": 20000, "fig_margin": 1.2}}, "fig_dpi is 20000"),
])  # fmt: skip
def test_masks_that_cannot_be_drawn_are_refused(tmp_path: Path, changes: dict, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        generate_mock(mock(EXPLICIT, **changes), tmp_path)


@pytest.mark.parametrize(("changes", "reason"), [
    ({"lower_fasc_diam": 70}, "lower limit must not be above"),
    ({"lower_fasc_diam": 0}, "must be above 0"),
    ({"upper_fasc_ecc": 1}, "must be at least 0 and below 1"),
    ({"lower_fasc_ecc": -0.1}, "must be at least 0 and below 1"),
])  # fmt: skip
def test_impossible_distributions_are_refused_even_when_made_in_python(changes: dict, reason: str) -> None:
    config = mock(UNIFORM)
    config = config.model_copy(update={"populate": config.populate.model_copy(update=changes)})
    with pytest.raises(ConfigError, match=reason):
        place_fascicles(config, nerve_polygon(config))
