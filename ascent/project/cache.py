"""The cache: what is expensive and depends on content only is kept once for all projects and runs."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from ascent.errors import RunDirectoryError
from ascent.mechanisms.build import cache_directory

CACHE_VARIABLE = "ASCENT_CACHE_DIR"

_log = logging.getLogger(__name__)


def take(kind: str, key: str, target: Path) -> bool:
    """Copy a cached folder to `target`, which must not exist; False when it is not in the cache."""
    source = cache_directory() / kind / key
    if not source.is_dir():
        return False
    copy_whole(source, target)
    return True


def put(kind: str, key: str, source: Path) -> None:
    """Keep a copy of a folder; a cache that cannot be written is left alone."""
    with suppress(OSError, RunDirectoryError):
        target = cache_directory() / kind / key
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            copy_whole(source, target)


@contextmanager
def only_one(kind: str, key: str) -> Iterator[None]:
    """Hold the right to compute one entry of the cache for as long as the block runs.

    Processes that want the same entry at the same time come in one after the other: look into the cache again
    inside the block. A process that dies gives its right back. Where locks or the cache cannot be had, nothing waits.
    """
    with ExitStack() as stack:
        with suppress(OSError):
            path = cache_directory() / kind / f"{key}.lock"
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = stack.enter_context(open(path, "a"))
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _log.info("another process computes the same %s: waiting for it", kind)
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def copy_whole(source: Path, target: Path) -> None:
    """Copy a folder so that `target` appears only when it is complete.

    Raises
    ------
    RunDirectoryError
        When a file cannot be read or written; nothing is left at `target`.
    """
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
        shutil.copytree(source, temporary, dirs_exist_ok=True)
        # The source may be a temporary folder, which nobody else may read.
        temporary.chmod(0o755)
        if target.is_dir():
            _swap(temporary, target)
        else:
            os.replace(temporary, target)
    except (OSError, shutil.Error) as error:
        raise RunDirectoryError(f"{source} could not be copied to {target}: {error}.") from error
    finally:
        if temporary is not None and temporary.exists():
            shutil.rmtree(temporary, ignore_errors=True)


def _swap(new: Path, old: Path) -> None:
    aside = old.with_name(f".{old.name}.replaced-{os.getpid()}.part")
    os.replace(old, aside)
    try:
        os.replace(new, old)
    except OSError:
        os.replace(aside, old)
        raise
    shutil.rmtree(aside, ignore_errors=True)
