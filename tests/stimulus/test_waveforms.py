"""Waveforms have the samples that ASCENT 1.4.0 writes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import square

from ascent import stimulus
from ascent.errors import ConfigError

# The frame of the golden numbers, ms (measured with ASCENT 1.4.0).
FRAME = {"dt": 0.01, "on": 1, "off": 21, "stop": 25}


def test_monophasic_pulses_are_ones_in_the_golden_places() -> None:
    samples = stimulus.monophasic_pulse_train(**FRAME, pulse_width=0.1, pulse_repetition_freq=100)
    assert np.flatnonzero(samples).tolist() == [*range(99, 109), *range(1099, 1108)]
    assert set(samples) == {0.0, 1.0}


def test_biphasic_pulses_follow_each_other_after_the_gap() -> None:
    samples = stimulus.biphasic_pulse_train(**FRAME, pulse_width=0.1, inter_phase=0.1, pulse_repetition_freq=1)
    assert np.flatnonzero(samples == 1).tolist() == list(range(99, 109))
    assert np.flatnonzero(samples == -1).tolist() == list(range(118, 128))


def test_biphasic_pulses_without_gap_match_a_file_that_ascent_wrote() -> None:
    # ASCENT 1.4.0, tests/integration_tests/2147483002_full-v140: n_sims/0/data/inputs/waveform.dat.
    samples = stimulus.biphasic_pulse_train(
        dt=0.001, on=1, off=14, stop=15, pulse_width=0.05, inter_phase=0, pulse_repetition_freq=1
    )
    assert len(samples) == 14998
    assert np.flatnonzero(samples == 1).tolist() == list(range(999, 1048))
    assert np.flatnonzero(samples == -1).tolist() == list(range(1048, 1097))


def test_a_train_that_starts_at_once_keeps_its_phases_apart() -> None:
    samples = stimulus.biphasic_pulse_train(
        dt=0.01, on=0, off=2, stop=3, pulse_width=0.05, inter_phase=0.02, pulse_repetition_freq=1
    )
    assert np.flatnonzero(samples == 1).tolist() == list(range(0, 4))
    assert np.flatnonzero(samples == -1).tolist() == list(range(6, 10))


def test_full_duty_toggles_every_half_period() -> None:
    samples = stimulus.biphasic_full_duty(**FRAME, pulse_repetition_freq=1000)
    assert samples[98] == 0 and samples[99] == 1
    assert (np.flatnonzero(np.diff(samples[99:600])) + 100).tolist() == list(range(149, 600, 50))


def test_sinusoid_has_the_golden_values() -> None:
    samples = stimulus.rounded(stimulus.sinusoid(**FRAME, pulse_repetition_freq=1000), 4)
    assert samples[99:103].tolist() == [0.0, 0.0628, 0.1253, 0.1874]


def test_uneven_phases_have_equal_charge_before_rounding_and_the_tutorials_values_after() -> None:
    samples = stimulus.biphasic_pulse_train_q_balanced_uneven_pw(
        dt=0.001, on=1, off=49, stop=50, pulse_width_1=0.1, pulse_width_2=0.4, inter_phase=0.1, pulse_repetition_freq=1
    )
    assert samples.min() == -0.25
    rounded = stimulus.rounded(samples, 1)
    assert len(rounded) == 49_998
    assert np.flatnonzero(rounded == 1).tolist() == list(range(999, 1098))
    assert np.flatnonzero(rounded == -0.2).tolist() == list(range(1198, 1598))
    assert set(rounded) == {-0.2, 0.0, 1.0}


def test_the_shorter_phase_has_amplitude_one_whichever_comes_first() -> None:
    samples = stimulus.biphasic_pulse_train_q_balanced_uneven_pw(
        **FRAME, pulse_width_1=0.4, pulse_width_2=0.1, pulse_repetition_freq=1
    )
    assert samples.max() == 0.25 and samples.min() == -1.0


def test_an_explicit_waveform_of_the_same_step_is_played_as_it_is() -> None:
    samples = stimulus.explicit(values=[0.5, -0.25, 1.0], dt_values=0.01, **FRAME, period_repeats=2)
    assert samples[98:106].tolist() == [0.0, 0.5, -0.25, 1.0, 0.5, -0.25, 1.0, 0.0]
    assert len(samples) == 99 + 6 + round((25 - 1.06) / 0.01) - 1


def test_an_explicit_waveform_of_another_step_is_resampled() -> None:
    coarse = np.sin(2 * np.pi * np.arange(50) / 50)
    samples = stimulus.explicit(values=coarse, dt_values=0.02, **FRAME)
    fine = np.sin(2 * np.pi * np.arange(100) / 100)
    assert samples[99:199] == pytest.approx(fine, abs=1e-12)


def test_an_explicit_waveform_may_fill_its_window_exactly() -> None:
    samples = stimulus.explicit(values=np.ones(100), dt_values=0.01, **FRAME, period_repeats=20)
    assert samples.sum() == 2000


@given(width=st.floats(0.02, 5), frequency=st.floats(1, 190), steps=st.integers(500, 2000))
def test_pulses_follow_scipys_square_wave(width: float, frequency: float, steps: int) -> None:
    dt = 0.01
    off = 1 + steps * dt
    samples = stimulus.monophasic_pulse_train(
        dt=dt, on=1, off=off, stop=off, pulse_width=width, pulse_repetition_freq=frequency
    )
    times = np.arange(0, off - 1, dt)
    # The signal as ASCENT 1.4.0 makes it.
    kilohertz = frequency / 1000
    expected = np.clip(square(2 * np.pi * kilohertz * times, duty=(width - dt) * kilohertz), 0, 1)
    assert samples[99:].tolist() == expected.tolist()


@given(st.floats(-2, 2, allow_nan=False), st.integers(0, 12))
def test_rounding_says_what_the_file_says(value: float, digits: int) -> None:
    assert stimulus.rounded([value, 0.0], digits).tolist() == [float(f"{value:.{digits}f}"), 0.0]


@given(
    width=st.integers(2, 40),
    gap=st.integers(0, 40),
    on=st.integers(0, 100),
    rest=st.integers(0, 50),
    n=st.integers(1, 4),
)
def test_biphasic_trains_balance_and_fit_their_frame(width: int, gap: int, on: int, rest: int, n: int) -> None:
    dt, period = 0.01, 200
    samples = stimulus.biphasic_pulse_train(
        dt=dt,
        on=on * dt,
        off=(on + n * period) * dt,
        stop=(on + n * period + rest) * dt,
        pulse_width=width * dt,
        inter_phase=gap * dt,
        pulse_repetition_freq=1000 / (period * dt),
    )
    assert abs(len(samples) - (on + n * period + rest)) <= 3
    # Pulses last from 0 to width - dt, and rounding may give or take a sample each.
    assert (samples == 1).sum() == pytest.approx(n * width, abs=n)
    assert abs(samples.sum()) <= 2 * n


MONOPHASIC = {**FRAME, "pulse_width": 0.1, "pulse_repetition_freq": 100}
BIPHASIC = {**FRAME, "pulse_width": 0.1, "inter_phase": 0.1, "pulse_repetition_freq": 100}


@pytest.mark.parametrize(
    ("function", "arguments", "said"),
    [
        (stimulus.monophasic_pulse_train, {**MONOPHASIC, "on": 22}, "order"),
        (stimulus.monophasic_pulse_train, {**MONOPHASIC, "off": 26}, "order"),
        (stimulus.monophasic_pulse_train, {**MONOPHASIC, "on": -1}, "order"),
        (stimulus.monophasic_pulse_train, {**MONOPHASIC, "dt": 0}, "greater than 0"),
        (stimulus.monophasic_pulse_train, {**MONOPHASIC, "dt": float("nan")}, "greater than 0"),
        (stimulus.monophasic_pulse_train, {**MONOPHASIC, "dt": 1e-12}, "steps"),
        (stimulus.monophasic_pulse_train, {**MONOPHASIC, "pulse_width": 0.005}, "at least dt"),
        (stimulus.monophasic_pulse_train, {**MONOPHASIC, "pulse_width": 0.01}, "differs from 0"),
        (stimulus.monophasic_pulse_train, {**MONOPHASIC, "pulse_width": 11}, "fit into the period"),
        (stimulus.monophasic_pulse_train, {**MONOPHASIC, "pulse_repetition_freq": 0}, "greater than 0"),
        (stimulus.biphasic_pulse_train, {**BIPHASIC, "pulse_width": 6}, "fit into the period"),
        (stimulus.biphasic_pulse_train, {**BIPHASIC, "pulse_width": 4.99}, "fit into the period"),
        (stimulus.biphasic_pulse_train, {**BIPHASIC, "inter_phase": 0.001}, "0 or at least dt"),
        (stimulus.sinusoid, {**FRAME, "pulse_repetition_freq": 200_000}, "period"),
        (stimulus.explicit, {**FRAME, "values": [], "dt_values": 0.01}, "at least one"),
        (stimulus.explicit, {**FRAME, "values": [1.0, float("inf")], "dt_values": 0.01}, "finite"),
        (stimulus.explicit, {**FRAME, "values": [1.0], "dt_values": 0}, "greater than 0"),
        (stimulus.explicit, {**FRAME, "values": [1.0] * 2001, "dt_values": 0.01}, "must fit between on and off"),
        (stimulus.explicit, {**FRAME, "values": [1.0], "dt_values": 0.01, "period_repeats": 0}, "1 or more"),
        (stimulus.explicit, {**FRAME, "values": [1.0], "dt_values": 1e9}, "samples"),
    ],
)
def test_what_makes_no_waveform_is_refused_in_one_sentence(function, arguments, said) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ConfigError) as raised:
        function(**arguments)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
