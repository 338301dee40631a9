"""The ``ascent`` command.

A first word that names a command runs it; anything else is Hydra's (``+run=3``, ``-m``, ``--cfg job``).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

#: Every command: the module under ``ascent.cli`` that holds it, and what it does.
COMMANDS: dict[str, tuple[str, str]] = {
    "pipeline": ("pipeline", "sample, model and sim of runs in an ASCENT project folder; exports n_sims"),
    "submit": ("submit", "runs exported n_sims on this machine"),
    "import_n_sims": ("import_n_sims", "brings the results of exported n_sims back into the project folder"),
    "mock_morphology_generator": ("mock_morphology_generator", "draws the masks of a mock nerve"),
    "clean_samples": ("clean_samples", "removes all that can be made again from samples"),
    "tidy_samples": ("tidy_samples", "removes files of samples by their names"),
    "build_dataset": ("build_dataset", "makes datasets in the SPARC Dataset Structure"),
    "env_setup": ("env_setup", "writes config/system/env.json"),
    "query": ("query", "finds samples, models and sims by their parameters, and their thresholds"),
    "simrun": ("simrun", "runs sweeps of a cell in a network: new ones, or stored ones again"),
    "status": ("status", "how far each point of a sweep is"),
    "collect": ("collect", "joins the points of a sweep into one table"),
    "plot": ("plot", "draws samples, fibers, potentials, recordings and thresholds"),
    "report": ("report", "the results of a run as one HTML page"),
    "video": ("video", "animates a saved state variable along a fiber"),
    "list": ("listing", "lists the runs, samples or sims of a project folder"),
    "resume": ("resume", "finishes an interrupted run or sweep"),
    "verify": ("verify", "re-runs from what a run directory or archive holds, and compares"),
    "mechanisms": ("mechanisms", "compiles the membrane mechanisms"),
    "doctor": ("doctor", "says what is installed, compiled and reachable"),
}

_HYDRA_FLAGS = ("-m", "--multirun", "-c", "--cfg", "--info", "--hydra-help", "-p", "--package", "--resolve")
#: What most units of work import, which MPI ranks do while rank 0 plans.
UNITS_NEED = (
    "ascent.config.loading",
    "ascent.engines.batch.engine",
    "ascent.project.fiber_groups",
    "ascent.protocols.jobs",
    "ascent.protocols.outputs",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the console script exits with what this returns.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line without the program's name; ``sys.argv[1:]`` by default.

    Returns
    -------
    int
        0 when the work was done, 1 when some of it failed or it was interrupted, 2 when the call or its
        input was wrong.
    """
    from ascent.schedule import mpi

    own_process = arguments is None
    words = list(sys.argv[1:] if arguments is None else arguments)
    return mpi.run(lambda: _interruptible(words, own_process), UNITS_NEED)


def _interruptible(arguments: list[str], own_process: bool) -> int:
    from ascent.cli.interruption import ending_cleanly

    try:
        with ending_cleanly():
            return _dispatch(arguments, own_process)
    except KeyboardInterrupt as interruption:
        what = str(interruption) or "interrupted"
        print(f"ascent: {what}; what was finished is kept.", file=sys.stderr)
        return 1


def _dispatch(arguments: list[str], own_process: bool) -> int:
    from ascent import __version__

    if not arguments or arguments[0] in ("--help", "-h", "help"):
        print(overview())
        return 0
    if arguments[0] == "--version":
        print(f"ascent {__version__}")
        return 0
    first = arguments[0]
    if first in COMMANDS:
        from importlib import import_module

        from ascent.cli.shared import run_application

        application = import_module(f"ascent.cli.{COMMANDS[first][0]}").application
        return run_application(application, first, arguments[1:])
    if "=" not in first and first not in _HYDRA_FLAGS and not first.startswith("~"):
        from difflib import get_close_matches

        near = get_close_matches(first, COMMANDS, n=1)
        hint = f"did you mean {near[0]}?" if near else "ascent --help lists the commands."
        print(f"ascent: {first} is neither a command nor an override (key=value): {hint}", file=sys.stderr)
        return 2
    from ascent.cli import study_door, sweep_door

    if sweep_door.is_sweep(arguments):
        return sweep_door.main(arguments)
    return study_door.main(arguments, own_process)


def overview() -> str:
    """The text of ``ascent --help``."""
    from ascent import __version__

    lines = [
        f"ascent {__version__}: from nerve histology to thresholds, reproducibly",
        "",
        "Usage:",
        "  ascent +run=3 [key=value …]        run a study of conf/run and write a run directory",
        "  ascent -m +run=3 key=a,b           sweep over values",
        "  ascent +run=3 --cfg job            print the whole configuration of a run",
        "  ascent COMMAND [options]           a command below; ascent COMMAND --help explains it",
        "",
        "Commands:",
    ]
    width = max(map(len, COMMANDS))
    lines += [f"  {name:<{width}}  {text}" for name, (_, text) in COMMANDS.items()]
    lines += ["", "Example: ascent +run=3 sample.scale.shrinkage=0.1 cuff=livanova_2000"]
    return "\n".join(lines)
