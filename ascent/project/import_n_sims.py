"""Results of exported n_sims, brought back into the project folder."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from ascent.config.loading import load
from ascent.config.run import RunConfig
from ascent.errors import RunDirectoryError
from ascent.project.cache import copy_whole
from ascent.project.layout import NSimName, ProjectFolder
from ascent.project.n_sims import read_n_sim
from ascent.project.outputs import missing_outputs

_log = logging.getLogger(__name__)


class ResultsMissing(RunDirectoryError):
    """Exported n_sims lack results."""


def import_run(
    folder: ProjectFolder, run: int, *, force: bool = False, delete: bool = False, quiet: bool = False
) -> list[str]:
    """Copy the exported n_sims of a run to ``samples/<s>/models/<m>/sims/<k>/n_sims/<n>``.

    Parameters
    ----------
    folder : ProjectFolder
        The project.
    run : int
        Index of the run.
    force : bool
        Import also n_sims that lack results.
    delete : bool
        Delete the exported n_sims once all are imported.
    quiet : bool
        Say nothing.

    Returns
    -------
    list of str
        Names of the n_sims imported.

    Raises
    ------
    ResultsMissing
        When results are missing and `force` is not set; nothing is imported then.
    """
    config = load(folder.run_file(run), RunConfig)
    names = exported_n_sims(folder, config)
    if not names:
        raise ResultsMissing(f"{folder.export / 'n_sims'}: no n_sims of run {run}; ascent pipeline {run} exports them.")
    if not force:
        _refuse_incomplete(folder, names)
    for name in names:
        copy_whole(folder.exported_n_sim(name), folder.n_sim_folder(name))
        if not quiet:
            _log.info("n_sim %s: imported", name)
    if delete:
        for name in names:
            shutil.rmtree(folder.exported_n_sim(name))
    return [str(name) for name in names]


def exported_n_sims(folder: ProjectFolder, config: RunConfig) -> list[NSimName]:
    """The exported n_sims that belong to a run, in order."""
    found = [NSimName.parse(path.name) for path in (folder.export / "n_sims").glob("*") if path.is_dir()]
    wanted = [
        name
        for name in found
        if name
        and name.sample == config.sample
        and name.model in (config.models or ())
        and name.sim in (config.sims or ())
    ]
    return sorted(wanted, key=lambda name: (name.model, name.sim, name.n_sim))


def _refuse_incomplete(folder: ProjectFolder, names: list[NSimName]) -> None:
    missing: list[Path] = []
    for name in names:
        exported = folder.exported_n_sim(name)
        missing += missing_outputs(exported, read_n_sim(exported))
    if missing:
        shown = ", ".join(str(path.relative_to(folder.export)) for path in missing[:10])
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        raise ResultsMissing(
            f"{folder.export}: {len(missing)} results are missing ({shown}{more}); "
            f"run ascent submit, or import with --force."
        )
