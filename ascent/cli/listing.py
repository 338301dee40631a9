"""``ascent list``: what a project folder holds."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ascent.cli.shared import JsonOption, ProjectOption, configure_logging, new_application, print_json

application = new_application()


class Kind(StrEnum):
    """What can be listed."""

    RUNS = "runs"
    SAMPLES = "samples"
    SIMS = "sims"


@application.command("list", epilog="Example: ascent list runs --project my_study")
def list_project(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    project: ProjectOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Leave out the header.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say which folder is read.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the runs, samples or sims of a project folder."""
    import sys

    from ascent.cli.tables import print_table
    from ascent.project.layout import ProjectFolder
    from ascent.project.listing import list_kind

    configure_logging(quiet, verbose)
    folder = ProjectFolder.find(project)
    if verbose:
        print(folder.root, file=sys.stderr)
    header, rows = list_kind(folder, kind.value)
    if as_json:
        print_json([dict(zip(header, row, strict=True)) for row in rows])
    elif quiet:
        for row in rows:
            print(row[0])
    else:
        print_table(header, rows)
