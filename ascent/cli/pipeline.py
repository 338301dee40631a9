"""``ascent pipeline``: the first three stages of runs in an ASCENT project folder."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from ascent.project.layout import ProjectFolder

application = new_application()


class BreakPoint(StrEnum):
    """The points at which ASCENT's pipeline can stop."""

    PRE_GEOM_RUN = "pre_geom_run"
    POST_GEOM_RUN = "post_geom_run"
    PRE_JAVA = "pre_java"
    PRE_MESH_DISTAL = "pre_mesh_distal"
    POST_MESH_DISTAL = "post_mesh_distal"
    PRE_MESH_PROXIMAL = "pre_mesh_proximal"
    POST_MESH_PROXIMAL = "post_mesh_proximal"
    POST_MATERIAL_ASSIGN = "post_material_assign"
    PRE_LOOP_CURRENTS = "pre_loop_currents"
    PRE_SOLVE = "pre_solve"


class ExportBehavior(StrEnum):
    """What happens to an exported n_sim that is already there."""

    OVERWRITE = "overwrite"
    ERROR = "error"
    SELECTIVE = "selective"


@application.command(epilog="Example: ascent pipeline 0 --project my_study && ascent submit 0 --project my_study")
def pipeline(
    run_indices: Annotated[list[int], typer.Argument(metavar="RUN…", help="Indices of config/user/runs/<RUN>.json.")],
    project: ProjectOption = None,
    break_point: Annotated[
        BreakPoint | None, typer.Option("--break-point", "-b", help="Stop at this point; pre_java: before the field.")
    ] = None,
    export_behavior: Annotated[
        ExportBehavior | None,
        typer.Option("--export-behavior", "-E", help="When an exported n_sim exists; beats run.json."),
    ] = None,
    endo_only_solution: Annotated[
        bool, typer.Option("--endo-only-solution", "-e", help="Keep the solution in the endoneurium only.")
    ] = False,
    auto_submit: Annotated[bool, typer.Option("--auto-submit", "-S", help="Submit the runs after the export.")] = False,
    workers: Annotated[
        int | None, typer.Option("--num-cpu", "-n", min=1, help="Processes; every core by default.")
    ] = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Build the sample, solve the field of every model, place the fibers of every sim, and export the n_sims."""
    from ascent.project.layout import ProjectFolder
    from ascent.project.pipeline import run_pipeline

    configure_logging(quiet, verbose)
    folder = ProjectFolder.find(project)
    reports = [
        run_pipeline(
            folder,
            run,
            break_point=break_point.value if break_point else None,
            export_behavior=export_behavior.value if export_behavior else None,
            endo_only_solution=endo_only_solution,
            workers=workers,
            quiet=quiet,
        )
        for run in run_indices
    ]
    submitted = [report.run for report in reports if auto_submit or report.auto_submit]
    failed = any(report.failures for report in reports)
    if submitted and not break_point:
        failed |= _submit(folder, submitted, workers, quiet)
    if as_json:
        print_json([report.as_dict() for report in reports])
    if failed:
        raise typer.Exit(1)


def _submit(folder: ProjectFolder, runs: list[int], workers: int | None, quiet: bool) -> bool:
    """Submit runs to Slurm where it is, else run them here; True when fibers failed."""
    from ascent.project.cluster import submit_runs_to_cluster
    from ascent.project.slurm import jobs_by_default
    from ascent.project.submit import submit_runs

    if workers is None and jobs_by_default():
        print(submit_runs_to_cluster(folder, runs).sentence(), file=sys.stderr)
        return False
    return submit_runs(folder, runs, workers=workers, quiet=quiet).failed > 0
