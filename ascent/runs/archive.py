"""Archives of run directories: the same bytes for the same content, and safe to unpack."""

from __future__ import annotations

import gzip
import os
import shutil
import stat
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ascent.errors import ConfigError, RunDirectoryError
from ascent.files import is_unfinished, replacing, write_text
from ascent.runs.digests import file_sha256

MODES = ("tar.gz", "tar.zst", "none")
_CHUNK = 1 << 20
_DAMAGE = (OSError, EOFError, zlib.error, tarfile.TarError, ValueError, OverflowError)


def check_mode(mode: str, keep_directory: bool = True) -> None:
    """Refuse an archive mode that does not exist, cannot be made here, or would leave nothing behind.

    Raises
    ------
    ConfigError
        With one sentence.
    """
    if mode not in MODES:
        raise ConfigError(f"results.archive is {mode!r}: it must be one of {', '.join(MODES)}.")
    if mode == "tar.zst":
        _zstandard()
    if mode == "none" and not keep_directory:
        raise ConfigError("results.archive is 'none' and results.keep_directory is false: nothing would be left.")


def write_archive(directory: Path | str, archive: Path | str, modified: float) -> Path:
    """Pack a directory into a ``.tar.gz`` or ``.tar.zst`` file, with its ``.sha256`` beside it.

    The bytes depend on names and contents alone: names are sorted, the owner is 0, and every file
    bears the same time.

    Parameters
    ----------
    directory : path
        What to pack; it is the one entry at the top of the archive.
    archive : path
        The file to write; its name says how it is compressed.
    modified : float
        Time of every file, s since 1970; ``$SOURCE_DATE_EPOCH`` takes its place when set.

    Returns
    -------
    path
        `archive`.

    Raises
    ------
    RunDirectoryError
        When the directory cannot be read or the archive cannot be written.
    ConfigError
        When the compression is unknown or not installed, or ``$SOURCE_DATE_EPOCH`` is not a number.
    """
    source, target = Path(directory), Path(archive)
    time = int(_source_date_epoch(modified))
    if not source.is_dir():
        raise RunDirectoryError(f"{source} is not a directory: there is nothing to archive.")
    with (
        replacing(target) as temporary,
        open(temporary, "wb") as raw,
        _compressor(raw, target.name) as stream,
        tarfile.open(fileobj=stream, mode="w|") as tar,
    ):
        for path in _entries(source):
            _add(tar, path, (Path(source.name) / path.relative_to(source)).as_posix(), time)
    write_text(checksum_path(target), f"{file_sha256(target)}  {target.name}\n")
    return target


def checksum_path(archive: Path) -> Path:
    """Return the path of the checksum file of an archive, as ``sha256sum --check`` reads it."""
    return archive.with_name(archive.name + ".sha256")


