"""A realization of a network on a cell in NEURON, for as long as it is wanted: for runs that others start.

`ascent.network.simulation` runs sweeps; this is for a cell that a user holds in the hand: `Embedding` puts the point
processes there, and every run that NEURON starts afterwards gets their events.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.network.realization.model import Realization
from ascent.network.simulation import place_point_processes, plan_point_processes

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell


class Embedding:
    """The active synapses of one sweep, attached to a cell.

    Parameters
    ----------
    cell : Cell
    realization : Realization
    t_stop : float
        End of the runs to come, ms; later events are left out.

    Attributes
    ----------
    realization : Realization
    """

    def __init__(self, cell: Cell, realization: Realization, t_stop: float) -> None:
        from neuron import h

        self.realization = realization
        plan = plan_point_processes(realization, t_stop)
        self._held: Any
        connections, self._held = place_point_processes(cell, realization.receptors, plan)
        events = list(zip(plan.event_connection, plan.event_time, strict=True))

        def queue() -> None:
            for connection, time in events:
                connections[connection].event(time)

        cell.embeddings.append(self)
        # A cell that nobody holds any more takes its sections from NEURON; the handler must be gone before.
        self._goodbye = weakref.finalize(cell, self._let_go)
        self._goodbye.atexit = False
        # NEURON empties its queue of events when a run begins, and calls this afterwards.
        self._handler: Any = h.FInitializeHandler(1, queue)

    def detach(self) -> None:
        """Take the synapses from the cell; a cell that is discarded does so itself."""
        self._goodbye.detach()
        self._let_go()

    def _let_go(self) -> None:
        # The handler goes first: it must never reach a connection whose synapse is gone.
        self._handler = None
        self._held = None


@dataclass(frozen=True)
class Synapse:
    """An active synapse, with the attributes that simrun's users read.

    Attributes
    ----------
    preCellType : str
        Type of the presynaptic cell.
    synapse_ID : int
        ID within the type.
    secID, ptID : int
        Section ID and 3-D point.
    x : float
        Where on the section it acts, 0-1.
    coordinates : array of float, shape (3,)
        µm.
    releaseTimes : array of float
        ms.
    """

    preCellType: str
    synapse_ID: int
    secID: int
    ptID: int
    x: float
    coordinates: NDArray[np.float64] = field(repr=False)
    releaseTimes: NDArray[np.float64] = field(repr=False)

    def is_active(self) -> bool:
        """Whether it releases at all; those of a realization do."""
        return len(self.releaseTimes) > 0


def synapses_by_type(cell: Cell, realization: Realization) -> dict[str, list[Synapse]]:
    """The active synapses of a realization, by the type of their presynaptic cell."""
    synapses: dict[str, list[Synapse]] = {}
    for place in range(realization.n_synapses):
        section, point = int(realization.section[place]), int(realization.point[place])
        name = realization.type_names[realization.type_index[place]]
        synapse = Synapse(
            name,
            int(realization.synapse_id[place]),
            section,
            point,
            float(realization.x[place]),
            cell.sections[section].points[point],
            realization.releases(place),
        )
        synapses.setdefault(name, []).append(synapse)
    return synapses
