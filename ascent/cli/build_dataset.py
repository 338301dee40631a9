"""``ascent build_dataset``: datasets in the SPARC Dataset Structure."""

from __future__ import annotations

from pathlib import Path
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
_ACTIONS = ("query", "generate")


@application.command("build_dataset", epilog="Example: ascent build_dataset 0 query --project my_study")
def build_dataset(
    words: Annotated[
        list[str], typer.Argument(metavar="DATASET… query|generate", help="Numbers of datasets, and what to do.")
    ],
    project: ProjectOption = None,
    dataset_folder: Annotated[
        Path | None,
        typer.Option(
            "--dataset-folder",
            help="Folder of datasets; else $ASCENT_DATASET_EXPORT_PATH, else what env.json says.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace what is there.")] = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make datasets to share: query lists n_sims in a spreadsheet to edit, generate copies files and writes manifests.

    query reads config/query_criteria/<DATASET>.json of the folder of datasets and writes modify_me/<DATASET>.xlsx:
    delete rows, and number subjects and samples in columns sub and sam if you like. generate copies what
    config/keeps/<DATASET>.json says to datasets/<DATASET>.
    """
    from ascent.errors import ConfigError
    from ascent.project.dataset import DatasetFolder, generate_dataset, query_dataset
    from ascent.project.layout import ProjectFolder

    configure_logging(quiet, verbose)
    actions = [word for word in words if word in _ACTIONS]
    numbers = [word for word in words if word not in _ACTIONS]
    wrong = [word for word in numbers if not (word.isascii() and word.isdigit())]
    if len(actions) != 1 or wrong or not numbers:
        said = " ".join(words)
        raise ConfigError(f"build_dataset {said}: give numbers of datasets and one of query and generate, as 0 query.")
    folder = DatasetFolder.find(ProjectFolder.find(project), dataset_folder)
    act = query_dataset if actions[0] == "query" else generate_dataset
    made = [act(folder, int(number), force=force) for number in numbers]
    if as_json:
        print_json([str(path) for path in made])
    else:
        for path in made:
            print(path)
