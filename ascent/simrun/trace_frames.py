"""Voltage traces of runs as frames: a row a sweep, a column a time."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.network.formats.traces import read_voltage_traces

if TYPE_CHECKING:
    import pandas as pd

_COLUMN = re.compile(r"Vm run (\d+)")


def sweeps_of_traces(path: Path | str) -> list[int]:
    """Numbers of the sweeps that a file of voltage traces holds, by its header."""
    with open(path, encoding="utf-8", errors="replace") as handle:
        return [int(number) for number in _COLUMN.findall(handle.readline())]


def read_traces(path: Path | str) -> pd.DataFrame:
    """Read a file of voltage traces (``*_vm_all_traces.csv``, ``*_vm_dend_traces.csv``).

    Returns
    -------
    DataFrame
        A row a sweep (its number), a column a time (ms); mV.

    Raises
    ------
    ConfigError
        When it is no such file; names the line.
    """
    import pandas as pd

    traces = read_voltage_traces(path)
    return pd.DataFrame(traces.voltages, index=list(traces.sweeps), columns=pd.Index(traces.times, name="t"))


def stored_traces(path: Path | str, site: str, sweeps: list[int] | None = None) -> pd.DataFrame:
    """Traces (mV) of one site in ``voltage_traces.parquet``, of all sweeps or only of some."""
    import pandas as pd

    filters: list[Any] = [("site", "==", site)] + ([("sweep", "in", sweeps)] if sweeps is not None else [])
    table = pd.read_parquet(path, filters=filters, columns=["sweep", "t_ms", "v_mV"])
    frame = table.pivot(index="sweep", columns="t_ms", values="v_mV")
    frame.columns.name = "t"
    return frame
