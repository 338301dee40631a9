"""``ascent status``: how far each point of a sweep is, or one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ascent.cli.shared import JsonOption, new_application, print_json

if TYPE_CHECKING:
    from ascent.sweeps.status import PointStatus

application = new_application()


@application.command(epilog="Example: ascent status results/20261122-1930_sweep_pid123")
def status(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The sweep's folder, or a run directory.")],
    quiet: Annotated[bool, typer.Option("--quiet", help="Print points that need attention only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also print the run directories.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say how far each point of a sweep is, or a run; exit code 1 when one failed or its process or job is gone."""
    from ascent.sweeps.status import BAD_STATES, sweep_status

    if (directory / "manifest.json").is_file():
        from ascent.runs.state import run_state

        run = run_state(directory)
        if as_json:
            print_json(asdict(run))
        elif not quiet or run.state in BAD_STATES:
            failed = f", {run.units_failed} failed" if run.units_failed else ""
            reason = f": {run.reason}" if run.reason else ""
            print(f"{run.name}: {run.state}, {run.units_done} of {run.units_planned or '?'} units done{failed}{reason}")
        if run.state in BAD_STATES:
            raise typer.Exit(1)
        return
    points = sweep_status(directory)
    if as_json:
        print_json([asdict(point) for point in points])
    else:
        print_status([p for p in points if not quiet or p.state in BAD_STATES], places=verbose)
    if any(point.state in BAD_STATES for point in points):
        raise typer.Exit(1)


def print_status(points: Sequence[PointStatus], *, places: bool = False) -> None:
    """Print a row for each point, and how many there are of each state."""
    from ascent.cli.tables import print_table
    from ascent.sweeps.overrides import varying

    names = varying([point.overrides for point in points])
    several = any(point.job for point in points)
    judged = any(point.objective is not None for point in points)
    header = ["point", *names, "state", "units", "seconds"]
    header += [*(["job"] if several else []), *(["objective"] if judged else []), "note", *(["run"] if places else [])]
    rows = []
    for point in points:
        failed = f" ({point.units_failed} failed)" if point.units_failed else ""
        units = f"{point.units_done}/{point.units_planned or '?'}{failed}"
        row = [point.index, *(_shown(point.overrides.get(name)) for name in names), point.state, units, point.seconds]
        row += [*([point.job] if several else []), *([_objective(point.objective)] if judged else [])]
        row += [point.note] + ([point.run] if places else [])
        rows.append(row)
    if rows:
        print_table(header, rows)
    counts = Counter(point.state for point in points)
    print(", ".join(f"{number} {state}" for state, number in counts.items()) or "no points")


def _shown(value: Any) -> Any:
    return f"{value:.5g}" if isinstance(value, float) else value


def _objective(value: float | list[float] | None) -> str:
    values = value if isinstance(value, list) else [] if value is None else [value]
    return " ".join(f"{number:.5g}" for number in values)
