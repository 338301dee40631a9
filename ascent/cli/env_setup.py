"""``ascent env_setup``: where this project keeps its things."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ascent.cli.shared import ProjectOption, QuietOption, VerboseOption, configure_logging, new_application

application = new_application()


@application.command("env_setup", epilog="Example: ascent env_setup --project T --export-path T/export")
def env_setup(
    project: ProjectOption = None,
    export_path: Annotated[
        Path | None, typer.Option("--export-path", help="Folder that n_sims are exported to.", show_default=False)
    ] = None,
    dataset_path: Annotated[
        Path | None, typer.Option("--dataset-path", help="Folder of dataset exports.", show_default=False)
    ] = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Write config/system/env.json; asks on a terminal for what no option gives."""
    from ascent.project.environment import write_environment
    from ascent.project.layout import ProjectFolder

    configure_logging(quiet, verbose)
    folder = ProjectFolder.find(project)
    if export_path is None and sys.stdin.isatty() and not quiet:
        export_path = Path(typer.prompt("Folder that n_sims are exported to", default=str(folder.export)))
    print(write_environment(folder, export_path, dataset_path))
