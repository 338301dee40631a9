"""ASCENT's tutorial: its thresholds as tables, and its heatmap's pattern, from a folder other than the project's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from imageio_ffmpeg import count_frames_and_secs

from ascent import Query, plotter
from ascent.cli import main

pytestmark = pytest.mark.slow
#: mA; read off ASCENT's published heatmap (spec/ascent.md §6.1), and one step of its search.
PUBLISHED = {
    0: 0.027402,
    **dict.fromkeys((1, 3, 5, 7, 9, 11), 0.027281),
    **dict.fromkeys((4, 6, 10, 12), 0.027039),
    **dict.fromkeys((2, 8), 0.026918),
}
STEP_MA = 0.000122


@pytest.fixture(scope="module")
def tutorial(tutorial_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial after all its stages, its sim saving what a video needs."""
    project = Path(shutil.copytree(tutorial_dir, tmp_path_factory.mktemp("tutorial") / "T"))
    for path in (project, *project.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    file = project / "config/user/sims/0.json"
    sim = json.loads(file.read_text())
    sim["saving"]["time"] = {"vm": True, "gating": True, "locs": "all"}
    sim["waveform"]["global"] |= {"off": 4, "stop": 5}
    file.write_text(json.dumps(sim))
    for command in ("pipeline", "submit", "import_n_sims"):
        assert main([command, "0", "--project", str(project), "--quiet"]) == 0, command
    return project


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")


def test_thresholds_are_the_published_ones_without_their_sign(tutorial: Path) -> None:
    table = Query(project=tutorial).run().threshold_data()
    assert table["index"].tolist() == list(range(13))
    differences = table["threshold"] - table["index"].map(PUBLISHED)
    assert (differences.abs() <= STEP_MA).all()


def test_the_heatmap_shows_the_published_pattern(tutorial: Path) -> None:
    axes = plotter.heatmaps(data=Query(project=tutorial).run().threshold_data())
    (points,) = axes.collections
    # With reversed viridis the red of a point falls, then rises; its green falls with the threshold throughout.
    green = {tuple(np.round(xy, 3)): c[1] for xy, c in zip(points.get_offsets(), points.get_facecolor(), strict=True)}
    x, y = np.array(list(green)).T
    radius = np.hypot(x, y)
    centre, inner, outer = radius < 1, (radius > 1) & (radius < 65), radius >= 65
    tips = np.abs(x) > 100
    values = np.array(list(green.values()))
    assert (centre.sum(), inner.sum(), (outer & ~tips).sum(), tips.sum()) == (1, 6, 4, 2)
    assert values[centre].max() < values[inner].min()
    assert values[inner].max() < values[outer & ~tips].min()
    assert values[outer & ~tips].max() < values[tips].min()


def test_the_spreadsheet_opens(tutorial: Path, tmp_path: Path) -> None:
    assert main(["query", "--project", str(tutorial), "--excel", str(tmp_path / "t.xlsx")]) == 0
    rows = list(openpyxl.load_workbook(tmp_path / "t.xlsx")["Sim 0"].iter_rows(values_only=True))
    assert rows[1][0] == "0_0_0_0"


@pytest.mark.parametrize(("name", "variable"), [("v.mp4", "Vm"), ("m.gif", "m")])
def test_the_action_potential_is_animated(
    tutorial: Path, tmp_path: Path, name: str, variable: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--variable", variable, "--seconds", "2", "-o", str(tmp_path / name), "--json", "--quiet"]
    assert main(["video", "--project", str(tutorial), *words]) == 0
    said = json.loads(capsys.readouterr().out)
    assert count_frames_and_secs(tmp_path / name) == (50, pytest.approx(2, abs=0.01))
    # About 6 m/s per µm of diameter (Hursh 1939, Am J Physiol 127:131).
    assert 40 < said["conduction_velocity_m_per_s"] < 60
    assert 1.1 < said["sufficient_time_ms"] < 1.8
