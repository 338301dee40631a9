"""``ascent collect``: the points of a sweep in one table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ascent.cli.shared import JsonOption, QuietOption, VerboseOption, new_application, print_json

application = new_application()


@application.command(epilog="Example: ascent collect results/20261122-1930_sweep_pid123 -o thresholds.csv")
def collect(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The sweep's folder.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write, .parquet or .csv; collected.parquet in DIR by default."),
    ] = None,
    table: Annotated[
        str | None, typer.Option("--table", "-t", help="Which table of the runs, such as thresholds.")
    ] = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Join the points of a sweep into one table with the overrides as columns.

    A row for each point is printed. Exit code 1 when a point is missing from the table; the others are in it.
    """
    from ascent.cli.tables import print_table
    from ascent.sweeps.collect import collect as join
    from ascent.sweeps.collect import summarize_points, write_collected

    collected = join(directory, table)
    written = write_collected(collected, output or directory / "collected.parquet")
    if as_json:
        rows = collected.table.astype(object).where(collected.table.notna(), None).to_dict(orient="records")
        missing = {str(index): why for index, why in collected.missing.items()}
        print_json({"table": collected.name, "file": str(written), "rows": rows, "missing": missing})
    else:
        if not quiet:
            print_table(*summarize_points(collected))
        print(written)
    for index, why in collected.missing.items():
        print(f"ascent collect: point {index} is missing: {why}", file=sys.stderr)
    if collected.missing:
        raise typer.Exit(1)
