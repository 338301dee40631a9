"""Membrane currents of a fiber as ASCENT's NEURON scripts leave them: vectors written with `vwrite`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ascent.errors import RunDirectoryError
from ascent.project.outputs import outputs_folder

#: A count and a type, then one number: three times; then the count and the type of the matrix.
_HEADER = np.dtype(
    [
        *((f"{name}{part}", kind) for name in ("tstop", "dt", "axontotal") for part, kind in
          (("_count", "<i4"), ("_type", "<i4"), ("", "<f8"))),
        ("count", "<i4"),
        ("type", "<i4"),
    ]
)  # fmt: skip
#: What `vwrite` calls double precision.
_DOUBLE = 4


def import_tm_current_matrix(
    n_sim_folder: Path | str, inner: int, fiber: int, amplitude_index: int = 0
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Read the transmembrane currents of a fiber (`Imembrane_inner<l>_fiber<k>_amp<a>.dat`).

    Parameters
    ----------
    n_sim_folder : path
        `n_sims/<n>`.
    inner, fiber : int
        The l and k of the file's name.
    amplitude_index : int
        The a of the file's name.

    Returns
    -------
    tstop : float
        End of the simulation, ms.
    time : ndarray, shape (n_times,)
        ms.
    currents : ndarray, shape (n_compartments, n_times)
        Net current out of each compartment, mA.

    Raises
    ------
    RunDirectoryError
        When the file is missing or damaged.
    """
    path = outputs_folder(Path(n_sim_folder)) / f"Imembrane_inner{inner}_fiber{fiber}_amp{amplitude_index}.dat"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RunDirectoryError(f"{path} cannot be read: {error.strerror or error}.") from error
    damaged = RunDirectoryError(f"{path} is damaged: it is not what NEURON's vwrite writes for tstop, dt, axontotal.")
    if len(data) < _HEADER.itemsize:
        raise damaged
    header = np.frombuffer(data, _HEADER, 1)[0]
    compartments, count = float(header["axontotal"]), int(header["count"])
    types = [int(header[name]) for name in ("tstop_type", "dt_type", "axontotal_type", "type")]
    counts = [int(header[name]) for name in ("tstop_count", "dt_count", "axontotal_count")]
    whole = compartments >= 1 and compartments.is_integer() and count > 0 and count % int(compartments) == 0
    if types != [_DOUBLE] * 4 or counts != [1] * 3 or not whole or len(data) != _HEADER.itemsize + 8 * count:
        raise damaged
    currents: NDArray[np.float64] = (
        np.frombuffer(data, "<f8", count, _HEADER.itemsize).astype(np.float64).reshape(int(compartments), -1)
    )
    time = np.arange(currents.shape[1], dtype=np.float64) * float(header["dt"])
    return float(header["tstop"]), time, currents
