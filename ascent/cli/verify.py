"""``ascent verify``: runs again what is stored, and compares."""

from __future__ import annotations

import math
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
_MOST_ROWS = 20


@application.command(epilog="Example: ascent verify results/20261122-1930_seed42_pid123.tar.gz")
def verify(
    path: Annotated[
        Path, typer.Argument(metavar="DIR|ARCHIVE", help="A run directory, its archive, or a folder of conf/verify.")
    ],
    tolerance: Annotated[
        float | None,
        typer.Option("--tolerance", "-t", min=0, help="Largest relative difference; bit by bit by default."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--num-cpu", "-n", min=1, help="Processes; by default as the run is configured.")
    ] = None,
    use_cache: Annotated[
        bool, typer.Option("--use-cache", help="Take fields from the cache; they are solved again by default.")
    ] = False,
    write_reference: Annotated[
        Path | None, typer.Option("--write-reference", metavar="DIR", help="Make a reference of what came out.")
    ] = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Run a study again from what is stored of it, in a temporary folder, and compare the results.

    Exit code 0: the same. 1: something differs; a table says what. 2: it cannot be run. Software of another version is
    reported and does not count as a difference by itself.
    """
    from ascent.cli.tables import print_table
    from ascent.project.verify import verify as run_again

    configure_logging(quiet, verbose)
    report = run_again(path, tolerance=tolerance, workers=workers, use_cache=use_cache, write_to=write_reference)
    if as_json:
        print_json(report.as_dict())
    else:
        for line in report.versions:
            print(f"another version: {line}")
        for line in report.notes:
            print(f"note: {line}")
        rows = [(one.path, one.what, _largest(one.largest)) for one in report.findings]
        if rows:
            print_table(("file", "what", "largest relative difference"), rows[:_MOST_ROWS])
        if len(rows) > _MOST_ROWS:
            print(f"… and {len(rows) - _MOST_ROWS} more files")
        how = "bit by bit" if report.tolerance is None else f"within {report.tolerance:g}"
        print(
            f"{report.name}: {'the same' if report.same else 'DIFFERENT'}, {how} ({report.again_sha256 or 'not run'})"
        )
    if not report.same:
        raise typer.Exit(1)


def _largest(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2g}" if math.isfinite(value) else "not the same numbers"
