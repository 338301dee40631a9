"""Fibersets: the fibers of one combination of fiber parameters, and ASCENT's `fibersets/<f>/` folder."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ascent.config.factors import combine, find_factors
from ascent.config.loading import dump
from ascent.errors import ConfigError, Problem, RunDirectoryError
from ascent.fibers import z
from ascent.fibers.counted_files import parse_numbers, read_coordinates, read_text, write_coordinates
from ascent.fibers.diameters import fiber_diameters
from ascent.fibers.geometry import Geometry, UnmyelinatedGeometry, section_geometry
from ascent.fibers.xy import InnerLike, SampleLike, place
from ascent.files import write_json, write_text

_MAP_FILE = "inner_fiber_map.json"


@dataclass(frozen=True, eq=False)
class FiberSet:
    """Fibers that share all parameters.

    Attributes
    ----------
    coordinates : tuple of ndarray, each of shape (n_compartments, 3)
        Compartment centres, µm; fibers in ASCENT's order.
    diameters : ndarray, shape (n_fibers,)
        µm.
    offsets : ndarray, shape (n_fibers,)
        Fraction of the internodal length by which a random offset moved the fiber; 0 otherwise.
    inner_index : ndarray of int, shape (n_fibers,)
        The inner that each fiber lies in, in the sample's order.
    fascicle_index : ndarray of int, shape (n_fibers,)
        The fascicle of that inner.
    mode : str
        Fiber model; empty where it was read from files alone.
    """

    coordinates: tuple[NDArray[np.float64], ...]
    diameters: NDArray[np.float64]
    offsets: NDArray[np.float64]
    inner_index: NDArray[np.int64]
    fascicle_index: NDArray[np.int64]
    mode: str = ""

    def __len__(self) -> int:
        return len(self.coordinates)

    @property
    def xy(self) -> NDArray[np.float64]:
        """x, y of each fiber in µm, shape (n_fibers, 2)."""
        return np.array([points[0, :2] for points in self.coordinates]).reshape(-1, 2)

    @cached_property
    def local_index(self) -> NDArray[np.int64]:
        """Number of each fiber within its inner, shape (n_fibers,): the k of `inner<l>_fiber<k>`."""
        local = np.zeros(len(self), dtype=np.int64)
        for inner in np.unique(self.inner_index):
            members = self.inner_index == inner
            local[members] = np.arange(members.sum())
        return local

    def inner_and_fiber(self, index: int) -> tuple[int, int]:
        """(inner, number within the inner) of the fiber at `index` of the set."""
        return int(self.inner_index[index]), int(self.local_index[index])

    def index_of(self, inner: int, fiber: int) -> int:
        """Index within the set of a fiber known by its inner and its number there.

        Raises
        ------
        RunDirectoryError
            When the set has no such fiber.
        """
        members = np.flatnonzero(self.inner_index == inner)
        if not 0 <= fiber < len(members):
            raise RunDirectoryError(f"The fiberset has no fiber {fiber} in inner {inner}; it has {len(members)} there.")
        return int(members[fiber])

    def write(self, folder: Path | str) -> None:
        """Write `<i>.dat`, diams.txt and offsets.txt as ASCENT does, and the map of inners beside them.

        Parameters
        ----------
        folder : path
            For example `sims/0/fibersets/0`.
        """
        folder = Path(folder)
        for index, points in enumerate(self.coordinates):
            write_coordinates(folder / f"{index}.dat", points)
        write_text(folder / "diams.txt", "".join(f"{value:0.6f}\n" for value in self.diameters))
        write_text(folder / "offsets.txt", "".join(f"{value:0.2f}\n" for value in self.offsets))
        rows = [
            {"inner": inner, "fiber": local, "fascicle": fascicle}
            for inner, local, fascicle in zip(
                self.inner_index.tolist(), self.local_index.tolist(), self.fascicle_index.tolist(), strict=True
            )
        ]
        write_json(folder / _MAP_FILE, {"mode": self.mode, "fibers": rows})

    @classmethod
    def read(cls, folder: Path | str, inners: Sequence[InnerLike] | None = None) -> FiberSet:
        """Read a fiberset.

        Parameters
        ----------
        folder : path
            `fibersets/<f>` of ascent or of ASCENT.
        inners : sequence of Inner, optional
            The sample's inners: needed for a folder that ASCENT wrote, which does not say where its fibers are.

        Raises
        ------
        RunDirectoryError
            When a file is missing or damaged.
        """
        folder = Path(folder)
        count = _count_fibers(folder)
        coordinates = tuple(read_coordinates(folder / f"{index}.dat") for index in range(count))
        diameters = _column(folder / "diams.txt", count)
        offsets = _column(folder / "offsets.txt", count) if (folder / "offsets.txt").exists() else np.zeros(count)
        if (folder / _MAP_FILE).exists():
            mode, inner_index, fascicle_index = _read_map(folder / _MAP_FILE, count)
        elif inners is not None:
            mode = ""
            inner_index, fascicle_index = _find_inners(folder, coordinates, inners)
        else:
            raise RunDirectoryError(f"{folder / _MAP_FILE} does not exist, so the inners of its fibers are unknown.")
        return cls(coordinates, diameters, offsets, inner_index, fascicle_index, mode)


def build_fibersets(
    sample: SampleLike, model: Any, sim: Any, fiber_z: Any | None = None, *, explicit_dir: Path | str | None = None
) -> list[FiberSet]:
    """Build the fibersets of a sim, one for each combination of its fiber parameters.

    Parameters
    ----------
    sample : Sample
        The final cross-section.
    model : ModelConfig or mapping
        Its medium.proximal.length (µm) is the length of the nerve.
    sim : SimConfig or mapping
        Its `fibers` section says what to place.
    fiber_z : FiberZConfig or mapping, optional
        The project's `fiber_z.json`.
    explicit_dir : path, optional
        Folder of explicit fibersets, `input/<sample>/explicit_fibersets`.

    Returns
    -------
    list of FiberSet
        In ASCENT's order: the last list-valued parameter varies fastest.

    Raises
    ------
    ConfigError, MorphologyError
        One sentence about the first parameter that makes no fibers.
    """
    nerve_length = proximal_length(model)
    data = {"fibers": fibers_section(sim)}
    factors = find_factors(data, ("fibers",))
    sections = [
        combine(data, dict(zip(factors, values, strict=True)))["fibers"] for values in product(*factors.values())
    ]
    return [build_fiberset(sample, section, nerve_length, fiber_z, explicit_dir=explicit_dir) for section in sections]


def build_fiberset(
    sample: SampleLike,
    fibers: Mapping[str, Any],
    nerve_length: float,
    fiber_z: Any | None = None,
    *,
    explicit_dir: Path | str | None = None,
) -> FiberSet:
    """Build one fiberset from a `fibers` section without lists; see `build_fibersets`.

    Random offsets come from one `random.Random`: seeded once with z_parameters.seed for myelinated fibers.
    ASCENT does not seed it for unmyelinated fibers, whose offsets go on with the stream that placed them in xy;
    where nothing was drawn there, z_parameters.seed is used here, so that a run can be repeated.
    """
    mode = str(fibers.get("mode"))
    z_parameters = _mapping(fibers, "z_parameters")
    if z_parameters.get("mode", "EXTRUSION") != "EXTRUSION":
        raise _error("z_parameters.mode", repr(z_parameters["mode"]), "only EXTRUSION (straight fibers) is available")
    placement = place(_mapping(fibers, "xy_parameters"), sample, fibers.get("xy_trace_buffer", 0), explicit_dir)
    diameters = fiber_diameters(z_parameters.get("diameter"), len(placement.points), mode)  # type: ignore[arg-type]
    extent = z.extent(z_parameters, nerve_length)
    offset = z_parameters.get("offset")
    geometries = {value: _geometry(mode, value, fiber_z) for value in sorted(set(diameters.tolist()))}
    myelinated = not isinstance(next(iter(geometries.values()), None), UnmyelinatedGeometry)
    generator = _generator(z_parameters.get("seed", 0), None if myelinated else placement.generator)
    coordinates, offsets = [], []
    for (x, y), diameter in zip(placement.points.tolist(), diameters.tolist(), strict=True):
        centres, ratio = z.compartment_centres(
            geometries[diameter],
            extent,
            offset="random" if offset is None else offset,
            absolute_offset=z_parameters.get("absolute_offset"),
            generator=generator,
        )
        coordinates.append(_along(x, y, centres))
        offsets.append(ratio)
    fascicles = np.array([inner.fascicle_index for inner in sample.inners], dtype=np.int64)
    return FiberSet(
        tuple(coordinates),
        diameters,
        np.array(offsets),
        placement.inner_index,
        fascicles[placement.inner_index],
        mode,
    )


def supersampled_coordinates(
    fiberset: FiberSet, fibers: Mapping[str, Any], nerve_length: float, dz: float
) -> tuple[NDArray[np.float64], ...]:
    """Dense points along the fibers of a set, on which bases are stored once for fibers of any diameter.

    Parameters
    ----------
    fiberset : FiberSet
        Its x, y are used.
    fibers : mapping
        The sim's `fibers` section, for the range of z.
    nerve_length, dz : float
        µm.

    Returns
    -------
    tuple of ndarray, each of shape (n, 3)
        µm; `ss_coords/<i>.dat`.
    """
    centres = z.supersampled_centres(dz, z.extent(_mapping(fibers, "z_parameters"), nerve_length))
    return tuple(_along(x, y, centres) for x, y in fiberset.xy.tolist())


def write_supersampled(folder: Path | str, coordinates: Sequence[NDArray[np.float64]]) -> None:
    """Write `ss_coords/<i>.dat`."""
    for index, points in enumerate(coordinates):
        write_coordinates(Path(folder) / f"{index}.dat", points)


def proximal_length(model: Any) -> float:
    """Length of the nerve in µm, out of a model's configuration."""
    if isinstance(model, Mapping):
        length = model.get("medium", {}).get("proximal", {}).get("length")
    else:
        length = model.medium.proximal.length
    if isinstance(length, bool) or not isinstance(length, int | float) or not (np.isfinite(length) and length > 0):
        problem = Problem("model", "medium.proximal.length", repr(length), "must be a length in µm, greater than 0")
        raise ConfigError(problems=[problem])
    return float(length)


