"""``ascent import_n_sims``: results back into the project folder."""

from __future__ import annotations

from typing import Annotated

import typer

from ascent.cli.shared import (
    JsonOption,
    ProjectOption,
    QuietOption,
    VerboseOption,
    configure_logging,
    new_application,
    print_json,
)

application = new_application()


@application.command("import_n_sims", epilog="Example: ascent import_n_sims 0 --project my_study --delete-nsims")
def import_n_sims(
    run_indices: Annotated[list[int], typer.Argument(metavar="RUN…", help="Indices of config/user/runs/<RUN>.json.")],
    project: ProjectOption = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Import also what lacks thresholds.")] = False,
    delete_n_sims: Annotated[
        bool, typer.Option("--delete-nsims", "-D", help="Delete the exported n_sims afterwards.")
    ] = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Copy exported n_sims with their results to samples/…/n_sims; refused when thresholds are missing."""
    from ascent.errors import ConfigError
    from ascent.project.import_n_sims import import_run
    from ascent.project.layout import ProjectFolder

    if force and delete_n_sims:
        raise ConfigError("--force and --delete-nsims are both given: what lacks results would be lost; choose one.")
    configure_logging(quiet, verbose)
    folder = ProjectFolder.find(project)
    imported = [
        name for run in run_indices for name in import_run(folder, run, force=force, delete=delete_n_sims, quiet=quiet)
    ]
    if as_json:
        print_json(imported)
