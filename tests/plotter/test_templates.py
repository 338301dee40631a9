"""Templates of membrane currents: velocity, alignment and the file that CAPulator reads."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

from ascent import Query, plotter
from ascent.analysis.fiber_places import fibers_of, one_n_sim
from ascent.analysis.templates import make_template
from ascent.cli import main
from ascent.errors import ConfigError, RunDirectoryError

from .conftest import DIAMETERS, NODE_SPACING, NODES

COMPARTMENTS = 11 * (NODES - 1) + 1
#: 25 m/s over compartments evenly spaced from node to node.
VELOCITY = 25.0
DT = 0.002
TIME = np.arange(2500) * DT
PULSE = (0.5, 0.7)


def currents(velocity: float = VELOCITY) -> np.ndarray:
    """mA: a bell that travels from the first node on; shape (COMPARTMENTS, n_times)."""
    z_mm = np.linspace(0, (NODES - 1) * NODE_SPACING / 1e3, COMPARTMENTS)
    arrival = 1.5 + z_mm / velocity
    return np.exp(-(((TIME[None, :] - arrival[:, None]) / 0.05) ** 2))


def test_velocity_comes_from_the_peaks_of_nodes(query: Query) -> None:
    fiber = fibers_of(query, one_n_sim(query, 0))[0]
    template = make_template(fiber, TIME, currents(), PULSE)
    assert template.conduction_velocity_m_per_s == pytest.approx(VELOCITY, rel=1e-4)
    assert make_template(fiber, TIME, currents(60), PULSE).conduction_velocity_m_per_s == pytest.approx(60, rel=1e-3)


def test_the_target_node_peaks_at_time_zero_and_the_others_after_it(query: Query) -> None:
    fiber = fibers_of(query, one_n_sim(query, 0))[0]
    template = make_template(fiber, TIME, currents(), PULSE)
    grid = template.common_time_vector_ms
    assert (grid[0], grid[-1]) == pytest.approx((-2.4, 36.0), abs=DT)
    assert template.temporal_templates.shape == template.dipole_temporal_templates.shape == (len(grid), 11)
    peaks = grid[np.argmax(template.temporal_templates, axis=0)]
    np.testing.assert_allclose(peaks, np.arange(11) / 11 / VELOCITY, atol=DT)
    inside = np.abs(grid) < 0.5
    expected = np.exp(-((grid[inside] / 0.05) ** 2))
    np.testing.assert_allclose(template.temporal_templates[inside, 0], expected, atol=1e-4)
    assert template.target_compartment_index == 11 * 8 + 1
    assert template.z_loc_of_target_compartment_index == pytest.approx(8.0)
    # Counted from the end of the pulse.
    assert template.reference_peak_time_i_ms == pytest.approx(1.5 + 8 / VELOCITY - 0.7, abs=1e-4)


def test_the_dipole_is_what_flows_along_the_fiber(query: Query) -> None:
    fiber = fibers_of(query, one_n_sim(query, 0))[0]
    # Two compartments exchange a current: between them it flows along, elsewhere nothing does.
    exchange = np.zeros((COMPARTMENTS, len(TIME)))
    bell = np.exp(-(((TIME - 2.0) / 0.05) ** 2))
    exchange[88], exchange[93] = -bell, bell
    template = make_template(fiber, TIME, exchange, PULSE)
    at_peak = template.dipole_temporal_templates[np.argmin(np.abs(template.common_time_vector_ms))]
    np.testing.assert_allclose(at_peak, [1.0] * 5 + [0.0] * 6, atol=1e-6)


def test_the_file_has_one_structure_a_diameter(project: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(project, tmp_path / "copy"))
    matrix = currents()
    header = struct.pack("@iidiidiidii", 1, 4, 5.0, 1, 4, DT, 1, 4, float(COMPARTMENTS), matrix.size, 4)
    for n_sim in range(3):
        outputs = copy / f"samples/0/models/0/sims/0/n_sims/{n_sim}/data/outputs"
        (outputs / "Imembrane_inner0_fiber0_amp0.dat").write_bytes(header + matrix.tobytes())
    assert main(["plot", "templates", "--project", str(copy), "--model", "0"]) == 0
    path = copy / "output/analysis/templates/template_data_0_0_0.mat"
    content = loadmat(path, squeeze_me=True)
    assert str(content["fiber_type"]) == "myelinated"
    structures = content["output_data_structure"]
    assert structures["fiber_diameter"].tolist() == list(DIAMETERS)
    assert structures["fiber_index"].tolist() == [0, 1, 2]
    assert structures["temporal_templates"][1].shape[1] == 11
    assert structures["conduction_velocity_m_per_s"].tolist() == pytest.approx([VELOCITY] * 3, rel=1e-4)


def test_what_cannot_be_a_template_is_refused(query: Query, tmp_path: Path) -> None:
    fiber = fibers_of(query, one_n_sim(query, 0))[0]
    with pytest.raises(RunDirectoryError, match="of 5 compartments, but the fiber has 133"):
        make_template(fiber, TIME, currents()[:5], PULSE)
    with pytest.raises(RunDirectoryError, match="ends with the pulse"):
        make_template(fiber, TIME, currents(), (0.5, 5.0))
    with pytest.raises(RunDirectoryError, match="Imembrane_inner0_fiber0_amp0.dat cannot be read"):
        plotter.generate_templates(query, tmp_path / "t.mat")
    assert not (tmp_path / "t.mat").exists()


def test_several_sims_are_refused(every_model: Query) -> None:
    with pytest.raises(ConfigError, match="several sims"):
        plotter.generate_templates(every_model)