def fibers_section(sim: Any) -> dict[str, Any]:
    """The `fibers` section of a sim as plain data, its keys in the order of the file."""
    data = sim if isinstance(sim, Mapping) else dump(sim)
    return dict(data["fibers"])


def _geometry(mode: str, diameter: float, fiber_z: Any | None) -> Geometry:
    # What fiber_z.json says of an unmyelinated fiber is all that its coordinates depend on.
    if fiber_z is not None:
        data = fiber_z if isinstance(fiber_z, Mapping) else fiber_z.model_dump(by_alias=True, exclude_none=True)
        entry = data.get("fiber_type_parameters", data).get(mode)
        if entry is not None and entry.get("myelinated") is False:
            return UnmyelinatedGeometry(mode, diameter, float(entry["delta_zs"]))
    return section_geometry(mode, diameter, fiber_z)


def _generator(seed: Any, leftover: random.Random | None) -> random.Random:
    if leftover is not None:
        return leftover
    if isinstance(seed, bool) or not isinstance(seed, int | float) or not float(seed).is_integer():
        raise _error("z_parameters.seed", repr(seed), "must be a whole number")
    return random.Random(int(seed))


def _along(x: float, y: float, centres: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([np.full(len(centres), x), np.full(len(centres), y), centres])


def _count_fibers(folder: Path) -> int:
    count = 0
    while (folder / f"{count}.dat").exists():
        count += 1
    if count == 0:
        raise RunDirectoryError(f"{folder} holds no fibers (0.dat, 1.dat, …).")
    return count


def _column(path: Path, count: int) -> NDArray[np.float64]:
    numbers = parse_numbers(path, read_text(path).split(), 1)
    if len(numbers) != count:
        raise RunDirectoryError(f"{path} is damaged: it holds {len(numbers)} values for {count} fibers.")
    return np.array(numbers)


def _read_map(path: Path, count: int) -> tuple[str, NDArray[np.int64], NDArray[np.int64]]:
    try:
        data = json.loads(read_text(path))
        mode, rows = data["mode"], data["fibers"]
        numbers = [[row[key] for key in ("inner", "fascicle", "fiber")] for row in rows]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunDirectoryError(f"{path} is damaged: it does not list the inner of each fiber.") from error
    small = all(type(value) is int and 0 <= value < 2**31 for row in numbers for value in row)
    if not isinstance(mode, str) or not small or len(numbers) != count:
        raise RunDirectoryError(f"{path} is damaged: it should name the inner and fascicle of {count} fibers.")
    table = np.array(numbers, dtype=np.int64).reshape(-1, 3)
    return mode, table[:, 0], table[:, 1]


def _find_inners(
    folder: Path, coordinates: Sequence[NDArray[np.float64]], inners: Sequence[InnerLike]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    points = np.array([points[0, :2] for points in coordinates])
    inner_index = np.full(len(points), -1)
    for index, inner in enumerate(inners):
        inner_index[shapely.contains_xy(inner.trace.polygon, points)] = index
    if (inner_index < 0).any():
        fiber = int(np.argmin(inner_index))
        raise RunDirectoryError(f"{folder / f'{fiber}.dat'}: the fiber lies in none of the sample's inners.")
    return inner_index, np.array([inners[index].fascicle_index for index in inner_index])


def _mapping(section: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = section.get(key)
    if not isinstance(value, Mapping):
        raise _error(key, "missing" if value is None else repr(value), "must be an object")
    return value


def _error(key: str, value: str, expected: str) -> ConfigError:
    return ConfigError(problems=[Problem("sim", f"fibers.{key}", value, expected)])
