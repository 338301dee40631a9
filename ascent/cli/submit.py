"""``ascent submit``: thresholds of exported n_sims."""

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


@application.command(epilog="Example: ascent submit 0 1 -n 4 --project my_study")
def submit(
    run_indices: Annotated[
        list[int] | None, typer.Argument(metavar="RUN…", help="Indices of exported runs.", show_default=False)
    ] = None,
    project: ProjectOption = None,
    workers: Annotated[
        int | None, typer.Option("--num-cpu", "-n", min=1, help="Processes; every core by default.")
    ] = None,
    local: Annotated[bool, typer.Option("--local-submit", "-L", help="Run on this machine.")] = False,
    cluster: Annotated[bool, typer.Option("--cluster-submit", "-C", help="Run through Slurm.")] = False,
    list_runs: Annotated[bool, typer.Option("--list-runs", "-l", help="List the exported runs and stop.")] = False,
    all_runs: Annotated[bool, typer.Option("--all-runs", "-A", help="Submit every exported run.")] = False,
    skip_summary: Annotated[bool, typer.Option("--skip-summary", "-s", help="Ask nothing before the start.")] = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find the thresholds of every fiber of exported n_sims; fibers that are done already are skipped."""
    import sys

    from ascent.errors import ConfigError
    from ascent.project.layout import ProjectFolder
    from ascent.project.submit import exported_runs, plan_submission, submit_runs

    configure_logging(quiet, verbose)
    folder = ProjectFolder.find(project)
    if list_runs:
        _print_runs(exported_runs(folder), as_json)
        return
    if local and cluster:
        raise ConfigError("-L and -C are both given: choose one.")
    if cluster:
        raise ConfigError("-C is given, but submission through Slurm is not built yet: use -L, on this machine.")
    if all_runs == bool(run_indices):
        raise ConfigError("submit wants the indices of runs, or --all-runs, and not both.")
    runs = [run.index for run in exported_runs(folder)] if all_runs else list(run_indices or [])
    plan = plan_submission(folder, runs)
    if not quiet:
        print(plan.sentence(), file=sys.stderr)
    interactive = sys.stdin.isatty() and not (skip_summary or quiet or as_json)
    if interactive and plan.pending and not typer.confirm("Go on?", default=True):
        raise typer.Exit(0)
    report = submit_runs(folder, runs, workers=workers, quiet=quiet)
    if as_json:
        print_json(report.as_dict())
    if report.failed:
        raise typer.Exit(1)


def _print_runs(runs: list, as_json: bool) -> None:
    if as_json:
        print_json([run.as_dict() for run in runs])
        return
    from ascent.cli.tables import print_table

    print_table(
        ("run", "pseudonym", "sample", "models", "sims"),
        [(r.index, r.pseudonym, r.sample, r.models, r.sims) for r in runs],
    )
