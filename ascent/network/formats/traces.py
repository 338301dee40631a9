"""Voltage traces as simrun writes them: a column of times, then a column for each sweep."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ascent.errors import ConfigError
from ascent.files import replacing
from ascent.network.formats.text import read_text

#: Numbers that are formatted at a time.
_BLOCK = 4_000_000
_PREFIX = "Vm run "


@dataclass(frozen=True, eq=False)
class VoltageTraces:
    """Traces of one site.

    Attributes
    ----------
    times : ndarray of float, shape (n_times,)
        ms.
    sweeps : tuple of int
        Number of each sweep.
    voltages : ndarray of float, shape (n_sweeps, n_times)
        mV.
    """

    times: NDArray[np.float64]
    sweeps: tuple[int, ...]
    voltages: NDArray[np.float64]


def read_voltage_traces(path: Path | str) -> VoltageTraces:
    """Read a file of traces.

    Raises
    ------
    ConfigError
        When the file cannot be read, its header is another, or a row is wrong; names the line.
    """
    text = read_text(path, "a file of voltage traces")
    lines = text.split("\n")
    names = lines[0].split("\t")
    if names[0] != "t" or not all(name.startswith(_PREFIX) and name[len(_PREFIX) :].isdecimal() for name in names[1:]):
        raise ConfigError(f"{path}, line 1: {lines[0][:60]!r}: the header must be t and Vm run 00, Vm run 01, …")
    sweeps = tuple(int(name[len(_PREFIX) :]) for name in names[1:])
    if len(set(sweeps)) < len(sweeps):
        raise ConfigError(f"{path}, line 1: a sweep occurs twice in the header; each has one column.")
    last = len(lines)
    while last > 1 and not lines[last - 1].strip():
        last -= 1
    values = np.empty((last - 1, len(names)))
    for place in range(1, last):
        items = lines[place].split("\t")
        try:
            values[place - 1] = items
        except ValueError:
            raise ConfigError(
                f"{path}, line {place + 1}: {lines[place][:60]!r}: a row holds {len(names)} numbers, a time and a "
                f"potential for each sweep."
            ) from None
    wrong = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(wrong):
        raise ConfigError(f"{path}, line {wrong[0] + 2}: {lines[wrong[0] + 1][:60]!r}: a number is not finite.")
    falling = np.flatnonzero(np.diff(values[:, 0]) <= 0)
    if len(falling):
        raise ConfigError(f"{path}, line {falling[0] + 3}: the times must ascend.")
    return VoltageTraces(values[:, 0].copy(), sweeps, values[:, 1:].T.copy())


def write_voltage_traces(
    path: Path | str,
    times: NDArray[np.float64],
    sweeps: Sequence[int],
    rows: Callable[[int, int, int], NDArray[np.float64]],
) -> None:
    """Write a file of traces; only part of it is in memory at a time.

    Parameters
    ----------
    path : path
        The file.
    times : ndarray of float, shape (n_times,)
        ms.
    sweeps : sequence of int
        Number of each sweep.
    rows : callable
        ``rows(column, begin, end)`` gives the potentials (mV) of a sweep, by its position in `sweeps`, from sample
        `begin` to before `end`.
    """
    step = max(1, _BLOCK // (len(sweeps) + 1))
    with replacing(path) as temporary, open(temporary, "wb") as stream:
        stream.write(("\t".join(["t", *(f"{_PREFIX}{sweep:02d}" for sweep in sweeps)]) + "\n").encode())
        for begin in range(0, len(times), step):
            end = min(begin + step, len(times))
            columns = [times[begin:end], *(rows(column, begin, end) for column in range(len(sweeps)))]
            write_rows(stream, np.stack(columns, axis=1))


def write_rows(stream: BinaryIO, block: NDArray[np.float64]) -> None:
    """Write numbers with tabs between, each as Python writes it: the shortest text that reads back the same."""
    for begin, end, plain in _runs(block):
        if plain:
            stream.write(_fast(block[begin:end]))
        else:
            stream.writelines(("\t".join(map(repr, row)) + "\n").encode() for row in block[begin:end].tolist())


def _runs(block: NDArray[np.float64]) -> Iterator[tuple[int, int, bool]]:
    """Stretches of rows, and whether Arrow writes their numbers as Python does.

    It does for numbers that are not whole and need no exponent.
    """
    size = np.abs(block)
    plain = ((block != np.rint(block)) & (size >= 1e-4) & (size < 1e15)).all(axis=1)
    bounds = np.flatnonzero(np.diff(plain)) + 1
    edges = [0, *bounds.tolist(), len(block)]
    for begin, end in zip(edges[:-1], edges[1:], strict=True):
        if end > begin:
            yield begin, end, bool(plain[begin])


def _fast(block: NDArray[np.float64]) -> bytes:
    import pyarrow as pa
    from pyarrow import csv

    buffer = io.BytesIO()
    columns = [pa.array(np.ascontiguousarray(column)) for column in block.T]
    table = pa.Table.from_arrays(columns, names=[str(place) for place in range(len(columns))])
    csv.write_csv(table, buffer, csv.WriteOptions(include_header=False, delimiter="\t", quoting_style="none"))
    return buffer.getvalue()


def spike_times(
    times: NDArray[np.float64], voltages: NDArray[np.float64], threshold: float = 0.0
) -> NDArray[np.float64]:
    """Times (ms) of the samples at which the potential has come from below `threshold` (mV) to it or above."""
    above = voltages >= threshold
    return times[1:][above[1:] & ~above[:-1]]
