"""Mesh quality: 1 for the regular tetrahedron, 0 for a flat one."""

from __future__ import annotations

import numpy as np
import pytest

from ascent.errors import ConfigError
from ascent.field.quality import MEASURES, mesh_statistics

REGULAR = np.array([[[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]], dtype=float)


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_a_regular_tetrahedron_has_quality_one(measure):
    assert MEASURES[measure](7.5 * REGULAR + 3) == pytest.approx(1.0)


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_a_flat_tetrahedron_has_quality_near_zero(measure):
    assert MEASURES[measure](REGULAR * [1, 1, 1e-3])[0] < 0.01


def test_statistics_have_the_keys_of_model_json():
    statistics = mesh_statistics(np.concatenate([REGULAR, REGULAR * 2]), "vollength").to_json()
    assert statistics == {
        "name": "mesh",
        "quality_measure_used": "vollength",
        "number_elements": 2,
        "min_quality": pytest.approx(1.0),
        "mean_quality": pytest.approx(1.0),
        "min_volume": pytest.approx(8 / 3),
        "volume": pytest.approx(24.0),
    }


def test_an_unknown_measure_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match="mesh.quality_measure is 'growth': one of .*vollength"):
        mesh_statistics(REGULAR, "growth")
