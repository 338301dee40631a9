"""A valid file of every kind, and a check of what is said about a changed one."""

import copy
import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from ascent.config.cuff import CuffPreset
from ascent.config.env import EnvConfig
from ascent.config.fiber_z import FiberZConfig
from ascent.config.loading import validate
from ascent.config.materials import MaterialsConfig
from ascent.config.mock_sample import MockSampleConfig
from ascent.config.model import ModelConfig
from ascent.config.perineurium import PerineuriumThicknessConfig
from ascent.config.query import QueryCriteriaConfig
from ascent.config.run import RunConfig
from ascent.config.sample import SampleConfig
from ascent.config.sim import SimConfig
from ascent.config.slurm import SlurmConfig
from ascent.errors import ConfigError

SAMPLES = Path(__file__).parent / "samples"
SHIPPED = Path(str(resources.files("ascent"))) / "data"

KINDS: dict[str, tuple[type[Any], Path]] = {
    "run": (RunConfig, SAMPLES / "run.json"),
    "sample": (SampleConfig, SAMPLES / "sample.json"),
    "model": (ModelConfig, SAMPLES / "model.json"),
    "sim": (SimConfig, SAMPLES / "sim.json"),
    "mock_sample": (MockSampleConfig, SAMPLES / "mock_sample.json"),
    "env": (EnvConfig, SAMPLES / "env.json"),
    "query_criteria": (QueryCriteriaConfig, SAMPLES / "query_criteria.json"),
    "cuff": (CuffPreset, SHIPPED / "cuffs" / "Purdue.json"),
    "materials": (MaterialsConfig, SHIPPED / "materials.json"),
    "ci_peri_thickness": (PerineuriumThicknessConfig, SHIPPED / "ci_peri_thickness.json"),
    "fiber_z": (FiberZConfig, SHIPPED / "fiber_z.json"),
    "slurm": (SlurmConfig, SHIPPED / "slurm_params.json"),
}

DELETED = object()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with the argument ``kind`` runs once for each kind of file."""
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", sorted(KINDS))


@pytest.fixture
def schema_and_file(kind: str) -> tuple[type[Any], Path]:
    """Schema of a kind of file, and a valid file of it."""
    return KINDS[kind]


def changed(kind: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Content of the valid file with values at dotted paths changed; ``...`` removes the key."""
    data: Any = json.loads(KINDS[kind][1].read_text())
    for path, value in changes.items():
        parts = [int(part) if part.isdigit() else part for part in path.split("/")]
        place = data
        for part in parts[:-1]:
            place = place[part]
        if value is ...:
            del place[parts[-1]]
        else:
            place[parts[-1]] = copy.deepcopy(value)
    return data  # type: ignore[no-any-return]


@pytest.fixture
def check() -> Callable[..., Any]:
    """Validate the valid file of a kind with values at paths ``a/b/0`` changed."""

    def validated(kind: str, changes: dict[str, Any] | None = None, source: str = "file.json") -> Any:
        return validate(changed(kind, changes or {}), KINDS[kind][0], source)

    return validated


@pytest.fixture
def refusal(check: Callable[..., Any]) -> Callable[..., str]:
    """The message about the valid file of a kind with values at paths ``a/b/0`` changed."""

    def message(kind: str, changes: dict[str, Any]) -> str:
        with pytest.raises(ConfigError) as caught:
            check(kind, changes)
        assert caught.value.exit_code == 2
        return str(caught.value)

    return message
