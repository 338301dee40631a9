"""The batch engine on branched cells has NEURON's voltages, whatever is on the cell."""

from dataclasses import replace

import numpy as np
import pytest

from ascent.engines.batch.tree import TreeEngine
from ascent.network.realization.model import Receptor
from tests.engines_tree.conftest import CELSIUS, DT, GABA, GLUTAMATE, V_INIT, in_neuron, realization, spike_steps

T_STOP = 60.0


def engine(cell, receptors=(GLUTAMATE, GABA), dt=DT, **options):
    return TreeEngine(cell, receptors, dt=dt, v_init=V_INIT, celsius=CELSIUS, **options)


def run_one(cell, one, receptors=(GLUTAMATE, GABA), t_stop=T_STOP, dt=DT, **options):
    return next(iter(engine(cell, receptors, dt, **options).run([one], t_stop, cell.sites)))


@pytest.mark.parametrize(("tables", "tolerance"), [(True, 1e-7), (False, 1e-8)])
def test_every_segment_has_neurons_voltage_under_synaptic_input(cell, tables, tolerance):
    one = realization(cell, 1)
    ours = run_one(cell, one, tables=tables)
    theirs = in_neuron(cell, one, T_STOP, cell.sites)
    assert len(spike_steps(theirs[0])) >= 1
    assert spike_steps(ours.voltages[0]) == spike_steps(theirs[0])
    np.testing.assert_allclose(ours.voltages, theirs, rtol=0, atol=tolerance)


def test_time_is_added_up_as_neuron_does(cell):
    from neuron import h

    result = run_one(cell, realization(cell, 1), t_stop=30.0)
    h.dt = DT
    h.finitialize(V_INIT)
    times = [h.t]
    while h.t < 30.0:
        h.fadvance()
        times.append(h.t)
    assert result.time.tolist() == times


@pytest.mark.parametrize("dt", [0.0125, 0.1])
def test_other_steps(cell, dt):
    one = realization(cell, 2, weight=0.5)
    ours = run_one(cell, one, dt=dt)
    np.testing.assert_allclose(ours.voltages, in_neuron(cell, one, T_STOP, cell.sites, dt), rtol=0, atol=1e-6)


def test_depression_and_facilitation(cell):
    depressing = replace(GLUTAMATE, parameters=(
        ("decayampa", 0.6), ("decaynmda", 0.8), ("facilampa", 0.2), ("taudampa", 30.0), ("taufampa", 11.0),
        ("tau3", 3.0),
    ))  # fmt: skip
    one = realization(cell, 3, (depressing, Receptor("gaba_syn")))
    ours = run_one(cell, one, one.receptors)
    theirs = in_neuron(cell, one, T_STOP, cell.sites)
    np.testing.assert_allclose(ours.voltages, theirs, rtol=0, atol=1e-7)
    plain = run_one(cell, replace(one, receptors=(replace(depressing, parameters=(*GLUTAMATE.parameters,)), GABA)))
    assert np.abs(plain.voltages - theirs).max() > 1.0


def test_synapses_of_different_kinds_share_a_segment(plain_cell):
    slow = replace(GLUTAMATE, parameters=(*GLUTAMATE.parameters[:4], ("e", 10.0), ("gama", 0.06), ("tau1", 90.0)))
    receptors = (GLUTAMATE, slow, GABA)
    from neuron import h

    h.gama_glutamate_syn = 0.06  # in NEURON this belongs to all of them, so the other kind gets it too
    receptors = (replace(GLUTAMATE, parameters=(*GLUTAMATE.parameters, ("gama", 0.06))), slow, GABA)
    try:
        one = realization(plain_cell, 4, receptors)
        ours = run_one(plain_cell, one, receptors)
        theirs = in_neuron(plain_cell, one, T_STOP, plain_cell.sites)
    finally:
        h.gama_glutamate_syn = 0.08
    np.testing.assert_allclose(ours.voltages, theirs, rtol=0, atol=1e-7)


def test_delays_events_at_zero_and_events_after_the_end(cell):
    late = replace(GABA, delay=1.3)
    one = realization(cell, 5, (GLUTAMATE, late), t_stop=T_STOP + 20)
    one.release_times[one.release_offsets[:5]] = 0.0
    ours = run_one(cell, one, one.receptors)
    np.testing.assert_allclose(ours.voltages, in_neuron(cell, one, T_STOP, cell.sites), rtol=0, atol=1e-7)


