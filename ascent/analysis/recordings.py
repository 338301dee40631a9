"""What fibers left in ``data/outputs`` besides thresholds: state variables, currents, times of action potentials."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ascent.errors import RunDirectoryError
from ascent.project.outputs import outputs_folder

if TYPE_CHECKING:
    from ascent.analysis.fiber_places import FiberPlace

_NODE = re.compile(r"_node(\d+)(?:\(|$)")
_TIME = re.compile(r"_time([\d.eE+-]+)(?:ms)?(?:\(|$)")
#: Kind of file by variable; a gate is gating_<gate>.
VOLTAGE = "Vm"


@dataclass(frozen=True, eq=False)
class OverTime:
    """A variable at some nodes, over time.

    Attributes
    ----------
    variable : str
        "Vm", or the name of a gate.
    time : ndarray, shape (n_times,)
        ms.
    nodes : ndarray of int, shape (n_nodes,)
        Numbers of the nodes.
    values : ndarray, shape (n_times, n_nodes)
        mV for Vm, else without unit; NaN where a node has no such variable.
    """

    variable: str
    time: NDArray[np.float64]
    nodes: NDArray[np.int64]
    values: NDArray[np.float64]

    @property
    def label(self) -> str:
        """Names the variable and its unit on an axis."""
        return axis_label(self.variable)


@dataclass(frozen=True, eq=False)
class OverSpace:
    """A variable at all nodes, at some times.

    Attributes
    ----------
    variable : str
        "Vm", or the name of a gate.
    nodes : ndarray of int, shape (n_nodes,)
    times : ndarray, shape (n_times,)
        ms.
    values : ndarray, shape (n_nodes, n_times)
        mV for Vm, else without unit.
    """

    variable: str
    nodes: NDArray[np.int64]
    times: NDArray[np.float64]
    values: NDArray[np.float64]

    @property
    def label(self) -> str:
        """Names the variable and its unit on an axis."""
        return axis_label(self.variable)


class NotRecorded(RunDirectoryError):
    """A recording that the sim did not save."""


def axis_label(variable: str) -> str:
    """Names a variable and its unit."""
    return "membrane potential (mV)" if variable == VOLTAGE else f"gate {variable} (1)"


def over_time(fiber: FiberPlace, variable: str = VOLTAGE, amplitude: int = 0) -> OverTime:
    """Read ``Vm_time_…`` or ``gating_<gate>_time_…`` of a fiber.

    Raises
    ------
    NotRecorded
        When the sim did not save it; says what there is.
    RunDirectoryError
        When the file is damaged.
    """
    path, names, values = _read(fiber, f"{_kind(variable)}_time", amplitude, "saving.time")
    found = [_NODE.search(name) for name in names[1:]]
    if not found or not all(found):
        raise RunDirectoryError(f"{path} is damaged: its heading should name a node a column ({variable}_node0).")
    nodes = np.array([int(match[1]) for match in found if match], dtype=np.int64)
    return OverTime(variable, values[:, 0], nodes, values[:, 1:])


def over_space(fiber: FiberPlace, variable: str = VOLTAGE, amplitude: int = 0) -> OverSpace:
    """Read ``Vm_space_…`` or ``gating_<gate>_space_…`` of a fiber; errors are those of `over_time`."""
    path, names, values = _read(fiber, f"{_kind(variable)}_space", amplitude, "saving.space")
    found = [_TIME.search(name) for name in names[1:]]
    if not found or not all(found):
        raise RunDirectoryError(f"{path} is damaged: its heading should name a time a column ({variable}_time1ms).")
    times = np.array([float(match[1]) for match in found if match])
    return OverSpace(variable, values[:, 0].astype(np.int64), times, values[:, 1:])


def intracellular_current(fiber: FiberPlace, amplitude: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read ``Istim_…``: time (ms) and current (nA), each of shape (n_times,)."""
    _, _, values = _read(fiber, "Istim", amplitude, "saving.time.istim")
    return values[:, 0], values[:, 1]


def last_spike_times(fiber: FiberPlace, amplitude: int = 0) -> NDArray[np.float64]:
    """Read ``ap_loctime_…``: time of the last action potential at each node, ms, NaN for none, shape (n_nodes,)."""
    path = _path(fiber, "ap_loctime", amplitude)
    if not path.is_file():
        raise NotRecorded(f"{path} is missing; set saving.aploctime to true in the sim and run it again.")
    try:
        times = np.loadtxt(path, ndmin=1)
    except (OSError, ValueError) as error:
        raise RunDirectoryError(f"{path} is damaged: it should hold a time in ms a line.") from error
    times[times == 0] = np.nan
    return times


def recorded(fiber: FiberPlace, amplitude: int = 0) -> list[str]:
    """Names of what is there for a fiber, such as "Vm_time" and "gating_m_space"."""
    ending = f"_inner{fiber.inner}_fiber{fiber.fiber}_amp{amplitude}.dat"
    folder = outputs_folder(fiber.n_sim.folder)
    return sorted(file.name.removesuffix(ending) for file in folder.glob(f"*{ending}"))


def _kind(variable: str) -> str:
    return variable if variable == VOLTAGE else f"gating_{variable}"


def _path(fiber: FiberPlace, kind: str, amplitude: int) -> Path:
    return outputs_folder(fiber.n_sim.folder) / f"{kind}_inner{fiber.inner}_fiber{fiber.fiber}_amp{amplitude}.dat"


def _read(fiber: FiberPlace, kind: str, amplitude: int, key: str) -> tuple[Path, list[str], NDArray[np.float64]]:
    import pandas as pd

    path = _path(fiber, kind, amplitude)
    if not path.is_file():
        there = ", ".join(recorded(fiber, amplitude)) or "nothing"
        raise NotRecorded(f"{path} is missing: the sim does not save it ({key}); saved is {there}.")
    try:
        # Ten times as fast as numpy for the 50 000 lines of a tutorial's fiber.
        table = pd.read_csv(path, sep=r"\s+", dtype=float)
    except (OSError, ValueError) as error:
        raise RunDirectoryError(f"{path} is damaged: it should hold a heading, then numbers.") from error
    if table.shape[1] < 2 or not len(table):
        raise RunDirectoryError(f"{path} is damaged: it should hold a heading, then two or more numbers a line.")
    return path, [str(name) for name in table.columns], table.to_numpy(dtype=float)
