"""Simulating realizations on a cell: one interface for both engines, and the run in NEURON.

Time advances in fixed steps until it has reached the end, as simrun's does: with the rounding of its sum that is one
step more for 300 or 345 ms at 0.025 ms.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import ConfigError
from ascent.network.point_processes import place_point_processes, plan_point_processes
from ascent.network.realization.model import Realization, Receptor

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell

_log = logging.getLogger(__name__)

ENGINES = ("auto", "batch", "neuron")


@dataclass(frozen=True)
class Site:
    """A segment whose membrane potential is recorded: its name, section ID and segment within the section."""

    label: str
    section: int
    segment: int


@dataclass(frozen=True)
class SimulationSettings:
    """How sweeps are simulated.

    Attributes
    ----------
    v_init : float
        Membrane potential at the start, mV.
    dt, t_stop : float
        Step and end, ms.
    celsius : float
        Temperature, °C.
    sites : tuple of Site
        What is recorded.
    """

    v_init: float
    dt: float
    t_stop: float
    celsius: float
    sites: tuple[Site, ...]

    @property
    def times(self) -> NDArray[np.float64]:
        """Times of the recorded samples, ms: 0 and the end of every step."""
        return sample_times(self.dt, self.t_stop)


@lru_cache(maxsize=8)
def sample_times(dt: float, t_stop: float) -> NDArray[np.float64]:
    """0 and the end of every step (ms), with the rounding of NEURON's sum: two half steps each."""
    t, half = 0.0, 0.5 * dt
    times = [t]
    while t < t_stop:
        t = t + half + half
        times.append(t)
    array = np.array(times)
    array.flags.writeable = False
    return array


@dataclass(frozen=True, eq=False)
class SweepTraces:
    """What was recorded of one sweep: its number, and the membrane potential (mV), shape (n_sites, n_times)."""

    sweep: int
    voltages: NDArray[np.float64]


class Simulator:
    """A cell and the receptors of a network, ready to simulate one sweep after another.

    Parameters
    ----------
    cell : Cell
        The cell; its sections live in NEURON.
    receptors : sequence of Receptor
        All kinds of receptors of the network.
    settings : SimulationSettings
    engine : {"auto", "batch", "neuron"}
        ``auto`` is batch where it covers the cell and its receptors, and neuron elsewhere.

    Attributes
    ----------
    engine : str
        Which engine it is, ``"batch"`` or ``"neuron"``.

    Raises
    ------
    ConfigError
        When the engine is unknown or cannot do this.
    """

    def __init__(
        self, cell: Cell, receptors: Sequence[Receptor], settings: SimulationSettings, engine: str = "auto"
    ) -> None:
        self.cell = cell
        self.receptors = tuple(receptors)
        self.settings = settings
        self.engine = engine_for(cell, receptors, engine)
        self._batch: Any = None

    def run(self, realizations: Iterable[Realization]) -> Iterator[SweepTraces]:
        """Simulate sweeps, which are taken as they are needed; each is given when it has ended, in any order.

        Raises
        ------
        ConfigError
            When a receptor has a parameter that its mechanism lacks.
        MechanismError
            When NEURON has no such point process.
        """
        if self.engine == "neuron":
            for realization in realizations:
                yield SweepTraces(realization.sweep, run_in_neuron(self.cell, realization, self.settings))
            return
        settings = self.settings
        if self._batch is None:
            from ascent.engines.batch.tree import TreeEngine

            self._batch = TreeEngine(
                self.cell, self.receptors, dt=settings.dt, v_init=settings.v_init, celsius=settings.celsius
            )
        places = [(site.section, site.segment) for site in settings.sites]
        for result in self._batch.run(realizations, settings.t_stop, places):
            yield SweepTraces(result.sweep, np.asarray(result.voltages))


def engine_for(cell: Cell, receptors: Sequence[Receptor], engine: str = "auto") -> str:
    """Which engine does such sweeps, ``"batch"`` or ``"neuron"``.

    Raises
    ------
    ConfigError
        When the name is unknown, or batch is asked for and cannot do it.
    """
    if engine not in ENGINES:
        raise ConfigError(f'engine is "{engine}"; it must be auto, batch or neuron.')
    if engine == "neuron":
        return "neuron"
    reason = _why_not_batch(cell, receptors)
    if reason is None:
        return "batch"
    if engine == "batch":
        raise ConfigError(f"engine is batch, which cannot do this: {reason.rstrip('.')}; use auto or neuron.")
    _say_once(f"The engine is NEURON: {reason}")
    return "neuron"


def _why_not_batch(cell: Cell, receptors: Sequence[Receptor]) -> str | None:
    from ascent.engines.batch.tree import why_not_cell, why_not_receptors

    return why_not_cell(cell, receptors) or why_not_receptors(receptors)


@lru_cache(maxsize=64)
def _say_once(text: str) -> None:
    _log.info("%s", text)


def run_in_neuron(
    cell: Cell, realization: Realization, settings: SimulationSettings, merge: bool = True
) -> NDArray[np.float64]:
    """Simulate one sweep in NEURON; what the cell itself records is there afterwards too.

    Parameters
    ----------
    cell : Cell
    realization : Realization
    settings : SimulationSettings
    merge : bool
        False gives every synapse a point process of its own.

    Returns
    -------
    ndarray, shape (n_sites, n_times)
        Membrane potential of each site, mV.
    """
    from neuron import h

    plan = plan_point_processes(realization, settings.t_stop, merge)
    connections, _held = place_point_processes(cell, realization.receptors, plan)
    vectors = []
    for site in settings.sites:
        section = cell.sections[site.section]
        vectors.append(h.Vector().record(section((site.segment + 0.5) / section.nseg)._ref_v))
    h.load_file("stdrun.hoc")
    h.CVode().active(0)
    h.secondorder = 0
    h.dt = settings.dt
    h.celsius = settings.celsius
    h.finitialize(settings.v_init)
    for place, time in zip(plan.event_connection, plan.event_time, strict=True):
        connections[place].event(time)
    advance, end = h.fadvance, settings.t_stop
    while h.t < end:
        advance()
    return np.array([vector.as_numpy().copy() for vector in vectors])
