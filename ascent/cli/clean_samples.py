"""``ascent clean_samples``: samples back to what a user wrote."""

from __future__ import annotations

from typing import Annotated

import typer

from ascent.cli.removal import DryRunOption, SamplesArgument, YesOption, remove
from ascent.cli.shared import JsonOption, ProjectOption, QuietOption, VerboseOption, configure_logging, new_application

application = new_application()


@application.command("clean_samples", epilog="Example: ascent clean_samples 0 1 --project my_study --dry-run")
def clean_samples(
    sample_indices: SamplesArgument,
    project: ProjectOption = None,
    full_reset: Annotated[
        bool, typer.Option("--full-reset", "-R", help="Keep sample.json and model.json only.")
    ] = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Remove all files of samples but .mph, im.json, Primitive.json, sample.json, model.json and explicit.txt."""
    from ascent.project.housekeeping import plan_clean
    from ascent.project.layout import ProjectFolder

    configure_logging(quiet, verbose)
    folder = ProjectFolder.find(project)
    removals = [plan_clean(folder, sample, full_reset=full_reset) for sample in dict.fromkeys(sample_indices)]
    remove(removals, dry_run=dry_run, yes=yes, quiet=quiet, as_json=as_json)
