"""Fibers of ASCENT's tutorial: the published and measured positions, to every printed digit.

Needs the tutorial's inputs, which are not part of this repository; skipped where they are not beside it.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ascent.config.loading import load
from ascent.config.perineurium import PerineuriumThicknessConfig
from ascent.config.sample import SampleConfig
from ascent.config.sim import SimConfig
from ascent.fibers.sets import FiberSet, build_fibersets
from ascent.nerve.sample import Sample, build_sample

TUTORIAL = Path(__file__).parents[2].parent / "shared" / "data" / "ascent_tutorial"
MODEL = {"medium": {"proximal": {"length": 12500}}}

pytestmark = pytest.mark.skipif(not TUTORIAL.is_dir(), reason="the tutorial's inputs are not beside the repository")


@pytest.fixture(scope="module")
def tutorial() -> Sample:
    config = load(TUTORIAL / "samples/0/sample.json", SampleConfig)
    thickness = load(TUTORIAL / "config/system/ci_peri_thickness.json", PerineuriumThicknessConfig)
    return build_sample(config, TUTORIAL / "input/tutorial", thickness)


@pytest.fixture(scope="module")
def sim() -> dict[str, Any]:
    return load(TUTORIAL / "config/user/sims/0.json", SimConfig).raw


def _build(sample: Sample, sim: dict[str, Any], xy: dict[str, Any], **options: Any) -> FiberSet:
    changed = copy.deepcopy(sim)
    changed["fibers"]["xy_parameters"] = xy
    (fiberset,) = build_fibersets(sample, MODEL, changed, **options)
    return fiberset


def test_the_thirteen_fibers_of_the_wheel(tutorial: Sample, sim: dict[str, Any]) -> None:
    (fiberset,) = build_fibersets(tutorial, MODEL, sim)
    # spec/ascent.md 6.1, measured with ASCENT 1.4.0; printed with 4 or 3 decimals.
    golden = [
        *[(0.2987, 0.0353), (56.2575, 0.0114), (112.1287, 0.0114), (22.2730, 37.9204), (44.1598, 75.8294)],
        *[(-21.358, 37.674), (-43.103, 75.337), (-58.743, 0.0114), (-117.871, 0.0114), (-20.570, -36.286)],
        *[(-41.526, -72.583), (22.319, -37.977), (44.252, -75.965)],
    ]
    assert fiberset.xy[:5] == pytest.approx(np.array(golden[:5]), abs=5.1e-5)
    assert fiberset.xy == pytest.approx(np.array(golden), abs=5.1e-4)
    assert {len(points) for points in fiberset.coordinates} == {133}
    assert fiberset.coordinates[0][[0, -1], 2] == pytest.approx([250, 12250])


def test_five_fibers_at_random(tutorial: Sample, sim: dict[str, Any]) -> None:
    fiberset = _build(tutorial, sim, {"mode": "UNIFORM_COUNT", "count": 5, "seed": 123})
    # spec/ascent.md 5.2, measured with ASCENT 1.4.0.
    golden = [
        *[(-36.8726, -94.2596), (8.1345, -40.6048), (118.3782, -81.8407)],
        *[(-61.3114, -40.2227), (-26.7397, -99.0604)],
    ]
    assert fiberset.xy == pytest.approx(np.array(golden), abs=5.1e-5)


def test_a_density_rounds_up_and_begins_with_the_same_fibers(tutorial: Sample, sim: dict[str, Any]) -> None:
    density = {"mode": "UNIFORM_DENSITY", "top_down": True, "target_density": 1e-4, "minimum_number": 1, "seed": 123}
    count = {"mode": "UNIFORM_COUNT", "count": 5, "seed": 123}
    many, five = _build(tutorial, sim, density), _build(tutorial, sim, count)
    # 71500.7 µm² at 1e-4 per µm² are 7.15 fibers (measured with ASCENT 1.4.0: 8).
    assert len(many) == 8
    assert many.xy[:5].tolist() == five.xy.tolist()


def test_explicit_fibers_of_the_tutorial(tutorial: Sample, sim: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "0.txt").write_text("x y\n867.9386 721.2553\n917.9386 771.2553\n")
    explicit = {"mode": "EXPLICIT", "explicit_fiberset_index": 0}
    fiberset = _build(tutorial, sim, explicit, explicit_dir=tmp_path)
    # spec/ascent.md 5.2, measured with ASCENT 1.4.0; the input is known to 4 decimals, and grows by 1.2.
    golden = [(-4.08362713, -0.06843866), (55.91637287, 59.93156134)]
    assert fiberset.xy == pytest.approx(np.array(golden), abs=6e-5)
    assert fiberset.xy[1] - fiberset.xy[0] == pytest.approx([60, 60], abs=1e-7)
