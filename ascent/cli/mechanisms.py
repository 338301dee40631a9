"""``ascent mechanisms build``: compiled membrane mechanisms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ascent.cli.shared import QuietOption, VerboseOption, configure_logging, new_application

application = new_application()


@application.callback()
def mechanisms() -> None:
    """Compile the membrane mechanisms; otherwise done at first use."""


@application.command(epilog="Example: ascent mechanisms build my_mod_files")
def build(
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="DIR…", help="Folders of your own .mod files.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Compile again what is in the cache.")] = False,
    any_processor: Annotated[
        bool,
        typer.Option("--any-processor", help="For every instruction set of the batch engine, as images need."),
    ] = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Compile ascent's mechanisms, and those of the folders given, for both engines into the cache.

    Of your own mechanisms it says which the batch engine covers; fibers with others run in NEURON.
    """
    from ascent.engines.batch.membranes import build_all
    from ascent.mechanisms.build import build_cell_mechanisms, build_mechanisms, cache_directory
    from ascent.network.prebuild import build_shipped

    configure_logging(quiet, verbose)
    for chosen in ((), *((folder,) for folder in folders or ())):
        library = build_mechanisms(chosen, force=force)
        if not quiet:
            print(f"NEURON, fibers: {library}")
    cells = build_cell_mechanisms(tuple(folders or ()), force=force)
    if not quiet:
        print(f"NEURON, cells: {cells}")
    solvers = build_all(any_processor)
    # The solver of a cell belongs to its network; that of the shipped one is all that can be known beforehand.
    shipped = build_shipped(any_processor) if any_processor else 0
    if not quiet:
        network = f", {shipped} of the shipped cell" if shipped else ""
        print(f"batch engine: {solvers} solvers of fibers{network} in {cache_directory() / 'batch'}")
    for path in (path for folder in folders or () for path in sorted(folder.glob("*.mod"))):
        reason = _why_not(path)
        if reason is not None or not quiet:
            print(f"batch engine: {reason or f'covers {path}'}")


def _why_not(path: Path) -> str | None:
    """Why the batch engine cannot do a mechanism; None when it can."""
    from ascent.errors import MechanismError
    from ascent.mechanisms.kernels import membrane_kernel

    try:
        membrane_kernel([path])
    except MechanismError as error:
        return str(error)
    return None
