"""What a user wrote for a project: run, sample, model and sim, and the tables they refer to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ascent.config.cuff import CuffPreset
from ascent.config.fiber_z import FiberZConfig, check_diameters
from ascent.config.loading import dump, load
from ascent.config.materials import MaterialsConfig
from ascent.config.model import ModelConfig
from ascent.config.perineurium import PerineuriumThicknessConfig
from ascent.config.run import RunConfig
from ascent.config.sample import SampleConfig
from ascent.config.shipped import load_cuff, load_fiber_z, load_materials, load_perineurium_thickness
from ascent.config.sim import SimConfig
from ascent.project.layout import ProjectFolder

#: What the program writes into model.json; a change there is no change of the input.
_WRITTEN_TO_MODEL = ("pseudonym", "min_radius_enclosing_circle", "solution")
_WRITTEN_TO_SAMPLE = ("pseudonym", "sex", "level", "Morphology", "plot", "plot_folder", "render_deform")


@dataclass(frozen=True)
class SystemTables:
    """The tables under ``config/system``: the project's own where it has them, else those that are shipped."""

    materials: MaterialsConfig
    perineurium_thickness: PerineuriumThicknessConfig
    fiber_z: FiberZConfig
    cuff_folders: tuple[Path, ...]

    @classmethod
    def of(cls, folder: ProjectFolder) -> SystemTables:
        """Read the tables of a project."""
        search = [folder.system]
        return cls(
            materials=load_materials(search),
            perineurium_thickness=load_perineurium_thickness(search),
            fiber_z=load_fiber_z(search),
            cuff_folders=(folder.cuffs,),
        )

    def presets(self, model: ModelConfig) -> dict[str, CuffPreset]:
        """The presets of a model's cuffs, by name."""
        return {cuff.preset: load_cuff(cuff.preset, list(self.cuff_folders)) for cuff in model.cuff}


@dataclass(frozen=True)
class RunInputs:
    """Everything a run refers to, read and checked before any work starts."""

    index: int
    run: RunConfig
    sample: SampleConfig
    models: dict[int, ModelConfig]
    sims: dict[int, SimConfig]
    tables: SystemTables

    @classmethod
    def of(cls, folder: ProjectFolder, index: int) -> RunInputs:
        """Read a run of a project.

        Raises
        ------
        ConfigError
            When a file is missing or wrong; the message lists all that is wrong in all of them.
        """
        run = load(folder.run_file(index), RunConfig)
        collected = _Collector()
        sample = collected.load(folder.sample_folder(run.sample) / "sample.json", SampleConfig)
        models = {
            m: collected.load(folder.model_folder(run.sample, m) / "model.json", ModelConfig) for m in run.models or ()
        }
        sims = {k: collected.load(folder.sim_file(k), SimConfig) for k in run.sims or ()}
        collected.finish()
        tables = SystemTables.of(folder)
        for k, sim in sims.items():
            check_diameters(sim.fibers, tables.fiber_z, str(folder.sim_file(k)))
        return cls(index, run, sample, models, sims, tables)


class _Collector:
    """Loads files and keeps what is wrong in each, so that all of it is said at once."""

    def __init__(self) -> None:
        self._problems: list[Any] = []
        self._messages: list[str] = []

    def load(self, file: Path, schema: Any) -> Any:
        from ascent.errors import ConfigError

        try:
            return load(file, schema)
        except ConfigError as error:
            self._problems.extend(error.problems)
            if not error.problems:
                self._messages.append(str(error))
        return None

    def finish(self) -> None:
        from ascent.errors import ConfigError

        if self._problems or self._messages:
            texts = [*map(str, self._problems), *self._messages]
            raise ConfigError("\n".join(texts), () if self._messages else self._problems)


def count_contacts(preset: CuffPreset) -> int:
    """Number of contacts of a cuff: its parts made of conductor."""
    return sum(any(material.info == "conductor" for material in part.materials) for part in preset.instances)


def check_materials(model: ModelConfig, presets: Mapping[str, CuffPreset], materials: MaterialsConfig) -> None:
    """Look up every material that the field will need, so that a wrong name is said before the work starts.

    Raises
    ------
    ConfigError
        When a material is unknown.
    """
    from ascent.field.materials import conductivity_of

    roles = ["medium", "endoneurium", "perineurium"]
    roles += [material.info for preset in presets.values() for part in preset.instances for material in part.materials]
    # Metal and insulator are boundaries of the mesh, not materials in it.
    for role in dict.fromkeys(role for role in roles if role not in ("conductor", "insulator")):
        conductivity_of(role, model, materials)


def sample_content(sample: SampleConfig) -> dict[str, Any]:
    """What of sample.json decides the sample."""
    return {key: value for key, value in dump(sample).items() if key not in _WRITTEN_TO_SAMPLE}


def model_content(model: ModelConfig) -> dict[str, Any]:
    """What of model.json decides the field: all but what the program itself writes."""
    content = {key: value for key, value in dump(model).items() if key not in _WRITTEN_TO_MODEL}
    cuffs = []
    for cuff in content["cuff"]:
        rotate = {k: v for k, v in (cuff.get("rotate") or {}).items() if k != "pos_ang"}
        shift = {k: v for k, v in (cuff.get("shift") or {}).items() if k == "z"}
        cuffs.append({**cuff, "rotate": rotate, "shift": shift})
    content["cuff"] = cuffs
    if model.modes.rho_perineurium == "RHO_WEERASURIYA":
        content["conductivities"] = {k: v for k, v in content["conductivities"].items() if k != "perineurium"}
    mesh = {k: v for k, v in content["mesh"].items() if k not in ("stats", "name")}
    for part in ("proximal", "distal"):
        if mesh.get(part):
            mesh[part] = {k: v for k, v in mesh[part].items() if k != "mesh_time"}
    content["mesh"] = mesh
    return content
