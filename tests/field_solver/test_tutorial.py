"""The tutorial's rat vagus nerve in a Purdue cuff, from masks to potentials."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tutorial_bases(shared_dir):
    from ascent.config.cuff import CuffPreset
    from ascent.config.loading import load
    from ascent.config.materials import MaterialsConfig
    from ascent.config.model import ModelConfig
    from ascent.config.perineurium import PerineuriumThicknessConfig
    from ascent.config.sample import SampleConfig
    from ascent.field.assembly import build_geometry
    from ascent.field.mesh import MeshParameters, mesh_geometry
    from ascent.field.solve import solve_bases
    from ascent.nerve import build_sample

    root = shared_dir / "data" / "ascent_tutorial"
    sample_config = load(root / "samples/0/sample.json", SampleConfig)
    model = load(root / "samples/0/models/0/model.json", ModelConfig)
    thickness = load(root / "config/system/ci_peri_thickness.json", PerineuriumThicknessConfig)
    geometry = build_geometry(
        build_sample(sample_config, root / "input/tutorial", thickness),
        model,
        {"Purdue.json": load(root / "config/system/cuffs/Purdue.json", CuffPreset)},
        load(root / "config/system/materials.json", MaterialsConfig),
        thickness,
        thickness_mode=sample_config.modes.ci_perineurium_thickness,
    )
    mesh = mesh_geometry(geometry, MeshParameters.from_config(model.mesh))
    return mesh, solve_bases(mesh, model.solver.sorder, model.solver.type)


def test_template_mesh_values_mean_50_to_110_thousand_elements(tutorial_bases):
    assert 50_000 < tutorial_bases[0].statistics.number_elements < 110_000


def test_the_bipolar_potential_of_the_central_fiber_has_converged_to_1_per_cent(tutorial_bases):
    # 0.851 and -0.853 V beside the two contacts: order 3 on 249 000 elements of the same geometry (this solver).
    z = np.array([5500.0, 7000.0])
    first, second = tutorial_bases[1].potentials(np.column_stack([np.full(2, 0.2987), np.full(2, 0.0353), z]))
    assert first - second == pytest.approx([0.851, -0.853], rel=0.01)


def test_the_solution_takes_few_iterations(tutorial_bases):
    report = tutorial_bases[1].report()
    assert max(report["iterations"]) < 40
    assert max(report["residuals"]) < 1e-8
