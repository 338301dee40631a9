"""``ascent doctor``: what is installed, compiled and reachable, in one screen."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from ascent.cli.shared import JsonOption, new_application, print_json

application = new_application()

#: Packages whose versions decide numbers, and what each is for.
_PACKAGES = {
    "neuron": "fiber models",
    "ngsolve": "finite elements",
    "netgen-mesher": "meshes",
    "numpy": "arrays",
    "scipy": "waveforms, statistics",
    "opencv-python-headless": "contours of masks",
    "shapely": "geometry in the plane",
    "hydra-core": "configuration",
    "mpi4py": "MPI (optional)",
}


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked for, whether it is there, and its version or place."""

    what: str
    found: bool
    detail: str
    needed: bool


@application.command(epilog="Example: ascent doctor --json")
def doctor(
    quiet: Annotated[bool, typer.Option("--quiet", help="Print what is missing only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also print paths.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what is installed, compiled and reachable; exit code 1 when something needed is missing."""
    from ascent.cli.tables import print_table

    findings = examine(paths=verbose)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        shown = [f for f in findings if not (quiet and f.found)]
        marks = {True: "ok", False: "missing"}
        print_table(
            ("what", "state", "detail"),
            [(f.what, marks[f.found] if f.found or f.needed else "not there", f.detail) for f in shown],
        )
    if any(finding.needed and not finding.found for finding in findings):
        raise typer.Exit(1)


def examine(*, paths: bool = False) -> list[Finding]:
    """Look at this machine.

    Parameters
    ----------
    paths : bool
        Give paths in full where there is a short form.
    """
    return [*_python(), *_packages(), *_programs(paths), *_mpi(paths), *_mechanisms(), *_machine()]


def _python() -> list[Finding]:
    import platform
    import sys

    from ascent import __version__

    version = platform.python_version()
    return [Finding("ascent", True, __version__, True), Finding("Python", sys.version_info >= (3, 11), version, True)]


def _packages() -> list[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    findings = []
    for name, purpose in _PACKAGES.items():
        try:
            findings.append(Finding(name, True, f"{version(name)}: {purpose}", True))
        except PackageNotFoundError:
            findings.append(Finding(name, False, purpose, "optional" not in purpose))
    return findings


def _programs(paths: bool) -> list[Finding]:
    import shutil

    wanted = {
        "g++": ("compiler of the mechanisms", True),
        "make": ("builds the mechanisms", True),
        "sbatch": ("Slurm", False),
        "apptainer": ("containers", False),
    }
    findings = []
    for program, (purpose, needed) in wanted.items():
        place = shutil.which(program)
        detail = f"{place}: {purpose}" if place and paths else purpose
        findings.append(Finding(program, place is not None, detail, needed))
    return [*findings, _ffmpeg(paths)]


def _ffmpeg(paths: bool) -> Finding:
    """The program that writes videos: one comes with a package, another can be named."""
    import os
    import subprocess

    from imageio_ffmpeg import get_ffmpeg_exe

    named = os.environ.get("IMAGEIO_FFMPEG_EXE")
    try:
        place = str(get_ffmpeg_exe())
        done = subprocess.run([place, "-version"], capture_output=True, text=True, check=True, timeout=20)
    except (RuntimeError, OSError, subprocess.SubprocessError):
        what = (
            f"{named}, named by $IMAGEIO_FFMPEG_EXE, cannot be run" if named else "set IMAGEIO_FFMPEG_EXE to an ffmpeg"
        )
        return Finding("ffmpeg", False, f"video: {what}", False)
    version = " ".join(done.stdout.split()[1:3])
    elsewhere = "named by $IMAGEIO_FFMPEG_EXE" if named else "found on the system"
    origin = "comes with imageio-ffmpeg" if "imageio_ffmpeg" in place else elsewhere
    return Finding("ffmpeg", True, f"{place}: video" if paths else f"{version}, {origin}: video", False)


def _mpi(paths: bool) -> list[Finding]:
    """What starts ranks, what library they would use, and whether the two belong together."""
    import shutil

    from ascent.schedule import mpi
    from ascent.schedule.launcher import launch
    from ascent.schedule.mpi_library import loadable, starter

    started = launch()
    if started is not None and started.size > 1:
        # This is rank 0 of a job: had launcher and library not fitted, it would not have come so far.
        size, library = mpi.size(), mpi.session().library  # type: ignore[union-attr]
        return [Finding("MPI job", True, f"{size} ranks of {size}, started by {started.launcher}: {library}", False)]
    place = next((found for name in ("mpirun", "mpiexec") if (found := shutil.which(name))), None)
    own = starter(place) if place else ""
    library, problem = loadable()
    findings = [
        Finding("mpirun", place is not None, f"{place}: {own}" if place and paths else own or "starts ranks", False),
        Finding("MPI library", bool(library), library or problem or "pip install 'ascent-nerve[mpi]'", False),
    ]
    if own and library and own.split()[0] != library.split()[0]:
        what = f"mpirun is of {own}, the library {library}: ranks would not find each other; set MPI4PY_MPIABI or PATH"
        findings.append(Finding("mpirun and library of one kind", False, what, False))
    return findings


def _mechanisms() -> list[Finding]:
    from ascent.mechanisms.build import compiled_library

    library = compiled_library()
    detail = str(library) if library else "compiled at first use, or by ascent mechanisms build"
    return [Finding("compiled mechanisms", library is not None, detail, False)]


def _machine() -> list[Finding]:
    import os
    import platform

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return [Finding("cores", True, f"{cores} to use, {platform.machine()} {platform.system()}", False)]
