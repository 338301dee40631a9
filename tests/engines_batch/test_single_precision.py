"""Single precision: how far from double, for which fibers, and what is refused."""

import numpy as np
import pytest

from ascent.config.loading import validate
from ascent.config.study import EngineConfig
from ascent.engines import get_engine
from ascent.engines.base import IntracellularPulses, Recording, RunRequest, Stimulus, Task
from ascent.engines.batch.engine import BatchEngine
from ascent.engines.batch.programs import supported_lanes
from ascent.errors import ConfigError
from ascent.fibers.models import available_models, load_membrane, load_model
from ascent.protocols import find_threshold, run_amplitudes

from .batch_samples import DT, everything, fiber_of, pulse
from .test_every_model import WAVEFORMS, both_sides_of_threshold, sample_of

COVERED = [name for name in available_models() if load_membrane(load_model(name).membrane).single_precision]


def test_myelinated_fibers_are_covered():
    assert {"MRG_DISCRETE", "MRG_INTERPOLATION", "SMALL_MRG_INTERPOLATION_V1"} <= set(COVERED)


@pytest.mark.parametrize("sign", [-1, 1], ids=["cathodic", "anodic"])
@pytest.mark.parametrize("waveform", WAVEFORMS)
@pytest.mark.parametrize("model", COVERED)
def test_voltages_lie_within_a_hundredth_of_a_millivolt_of_neurons(model, waveform, sign):
    fiber = sample_of(model)
    silent, firing = both_sides_of_threshold(fiber, WAVEFORMS[waveform], sign)
    for amplitude in (silent, firing or silent):
        stimulus = Stimulus(WAVEFORMS[waveform], DT)
        theirs, ours = (
            engine.open(fiber, stimulus).run(amplitude, everything(fiber))
            for engine in (get_engine("neuron"), BatchEngine(single=True))
        )
        assert np.abs(ours.voltage - theirs.voltage).max() <= 1e-2
        for mine, its in zip(ours.spike_times, theirs.spike_times, strict=True):
            assert mine == pytest.approx(its, abs=1.01 * DT)


@pytest.mark.parametrize("model", COVERED)
def test_long_runs_of_short_steps_stay_as_close(model):
    fiber = sample_of(model)
    waveform = np.concatenate([np.zeros(100), np.ones(100), np.zeros(19800)])  # 20 ms of 1 µs
    wide, narrow = (
        BatchEngine(single=single).open(fiber, Stimulus(waveform, 0.001)).run(-0.3, everything(fiber))
        for single in (False, True)
    )
    assert sum(len(times) for times in wide.spike_times) > 0
    assert np.abs(wide.voltage - narrow.voltage).max() <= 1e-2


@pytest.mark.parametrize("model", COVERED)
def test_thresholds_lie_within_1e_5_of_double_precision(model):
    fibers = [fiber_of(model, 5.7, n_nodes=21, distance=distance) for distance in (500, 700, 1100, 1500)]
    wide, narrow = (
        find_threshold(
            fibers, pulse(width=100, n_steps=3000), 0.001, top=-0.5, tolerance=2e-4, engine="batch", precision=precision
        ).threshold_mA.to_numpy()
        for precision in ("double", "single")
    )
    assert np.isfinite(wide).all()
    assert narrow == pytest.approx(wide, rel=1e-5)


def test_there_are_twice_the_lanes():
    fiber = fiber_of()
    for lanes in supported_lanes():
        group = BatchEngine(lanes=lanes, single=True)
        membrane_library = _library(group, fiber)
        assert membrane_library.ascent_lanes() == 2 * lanes


def _library(engine, fiber):
    from ascent.engines.batch.prepared import store

    prepared = store(engine._lanes).get(fiber)
    return prepared.membrane.library("ModalCable", engine._lanes, single=True)


def test_bits_depend_on_neither_lanes_nor_threads_nor_companions():
    def one(fiber):
        result = yield RunRequest(-0.8, everything(fiber))
        return result

    fibers = [fiber_of(diameter=4 + index / 2, n_nodes=9 + 2 * (index % 4)) for index in range(20)]
    stimulus = Stimulus(pulse(), DT)
    every = [[Task(fiber, stimulus, one(fiber)) for fiber in fibers] for _ in range(4)]
    together = BatchEngine(single=True).run_many(every[0])
    others = [
        BatchEngine(single=True, threads=2).run_many(every[1]),
        [BatchEngine(single=True).run_many([task])[0] for task in every[2]],
    ]
    others += [BatchEngine(single=True, lanes=lanes).run_many(every[3]) for lanes in supported_lanes()[1:2]]
    for runs in others:
        for run, expected in zip(runs, together, strict=True):
            assert np.array_equal(run.voltage, expected.voltage)


def test_membrane_currents_and_pulses_into_passive_ends_are_computed_in_double_precision():
    fiber = fiber_of(n_nodes=11)
    recording = Recording(current_sections=tuple(range(fiber.n_sections)))
    for pulses in (None, IntracellularPulses(0, amplitude=1.0, pulse_width=0.1, delay=0.5)):
        stimulus = Stimulus(pulse(), DT, pulses)
        wide, narrow = (
            BatchEngine(single=single).open(fiber, stimulus).run(-0.5, recording) for single in (False, True)
        )
        assert np.array_equal(wide.membrane_currents, narrow.membrane_currents)


@pytest.mark.parametrize("model", [name for name in available_models() if name not in COVERED])
@pytest.mark.parametrize("engine", ["auto", "batch"])
def test_fibers_that_do_not_stand_it_are_refused_in_a_sentence(model, engine):
    with pytest.raises(ConfigError, match=f"a fiber {model} would lose more than 0.01 mV; use precision=double"):
        run_amplitudes(sample_of(model), pulse(), DT, amplitudes=[0.1], engine=engine, precision="single")


def test_wrong_precisions_are_refused_in_a_sentence():
    with pytest.raises(ConfigError, match="which NEURON does not have"):
        find_threshold(fiber_of(), pulse(), DT, engine="neuron", precision="single")
    with pytest.raises(ConfigError, match="precision is 'half'; it should be one of double, single"):
        find_threshold(fiber_of(), pulse(), DT, precision="half")
    with pytest.raises(ConfigError, match="engine.*precision.*is not what NEURON has"):
        validate({"name": "neuron", "precision": "single"}, EngineConfig, "engine")
    assert validate({"precision": "single"}, EngineConfig, "engine").precision == "single"
