"""The n_sims below the sims that a query found: their combinations of parameters and their fibers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.analysis.query.places import numbered
from ascent.config.loading import read_json
from ascent.errors import RunDirectoryError
from ascent.fibers.counted_files import read_text
from ascent.project.layout import NSimName, ProjectFolder
from ascent.stimulus.combinations import Combination, combinations
from ascent.stimulus.contacts import ActiveCuffs, Cuff, active_cuffs

#: inner, number in the inner and index in the fiberset of each fiber, shape (n_fibers, 3), by inner and number.
Fibers = NDArray[np.int64]


@dataclass(frozen=True)
class NSimPlace:
    """An n_sim of a project folder.

    Attributes
    ----------
    name : NSimName
    folder : Path
    combination : Combination
        Its place among the sim's combinations of parameters.
    """

    name: NSimName
    folder: Path
    combination: Combination

    def columns(self) -> dict[str, Any]:
        """What identifies it in tables, in ASCENT's order, but for `active_rec_index`, a list of its own each row."""
        return {
            **self.keys(),
            "fiberset_index": self.combination.fiberset,
            "waveform_index": self.combination.waveform,
            "active_src_index": self.combination.stimulation,
        }

    def keys(self) -> dict[str, int]:
        """sample, model, sim and nsim."""
        name = self.name
        return {"sample": name.sample, "model": name.model, "sim": name.sim, "nsim": name.n_sim}


class NSimIndex:
    """Finds n_sims and the fibers in them; what several n_sims share is read once.

    Parameters
    ----------
    folder : ProjectFolder
        Project folder or run directory.
    """

    def __init__(self, folder: ProjectFolder) -> None:
        self._folder = folder
        self._fibers: dict[Path, Fibers] = {}

    def n_sims(self, sims: Iterable[tuple[int, int, int]]) -> Iterator[NSimPlace]:
        """The n_sims of sims given as (sample, model, sim), in order.

        Raises
        ------
        RunDirectoryError
            When a sim has none, or a file that numbers them is damaged.
        """
        for s, m, k in sims:
            root = self._folder.sim_folder(s, m, k) / "n_sims"
            found = numbered(root)
            if not found:
                raise RunDirectoryError(f"{root} holds no n_sims; run ascent pipeline and ascent submit first.")
            computed = _Computed(self._folder, s, m, k)
            for index in found:
                combination = read_combination(root / str(index)) or computed.at(index)
                yield NSimPlace(NSimName(s, m, k, index), root / str(index), combination)

    def fibers(self, n_sim: NSimPlace) -> Fibers:
        """The fibers of an n_sim, ordered by inner and by number in the inner; shape (n_fibers, 3).

        Raises
        ------
        RunDirectoryError
            When no file says which they are.
        """
        name = n_sim.name
        sim = self._folder.sim_folder(name.sample, name.model, name.sim)
        file = sim / "fibersets" / str(n_sim.combination.fiberset) / "inner_fiber_map.json"
        key = file if file.is_file() else n_sim.folder
        if key not in self._fibers:
            pairs = _mapped(file) if key is file else _keyed(n_sim.folder)
            rows = np.array([(inner, fiber, index) for index, (inner, fiber) in enumerate(pairs)], dtype=np.int64)
            rows = rows.reshape(-1, 3)
            self._fibers[key] = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
        return self._fibers[key]


def read_combination(n_sim_folder: Path) -> Combination | None:
    """The combination that an n_sim was made from (`combination.json`); None for a folder that ASCENT wrote.

    Raises
    ------
    RunDirectoryError
        When the file is damaged.
    """
    path = n_sim_folder / "combination.json"
    if not path.exists():
        return None
    names = ("index", "stimulation", "recording", "fiberset", "waveform")
    try:
        data = json.loads(read_text(path))
        values = {name: data[name] for name in names}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunDirectoryError(f"{path} is damaged: it should hold {', '.join(names)}.") from error
    if not all(type(value) is int and value >= 0 for value in values.values()):
        raise RunDirectoryError(f"{path} is damaged: {', '.join(names)} should be whole numbers.")
    return Combination(**values)


class _Computed:
    """The combinations of a sim by its files, for n_sims that do not say theirs."""

    def __init__(self, folder: ProjectFolder, sample: int, model: int, sim: int) -> None:
        self._sim_file = folder.sim_file(sim)
        self._model_file = folder.model_folder(sample, model) / "model.json"

    def at(self, index: int) -> Combination:
        if index >= len(self._all):
            raise RunDirectoryError(
                f"{self._sim_file} makes {len(self._all)} n_sims, but there is an n_sim {index}; it has been changed "
                "since, so run ascent pipeline again."
            )
        return self._all[index]

    @cached_property
    def _all(self) -> list[Combination]:
        sim = read_json(self._sim_file)
        if not sim.get("active_srcs") and not sim.get("active_recs"):
            return combinations(sim, ActiveCuffs(None, None))
        return combinations(sim, active_cuffs(sim, _cuffs(read_json(self._model_file))))


def _cuffs(model: dict[str, Any]) -> list[Cuff]:
    entries = model.get("cuff", [])
    entries = entries if isinstance(entries, list) else [entries]
    return [Cuff(str(entry.get("preset")), entry.get("index")) for entry in entries if isinstance(entry, dict)]


def _mapped(file: Path) -> list[tuple[int, int]]:
    try:
        return [(int(row["inner"]), int(row["fiber"])) for row in json.loads(read_text(file))["fibers"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunDirectoryError(f"{file} is damaged: it should list the inner of each fiber.") from error


def _keyed(n_sim_folder: Path) -> list[tuple[int, int]]:
    from ascent.project.diameter_key import read_diameter_key
    from ascent.project.n_sims import read_n_sim

    inputs = n_sim_folder / "data" / "inputs"
    key = read_diameter_key(inputs) if inputs.is_dir() else None
    if key is not None:
        return [(inner, fiber) for inner, fiber, _ in key]
    return [(fiber.inner, fiber.fiber) for fiber in read_n_sim(n_sim_folder).fibers]
