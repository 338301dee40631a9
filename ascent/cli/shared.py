"""What all commands share: options, messages, exit codes."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ascent.errors import AscentError

#: What typer exits with after Ctrl-C.
_INTERRUPTED = 130

ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project",
        help="The project folder; else $ASCENT_PROJECT_PATH, else the nearest parent with config/user.",
        show_default=False,
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print errors and results only.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Print what each step does.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def new_application() -> typer.Typer:
    """An application of one command, without shell completion and without rich's tracebacks."""
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def run_application(application: typer.Typer, name: str, arguments: list[str]) -> int:
    """Run one command and turn errors into a sentence and an exit code."""
    command = typer.main.get_command(application)
    try:
        command.main(args=arguments, prog_name=f"ascent {name}")
    except SystemExit as stop:
        if stop.code == _INTERRUPTED:
            raise KeyboardInterrupt from None
        return stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 2
    except AscentError as error:
        for line in str(error).splitlines():
            print(f"ascent {name}: {line}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"ascent {name}: {describe(error)}", file=sys.stderr)
        return 1
    return 0


def describe(error: OSError) -> str:
    """One sentence about a file that could not be read or written."""
    return f"{error.filename or 'a file'}: {error.strerror or error}."


def configure_logging(quiet: bool, verbose: bool) -> None:
    """Send progress messages to standard error: plain lines, without times."""
    level = logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    # The log of a run may lower the logger's own level.
    handler.setLevel(level)
    logger = logging.getLogger("ascent")
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False
    logging.captureWarnings(True)
    warnings_logger = logging.getLogger("py.warnings")
    warnings_logger.handlers[:] = [handler]
    warnings_logger.propagate = False


def print_json(value: Any) -> None:
    """Print a result for a program to read."""
    print(json.dumps(value, indent=2))