def extract_archive(
    archive: Path | str, target: Path | str, skip: Callable[[tuple[str, ...]], bool] | None = None
) -> Path:
    """Unpack an archive of a run into the folder `target`, whole or not at all.

    Only folders and regular files below one folder are accepted: no links, devices, absolute names or
    names that lead outside. When a ``.sha256`` lies beside the archive, it must agree.

    Parameters
    ----------
    archive : path
        ``.tar.gz`` or ``.tar.zst``.
    target : path
        Folder that the run directory appears in.
    skip : callable, optional
        Told the parts of a file's path in the run directory, whether to leave the file out.

    Returns
    -------
    path
        The unpacked run directory.

    Raises
    ------
    RunDirectoryError
        When the archive is missing, damaged or unsafe, or its folder exists already.
    """
    source, folder = Path(archive), Path(target)
    _check_sum(source)
    temporary: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".extract.", dir=folder))
    except OSError as error:
        raise RunDirectoryError(f"{folder} could not be written: {error.strerror or error}.") from error
    try:
        top = _unpack(source, temporary, skip)
        final = folder / top
        if final.exists():
            raise RunDirectoryError(f"{final} exists already: it is not overwritten.")
        os.rename(temporary / top, final)
        return final
    except RunDirectoryError:
        raise
    except (*_DAMAGE, _zstandard_error()) as error:
        raise RunDirectoryError(f"{source} could not be unpacked: {error or type(error).__name__}.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _entries(source: Path) -> list[Path]:
    found = [source, *source.rglob("*")]
    kept = [path for path in found if not path.is_symlink() and (path.is_dir() or path.is_file())]
    whole = [path for path in kept if not any(is_unfinished(part) for part in path.relative_to(source).parts)]
    return sorted(whole, key=lambda path: path.relative_to(source).as_posix())


def _add(tar: tarfile.TarFile, path: Path, name: str, time: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.mtime = time
    status = path.stat()
    if path.is_dir():
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(entry)
        return
    entry.mode = 0o755 if status.st_mode & stat.S_IXUSR else 0o644
    entry.size = status.st_size
    with open(path, "rb") as content:
        tar.addfile(entry, content)


def _source_date_epoch(default: float) -> float:
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if not text:
        return default
    if not text.isdecimal():
        raise ConfigError(f"$SOURCE_DATE_EPOCH is {text!r}: it must be whole seconds since 1970.")
    return int(text)


@contextmanager
def _compressor(raw: IO[bytes], name: str) -> Iterator[Any]:
    if name.endswith(".tar.gz"):
        # Neither name nor time in the header, so that they cannot differ.
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=6, mtime=0) as stream:
            yield stream
    elif name.endswith(".tar.zst"):
        with _zstandard().ZstdCompressor(level=10, write_checksum=True).stream_writer(raw, closefd=False) as stream:
            yield stream
    else:
        raise ConfigError(f"{name}: the name of an archive must end in .tar.gz or .tar.zst.")


@contextmanager
def _decompressor(raw: IO[bytes], name: str) -> Iterator[Any]:
    if name.endswith(".tar.gz"):
        with gzip.GzipFile(fileobj=raw, mode="rb") as stream:
            yield stream
    elif name.endswith(".tar.zst"):
        with _zstandard().ZstdDecompressor().stream_reader(raw, closefd=False) as stream:
            yield stream
    else:
        raise RunDirectoryError(f"{name}: the name of an archive must end in .tar.gz or .tar.zst.")


def _unpack(source: Path, folder: Path, skip: Callable[[tuple[str, ...]], bool] | None) -> str:
    top: str | None = None
    with open(source, "rb") as raw, _decompressor(raw, source.name) as stream:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for entry in tar:
                parts = _safe_parts(source, entry)
                top = top or parts[0]
                if parts[0] != top:
                    raise RunDirectoryError(f"{source} is not the archive of a run: it holds more than one folder.")
                if skip is None or entry.isdir() or not skip(parts[1:]):
                    _write_entry(tar, entry, folder.joinpath(*parts))
        # The checksum of the compressed stream is checked at its end only.
        while stream.read(_CHUNK):
            pass
    if top is None or not (folder / top).is_dir():
        raise RunDirectoryError(f"{source} is not the archive of a run: it holds no folder.")
    return top


def _safe_parts(source: Path, entry: tarfile.TarInfo) -> tuple[str, ...]:
    parts = PurePosixPath(entry.name).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise RunDirectoryError(f"{source} is unsafe: the entry {entry.name!r} leads outside of its folder.")
    if not (entry.isreg() or entry.isdir()):
        raise RunDirectoryError(f"{source} is unsafe: the entry {entry.name!r} is neither a file nor a folder.")
    return parts


def _write_entry(tar: tarfile.TarFile, entry: tarfile.TarInfo, path: Path) -> None:
    if entry.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    content = tar.extractfile(entry)
    if content is None:
        raise tarfile.TarError(f"{entry.name} has no content")
    # Mode x: an entry that occurs twice is damage.
    with content, open(path, "xb") as target:
        shutil.copyfileobj(content, target, _CHUNK)
    if path.stat().st_size != entry.size:
        raise tarfile.TarError(f"{entry.name} is cut off")
    if entry.mode & stat.S_IXUSR:
        path.chmod(0o755)


def _check_sum(source: Path) -> None:
    beside = checksum_path(source)
    if not beside.exists():
        return
    try:
        expected = beside.read_text(encoding="ascii").split()[0]
    except (OSError, UnicodeDecodeError, IndexError) as error:
        raise RunDirectoryError(f"{beside} could not be read as a SHA-256 checksum.") from error
    if file_sha256(source) != expected:
        raise RunDirectoryError(f"{source} is damaged: it does not have the SHA-256 that {beside.name} gives.")


def _zstandard() -> Any:
    try:
        import zstandard
    except ImportError as error:
        raise ConfigError("Archives of kind tar.zst need the package zstandard: install it, or take tar.gz.") from error
    return zstandard


def _zstandard_error() -> type[Exception]:
    try:
        import zstandard
    except ImportError:
        return tarfile.TarError
    return zstandard.ZstdError
