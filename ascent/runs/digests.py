"""SHA-256 of files and of what a run computed."""

from __future__ import annotations

import fnmatch
import hashlib
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ascent.errors import RunDirectoryError
from ascent.files import is_unfinished

if TYPE_CHECKING:
    import h5py

# What says when, where and by whom rather than what came out; the two YAML files hold the question, not the answer,
# and pictures are drawn from the results.
NOT_CONTENT = (
    "manifest.json",
    "journal.jsonl",
    "run.log",
    "config.yaml",
    "overrides.yaml",
    "report/*",
    "samples/*/plots/*",
    "*.log",
    "*/runtime_*.dat",
    "runtime_*.dat",
    "*/timings.json",
    "*.stamp.json",
    # Names that hold the computer or the process; their numbers stand in Parquet files too. Parameters name paths.
    "hostname_*",
    "seed*_pid*",
    "*_model.param",
    "synapse_file_paths.csv",
)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    Raises
    ------
    RunDirectoryError
        When the file cannot be read.
    """
    try:
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise RunDirectoryError(f"{path} could not be read: {error.strerror or error}.") from error


def is_content(relative: str) -> bool:
    """Return whether a file, by its path inside the run directory, counts as a result."""
    return not any(fnmatch.fnmatchcase(relative, pattern) for pattern in NOT_CONTENT)


def content_sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of what a file says.

    That of its bytes, but for HDF5, whose bytes depend on the order in which things were written, and for NumPy's
    archives, whose headers and compression depend on the versions of Python and zlib.
    """
    readers = {".h5": _hdf5_sha256, ".npz": _npz_sha256}
    return readers.get(path.suffix, file_sha256)(path)


def combined_sha256(digests: Iterable[tuple[str, str]]) -> str:
    """Return one SHA-256 over (relative path, SHA-256) pairs, independent of their order."""
    lines = "".join(f"{digest}  {relative}\n" for relative, digest in sorted(digests))
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def files_below(directory: Path) -> list[str]:
    """Return the paths of all regular files below `directory`, relative, with slashes, sorted.

    Half-written files and folders (``.name.….part``) are left out.
    """
    names = [
        path.relative_to(directory).as_posix()
        for path in directory.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and not any(is_unfinished(part) for part in path.relative_to(directory).parts)
    ]
    return sorted(names)


def _hdf5_sha256(path: Path) -> str:
    import h5py

    digest = hashlib.sha256()
    try:
        with h5py.File(path, "r") as file:
            _add_group(digest, "/", file)
    except OSError as error:
        raise RunDirectoryError(f"{path} could not be read as HDF5: {error}.") from error
    return digest.hexdigest()


def _npz_sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                _add_text(digest, name)
                digest.update(hashlib.sha256(archive.read(name)).digest())
    except (OSError, ValueError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise RunDirectoryError(f"{path} could not be read as an archive of arrays: {error}.") from error
    return digest.hexdigest()


def _add_group(digest: hashlib._Hash, name: str, node: h5py.Group | h5py.Dataset) -> None:
    import h5py
    import numpy as np

    _add_text(digest, name)
    for key in sorted(node.attrs):
        _add_text(digest, key)
        _add_array(digest, np.asarray(node.attrs[key]))
    if isinstance(node, h5py.Dataset):
        _add_array(digest, np.asarray(node[()]))
        return
    for key in sorted(node):
        _add_group(digest, f"{name}{key}/", node[key])


def _add_array(digest: hashlib._Hash, array: object) -> None:
    import numpy as np

    values = np.asarray(array)
    _add_text(digest, f"{values.dtype.str} {values.shape}")
    if values.dtype.hasobject or values.dtype.kind == "U":
        for item in values.ravel():
            _add_text(digest, item.decode("utf-8", "surrogateescape") if isinstance(item, bytes) else str(item))
    else:
        digest.update(np.ascontiguousarray(values).tobytes())


def _add_text(digest: hashlib._Hash, text: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    digest.update(len(data).to_bytes(8, "little") + data)
