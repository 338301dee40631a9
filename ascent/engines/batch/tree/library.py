"""The C++ solver of branched cells as a shared library: compiled once for a set of compartment classes."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from ascent.engines.batch.library import SOURCE as FIBER_SOURCE
from ascent.engines.batch.programs import Program, build_program, chosen_lanes
from ascent.mechanisms.kernels import MembraneKernel

SOURCE = Path(__file__).parent / "source"
#: How many compilers work at a solver: one would take as long as the rest of a first run.
PARTS = 2
IDLE, RUNNING, ENDED = range(3)

_integers = ctypes.POINTER(ctypes.c_int64)


class CellData(ctypes.Structure):
    """``ascent::Cell`` of ``source/tree.hpp``, field for field."""

    _fields_ = [
        ("n_nodes", ctypes.c_int64),
        ("n_compartments", ctypes.c_int64),
        ("n_injected", ctypes.c_int64),
        ("n_steps", ctypes.c_int64),
        ("parents", ctypes.c_void_p),
        ("couplings", ctypes.c_void_p),
        ("capacities", ctypes.c_void_p),
        ("class_ends", ctypes.c_void_p),
        ("nodes", ctypes.c_void_p),
        ("areas", ctypes.c_void_p),
        ("diameters", ctypes.c_void_p),
        ("surfaces", ctypes.c_void_p),
        ("parameters", ctypes.c_void_p),
        ("variables", ctypes.c_void_p),
        ("synapses", ctypes.c_void_p),
        ("blocks", ctypes.c_void_p),
        ("injected", ctypes.c_void_p),
        ("currents", ctypes.c_void_p),
        ("celsius", ctypes.c_double),
        ("dt", ctypes.c_double),
        ("v_init", ctypes.c_double),
        ("tabulated", ctypes.c_int64),
    ]


class SweepData(ctypes.Structure):
    """``ascent::Sweep`` of ``source/tree.hpp``, field for field."""

    _fields_ = [
        ("n_steps", ctypes.c_int64),
        ("n_events", ctypes.c_int64),
        ("n_traces", ctypes.c_int64),
        ("event_steps", ctypes.c_void_p),
        ("event_slots", ctypes.c_void_p),
        ("event_jumps", ctypes.c_void_p),
        ("traces", ctypes.c_void_p),
        ("out", ctypes.c_void_p),
    ]


class TreeSolver:
    """Lanes of sweeps in C++; see ``source/tree.hpp``.

    Parameters
    ----------
    library : ctypes.CDLL
        From :func:`load_library`.
    cell : CellData
        Its arrays must stay alive.
    """

    def __init__(self, library: ctypes.CDLL, cell: CellData) -> None:
        self._library = library
        self._tree = library.ascent_tree_open(ctypes.byref(cell))
        if not self._tree:
            raise MemoryError(f"No memory for a cell with {cell.n_compartments} compartments.")
        self.lanes: int = library.ascent_lanes()
        self._statuses = np.zeros(self.lanes, dtype=np.int64)

    def __del__(self) -> None:
        tree, self._tree = getattr(self, "_tree", None), None
        if tree:
            self._library.ascent_tree_close(tree)

    def assign(self, lane: int, sweep: SweepData) -> None:
        """Begin a sweep in a lane; its arrays must stay alive until it has ended."""
        self._library.ascent_tree_assign(self._tree, lane, ctypes.byref(sweep))

    def run(self, max_steps: int) -> int:
        """Advance until a sweep ends, at most `max_steps`; the number of sweeps that ended."""
        return int(self._library.ascent_tree_run(self._tree, max_steps))

    def statuses(self) -> list[int]:
        """Status of every lane."""
        self._library.ascent_tree_statuses(self._tree, self._statuses.ctypes.data_as(_integers))
        statuses: list[int] = self._statuses.tolist()
        return statuses


def load_library(
    kernels: Sequence[MembraneKernel], n_pairs: int, n_blocked: int, lanes: int | None = None
) -> ctypes.CDLL:
    """The solver for cells with these classes of compartments, compiled if the cache has none.

    Parameters
    ----------
    kernels : sequence of MembraneKernel
        One a class, in the order of the compartments.
    n_pairs, n_blocked : int
        Conductances of synapses in every compartment, and how many of them (the first) have a block.
    lanes : int, optional
        By default what the processor does best.

    Raises
    ------
    MechanismError
        When the processor is too old, there is no compiler, or a kernel does not compile.
    """
    return _load(cell_header(kernels, n_pairs, n_blocked), chosen_lanes(lanes))


def build_library(header: str, lanes: int) -> Path:
    """Compile the solver with a header of :func:`cell_header` for processors that do `lanes`; where it lies.

    Raises
    ------
    MechanismError
        When there is no compiler, or a kernel does not compile.
    """
    return build_program(program(), header, lanes)


def program() -> Program:
    """The solver of branched cells."""
    return Program(SOURCE / "tree_interface.cpp", "cell.hpp", (SOURCE, FIBER_SOURCE), parts=PARTS)


def cell_header(kernels: Sequence[MembraneKernel], n_pairs: int, n_blocked: int) -> str:
    """C++ that defines ``ascent::CellSolver``: the membrane of each class in a namespace of its own.

    What a class needs is compiled in one of the parts of the program (``ASCENT_PART``), which take about as long.
    """
    text = ['#pragma once\n\n#include "tree.hpp"\n']
    membranes = []
    lengths = [0] * PARTS
    for number, kernel in enumerate(kernels):
        membranes.append(f"class_{number}::Membrane")
        own = kernel.header.replace("#pragma once\n", "").replace(
            "namespace ascent {", f"namespace ascent::class_{number} {{", 1
        )
        part = lengths.index(min(lengths))
        lengths[part] += len(own)
        compartments = f"template class Compartments<{membranes[-1]}, {n_pairs}, {n_blocked}>;"
        text += [
            f"#if ASCENT_PART == 0 || ASCENT_PART == {part}",
            own,
            "namespace ascent {",
            f"#if ASCENT_PART == {part}\n{compartments}\n#else\nextern {compartments}\n#endif",
            "}\n#endif\n",
        ]
    solver = f"Tree<{n_pairs}, {n_blocked}, {', '.join(membranes)}>"
    text.append(f"#if ASCENT_PART == 0\nnamespace ascent {{\nusing CellSolver = {solver};\n}}\n#endif\n")
    return "\n".join(text)


@cache
def _load(header: str, lanes: int) -> ctypes.CDLL:
    library = ctypes.CDLL(str(build_library(header, lanes)))
    library.ascent_tree_open.restype = ctypes.c_void_p
    library.ascent_tree_open.argtypes = [ctypes.POINTER(CellData)]
    library.ascent_tree_close.restype = None
    library.ascent_tree_close.argtypes = [ctypes.c_void_p]
    library.ascent_tree_assign.restype = None
    library.ascent_tree_assign.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(SweepData)]
    library.ascent_tree_run.restype = ctypes.c_int
    library.ascent_tree_run.argtypes = [ctypes.c_void_p, ctypes.c_int64]
    library.ascent_tree_statuses.restype = None
    library.ascent_tree_statuses.argtypes = [ctypes.c_void_p, _integers]
    return library
