"""The third stage: fibers, waveforms and potentials of a sim, combined into n_sims."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.config.loading import dump, problem, read_json
from ascent.config.sim import SimConfig
from ascent.project.field_points import potentials_along
from ascent.project.field_stage import BASES_FOLDER
from ascent.project.stamps import Stamp, code_fingerprint, content_key, sha256_of_file

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ascent.config.fiber_z import FiberZConfig
    from ascent.config.model import ModelConfig
    from ascent.fibers.sets import FiberSet
    from ascent.nerve import Sample
    from ascent.stimulus.contacts import ActiveCuffs, Cuff
    from ascent.stimulus.waveform_files import Waveform

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PlannedSim:
    """A sim whose fibers and waveforms are made; its potentials need the field of the model.

    Attributes
    ----------
    folder : Path
        ``samples/<s>/models/<m>/sims/<k>``.
    config : SimConfig
        sim.json.
    content : dict
        sim.json as plain data in the order of the file.
    fibersets : list of FiberSet
        In ASCENT's order.
    waveforms : list of Waveform
        In ASCENT's order.
    active : ActiveCuffs
        Contact weights.
    dense : tuple of ndarray
        Points of supersampled bases, µm, one array a fiber; empty when the sim generates none.
    fiber_z : dict
        fiber_z.json as plain data.
    contacts : int
        Number of contacts of the model's cuffs.
    key : str
        Hash of all that went into it, the field left out.
    """

    folder: Path
    config: SimConfig
    content: dict[str, Any]
    fibersets: list[FiberSet]
    waveforms: list[Waveform]
    active: ActiveCuffs
    dense: tuple[NDArray[np.float64], ...]
    fiber_z: dict[str, Any]
    contacts: int
    key: str


def plan_sim(
    folder: Path,
    config: SimConfig,
    sample: Sample,
    sample_key: str,
    model: ModelConfig,
    cuffs: list[Cuff],
    fiber_z: FiberZConfig,
    explicit_folder: Path,
    waveform_folder: Path,
) -> PlannedSim:
    """Place the fibers and make the waveforms of a sim.

    Parameters
    ----------
    folder : Path
        ``sims/<k>`` of the model.
    config : SimConfig
        sim.json.
    sample, sample_key
        The cross-section, and the hash of what went into it.
    model : ModelConfig
        Its length of nerve, and its cuffs.
    cuffs : list of ascent.stimulus.contacts.Cuff
        The model's cuffs.
    fiber_z : FiberZConfig
        Lengths of compartments.
    explicit_folder, waveform_folder : Path
        Where explicit fibersets and waveforms lie.

    Raises
    ------
    ConfigError, MorphologyError
        When fibers do not fit, or weights do not match the contacts.
    """
    from ascent.fibers.sets import build_fibersets
    from ascent.stimulus.combinations import check_dimensions, waveform_sections
    from ascent.stimulus.contacts import active_cuffs
    from ascent.stimulus.waveform_files import from_config

    _check_built(config, folder.name)
    content = dump(config)
    check_dimensions(content)
    active = active_cuffs(content, cuffs)
    fibersets = build_fibersets(sample, model, content, fiber_z, explicit_dir=explicit_folder)
    waveforms = [from_config(section, waveform_folder) for section in waveform_sections(content)]
    dense = _dense_points(content, fibersets, model)
    decisive = {key: value for key, value in content.items() if key != "pseudonym"}
    length = model.medium.proximal.length
    external = _external_files(content, explicit_folder, waveform_folder)
    code = code_fingerprint("fibers", "stimulus")
    key = content_key("sim/1", code, sample_key, decisive, dump(fiber_z), length, model.temperature, external)
    contacts = sum(cuff.contacts or 0 for cuff in cuffs)
    return PlannedSim(folder, config, content, fibersets, waveforms, active, dense, dump(fiber_z), contacts, key)


def _check_built(config: SimConfig, name: str) -> None:
    """Refuse what is not built yet, rather than leave it out of the results without a word."""
    if config.saving.three_d_fiber_intermediate_data:
        raise problem(f"sim {name}", "saving.3D_fiber_intermediate_data", True, "3D fibers are not built yet")


def write_plan(plan: PlannedSim) -> list[Path]:
    """Write fibersets, waveforms and supersampled coordinates; gives the files written."""
    from ascent.fibers.sets import write_supersampled
    from ascent.stimulus.waveform_files import write_waveform

    for part in ("fibersets", "waveforms", "ss_coords"):
        shutil.rmtree(plan.folder / part, ignore_errors=True)
    for index, fiberset in enumerate(plan.fibersets):
        fiberset.write(plan.folder / "fibersets" / str(index))
    for index, waveform in enumerate(plan.waveforms):
        write_waveform(plan.folder / "waveforms" / f"{index}.dat", waveform)
    if plan.dense:
        write_supersampled(plan.folder / "ss_coords", plan.dense)
    return _files(plan.folder, ("fibersets", "waveforms", "ss_coords"))


def uses_supersampled(config: SimConfig) -> bool:
    """True when a sim takes its potentials from another sim's supersampled bases and needs no field of its own."""
    section = config.supersampled_bases
    return section is not None and section.use and not section.generate


