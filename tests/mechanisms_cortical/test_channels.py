"""Channels and calcium of cortical cells: against recorded responses, and the kernels against NEURON."""

import numpy as np
import pytest

from tests.mechanisms_kernels.side_by_side import random_drive

GATES = {
    "NaTa_t": "mh", "NaTs2_t": "mh", "NaTg": "mh", "Nap_Et2": "mh", "K_Tst": "mh", "K_Pst": "mh", "SKv3_1": "m",
    "Im": "m", "Ih": "m", "Ca_HVA": "mh", "Ca_LVAst": "mh",
}  # fmt: skip
STEPS = (-110, -90, -60, -40, -20, 0, 30)
CURRENTS = {"Na": "ina", "K_": "ik", "SK": "ik", "Im": "ik", "Ca": "ica", "Ih": "ihcn"}
TOGETHER = ("CaDynamics_E2", "Ca_HVA", "SK_E2")
#: of the soma of simrun's example cell
SOMA = {
    "gCa_HVAbar_Ca_HVA": 6.42e-4, "gSK_E2bar_SK_E2": 0.0492, "ek": -85.0,
    "decay_CaDynamics_E2": 770.0, "gamma_CaDynamics_E2": 6.16e-4,
}  # fmt: skip


def replayed(kernel, voltage, width=1, **changes):
    """The kernel with the recorded potentials, row 0 being the initial state."""
    drive = np.repeat(voltage[1:, None], 8, axis=1)
    return kernel.run(drive, 0.025, voltage[0], width, clamped=True, celsius=34.0, **changes)[0]


@pytest.mark.parametrize("name", GATES)
def test_gates_follow_the_recorded_responses(compiled, references, name):
    kernel = compiled(name)
    for step in STEPS:
        voltage = references[f"{name}|{step}|v"]
        trace = replayed(kernel, voltage)
        for gate in GATES[name]:
            ours = trace.variables[:, kernel.kernel.variable_index(name, gate)]
            np.testing.assert_allclose(
                ours, references[f"{name}|{step}|{gate}"][1:], rtol=0, atol=1e-9, err_msg=str(step)
            )


@pytest.mark.parametrize("name", GATES)
def test_currents_follow_the_recorded_responses(compiled, references, reference_settings, name):
    settings = reference_settings[name]
    current = next(value for start, value in CURRENTS.items() if name.startswith(start))
    reversals = {"ena": 50.0, "ek": -85.0, "eca": settings.get("eca", 0.0)}
    for step in STEPS:
        voltage = references[f"{name}|{step}|v"]
        theirs = references[f"{name}|{step}|{current}"]
        own = {f"{settings['param']}_{name}": settings["gbar"], **reversals}
        ours = replayed(compiled(name), voltage, **own).i
        # a step leaves behind the current that it began with
        np.testing.assert_allclose(ours, theirs[1:], rtol=0, atol=1e-9 * max(1.0, np.abs(theirs).max()))


@pytest.mark.parametrize("mechanisms", [(name,) for name in GATES] + [TOGETHER, ("CaDynamics_E2_v2", "Ca_LVAst")])
def test_kernel_and_neuron_have_the_same_states_under_voltage_clamp(compiled, neuron, mechanisms):
    kernel = compiled(*mechanisms)
    commands = random_drive(1, 300, -110.0, 50.0)[:, 0]
    theirs = neuron(kernel.kernel, commands, 0.025, -75.0, clamped=True)
    ours = kernel.run(np.repeat(theirs.v[:, None], 8, axis=1), 0.025, -75.0, 4, clamped=True)[0]
    scale = np.abs(theirs.variables).max(axis=0)
    assert np.all(np.abs(ours.variables - theirs.variables) <= 1e-12 * scale + 1e-300)


def test_calcium_and_its_potassium_current_follow_the_recorded_responses(compiled, references):
    kernel = compiled(*TOGETHER)
    for step in (-40, 0):
        voltage = references[f"CaDyn|{step}|v"]
        trace = replayed(kernel, voltage, **SOMA)
        for mechanism, name in (("", "cai"), ("", "eca"), ("", "ica"), ("", "ik"), ("SK_E2", "z")):
            theirs = references[f"CaDyn|{step}|{name}"][1:]
            ours = trace.variables[:, kernel.kernel.variable_index(mechanism, name)]
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)


def test_calcium_starts_where_its_mechanism_says(neuron, compiled):
    start = {}
    for name in ("CaDynamics_E2", "CaDynamics_E2_v2"):
        kernel = compiled(name, "Ca_LVAst")
        held = np.full((1, 8), -75.0)
        trace = kernel.run(held, 1e-12, -75.0, 1, clamped=True)[0]
        start[name] = trace.variables[0, kernel.kernel.variable_index("", "cai")]
    assert start == {"CaDynamics_E2": pytest.approx(5e-5), "CaDynamics_E2_v2": pytest.approx(1e-4)}


def test_a_rate_that_is_0_over_0_is_taken_a_little_beside_it(compiled):
    """At exactly -38 mV, NaTa_t's activation; -38 + 1e-4 by hand."""
    kernel = compiled("NaTa_t")
    trace = kernel.run(np.full((400, 8), -38.0), 0.025, -38.0, 1, clamped=True)[0]
    alpha = 0.182 * 1e-4 / (1 - np.exp(-1e-4 / 6))
    beta = 0.124 * -1e-4 / (1 - np.exp(1e-4 / 6))
    m = trace.variables[-1, kernel.kernel.variable_index("NaTa_t", "m")]
    assert m == pytest.approx(alpha / (alpha + beta), rel=1e-12)
