"""Templates of membrane currents for filter-based models of compound action potentials (CAPulator's .mat files).

A template is the current of each compartment from one node to the next while an action potential goes by, with its
peak at time 0. Shifted by the conduction velocity it stands for every such stretch of the fiber (Peña et al. 2024,
PLoS Comput Biol 20:e1011833).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.analysis.fiber_places import FiberPlace, fibers_of, node_step
from ascent.errors import ConfigError, RunDirectoryError
from ascent.files import replacing

if TYPE_CHECKING:
    from ascent.analysis.query import Query

#: Part of the fiber's nodes at which templates are taken, past the stimulus and before the end.
_PLACE = 0.7
#: Nodes on either side whose peaks give the velocity.
_NEIGHBOURS = 6
#: Time around the peak, ms, in myelinated and other fibers.
_WINDOW_MS = {True: (-2.4, 36.0), False: (-2.0, 60.0)}
#: After the pulse the stimulus still shows for its own length and this long, ms.
_ARTEFACT_MS = 0.029


@dataclass(frozen=True, eq=False)
class Template:
    """The template of one fiber; field names of the .mat file.

    Attributes
    ----------
    fiber_index : int
        Number of the n_sim.
    fiber_diameter : float
        µm.
    temporal_templates : ndarray, shape (n_times, n_compartments)
        Current out of each compartment from the target node to the next, mA.
    dipole_temporal_templates : ndarray, shape (n_times, n_compartments)
        Current along the fiber after each of them, the negative sum of all currents before, mA.
    conduction_velocity_m_per_s : float
    common_time_vector_ms : ndarray, shape (n_times,)
        ms, 0 at the peak.
    reference_peak_time_i_ms, reference_peak_time_i_dipole_ms : float
        When the target node peaks, ms after the pulse has ended.
    target_compartment_index : int
        Counted from 1, as MATLAB does.
    z_loc_of_target_compartment_index : float
        mm.
    z_locations_mm_all : ndarray, shape (n,)
        mm.
    """

    fiber_index: int
    fiber_diameter: float
    temporal_templates: NDArray[np.float64]
    dipole_temporal_templates: NDArray[np.float64]
    conduction_velocity_m_per_s: float
    common_time_vector_ms: NDArray[np.float64]
    reference_peak_time_i_ms: float
    reference_peak_time_i_dipole_ms: float
    target_compartment_index: int
    z_loc_of_target_compartment_index: float
    z_locations_mm_all: NDArray[np.float64]


def make_template(
    fiber: FiberPlace, time: NDArray[np.float64], currents: NDArray[np.float64], pulse_ms: tuple[float, float]
) -> Template:
    """Cut the template out of the membrane currents of a fiber.

    Parameters
    ----------
    fiber : FiberPlace
    time : ndarray, shape (n_times,)
        ms.
    currents : ndarray, shape (n_compartments, n_times)
        Net current out of each compartment, mA.
    pulse_ms : tuple of float
        When the stimulus starts and ends, ms.

    Raises
    ------
    RunDirectoryError
        When the currents are of other compartments, or nothing is left of them after the pulse.
    ConfigError
        When the fiber has too few nodes.
    """
    if len(currents) != len(fiber.coordinates):
        raise RunDirectoryError(
            f"n_sim {fiber.n_sim.name}: there are membrane currents of {len(currents)} compartments, but the fiber has "
            f"{len(fiber.coordinates)}; run ascent submit again."
        )
    step = node_step(fiber.mode)
    nodes = len(fiber.node_z)
    place = round(_PLACE * (nodes - 1))
    around = min(_NEIGHBOURS, place, nodes - 1 - place)
    if around < 1:
        raise ConfigError(f"n_sim {fiber.n_sim.name}: the fiber has {nodes} nodes; a template needs 4 or more.")
    start, end = pulse_ms
    late = time > end + (end - start) + _ARTEFACT_MS
    if late.sum() < 4:
        raise RunDirectoryError(f"n_sim {fiber.n_sim.name}: the simulation ends with the pulse; nothing is left of it.")
    time, currents = time[late] - end, currents[:, late]
    peaks = np.array([_peak(time, currents[step * node]) for node in range(place - around, place + around + 1)])
    delay = float(np.median(np.diff(peaks)))
    spacing = float(np.median(np.diff(fiber.node_z)))  # µm
    target = step * place
    unit = slice(target, target + step)
    axial = -np.cumsum(currents, axis=0)
    window = _WINDOW_MS[step > 1]
    grid = _grid(window, float(np.median(np.diff(time))))
    single, single_peak = _aligned(time, currents[unit], grid)
    dipole, dipole_peak = _aligned(time, axial[unit], grid)
    return Template(
        fiber_index=fiber.n_sim.name.n_sim,
        fiber_diameter=fiber.diameter,
        temporal_templates=single,
        dipole_temporal_templates=dipole,
        conduction_velocity_m_per_s=abs(1e-3 * spacing / delay) if delay else float("nan"),
        common_time_vector_ms=grid,
        reference_peak_time_i_ms=single_peak,
        reference_peak_time_i_dipole_ms=dipole_peak,
        target_compartment_index=target + 1,
        z_loc_of_target_compartment_index=1e-3 * float(fiber.coordinates[target, 2]),
        z_locations_mm_all=1e-3 * fiber.coordinates[:, 2],
    )


def generate_templates(query: Query, path: Path | str | None = None) -> Path:
    """Write the templates of a sim, one for each fiber diameter, from the first fiber of its n_sims.

    Parameters
    ----------
    query : Query
        Has found one sim, which saved membrane currents (``saving.cap_recording.Imembrane_matrix``).
    path : path, optional
        ``.mat`` file; ``output/analysis/templates/template_data_<s>_<m>_<sim>.mat`` of the project by default.

    Returns
    -------
    Path
        Holds ``fiber_type`` ("myelinated" or "unmyelinated") and the structure array ``output_data_structure``
        with the fields of `Template`.

    Raises
    ------
    ConfigError
        When there are several sims, or a fiber has too few nodes.
    RunDirectoryError
        When the currents are missing or damaged.
    """
    from scipy.io import savemat

    from ascent.analysis.fiber_places import Ambiguous
    from ascent.analysis.query import import_tm_current_matrix
    from ascent.stimulus.waveform_files import read_waveform

    sims = query.sims()
    if len(sims) > 1:
        raise Ambiguous(f"{query.source}: there are several sims; choose one by sample, model and sim.")
    templates, done, mode = [], set(), ""
    for n_sim in query.n_sims():
        if n_sim.combination.fiberset in done:
            continue
        done.add(n_sim.combination.fiberset)
        fiber = min(fibers_of(query, n_sim), key=lambda one: one.index)
        mode = fiber.mode
        _, time, currents = import_tm_current_matrix(n_sim.folder, fiber.inner, fiber.fiber)
        waveform = read_waveform(n_sim.folder / "data" / "inputs" / "waveform.dat")
        active = np.flatnonzero(waveform.samples)
        pulse = (waveform.dt * float(active[0]), waveform.dt * float(active[-1] + 1)) if len(active) else (0.0, 0.0)
        templates.append(make_template(fiber, time, currents, pulse))
    name = "template_data_" + "_".join(map(str, sims[0])) + ".mat"
    target = query.folder.root / "output" / "analysis" / "templates" / name if path is None else Path(path)
    if target.suffix != ".mat":
        raise ConfigError(f"{target}: templates must be written to a file named .mat.")
    content = {
        "fiber_type": "myelinated" if node_step(mode) > 1 else "unmyelinated",
        "output_data_structure": _structure(templates),
    }
    with replacing(target) as temporary:
        savemat(temporary, content, long_field_names=True)
    return target


def _structure(templates: Sequence[Template]) -> NDArray[Any]:
    """A structure array, a row a fiber."""
    names = list(Template.__dataclass_fields__)
    array = np.empty((len(templates), 1), dtype=[(name, object) for name in names])
    for row, template in enumerate(templates):
        for name in names:
            array[row, 0][name] = getattr(template, name)
    return array


def _grid(window: tuple[float, float], dt: float) -> NDArray[np.float64]:
    steps = np.arange(int(np.ceil(window[0] / dt - 1e-9)), int(np.floor(window[1] / dt + 1e-9)) + 1)
    return np.asarray(dt * steps, dtype=np.float64)


def _aligned(
    time: NDArray[np.float64], signals: NDArray[np.float64], grid: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Signals (n, n_times) on `grid` (ms) with the first one's peak at 0, shape (n_grid, n); and its time, ms."""
    from scipy.interpolate import CubicSpline

    peak = _peak(time, signals[0])
    values = np.asarray(CubicSpline(time - peak, signals, axis=1, extrapolate=False)(grid)).T
    return np.nan_to_num(values), peak


def _peak(time: NDArray[np.float64], signal: NDArray[np.float64]) -> float:
    """Time of the maximum, ms, between steps by the parabola through the highest and its neighbours."""
    top = int(np.clip(np.argmax(signal), 1, len(signal) - 2))
    before, at, after = signal[top - 1 : top + 2]
    curvature = before - 2 * at + after
    shift = 0.5 * (before - after) / curvature if curvature else 0.0
    return float(time[top] + np.clip(shift, -0.5, 0.5) * (time[top + 1] - time[top]))
