"""Thresholds of the batch engine are those of NEURON digit by digit, and early stops change no verdict."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ascent.engines.batch.engine as engine_module
import ascent.engines.batch.prepared as prepared_module
from ascent.engines import get_engine
from ascent.engines.base import RunRequest, Stimulus, StopRule, Task
from ascent.engines.batch.engine import BatchEngine, why_not
from ascent.engines.batch.membranes import build_all
from ascent.errors import ConfigError, MechanismError
from ascent.fibers.models import available_models
from ascent.protocols import FiberJob, find_threshold, run_amplitudes, run_fibers

from .batch_samples import DT, fiber_of, pulse


def thresholds(fibers, waveform, **options):
    tables = [
        find_threshold(fibers, waveform, DT, tolerance=0.5, engine=engine, **options) for engine in ("neuron", "batch")
    ]
    return tables[0].threshold_mA.to_numpy(), tables[1].threshold_mA.to_numpy()


def population(rng, count):
    fibers = []
    for index in range(count):
        model = ("MRG_DISCRETE", "MRG_INTERPOLATION", "SMALL_MRG_INTERPOLATION_V1")[index % 3]
        diameter = float(rng.choice([5.7, 7.3, 10.0, 14.0])) if index % 3 == 0 else float(rng.uniform(3, 16))
        convention = ("ascent", "pyfibers")[index % 2]
        fibers.append(
            fiber_of(model, diameter, int(rng.integers(13, 22)), float(rng.uniform(300, 1500)), convention=convention)
        )
    return fibers


def test_thresholds_are_neurons_digit_by_digit():
    theirs, ours = thresholds(population(np.random.default_rng(1), 6), pulse(second=-0.3), search="ascent")
    assert np.isfinite(theirs).all()
    assert np.array_equal(ours, theirs)


@pytest.mark.slow
def test_thresholds_are_neurons_digit_by_digit_over_many_fibers():
    for seed, second in ((2, 0.0), (3, -1.0)):
        theirs, ours = thresholds(population(np.random.default_rng(seed), 24), pulse(n_steps=800, second=second))
        assert np.array_equal(ours, theirs, equal_nan=True)


def test_anodic_and_block_thresholds_are_neurons():
    fibers = [fiber_of(distance=600), fiber_of(diameter=7, distance=400)]
    theirs, ours = thresholds(fibers, pulse(), top=2.0, bottom=0.02)
    assert np.array_equal(ours, theirs)
    sinusoid = np.sin(2 * np.pi * 20 * np.arange(800) * DT)
    intracellular = {"location": 0.1, "amplitude": 3.0, "pulse_width": 0.1, "delay": 2.0}
    options = {"mode": "block", "intracellular": intracellular, "top": -4.0, "bottom": -0.5}
    theirs, ours = thresholds(fibers[:1], sinusoid, **options)
    assert np.array_equal(ours, theirs, equal_nan=True)


def test_the_fast_search_finds_the_same_threshold_with_fewer_runs():
    fibers = [fiber_of(distance=distance) for distance in (500, 900, 1300)]
    slow, fast = (
        find_threshold(fibers, pulse(), DT, tolerance=1, engine="batch", search=search) for search in ("ascent", "fast")
    )
    assert fast.threshold_mA.to_numpy() == pytest.approx(slow.threshold_mA.to_numpy(), rel=0.02)
    assert fast.n_runs.sum() < slow.n_runs.sum()


def test_more_diameters_than_are_kept_change_nothing(monkeypatch):
    fibers = [fiber_of(diameter=diameter) for diameter in (6.1, 7.3, 8.2, 9.4, 10.6)]
    at_once = find_threshold(fibers, pulse(), DT, engine="batch")
    for module in (engine_module, prepared_module):
        monkeypatch.setattr(module, "MAX_KEPT", 2)
    prepared_module.store.cache_clear()
    assert find_threshold(fibers, pulse(), DT, engine="batch").equals(at_once)


@pytest.mark.parametrize("engine", ["neuron", "batch"])
def test_a_waveform_of_zeros_leaves_a_fiber_at_rest(engine):
    table = run_amplitudes([fiber_of()], np.zeros(20), DT, amplitudes=[-1.0], engine=engine)
    assert table.n_aps.tolist() == [0]


def test_a_failed_search_leaves_the_others_alone():
    silent = fiber_of()
    silent.potentials = np.zeros(silent.n_sections)
    table = find_threshold([fiber_of(), silent, fiber_of(distance=700)], pulse(), DT, max_steps=5, engine="batch")
    assert list(table.status == "ok") == [True, False, True]
    assert "no amplitude that works" in table.status[1]


def test_amplitudes_give_neurons_spikes():
    fibers = [fiber_of(), fiber_of(diameter=7)]
    theirs, ours = (
        run_amplitudes(fibers, pulse(), DT, amplitudes=[-0.1, -1, 1], engine=engine) for engine in ("neuron", "batch")
    )
    assert (ours.n_aps == theirs.n_aps).all()
    assert ours.last_ap_ms.to_numpy() == pytest.approx(theirs.last_ap_ms.to_numpy(), nan_ok=True)


@settings(max_examples=20)
@given(
    st.sampled_from([("MRG_INTERPOLATION", 3.0), ("MRG_INTERPOLATION", 12.0), ("SUNDT", 1.0), ("RATTAY", 1.0)]),
    st.floats(200, 1500),
    st.floats(0.2, 0.8),
    st.integers(2, 80),
    st.floats(-1, 1),
    st.sampled_from([-1, 1]),
)
def test_early_stops_change_no_verdict(kind, distance, place, width, second, sign):
    fiber = fiber_of(*kind, n_nodes=41, distance=distance, place=place)
    session = BatchEngine().open(fiber, Stimulus(pulse(width=width, n_steps=2000, second=second), DT))
    node = int(0.9 * (fiber.n_nodes - 1))
    for size in np.geomspace(0.01, 30, 8):
        short, whole = session.run(sign * size, stop=StopRule(node)), session.run(sign * size)
        assert (short.count(node) > 0) == (whole.count(node) > 0), (sign * size, short.stopped)


def test_a_fiber_without_stimulus_does_nothing():
    fiber = fiber_of()
    run = get_engine("batch").open(fiber, Stimulus(np.zeros(100), DT)).run(-1.0)
    assert run.n_steps == 100 and run.count(18) == 0


def test_wrong_calls_are_one_sentence():
    with pytest.raises(ConfigError, match="threads is 0"):
        BatchEngine(threads=0)
    with pytest.raises(MechanismError, match="cannot do 3 lanes"):
        BatchEngine(lanes=3).open(fiber_of(), Stimulus(pulse(), DT)).run(-1.0)


def test_jobs_run_side_by_side_and_fail_one_by_one():
    fiber = fiber_of()
    protocol = {"mode": "FINITE_AMPLITUDES", "amplitudes": [-0.1, -1.0], "initSS": -200, "dt_initSS": 5,
                "threshold": {"value": -30, "ap_detect_location": 0.9}}  # fmt: skip
    pulse_off_the_fiber = {"times": {"pw": 0.1, "IntraStim_PulseTrain_delay": 0.1, "IntraStim_PulseTrain_dur": 1},
                           "pulse_repetition_freq": 1, "amp": 1, "ind": 99}  # fmt: skip

    def job(index, **options):
        return FiberJob(
            "MRG_INTERPOLATION", 10.0, fiber.potentials, pulse(), DT, protocol, fiber=index, engine="batch", **options
        )

    good, bad, other = run_fibers([job(0), job(1, intracellular=pulse_off_the_fiber), job(2)])
    assert good.action_potentials == other.action_potentials == [0, 1]
    assert isinstance(bad, ConfigError) and "ind is 99" in str(bad)


def test_an_error_in_one_thread_ends_all():
    def broken():
        yield RunRequest(-0.1)
        raise ConfigError("This protocol is wrong.")

    def endless():
        while True:
            yield RunRequest(-0.1)

    stimulus = Stimulus(pulse(), DT)
    tasks = [Task(fiber_of(), stimulus, broken())] + [Task(fiber_of(), stimulus, endless()) for _ in range(20)]
    with pytest.raises(ConfigError, match="protocol is wrong"):
        BatchEngine(threads=2).run_many(tasks)


def test_every_model_is_covered_and_built_ahead():
    assert build_all() >= 5
    for name in available_models():
        fiber = fiber_of(name, 1.0 if name == "MRG_DISCRETE" else 3.0, n_nodes=11)
        assert why_not(fiber) is None, name
        assert get_engine("auto").name_for(fiber) == "batch"
