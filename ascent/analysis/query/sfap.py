"""Single fiber action potentials of many n_sims as one table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ascent.analysis.query.n_sims import NSimIndex, NSimPlace
from ascent.analysis.query.thresholds import COLUMNS, MissingResults
from ascent.errors import RunDirectoryError
from ascent.project.outputs import outputs_folder

if TYPE_CHECKING:
    import pandas as pd

#: What ASCENT takes from every time, ms.
TIME_OFFSET_MS = 1.2


def sfap_table(
    n_sims: Sequence[NSimPlace],
    index: NSimIndex,
    *,
    fibers: Sequence[int] | None,
    amplitudes: Sequence[int],
    ignore_missing: bool,
    time_offset_ms: float = TIME_OFFSET_MS,
) -> pd.DataFrame:
    """Signals of fibers, one row a time step.

    Parameters
    ----------
    n_sims : sequence of NSimPlace
    index : NSimIndex
        Knows the fibers of each.
    fibers : sequence of int, optional
        Indices in the fiberset; all fibers when None.
    amplitudes : sequence of int
        Indices of amplitudes.
    ignore_missing : bool
        Leave out a fiber without any signal, with NaN for an amplitude without, rather than refuse.
    time_offset_ms : float
        Taken from every time of the files, ms.

    Returns
    -------
    DataFrame
        ASCENT's columns up to `active_rec_index`, `SFAP_times` (ms) and `SFAP<amplitude>` (µV).

    Raises
    ------
    MissingResults
        When there is no signal and `ignore_missing` is not set.
    RunDirectoryError
        When a file is damaged, or the signals of a fiber differ in length.
    """
    import pandas as pd

    columns = [*COLUMNS[:-1], "SFAP_times", *(f"SFAP{amplitude}" for amplitude in amplitudes)]
    frames = []
    for n_sim in n_sims:
        members = index.fibers(n_sim).tolist()
        for inner, fiber, number in members:
            if fibers is not None and number not in fibers:
                continue
            signals = _signals(n_sim, inner, fiber, amplitudes, ignore_missing)
            if signals is None:
                continue
            times, values = signals
            frame = pd.DataFrame({"SFAP_times": times - time_offset_ms, **values})
            keys = {**n_sim.columns(), "inner": inner, "fiber": fiber, "index": number}
            frame = frame.assign(**keys)
            frame["active_rec_index"] = [[n_sim.combination.recording] for _ in times]
            frames.append(frame[columns])
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _signals(
    n_sim: NSimPlace, inner: int, fiber: int, amplitudes: Sequence[int], ignore_missing: bool
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]] | None:
    read: dict[int, NDArray[np.float64]] = {}
    for amplitude in amplitudes:
        path = outputs_folder(n_sim.folder) / f"SFAP_time_inner{inner}_fiber{fiber}_amp{amplitude}.dat"
        if path.is_file():
            read[amplitude] = _read(path)
        elif not ignore_missing:
            raise MissingResults(
                f"{path} is missing; the sim needs a recording cuff (active_recs), or ignore what is missing."
            )
    if not read:
        return None
    times = next(iter(read.values()))[:, 0]
    if any(len(signal) != len(times) for signal in read.values()):
        raise RunDirectoryError(
            f"{outputs_folder(n_sim.folder)}: the signals SFAP_time_inner{inner}_fiber{fiber}_amp… differ in length."
        )
    nothing = np.full(len(times), np.nan)
    return times, {f"SFAP{a}": read[a][:, 1] if a in read else nothing for a in amplitudes}


def _read(path: Path) -> NDArray[np.float64]:
    try:
        values = np.loadtxt(path, skiprows=1, ndmin=2)
    except (OSError, ValueError) as error:
        raise RunDirectoryError(
            f"{path} is damaged: it should hold a heading, then a time and a signal a line."
        ) from error
    if values.shape[1] != 2:
        raise RunDirectoryError(f"{path} is damaged: it has {values.shape[1]} columns; a time and a signal are right.")
    return values
