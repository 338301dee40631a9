"""Whole files or none: what is written appears under its name only when it is complete."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ascent.errors import RunDirectoryError


@contextmanager
def replacing(path: Path | str, *, durable: bool = True) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` when the block succeeds.

    The temporary file keeps the suffix of `path`, so that libraries that choose a format by suffix
    (matplotlib, pandas) can write to it. When the block raises, nothing is left behind.

    Parameters
    ----------
    path : path
        The file.
    durable : bool
        Wait until the content is on disk, which takes milliseconds. Without it the file is whole whatever becomes
        of the process, but may be empty after the machine has lost its power.

    Raises
    ------
    RunDirectoryError
        When the folder cannot be written (missing rights, read-only or full disk).
    """
    target = Path(path)
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}.", suffix=f".part{target.suffix}", dir=target.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        if durable:
            with open(temporary, "rb") as written:
                os.fsync(written.fileno())
        temporary.chmod(0o666 & ~_umask())
        os.replace(temporary, target)
    except OSError as error:
        raise RunDirectoryError(f"{target} could not be written: {error.strerror or error}.") from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def write_text(path: Path | str, text: str, *, durable: bool = True) -> None:
    """Write `text` to `path` as UTF-8, whole or not at all."""
    _write(path, text.encode("utf-8"), durable)


def write_bytes(path: Path | str, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all."""
    _write(path, data, durable=True)


def write_json(path: Path | str, value: Any, *, indent: int = 2, durable: bool = True) -> None:
    """Write `value` as JSON with a newline at the end, whole or not at all."""
    write_text(path, json.dumps(value, indent=indent) + "\n", durable=durable)


def _write(path: Path | str, data: bytes, durable: bool) -> None:
    # Not truncated, for there is nothing in it: a file system may take a truncated file for one that is being replaced
    # and write it to disk when it is closed, as ext4 does.
    with replacing(path, durable=durable) as temporary, open(temporary, "r+b") as file:
        file.write(data)


def is_unfinished(name: str) -> bool:
    """Return whether a file or folder of this name is what an interrupted write left behind."""
    return name.startswith(".") and ".part" in name


def sweep(folder: Path, pattern: str = "**/.*") -> None:
    """Delete what interrupted writes have left below `folder`, as far as that is possible.

    Parameters
    ----------
    folder : Path
        Where to look.
    pattern : str
        Names that are looked at; all below `folder` by default.
    """
    for path in [path for path in folder.glob(pattern) if is_unfinished(path.name)]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
