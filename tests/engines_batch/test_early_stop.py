"""Ending a run early changes no verdict: random fibers of every model, waveforms of every mode, both polarities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ascent import stimulus
from ascent.engines.base import IntracellularPulses, RunRequest, Stimulus, StopRule, Task
from ascent.engines.batch.engine import BatchEngine
from ascent.fibers import build_fiber
from ascent.fibers.models import available_models, load_model

DT = 0.005  # ms
ON, STOP = 0.2, 15.0  # ms
#: The lengths that fibers may have, in nodes, and their diameters (µm), by kind.
SIZES = {
    "myelinated": ((12, 31), (2.0, 16.0)),
    "insulated": ((12, 31), (2.0, 16.0)),
    "unmyelinated": ((41, 121), (0.4, 2.0)),
}
MODELS = available_models()
MODES = ("MONOPHASIC", "SINUSOID", "FULL_DUTY", "BIPHASIC", "Q_BALANCED", "EXPLICIT")


@st.composite
def fibers(draw, models=MODELS):
    model = draw(st.sampled_from(models))
    data = load_model(model)
    nodes, diameters = SIZES[data.kind]
    diameter = draw(st.sampled_from(data.diameters.table) if data.diameters.table else st.floats(*diameters))
    fiber = build_fiber(
        model,
        diameter,
        n_nodes=draw(st.integers(*nodes)),
        convention=draw(st.sampled_from(["ascent", "pyfibers"])),
    )
    distance = draw(st.floats(100, 1500) if data.kind != "unmyelinated" else st.floats(50, 400))
    place = draw(st.floats(0.2, 0.8))
    fiber.potentials = fiber.point_source_potentials(0, distance, fiber.length * place, 1, 0.3)
    return fiber


@st.composite
def waveforms(draw, mode=None):
    mode = mode or draw(st.sampled_from(MODES))
    times = {"dt": DT, "on": ON, "off": ON + draw(st.floats(0.2, 6.0)), "stop": STOP}
    width, other = (draw(st.floats(0.02, 1.0)) for _ in range(2))
    gap = draw(st.sampled_from([0.0, 0.05, 0.3]))
    frequency = draw(st.floats(1.0, 1000 / (2.1 * (width + other + gap))))  # Hz
    if mode == "MONOPHASIC":
        return stimulus.monophasic_pulse_train(**times, pulse_width=width, pulse_repetition_freq=frequency)
    if mode == "SINUSOID":
        return stimulus.sinusoid(**times, pulse_repetition_freq=draw(st.floats(100, 20000)))
    if mode == "FULL_DUTY":
        return stimulus.biphasic_full_duty(**times, pulse_repetition_freq=draw(st.floats(100, 20000)))
    if mode == "BIPHASIC":
        return stimulus.biphasic_pulse_train(
            **times, pulse_width=width, inter_phase=gap, pulse_repetition_freq=frequency / 2
        )
    if mode == "Q_BALANCED":
        return stimulus.biphasic_pulse_train_q_balanced_uneven_pw(
            **times, pulse_width_1=width, pulse_width_2=other, inter_phase=gap, pulse_repetition_freq=frequency
        )
    samples = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).normal(size=12).repeat(5)
    times["off"] = max(times["off"], ON + 0.5)
    return stimulus.explicit(**times, values=samples, dt_values=DT)


def verdicts_agree(fiber, waveform, sign, engine=BatchEngine):
    """Run at amplitudes far below and far above any threshold, with and without early stops."""
    node = int(0.9 * (fiber.n_nodes - 1))
    drive = Stimulus(waveform, DT)
    amplitudes = sign * np.geomspace(0.002, 50, 24)

    def one(amplitude, stop):
        result = yield RunRequest(amplitude, stop=stop)
        return result

    requests = [(amplitude, stop) for amplitude in amplitudes for stop in (StopRule(node), None)]
    runs = engine().run_many([Task(fiber, drive, one(*request)) for request in requests])
    for short, whole in zip(runs[::2], runs[1::2], strict=True):
        assert whole.stopped == "end"
        assert (short.count(node) > 0) == (whole.count(node) > 0), (short.amplitude, short.stopped, short.n_steps)
    return {run.stopped for run in runs[::2]}


@settings(max_examples=8)
@given(fibers(), waveforms(), st.sampled_from([-1, 1]))
def test_an_early_stop_changes_no_verdict_on_activation(fiber, waveform, sign):
    verdicts_agree(fiber, waveform, sign)


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@settings(max_examples=120)
@given(st.data())
def test_an_early_stop_changes_no_verdict_over_many_fibers_of_every_mode(mode, data):
    verdicts_agree(data.draw(fibers()), data.draw(waveforms(mode)), data.draw(st.sampled_from([-1, 1])))


@pytest.mark.parametrize("mode", MODES)
def test_fibers_do_stop_early_whatever_the_mode(mode):
    fiber = build_fiber("MRG_INTERPOLATION", 10.0, n_nodes=21)
    fiber.potentials = fiber.point_source_potentials(0, 500, fiber.length / 2, 1, 0.3)
    found = []

    @settings(max_examples=5)
    @given(waveforms(mode))
    def examples(waveform):
        found.append(verdicts_agree(fiber, waveform, -1))

    examples()
    assert {"fired", "rest"} <= set().union(*found)


@settings(max_examples=10)
@given(fibers(("MRG_INTERPOLATION", "MRG_DISCRETE", "SWEENEY", "SUNDT")), st.floats(2000, 20000), st.floats(2, 5))
def test_an_early_stop_changes_no_verdict_on_block(fiber, frequency, delay):
    """A spike comes along the fiber while a sinusoid is on, and is blocked or not."""
    node = int(0.9 * (fiber.n_nodes - 1))
    waveform = np.sin(2 * np.pi * frequency * 1e-3 * np.arange(2400) * DT)
    drive = Stimulus(waveform, DT, IntracellularPulses(1, amplitude=5.0, pulse_width=0.2, delay=delay))

    def one(amplitude, stop):
        result = yield RunRequest(amplitude, stop=stop)
        return result

    rule = StopRule(node, not_before=delay, at_rest=False)
    requests = [(-size, stop) for size in np.geomspace(0.01, 20, 12) for stop in (rule, None)]
    runs = BatchEngine().run_many([Task(fiber, drive, one(*request)) for request in requests])
    for short, whole in zip(runs[::2], runs[1::2], strict=True):
        assert (short.last_spike(node) <= delay) == (whole.last_spike(node) <= delay), short.amplitude
