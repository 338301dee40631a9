"""Voltages of every fiber model are NEURON's, below and above threshold, both polarities, pulses and kilohertz."""

import numpy as np
import pytest

from ascent.engines import get_engine
from ascent.engines.base import Stimulus
from ascent.engines.batch.engine import BatchEngine
from ascent.fibers.models import available_models, load_model
from ascent.protocols import run_amplitudes

from .batch_samples import DT, everything, fiber_of, pulse
from .test_voltages import assert_agree

WAVEFORMS = {
    "monophasic": pulse(n_steps=500),
    "biphasic": pulse(n_steps=500, second=-1.0),
    "20 kHz": np.concatenate([np.zeros(40), np.sin(2 * np.pi * 20 * DT * np.arange(460))]),
}
SIZES = np.geomspace(0.002, 20, 30)  # mA


def sample_of(model):
    if load_model(model).kind == "unmyelinated":
        return fiber_of(model, 1.0, n_nodes=41, distance=150)
    return fiber_of(model, 5.7, n_nodes=13, distance=400)


def both_sides_of_threshold(fiber, waveform, sign):
    """The largest amplitude (mA) at which no node fires, and one at which some does; None if there is none.

    The latter is a little above the smallest: just there, and where a fiber fires at every third period of a sinusoid,
    the equations themselves magnify what is left of rounding.
    """
    table = run_amplitudes(fiber, waveform, DT, amplitudes=sign * SIZES, engine="batch")
    fires = [any(len(times) for times in run.spike_times) for run in table.run]
    first = fires.index(True) if True in fires else len(fires)
    return sign * SIZES[first - 1], 1.2 * sign * SIZES[first] if first < len(fires) else None


@pytest.mark.parametrize("sign", [-1, 1], ids=["cathodic", "anodic"])
@pytest.mark.parametrize("waveform", WAVEFORMS)
@pytest.mark.parametrize("model", available_models())
def test_voltages_and_spikes_are_neurons(model, waveform, sign):
    fiber = sample_of(model)
    silent, firing = both_sides_of_threshold(fiber, WAVEFORMS[waveform], sign)
    assert firing is not None or waveform == "20 kHz"
    for amplitude in (silent, firing or silent):
        stimulus = Stimulus(WAVEFORMS[waveform], DT)
        theirs, ours = (
            engine.open(fiber, stimulus).run(amplitude, everything(fiber))
            for engine in (get_engine("neuron"), BatchEngine())
        )
        assert_agree(ours, theirs, 1e-5)
        assert any(len(times) for times in theirs.spike_times) == (amplitude == firing)
