"""Net currents out of the sections: NEURON's, in balance, and the signal that they make at a recording contact."""

import numpy as np
import pytest

from ascent.engines import get_engine
from ascent.engines.base import IntracellularPulses, Recording, RunRequest, Stimulus, StopRule, Task
from ascent.engines.batch.engine import BatchEngine
from ascent.engines.batch.programs import supported_lanes
from ascent.fibers.models import available_models, load_model
from ascent.protocols import run_amplitudes

from .batch_samples import DT, fiber_of, pulse

MYELINATED = [name for name in available_models() if load_model(name).kind == "myelinated"]
UNMYELINATED = [name for name in available_models() if load_model(name).kind == "unmyelinated"]


INSULATED = [name for name in available_models() if load_model(name).kind == "insulated"]


def sample_of(model, convention="ascent"):
    if model in INSULATED:
        return fiber_of(model, 10.0, 11, 500, convention=convention)
    if model in MYELINATED:
        return fiber_of(model, 5.7, 11, 300, convention=convention)
    return fiber_of(model, 1.0, 41, 150, convention=convention)


def contact_of(fiber):
    """Potentials of a recording contact beside the far half of the fiber."""
    return fiber.point_source_potentials(300, 400, fiber.length * 0.7, 1, 0.3)


def currents_of(fiber, amplitude, engine, pulses=None, **options):
    recording = Recording(current_sections=tuple(range(fiber.n_sections)), electrode=contact_of(fiber))
    return engine.open(fiber, Stimulus(pulse(), DT, pulses)).run(amplitude, recording, **options)


@pytest.mark.parametrize(
    ("model", "convention"),
    [*((model, convention) for model in MYELINATED for convention in ("ascent", "pyfibers"))]
    + [(model, "ascent") for model in (*UNMYELINATED, *INSULATED)],
)
@pytest.mark.parametrize("amplitude", [-0.05, -1.0, 1.0])
def test_currents_are_neurons_and_balance(model, convention, amplitude):
    fiber = sample_of(model, convention)
    theirs, ours = (currents_of(fiber, amplitude, engine) for engine in (get_engine("neuron"), BatchEngine()))
    assert ours.membrane_currents.shape == (401, fiber.n_sections)
    largest = np.abs(theirs.membrane_currents).max()
    assert np.abs(ours.membrane_currents - theirs.membrane_currents).max() < 1e-6 * largest
    for run in (ours, theirs):  # a fiber with sealed ends: what leaves it somewhere enters it elsewhere
        assert np.abs(run.membrane_currents.sum(axis=1)).max() < 1e-9 * largest


@pytest.mark.parametrize("model", ["MRG_INTERPOLATION", "SUNDT", "SWEENEY"])
def test_an_injected_current_leaves_through_all_sections(model):
    pulses = IntracellularPulses(3, amplitude=1.5, pulse_width=0.2, delay=0.5)
    for engine in (get_engine("neuron"), BatchEngine()):
        run = currents_of(sample_of(model), 0.0, engine, pulses)
        total = run.membrane_currents.sum(axis=1)
        injected = np.concatenate([[0.0], pulses.samples(DT, 400)]) * 1e-6  # mA
        assert np.abs(total - injected).max() < 1e-9 * np.abs(run.membrane_currents).max()


def test_currents_of_a_bare_membrane_are_those_that_neuron_sums_itself():
    from ascent.engines.neuron.engine import _cable_of

    fiber = sample_of("SUNDT")
    cable = _cable_of(fiber)
    fast = cable.h.CVode()
    fast.use_fast_imem(1)
    try:
        theirs = [cable.h.Vector().record(section(0.5)._ref_i_membrane_) for section in cable.sections]
        neuron = currents_of(fiber, -1.0, get_engine("neuron"))
        summed = np.array([vector.as_numpy() for vector in theirs]).T * 1e-6  # of nA
    finally:
        theirs = None
        fast.use_fast_imem(0)
    ours = currents_of(fiber, -1.0, BatchEngine())
    largest = np.abs(summed).max()
    for run in (neuron, ours):
        assert np.abs(run.membrane_currents[1:] - summed[1:]).max() < 1e-6 * largest


