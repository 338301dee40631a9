"""A double cable reduced to its nodes and the modes between them, as ``source/modal_cable.hpp`` takes it.

The modes themselves, and why they are exact, are in :mod:`ascent.engines.batch.stretches`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ascent.engines.batch.cables import Cable
from ascent.engines.batch.stretches import BLOCK, HALF, MODES, Stretch, mirrored, stretches

Array = NDArray[np.float64]
#: Values of a node, and of its drive and state, in the C++ arrays.
N_NODE, N_DRIVE, N_STATE = 5, 5 + 2 * BLOCK + MODES, MODES + 1


class ModalCable:
    """A double cable reduced to its nodes and modes, for a step of `dt` (ms); :func:`modal_cables` makes them."""

    name = "ModalCable"

    def __init__(self, cable: Cable, dt: float, inside: Stretch, left: Stretch, right: Stretch) -> None:
        self._cable = cable
        self._unit = cable.sections_per_node
        self._rest = cable.leak_source[1] / cable.leak[1]
        self._inside, self._left, self._right = inside, left, right
        self._dt = dt

    @property
    def _stretches(self) -> list[tuple[Stretch, NDArray[np.intp]]]:
        """The kinds of stretches, and which of the cable's stretches are of each."""
        last = self._cable.n_nodes - 2
        places = (np.array([0]), np.arange(1, last), np.array([last]))
        return list(zip((self._left, self._inside, self._right), places, strict=True))

    @cached_property
    def _windows(self) -> NDArray[np.intp]:
        """Sections of the stretches inside and of the nodes beside them: (stretches, sections)."""
        first = self._unit * np.arange(1, self._cable.n_nodes - 2)
        return first[:, None] + np.arange(self._unit + 1)

    def coefficients(self, capacity: int) -> Array:
        """Stretches inside, at the left and at the right end; then the nodes."""
        nodes = np.zeros((capacity, N_NODE))
        nodes[:, 0] = 1.0
        active = np.arange(1, self._cable.n_nodes - 1)
        at = active * self._unit
        cable = self._cable
        ones = np.ones(len(at))
        columns = [cable.capacitance[at] / self._dt, cable.leak[at], cable.leak_source[at], self._rest * ones, ones]
        nodes[active] = np.stack(columns, axis=1)
        stretches = [stretch.coefficients for stretch in (self._inside, self._left, self._right)]
        return np.concatenate([*stretches, nodes.ravel()])

    def drive(self, potentials: Array, capacity: int) -> Array:
        """Drive of the C++ solver for the potentials (mV for 1 mA) at the fiber's sections."""
        n_nodes, unit = self._cable.n_nodes, self._unit
        out = np.zeros((capacity, N_DRIVE))
        out[1 : n_nodes - 1, 0] = potentials[unit : (n_nodes - 1) * unit : unit]
        windows = potentials[self._windows]
        # written out so that a stretch's sums have one order, whatever the number of stretches
        out[1 : n_nodes - 2, 1:] = np.einsum("kn,jn->jk", self._inside.driven, windows, optimize=False)
        for place, stretch in ((0, self._left), (n_nodes - 2, self._right)):
            out[place, 1:] = stretch.driven @ potentials[stretch.sections]
        ends = [stretch.end_drive @ potentials[stretch.sections] for stretch in (self._left, self._right)]
        return np.concatenate([*ends, out.ravel()])

    def state(self, sections: Array, capacity: int) -> Array:
        """State of the C++ solver, from membrane and periaxonal potentials of the sections, without stimulus."""
        n_nodes, unit = self._cable.n_nodes, self._unit
        inside = sections.sum(axis=1) - self._rest
        out = np.zeros((capacity, N_STATE))
        out[1 : n_nodes - 1, -1] = inside[unit : (n_nodes - 1) * unit : unit]
        x = np.concatenate([inside, sections[:, 1]])
        for stretch, places in self._stretches:
            n = stretch.inner.stop - stretch.inner.start
            first = stretch.inner.start + unit * np.arange(len(places))
            own = first[:, None] + np.concatenate([np.arange(n), len(inside) + np.arange(n)])
            # written out so that a stretch's sums have one order, whatever the number of stretches
            modes = np.einsum("kn,jn->jk", stretch.project, x[own] - stretch.reference, optimize=False)
            left, right = out[places, -1], out[places + 1, -1]
            modes[:, :HALF] -= (left + right)[:, None]
            modes[:, HALF:] -= (left - right)[:, None]
            # kept divided by its decay; places without a mode have none
            out[places, :-1] = np.divide(modes, stretch.decay, out=np.zeros_like(modes), where=stretch.decay > 0)
        return out.ravel()


def modal_cables(cables: Sequence[Cable], dt: float) -> list[ModalCable]:
    """Reduce cables to their modes, for a step of `dt` (ms); what one becomes does not depend on the others."""
    made: dict[int, ModalCable] = {}
    alike: dict[tuple[int, bytes], list[int]] = {}
    for place, cable in enumerate(cables):
        # those can be worked out together whose unknowns are the same
        known = (cable.outer_capacitance[: 2 * cable.sections_per_node] == 0).tobytes()
        alike.setdefault((cable.sections_per_node, known), []).append(place)
    for (unit, _), places in alike.items():
        some = [cables[place] for place in places]
        inside = stretches(some, dt, unit + 1, 2 * unit - 1, "both")
        left = stretches(some, dt, 0, unit - 1, "right")
        for place, cable, within, at_left in zip(places, some, inside, left, strict=True):
            last = len(cable.axial) - 1
            if _is_symmetric(cable):
                at_right = mirrored(at_left, len(cable.axial))
            else:
                at_right = stretches([cable], dt, last - unit + 1, last, "left")[0]
            made[place] = ModalCable(cable, dt, within, at_left, at_right)
    return [made[place] for place in range(len(cables))]


def _is_symmetric(cable: Cable) -> bool:
    """Whether a cable is its own mirror image, as fibers are."""
    sections = (
        cable.capacitance,
        cable.leak,
        cable.leak_source,
        cable.outer_capacitance,
        cable.outer_conductance,
        cable.axial[:-1],
        cable.outer_axial[:-1],
    )
    return all(np.array_equal(values, values[::-1]) for values in sections)


def reducible(cable: Cable) -> bool:
    """Whether a cable has this form: a double cable with passive ends and at least one whole stretch inside."""
    return (
        cable.kind == "DoubleCable"
        and cable.n_nodes >= 4
        and cable.channel_area[0] == 0 == cable.channel_area[-1]
        and bool(cable.outer_capacitance[1] > 0)
    )
