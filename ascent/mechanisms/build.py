"""Compiling NMODL mechanisms into a cache that is addressed by what goes into them.

The library for a set of ``.mod`` files is built once, under a lock, and then found again by the hash of the
sources, the NEURON version and the machine; nothing is ever compiled in the current directory.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from ascent.errors import MechanismError
from ascent.mechanisms.headers import precompiled_headers

#: Where the mechanisms of fibers are that ship with ascent, and those of cortical cells and their synapses.
MECHANISMS = Path(__file__).parent
CORTICAL = MECHANISMS / "cortical"
_LIBRARIES = ("libnrnmech.so", "libnrnmech.dylib")
#: How the mechanisms of cells are compiled: for a long simulation of many compartments, where fibers hardly use NEURON.
_CELL_FLAGS = ("-O3", "-fno-math-errno", "-ffp-contract=off")
#: What cells use of NEURON's own.
_BUILT_IN = ("pas", "extracellular", "hh")
#: Mechanism -> the file it came from, of all that this process has loaded; and the hash of what the file held then.
_loaded: dict[str, Path] = {}
_contents: dict[str, str] = {}
#: The mechanisms of cells to which `only_mechanisms` limits what is loaded.
_limit: frozenset[str] | None = None
_logger = logging.getLogger(__name__)


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


def cell_mechanism_files(directories: Sequence[Path | str] = ()) -> dict[str, Path]:
    """The mechanisms of cells that ship with ascent, and those of `directories`, each with its ``.mod`` file.

    A user's own file takes the place of the mechanism of the same name that ships with ascent; but not one with
    VERBATIM, which is written for one version of NEURON. Folders without ``.mod`` files are passed over, since
    simrun's files name such folders.

    Raises
    ------
    MechanismError
        When two of the folders define the same mechanism differently.
    """
    files = {mechanism_name(path): path for path in sorted(CORTICAL.glob("*.mod"))}
    shipped = dict(files)
    for path in (path for directory in directories for path in sorted(Path(directory).glob("*.mod"))):
        name = mechanism_name(path)
        before = files.get(name)
        if name in shipped and before == shipped[name]:
            if "VERBATIM" in path.read_text(encoding="utf-8", errors="replace"):
                _logger.info("%s: ascent's own %s is used, since this file has VERBATIM code.", path, name)
                continue
        elif before is not None and before.read_bytes() != path.read_bytes():
            raise MechanismError(f"{path} defines {name}, as {before} does otherwise; keep one of them.")
        files[name] = path
    return files


def build_mechanisms(directories: Sequence[Path | str] = (), force: bool = False) -> Path:
    """Compile the mechanisms of fibers, and those of each of `directories`, unless the cache has them.

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


def build_cell_mechanisms(directories: Sequence[Path | str] = (), force: bool = False) -> Path:
    """Compile the mechanisms of cells, and of `directories`, as :func:`build_mechanisms` does those of fibers."""
    return _build(tuple(cell_mechanism_files(directories).values()), force, _CELL_FLAGS)


def compiled_library() -> Path | None:
    """The shared library of the mechanisms of fibers in the cache; None while it has not been compiled."""
    return _find_library(_content_hash(mechanism_files()))


def load_mechanisms(directories: Sequence[Path | str] = ()) -> None:
    """Load the mechanisms of fibers, and of `directories`, into NEURON in this process; build them if need be.

    What this process has already loaded stays as it is: a later call adds only mechanisms of other names.

    Raises
    ------
    MechanismError
        When they cannot be built, or NEURON already has mechanisms of the same name from elsewhere
        (it loads those compiled in the current directory when it starts).
    """
    for paths in _libraries(directories):
        files = {mechanism_name(path): path for path in paths}
        for name, path in files.items():
            if _contents.get(name, _digest(path)) != _digest(path):
                raise MechanismError(
                    f"NEURON already has another mechanism {name} than that of {path}, and cannot change it: give one "
                    f"of them another name (file and SUFFIX), or start ascent again."
                )
        _load(files)


def load_cell_mechanisms(directories: Sequence[Path | str] = ()) -> None:
    """Load the mechanisms of cells, and of `directories`, into NEURON in this process; build them if need be.

    See :func:`cell_mechanism_files` for which are taken. What this process has already loaded stays as it is, with a
    warning where a folder defines it otherwise: NEURON cannot replace a mechanism.

    Raises
    ------
    MechanismError
        As :func:`load_mechanisms`.
    """
    files = _wanted(directories)
    for name in files.keys() & _loaded.keys():
        if CORTICAL not in files[name].parents and _digest(files[name]) != _contents[name]:
            _logger.warning(
                "%s is not used: this process has %s from %s already; load all folders at once, or start anew.",
                files[name], name, _loaded[name],
            )  # fmt: skip
    _load(files, _CELL_FLAGS)


