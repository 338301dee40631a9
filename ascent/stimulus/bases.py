"""Bases at the compartments of fibers on disk: ASCENT's `fibersets_bases/<f>/<b>/<i>.dat` and `ss_bases/<b>/<i>.dat`.

A basis is the potential in V when 1 mA enters at one contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ascent.errors import ConfigError, RunDirectoryError
from ascent.fibers.counted_files import read_coordinates, read_values, write_values


def write_bases(folder: Path | str, potentials: Sequence[ArrayLike]) -> None:
    """Write the bases of one fiberset, in full precision.

    Parameters
    ----------
    folder : path
        `fibersets_bases/<f>` or `ss_bases`.
    potentials : sequence of array_like, each of shape (n_bases, n)
        One array a fiber, V for 1 mA.
    """
    for index, bases in enumerate(potentials):
        for number, basis in enumerate(np.asarray(bases, dtype=float)):
            write_values(Path(folder) / str(number) / f"{index}.dat", basis)


def read_bases(folder: Path | str, fiber: int, n_bases: int) -> NDArray[np.float64]:
    """Read the bases along one fiber, shape (n_bases, n), V for 1 mA.

    Raises
    ------
    RunDirectoryError
        When a file is missing or damaged, or the bases differ in length.
    """
    bases = [read_values(Path(folder) / str(number) / f"{fiber}.dat") for number in range(n_bases)]
    if len({len(basis) for basis in bases}) > 1:
        raise RunDirectoryError(f"{folder}: the bases of fiber {fiber} differ in their number of points.")
    return np.array(bases)


def count_bases(folder: Path | str) -> int:
    """Number of bases in `fibersets_bases/<f>` or `ss_bases`; 0 when there are none."""
    count = 0
    while (Path(folder) / str(count)).is_dir():
        count += 1
    return count


def interpolate_bases(coordinates: ArrayLike, dense_z: ArrayLike, dense_bases: ArrayLike) -> NDArray[np.float64]:
    """Bases at the compartments of a fiber from densely sampled ones, linear in z.

    The dense points end within one step of the nerve's ends. A compartment up to one step beyond them gets the
    line through the last two points; ASCENT refuses it.

    Parameters
    ----------
    coordinates : array_like, shape (n, 3)
        Compartment centres, µm.
    dense_z : array_like, shape (m,)
        µm, ascending.
    dense_bases : array_like, shape (n_bases, m)
        V for 1 mA.

    Returns
    -------
    ndarray, shape (n_bases, n)

    Raises
    ------
    ConfigError
        When the fiber reaches more than one step beyond the dense points.
    """
    z = np.asarray(coordinates, dtype=float)[:, 2]
    grid, bases = np.asarray(dense_z, dtype=float), np.atleast_2d(np.asarray(dense_bases, dtype=float))
    if len(grid) < 2 or not (np.diff(grid) > 0).all() or bases.shape[1] != len(grid):
        raise RunDirectoryError("Supersampled bases need two or more points of ascending z, with a potential for each.")
    step = float(np.diff(grid).max())
    if z.min() < grid[0] - step or z.max() > grid[-1] + step:
        raise ConfigError(
            f"supersampled_bases: the fiber spans z from {z.min():.1f} to {z.max():.1f} µm and the source sim's "
            f"points only {grid[0]:.1f} to {grid[-1]:.1f} µm; give both sims the same min and max."
        )
    left = np.clip(np.searchsorted(grid, z, side="right") - 1, 0, len(grid) - 2)
    part = (z - grid[left]) / (grid[left + 1] - grid[left])
    return bases[:, left] + (bases[:, left + 1] - bases[:, left]) * part


def read_supersampled(sim_dir: Path | str, fiber: int, coordinates: ArrayLike) -> NDArray[np.float64]:
    """Bases along a fiber of any diameter from the `ss_coords` and `ss_bases` of a source sim.

    Parameters
    ----------
    sim_dir : path
        The source sim's folder, `sims/<source_sim>`.
    fiber : int
        Index of the fiber; both sims place their fibers at the same x, y.
    coordinates : array_like, shape (n, 3)
        Compartment centres, µm.

    Raises
    ------
    ConfigError
        When the source sim does not exist, was not built with supersampled_bases.generate, or has other fibers.
    """
    sim_dir = Path(sim_dir)
    if not sim_dir.is_dir():
        raise ConfigError(f"sim: supersampled_bases.source_sim: {sim_dir} does not exist; build that sim first.")
    n_bases = count_bases(sim_dir / "ss_bases")
    if not (sim_dir / "ss_coords").is_dir() or n_bases == 0:
        raise ConfigError(
            f"sim: supersampled_bases.source_sim: {sim_dir} holds no ss_coords and ss_bases; "
            "build it with supersampled_bases.generate true."
        )
    dense = read_coordinates(sim_dir / "ss_coords" / f"{fiber}.dat")
    points = np.asarray(coordinates, dtype=float)
    if np.abs(dense[0, :2] - points[0, :2]).max() > 1e-3:
        raise ConfigError(
            f"sim: supersampled_bases.source_sim: fiber {fiber} stands elsewhere in {sim_dir}; "
            "both sims need the same fibers.xy_parameters and xy_trace_buffer."
        )
    return interpolate_bases(points, dense[:, 2], read_bases(sim_dir / "ss_bases", fiber, n_bases))


def check_supersampled_step(requested: float | None, source: float | None) -> None:
    """Raise ConfigError when a sim that uses supersampled bases names another dz than its source sim."""
    if requested is not None and source is not None and requested != source:
        raise ConfigError(
            f"sim: supersampled_bases.dz is {requested:g} µm: must be the source sim's {source:g} µm, or left out."
        )
