"""``ascent tidy_samples``: files that nobody needs any more, by their names."""

from __future__ import annotations

from typing import Annotated

import typer

from ascent.cli.removal import DryRunOption, SamplesArgument, YesOption, remove
from ascent.cli.shared import JsonOption, ProjectOption, QuietOption, VerboseOption, configure_logging, new_application

application = new_application()


@application.command("tidy_samples", epilog="Example: ascent tidy_samples 0 -f runtime -f logs --project my_study")
def tidy_samples(
    sample_indices: SamplesArgument,
    project: ProjectOption = None,
    filename: Annotated[
        list[str] | None,
        typer.Option(
            "--filename",
            "-f",
            metavar="PART",
            help="Remove files whose names contain this; may be repeated. Else runtime, blank, special, logs, start_.",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Remove files of samples whose names contain certain words, and folders that are empty then."""
    from ascent.errors import ConfigError
    from ascent.project.housekeeping import UNTIDY, plan_tidy
    from ascent.project.layout import ProjectFolder

    configure_logging(quiet, verbose)
    parts = filename or list(UNTIDY)
    if "" in parts:
        raise ConfigError("--filename is empty: every file would go; ascent clean_samples does that.")
    folder = ProjectFolder.find(project)
    removals = [plan_tidy(folder, sample, parts) for sample in dict.fromkeys(sample_indices)]
    results = sum(len(removal.results) for removal in removals)
    warnings = [f"{results} of them are results of fibers (data/outputs). Go on?"] if results else []
    if any(part in "out" for part in parts):
        warnings.insert(0, "Names that contain 'out' go, as results do. Go on?")
    remove(removals, dry_run=dry_run, yes=yes, quiet=quiet, as_json=as_json, warnings=warnings)
