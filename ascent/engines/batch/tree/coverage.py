"""What the batch engine covers of cells and their synapses; everything else is named, for NEURON to take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.engines.batch.programs import supported_lanes
from ascent.errors import AscentError, MechanismError
from ascent.mechanisms.build import CORTICAL, mechanism_source

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell
    from ascent.network.realization.model import Receptor

#: Point processes whose current is known before the run.
KNOWN_CURRENTS = ("IClamp", "epsp")
#: Synapses whose events become jumps of shared conductances.
SYNAPSES = ("glutamate_syn", "gaba_syn")


def why_not_cell(cell: Cell, receptors: Sequence[Receptor] = ()) -> str | None:
    """What of a cell the batch engine does not cover, as a sentence; None when it covers all of it.

    Parameters
    ----------
    cell : Cell
        With its mechanisms and point processes.
    receptors : sequence of Receptor
        Of the network, which the solver is compiled for, too: where there is no compiler it must be there already.
    """
    from ascent.engines.batch.programs import compiler
    from ascent.engines.batch.tree.carried import is_carried
    from ascent.engines.batch.tree.membranes import classes_of

    if not supported_lanes():
        return "the batch engine needs a processor with AVX2 and FMA (x86-64-v3)"
    for process in point_processes(cell.sections):
        name = process.hname().partition("[")[0]
        if name not in KNOWN_CURRENTS:
            return f"the batch engine does not cover the point process {name}"
        if name == "epsp" and not _is_ours(name):
            return _foreign(name)
    try:
        classes_of(cell.sections)
    except AscentError as error:
        return str(error).rstrip(".")
    try:
        compiler()
    except MechanismError:
        if why_not_receptors(receptors) is None and not is_carried(cell, receptors):
            return (
                "no solver was compiled beforehand for this cell with these synapses, and there is no C++ compiler to "
                "do it now (install g++ or set CXX)"
            )
    return None


def why_not_receptors(receptors: Iterable[Receptor]) -> str | None:
    """What of a network's receptors the batch engine does not cover, as a sentence; None when it covers them all."""
    for receptor in receptors:
        name = receptor.mechanism
        if receptor.dynamic:
            return f"the batch engine does not cover {name} with release that it draws itself (releaseProb dynamic)"
        if name not in SYNAPSES:
            return f"the batch engine covers the synapses {' and '.join(SYNAPSES)}, not {name}"
        if not _is_ours(name):
            return _foreign(name)
    return None


def point_processes(sections: Sequence[Any]) -> list[Any]:
    """The point processes on NEURON sections, those of synapses that NEURON itself would use among them."""
    return [process for section in sections for segment in section for process in segment.point_processes()]


def _is_ours(name: str) -> bool:
    source = mechanism_source(name)
    return source is not None and Path(source).parent == CORTICAL


def _foreign(name: str) -> str:
    source = mechanism_source(name)
    return f"the batch engine covers ascent's own {name}, not that of {source or 'another library'}"
