"""From the ``saving`` section of a sim to what an engine records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ascent.config.saving import SavingConfig
from ascent.engines.base import Recording, RunResult
from ascent.errors import ConfigError
from ascent.fibers.fiber import Fiber
from ascent.protocols.detection import node_at


def recording_for(saving: SavingConfig, fiber: Fiber, electrode: NDArray[np.float64] | None = None) -> Recording | None:
    """What to record for `saving`; None when nothing over time or space is wanted.

    Parameters
    ----------
    saving : SavingConfig
    fiber : Fiber
    electrode : ndarray, shape (n_sections,), optional
        Potentials of a recording contact, mV for 1 mA.
    """
    n_nodes = fiber.n_nodes
    nodes = located_nodes(saving, n_nodes)
    ends = end_nodes(saving, n_nodes) if saving.end_ap_times is not None else ()
    voltage_nodes = nodes if saving.time.vm else ()
    times = tuple(saving.space.times or ())
    recording = Recording(
        voltage_nodes=tuple(dict.fromkeys((*voltage_nodes, *ends))),
        gate_nodes=nodes if saving.time.gating else (),
        voltage_times=times if saving.space.vm else (),
        gate_times=times if saving.space.gating else (),
        current=saving.time.istim,
        current_sections=tuple(range(fiber.n_sections)) if saves_membrane_currents(saving) else (),
        electrode=electrode_potentials(electrode, fiber) if electrode is not None else None,
    )
    return recording if recording else None


def saves_membrane_currents(saving: SavingConfig) -> bool:
    """Whether the currents of all sections are written."""
    return saving.cap_recording is not None and saving.cap_recording.Imembrane_matrix


def electrode_potentials(values: ArrayLike, fiber: Fiber) -> NDArray[np.float64]:
    """Potentials (mV for 1 mA) of a recording contact at the sections of `fiber`.

    Raises
    ------
    ConfigError
        When there is not one finite number for each section.
    """
    array = np.array(values, dtype=np.float64)
    if array.shape != (fiber.n_sections,) or not np.isfinite(array).all():
        raise ConfigError(
            f"Fiber {fiber.label} has {fiber.n_sections} sections, so the potentials of a recording contact are that "
            f"many finite values in mV for 1 mA; got an array of shape {array.shape}."
        )
    return array


def located_nodes(saving: SavingConfig, n_nodes: int) -> tuple[int, ...]:
    """Nodes of ``saving.time.locs``, without repeats."""
    locations = saving.time.locs
    if locations == "all":
        return tuple(range(n_nodes))
    return tuple(dict.fromkeys(node_at(float(location), n_nodes) for location in locations or ()))


def end_nodes(saving: SavingConfig, n_nodes: int) -> tuple[int, int]:
    """Nodes of ``saving.end_ap_times``: at loc_min and at loc_max."""
    if saving.end_ap_times is None:
        raise ConfigError("saving.end_ap_times is missing; give loc_min, loc_max and threshold.")
    return node_at(saving.end_ap_times.loc_min, n_nodes), node_at(saving.end_ap_times.loc_max, n_nodes)


def crossings(voltage: NDArray[np.float64], time: NDArray[np.float64], threshold: float) -> NDArray[np.float64]:
    """Times (ms) at which `voltage` (mV) comes to or above `threshold` from below it."""
    above = voltage >= threshold
    return time[1:][above[1:] & ~above[:-1]]


def recording_from(record: Mapping[str, Any], fiber: Fiber) -> Recording | None:
    """The recording of a plain mapping.

    Parameters
    ----------
    record : mapping
        ``{"vm": "all" | nodes, "gates": "all" | nodes, "current": bool, "membrane_currents": "all" | sections,
        "electrode": potentials}``.
    fiber : Fiber

    Raises
    ------
    ConfigError
        When it has another key, or a node or section does not exist.
    """
    known = ("vm", "gates", "current", "membrane_currents", "electrode")
    for key in record:
        if key not in known:
            raise ConfigError(f"record has the key {key!r}; it may have {', '.join(known)}.")

    def places(key: str, kind: str, count: int) -> tuple[int, ...]:
        wanted = record.get(key)
        if wanted is None or wanted is False:
            return ()
        if isinstance(wanted, str):
            if wanted != "all":
                raise ConfigError(f"record.{key} is {wanted!r}; it should be 'all' or a list of {kind} indices.")
            return tuple(range(count))
        indices = tuple(int(index) for index in wanted)
        for index in indices:
            if not 0 <= index < count:
                raise ConfigError(f"record.{key} has {kind} {index}; the fiber has {kind}s 0 to {count - 1}.")
        return indices

    electrode = record.get("electrode")
    recording = Recording(
        voltage_nodes=places("vm", "node", fiber.n_nodes),
        gate_nodes=places("gates", "node", fiber.n_nodes),
        current=bool(record.get("current", False)),
        current_sections=places("membrane_currents", "section", fiber.n_sections),
        electrode=electrode_potentials(electrode, fiber) if electrode is not None else None,
    )
    return recording if recording else None


def end_ap_times(result: RunResult, recording: Recording, saving: SavingConfig, n_nodes: int) -> NDArray[np.float64]:
    """Times of action potentials at loc_min and loc_max, (n, 2) ms, padded with NaN."""
    ends = end_nodes(saving, n_nodes)
    threshold = saving.end_ap_times.threshold if saving.end_ap_times is not None else -30.0
    columns = [
        crossings(result.voltage[:, recording.voltage_nodes.index(node)], result.time, threshold) for node in ends
    ]
    table = np.full((max(len(column) for column in columns), 2), np.nan)
    for index, column in enumerate(columns):
        table[: len(column), index] = column
    return table
