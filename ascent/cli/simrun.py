"""``ascent simrun``: sweeps of a cell in a network, from the shell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ascent.cli import simrun_summary
from ascent.cli.shared import JsonOption, QuietOption, VerboseOption, configure_logging, new_application, print_json

application = new_application()

CellArgument = Annotated[Path, typer.Argument(metavar="CELL", help="Cell parameter file.", show_default=False)]
NetworkArgument = Annotated[Path, typer.Argument(metavar="NETWORK", help="Network parameter file.", show_default=False)]
PrefixOption = Annotated[Path, typer.Option("--prefix", "-o", help="Results go to PREFIX/results.")]
SweepsOption = Annotated[int, typer.Option("--sweeps", "-n", min=1, help="Number of sweeps in all.")]
ProcessesOption = Annotated[int, typer.Option("--processes", "-j", min=1, help="Processes at most.")]
StopOption = Annotated[float, typer.Option("--t-stop", help="End of a sweep, ms.")]
SeedOption = Annotated[int | None, typer.Option("--seed", help="Seed; random by default.", show_default=False)]
StreamOption = Annotated[str, typer.Option("--rng", help="philox, or isf for the original's stream.")]
EngineOption = Annotated[str, typer.Option("--engine", help="auto, batch or neuron.")]


@application.callback()
def simrun() -> None:
    """Run sweeps of a cell in a network: new ones, stored ones, or their activity alone."""


@application.command("run", epilog="Example: ascent simrun run cell.param network.param -n 16 --seed 1")
def run(
    cell: CellArgument,
    network: NetworkArgument,
    sweeps: SweepsOption = 8,
    processes: ProcessesOption = 40,
    t_stop: StopOption = 345,
    prefix: PrefixOption = Path("."),
    seed: SeedOption = None,
    rng: StreamOption = "philox",
    engine: EngineOption = "auto",
    tar: Annotated[bool, typer.Option("--tar", help="Also pack the directory.")] = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Simulate sweeps with new activity in each; print the directory."""
    from ascent.simrun import run_new_simulations

    configure_logging(quiet, verbose)
    directory = run_new_simulations(
        str(cell), str(network), dirPrefix=prefix, nSweeps=sweeps, nprocs=processes, tStop=t_stop, silent=quiet,
        seed=seed, rng=rng, engine=engine, tar=tar,
    )  # fmt: skip
    _finish(Path(directory), {"directory": directory}, as_json)


@application.command(
    "existing", epilog="Example: ascent simrun existing cell.param network.param results/*/*_synapses.csv"
)
def existing(
    cell: CellArgument,
    network: NetworkArgument,
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Synapse activation files.", show_default=False)],
    processes: ProcessesOption = 40,
    t_stop: StopOption = 345,
    prefix: PrefixOption = Path("."),
    engine: EngineOption = "auto",
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Simulate stored sweeps again; print the directory."""
    from ascent.simrun import run_existing_synapse_activations

    configure_logging(quiet, verbose)
    result = run_existing_synapse_activations(
        str(cell), str(network), files, dirPrefix=prefix, nprocs=processes, tStop=t_stop, silent=quiet, engine=engine
    )
    directory = result[0][0][1]
    _finish(Path(directory), {"directory": directory, "files": files}, as_json)


@application.command("generate", epilog="Example: ascent simrun generate cell.param network.param -n 100 --seed 1")
def generate(
    cell: CellArgument,
    network: NetworkArgument,
    sweeps: SweepsOption = 8,
    processes: ProcessesOption = 40,
    t_stop: StopOption = 345,
    prefix: PrefixOption = Path("."),
    seed: SeedOption = None,
    rng: StreamOption = "philox",
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    as_json: JsonOption = False,
) -> None:
    """Draw the activity of sweeps without simulating the cell; print the directory."""
    from ascent.simrun import generate_synapse_activations

    configure_logging(quiet, verbose)
    result = generate_synapse_activations(
        str(cell), str(network), dirPrefix=prefix, nSweeps=sweeps, nprocs=processes, tStop=t_stop, silent=quiet,
        seed=seed, rng=rng,
    )  # fmt: skip
    files = result[0][0]
    directory = Path(files[0]).parent
    _finish(directory, {"directory": str(directory), "files": files}, as_json)


def _finish(directory: Path, result: dict[str, object], as_json: bool) -> None:
    """Print the result; the exit code is 1 when some sweeps failed."""
    if as_json:
        print_json(result)
    else:
        print(directory)
    if (directory / "manifest.json").is_file():
        from ascent.runs import read_manifest

        if read_manifest(directory).failures:
            raise typer.Exit(1)


application.command(
    "summary", epilog="Example: ascent simrun summary results/20261122-1930_seed42_pid123 -w 100-245 -w 245-270"
)(simrun_summary.summary)
