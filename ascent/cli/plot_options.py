"""What every ``ascent plot`` and ``ascent video`` shares: which results, and where the picture goes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from ascent.cli.shared import JsonOption, QuietOption, VerboseOption, configure_logging, print_json

if TYPE_CHECKING:
    import pandas as pd

    from ascent.analysis.query import Query
    from ascent.analysis.query.n_sims import NSimPlace

ResultsOption = Annotated[
    Path | None,
    typer.Option(
        "--project",
        help="Project folder, run directory or archive; else $ASCENT_PROJECT_PATH, else the nearest project.",
        show_default=False,
    ),
]
SampleOption = Annotated[list[int] | None, typer.Option("--sample", help="Only this sample; may be repeated.")]
ModelOption = Annotated[list[int] | None, typer.Option("--model", help="Only this model; may be repeated.")]
SimOption = Annotated[list[int] | None, typer.Option("--sim", help="Only this sim; may be repeated.")]
NSimOption = Annotated[list[int] | None, typer.Option("--n-sim", help="Only this n_sim; may be repeated.")]
CriteriaOption = Annotated[
    Path | None, typer.Option("--criteria", metavar="FILE", help="JSON file of criteria, as for ascent query.")
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE",
        help="Where to write, as .png, .svg or .pdf; else output/analysis of a project, or the current folder.",
        show_default=False,
    ),
]  # fmt: skip
TitleOption = Annotated[str | None, typer.Option("--title", help="Title of the picture.")]

InnerOption = Annotated[int | None, typer.Option("--inner", help="Inner of the fiber; the first by default.")]
FiberOption = Annotated[int | None, typer.Option("--fiber", help="Number of the fiber in its inner; else the first.")]
AmplitudeIndexOption = Annotated[int, typer.Option("--amp", help="Index of the amplitude.")]

_COMMON = {
    "project": ResultsOption,
    "sample": SampleOption,
    "model": ModelOption,
    "sim": SimOption,
    "n_sim": NSimOption,
    "criteria": CriteriaOption,
    "output": OutputOption,
    "title": TitleOption,
    "quiet": QuietOption,
    "verbose": VerboseOption,
    "as_json": JsonOption,
}
_FALSE_BY_DEFAULT = ("quiet", "verbose", "as_json")


@dataclass(frozen=True)
class Selection:
    """What the shared options name.

    Attributes
    ----------
    query : Query
    n_sim_numbers : list of int or None
        Of ``--n-sim``.
    output : Path or None
    title : str or None
    quiet : bool
    as_json : bool
    """

    query: Query
    n_sim_numbers: list[int] | None
    output: Path | None
    title: str | None
    quiet: bool
    as_json: bool

    def n_sim(self) -> NSimPlace:
        """The one n_sim; refused where there are several."""
        from ascent.analysis.fiber_places import one_n_sim

        numbers = self.n_sim_numbers or []
        return one_n_sim(self.query, numbers[0] if len(numbers) == 1 else None)

    def sample(self) -> int:
        """The one sample; refused where there are several."""
        from ascent.analysis.fiber_places import Ambiguous

        samples = [entry["index"] for entry in self.query.summary()["samples"]]
        if len(samples) > 1:
            raise Ambiguous(f"{self.query.source}: there are the samples {', '.join(map(str, samples))}; add --sample.")
        return int(samples[0])

    def thresholds(self) -> pd.DataFrame:
        """Thresholds with diameters and fascicles; NaN for those missing."""
        from ascent.analysis.fiber_places import fiber_columns
        from ascent.errors import RunDirectoryError

        table = self.query.threshold_data(ignore_missing=True)
        attributes = dict(table.attrs)
        if self.n_sim_numbers:
            table = table[table["nsim"].isin(self.n_sim_numbers)].reset_index(drop=True)
            table.attrs = attributes
        if not table["threshold"].notna().any():
            raise RunDirectoryError(
                f"{self.query.source}: none of the {len(table)} fibers has a threshold; run ascent submit and "
                "ascent import_n_sims."
            )
        return fiber_columns(self.query, table)

    def path(self, name: str) -> Path:
        """Where a picture called `name` goes unless ``--output`` says so."""
        if self.output is not None:
            return self.output
        root = self.query.folder.root
        finished = (root / "manifest.json").is_file() or self.query.source != root
        # A run directory is finished: its manifest lists what it holds.
        return Path.cwd() / name if finished else root / "output" / "analysis" / name

    def report(self, *files: Path, **facts: Any) -> None:
        """Print what was written, and what else was found."""
        if self.as_json:
            print_json({"files": [str(file) for file in files], **facts})
        else:
            for file in files:
                print(file)


@contextmanager
def selection(
    *,
    project: Path | None,
    sample: list[int] | None,
    model: list[int] | None,
    sim: list[int] | None,
    n_sim: list[int] | None,
    criteria: Path | None,
    output: Path | None,
    title: str | None,
    quiet: bool,
    verbose: bool,
    as_json: bool,
) -> Iterator[Selection]:
    """Open the results that the shared options name."""
    from ascent.analysis.query import Query
    from ascent.cli.query import criteria_of

    configure_logging(quiet, verbose)
    wanted = criteria_of(criteria, {"sample": sample, "model": model, "sim": sim})
    with Query(wanted, project=project) as query:
        yield Selection(query, n_sim or None, output, title, quiet, as_json)


def with_selection(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the shared options after its own; it receives a `Selection` first."""
    hints = get_type_hints(function, include_extras=True)
    own = list(inspect.signature(function).parameters.values())[1:]

    def command(**values: Any) -> None:
        with selection(**{name: values.pop(name) for name in _COMMON}) as chosen:
            function(chosen, **values)

    shared = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=False if name in _FALSE_BY_DEFAULT else None, annotation=kind
        )
        for name, kind in _COMMON.items()
    ]
    mine = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[p.name]) for p in own]
    # Typer makes options out of the signature, so the signature is what is put together here.
    command.__signature__ = inspect.Signature([*mine, *shared])  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in (*mine, *shared)}
    command.__doc__, command.__name__ = function.__doc__, function.__name__
    return command
