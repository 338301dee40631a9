"""Which conductivity a part of the model has."""

import pytest
from geometry_samples import model_config

from ascent.config.materials import MaterialsConfig
from ascent.errors import ConfigError
from ascent.field.materials import conductivity_of, perineurium_conductivity


def test_a_name_is_looked_up_in_the_materials(materials: MaterialsConfig) -> None:
    assert conductivity_of("fill", model_config(), materials) == (1.76, 1.76, 1.76)


def test_an_anisotropic_material_has_three_values(materials: MaterialsConfig) -> None:
    assert conductivity_of("endoneurium", model_config(), materials) == pytest.approx((1 / 6, 1 / 6, 1 / 1.75))


def test_a_material_written_in_place_counts(materials: MaterialsConfig) -> None:
    model = model_config()
    values = {**model.conductivities, "medium": {"label": "own", "value": "1/20", "unit": "[S/m]"}}
    changed = model_config(conductivities=values | {"perineurium": "weerasuriya_perineurium_DC"})
    assert conductivity_of("medium", changed, materials) == pytest.approx((0.05, 0.05, 0.05))


def test_a_cuffs_own_function_may_be_a_material_itself(materials: MaterialsConfig) -> None:
    assert conductivity_of("encapsulation", model_config(), materials) == pytest.approx((1 / 6.3,) * 3)


def test_weerasuriya_overrides_the_perineurium_that_is_written(materials: MaterialsConfig) -> None:
    model = model_config(frequency=20_000)
    # Golden of ASCENT 1.4 at 20 kHz, S/m.
    assert conductivity_of("perineurium", model, materials)[0] == pytest.approx(0.004448502255, rel=1e-9)
    assert perineurium_conductivity(model) == conductivity_of("perineurium", model, materials)[0]


def test_a_manual_perineurium_is_taken_as_written(materials: MaterialsConfig) -> None:
    model = model_config(modes={"rho_perineurium": "MANUAL"}, frequency=20_000)
    assert conductivity_of("perineurium", model, materials)[0] == pytest.approx(1 / 1149)


def test_an_unknown_material_is_named_with_the_nearest(materials: MaterialsConfig) -> None:
    model = model_config(conductivities={**dict(model_config().conductivities), "fill": "salin"})
    with pytest.raises(ConfigError, match='"salin".*Did you mean "saline"'):
        conductivity_of("fill", model, materials)


def test_a_function_that_nothing_defines_is_refused(materials: MaterialsConfig) -> None:
    with pytest.raises(ConfigError, match="conductivities.glue is missing"):
        conductivity_of("glue", model_config(), materials)
