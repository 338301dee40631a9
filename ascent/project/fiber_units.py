"""Fibers of n_sims as units of work: read from files, run, results written as ASCENT names them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.config.fiber_z import FiberZConfig
from ascent.config.loading import dump, load
from ascent.errors import RunDirectoryError
from ascent.files import write_text
from ascent.project.layout import NSimName
from ascent.project.n_sims import NSim, NSimFiber, read_n_sim
from ascent.project.outputs import failure_marker, is_done, outputs_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MILLIVOLT_PER_VOLT = 1000.0


@dataclass(frozen=True)
class FiberUnit:
    """One fiber of one n_sim.

    Attributes
    ----------
    id : str
        ``<s>_<m>_<k>_<n>/inner<i>_fiber<f>``.
    folder : Path
        The n_sim's folder.
    inner, fiber : int
        Index of the inner, and of the fiber in it.
    early_stop : bool
        Whether runs may end once their verdict cannot change.
    fiber_z_file : Path or None
        The project's fiber_z.json; the shipped one when None.
    engine : {"auto", "neuron", "batch"}
        What runs it.
    precision : {"double", "single"}
        Of the batch engine.
    """

    id: str
    folder: Path
    inner: int
    fiber: int
    early_stop: bool = True
    fiber_z_file: Path | None = None
    engine: str = "auto"
    precision: str = "double"

    def mark_failure(self, sentence: str) -> None:
        """Leave a file beside the results that says why there are none."""
        write_text(outputs_folder(self.folder) / failure_marker(self.inner, self.fiber), sentence + "\n")


def unit_name(n_sim: str, inner: int, fiber: int) -> str:
    """Name of the unit of one fiber."""
    return f"{n_sim}/inner{inner}_fiber{fiber}"


def units_of_n_sim(
    folder: Path,
    name: str,
    *,
    early_stop: bool = True,
    system: Path | None = None,
    engine: str = "auto",
    precision: str = "double",
) -> tuple[list[FiberUnit], int]:
    """The fibers of an n_sim that have no results yet, and how many have.

    Parameters
    ----------
    folder : Path
        The n_sim's folder.
    name : str
        ``<s>_<m>_<k>_<n>``.
    early_stop : bool
        Whether runs may end once their verdict cannot change.
    system : Path, optional
        Folder with the project's tables; its fiber_z.json is used when there is one.
    engine : {"auto", "neuron", "batch"}
        What runs the fibers.
    precision : {"double", "single"}
        Of the batch engine.

    Raises
    ------
    RunDirectoryError
        When the n_sim is damaged.
    """
    n_sim = read_n_sim(folder)
    table = system / "fiber_z.json" if system and (system / "fiber_z.json").is_file() else None
    pending, done = [], 0
    for fiber in n_sim.fibers:
        if is_done(folder, n_sim.config["protocol"], fiber.inner, fiber.fiber):
            done += 1
        else:
            unit_id = unit_name(name, fiber.inner, fiber.fiber)
            pending.append(FiberUnit(unit_id, folder, fiber.inner, fiber.fiber, early_stop, table, engine, precision))
    return pending, done


def run_fiber_unit(unit: FiberUnit) -> dict[str, Any]:
    """Find what the protocol of a fiber asks for and write it into the n_sim's outputs.

    Returns
    -------
    dict
        threshold_mA (None for given amplitudes), n_runs, n_steps and engine.

    Raises
    ------
    ThresholdError
        When no bounds are found.
    RunDirectoryError
        When the n_sim is damaged or its outputs cannot be written.
    """
    from ascent.protocols import FiberJob, run_fiber, write_outputs

    n_sim = _n_sim(unit.folder)
    fiber = next(f for f in n_sim.fibers if (f.inner, f.fiber) == (unit.inner, unit.fiber))
    volts = n_sim.potentials(fiber)
    recorded = n_sim.recording(fiber)
    config = n_sim.config
    job = FiberJob(
        model=config["fibers"]["mode"],
        diameter=fiber.diameter,
        potentials=_MILLIVOLT_PER_VOLT * volts if volts is not None else _no_potentials(n_sim, fiber),
        waveform=n_sim.waveform.samples,
        dt=n_sim.waveform.dt,
        protocol=config["protocol"],
        saving=config.get("saving") or {},
        intracellular=config.get("intracellular_stim"),
        temperature=n_sim.temperature,
        bounds=_scouted_bounds(unit, config["protocol"]),
        inner=unit.inner,
        fiber=unit.fiber,
        fiber_z=_fiber_z(unit.fiber_z_file) if unit.fiber_z_file else None,
        electrode=_MILLIVOLT_PER_VOLT * recorded if recorded is not None else None,
        early_stop=unit.early_stop,
        engine=unit.engine,
        precision=unit.precision,
    )
    result = run_fiber(job)
    write_outputs(result, outputs_folder(unit.folder))
    (outputs_folder(unit.folder) / failure_marker(unit.inner, unit.fiber)).unlink(missing_ok=True)
    return {
        "threshold_mA": result.threshold,
        "n_runs": result.n_runs,
        "n_steps": result.n_steps,
        "engine": result.engine,
    }


@lru_cache(maxsize=4)
def _n_sim(folder: Path) -> NSim:
    return read_n_sim(folder)


@lru_cache(maxsize=4)
def _fiber_z(file: Path) -> dict[str, Any]:
    return dump(load(file, FiberZConfig))


def _no_potentials(n_sim: NSim, fiber: NSimFiber) -> NDArray[np.float64]:
    """Zeros for a fiber that is driven from inside only; the recording potentials say how long it is."""
    import numpy as np

    recorded = n_sim.recording(fiber)
    if recorded is None:
        raise RunDirectoryError(
            f"{n_sim.folder / 'data' / 'inputs'}: inner{fiber.inner}_fiber{fiber.fiber} has no potentials."
        )
    return np.zeros(len(recorded))


def _scouted_bounds(unit: FiberUnit, protocol: dict[str, Any]) -> tuple[float, float] | None:
    """Bounds around the threshold that a scout sim found for the first fiber of the same inner; None without one."""
    search = protocol.get("bounds_search") or {}
    scout, name = search.get("scout"), NSimName.parse(unit.id.split("/")[0])
    if not scout or name is None:
        return None
    other = NSimName(name.sample, int(scout["model"]), int(scout["sim"]), name.n_sim)
    folder = unit.folder.parent / str(other) if unit.folder.name == str(name) else _in_project(unit.folder, other)
    file = outputs_folder(folder) / f"thresh_inner{unit.inner}_fiber0.dat"
    try:
        threshold = float(file.read_text(encoding="utf-8").split()[-1])
    except (OSError, ValueError, IndexError):
        return None
    step = float(search["step"]) / 100
    return (1 + step) * threshold, (1 - step) * threshold


def _in_project(folder: Path, name: NSimName) -> Path:
    """The n_sim `name` of the same sample, from the folder ``models/<m>/sims/<k>/n_sims/<n>`` of another."""
    models = folder.parents[4]
    return models / str(name.model) / "sims" / str(name.sim) / "n_sims" / str(name.n_sim)
