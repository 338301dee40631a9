"""Cuff presets and tables that come with ascent; a project's own files of the same name come first."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from ascent.config.cuff import CuffPreset
from ascent.config.fiber_z import FiberZConfig
from ascent.config.loading import load
from ascent.config.materials import MaterialsConfig
from ascent.config.perineurium import PerineuriumThicknessConfig
from ascent.config.slurm import SlurmConfig
from ascent.errors import ConfigError
from ascent.files import write_bytes

M = TypeVar("M", bound=BaseModel)

#: Tables of a project's ``config/system``.
TABLES = ("materials.json", "ci_peri_thickness.json", "fiber_z.json", "slurm_params.json")


def _data() -> Traversable:
    return resources.files("ascent").joinpath("data")


def shipped_cuff_names() -> list[str]:
    """File names of the cuff presets that come with ascent, sorted."""
    return sorted(item.name for item in _data().joinpath("cuffs").iterdir() if item.name.endswith(".json"))


def load_cuff(name: str, search: Sequence[Path | str] = ()) -> CuffPreset:
    """Load a cuff preset.

    Parameters
    ----------
    name : str
        File name, such as ``"Purdue.json"``.
    search : sequence of path
        Folders that come before the shipped presets, such as the project's ``config/system/cuffs``.

    Raises
    ------
    ConfigError
        When there is no such preset, or it is wrong.
    """
    if Path(name).name != name:
        raise ConfigError(f'"{name}" must be the name of a cuff preset without folders, such as "Purdue.json".')
    if name in shipped_cuff_names():
        return _load(f"cuffs/{name}", CuffPreset, [Path(folder) / name for folder in search])
    for folder in search:
        if (Path(folder) / name).exists():
            return load(Path(folder) / name, CuffPreset)
    own = {item.name for folder in search if Path(folder).is_dir() for item in Path(folder).glob("*.json")}
    known = sorted(own.union(shipped_cuff_names()))
    near = difflib.get_close_matches(name, known, n=1)
    hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}."
    raise ConfigError(f'There is no cuff preset "{name}"; {hint}')


def load_materials(search: Sequence[Path | str] = ()) -> MaterialsConfig:
    """The library of materials: ``materials.json`` of the first folder of `search` that has one, else ascent's."""
    return _table("materials.json", MaterialsConfig, search)


def load_perineurium_thickness(search: Sequence[Path | str] = ()) -> PerineuriumThicknessConfig:
    """Fits of the perineurium's thickness: ``ci_peri_thickness.json``, found as by `load_materials`."""
    return _table("ci_peri_thickness.json", PerineuriumThicknessConfig, search)


def load_fiber_z(search: Sequence[Path | str] = ()) -> FiberZConfig:
    """Geometry of fiber models: ``fiber_z.json``, found as by `load_materials`."""
    return _table("fiber_z.json", FiberZConfig, search)


def load_slurm(search: Sequence[Path | str] = ()) -> SlurmConfig:
    """What fibers ask of a cluster: ``slurm_params.json``, found as by `load_materials`."""
    return _table("slurm_params.json", SlurmConfig, search)


def copy_tables(system_folder: Path | str, cuffs: Iterable[str] = ()) -> None:
    """Write the shipped tables, and the presets `cuffs`, to a project's ``config/system``; existing files stay.

    Raises
    ------
    ConfigError
        When one of `cuffs` is neither there nor shipped.
    """
    folder = Path(system_folder)
    for name in TABLES:
        if not (folder / name).exists():
            write_bytes(folder / name, _data().joinpath(name).read_bytes())
    for name in cuffs:
        if not (folder / "cuffs" / name).exists():
            load_cuff(name)
            write_bytes(folder / "cuffs" / name, _data().joinpath("cuffs", name).read_bytes())


def _table(name: str, model: type[M], search: Sequence[Path | str]) -> M:
    return _load(name, model, [Path(folder) / name for folder in search])


def _load(name: str, model: type[M], own: Sequence[Path]) -> M:
    for path in own:
        if path.exists():
            return load(path, model)
    with resources.as_file(_data().joinpath(name)) as path:
        return load(path, model)
