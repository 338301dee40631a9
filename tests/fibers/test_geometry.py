"""Geometry of fibers: the published tables and fits, and what is refused."""

import pytest

from ascent.errors import ConfigError
from ascent.fibers import section_geometry


def test_discrete_mrg_reads_the_published_table():
    # McIntyre, Richardson & Grill 2002, table 1, 10 µm
    fiber = section_geometry("MRG_DISCRETE", 10)
    assert (fiber.delta_z, fiber.flut_length, fiber.axon_diameter, fiber.node_diameter) == (1150, 46, 6.9, 3.3)
    assert fiber.lamellae == 120
    assert fiber.stin_length == pytest.approx((1150 - 1 - 6 - 92) / 6)


def test_interpolated_mrg_at_5_7_um_has_the_measured_internode():
    # ASCENT 1.4.0, measured: delta z 505.5746 µm
    assert section_geometry("MRG_INTERPOLATION", 5.7).delta_z == pytest.approx(505.5746, abs=1e-4)


def test_interpolated_mrg_changes_polynomial_at_5_643_um():
    assert section_geometry("MRG_INTERPOLATION", 5.0).delta_z == pytest.approx(81.08 * 5 + 37.84)
    assert section_geometry("MRG_INTERPOLATION", 5.643).delta_z == pytest.approx(
        -8.215 * 5.643**2 + 272.4 * 5.643 - 780.2
    )


def test_small_mrg_nodes_and_lamellae_follow_the_axon_diameter():
    # ASCENT 1.4.0, measured: delta z 155.12 µm at 2 µm
    fiber = section_geometry("SMALL_MRG_INTERPOLATION_V1", 2)
    assert fiber.delta_z == pytest.approx(155.12)
    assert fiber.axon_diameter == pytest.approx(1.082)
    assert fiber.node_diameter == pytest.approx(0.321 * 1.082 + 0.37)
    assert fiber.lamellae == 17  # 17.4·1.082 − 1.74 = 17.09, cut


def test_the_unit_of_a_myelinated_fiber_is_as_long_as_its_internode():
    fiber = section_geometry("MRG_DISCRETE", 8.7)
    assert sum(fiber.unit_lengths) == pytest.approx(fiber.delta_z)
    assert sum(fiber.centre_steps) == pytest.approx(fiber.delta_z)
    assert fiber.sections_per_node == 11


def test_nodes_stand_one_internode_apart():
    fiber = section_geometry("MRG_DISCRETE", 8.7)
    centres = fiber.centres(133)
    assert fiber.n_nodes(133) == 13
    assert centres[::11] == pytest.approx([0.5 + 1000 * node for node in range(13)])


def test_a_fiber_that_does_not_end_with_a_node_is_refused():
    with pytest.raises(ConfigError, match="begins and ends with a node"):
        section_geometry("MRG_DISCRETE", 8.7).n_nodes(130)


def test_a_diameter_that_is_not_in_the_table_is_refused():
    with pytest.raises(ConfigError, match=r"MRG_DISCRETE has no fiber of diameter 6 µm: its diameters are 1, 2, 5.7"):
        section_geometry("MRG_DISCRETE", 6)


def test_a_diameter_outside_the_range_is_refused():
    with pytest.raises(ConfigError, match="from 2 to 16 µm"):
        section_geometry("MRG_INTERPOLATION", 1.5)


def test_a_diameter_beyond_the_data_of_the_small_fibers_is_warned_about():
    with pytest.warns(UserWarning, match="meant for fibers up to 5.7 µm; 8 µm is extrapolated"):
        section_geometry("SMALL_MRG_INTERPOLATION_V1", 8)


def test_an_unknown_model_is_refused():
    with pytest.raises(ConfigError, match="MRG_DISCRET is unknown; the models are MRG_DISCRETE"):
        section_geometry("MRG_DISCRET", 10)


def test_a_projects_fiber_z_rules_over_the_models_own_lengths():
    fiber_z = {
        "MRG_DISCRETE": {
            "sampling": "discrete", "diameters": [10.0], "delta_zs": [1000], "paranodal_length_2s": [40],
            "node_length": 1.0, "paranodal_length_1": 3.0,
        }
    }  # fmt: skip
    fiber = section_geometry("MRG_DISCRETE", 10, fiber_z)
    assert (fiber.delta_z, fiber.flut_length, fiber.node_diameter) == (1000, 40, 3.3)
    with pytest.raises(ConfigError, match="has no 16 µm; it lists 10 µm"):
        section_geometry("MRG_DISCRETE", 16, fiber_z)