def test_events_on_the_edges_between_steps(cell):
    """Half steps are where NEURON decides to which step an event belongs."""
    one = realization(cell, 6)
    for offset, time in zip(one.release_offsets[:-1], np.arange(60) * 0.0125 + 5.0, strict=True):
        one.release_times[offset] = time
    for begin, end in zip(one.release_offsets[:-1], one.release_offsets[1:], strict=True):
        one.release_times[begin:end].sort()
    ours = run_one(cell, one)
    np.testing.assert_allclose(ours.voltages, in_neuron(cell, one, T_STOP, cell.sites), rtol=0, atol=1e-7)


def test_current_clamps_and_epsps(cell):
    from neuron import h

    clamp, pulse = h.IClamp(cell.sections[0](0.5)), h.epsp(cell.sections[-1](0.7))
    clamp.delay, clamp.dur, clamp.amp = 5.0, 20.0125, 0.9
    pulse.onset, pulse.tau0, pulse.tau1, pulse.imax = 12.3, 1.0, 5.0, 0.5
    cell.stimuli += [clamp, pulse]
    one = realization(cell, 7, n=1, weight=0.0)
    ours = run_one(cell, one)
    theirs = in_neuron(cell, one, T_STOP, cell.sites)
    assert spike_steps(ours.voltages[0]) == spike_steps(theirs[0]) != []
    np.testing.assert_allclose(ours.voltages, theirs, rtol=0, atol=1e-7)


def test_parameters_are_those_of_the_sections_at_that_moment(cell):
    from neuron import h

    for segment in cell.sections[-1]:
        segment.Ih.gIhbar, segment.cm = 0.02, 2.5
    h.ehcn_Ih = -40.0
    try:
        one = realization(cell, 8)
        ours = run_one(cell, one)
        theirs = in_neuron(cell, one, T_STOP, cell.sites)
    finally:
        h.ehcn_Ih = -45.0
    np.testing.assert_allclose(ours.voltages, theirs, rtol=0, atol=1e-7)


def test_without_synapses(plain_cell):
    one = realization(plain_cell, 9, n=1, weight=0.0)
    empty = replace(
        one, receptors=(), instance_synapse=one.instance_synapse[:0], instance_receptor=one.instance_receptor[:0]
    )
    ours = run_one(plain_cell, empty, ())
    np.testing.assert_allclose(ours.voltages, in_neuron(plain_cell, one, T_STOP, plain_cell.sites), rtol=0, atol=1e-9)


def test_far_beyond_the_tables_the_kernels_are_evaluated(cell):
    from neuron import h

    clamp = h.IClamp(cell.sections[3](0.9))
    clamp.delay, clamp.dur, clamp.amp = 1.0, 5.0, 30.0
    cell.stimuli.append(clamp)
    one = realization(cell, 10, n=1, weight=0.0)
    ours = run_one(cell, one, t_stop=10.0)
    theirs = in_neuron(cell, one, 10.0, cell.sites)
    assert theirs.max() > 250
    np.testing.assert_allclose(ours.voltages, theirs, rtol=1e-9, atol=1e-6)


USERS_CHANNEL = """
NEURON {
    THREADSAFE
    SUFFIX users_channel
    USEION k READ ek WRITE ik
    RANGE gbar, half
}
PARAMETER { gbar = 0.01 (S/cm2) half = -40 (mV) }
ASSIGNED { v (mV) ek (mV) ik (mA/cm2) }
STATE { n }
INITIAL { n = 1 / (1 + exp((half - v) / 7)) }
BREAKPOINT {
    SOLVE gate METHOD cnexp
    ik = gbar * n * n * (v - ek)
}
DERIVATIVE gate { n' = (1 / (1 + exp((half - v) / 7)) - n) / (1 + 4 * exp(-((v + 50) / 30) ^ 2)) }
"""


@pytest.mark.slow
def test_a_users_channel_whose_rates_differ_from_segment_to_segment(cell, tmp_path):
    """More rows of equal rates than tables are made for, so that the kernel computes."""
    from ascent.mechanisms.build import load_cell_mechanisms

    (tmp_path / "users_channel.mod").write_text(USERS_CHANNEL)
    load_cell_mechanisms([tmp_path])
    for section in cell.sections[1:6]:
        section.insert("users_channel")
        section.ek = -85.0
        for place, segment in enumerate(section):
            segment.users_channel.half = -45.0 + 3.0 * place
    one = realization(cell, 11)
    ours = run_one(cell, one)
    np.testing.assert_allclose(ours.voltages, in_neuron(cell, one, T_STOP, cell.sites), rtol=0, atol=1e-7)
