"""What a project folder holds: runs, samples and sims, read leniently, for ``ascent list``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ascent.project.layout import ProjectFolder

Table = tuple[tuple[str, ...], list[tuple[Any, ...]]]


def list_kind(folder: ProjectFolder, kind: str) -> Table:
    """List one kind of thing.

    Parameters
    ----------
    folder : ProjectFolder
        The project.
    kind : {"runs", "samples", "sims"}
        What to list.

    Returns
    -------
    header : tuple of str
        ASCENT's column names.
    rows : list of tuple
        One row a file, by index; a file that cannot be read has "unreadable" for its pseudonym.
    """
    return {"runs": _runs, "samples": _samples, "sims": _sims}[kind](folder)


def _runs(folder: ProjectFolder) -> Table:
    header = ("RUN", "PSEUDONYM", "SAMPLE", "MODELS", "SIMS")
    rows: list[tuple[Any, ...]] = []
    for index, file in _numbered(folder.root / "config" / "user" / "runs"):
        run = _read(file)
        rows.append((index, _name(run), _at(run, "sample"), _at(run, "models"), _at(run, "sims")))
    return header, rows


def _samples(folder: ProjectFolder) -> Table:
    header = ("SAMPLE", "PSEUDONYM", "INPUT", "NERVEMODE", "MASKINPUTMODE")
    rows: list[tuple[Any, ...]] = []
    folders = [p for p in (folder.root / "samples").glob("*") if p.name.isdigit() and (p / "sample.json").is_file()]
    for path in sorted(folders, key=lambda p: int(p.name)):
        sample = _read(path / "sample.json")
        modes = (_at(sample, "modes", "nerve"), _at(sample, "modes", "mask_input"))
        rows.append((int(path.name), _name(sample), _at(sample, "sample"), *modes))
    return header, rows


def _sims(folder: ProjectFolder) -> Table:
    header = ("SIM", "PSEUDONYM", "FIBERMODE", "PROTOCOL", "XYMODE")
    rows: list[tuple[Any, ...]] = []
    for index, file in _numbered(folder.root / "config" / "user" / "sims"):
        sim = _read(file)
        xy = _at(sim, "fibers", "xy_parameters", "mode")
        rows.append((index, _name(sim), _at(sim, "fibers", "mode"), _at(sim, "protocol", "mode"), xy))
    return header, rows


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    return sorted((int(file.stem), file) for file in folder.glob("*.json") if file.stem.isdigit())


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {"pseudonym": "unreadable"}


def _name(value: Any) -> Any:
    return _at(value, "pseudonym")


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
