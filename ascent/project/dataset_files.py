"""Which files of a sample go into a dataset: a tree of names that mirrors ``samples/<s>``.

A key names a file or a folder; ``true`` takes it with all it holds, ``false`` leaves it, an object says what of the
folder goes. ``<model_index>``, ``<sim_index>`` and ``<n_sim_index>`` stand for the indices chosen, other names in angle
brackets for the patterns of ``regex_ascent_files.json``.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from ascent.config.loading import read_json
from ascent.errors import ConfigError
from ascent.project.layout import NSimName

_log = logging.getLogger(__name__)
PATTERNS_FILE = "regex_ascent_files.json"
ENDINGS_FILE = "file_endings.json"
KEEPS_FILE = "dataset_keeps.json"
_INDEX = {"<model_index>": "model", "<sim_index>": "sim", "<n_sim_index>": "n_sim"}


@dataclass(frozen=True)
class Chosen:
    """The n_sims of one sample that go into a dataset.

    Attributes
    ----------
    sample : int
    names : frozenset of NSimName
    """

    sample: int
    names: frozenset[NSimName]

    def indices(self, placeholder: str, above: Mapping[str, int]) -> set[int]:
        """What a placeholder stands for below the indices `above`."""
        level = _INDEX[placeholder]
        if level in above:
            return {above[level]}
        return {getattr(name, level) for name in self.names if all(getattr(name, k) == v for k, v in above.items())}


@dataclass(frozen=True)
class Keeps:
    """A tree of names and the patterns that they may use.

    Attributes
    ----------
    tree : mapping
    patterns : mapping of str to compiled pattern
    source : str
        Where the tree came from, for messages.
    """

    tree: Mapping[str, Any]
    patterns: Mapping[str, re.Pattern[str]]
    source: str

    def check(self) -> None:
        """Refuse values and placeholders that mean nothing.

        Raises
        ------
        ConfigError
            Names the first.
        """
        self._check(self.tree, ())

    def _check(self, tree: Any, above: tuple[str, ...]) -> None:
        for name, value in tree.items():
            where = " > ".join((*above, name))
            if name in ("", ".", "..") or "/" in name or "\\" in name:
                raise ConfigError(f"{self.source}: {where}: must be the name of one file or folder.")
            placeholders = re.findall(r"<[^>]*>", name)
            unknown = [text for text in placeholders if text not in _INDEX and text not in self.patterns]
            if unknown:
                known = [*_INDEX, *self.patterns]
                near = get_close_matches(unknown[0], known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}."
                raise ConfigError(f"{self.source}: {where}: {unknown[0]} stands for nothing; {hint}")
            if isinstance(value, Mapping):
                self._check(value, (*above, name))
            elif not isinstance(value, bool):
                raise ConfigError(f"{self.source}: {where} is {value!r}: must be true, false or an object.")

    def files(self, folder: Path, chosen: Chosen) -> Iterator[Path]:
        """The files of a sample's folder that go into the dataset, in order; links are left out with a warning."""
        yield from self._walk(folder, self.tree, chosen, {})

    def _walk(self, folder: Path, tree: Mapping[str, Any], chosen: Chosen, above: Mapping[str, int]) -> Iterator[Path]:
        entries = sorted(path.name for path in folder.iterdir())
        for name, value in tree.items():
            if value is False:
                continue
            for entry, indices in self._matches(name, entries, chosen, above):
                path = folder / entry
                if isinstance(value, Mapping):
                    if path.is_dir() and not path.is_symlink():
                        yield from self._walk(path, value, chosen, {**above, **indices})
                else:
                    yield from _everything(path)

    def _matches(
        self, name: str, entries: list[str], chosen: Chosen, above: Mapping[str, int]
    ) -> Iterator[tuple[str, dict[str, int]]]:
        if name in self.patterns:
            yield from ((entry, {}) for entry in entries if self.patterns[name].fullmatch(entry))
            return
        placeholder = next((text for text in _INDEX if text in name), None)
        if placeholder is None:
            if name in entries:
                yield name, {}
            return
        for index in sorted(chosen.indices(placeholder, above)):
            if (entry := name.replace(placeholder, str(index))) in entries:
                yield entry, {_INDEX[placeholder]: index}


def load_keeps(path: Path | None, system: Path) -> Keeps:
    """Read a tree of names, or the one that comes with ascent.

    Parameters
    ----------
    path : Path, optional
        ``config/keeps/<i>.json`` of the dataset folder; ascent's own when None.
    system : Path
        The project's ``config/system``, whose patterns are taken besides ascent's.

    Raises
    ------
    ConfigError
        When a file is not what it should be.
    """
    tree = shipped(KEEPS_FILE) if path is None else _object(path)
    patterns: dict[str, str] = dict(shipped(PATTERNS_FILE))
    own = system / PATTERNS_FILE
    if own.is_file():
        for key, pattern in _object(own).items():
            # ASCENT's pattern of <ve_files> knows no src_ and rec_, which its files have had since 1.2.2.
            patterns[key] = f"(?:{patterns[key]})|(?:{pattern})" if key in patterns else str(pattern)
    compiled = {}
    for key, pattern in patterns.items():
        try:
            compiled[key] = re.compile(pattern)
        except re.error as error:
            raise ConfigError(f"{own}: {key} is {pattern!r}: must be a regular expression ({error}).") from error
    keeps = Keeps(tree, compiled, str(path or "ascent's own list of files"))
    keeps.check()
    return keeps


def file_types(system: Path) -> dict[str, str]:
    """Kind of file by ending: ascent's, and the project's own ``file_endings.json`` before them."""
    own = system / ENDINGS_FILE
    return {**shipped(ENDINGS_FILE), **(_object(own) if own.is_file() else {})}


def shipped(name: str) -> dict[str, Any]:
    """A table that comes with ascent."""
    with resources.as_file(resources.files("ascent").joinpath("data", name)) as path:
        return _object(path)


def _object(path: Path) -> dict[str, Any]:
    content = read_json(path)
    if not isinstance(content, dict):
        raise ConfigError(f"{path} must hold a JSON object ({{…}}).")
    return content


def _everything(path: Path) -> Iterator[Path]:
    if path.is_symlink():
        _log.warning("%s is a link; it is left out of the dataset.", path)
    elif path.is_file():
        yield path
    elif path.is_dir():
        for entry in sorted(os.listdir(path)):
            yield from _everything(path / entry)
