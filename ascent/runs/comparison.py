"""What differs: between a directory and its manifest, or between two runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ascent.errors import RunDirectoryError
from ascent.runs.digests import file_sha256, files_below
from ascent.runs.manifest import FILE_NAME, Manifest, read_manifest


@dataclass(frozen=True)
class Difference:
    """A file that is not the same.

    Attributes
    ----------
    path : str
        Relative path.
    what : str
        ``"changed"``, ``"missing"`` (in the second) or ``"new"`` (not in the first).
    """

    path: str
    what: str


def changed_files(directory: Path | str) -> list[Difference]:
    """Return how the files of a finished run differ from what its manifest recorded.

    Raises
    ------
    RunDirectoryError
        When the directory or its manifest cannot be read, or the run has not finished.
    """
    folder = Path(directory)
    manifest = read_manifest(folder)
    if manifest.content_sha256 is None:
        raise RunDirectoryError(f"{folder} has not finished: its manifest records no files.")
    recorded = {file.path: file.sha256 for file in manifest.outputs}
    found = {name: file_sha256(folder / name) for name in files_below(folder) if name != FILE_NAME}
    return _differences(recorded, found)


def compare_content(first: Manifest, second: Manifest) -> list[Difference]:
    """Return how the results of two runs differ, times, hosts and paths aside; empty when they are the same."""
    return _differences(_content(first), _content(second))


def _content(manifest: Manifest) -> dict[str, str]:
    return {file.path: file.content_sha256 for file in manifest.outputs if file.content_sha256 is not None}


def _differences(first: Mapping[str, str], second: Mapping[str, str]) -> list[Difference]:
    found = []
    for path in sorted({*first, *second}):
        if path not in second:
            found.append(Difference(path, "missing"))
        elif path not in first:
            found.append(Difference(path, "new"))
        elif first[path] != second[path]:
            found.append(Difference(path, "changed"))
    return found
