"""ascent, or a script that uses it, over MPI ranks.

    mpirun -n 8 python mpi/driver.py +run=3
    mpirun -n 8 python mpi/driver.py my_script.py

Rank 0 runs the command or the script; the other ranks take units of work from it. `mpirun -n 8 ascent +run=3` does
the same for commands.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from ascent.cli import UNITS_NEED, main
from ascent.schedule import mpi


def run_script(words: list[str]) -> int:
    """Run a Python file as if it had been started by itself."""
    sys.argv = words
    sys.path[0] = str(Path(words[0]).resolve().parent)
    runpy.run_path(words[0], run_name="__main__")
    return 0


if __name__ == "__main__":
    words = sys.argv[1:]
    if words and words[0].endswith(".py"):
        sys.exit(mpi.run(lambda: run_script(words), UNITS_NEED))
    sys.exit(main(words))
