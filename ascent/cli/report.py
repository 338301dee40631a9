"""``ascent report``: the results of a run as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ascent.cli.shared import JsonOption, QuietOption, VerboseOption, configure_logging, new_application, print_json

application = new_application()


@application.command("report", epilog="Example: ascent report results/20261122-1930_seed42_pid123")
def report(
    source: Annotated[Path, typer.Argument(metavar="DIR|ARCHIVE", help="Run directory, or its .tar.gz or .tar.zst.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The page; else report/index.html in the directory, or NAME_report.html beside the archive.",
            show_default=False,
        ),
    ] = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write the report of a run: one HTML page with figures, tables and provenance, that needs no network."""
    from ascent.analysis.report import write_report

    configure_logging(quiet, verbose)
    page = write_report(source, output)
    if as_json:
        print_json({"report": str(page.resolve()), "bytes": page.stat().st_size})
    elif not quiet:
        print(page)
