"""What `clean_samples` and `tidy_samples` share: the list of what will go, the question, the removal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ascent.cli.shared import print_json

if TYPE_CHECKING:
    from ascent.project.housekeeping import Removal

#: Files listed before the question; --dry-run lists all.
_SHOWN = 20

SamplesArgument = Annotated[list[int], typer.Argument(metavar="SAMPLE…", help="Indices of samples/<SAMPLE>.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="List what would go; remove nothing.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Answer every question with yes.")]


def remove(
    removals: Sequence[Removal], *, dry_run: bool, yes: bool, quiet: bool, as_json: bool, warnings: Sequence[str] = ()
) -> None:
    """List files, ask, and remove them.

    Parameters
    ----------
    removals : sequence of Removal
        One a sample.
    dry_run, yes, quiet, as_json : bool
        The command's options.
    warnings : sequence of str
        Each is a question of its own before anything goes.
    """
    total = sum(len(removal.files) for removal in removals)
    if not as_json:
        _list(removals, None if dry_run else _SHOWN, quiet and not dry_run)
    if total and not dry_run:
        for question in (*warnings, f"Remove {_count(total)}?"):
            if not yes and not typer.confirm(question, err=True):
                print("Nothing was removed.", file=sys.stderr)
                raise typer.Exit(1)
        for removal in removals:
            removal.carry_out()
    if as_json:
        listed = [file.relative_to(r.folder.parents[1]).as_posix() for r in removals for file in r.files]
        print_json({"removed": [] if dry_run else listed, "would_remove": listed if dry_run else []})
    elif not quiet:
        print(f"{_count(total)} {'would be' if dry_run else 'were'} removed.", file=sys.stderr)


def _list(removals: Sequence[Removal], most: int | None, quiet: bool) -> None:
    if quiet:
        return
    for removal in removals:
        root = removal.folder.parents[1]
        print(f"sample {removal.sample}: {_count(len(removal.files))}, {removal.size / 1e6:.1f} MB")
        for file in removal.files[:most]:
            print(f"  {file.relative_to(root).as_posix()}")
        if most is not None and len(removal.files) > most:
            print(f"  and {len(removal.files) - most} more; --dry-run lists all")


def _count(files: int) -> str:
    return "1 file" if files == 1 else f"{files} files"
