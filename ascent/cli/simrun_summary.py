"""``ascent simrun summary``: what came of a network study, as tables and pictures."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ascent.cli.shared import JsonOption, QuietOption, VerboseOption, configure_logging, print_json

if TYPE_CHECKING:
    from ascent.analysis.network import NetworkSummary

#: Types of synapses that are printed; the files hold all.
_MOST_TYPES = 25


def summary(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Run directory, its archive or a folder of runs.", show_default=False)
    ],
    window: Annotated[
        list[str] | None,
        typer.Option("--window", "-w", metavar="FROM-TO", help="Count spikes from FROM to TO ms; may be repeated."),
    ] = None,
    bin_ms: Annotated[float, typer.Option("--bin", help="Bin of the histogram, ms.")] = 5.0,
    distance_bin: Annotated[float, typer.Option("--distance-bin", help="Bin of distances, µm.")] = 50.0,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Folder for tables and pictures; DIR_summary by default.", show_default=False
        ),
    ] = None,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw pictures.")] = True,
    image_format: Annotated[str, typer.Option("--format", help="png, svg or pdf.")] = "png",
    write: Annotated[bool, typer.Option("--write/--no-write", help="Write tables and pictures at all.")] = True,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Rates, spike probabilities in windows, histogram, traces, and synapses by type and distance."""
    from ascent.analysis.network import summarize
    from ascent.errors import ConfigError
    from ascent.simrun.results import load_simrun

    configure_logging(quiet, verbose)
    if image_format not in ("png", "svg", "pdf"):
        raise ConfigError(f"--format is {image_format}: must be png, svg or pdf.")
    results = load_simrun(directory)
    found = summarize(results, [_window(text) for text in window or []], bin_ms, distance_bin)
    folder = output or directory.absolute().parent / f"{_stem(directory)}_summary"
    files: list[Path] = []
    if write:
        files = _write_tables(found, folder)
        if figures:
            from ascent.analysis.network.figures import write_figures

            files += write_figures(results, found, folder, f".{image_format}")
    if as_json:
        print_json({**found.to_dict(), "files": [str(path) for path in files]})
    elif not quiet:
        _print(found)
        if files:
            print(folder)


def _window(text: str) -> tuple[float, float]:
    from ascent.errors import ConfigError

    start, dash, end = text.strip().partition("-")
    try:
        window = float(start), float(end)
    except ValueError:
        window = math.nan, math.nan
    if not dash or not (math.isfinite(window[0]) and math.isfinite(window[1])) or window[1] <= window[0]:
        raise ConfigError(f"--window is {text}: must be FROM-TO in ms, such as 100-245.")
    return window


def _stem(directory: Path) -> str:
    name = directory.absolute().name
    for suffix in (".tar.gz", ".tar.zst", ".tar"):
        name = name.removesuffix(suffix)
    return name


def _write_tables(found: NetworkSummary, folder: Path) -> list[Path]:
    from ascent.analysis.network.summary import TABLES
    from ascent.files import replacing, write_json

    files = []
    for name in TABLES:
        path = folder / f"{name}.csv"
        with replacing(path) as temporary:
            getattr(found, name).to_csv(temporary, index=False)
        files.append(path)
    write_json(folder / "summary.json", found.to_dict())
    return [*files, folder / "summary.json"]


def _print(found: NetworkSummary) -> None:
    from ascent.analysis.network.summary import type_group
    from ascent.cli.tables import print_table

    start, end = found.time_range
    print(f"{found.n_sweeps} sweeps" + (f" of {start:g} to {end:g} ms" if len(found.windows) else ", not simulated"))
    if len(found.windows):
        rows = [
            (
                f"{row['from_ms']:g}-{row['to_ms']:g}", f"{row['rate_Hz']:.2f}", f"{row['spikes_per_sweep']:.3f}",
                f"{row['p_spike']:.3f}", f"{row['p_low']:.3f}-{row['p_high']:.3f}",
            )
            for row in found.windows.to_dict("records")
        ]  # fmt: skip
        print()
        print_table(("WINDOW (ms)", "RATE (Hz)", "SPIKES/SWEEP", "P(SPIKE)", "95 %"), rows)
        sites: list[tuple[Any, ...]] = [
            (row["site"], f"{row['threshold_mV']:g}", row["spikes"], f"{row['rate_Hz']:.2f}")
            for row in found.sites.to_dict("records")
        ]
        print()
        print_table(("SITE", "THRESHOLD (mV)", "SPIKES", "RATE (Hz)"), sites)
    table = found.synapses_by_type
    if not len(table):
        return
    columns = ["active_synapses", "releases", "presynaptic_cells", "presynaptic_spikes"]
    if len(table) > _MOST_TYPES:
        table = table.groupby(table["synapse_type"].map(type_group))[columns].sum().reset_index()
    print()
    print_table(
        ("SYNAPSES PER SWEEP", "ACTIVE", "RELEASES", "CELLS", "SPIKES"),
        [(row["synapse_type"], *(f"{row[name]:.1f}" for name in columns)) for row in table.to_dict("records")],
    )
