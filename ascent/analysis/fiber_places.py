"""From what a query found to the one n_sim, fiber, cross-section or cuff that a picture is of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ascent.errors import AscentError, ConfigError, RunDirectoryError
from ascent.fibers.counted_files import read_coordinates

if TYPE_CHECKING:
    import pandas as pd

    from ascent.analysis.query import Query
    from ascent.analysis.query.n_sims import NSimPlace
    from ascent.fibers.sets import FiberSet
    from ascent.nerve import Sample, Section

#: Compartments from node to node of a myelinated fiber.
_NODE_STEP = 11


class Ambiguous(ConfigError):
    """More than one thing is found where a picture needs one."""


@dataclass(frozen=True, eq=False)
class FiberPlace:
    """A fiber of an n_sim.

    Attributes
    ----------
    n_sim : NSimPlace
    inner, fiber : int
        The l and k of ``inner<l>_fiber<k>``.
    index : int
        Its place in the fiberset.
    coordinates : ndarray, shape (n_compartments, 3)
        µm.
    diameter : float
        µm.
    mode : str
        Fiber model.
    """

    n_sim: NSimPlace
    inner: int
    fiber: int
    index: int
    coordinates: NDArray[np.float64]
    diameter: float
    mode: str

    @property
    def node_z(self) -> NDArray[np.float64]:
        """z of the nodes of Ranvier (of all compartments of an unmyelinated fiber), µm, shape (n_nodes,)."""
        return self.coordinates[:: node_step(self.mode), 2]

    @property
    def title(self) -> str:
        """Names it in pictures."""
        model = self.mode.replace("_", " ") if self.mode else "fiber"
        return f"{model}, {self.diameter:g} µm; inner {self.inner}, fiber {self.fiber}"


def node_step(mode: str) -> int:
    """Compartments from node to node: 11 in myelinated fiber models, 1 in others."""
    from ascent.fibers.models import load_model

    return _NODE_STEP if load_model(mode).geometry.node_length is not None else 1


def one_n_sim(query: Query, n_sim: int | None = None) -> NSimPlace:
    """The one n_sim that was found.

    Parameters
    ----------
    query : Query
    n_sim : int, optional
        Its number, where a sim has several.

    Raises
    ------
    Ambiguous
        When there are several; lists them.
    NothingFound
        When there is none.
    """
    chosen = n_sims_of(query, None if n_sim is None else [n_sim])
    if len(chosen) > 1:
        names = [str(place.name) for place in chosen]
        more = f", … ({len(names)} in all)" if len(names) > 8 else ""
        raise Ambiguous(
            f"{query.source}: there are the n_sims {', '.join(names[:8])}{more}; choose one by sample, model, sim and "
            "n_sim."
        )
    return chosen[0]


def n_sims_of(query: Query, n_sims: list[int] | None = None) -> list[NSimPlace]:
    """The n_sims that were found, but for numbers other than `n_sims`.

    Raises
    ------
    NothingFound
        When there are none.
    """
    from ascent.analysis.query import NothingFound

    found = query.n_sims()
    chosen = [place for place in found if n_sims is None or place.name.n_sim in n_sims]
    if not chosen:
        there = sorted({place.name.n_sim for place in found})
        raise NothingFound(f"{query.source}: none of the n_sims {n_sims} is there; there are {there}.")
    return chosen


def fibers_of(query: Query, n_sim: NSimPlace) -> list[FiberPlace]:
    """The fibers of an n_sim, by inner and by number there.

    Raises
    ------
    RunDirectoryError
        When a file is missing or damaged.
    """
    return [_place(query, n_sim, *row) for row in query.fibers(n_sim).tolist()]


def one_fiber(query: Query, n_sim: NSimPlace, inner: int | None = None, fiber: int | None = None) -> FiberPlace:
    """A fiber of an n_sim; the first one of the inner, or of all, where not said.

    Raises
    ------
    ConfigError
        When there is no such fiber; says which there are.
    """
    members = query.fibers(n_sim).tolist()
    for row in members:
        if inner in (None, row[0]) and fiber in (None, row[1]):
            return _place(query, n_sim, *row)
    counts: dict[int, int] = {}
    for row in members:
        counts[row[0]] = counts.get(row[0], 0) + 1
    there = ", ".join(f"inner {number} with {count}" for number, count in counts.items())
    raise ConfigError(f"n_sim {n_sim.name} has no fiber {fiber or 0} in inner {inner or 0}; there is {there}.")


def _place(query: Query, n_sim: NSimPlace, inner: int, fiber: int, index: int) -> FiberPlace:
    folder = _fiberset_folder(query, n_sim)
    coordinates = read_coordinates(folder / f"{index}.dat")
    diameters = _diameters(folder)
    sim = query.get_config("sim", (n_sim.name.sample, n_sim.name.model, n_sim.name.sim))
    mode = str(sim.get("fibers", {}).get("mode"))
    return FiberPlace(n_sim, inner, fiber, index, coordinates, float(diameters[index]), mode)


def _diameters(folder: Path) -> NDArray[np.float64]:
    from ascent.fibers.counted_files import parse_numbers, read_text

    return np.array(parse_numbers(folder / "diams.txt", read_text(folder / "diams.txt").split(), 1))


def _fiberset_folder(query: Query, n_sim: NSimPlace) -> Path:
    name = n_sim.name
    return query.folder.sim_folder(name.sample, name.model, name.sim) / "fibersets" / str(n_sim.combination.fiberset)


def fiberset_of(query: Query, n_sim: NSimPlace) -> FiberSet:
    """The fiberset of an n_sim."""
    from ascent.fibers.sets import FiberSet

    return FiberSet.read(_fiberset_folder(query, n_sim), section_of(query, n_sim.name.sample).inners)


def section_of(query: Query, sample: int) -> Section:
    """The cross-section of a sample, also of one that ASCENT wrote (its trace files).

    Raises
    ------
    MorphologyError
        When the sample has not been built.
    """
    from ascent.nerve import Sample
    from ascent.nerve.sample_files import STATE_FILE

    folder = query.folder.sample_folder(sample)
    return Sample.read(folder).section if (folder / STATE_FILE).is_file() else _section_of_traces(folder)


def _section_of_traces(folder: Path) -> Section:
    from ascent.analysis.query.places import numbered
    from ascent.errors import MorphologyError
    from ascent.nerve import Fascicle, Section
    from ascent.nerve.sample_files import SECTIONWISE, read_trace

    root = folder / SECTIONWISE
    fascicles = []
    for number in numbered(root / "fascicles"):
        place = root / "fascicles" / str(number)
        files = sorted((place / "inners").glob("*.txt"), key=lambda file: int(file.stem))
        fascicles.append(Fascicle(read_trace(place / "outer/0.txt"), tuple(read_trace(file) for file in files)))
    if not fascicles:
        raise MorphologyError(f"{root} holds no traces: the sample has not been built; run ascent pipeline first.")
    nerve = root / "nerve/0/0.txt"
    return Section(read_trace(nerve) if nerve.is_file() else None, tuple(fascicles))


def sample_of(query: Query, sample: int) -> Sample:
    """A sample that ascent has built, with its masks and its way from the image to the section."""
    from ascent.nerve import Sample

    return Sample.read(query.folder.sample_folder(sample))


def contact_angle(query: Query, n_sim: NSimPlace) -> float:
    """Direction of the contacts of the stimulating cuff (the only one, else the first), radians.

    Raises
    ------
    AscentError
        When the model has not been built, or its cuff is not known.
    """
    from ascent.config.loading import validate
    from ascent.config.model import CuffPlacementConfig
    from ascent.config.shipped import load_cuff
    from ascent.field.placement import contact_direction

    name = n_sim.name
    entries = query.get_config("model", (name.sample, name.model)).get("cuff") or []
    entries = entries if isinstance(entries, list) else [entries]
    every = [validate(entry, CuffPlacementConfig, f"model {name.model} of sample {name.sample}") for entry in entries]
    stimulating = query.get_config("sim", (name.sample, name.model, name.sim)).get("active_srcs", {}).get("cuff_index")
    cuffs = [cuff for cuff in every if stimulating is None or cuff.index == stimulating] or every
    if not cuffs:
        raise AscentError(f"model {name.model} of sample {name.sample} has no cuff, so no contact can be marked.")
    preset = load_cuff(cuffs[0].preset, [query.folder.cuffs])
    return math.radians(contact_direction(sample_of(query, name.sample), preset, cuffs[0].preset, cuffs[0].rotate))


def fiber_columns(query: Query, table: pd.DataFrame) -> pd.DataFrame:
    """A table of thresholds with ``diameter_um``, ``x_um``, ``y_um`` (µm) and ``fascicle`` of each fiber.

    Parameters
    ----------
    query : Query
        That the table is of.
    table : DataFrame
        Of ``Query.threshold_data``.
    """
    values = np.full((len(table), 4), np.nan)
    numbers = table["nsim"].to_numpy()
    places = table[["sample", "model", "sim"]].to_numpy()
    read: dict[Path, NDArray[np.float64]] = {}
    for n_sim in query.n_sims():
        name = n_sim.name
        mine = (numbers == name.n_sim) & (places == (name.sample, name.model, name.sim)).all(axis=1)
        if mine.any():
            folder = _fiberset_folder(query, n_sim)
            if folder not in read:
                read[folder] = _fiber_rows(query, n_sim)
            values[mine] = read[folder][table.loc[mine, "index"].to_numpy(dtype=int)]
    result = table.assign(
        diameter_um=values[:, 0], x_um=values[:, 1], y_um=values[:, 2], fascicle=values[:, 3].astype(int)
    )
    result.attrs = dict(table.attrs)
    return result


def fiber_positions(query: Query, n_sim: NSimPlace) -> NDArray[np.float64]:
    """x, y of the fibers of an n_sim in the order of its fiberset, µm, shape (n_fibers, 2)."""
    return _fiber_rows(query, n_sim)[:, 1:3]


def _fiber_rows(query: Query, n_sim: NSimPlace) -> NDArray[np.float64]:
    """diameter, x, y (µm) and fascicle of each fiber of a fiberset; of coordinates no more than one point is read."""
    folder = _fiberset_folder(query, n_sim)
    members = query.fibers(n_sim)
    diameters = _diameters(folder)
    if len(diameters) != len(members):
        raise RunDirectoryError(f"{folder / 'diams.txt'} is damaged: it has {len(diameters)} of {len(members)} fibers.")
    inners = section_of(query, n_sim.name.sample).inners
    rows = np.full((len(members), 4), np.nan)
    rows[:, 0] = diameters
    for inner, _, index in members.tolist():
        if not 0 <= inner < len(inners):
            raise RunDirectoryError(f"{folder}: fiber {index} is in inner {inner}, and the sample has {len(inners)}.")
        rows[index, 1:] = (*_first_point(folder / f"{index}.dat"), inners[inner].fascicle_index)
    return rows


def _first_point(path: Path) -> tuple[float, float]:
    try:
        with open(path, encoding="utf-8") as file:
            file.readline()
            x, y = (float(word) for word in file.readline().split()[:2])
    except (OSError, ValueError) as error:
        raise RunDirectoryError(f"{path} cannot be read: it should hold a count, then x y z (µm) a line.") from error
    return x, y


def stimulus_potentials(fiber: FiberPlace) -> NDArray[np.float64]:
    """Potentials that the cuff makes at a fiber's compartments, V for 1 mA, shape (n_compartments,).

    Raises
    ------
    RunDirectoryError
        When the n_sim has none.
    """
    from ascent.fibers.counted_files import read_values

    inputs = fiber.n_sim.folder / "data" / "inputs"
    name = f"inner{fiber.inner}_fiber{fiber.fiber}.dat"
    # ASCENT up to 1.2.2 wrote no prefix.
    old = inputs / name
    return read_values(old if old.is_file() else inputs / f"src_{name}")
