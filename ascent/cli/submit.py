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
        int | None, typer.Option("--num-cpu", "-n", min=1, help="Processes on this machine; every core by default.")
    ] = None,
    local: Annotated[bool, typer.Option("--local-submit", "-L", help="Run on this machine.")] = False,
    cluster: Annotated[
        bool, typer.Option("--cluster-submit", "-C", help="Submit to Slurm; so it is by default where sbatch is found.")
    ] = False,
    partition: Annotated[
        str | None, typer.Option("--partition", "-p", help="Slurm's partition; beats slurm_params.json.")
    ] = None,
    memory: Annotated[int | None, typer.Option("--job-mem", "-m", min=1, help="Memory of each job, MB.")] = None,
    jobs: Annotated[int | None, typer.Option("--num-jobs", "-j", min=1, help="Jobs in each array.")] = None,
    fibers_per_job: Annotated[
        int | None, typer.Option("--fibers-per-job", min=1, help="Fibers that a job runs, one after the other.")
    ] = None,
    slurm_params: Annotated[
        str, typer.Option("--slurm-params", "-S", help='Further options of sbatch, such as "--time=60".')
    ] = "",
    fibers: Annotated[
        list[str] | None,
        typer.Option("--fiber", metavar="N_SIM/innerI_fiberF", help="Run only this fiber; may be repeated."),
    ] = None,
    list_runs: Annotated[bool, typer.Option("--list-runs", "-l", help="List the exported runs and stop.")] = False,
    all_runs: Annotated[bool, typer.Option("--all-runs", "-A", help="Submit every exported run.")] = False,
    skip_summary: Annotated[bool, typer.Option("--skip-summary", "-s", help="Ask nothing before the start.")] = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find the thresholds of every fiber of exported n_sims; fibers that are done already are skipped.

    Where sbatch is found the fibers go to Slurm as job arrays and the shell is free at once; ascent import_n_sims
    brings the results home when they are done.
    """
    import sys

    from ascent.errors import ConfigError
    from ascent.project.cluster import slurm_config, submit_to_cluster
    from ascent.project.layout import ProjectFolder
    from ascent.project.slurm import jobs_by_default, slurm_is_here
    from ascent.project.submit import exported_runs, plan_submission, submit_runs

    configure_logging(quiet, verbose)
    folder = ProjectFolder.find(project)
    if list_runs:
        _print_runs(exported_runs(folder), as_json)
        return
    if local and cluster:
        raise ConfigError("-L and -C are both given: choose one.")
    asked = partition or memory or jobs or fibers_per_job or slurm_params
    if local and asked:
        raise ConfigError(
            "-L is given with an option of the cluster (-p, -m, -j, --fibers-per-job, -S): leave one out."
        )
    if workers and (cluster or asked):
        raise ConfigError("-n is for this machine; on a cluster -j says how many jobs an array has.")
    if (cluster or asked) and not slurm_is_here():
        raise ConfigError(
            "there is no sbatch here, so nothing can be submitted to Slurm: leave -C, -p, -m, -j, -S out."
        )
    to_cluster = bool(cluster or asked or (jobs_by_default() and not local and not workers))
    if all_runs == bool(run_indices):
        raise ConfigError("submit wants the indices of runs, or --all-runs, and not both.")
    runs = [run.index for run in exported_runs(folder)] if all_runs else list(run_indices or [])
    plan = plan_submission(folder, runs, fibers or ())
    if not quiet:
        print(plan.sentence(), file=sys.stderr)
    interactive = sys.stdin.isatty() and not (skip_summary or quiet or as_json)
    if interactive and plan.pending and not typer.confirm("Go on?", default=True):
        raise typer.Exit(0)
    if to_cluster:
        wishes = {"partition": partition, "memory_per_fiber": memory, "jobs_per_array": jobs}
        wishes["fibers_per_job"] = fibers_per_job
        config = slurm_config(folder).model_copy(update={key: value for key, value in wishes.items() if value})
        submitted = submit_to_cluster(folder, plan.by_run(), config, options=slurm_params)
        submitted.skipped = plan.done
        print_json(submitted.as_dict()) if as_json else print(submitted.sentence())
        return
    report = submit_runs(folder, runs, only=fibers or (), workers=workers, quiet=quiet)
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
