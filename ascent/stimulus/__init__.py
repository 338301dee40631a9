"""What drives the fibers: waveforms, contact weights, and the combinations of a sim's parameters.

>>> import ascent.stimulus
>>> w = ascent.stimulus.monophasic_pulse_train(dt=0.001, on=1, off=4, stop=5, pulse_width=0.1,
...                                            pulse_repetition_freq=1)
>>> int(w.sum())
99
"""

from ascent.stimulus.waveform_files import Waveform, from_config, read_waveform, samples, write_waveform
from ascent.stimulus.waveforms import (
    biphasic_full_duty,
    biphasic_pulse_train,
    biphasic_pulse_train_q_balanced_uneven_pw,
    explicit,
    monophasic_pulse_train,
    rounded,
    sinusoid,
)

__all__ = [
    "Waveform",
    "biphasic_full_duty",
    "biphasic_pulse_train",
    "biphasic_pulse_train_q_balanced_uneven_pw",
    "explicit",
    "from_config",
    "monophasic_pulse_train",
    "read_waveform",
    "rounded",
    "samples",
    "sinusoid",
    "write_waveform",
]
