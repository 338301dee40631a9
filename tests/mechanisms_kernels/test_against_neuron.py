"""Kernels compute what NEURON computes: states, ion variables and currents, step after step."""

import numpy as np
import pytest

from ascent.fibers.models import DATA, load_membrane
from ascent.mechanisms.build import MECHANISMS

from tests.mechanisms_kernels.side_by_side import WIDTHS, random_voltages

MEMBRANES = {
    path.stem: tuple(use.name for use in load_membrane(path.stem).node_mechanisms)
    for path in sorted((DATA / "membranes").glob("*.yaml"))
}
IN_MEMBRANES = {name for mechanisms in MEMBRANES.values() for name in mechanisms}
ALONE = {path.stem: (path.stem,) for path in sorted(MECHANISMS.glob("*.mod")) if path.stem not in IN_MEMBRANES}
OWN = {"branches": ("branches",), "ticking": ("ticking", "pas"), "calcium": ("calcium_current", "calcium_pool", "pas")}
CASES = [pytest.param(value, id=key) for key, value in {**MEMBRANES, **ALONE, **OWN}.items()]
DT = 0.01


def close(ours, theirs, tolerance):
    """Differences are small beside the largest value."""
    scale = np.abs(theirs).max(axis=0)
    return np.all(np.abs(ours - theirs) <= tolerance * scale + 1e-300)


@pytest.mark.parametrize("mechanisms", CASES)
def test_states_and_currents_under_voltage_clamp(compiled, neuron, mechanisms):
    kernel = compiled(*mechanisms)
    commands = random_voltages(1, 400, -170.0, 90.0)[:, 0]
    theirs = neuron(kernel.kernel, commands, DT, -70.0, clamped=True)
    drive = np.repeat(theirs.v[:, None], 8, axis=1)
    ours = kernel.run(drive, DT, -70.0, 4, clamped=True)[0]
    assert theirs.v.max() > 60 and theirs.v.min() < -150
    names = [one.name for one in kernel.kernel.variables]
    off = [name for k, name in enumerate(names) if not close(ours.variables[:, k], theirs.variables[:, k], 1e-12)]
    assert not off
    assert close(ours.i, theirs.i, 1e-12)


@pytest.mark.parametrize("mechanisms", CASES)
def test_conductance_is_the_derivative_of_the_current(compiled, mechanisms):
    kernel = compiled(*mechanisms)
    drive = random_voltages(3, 50, -140.0, 80.0)
    drive[1::2] = drive[0::2] + 1e-3
    trace = kernel.run(drive, 1e-12, -70.0, 8, clamped=True)[0]
    # the states stand still in such short steps, and currents are those at the voltage of the step before
    slope = (trace.i[2::2] - trace.i[1:-1:2]) / 1e-3
    np.testing.assert_allclose(trace.g[1:-1:2], slope, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("mechanisms", CASES)
def test_lanes_have_the_same_bits_in_every_pack(compiled, mechanisms):
    kernel = compiled(*mechanisms)
    drive = random_voltages(2, 100, -200.0, 200.0)
    narrow, *wider = (kernel.run(drive, DT, -60.0, width, clamped=True) for width in WIDTHS)
    for lanes in wider:
        for a, b in zip(narrow, lanes, strict=True):
            np.testing.assert_array_equal(a.variables, b.variables)
            np.testing.assert_array_equal(a.i, b.i)
            np.testing.assert_array_equal(a.g, b.g)
