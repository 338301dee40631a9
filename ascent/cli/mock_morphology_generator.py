"""``ascent mock_morphology_generator``: masks of a mock nerve."""

from __future__ import annotations

from typing import Annotated

import typer

from ascent.cli.shared import ProjectOption, QuietOption, VerboseOption, configure_logging, new_application

application = new_application()


@application.command("mock_morphology_generator", epilog="Example: ascent mock_morphology_generator 0 --project T")
def mock_morphology_generator(
    mock_sample_index: Annotated[int, typer.Argument(help="Index of config/user/mock_samples/<INDEX>.json.")],
    project: ProjectOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Draw the masks of a mock nerve into input/<NAME>."""
    from ascent.project.layout import ProjectFolder
    from ascent.project.mock import generate_mock_input

    configure_logging(quiet, verbose)
    print(generate_mock_input(ProjectFolder.find(project), mock_sample_index))
