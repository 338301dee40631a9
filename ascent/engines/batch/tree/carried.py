"""Solvers of branched cells that an image carries, so that no compiler is needed where it runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ascent.engines.batch.programs import carried_program, supported_lanes
from ascent.engines.batch.tree.library import build_library, cell_header, program
from ascent.engines.batch.tree.membranes import classes_of
from ascent.engines.batch.tree.synapses import Synapses

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell
    from ascent.network.realization.model import Receptor


def is_carried(cell: Cell, receptors: Sequence[Receptor]) -> bool:
    """Whether an image carries the solver of a cell and a network's receptors (``$ASCENT_PREBUILT_DIR``)."""
    header = _header(cell, receptors)
    return any(carried_program(program(), header, lanes) is not None for lanes in supported_lanes()[:1])


def build_solver(cell: Cell, receptors: Sequence[Receptor], lanes: int) -> Path:
    """Compile the solver of a cell and a network's receptors for processors that do `lanes`; where it lies.

    Raises
    ------
    MechanismError
        When there is no compiler, or a kernel does not compile.
    """
    return build_library(_header(cell, receptors), lanes)


def _header(cell: Cell, receptors: Sequence[Receptor]) -> str:
    synapses = Synapses(receptors)
    kernels = [one.kernel for one in classes_of(cell.sections)]
    return cell_header(kernels, len(synapses.pairs), synapses.n_blocked)
