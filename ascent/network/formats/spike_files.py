"""Smaller files about activity: spike times by trial, PSTHs, evoked activity, weights of single synapses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from ascent.config.fields import Fault, Number, Section, report
from ascent.config.network.checking import check
from ascent.config.network.presynaptic import Interval
from ascent.errors import ConfigError
from ascent.files import write_json, write_text
from ascent.network.formats.param import read_parameters
from ascent.network.formats.text import read_text

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_LIST = rf"((?:{_NUMBER},)*(?:{_NUMBER})?)"
_TRIAL = re.compile(rf"\s*(\d{{1,9}})(?:\t{_LIST})?\s*", re.ASCII)
_BIN = re.compile(rf"\s*({_NUMBER})\s+({_NUMBER})\s+({_NUMBER})\s*", re.ASCII)
_WEIGHTS = re.compile(rf"([^\t]+)\t(\d{{1,9}})\t(\d{{1,9}})\t(\d{{1,9}})\t([^\t]+)\t{_LIST}\s*", re.ASCII)


@dataclass(frozen=True, eq=False)
class PSTH:
    """Spikes a trial in bins: begin and end of each (ms), and spikes a trial and bin; arrays of shape (n,)."""

    begin: NDArray[np.float64]
    end: NDArray[np.float64]
    spikes: NDArray[np.float64]


@dataclass(frozen=True)
class SynapseWeights:
    """Weights of one synapse: where it is, the weights of each receptor, and the first line that names it."""

    section: int
    point: int
    weights: dict[str, tuple[float, ...]]
    line: int = field(default=0, compare=False)


class EvokedActivityConfig(Section):
    """When the cells of one type respond to a stimulus."""

    distribution: Literal["PSTH"] = Field(description="PSTH")
    intervals: list[Interval] = Field(description="(begin, end) of each bin, ms")
    probabilities: list[Number] = Field(description="of a spike in each bin; may be below 0")

    def model_post_init(self, context: Any) -> None:
        """Check that every bin has a probability."""
        if len(self.probabilities) != len(self.intervals):
            expected = f"has {len(self.probabilities)} values for {len(self.intervals)} bins; one value a bin"
            report([Fault(("probabilities",), self.probabilities, expected)])


def read_spike_times(path: Path | str) -> dict[int, list[float]]:
    """Read spike times (ms) by trial.

    Raises
    ------
    ConfigError
        When the file cannot be read, a row is wrong, or a trial or a time within it stands twice; names the line.
    """
    trials: dict[int, list[float]] = {}
    for number, line in _rows(path, "a file of spike times"):
        match = _TRIAL.fullmatch(line)
        if match is None:
            raise _wrong(path, number, line, "a row holds a trial, a tab and times with commas between")
        trial, times = int(match[1]), _numbers(match[2])
        if trial in trials:
            raise _wrong(path, number, line, f"trial {trial} stands twice")
        if len(set(times)) < len(times):
            raise _wrong(path, number, line, "a time stands twice")
        trials[trial] = times
    return trials


def write_spike_times(path: Path | str, trials: Mapping[int, Sequence[float]]) -> None:
    """Write spike times (ms) by trial."""
    rows = [f"{trial}\t{''.join(f'{float(time)!r},' for time in times)}\n" for trial, times in trials.items()]
    write_text(path, "# trial\tspike times\n" + "".join(rows))


def read_psth(path: Path | str) -> PSTH:
    """Read a PSTH.

    Raises
    ------
    ConfigError
        When the file cannot be read or a row is wrong; names the line.
    """
    rows: list[tuple[float, float, float]] = []
    for number, line in _rows(path, "a PSTH file"):
        match = _BIN.fullmatch(line)
        if match is None:
            raise _wrong(path, number, line, "a row holds begin and end of a bin and spikes a trial and bin")
        begin, end, spikes = float(match[1]), float(match[2]), float(match[3])
        if end < begin:
            raise _wrong(path, number, line, "the bin ends before it begins")
        rows.append((begin, end, spikes))
    columns = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return PSTH(*(np.ascontiguousarray(column) for column in columns))


def write_psth(path: Path | str, psth: PSTH) -> None:
    """Write a PSTH."""
    columns = zip(psth.begin.tolist(), psth.end.tolist(), psth.spikes.tolist(), strict=True)
    rows = [f"{begin!r}\t{end!r}\t{spikes!r}\n" for begin, end, spikes in columns]
    write_text(path, "# bin begin\tbin end\tAPs/trial/bin\n" + "".join(rows))


def read_evoked_activity(path: Path | str) -> dict[str, EvokedActivityConfig]:
    """Read evoked activity: PSTHs by ``<cell type>_<column>``.

    Raises
    ------
    ConfigError
        When the file cannot be read or something in it is wrong; with all that is, and its lines.
    """
    parameters = read_parameters(path)
    problems: list[Any] = []
    found: dict[str, EvokedActivityConfig] = {}
    for name, entry in parameters.items():
        try:
            found[name] = check(entry, EvokedActivityConfig, str(path), parameters.lines, (name,))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems=problems)
    return found


def write_evoked_activity(path: Path | str, activity: Mapping[str, EvokedActivityConfig]) -> None:
    """Write evoked activity."""
    write_json(path, {name: entry.model_dump() for name, entry in activity.items()})


def read_synapse_weights(path: Path | str) -> dict[str, dict[int, SynapseWeights]]:
    """Read weights of single synapses, by type and synapse ID.

    Raises
    ------
    ConfigError
        When the file cannot be read or a row is wrong; names the line.
    """
    lines = read_text(path, "a synapse weight file").split("\n")
    found: dict[str, dict[int, SynapseWeights]] = {}
    for number, line in enumerate(lines, start=1):
        if number == 1 or not line.strip():
            continue
        match = _WEIGHTS.fullmatch(line)
        if match is None:
            expected = "a row holds type, synapse ID, section ID, point, receptor and weights, with tabs between"
            raise _wrong(path, number, line, expected)
        place = SynapseWeights(int(match[3]), int(match[4]), {}, number)
        synapse = found.setdefault(match[1], {}).setdefault(int(match[2]), place)
        if (synapse.section, synapse.point) != (place.section, place.point):
            raise _wrong(path, number, line, f"synapse {match[2]} of {match[1]} has another place in an earlier line")
        if match[5] in synapse.weights:
            raise _wrong(path, number, line, f"{match[5]} of synapse {match[2]} of {match[1]} stands twice")
        weights = tuple(_numbers(match[6]))
        if not weights:
            raise _wrong(path, number, line, "the row has no weights")
        synapse.weights[match[5]] = weights
    return found


def write_synapse_weights(path: Path | str, weights: Mapping[str, Mapping[int, SynapseWeights]]) -> None:
    """Write weights of single synapses."""
    rows = ["# synapse type\tsynapse ID\tsection ID\tsection pt ID\treceptor\tweights\n"]
    for name, synapses in weights.items():
        for identifier, synapse in synapses.items():
            for receptor, values in synapse.weights.items():
                listed = "".join(f"{float(value)!r}," for value in values)
                rows.append(f"{name}\t{identifier}\t{synapse.section}\t{synapse.point}\t{receptor}\t{listed}\n")
    write_text(path, "".join(rows))


def _rows(path: Path | str, what: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(read_text(path, what).split("\n"), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def _numbers(text: str | None) -> list[float]:
    return [float(item) for item in (text or "").split(",") if item]


def _wrong(path: Path | str, number: int, line: str, expected: str) -> ConfigError:
    shown = line.strip() if len(line.strip()) <= 60 else line.strip()[:57] + "…"
    return ConfigError(f"{path}, line {number}: {shown!r}: {expected}.")
