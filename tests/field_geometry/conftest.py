"""What the tests of the 3D geometry share; helpers are in ``geometry_samples``."""

import sys
from pathlib import Path

import pytest

from ascent.config.materials import MaterialsConfig
from ascent.config.perineurium import PerineuriumThicknessConfig
from ascent.config.shipped import load_materials, load_perineurium_thickness
from ascent.field.geometry import NerveGeometry

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def materials() -> MaterialsConfig:
    """The shipped materials."""
    return load_materials()


@pytest.fixture(scope="session")
def thickness() -> PerineuriumThicknessConfig:
    """The shipped fits of perineurium thickness."""
    return load_perineurium_thickness()


@pytest.fixture(scope="session")
def rat_vagus() -> NerveGeometry:
    """A round fascicle of 150 µm in the Purdue cuff."""
    from geometry_samples import build, fascicle, model_config, nerve_sample

    return build(nerve_sample([fascicle(150.0)]), model_config())