#: In place of a field's key: the potentials were there, written by ASCENT or another solver.
ADOPTED = "adopted"


def adopts_potentials(plan: PlannedSim, model_folder: Path) -> bool:
    """True when the sim's folder holds potentials that were not made here and fit its fibers.

    ASCENT goes on from ``fibersets_bases`` and ``mesh/im.json`` whoever wrote them; so does this. Once used they
    are tied to the sim as it is: when it changes, the field is solved here.

    Parameters
    ----------
    plan : PlannedSim
        Fibers and waveforms.
    model_folder : Path
        Folder of the model.
    """
    stamp = Stamp(plan.folder, "sim")
    if stamp.read() is not None:
        return stamp.holds(content_key("potentials/1", plan.key, ADOPTED, _source_key(plan)))
    if not (model_folder / "mesh" / "im.json").is_file():
        return False
    return all(
        _count(plan.folder / "fibersets_bases" / str(f) / str(b) / f"{i}.dat") == len(points)
        for f, fiberset in enumerate(plan.fibersets)
        for b in range(plan.contacts)
        for i, points in enumerate(fiberset.coordinates)
    )


def finish_sim(
    plan: PlannedSim,
    model_folder: Path,
    field_key: str,
    temperature: float,
    *,
    workers: int | None = None,
    quiet: bool = False,
) -> list[int]:
    """Evaluate the potentials of a sim's fibers and write its n_sims, unless nothing has changed.

    Parameters
    ----------
    plan : PlannedSim
        Fibers and waveforms.
    model_folder : Path
        Folder of the model, with its bases.
    field_key : str
        Hash of what the field depends on, or ``ADOPTED``.
    temperature : float
        °C, of the model.
    workers : int, optional
        Number of processes for potentials; every core by default.
    quiet : bool
        Show no progress.

    Returns
    -------
    list of int
        Indices of the sim's n_sims.

    Raises
    ------
    GeometryError
        When a fiber lies outside the endoneurium.
    """
    from ascent.project.n_sims import build_n_sims

    key = content_key("potentials/1", plan.key, field_key, _source_key(plan))
    stamp = Stamp(plan.folder, "sim")
    if stamp.holds(key):
        _log.info("sim %s: nothing has changed, used again", plan.folder.name)
        return _present(plan.folder)
    stamp.begin()
    written = write_plan(plan)
    own = () if field_key == ADOPTED else ("fibersets_bases", "ss_bases")
    for part in (*own, "n_sims"):
        shutil.rmtree(plan.folder / part, ignore_errors=True)
    contacts = read_contacts(model_folder)
    if field_key == ADOPTED:
        _log.info("sim %s: its potentials were not made here, used as they are", plan.folder.name)
        potentials = _adopted(plan, len(contacts))
    else:
        potentials = _potentials(plan, model_folder, workers, quiet)
    contact_cuffs = [contact.get("cuff_index") for contact in contacts]
    n_sims = build_n_sims(
        plan.folder,
        plan.content,
        plan.fibersets,
        plan.waveforms,
        potentials,
        active=plan.active,
        contact_cuffs=contact_cuffs,
        temperature=temperature,
        fiber_z=plan.fiber_z,
    )
    stamp.write(key, [*written, *_files(plan.folder, ("fibersets_bases", "ss_bases", "n_sims"))])
    count = sum(map(len, plan.fibersets))
    _log.info("sim %s: %d fibers, %d n_sims", plan.folder.name, count, len(n_sims))
    return _present(plan.folder)


def read_contacts(model_folder: Path) -> list[dict[str, Any]]:
    """The contacts of a model in basis order, from ``mesh/im.json``: name and cuff_index of each.

    Raises
    ------
    ConfigError
        When the file is missing or damaged.
    """
    file = model_folder / "mesh" / "im.json"
    content = read_json(file)
    contacts = content.get("currentIDs") if isinstance(content, dict) else None
    if not isinstance(contacts, dict) or not contacts:
        raise problem(str(file), "currentIDs", "missing", "must hold the contacts, counted from 1")
    expected = [str(number) for number in range(1, len(contacts) + 1)]
    if sorted(contacts) != sorted(expected) or not all(isinstance(value, dict) for value in contacts.values()):
        raise problem(str(file), "currentIDs", ", ".join(contacts), f"must be objects named 1 to {len(contacts)}")
    return [contacts[name] for name in expected]


