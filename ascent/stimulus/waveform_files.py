"""Waveforms on disk (ASCENT's `waveforms/<w>.dat` and `data/inputs/waveform.dat`) and from a sim's `waveform` section.

Line 1 holds dt in ms, line 2 the stop time in ms, then one sample a line with `digits` decimals. The rounded
samples are what fibers receive, here as in ASCENT.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import ConfigError, Problem, RunDirectoryError
from ascent.fibers.counted_files import parse_numbers, read_text
from ascent.files import write_text
from ascent.stimulus import waveforms

_MODES: dict[str, tuple[Callable[..., waveforms.Samples], tuple[str, ...]]] = {
    "MONOPHASIC_PULSE_TRAIN": (waveforms.monophasic_pulse_train, ("pulse_width", "pulse_repetition_freq")),
    "SINUSOID": (waveforms.sinusoid, ("pulse_repetition_freq",)),
    "BIPHASIC_FULL_DUTY": (waveforms.biphasic_full_duty, ("pulse_repetition_freq",)),
    "BIPHASIC_PULSE_TRAIN": (
        waveforms.biphasic_pulse_train,
        ("pulse_width", "inter_phase", "pulse_repetition_freq"),
    ),
    "BIPHASIC_PULSE_TRAIN_Q_BALANCED_UNEVEN_PW": (
        waveforms.biphasic_pulse_train_q_balanced_uneven_pw,
        ("pulse_width_1", "pulse_width_2", "inter_phase", "pulse_repetition_freq"),
    ),
}


@dataclass(frozen=True, eq=False)
class Waveform:
    """A sampled waveform.

    Attributes
    ----------
    dt, stop : float
        Time step and end of the simulation, ms.
    samples : ndarray, shape (n,)
        Unit-less; sample i holds from i·dt to (i+1)·dt.
    digits : int
        Decimals of the samples in the file.
    """

    dt: float
    stop: float
    samples: NDArray[np.float64]
    digits: int


def samples(config: Any, waveforms_dir: Path | str | None = None) -> NDArray[np.float64]:
    """The samples that a `waveform` section stands for, rounded as in its file; see `from_config`."""
    return from_config(config, waveforms_dir).samples


def from_config(section: Any, waveforms_dir: Path | str | None = None) -> Waveform:
    """Make the waveform of one combination of a sim's parameters (no lists left in it).

    Parameters
    ----------
    section : WaveformConfig or mapping
        The sim's `waveform` section: `global` and the object of one mode.
    waveforms_dir : path, optional
        Folder of explicit waveforms, a project's `config/user/waveforms`.

    Raises
    ------
    ConfigError
        When the mode is unknown, a key is missing or a value cannot make a waveform.
    """
    if not isinstance(section, Mapping):
        section = section.model_dump(mode="json", by_alias=True, exclude_none=True)
    others = ("global", "plot")
    modes = [key for key, value in section.items() if key not in others and key[:1] != "_" and value is not None]
    if len(modes) != 1 or modes[0] not in (*_MODES, "EXPLICIT"):
        known = ", ".join((*_MODES, "EXPLICIT"))
        raise _error("waveform", ", ".join(modes) or "missing", f"must hold exactly one of {known}")
    mode = modes[0]
    parameters = _mapping(section, mode)
    frame = {key: _number(_mapping(section, "global"), "global", key) for key in ("dt", "on", "off", "stop")}
    digits = int(_number(parameters, mode, "digits"))
    if not 0 <= digits <= 17:
        raise _error(f"waveform.{mode}.digits", str(digits), "must be a number of decimals from 0 to 17")
    if mode == "EXPLICIT":
        values = _explicit(parameters, frame, waveforms_dir)
    else:
        function, keys = _MODES[mode]
        values = function(**frame, **{key: _number(parameters, mode, key) for key in keys})
    return Waveform(frame["dt"], frame["stop"], waveforms.rounded(values, digits), digits)


def write_waveform(path: Path | str, waveform: Waveform) -> None:
    """Write a waveform in ASCENT's format, whole or not at all."""
    values, positions = np.unique(waveform.samples, return_inverse=True)
    texts = np.array([f"{value:.{waveform.digits}f}" for value in values.tolist()])[positions].tolist()
    write_text(path, "\n".join([_plain(waveform.dt), _plain(waveform.stop), *texts]) + "\n")


def read_waveform(path: Path | str) -> Waveform:
    """Read a waveform that ascent or ASCENT wrote.

    Raises
    ------
    RunDirectoryError
        When the file is missing or damaged.
    """
    path = Path(path)
    words = read_text(path).split()
    if len(words) < 3:
        raise RunDirectoryError(f"{path} is damaged: a waveform holds dt, the stop time and its samples.")
    numbers = parse_numbers(path, words, 1)
    dt, stop = numbers[:2]
    if not (dt > 0 and stop > 0):
        raise RunDirectoryError(f"{path} is damaged: dt ({words[0]}) and stop ({words[1]}) must be greater than 0 ms.")
    # thousands of samples, few of them different
    digits = max((len(word.partition(".")[2]) for word in set(words[2:]) if "e" not in word.lower()), default=0)
    return Waveform(dt, stop, np.array(numbers[2:]), digits)


def read_explicit(path: Path | str) -> tuple[float, NDArray[np.float64]]:
    """Read a waveform that the user wrote: dt in ms on line 1, then one sample a line.

    Returns
    -------
    dt : float
        ms.
    values : ndarray, shape (m,)

    Raises
    ------
    ConfigError
        When the file is missing or is not such a file.
    """
    path = Path(path)
    try:
        words = read_text(path).replace(",", " ").split()
        numbers = parse_numbers(path, words, 1)
    except RunDirectoryError as error:
        raise ConfigError(f"{error} An explicit waveform holds dt in ms, then one sample a line.") from error
    if len(numbers) < 2 or not numbers[0] > 0:
        raise ConfigError(f"{path}: an explicit waveform holds dt in ms (greater than 0), then one sample a line.")
    return numbers[0], np.array(numbers[1:])


def _explicit(
    parameters: Mapping[str, Any], frame: dict[str, float], waveforms_dir: Path | str | None
) -> NDArray[np.float64]:
    index = int(_number(parameters, "EXPLICIT", "index"))
    if waveforms_dir is None:
        raise _error(
            "waveform.EXPLICIT.index",
            str(index),
            "names a file in config/user/waveforms of a project folder; there is none",
        )
    dt_values, values = read_explicit(Path(waveforms_dir) / f"{index}.dat")
    repeats = _number(parameters, "EXPLICIT", "period_repeats") if "period_repeats" in parameters else 1
    if not float(repeats).is_integer():
        raise _error("waveform.EXPLICIT.period_repeats", str(repeats), "must be a whole number")
    return waveforms.explicit(
        values=values,
        dt_values=dt_values,
        **frame,
        dt_atol=_number(parameters, "EXPLICIT", "dt_atol") if "dt_atol" in parameters else 0.0,
        period_repeats=int(repeats),
    )


def _mapping(section: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = section.get(key)
    if not isinstance(value, Mapping):
        raise _error(f"waveform.{key}", "missing" if value is None else repr(value), "must be an object")
    return value


def _number(section: Mapping[str, Any], name: str, key: str) -> float:
    value = section.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise _error(f"waveform.{name}.{key}", "missing" if value is None else repr(value), "must be a number")
    return value


def _plain(value: float) -> str:
    return np.format_float_positional(value, trim="-")


def _error(key: str, value: str, expected: str) -> ConfigError:
    return ConfigError(problems=[Problem("sim", key, value, expected)])
