"""The groups of the Hydra tree, and choices of them as users type them.

Hydra 1.3 reads ``+run=3`` as the integer 3 and refuses it: the choice of a configuration group must be a
string. Here bare numbers that are given to a group are quoted, in single runs and in sweeps, before Hydra
sees them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

_OVERRIDE = re.compile(
    r"^(?P<prefix>\+{0,2})(?P<group>[A-Za-z_][\w/]*)(?P<package>@[\w.:]*)?=(?P<value>.*)$",
    re.DOTALL,
)
_NUMBER = re.compile(r"^[0-9]+$")
#: Groups that the configuration has no default for, so that choosing one adds it.
_ADDED_GROUPS = frozenset({"run"})


def configuration_folder() -> Path:
    """The folder of the Hydra tree: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "conf"
    return installed if installed.is_dir() else package.parent / "conf"


def configuration_groups(folder: Path) -> frozenset[str]:
    """Names of the groups in a configuration folder, nested ones with slashes (``hydra/launcher``)."""
    return frozenset(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_dir())


def quote_group_numbers(arguments: Sequence[str], groups: frozenset[str]) -> list[str]:
    """Quote the bare numbers that are given to configuration groups.

    Parameters
    ----------
    arguments : sequence of str
        The command line without the program's name.
    groups : frozenset of str
        Names of the configuration groups.

    Returns
    -------
    list of str
        The same arguments, with ``+run=3`` as ``+run="3"`` and ``+run=1,2`` as ``+run="1","2"``; ``run=3`` gets
        the plus sign that Hydra wants for a group that has no default.

    Examples
    --------
    >>> quote_group_numbers(["+run=1,2", "seed=3"], frozenset({"run"}))
    ['+run="1","2"', 'seed=3']
    """
    return [_quote(argument, groups) for argument in arguments]


def _quote(argument: str, groups: frozenset[str]) -> str:
    match = _OVERRIDE.match(argument)
    if match is None or match["group"] not in groups:
        return argument
    value = match["value"]
    if value.startswith("[") and value.endswith("]"):
        return f"{_head(match)}[{_quote_choices(value[1:-1])}]"
    return f"{_head(match)}{_quote_choices(value)}"


def _head(match: re.Match[str]) -> str:
    prefix = match["prefix"] or ("+" if match["group"] in _ADDED_GROUPS else "")
    return f"{prefix}{match['group']}{match['package'] or ''}="


def _quote_choices(value: str) -> str:
    choices = value.split(",")
    return ",".join(f'"{c.strip()}"' if _NUMBER.match(c.strip()) else c for c in choices)
