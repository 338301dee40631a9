"""Waveform files keep what was written, and damaged ones are refused."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ascent.config.waveform import WaveformConfig
from ascent.errors import AscentError, ConfigError
from ascent.stimulus.waveform_files import Waveform, from_config, read_explicit, read_waveform, samples, write_waveform

SECTION = {
    "global": {"dt": 0.005, "on": 1, "off": 4, "stop": 5},
    "MONOPHASIC_PULSE_TRAIN": {"pulse_width": 0.2, "pulse_repetition_freq": 1, "digits": 1},
}


def test_a_file_holds_dt_stop_and_rounded_samples(tmp_path: Path) -> None:
    write_waveform(tmp_path / "0.dat", Waveform(0.001, 50, np.array([0.0, 1.0, -0.25]), 1))
    # The layout of ASCENT 1.4.0 (np.savetxt, one number a line; 0.25 rounds to even).
    assert (tmp_path / "0.dat").read_text() == "0.001\n50\n0.0\n1.0\n-0.2\n"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dt=st.floats(1e-6, 1),
    stop=st.floats(0.1, 1e4),
    values=st.lists(st.floats(-1, 1), min_size=1),
    digits=st.integers(0, 9),
)
def test_files_round_trip(tmp_path: Path, dt: float, stop: float, values: list[float], digits: int) -> None:
    rounded = np.array([float(f"{value:.{digits}f}") for value in values])
    write_waveform(tmp_path / "w.dat", Waveform(dt, stop, rounded, digits))
    read = read_waveform(tmp_path / "w.dat")
    assert (read.dt, read.stop) == (dt, stop)
    assert read.samples.tolist() == rounded.tolist()
    assert read.digits == digits


def test_a_config_section_makes_the_waveform_of_its_mode() -> None:
    waveform = from_config(SECTION)
    assert np.flatnonzero(waveform.samples)[0] == 199
    assert waveform.dt == 0.005 and waveform.stop == 5


def test_a_validated_config_makes_the_same_samples_as_its_plain_data() -> None:
    config = WaveformConfig.model_validate(SECTION)
    assert samples(config).tolist() == from_config({**SECTION, "_note": "a comment"}).samples.tolist()


def test_an_explicit_section_reads_the_users_file(tmp_path: Path) -> None:
    (tmp_path / "3.dat").write_text("0.01\n0.5\n-0.333333\n")
    section = {"global": {"dt": 0.01, "on": 1, "off": 4, "stop": 5}, "EXPLICIT": {"index": 3, "digits": 2}}
    waveform = from_config(section, tmp_path)
    assert waveform.samples[99:101].tolist() == [0.5, -0.33]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"global": SECTION["global"]}, "exactly one of"),
        ({**SECTION, "SINUSOID": {"pulse_repetition_freq": 1, "digits": 1}}, "exactly one of"),
        ({"global": SECTION["global"], "TRIANGLE": {}}, "exactly one of"),
        ({"MONOPHASIC_PULSE_TRAIN": SECTION["MONOPHASIC_PULSE_TRAIN"]}, "waveform.global"),
        ({**SECTION, "MONOPHASIC_PULSE_TRAIN": {"pulse_width": 0.2, "digits": 1}}, "pulse_repetition_freq is missing"),
        ({"global": SECTION["global"], "EXPLICIT": {"index": 0, "digits": 1}}, "config/user/waveforms"),
    ],
)
def test_a_wrong_section_is_one_sentence(section: dict, said: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ConfigError, match=said):
        from_config(section)


@pytest.mark.parametrize("text", ["", "0.01\n", "0\n1\n", "-1\n1\n", "0.01\nx\n", "0.01\nnan\n"])
def test_a_wrong_explicit_file_is_the_users_mistake(tmp_path: Path, text: str) -> None:
    (tmp_path / "0.dat").write_text(text)
    with pytest.raises(ConfigError, match="explicit waveform"):
        read_explicit(tmp_path / "0.dat")


def test_a_missing_explicit_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="7.dat does not exist"):
        read_explicit(tmp_path / "7.dat")


def test_damaged_files_raise_only_ascent_errors(tmp_path: Path) -> None:
    write_waveform(tmp_path / "w.dat", from_config(SECTION))
    good = (tmp_path / "w.dat").read_bytes()[:400]
    refused = 0
    for seed in range(100):
        draw = random.Random(seed)
        data = bytearray(good)
        for _ in range(draw.randint(1, 4)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        (tmp_path / "w.dat").write_bytes(bytes(data[: draw.randint(0, len(data))]))
        for reader in (read_waveform, read_explicit):
            try:
                reader(tmp_path / "w.dat")
            except AscentError:
                refused += 1
    assert refused > 20
