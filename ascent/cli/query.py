"""``ascent query``: samples, models and sims by their parameters, and their thresholds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ascent.cli.shared import JsonOption, VerboseOption, configure_logging, new_application, print_json

if TYPE_CHECKING:
    import pandas as pd

application = new_application()


@application.command(
    "query", epilog="Example: ascent query criteria.json --project my_study --thresholds --csv out.csv"
)
def query(
    criteria: Annotated[
        Path | None,
        typer.Argument(help="JSON file of criteria, as config/user/query_criteria/0.json; all there is by default."),
    ] = None,
    project: Annotated[
        Path | None,
        typer.Option(
            "--project",
            help="Project folder, run directory or archive; else $ASCENT_PROJECT_PATH, else the nearest project.",
            show_default=False,
        ),
    ] = None,
    sample: Annotated[list[int] | None, typer.Option("--sample", help="Only this sample; may be repeated.")] = None,
    model: Annotated[list[int] | None, typer.Option("--model", help="Only this model; may be repeated.")] = None,
    sim: Annotated[list[int] | None, typer.Option("--sim", help="Only this sim; may be repeated.")] = None,
    thresholds: Annotated[bool, typer.Option("--thresholds", help="Print the thresholds, mA without sign.")] = False,
    mean: Annotated[bool, typer.Option("--mean", help="Print mean, deviation and error of each n_sim.")] = False,
    ignore_missing: Annotated[
        bool, typer.Option("--ignore-missing", help="Missing thresholds are left empty.")
    ] = False,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write the thresholds as CSV.")] = None,
    excel: Annotated[Path | None, typer.Option("--excel", metavar="FILE", help="Write an overview as .xlsx.")] = None,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="LEVEL.KEY", help="Column of --excel: sample.scale.shrinkage; may be repeated."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Leave out headers.")] = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Find samples, models and sims whose parameters agree with criteria; print them, or their thresholds."""
    import sys

    from ascent.analysis.query import Query

    configure_logging(quiet, verbose)
    wanted = criteria_of(criteria, {"sample": sample, "model": model, "sim": sim})
    with Query(wanted, project=project) as found:
        if verbose:
            print(found.folder.root, file=sys.stderr)
        summary = found.run().summary()
        if excel is not None:
            found.excel_output(excel, console_output=False, **_excel_keys(key or []))
        if thresholds or mean or csv is not None:
            table = found.threshold_data(ignore_missing=ignore_missing, meanify=mean)
            if csv is not None:
                _write_csv(table, csv)
            if thresholds or mean or as_json:
                _print_table(table, as_json, quiet)
        elif as_json:
            print_json(summary)
        elif excel is None:
            _print_summary(summary, quiet)


def criteria_of(file: Path | None, indices: dict[str, list[int] | None]) -> dict[str, Any]:
    """Criteria out of a file, or all there is, with indices that options give."""
    from ascent.config.loading import load
    from ascent.config.query import QueryCriteriaConfig

    content: dict[str, Any] = {"include_downstream": True}
    if file is not None:
        content = dict(load(file, QueryCriteriaConfig).raw)
    given = {level: chosen for level, chosen in indices.items() if chosen}
    return {**content, "indices": {**content.get("indices", {}), **given}}


def _excel_keys(keys: list[str]) -> dict[str, Any]:
    from ascent.errors import ConfigError

    columns: dict[str, Any] = {"sample_keys": [], "model_keys": [], "sim_keys": []}
    for text in keys:
        level, _, path = text.partition(".")
        if f"{level}_keys" not in columns or not path:
            raise ConfigError(f"--key is {text}: must be sample.KEY, model.KEY or sim.KEY, as sample.scale.shrinkage.")
        columns[f"{level}_keys"].append(path)
    return columns


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    from ascent.files import replacing

    with replacing(path) as temporary:
        table.to_csv(temporary, index=False)


def _print_table(table: pd.DataFrame, as_json: bool, quiet: bool) -> None:
    from ascent.cli.tables import print_table

    if as_json:
        # pandas writes NaN as null, as JSON demands.
        print_json(json.loads(table.to_json(orient="records", double_precision=15)))
    else:
        rows = table.astype(object).to_numpy().tolist()
        if quiet:
            for row in rows:
                print(*row, sep="\t")
        else:
            print_table(list(table.columns), rows)


def _print_summary(summary: dict[str, Any], quiet: bool) -> None:
    from ascent.cli.tables import print_table

    rows: list[tuple[Any, ...]] = []
    for sample in summary["samples"]:
        models = sample["models"] or [{"index": None, "sims": []}]
        rows += [(sample["index"], model["index"], model["sims"]) for model in models]
    if quiet:
        for row in rows:
            print(*("" if cell is None else cell for cell in row[:2]), *row[2])
    else:
        print_table(("SAMPLE", "MODEL", "SIMS"), rows)
