"""Compiling NMODL mechanisms into a cache that is addressed by what goes into them.

The library for a set of ``.mod`` files is built once, under a lock, and then found again by the hash of the
sources, the NEURON version and the machine; nothing is ever compiled in the current directory.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from ascent.errors import MechanismError

#: Where the mechanisms that ship with ascent are.
MECHANISMS = Path(__file__).parent
_LIBRARIES = ("libnrnmech.so", "libnrnmech.dylib")
#: Files whose mechanisms this process has: name -> hash of the content.
_loaded: dict[str, str] = {}


def cache_directory() -> Path:
    """``$ASCENT_CACHE_DIR``, else ``$XDG_CACHE_HOME/ascent``, else ``~/.cache/ascent``."""
    explicit = os.environ.get("ASCENT_CACHE_DIR")
    if explicit:
        return Path(explicit)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ascent"


def cache_directories() -> tuple[Path, ...]:
    """Where to look: ``$ASCENT_PREBUILT_DIR`` if it is set (read only, what an image carries), then the cache."""
    prebuilt = os.environ.get("ASCENT_PREBUILT_DIR")
    return (*((Path(prebuilt),) if prebuilt else ()), cache_directory())


def mechanism_files(directories: Sequence[Path | str] = ()) -> tuple[Path, ...]:
    """The ``.mod`` files that ship with ascent, then those in `directories`, each folder's sorted by name.

    Raises
    ------
    MechanismError
        When a directory does not exist or holds no ``.mod`` file, or two files have the same name.
    """
    files: dict[str, Path] = {}
    for directory in (MECHANISMS, *map(Path, directories)):
        found = sorted(directory.glob("*.mod"))
        if not found:
            raise MechanismError(f"{directory} holds no .mod file; give a folder with NMODL mechanisms.")
        for path in found:
            if path.name in files:
                raise MechanismError(f"{path} has the name of {files[path.name]}; give one of them another name.")
            files[path.name] = path
    return tuple(files.values())


def build_mechanisms(directories: Sequence[Path | str] = (), force: bool = False) -> Path:
    """Compile the mechanisms of ascent, and those of each of `directories`, unless the cache has them.

    Parameters
    ----------
    directories : sequence of path
        Further folders with ``.mod`` files.
    force : bool
        Compile even when the cache holds the result.

    Returns
    -------
    Path
        The shared library: of ascent's mechanisms, or of the last of `directories`.

    Raises
    ------
    MechanismError
        When there is no compiler or no ``nrnivmodl``, or a file does not compile (with the compiler's words).
    """
    return [_build(files, force) for files in _libraries(directories)][-1]


def _libraries(directories: Sequence[Path | str]) -> list[tuple[Path, ...]]:
    """The files of each library: ascent's, then those of each directory."""
    files = mechanism_files(directories)
    folders = [MECHANISMS, *map(Path, directories)]
    return [tuple(path for path in files if path.parent == folder) for folder in folders]


def compiled_library() -> Path | None:
    """The shared library of ascent's mechanisms in the cache; None while it has not been compiled."""
    return _find_library(_content_hash(mechanism_files()))


def load_mechanisms(directories: Sequence[Path | str] = ()) -> None:
    """Load the mechanisms of ascent, and of `directories`, into NEURON in this process; build them if need be.

    What this process has already loaded stays as it is: a later call adds only files of other names.

    Raises
    ------
    MechanismError
        When they cannot be built, or NEURON already has mechanisms of the same name from elsewhere
        (it loads those compiled in the current directory when it starts).
    """
    for files in _libraries(directories):
        contents = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        for path in files:
            if _loaded.get(path.name, contents[path.name]) != contents[path.name]:
                raise MechanismError(
                    f"NEURON already has the mechanism of another {path.name} than {path}, and cannot change it: give "
                    f"one of them another name (file and SUFFIX), or start ascent again."
                )
        new = tuple(path for path in files if path.name not in _loaded)
        if new:
            _load(_build(new), new)
            _loaded.update(contents)


def _load(library: Path, files: Sequence[Path]) -> None:
    # Without this NEURON looks for a display and says on standard error that there is none.
    os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
    from neuron import h

    for path in files:
        suffix = _suffix(path)
        if suffix and hasattr(h, suffix):
            raise MechanismError(
                f"NEURON already has a mechanism {suffix}, which is not that of {path} (it loads what is compiled in "
                f"the current folder, {Path.cwd()}, by itself): give it another SUFFIX, or start ascent in another "
                f"folder."
            )
    if h.nrn_load_dll(str(library)) != 1:
        raise MechanismError(f"NEURON could not load {library}; build again with: ascent mechanisms build --force.")


def _build(files: Sequence[Path], force: bool = False) -> Path:
    home = cache_directory() / "mechanisms"
    target = home / _content_hash(files)
    library = _find_library(target.name)
    if library is not None and not force:
        return library
    try:
        home.mkdir(parents=True, exist_ok=True)
        with locked(home / f"{target.name}.lock"):
            library = _library_in(target)
            if library is None or force:
                library = _compile_into(target, files)
    except OSError as error:
        raise MechanismError(
            f"Mechanisms could not be built in {home}: {error.strerror or error}; set ASCENT_CACHE_DIR to a folder "
            f"that can be written."
        ) from error
    return library


def _content_hash(files: Sequence[Path]) -> str:
    try:
        neuron_version = version("neuron")
    except PackageNotFoundError as error:
        raise MechanismError("NEURON is not installed; install it with: pip install neuron.") from error
    digest = hashlib.sha256(f"{neuron_version} {platform.system()} {platform.machine()}".encode())
    for path in files:
        content = path.read_bytes()
        digest.update(f"\0{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:32]


def _find_library(content_hash: str) -> Path | None:
    found = (_library_in(home / "mechanisms" / content_hash) for home in cache_directories())
    return next((library for library in found if library is not None), None)


def _library_in(directory: Path) -> Path | None:
    return next((directory / name for name in _LIBRARIES if (directory / name).is_file()), None)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock on the file `path`, against other processes of this machine, while the block runs."""
    with open(path, "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)


def _compile_into(target: Path, files: Sequence[Path]) -> Path:
    program, environment = _nrnivmodl()
    with tempfile.TemporaryDirectory(prefix=".build.", dir=target.parent) as name:
        work = Path(name)
        sources = work / "mod"
        sources.mkdir()
        for path in files:
            shutil.copy(path, sources)
        done = subprocess.run(
            [program, str(sources)], cwd=work, env=environment, capture_output=True, text=True, check=False
        )
        built = next((path for library in _LIBRARIES for path in sorted(work.rglob(library))), None)
        if done.returncode or built is None:
            said = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise MechanismError("nrnivmodl could not compile the mechanisms: " + " | ".join(said[-6:]))
        finished = work / "finished"
        finished.mkdir()
        shutil.copy(built, finished / built.name)
        # Another process may have the old library mapped: it keeps its file, the name now means the new one.
        target.mkdir(exist_ok=True)
        os.replace(finished / built.name, target / built.name)
        return target / built.name


def _nrnivmodl() -> tuple[str, dict[str, str]]:
    """The nrnivmodl of the installed NEURON and the environment it needs, wherever PATH points."""
    environment = dict(os.environ)
    compiler = environment.get("CXX", "").split()[:1] or [name for name in ("g++", "c++", "clang++") if _which(name)]
    if not compiler or not _which(compiler[0]) or not _which("make"):
        raise MechanismError(
            "No C++ compiler and make were found, which NEURON needs for mechanisms: install them "
            "(Debian, Ubuntu: apt install g++ make) or set CXX."
        )
    environment.setdefault("CXX", compiler[0])
    environment.setdefault("CC", environment["CXX"].replace("clang++", "clang").replace("g++", "gcc"))
    spec = find_spec("neuron")
    data = Path(spec.origin).parent / ".data" if spec and spec.origin else None
    if data is None or not (data / "bin" / "nrnivmodl").is_file():
        program = _which("nrnivmodl")
        if program is None:
            raise MechanismError("The installed NEURON has no nrnivmodl; install its wheel with: pip install neuron.")
        return program, environment
    environment |= {
        "NEURONHOME": str(data / "share" / "nrn"),
        "NRNHOME": str(data),
        "CORENRNHOME": str(data),
        "NMODLHOME": str(data),
        "NRN_PYTHONEXE": sys.executable,
        "PATH": f"{data / 'bin'}{os.pathsep}{environment.get('PATH', os.defpath)}",
    }
    return str(data / "bin" / "nrnivmodl"), environment


def _which(name: str) -> str | None:
    return shutil.which(name)


def _suffix(path: Path) -> str | None:
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.split()
        if words[:1] in (["SUFFIX"], ["POINT_PROCESS"]) and len(words) > 1:
            return words[1]
    return None
