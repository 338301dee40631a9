"""Synapses, VecStim and epsp in NEURON: against recorded conductances, and against the equations."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from ascent.mechanisms.build import load_cell_mechanisms

DT = 0.025
GLUTAMATE = {"tau1": 26.0, "decayampa": 1.0, "decaynmda": 1.0}
GABA = {"e": -80.0, "decaygaba": 1.0}


@pytest.fixture(scope="module")
def hoc() -> Any:
    load_cell_mechanisms()
    from neuron import h

    return h


@pytest.fixture
def held(hoc: Any) -> Iterator[Callable[..., dict[str, np.ndarray]]]:
    """(point process, its parameters, event times, weights, voltage, duration) -> what it recorded, row 0 at t = 0."""
    section = hoc.Section(name="held")
    section.L = section.diam = 10.0
    clamp = hoc.SEClamp(section(0.5))
    clamp.rs, clamp.dur1 = 1e-6, 1e9

    def run(name, parameters, times, weights, voltage, duration, record):
        process = getattr(hoc, name)(section(0.5))
        for key, value in parameters.items():
            setattr(process, key, value)
        played, source = hoc.Vector(times), hoc.VecStim()
        source.play(played)
        connection = hoc.NetCon(source, process if weights else None, 0.0, 0.0, 0.0)
        for index, weight in enumerate(weights):
            connection.weight[index] = weight
        clamp.amp1 = voltage
        recorded = {key: hoc.Vector().record(getattr(process, f"_ref_{key}")) for key in record}
        hoc.dt, hoc.secondorder = DT, 0
        hoc.finitialize(voltage)
        while hoc.t < duration:
            hoc.fadvance()
        return {key: np.array(vector) for key, vector in recorded.items()}

    yield run
    hoc.delete_section(sec=section)


@pytest.mark.parametrize("voltage", [-75, -40, -10])
@pytest.mark.parametrize(("name", "case", "parameters", "weights"), [
    ("glutamate_syn", "glutamate_example", GLUTAMATE, (1.47, 1.47)),
    ("glutamate_syn", "glutamate_defaults", {}, (1.0, 1.0)),
    ("gaba_syn", "gaba_example", GABA, (1.0,)),
    ("gaba_syn", "gaba_defaults", {}, (1.0,)),
])  # fmt: skip
def test_conductances_follow_the_recorded_ones(held, references, name, case, parameters, weights, voltage):
    keys = [key.split("|")[1] for key in references if key.startswith(f"{case}_{voltage}|") and not key.endswith("|t")]
    ours = held(name, parameters, [20.0, 40.0], weights, voltage, 200.0, keys)
    for key in keys:
        theirs = references[f"{case}_{voltage}|{key}"]
        n = min(len(theirs), len(ours[key]))
        # the clamp of the recording let the potential move a little, which the block and the currents follow
        tolerance = 1e-9 if key in ("gampa", "ggaba") else 2e-5
        np.testing.assert_allclose(ours[key][:n], theirs[:n], rtol=0, atol=tolerance, err_msg=key)


def test_depression_and_facilitation_scale_the_jumps_and_relax(held):
    """The second event of two, 50 ms after the first: d = 1 - 0.5 exp(-50/200), f = 1 + 0.3 exp(-50/100)."""
    parameters = {"decaygaba": 0.5, "facilgaba": 0.3, "taufgaba": 100.0, "risetime": 0.5, "decaytime": 2.0}
    ours = held("gaba_syn", parameters, [10.0, 60.0], (1.0,), -75.0, 100.0, ["ggaba"])["ggaba"]
    d, f = 1 - 0.5 * np.exp(-50 / 200), 1 + 0.3 * np.exp(-50 / 100)
    first, second = ours[:2000].max(), ours[2200:].max()
    assert first == pytest.approx(1.0, abs=1e-3)
    assert second / first == pytest.approx(d * f, rel=1e-6)


def test_an_event_acts_from_the_step_after_it(held):
    g = held("glutamate_syn", GLUTAMATE, [20.0], (1.0, 1.0), -75.0, 21.0, ["gampa"])["gampa"]
    assert np.flatnonzero(g)[0] == round(20.05 / DT)


def test_vecstim_sends_the_times_of_its_vector_until_it_is_turned_off(hoc):
    source, seen = hoc.VecStim(), hoc.Vector()
    connection = hoc.NetCon(source, None)
    connection.record(seen)
    times = hoc.Vector([0.0, 1.5, 1.5, 4.0])
    source.play(times)
    del times  # the source holds it
    section = hoc.Section(name="clock")
    hoc.dt = DT
    hoc.finitialize(-75)
    while hoc.t < 5:
        hoc.fadvance()
    assert list(seen) == [0.0, 1.5, 1.5, 4.0]
    source.play()
    hoc.finitialize(-75)
    while hoc.t < 5:
        hoc.fadvance()
    assert list(seen) == []
    hoc.delete_section(sec=section)


def test_epsp_is_zero_before_its_onset_and_peaks_at_imax(held):
    i = held("epsp", {"onset": 5.0, "tau0": 1.0, "tau1": 5.0, "imax": 0.5}, [], (), -75.0, 60.0, ["i"])["i"]
    t = np.arange(len(i)) * DT - DT / 2  # a row has the current of the middle of the step before it
    shape = np.where(t >= 5, np.exp(-(t - 5) / 5) - np.exp(-(t - 5) / 1), 0.0)
    peak = 1 * 5 / (5 - 1) * np.log(5)
    expected = -0.5 * shape / (np.exp(-peak / 5) - np.exp(-peak / 1))
    np.testing.assert_allclose(i[1:], expected[1:], atol=1e-9)
    assert i.min() == pytest.approx(-0.5, abs=1e-4)


@pytest.mark.parametrize(("name", "g", "rise", "decay"), [
    ("ProbAMPANMDA2", "g_AMPA", 0.2, 1.7), ("ProbUDFsyn2", "g", 0.2, 8.0),
])  # fmt: skip
def test_probabilistic_synapses_release_by_use_depression_and_facilitation(hoc, name, g, rise, decay):
    """A train whose numbers come from Random; Fuhrmann's u and Pv by hand, with the same numbers."""
    section = hoc.Section(name="held")
    process = getattr(hoc, name)(section(0.5))
    process.Use, process.Dep, process.Fac = 0.4, 120.0, 60.0
    generator = hoc.Random(7)
    generator.uniform(0, 1)
    numbers = hoc.Random(7)
    numbers.uniform(0, 1)
    process.setRNG(generator)
    times = np.arange(10.0, 300.0, 30.0)
    source, played = hoc.VecStim(), hoc.Vector(times)
    source.play(played)
    connection = hoc.NetCon(source, process, 0.0, 0.0, 2.0)
    trace = hoc.Vector().record(getattr(process, f"_ref_{g}"))
    hoc.dt = DT
    hoc.finitialize(-75)
    while hoc.t < 320:
        hoc.fadvance()
    u, pv, before, released = 0.0, 1.0, 0.0, []
    for time in times:
        u *= np.exp(-(time - before) / 60.0)
        u += 0.4 * (1 - u)
        pv = 1 - (1 - pv) * np.exp(-(time - before) / 120.0)
        released.append(numbers.repick() < u * pv)
        pv, before = pv * (1 - u), time
    assert 0 < sum(released) < len(released)
    peak = rise * decay / (decay - rise) * np.log(decay / rise)
    scale = 2.0 * 1e-3 / (np.exp(-peak / decay) - np.exp(-peak / rise))
    t = np.arange(len(trace)) * DT - DT  # rows lag by a step
    since = [t - time for time, yes in zip(times, released, strict=True) if yes]
    since = [np.maximum(s, 0.0) for s in since]
    expected = sum(np.exp(-s / decay) - np.exp(-s / rise) for s in since) * scale
    np.testing.assert_allclose(np.array(trace), expected, atol=1e-9)
    assert connection.active()
    hoc.delete_section(sec=section)


def test_setrng_without_a_generator_makes_every_possible_release_happen(hoc):
    section = hoc.Section(name="held")
    process = hoc.ProbUDFsyn2(section(0.5))
    process.Use, process.Fac, process.Dep = 0.5, 0.0, 0.0
    process.setRNG()
    source, played = hoc.VecStim(), hoc.Vector([5.0])
    source.play(played)
    connection = hoc.NetCon(source, process, 0.0, 0.0, 1.0)
    trace = hoc.Vector().record(process._ref_g)
    hoc.finitialize(-75)
    while hoc.t < 20:
        hoc.fadvance()
    assert connection.active() and max(trace) == pytest.approx(1e-3, rel=1e-3)
    hoc.delete_section(sec=section)