@contextmanager
def only_mechanisms(names: Set[str] | None) -> Iterator[None]:
    """Within the block, load only those of ascent's mechanisms of cells that are named; None for all of them.

    All are loaded nonetheless where their library has been built already, or a name is not one of theirs. It makes a
    first run shorter, and is for a process that does nothing else: the bits of a cell depend on the order in which
    NEURON came to know its mechanisms, which is that of the file names unless some come later; see `loads_in_order`.
    """
    global _limit
    before = _limit
    _limit = None if names is None else frozenset(names)
    try:
        yield
    finally:
        _limit = before


def loads_in_order(directories: Sequence[Path | str] = ()) -> bool:
    """Whether NEURON will have the mechanisms in their own order once `load_cell_mechanisms` has been called."""
    wanted = list(_wanted(directories))
    return [name for name in _loaded if name in wanted] + [name for name in wanted if name not in _loaded] == wanted


def _wanted(directories: Sequence[Path | str]) -> dict[str, Path]:
    files = cell_mechanism_files(directories)
    if _limit is None or not _limit <= {*files, *_BUILT_IN} or _find_library(_hash_of_cells(files)) is not None:
        return files
    return {name: path for name, path in files.items() if name in _limit or path.parent != CORTICAL}


def _hash_of_cells(files: Mapping[str, Path]) -> str:
    return _content_hash(tuple(files.values()), _CELL_FLAGS)


def mechanism_source(name: str) -> Path | None:
    """The ``.mod`` file of a mechanism that this process has loaded; None when it came from elsewhere."""
    return _loaded.get(name)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _load(wanted: Mapping[str, Path], flags: Sequence[str] = ()) -> None:
    files = {name: path for name, path in wanted.items() if name not in _loaded}
    if not files:
        return
    library = _build(tuple(files.values()), flags=flags)
    # Without this NEURON looks for a display and says on standard error that there is none.
    os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")
    from neuron import h

    for name in files:
        if hasattr(h, name):
            raise MechanismError(
                f"NEURON already has a mechanism {name}, which is not that of {files[name]} (it loads what is compiled "
                f"in the current folder, {Path.cwd()}, by itself): give it another SUFFIX, or start ascent in another "
                f"folder."
            )
    if h.nrn_load_dll(str(library)) != 1:
        raise MechanismError(f"NEURON could not load {library}; build again with: ascent mechanisms build --force.")
    _loaded.update(files)
    _contents.update({name: _digest(path) for name, path in files.items()})


def _build(files: Sequence[Path], force: bool = False, flags: Sequence[str] = ()) -> Path:
    home = cache_directory() / "mechanisms"
    target = home / _content_hash(files, flags)
    library = _find_library(target.name)
    if library is not None and not force:
        return library
    try:
        home.mkdir(parents=True, exist_ok=True)
        with locked(home / f"{target.name}.lock"):
            library = _library_in(target)
            if library is None or force:
                library = _compile_into(target, files, flags)
    except OSError as error:
        raise MechanismError(
            f"Mechanisms could not be built in {home}: {error.strerror or error}; set ASCENT_CACHE_DIR to a folder "
            f"that can be written."
        ) from error
    return library


def _content_hash(files: Sequence[Path], flags: Sequence[str] = ()) -> str:
    try:
        neuron_version = version("neuron")
    except PackageNotFoundError as error:
        raise MechanismError("NEURON is not installed; install it with: pip install neuron.") from error
    words = (neuron_version, platform.system(), platform.machine(), *flags)
    digest = hashlib.sha256(" ".join(words).encode())
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


def _compile_into(target: Path, files: Sequence[Path], flags: Sequence[str]) -> Path:
    program, environment = _nrnivmodl()
    with tempfile.TemporaryDirectory(prefix=".build.", dir=target.parent) as name:
        work = Path(name)
        sources = work / "mod"
        sources.mkdir()
        for number, path in enumerate(files):
            taken = (sources / path.name).exists()
            shutil.copy(path, sources / (f"{path.stem}_{number}.mod" if taken else path.name))
        stems = [path.stem for path in sources.iterdir()]
        included = precompiled_headers(work, program, environment, flags, sorted(stems))
        options = ["-incflags", " ".join((*flags, *included))] if flags or included else []
        done = subprocess.run(
            [program, *options, str(sources)], cwd=work, env=environment, capture_output=True, text=True, check=False
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
    # NEURON's makefile also links a program with the mechanisms in it, which nobody runs here.
    environment["MAKEFLAGS"] = "CXX_LINK_EXE=true"
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


def mechanism_name(path: Path) -> str:
    """What a ``.mod`` file calls its mechanism; the name of the file where it does not say."""
    text = path.read_text(encoding="utf-8", errors="replace")
    text = re.sub(r"(?s)\bCOMMENT\b.*?\bENDCOMMENT\b|[:?][^\n]*|(?m:^TITLE[^\n]*)", "", text)
    found = re.search(r"\b(?:SUFFIX|POINT_PROCESS|ARTIFICIAL_CELL)\s+(\w+)", text)
    return path.stem if found is None or found[1] == "nothing" else found[1]
