"""The perineurium's resistivity and the conductance of a thin sheath of it."""

import math

import pytest

from ascent.errors import ConfigError, GeometryError
from ascent.field.perineurium import sheath_conductance, sheath_thickness, weerasuriya_resistivity

FITS = {"GRINBERG_2008": (0.03, 0.0), "HUMAN_VN_INHOUSE_200601": (0.03702, 10.5)}


# Measured with ASCENT 1.4 at 37 °C (its models A and B), Ω·m.
@pytest.mark.parametrize(
    ("frequency", "resistivity"),
    [
        (1, 1149.0),
        (10, 960.1274164),
        (100, 795.4838693),
        (1_000, 778.7207448),
        (10_000, 403.2081318),
        (20_000, 224.7947607),
        (25_000, 182.5204153),
        (40_000, 115.9806670),
    ],
)
def test_resistivity_at_37_degrees_is_that_of_ascent(frequency: float, resistivity: float) -> None:
    assert weerasuriya_resistivity(frequency, 37) == pytest.approx(resistivity, rel=1e-8)


def test_resistivity_falls_by_half_again_every_ten_degrees() -> None:
    assert weerasuriya_resistivity(1_000, 21) / weerasuriya_resistivity(1_000, 31) == pytest.approx(1.5)


def test_below_10_hz_only_body_temperature_is_known() -> None:
    with pytest.raises(ConfigError, match="temperature is 25"):
        weerasuriya_resistivity(5, 25)


def test_a_measured_sheath_is_the_difference_of_the_effective_radii() -> None:
    thickness = sheath_thickness(math.pi * 90**2, math.pi * 100**2, "MEASURED", FITS)
    assert thickness == pytest.approx(10.0)


def test_a_fitted_sheath_follows_the_diameter_of_the_inner() -> None:
    thickness = sheath_thickness(math.pi * 100**2, None, "HUMAN_VN_INHOUSE_200601", FITS)
    assert thickness == pytest.approx(0.03702 * 200 + 10.5)


def test_an_unknown_mode_is_named_with_those_that_exist() -> None:
    with pytest.raises(GeometryError, match="PIG.*GRINBERG_2008"):
        sheath_thickness(1000.0, 2000.0, "PIG", FITS)


def test_a_sheath_without_thickness_is_refused() -> None:
    with pytest.raises(GeometryError, match="must enclose"):
        sheath_thickness(1000.0, 1000.0, "MEASURED", FITS)


def test_ten_micrometres_of_the_dc_value_conduct_as_calculated_by_hand() -> None:
    assert sheath_conductance(1 / 1149, 10.0) == pytest.approx(1 / (1149 * 1e-5))
