"""Turns the data of a report into its page: one file with its style, scripts and data in it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

_FOLDER = Path(__file__).parent / "page"
_SCRIPTS = (
    "core", "chart", "section", "shapes", "paint", "scene", "table", "sections", "network", "main",
)  # fmt: skip
#: What the scripts draw from; the rest is written into the page as it is.
_FOR_SCRIPTS = ("name", "section", "scene", "fibers", "stimuli", "potentials", "network")


def render(data: dict[str, Any], *, links: bool) -> str:
    """The page as text.

    Parameters
    ----------
    data : dict
        From :func:`ascent.analysis.report.report.collect`.
    links : bool
        Whether the page will lie in the run directory, so that files can be linked to.
    """
    return _template().render(
        **data,
        links=links,
        cards=cards(data),
        style=_text("report.css"),
        script="\n".join(_text(f"{name}.js") for name in _SCRIPTS),
        json=script_safe({key: data.get(key) for key in _FOR_SCRIPTS}),
    )


@cache
def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def _template() -> Any:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "size": size, "seconds": seconds}
    return environment.from_string(_text("index.html.j2"))


def script_safe(value: Any) -> str:
    """JSON that may stand in a script element, whatever text is in it."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def cards(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The figures at the top: value, unit, what it is."""
    result: list[tuple[str, str, str]] = []
    fibers, net = data["fibers"], data["network"]
    if fibers:
        places = len(set(fibers["fascicle"]))
        result.append((str(len(fibers["n_sim"])), "", f"fibers, {places} fascicle{'s' if places != 1 else ''}"))
        found = np.abs([value for value in fibers["threshold"] if value is not None])
        if len(found):
            result.append((number(float(np.median(found)), 3), "", "median threshold (mA)"))
            low, high = number(float(found.min()), 3), number(float(found.max()), 3)
            if low != high:
                result.append((f"{low}–{high}", "", "thresholds (mA)"))
        result.append((str(sum(fibers["runs"])), "", "simulations"))
    if net:
        result.append((str(net["sweeps"]), "", "sweeps"))
        if "n_spikes" in net:
            result.append((str(net["n_spikes"]), "", "spikes"))
    for field in (data["field"] or [])[:1]:
        result.append((f"{field['elements']:,}".replace(",", " "), "", "finite elements"))
    wall = (data["timings"] or {}).get("wall_seconds")
    if wall is not None:
        value, _, unit = seconds(wall).partition(" ")
        result.append((value, unit, "wall time"))
    return result


def number(value: float | None, digits: int = 4) -> str:
    """A number for people: few digits, a real minus sign."""
    if value is None or value != value:
        return "–"
    return f"{value:.{digits}g}".replace("-", "−").replace("e+0", "e").replace("e−0", "e−")


def size(count: int | None) -> str:
    """Bytes for people."""
    if count is None:
        return ""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"


def seconds(value: float) -> str:
    """A duration for people."""
    if value >= 5400:
        return f"{value / 3600:.1f} h"
    if value >= 100:
        return f"{value / 60:.1f} min"
    return f"{value:.3g} s"
