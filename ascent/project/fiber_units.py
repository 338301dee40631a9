"""Fibers of n_sims: which have no results yet, and what an engine needs to know of each."""

from __future__ import annotations

from collections.abc import Collection
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

    from ascent.protocols import FiberJob

_MILLIVOLT_PER_VOLT = 1000.0


@dataclass(frozen=True)
class FiberUnit:
    """One fiber of one n_sim that is to be run.

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
    place, among : int
        Its place among all fibers of the n_sim, done ones included, and their number.
    scout : str or None
        Name of the n_sim whose thresholds give its bounds.
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
    place: int = 0
    among: int = 1
    scout: str | None = None

    @property
    def n_sim(self) -> str:
        """Name of its n_sim."""
        return self.id.split("/")[0]

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
    recorded: Collection[str] | None = None,
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
    recorded : collection of str, optional
        Names of the fibers that a journal says are done; results of others do not count then.

    Raises
    ------
    RunDirectoryError
        When the n_sim is damaged.
    """
    n_sim = read_n_sim(folder)
    scout = _scout(name, n_sim.config["protocol"])
    table = system / "fiber_z.json" if system and (system / "fiber_z.json").is_file() else None
    pending, done = [], 0
    for place, fiber in enumerate(n_sim.fibers):
        unit_id = unit_name(name, fiber.inner, fiber.fiber)
        finished = is_done(folder, n_sim.config["protocol"], fiber.inner, fiber.fiber)
        if finished and (recorded is None or unit_id in recorded):
            done += 1
        else:
            pending.append(
                FiberUnit(
                    unit_id,
                    folder,
                    fiber.inner,
                    fiber.fiber,
                    early_stop,
                    table,
                    engine,
                    precision,
                    place=place,
                    among=len(n_sim.fibers),
                    scout=str(scout) if scout else None,
                )
            )
    return pending, done


def job_of(unit: FiberUnit) -> FiberJob:
    """What an engine needs to know of a fiber, read from its n_sim.

    Raises
    ------
    RunDirectoryError
        When the n_sim is damaged.
    """
    from ascent.protocols import FiberJob

    n_sim, fibers = _read(unit.folder)
    fiber = fibers[unit.inner, unit.fiber]
    volts = n_sim.potentials(fiber)
    recorded = n_sim.recording(fiber)
    config = n_sim.config
    return FiberJob(
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


def _read(folder: Path) -> tuple[NSim, dict[tuple[int, int], NSimFiber]]:
    """An n_sim and its fibers by inner and fiber, kept for as long as the folder is the same one."""
    try:
        status = folder.stat()
    except OSError as error:
        raise RunDirectoryError(f"{folder} could not be read: {error.strerror or error}.") from error
    return _read_once(folder, status.st_ino, status.st_mtime_ns)


@lru_cache(maxsize=4)
def _read_once(folder: Path, inode: int, changed: int) -> tuple[NSim, dict[tuple[int, int], NSimFiber]]:
    n_sim = read_n_sim(folder)
    return n_sim, {(fiber.inner, fiber.fiber): fiber for fiber in n_sim.fibers}


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
    other = _scout(unit.n_sim, protocol)
    if other is None:
        return None
    exported = unit.folder.name == unit.n_sim
    folder = unit.folder.parent / str(other) if exported else _in_project(unit.folder, other)
    file = outputs_folder(folder) / f"thresh_inner{unit.inner}_fiber0.dat"
    try:
        threshold = float(file.read_text(encoding="utf-8").split()[-1])
    except (OSError, ValueError, IndexError):
        return None
    step = float(protocol["bounds_search"]["step"]) / 100
    return (1 + step) * threshold, (1 - step) * threshold


def _scout(name: str, protocol: dict[str, Any]) -> NSimName | None:
    """The n_sim whose thresholds give the bounds of those of the n_sim `name`."""
    scout, own = (protocol.get("bounds_search") or {}).get("scout"), NSimName.parse(name)
    if not scout or own is None:
        return None
    return NSimName(own.sample, int(scout["model"]), int(scout["sim"]), own.n_sim)


def _in_project(folder: Path, name: NSimName) -> Path:
    """The n_sim `name` of the same sample, from the folder ``models/<m>/sims/<k>/n_sims/<n>`` of another."""
    models = folder.parents[4]
    return models / str(name.model) / "sims" / str(name.sim) / "n_sims" / str(name.n_sim)
