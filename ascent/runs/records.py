"""Files and texts as the manifest records them."""

from __future__ import annotations

import os
from pathlib import Path

from ascent.runs.digests import content_sha256_of_file, file_sha256, is_content
from ascent.runs.manifest import File


def input_file(path: Path) -> File:
    """The record of a file that a run reads."""
    digest = file_sha256(path)
    return File(path=printable(os.path.abspath(path)), bytes=path.stat().st_size, sha256=digest)


def output_file(directory: Path, relative: str) -> File:
    """The record of a file of a run directory."""
    path = directory / relative
    content = content_sha256_of_file(path) if is_content(relative) else None
    size = path.stat().st_size
    return File(path=printable(relative), bytes=size, sha256=file_sha256(path), content_sha256=content)


def printable(text: str) -> str:
    """Return text that fits in JSON: names of files and arguments may hold bytes that are not UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def sentence(text: str) -> str:
    """Return text that has neither capital nor full stop with both."""
    return f"{text[:1].upper()}{text[1:]}."
