"""ASCENT's tutorial, from its masks to the thresholds it publishes."""

import shutil
from pathlib import Path

import pytest

from ascent.cli import main

#: mA; read off ASCENT's published heatmap (spec/ascent.md §6.1): the centre, the inner ring, the outer ring, its tips.
PUBLISHED = {
    0: -0.027402,
    **dict.fromkeys((1, 3, 5, 7, 9, 11), -0.027281),
    **dict.fromkeys((4, 6, 10, 12), -0.027039),
    **dict.fromkeys((2, 8), -0.026918),
}
#: One step of the search: (1 - 0.01) / 2**13 mA.
BISECTION_STEP_MA = 0.000121


@pytest.fixture(scope="module")
def outputs(tutorial_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = Path(shutil.copytree(tutorial_dir, tmp_path_factory.mktemp("tutorial") / "T"))
    for path in (project, *project.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for command in ("pipeline", "submit", "import_n_sims"):
        assert main([command, "0", "--project", str(project), "--quiet"]) == 0, command
    return project / "samples/0/models/0/sims/0/n_sims/0/data/outputs"


@pytest.mark.slow
def test_every_fiber_has_a_threshold(outputs: Path) -> None:
    names = {path.name for path in outputs.glob("thresh_*.dat")}
    assert names == {f"thresh_inner0_fiber{k}.dat" for k in range(13)}


@pytest.mark.slow
def test_the_central_fiber_has_one_of_the_published_thresholds(outputs: Path) -> None:
    assert (outputs / "thresh_inner0_fiber0.dat").read_text().strip() in ("-0.027402", "-0.027281")


@pytest.mark.slow
@pytest.mark.parametrize("fiber", range(13))
def test_thresholds_lie_within_one_bisection_step_of_the_published(outputs: Path, fiber: int) -> None:
    threshold = float((outputs / f"thresh_inner0_fiber{fiber}.dat").read_text())
    assert abs(threshold - PUBLISHED[fiber]) <= BISECTION_STEP_MA + 1e-6
