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
    """

    id: str
    folder: Path
    inner: int
    fiber: int

    def mark_failure(self, sentence: str) -> None:
        """Leave a file beside the results that says why there are none."""
        write_text(outputs_folder(self.folder) / failure_marker(self.inner, self.fiber), sentence + "\n")


def units_of_n_sim(folder: Path, name: str) -> tuple[list[FiberUnit], int]:
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
            unit_id = f"{name}/inner{fiber.inner}_fiber{fiber.fiber}"
            pending.append(FiberUnit(unit_id, folder, fiber.inner, fiber.fiber))
    return pending, done


@lru_cache(maxsize=4)
def _n_sim(folder: Path) -> NSim:
    return read_n_sim(folder)
