"""Overrides of a sweep: the points they stand for, and the columns they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ascent.errors import ConfigError

#: Overrides that say where and how a point runs, and so are no columns of a table.
_NOT_COLUMNS = ("results.", "engine.workers", "objective", "hydra")


def expand(arguments: Sequence[str]) -> list[tuple[str, ...]] | None:
    """The points that overrides stand for, in the order in which Hydra's own sweeper numbers them.

    Parameters
    ----------
    arguments : sequence of str
        Overrides with ``key=a,b`` and ``range(…)``, numbers of groups quoted already.

    Returns
    -------
    list of tuple of str or None
        None when they cannot be told beforehand: intervals, which an optimiser draws from, and globs.
    """
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    try:
        parsed = [o for o in OverridesParser.create().parse_overrides(list(arguments)) if not _is_hydra(o.key_or_group)]
        if any(o.is_sweep_override() and not (o.is_choice_sweep() or o.is_range_sweep()) for o in parsed):
            return None
        (batch,) = BasicSweeper.split_arguments(parsed, None)
    except (HydraException, ValueError):
        return None
    return [tuple(point) for point in batch]


def first_values(arguments: Sequence[str]) -> list[str]:
    """The overrides with the first value of whatever is swept; what an optimiser draws is left out.

    Raises
    ------
    ConfigError
        When an override cannot be read.
    """
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    chosen = []
    try:
        parsed = OverridesParser.create().parse_overrides(list(arguments))
    except HydraException as error:
        raise ConfigError(f"configuration: {str(error).splitlines()[0]}") from error
    for override in parsed:
        if not override.is_sweep_override():
            chosen.append(str(override.input_line))
        elif override.is_choice_sweep() or override.is_range_sweep():
            chosen.append(f"{override.get_key_element()}={next(iter(override.sweep_string_iterator()))}")
    return chosen


def columns(overrides: Sequence[str]) -> dict[str, Any]:
    """Name and value of each override: numbers, booleans and texts as such, lists and nests as text."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.core.override_parser.types import QuotedString

    found: dict[str, Any] = {}
    for override in OverridesParser.create().parse_overrides(list(overrides)):
        name = override.key_or_group
        if name.startswith(_NOT_COLUMNS):
            continue
        value = None if override.is_delete() else override.value()
        if isinstance(value, QuotedString):
            value = value.text
        simple = value is None or isinstance(value, bool | int | float | str)
        found[name] = value if simple else override.get_value_element_as_str()
    return found


def varying(points: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of the overrides that are not the same for all points."""
    names = dict.fromkeys(name for point in points for name in point)
    return [name for name in names if len({str(point.get(name)) for point in points}) > 1]


def readable(overrides: Sequence[str]) -> str:
    """The overrides as a user would type them, for messages."""
    return " ".join(f"{name}={value}" for name, value in columns(overrides).items()) or "no overrides"


def _is_hydra(key: str) -> bool:
    return key == "hydra" or key.startswith(("hydra.", "hydra/"))
