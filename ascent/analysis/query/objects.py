"""Kinds of configurations and objects of a project, where each lies, and how it is rebuilt from its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.analysis.query.places import numbered
from ascent.config.loading import load
from ascent.config.model import ModelConfig
from ascent.config.sim import SimConfig
from ascent.errors import ConfigError
from ascent.project.layout import ProjectFolder

if TYPE_CHECKING:
    from ascent.fibers.sets import FiberSet
    from ascent.stimulus.waveform_files import Waveform


class Config(StrEnum):
    """Files that a user writes."""

    SAMPLE = "sample"
    MODEL = "model"
    SIM = "sim"


class Object(StrEnum):
    """What a project is made of."""

    SAMPLE = "sample"
    MODEL = "model"
    SIMULATION = "simulation"


@dataclass(frozen=True, eq=False)
class Simulation:
    """A sim of a model: its configuration, fibers and waveforms.

    Attributes
    ----------
    config : SimConfig
    fibersets : tuple of FiberSet
        One for each combination of fiber parameters.
    waveforms : tuple of Waveform
        One for each combination of waveform parameters.
    n_sims : tuple of Path
        Folders of the n_sims, in order.
    """

    config: SimConfig
    fibersets: tuple[FiberSet, ...]
    waveforms: tuple[Waveform, ...]
    n_sims: tuple[Path, ...]


_LEVELS = {"sample": ("sample",), "model": ("sample", "model"), "sim": ("sample", "model", "sim")}


def config_path(folder: ProjectFolder, mode: Config | str, indices: Sequence[int] | int) -> Path:
    """Path of a configuration file.

    Parameters
    ----------
    folder : ProjectFolder
    mode : Config or str
        "sample", "model" or "sim".
    indices : sequence of int
        Sample; sample and model; or sample, model and sim.

    Raises
    ------
    ConfigError
        When `mode` is something else, or the number of indices is wrong.
    """
    level, numbers = _checked(mode, indices, Config)
    if level == "sample":
        return folder.sample_folder(numbers[0]) / "sample.json"
    if level == "model":
        return folder.model_folder(numbers[0], numbers[1]) / "model.json"
    return folder.sim_file(numbers[2])


def object_folder(folder: ProjectFolder, mode: Object | Config | str, indices: Sequence[int] | int) -> Path:
    """Folder of a sample, of a model in it, or of a sim in that; the arguments are those of `config_path`."""
    kind = Object if mode == Object.SIMULATION else Config
    level, numbers = _checked(mode, indices, kind)
    if level == "sample":
        return folder.sample_folder(numbers[0])
    if level == "model":
        return folder.model_folder(numbers[0], numbers[1])
    return folder.sim_folder(numbers[0], numbers[1], numbers[2])


def build_object(folder: ProjectFolder, mode: Object | str, indices: Sequence[int] | int) -> Any:
    """Rebuild an object from its files; nothing is unpickled.

    Returns
    -------
    ascent.nerve.Sample, ascent.config.model.ModelConfig or Simulation

    Raises
    ------
    ConfigError, MorphologyError, RunDirectoryError
        When a file is missing or damaged, or `mode` or `indices` are wrong.
    """
    level, numbers = _checked(mode, indices, Object)
    place = object_folder(folder, mode, indices)
    if level == "sample":
        from ascent.nerve import Sample

        return Sample.read(place)
    if level == "model":
        return load(place / "model.json", ModelConfig)
    return _simulation(folder, place, numbers)


def _simulation(folder: ProjectFolder, place: Path, numbers: Sequence[int]) -> Simulation:
    from ascent.fibers.sets import FiberSet
    from ascent.nerve import Sample
    from ascent.nerve.sample_files import STATE_FILE
    from ascent.stimulus.waveform_files import read_waveform

    sample_folder = folder.sample_folder(numbers[0])
    inners = Sample.read(sample_folder).inners if (sample_folder / STATE_FILE).is_file() else None
    fibersets = place / "fibersets"
    waveforms = place / "waveforms"
    files = sorted((file for file in waveforms.glob("*.dat") if file.stem.isdigit()), key=lambda file: int(file.stem))
    return Simulation(
        load(folder.sim_file(numbers[2]), SimConfig),
        tuple(FiberSet.read(fibersets / str(index), inners) for index in numbered(fibersets)),
        tuple(read_waveform(file) for file in files),
        tuple(place / "n_sims" / str(index) for index in numbered(place / "n_sims")),
    )


def _checked(
    mode: StrEnum | str, indices: Sequence[int] | int, kinds: type[Config] | type[Object]
) -> tuple[str, Sequence[int]]:
    known = [str(kind) for kind in kinds]
    name = str(mode).lower()
    if name not in known:
        raise ConfigError(f"mode is {mode!r}: must be one of {', '.join(known)}.")
    level = "sim" if name == Object.SIMULATION else name
    numbers = [indices] if isinstance(indices, int) else list(indices)
    wanted = _LEVELS[level]
    if len(numbers) != len(wanted) or not all(type(number) is int and number >= 0 for number in numbers):
        needed = "index" if len(wanted) == 1 else "indices"
        raise ConfigError(f"indices is {indices!r}: a {name} has the {needed} {', '.join(wanted)}.")
    return level, numbers
