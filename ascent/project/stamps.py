"""Stamps: a stage is redone when what it depends on has changed, and only then.

A stage writes a stamp beside its output: the hash of everything that went into it, and the hashes of the
files it wrote. It is reused only when both still hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ascent.errors import RunDirectoryError
from ascent.files import write_json


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a file's content, as hexadecimal digits.

    Raises
    ------
    RunDirectoryError
        When the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise RunDirectoryError(f"{path} could not be read: {error.strerror or error}.") from error
    return digest.hexdigest()


def content_key(stage: str, *parts: Any) -> str:
    """Hash of what a stage depends on.

    Parameters
    ----------
    stage : str
        Name and version of the stage.
    *parts
        Values that JSON can hold; the order of keys in objects counts, since it does in ASCENT's files.
    """
    text = json.dumps([stage, *parts], separators=(",", ":"), allow_nan=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def code_fingerprint(*packages: str) -> str:
    """Hash of the source of parts of ascent and of the libraries whose version decides what they compute.

    Parameters
    ----------
    *packages : str
        Names of packages in ascent, such as "field".
    """
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for package in packages:
        for file in sorted((root / package).rglob("*")):
            if file.suffix in (".py", ".yaml", ".json"):
                digest.update(f"{file.relative_to(root).as_posix()}\0".encode() + file.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\0".encode())
    return digest.hexdigest()


_LIBRARIES = ("netgen-mesher", "ngsolve", "numpy", "scipy", "shapely", "opencv-python-headless")
_IN_WORK = "in work"


@dataclass(frozen=True)
class Stamp:
    """The stamp of one stage in one folder.

    Attributes
    ----------
    folder : Path
        The folder the stage writes to; output names are relative to it.
    stage : str
        Name of the stage, part of the stamp's file name.
    """

    folder: Path
    stage: str

    @property
    def file(self) -> Path:
        return self.folder / f".{self.stage}.stamp.json"

    def read(self) -> dict[str, Any] | None:
        """The stamp as written, or None when there is none that can be read."""
        try:
            value = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(value, dict) or not isinstance(value.get("outputs"), dict):
            return None
        return value

    def holds(self, key: str) -> bool:
        """True when the stage was done from the same content and its files are as it wrote them."""
        stamp = self.read()
        if stamp is None or stamp.get("key") != key:
            return False
        return all(
            (self.folder / name).is_file() and sha256_of_file(self.folder / name) == digest
            for name, digest in stamp["outputs"].items()
        )

    def write(self, key: str, outputs: Iterable[Path]) -> None:
        """Record that the stage wrote `outputs` from the content `key`."""
        named = {path.relative_to(self.folder).as_posix(): sha256_of_file(path) for path in sorted(set(outputs))}
        write_json(self.file, {"stage": self.stage, "key": key, "outputs": named})

    def begin(self) -> None:
        """Say that the stage is being redone, before its files are touched: an interruption leaves no false stamp."""
        write_json(self.file, {"stage": self.stage, "key": _IN_WORK, "outputs": {}})
