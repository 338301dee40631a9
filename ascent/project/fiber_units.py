"""Fibers of n_sims as units of work: read from files, run, results written as ASCENT names them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ascent.files import write_text
from ascent.project.n_sims import NSim, read_n_sim
from ascent.project.outputs import failure_marker, is_done, outputs_folder


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
    """

    id: str
    folder: Path
    inner: int
    fiber: int
    early_stop: bool = True

    def mark_failure(self, sentence: str) -> None:
        """Leave a file beside the results that says why there are none."""
        write_text(outputs_folder(self.folder) / failure_marker(self.inner, self.fiber), sentence + "\n")


def unit_name(n_sim: str, inner: int, fiber: int) -> str:
    """Name of the unit of one fiber."""
    return f"{n_sim}/inner{inner}_fiber{fiber}"


def units_of_n_sim(folder: Path, name: str, *, early_stop: bool = True) -> tuple[list[FiberUnit], int]:
    """The fibers of an n_sim that have no results yet, and how many have.

    Raises
    ------
    RunDirectoryError
        When the n_sim is damaged.
    """
    n_sim = read_n_sim(folder)
    pending, done = [], 0
    for fiber in n_sim.fibers:
        if is_done(folder, n_sim.config["protocol"], fiber.inner, fiber.fiber):
            done += 1
        else:
            unit_id = unit_name(name, fiber.inner, fiber.fiber)
            pending.append(FiberUnit(unit_id, folder, fiber.inner, fiber.fiber, early_stop))
    return pending, done


@lru_cache(maxsize=4)
def _n_sim(folder: Path) -> NSim:
    return read_n_sim(folder)
