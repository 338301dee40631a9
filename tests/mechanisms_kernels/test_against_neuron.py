"""Kernels compute what NEURON computes: states, ion variables and currents, step after step."""

import numpy as np
import pytest

from ascent.fibers.models import DATA, load_membrane
from ascent.mechanisms.build import MECHANISMS
from tests.mechanisms_kernels.side_by_side import MODS, random_drive

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
    commands = random_drive(1, 400, -170.0, 90.0)[:, 0]
    theirs = neuron(kernel.kernel, commands, DT, -70.0, clamped=True)
    drive = np.repeat(theirs.v[:, None], 8, axis=1)
    ours = kernel.run(drive, DT, -70.0, 4, clamped=True)[0]
    assert theirs.v.max() > 60 and theirs.v.min() < -150
    names = [one.name for one in kernel.kernel.variables]
    off = [name for k, name in enumerate(names) if not close(ours.variables[:, k], theirs.variables[:, k], 1e-12)]
    assert not off
    assert close(ours.i, theirs.i, 1e-12)


@pytest.mark.parametrize("mechanisms", CASES)
def test_free_membrane_has_the_voltage_that_neuron_finds(compiled, neuron, mechanisms):
    """The conductance enters here, which NEURON has as a difference quotient with a rounding of 1e-10."""
    kernel = compiled(*mechanisms)
    current = random_drive(4, 300, -0.05, 0.05, ramp=0.0)
    theirs = neuron(kernel.kernel, current[:, 0], DT, -65.0, clamped=False)
    ours = kernel.run(current, DT, -65.0, 4, clamped=False)[0]
    np.testing.assert_allclose(ours.v, theirs.v, rtol=0, atol=1e-7)


@pytest.mark.parametrize("mechanisms", [("axnode",), ("calcium_current",), ("sundt_na", "pas")])
def test_conductance_is_the_derivative_of_the_current(compiled, mechanisms):
    kernel = compiled(*mechanisms)
    drive = random_drive(3, 50, -140.0, 80.0)
    drive[1::2] = drive[0::2] + 1e-3
    # the states stand still in such short steps, and currents are those at the voltage of the step before
    trace = kernel.run(drive, 1e-12, -70.0, 4, clamped=True)[0]
    slope = (trace.i[2::2] - trace.i[1:-1:2]) / 1e-3
    np.testing.assert_allclose(trace.g[1:-1:2], slope, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("celsius", [20.0, 37.0])
def test_temperature_reaches_the_rates(compiled, celsius):
    """Rates of axnode's m at rest, from the paper's formula; 20 degC is where its factor is 1."""
    kernel = compiled("axnode")
    v, dt = -80.0, 1e-3
    factor = 2.2 ** ((celsius - 20) / 10)
    alpha = factor * 1.86 * (v + 21.4) / (1 - np.exp(-(v + 21.4) / 10.3))
    beta = factor * 0.086 * -(v + 25.7) / (1 - np.exp((v + 25.7) / 9.16))
    drive = np.full((1, 8), v)
    trace = kernel.run(drive, dt, -60.0, 1, clamped=True, celsius=celsius)[0]
    start = kernel.run(np.full((1, 8), -60.0), 1e-15, -60.0, 1, clamped=True, celsius=celsius)[0]
    place = kernel.kernel.variable_index("axnode", "m")
    target = alpha / (alpha + beta)
    expected = target + (start.variables[0, place] - target) * np.exp(-dt * (alpha + beta))
    assert trace.variables[0, place] == pytest.approx(expected, rel=1e-13)


def test_reversal_potentials_follow_concentrations_by_neurons_rule(compiled):
    """h.ion_style of the same insertion: whether e is computed at initialisation (bit 32) and at steps (bit 64)."""
    from ascent.mechanisms.build import load_mechanisms

    load_mechanisms()
    load_mechanisms([MODS])
    from neuron import h

    section = h.Section(name="ions")
    for name in ("calcium_current", "calcium_pool"):
        section.insert(name)
    for ion in compiled("calcium_current", "calcium_pool", "pas").kernel.ions:
        style = int(h.ion_style(f"{ion.name}_ion", sec=section))
        rule = "advancing" if style & 0o100 else "initial" if style & 0o40 else "given"
        assert ion.reversal == rule
    assert {ion.name: ion.valence for ion in compiled("calcium_current").kernel.ions} == {"ca": 2, "k": 1, "cl": -1}


@pytest.mark.parametrize("mechanisms", CASES)
def test_lanes_have_the_same_bits_in_every_pack(compiled, mechanisms):
    kernel = compiled(*mechanisms)
    drive = random_drive(2, 100, -200.0, 200.0)
    narrow, *wider = (kernel.run(drive, DT, -60.0, width, clamped=True) for width in kernel.widths)
    for lanes in wider:
        for a, b in zip(narrow, lanes, strict=True):
            np.testing.assert_array_equal(a.variables, b.variables)
            np.testing.assert_array_equal(a.i, b.i)
            np.testing.assert_array_equal(a.g, b.g)
