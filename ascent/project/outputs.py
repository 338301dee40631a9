"""Names of the files that fibers leave in ``data/outputs``, and which of them are missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ascent.project.n_sims import NSim


def outputs_folder(n_sim_folder: Path) -> Path:
    """Folder of an n_sim's results."""
    return n_sim_folder / "data" / "outputs"


def expected_outputs(protocol: dict[str, Any], inner: int, fiber: int) -> list[str]:
    """Names of the files that say that a fiber is done.

    Parameters
    ----------
    protocol : dict
        The sim's ``protocol``.
    inner, fiber : int
        Index of the inner, and of the fiber in it.
    """
    if protocol["mode"] == "FINITE_AMPLITUDES":
        return [f"activation_inner{inner}_fiber{fiber}_amp{k}.dat" for k in range(len(protocol["amplitudes"]))]
    return [f"thresh_inner{inner}_fiber{fiber}.dat"]


def failure_marker(inner: int, fiber: int) -> str:
    """Name of the file that says why a fiber failed."""
    return f"failed_inner{inner}_fiber{fiber}.txt"


def is_done(n_sim_folder: Path, protocol: dict[str, Any], inner: int, fiber: int) -> bool:
    """True when all results that a fiber owes are there and not empty."""
    folder = outputs_folder(n_sim_folder)
    return all(_filled(folder / name) for name in expected_outputs(protocol, inner, fiber))


def missing_outputs(n_sim_folder: Path, n_sim: NSim) -> list[Path]:
    """The results that an n_sim lacks."""
    folder = outputs_folder(n_sim_folder)
    return [
        folder / name
        for fiber in n_sim.fibers
        for name in expected_outputs(n_sim.config["protocol"], fiber.inner, fiber.fiber)
        if not _filled(folder / name)
    ]


def _filled(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False
