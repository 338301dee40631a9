"""C++ programs with generated headers: compiled once for a number of SIMD lanes, and kept.

The cache is addressed by all sources, the compiler and its flags. An image carries programs that were compiled before.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ascent.errors import MechanismError
from ascent.mechanisms.build import cache_directory, locked
from ascent.mechanisms.kernels import COMPILE_FLAGS, include_directory

#: Lanes, the processor's features that they need, and the compiler's name for a machine that has them; best first.
INSTRUCTION_SETS: tuple[tuple[int, frozenset[str], str], ...] = (
    (8, frozenset({"avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"}), "x86-64-v4"),
    (4, frozenset({"avx2", "fma", "bmi2"}), "x86-64-v3"),
)


@dataclass(frozen=True)
class Program:
    """C++ that is compiled with a generated header.

    Attributes
    ----------
    entry : Path
        What is compiled.
    header_name : str
        How it includes the generated header.
    folders : tuple of Path
        Where its other headers are.
    defines : tuple of str
    lanes_per_double : int
        Lanes in the place of one of double precision: 2 of single precision.
    parts : int
        How often it is compiled, at a time, with ``ASCENT_PART`` from 0 on; then the parts are linked.
    """

    entry: Path
    header_name: str
    folders: tuple[Path, ...]
    defines: tuple[str, ...] = ()
    lanes_per_double: int = 1
    parts: int = 1


def supported_lanes() -> tuple[int, ...]:
    """Numbers of lanes that this processor can do, best first; empty when it has no AVX2."""
    features = _processor_features()
    return tuple(lanes for lanes, needed, _ in INSTRUCTION_SETS if needed <= features)


@cache
def _processor_features() -> frozenset[str]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return frozenset()
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "flags":
            return frozenset(value.split())
    return frozenset()


def chosen_lanes(lanes: int | None = None) -> int:
    """`lanes`, or by default what the processor does best.

    Raises
    ------
    MechanismError
        When the processor cannot do them.
    """
    supported = supported_lanes()
    if not supported:
        raise MechanismError(
            "The batch engine needs a processor with AVX2 and FMA (x86-64-v3), which this one has not; "
            "use engine=neuron."
        )
    chosen = lanes if lanes is not None else supported[0]
    if chosen not in supported:
        raise MechanismError(f"This processor cannot do {chosen} lanes; it can do {', '.join(map(str, supported))}.")
    return chosen


def _name(program: Program, header: str, lanes: int) -> tuple[str, list[str]]:
    """What addresses a solver, the compiler apart; and its flags."""
    architecture = next(name for count, _, name in INSTRUCTION_SETS if count == lanes)
    width = program.lanes_per_double * lanes
    defines = [f"-D{define}" for define in (f"ASCENT_LANES={width}", *program.defines)]
    flags = [*COMPILE_FLAGS, f"-march={architecture}", *defines]
    folders = (*program.folders, Path(include_directory()))
    sources = [program.entry, *sorted((path for folder in folders for path in folder.glob("*.hpp")), key=_file_name)]
    digest = hashlib.sha256("\0".join([*flags, header]).encode())
    for path in sources:
        digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:24], flags


def _file_name(path: Path) -> str:
    return path.name


def carried_program(program: Program, header: str, lanes: int) -> Path | None:
    """The compiled program that an image carries (``$ASCENT_PREBUILT_DIR``); None when it does not."""
    return _carried(_name(program, header, lanes)[0])


def _carried(name: str) -> Path | None:
    folder = os.environ.get("ASCENT_PREBUILT_DIR")
    return next(iter(sorted((Path(folder) / "batch").glob(f"{name}-*.so"))), None) if folder else None


def build_program(program: Program, header: str, lanes: int) -> Path:
    """Compile a program with its generated header for a number of lanes, unless the cache or an image has it.

    Raises
    ------
    MechanismError
        When there is no compiler, or the program does not compile.
    """
    name, flags = _name(program, header, lanes)
    carried = _carried(name)  # by the compiler of an image, which may have none when it runs
    if carried is not None:
        return carried
    command = compiler()
    home = cache_directory() / "batch"
    target = home / f"{name}-{hashlib.sha256(_version(tuple(command)).encode()).hexdigest()[:8]}.so"
    if target.is_file():
        return target
    try:
        home.mkdir(parents=True, exist_ok=True)
        with locked(target.with_suffix(".lock")):
            if not target.is_file():
                _compile(target, program, header, [*command, *flags])
    except OSError as error:
        raise MechanismError(
            f"The batch engine could not be built in {home}: {error.strerror or error}; set ASCENT_CACHE_DIR to a "
            f"folder that can be written."
        ) from error
    return target


def _compile(target: Path, program: Program, header: str, command: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix=".build.", dir=target.parent) as name:
        work = Path(name)
        (work / program.header_name).write_text(header, encoding="utf-8")
        built = work / "solver.so"
        includes = [f"-I{folder}" for folder in (work, *program.folders, include_directory())]
        objects = [str(work / f"part{part}.o") for part in range(program.parts)]
        commands = [
            [*command, f"-DASCENT_PART={part}", "-c", "-fPIC", *includes, str(program.entry), "-o", path]
            for part, path in enumerate(objects)
        ]
        with ThreadPoolExecutor(program.parts) as threads:
            done = list(threads.map(_run, commands))
        if not any(one.returncode for one in done):
            done.append(_run([*command, "-shared", *objects, "-o", str(built)]))
        if any(one.returncode for one in done):
            lines = [line for one in done for line in one.stderr.splitlines()]
            said = [line for line in lines if "error" in line] or lines
            raise MechanismError("The C++ compiler could not compile the batch engine: " + " | ".join(said[:3]))
        os.replace(built, target)


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def compiler() -> list[str]:
    """The C++ compiler: ``$CXX``, else g++.

    Raises
    ------
    MechanismError
        When there is none.
    """
    command = shlex.split(os.environ.get("CXX", "")) or ["g++"]
    if shutil.which(command[0]) is None:
        raise MechanismError(
            f"No C++ compiler {command[0]} was found, which the batch engine needs: install it "
            f"(Debian, Ubuntu: apt install g++), set CXX, or use engine=neuron."
        )
    return command


@cache
def _version(command: tuple[str, ...]) -> str:
    done: Any = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
    return str(done.stdout.splitlines()[:1])