def test_currents_of_an_internode_are_those_through_its_myelin():
    from ascent.engines.neuron.engine import _cable_of

    fiber = sample_of("MRG_INTERPOLATION")
    cable = _cable_of(fiber)
    internode = [i for i, kind in enumerate(fiber.geometry.kinds(fiber.n_sections)) if kind != "node"]
    segments = [cable.sections[i](0.5) for i in internode]
    inside = [cable.h.Vector().record(segment._ref_vext[0]) for segment in segments]
    run = currents_of(fiber, -1.0, get_engine("neuron"))
    inner = np.array([vector.as_numpy() for vector in inside]).T
    outer = -1.0 * np.outer(np.concatenate([[0.0], pulse()]), fiber.potentials[internode])
    area = np.array([segment.area() for segment in segments]) * 1e-8  # cm2
    conductance, capacitance = (np.array([getattr(segment, name)[0] for segment in segments]) for name in ("xg", "xc"))
    voltage = inner - outer  # mV; S/cm2 and µF/cm2 with mV/ms give mA/cm2 and µA/cm2
    through = area * (conductance * voltage[1:] + 1e-3 * capacitance * np.diff(voltage, axis=0) / DT)
    largest = np.abs(run.membrane_currents).max()
    assert np.abs(run.membrane_currents[1:, internode] - through).max() < 1e-6 * largest
    ours = currents_of(fiber, -1.0, BatchEngine())
    assert np.abs(ours.membrane_currents[1:, internode] - through).max() < 1e-6 * largest


@pytest.mark.parametrize("model", ["MRG_INTERPOLATION", "SUNDT", "SWEENEY"])
def test_a_signal_is_the_contacts_potentials_times_the_currents(model):
    fiber = sample_of(model)
    for engine in (get_engine("neuron"), BatchEngine()):
        run = currents_of(fiber, -1.0, engine)
        expected = 1e3 * run.membrane_currents @ contact_of(fiber)  # mV for 1 mA times mA, in µV
        assert np.abs(expected).max() > 1e-3
        assert run.signal == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_currents_have_the_same_bits_alone_and_among_others_and_for_any_lanes():
    def one(fiber):
        recording = Recording(current_sections=tuple(range(fiber.n_sections)), electrode=contact_of(fiber))
        result = yield RunRequest(-0.8, recording)
        return result

    fibers = [fiber_of(diameter=4 + index, n_nodes=9 + 2 * (index % 3), distance=400) for index in range(10)]
    stimulus = Stimulus(pulse(), DT)
    every = [[Task(fiber, stimulus, one(fiber)) for fiber in fibers] for _ in range(4)]
    together = BatchEngine().run_many(every[0])
    others = [BatchEngine(threads=2).run_many(every[1]), [BatchEngine().run_many([task])[0] for task in every[2]]]
    others += [BatchEngine(lanes=lanes).run_many(every[3]) for lanes in supported_lanes()[1:2]]
    for runs in others:
        for run, expected in zip(runs, together, strict=True):
            assert np.array_equal(run.membrane_currents, expected.membrane_currents)
            assert np.array_equal(run.signal, expected.signal)


def test_a_protocol_goes_on_after_a_run_whose_currents_are_recorded():
    fiber = sample_of("MRG_INTERPOLATION")

    def protocol():
        first = yield RunRequest(-0.1)
        recorded = yield RunRequest(-0.1, Recording(current_sections=(0, 5)))
        last = yield RunRequest(-0.1, stop=StopRule(9))
        return first, recorded, last

    first, recorded, last = BatchEngine().run_many([Task(fiber, Stimulus(pulse(), DT), protocol())])[0]
    assert first.count(9) == recorded.count(9) == last.count(9) == 1
    assert recorded.membrane_currents.shape == (401, 2)


def test_chosen_sections_are_recorded_through_the_table():
    fibers = [sample_of("MRG_INTERPOLATION"), sample_of("SUNDT")]
    contacts = [contact_of(fiber) for fiber in fibers]
    record = {"membrane_currents": [0, 7], "electrode": contacts}
    whole, part = (
        run_amplitudes(fibers, pulse(), DT, amplitudes=[-0.5], record=record | {"membrane_currents": sections})
        for sections in ("all", [0, 7])
    )
    for all_of_them, two in zip(whole.run, part.run, strict=True):
        assert np.array_equal(two.membrane_currents, all_of_them.membrane_currents[:, [0, 7]])
        assert np.array_equal(two.signal, all_of_them.signal)
