"""Exported n_sims: copies that can be carried to another machine, and the runs that name them."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ascent.errors import ConfigError, RunDirectoryError
from ascent.files import write_json
from ascent.project import cache
from ascent.project.layout import NSimName, ProjectFolder
from ascent.project.stamps import content_key, sha256_of_file

_log = logging.getLogger(__name__)
_SYSTEM_FILES = ("fiber_z.json", "slurm_params.json")


@dataclass
class ExportReport:
    """What became of the n_sims of a run."""

    written: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def inputs_key(n_sim_folder: Path) -> str:
    """Hash of an n_sim's inputs, its outputs left out."""
    files = sorted(p for p in n_sim_folder.rglob("*") if p.is_file() and "outputs" not in p.parts)
    return content_key("n_sim", {p.relative_to(n_sim_folder).as_posix(): sha256_of_file(p) for p in files})


def export_n_sims(folder: ProjectFolder, names: list[NSimName], behavior: str) -> ExportReport:
    """Copy n_sims to the export folder.

    Parameters
    ----------
    folder : ProjectFolder
        The project.
    names : list of NSimName
        The n_sims; all must be in the project folder.
    behavior : {"overwrite", "error", "selective"}
        What happens to an n_sim that is there already. "selective" keeps one whose inputs are the same,
        with its results, and replaces one whose inputs have changed.

    Raises
    ------
    ConfigError
        When `behavior` is "error" and an n_sim is there already.
    RunDirectoryError
        When the export folder cannot be written.
    """
    present = [name for name in names if folder.exported_n_sim(name).is_dir()]
    if behavior == "error" and present:
        raise ConfigError(
            f"{folder.export / 'n_sims'}: {', '.join(map(str, present))} exported already, and export_behavior is "
            "error: use selective or overwrite, or remove them."
        )
    report = ExportReport()
    for name in names:
        source, target = folder.n_sim_folder(name), folder.exported_n_sim(name)
        if behavior == "selective" and target.is_dir() and inputs_key(target) == inputs_key(source):
            report.kept.append(str(name))
            continue
        _copy_inputs(source, target)
        report.written.append(str(name))
    for kept in report.kept:
        _log.info("n_sim %s: exported before with the same inputs, kept with its results", kept)
    return report


def _copy_inputs(source: Path, target: Path) -> None:
    stage = target.with_name(f".{target.name}.staging")
    shutil.rmtree(stage, ignore_errors=True)
    try:
        shutil.copytree(source, stage, ignore=shutil.ignore_patterns("outputs"))
        (stage / "data" / "outputs").mkdir(parents=True, exist_ok=True)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(stage, ignore_errors=True)
        raise RunDirectoryError(f"{source} could not be exported to {target}: {error}.") from error
    try:
        cache.copy_whole(stage, target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def export_run(folder: ProjectFolder, run: int, content: dict[str, Any], names: list[NSimName]) -> None:
    """Write ``runs/<r>.json`` and the system tables that the fibers need to the export folder."""
    write_json(folder.exported_run_file(run), {**content, "n_sims": [str(name) for name in names]})
    for name in _SYSTEM_FILES:
        source = folder.system / name
        if source.is_file():
            write_json(folder.export / "config" / "system" / name, json.loads(source.read_text(encoding="utf-8-sig")))
