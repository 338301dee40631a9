"""NEURON's headers, parsed once for all mechanisms of a library.

Every file that ``nrnivmodl`` compiles includes them, and reading them takes half of its time. g++ can keep what it has
read (a precompiled header). The instructions that come out for a simulation are the same.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

#: What NMODL's translator lets a mechanism begin with, in its order (NEURON 9).
_HEADERS = """#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <math.h>
#include "mech_api.h"
#undef PI
#include "md1redef.h"
#include "section_fwd.hpp"
#include "nrniv_mf.h"
#include "md2redef.h"
#include "nrnconf.h"
#include "neuron/cache/mechanism_range.hpp"
"""
_NAME = "neuron_headers.hpp"
_FOLDER = "headers"


def precompiled_headers(
    work: Path, program: str, environment: Mapping[str, str], flags: Sequence[str], stems: Sequence[str] = ()
) -> tuple[str, ...]:
    """Compile NEURON's headers in the folder in which ``nrnivmodl`` will run; the flags by which mechanisms find them.

    Nothing depends on them but the time it takes: with a compiler that is not GNU's, or a NEURON that has other headers
    or another makefile, there are no flags.

    Parameters
    ----------
    work : Path
        Where ``nrnivmodl`` runs.
    program : str
        ``nrnivmodl``; its makefile lies beside it.
    environment : mapping
        Of ``nrnivmodl``, with CXX.
    flags : sequence of str
        Further flags of the compiler.
    stems : sequence of str
        Names of the ``.mod`` files without the ending.
    """
    makefile = Path(program).resolve().parent / "nrnmech_makefile"
    if not makefile.is_file() or not _is_gnu(environment):
        return ()
    folder = work / _FOLDER
    folder.mkdir()
    # Functions that register a mechanism run once; to make them fast takes a tenth of the compiler's time.
    once = [f'extern "C" __attribute__((cold)) void _{stem}_reg();\n' for stem in stems if stem.isidentifier()]
    (folder / _NAME).write_text(_HEADERS + "".join(once), encoding="utf-8")
    (folder / "makemod2c_inc").touch()  # NEURON's makefile includes it
    rule = f"{_NAME}.gch: {_NAME} ; $(CXXCOMPILE) $(INCLUDES) -fPIC -x c++-header $< -o $@"
    variables = [f"ROOT={makefile.parent.parent}", f"UserINCFLAGS={' '.join(flags)}"]
    done = subprocess.run(
        ["make", "-f", str(makefile), "--eval", rule, *variables, f"{_NAME}.gch"],
        cwd=folder, env=dict(environment), capture_output=True, check=False,
    )  # fmt: skip
    # relative, since NEURON's makefile cannot do with blanks in a flag; seen from the folder of the object files
    return ("-include", f"../{_FOLDER}/{_NAME}") if done.returncode == 0 else ()


def _is_gnu(environment: Mapping[str, str]) -> bool:
    command = [*shlex.split(environment["CXX"]), "--version"]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    return "Free Software Foundation" in done.stdout