def _count(file: Path) -> int:
    """Number of points that a file of potentials says it has; -1 without one."""
    try:
        with open(file, encoding="utf-8") as lines:
            return int(lines.readline())
    except (OSError, ValueError):
        return -1


def _adopted(plan: PlannedSim, contacts: int) -> list[list[NDArray[np.float64]]]:
    from ascent.stimulus.bases import read_bases

    folder = plan.folder / "fibersets_bases"
    return [
        [read_bases(folder / str(f), i, contacts) for i in range(len(fiberset))]
        for f, fiberset in enumerate(plan.fibersets)
    ]


def _potentials(
    plan: PlannedSim, model_folder: Path, workers: int | None, quiet: bool
) -> list[list[NDArray[np.float64]]]:
    from ascent.stimulus.bases import read_supersampled, write_bases

    def evaluate(points: tuple[NDArray[np.float64], ...], name: str) -> list[NDArray[np.float64]]:
        name = f"sim {plan.folder.name}, {name}"
        return potentials_along(model_folder / BASES_FOLDER, points, name, workers=workers, quiet=quiet)

    section = plan.content.get("supersampled_bases") or {}
    if plan.dense and not uses_supersampled(plan.config):
        write_bases(plan.folder / "ss_bases", evaluate(plan.dense, "ss_coords"))
    result = []
    for index, fiberset in enumerate(plan.fibersets):
        if section.get("use"):
            source = _supersampled_source(plan, section)
            values = [read_supersampled(source, i, points) for i, points in enumerate(fiberset.coordinates)]
        else:
            values = evaluate(fiberset.coordinates, f"fiberset {index}")
        result.append(values)
        write_bases(plan.folder / "fibersets_bases" / str(index), values)
    return result


def _supersampled_source(plan: PlannedSim, section: dict[str, Any]) -> Path:
    """Folder of the sim whose supersampled bases are used, once its step is known to be the one asked for."""
    from ascent.stimulus.bases import check_supersampled_step

    if plan.dense:
        return plan.folder
    source = plan.folder.parent / str(section.get("source_sim"))
    configs = sorted(source.glob("n_sims/*/[0-9]*.json"))
    written = json.loads(configs[0].read_text(encoding="utf-8")) if configs else {}
    check_supersampled_step(section.get("dz"), (written.get("supersampled_bases") or {}).get("dz"))
    return source


def _dense_points(
    content: dict[str, Any], fibersets: list[FiberSet], model: ModelConfig
) -> tuple[NDArray[np.float64], ...]:
    from ascent.fibers.sets import supersampled_coordinates

    section = content.get("supersampled_bases") or {}
    if not section.get("generate"):
        return ()
    length = model.medium.proximal.length
    return supersampled_coordinates(fibersets[0], content["fibers"], length, float(section["dz"]))


def _source_key(plan: PlannedSim) -> str | None:
    """Key of the sim that supersampled bases are taken from, so that a change there is a change here."""
    if not uses_supersampled(plan.config):
        return None
    source = (plan.content.get("supersampled_bases") or {}).get("source_sim")
    stamp = Stamp(plan.folder.parent / str(source), "sim").read()
    return str(stamp["key"]) if stamp else None


def _external_files(content: dict[str, Any], explicit_folder: Path, waveform_folder: Path) -> dict[str, str]:
    files = []
    index = content["fibers"].get("xy_parameters", {}).get("explicit_fiberset_index")
    if index is not None:
        files.append(explicit_folder / f"{index}.txt")
    explicit = content["waveform"].get("EXPLICIT")
    if explicit:
        indices = explicit["index"] if isinstance(explicit["index"], list) else [explicit["index"]]
        files += [waveform_folder / f"{i}.dat" for i in indices]
    return {file.name: sha256_of_file(file) for file in files}


def _present(folder: Path) -> list[int]:
    return sorted(int(p.name) for p in (folder / "n_sims").iterdir() if p.name.isdigit())


def _files(folder: Path, parts: tuple[str, ...]) -> list[Path]:
    found = [p for part in parts if (folder / part).is_dir() for p in (folder / part).rglob("*") if p.is_file()]
    return [p for p in found if "outputs" not in p.relative_to(folder).parts]
