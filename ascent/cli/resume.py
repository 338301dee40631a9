"""``ascent resume``: finishes an interrupted run or sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ascent.cli.shared import (
    JsonOption,
    QuietOption,
    VerboseOption,
    configure_logging,
    new_application,
    print_json,
)

application = new_application()


@application.command(epilog="Example: ascent resume results/20261122-1930_seed42_pid123_running")
def resume(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A run directory, or the folder of a sweep.")],
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Finish what was interrupted; nothing that was finished is done again, and the results have the same bits.

    Units that failed are tried again. Under mpirun the ranks share what is left.
    """
    from ascent.project.resume import Finished, resume_run

    configure_logging(quiet, verbose)
    if (directory / "sweep.json").is_file():
        from ascent.sweeps.resume import resume_sweep

        code = resume_sweep(directory, quiet=quiet)
        if code:
            raise typer.Exit(code)
        return
    result = resume_run(directory, quiet=quiet or as_json)
    if as_json:
        print_json(
            {
                "directory": str(result.directory),
                "archive": str(result.archive) if result.archive else None,
                "failures": result.failures,
            }
        )
    elif isinstance(result, Finished):
        print(f"{result.directory} is finished: nothing was left to compute.")
    if result.exit_code:
        raise typer.Exit(result.exit_code)
