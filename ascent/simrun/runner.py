"""Sweeps in one process: the cell and the network are built once and used for every sweep."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.config.network.cell import CellParameters, check_cell
from ascent.config.network.network import NetworkParameters
from ascent.errors import ConfigError
from ascent.mechanisms.build import loads_in_order, only_mechanisms
from ascent.network.activity import PresynapticSpikes
from ascent.network.formats.activations import cell_activation_text, synapse_activation_text
from ascent.network.realization import CellLayout, Network, NetworkRealizer, Realization
from ascent.network.realization.replay import replay_realization
from ascent.network.simulation import SimulationSettings, Simulator, Site
from ascent.simrun.plan import SweepPlan, SweepUnit
from ascent.simrun.tables import cell_table, parquet_bytes, synapse_table

#: Name of the soma among the sites.
SOMA = "soma"


@dataclass(frozen=True, eq=False)
class SweepOutput:
    """What one sweep gave, ready to be written.

    Attributes
    ----------
    sweep : int
        Number of the sweep.
    synapses, cells : bytes
        The tables of active synapses and of presynaptic cells, as simrun writes them.
    synapse_table, cell_table : bytes
        The same as Parquet.
    traces : bytes
        Membrane potentials, shape (n_sites, n_times), mV, in numpy's file format; empty when nothing was simulated.
    hooks : dict
        What functions that were called after the sweep returned.
    """

    sweep: int
    synapses: bytes
    cells: bytes
    synapse_table: bytes
    cell_table: bytes
    traces: bytes = b""
    hooks: dict[str, Any] = field(default_factory=dict)


class SweepRunner:
    """A cell in a network, ready to run sweeps.

    Parameters
    ----------
    plan : SweepPlan

    Attributes
    ----------
    engine : str
        What simulates: ``"batch"``, ``"neuron"``, or ``"none"`` when sweeps are only drawn.
    sites : tuple of Site
        What is recorded, the soma first.
    network : Network

    Raises
    ------
    AscentError
        When parameters or files are wrong.
    """

    def __init__(self, plan: SweepPlan) -> None:
        from ascent.network.cell.create import load_network_mechanisms, set_mechanism_globals

        self.plan = plan
        parameters = plan.network_parameters
        cell_parameters = check_cell(plan.cell, plan.cell.source or "cell parameters", plan.cell.lines)
        with only_mechanisms(named_mechanisms(plan) if plan.only_named else None):
            # Those of both files at once, since NEURON cannot replace a mechanism that it has.
            load_network_mechanisms(_folders(cell_parameters, parameters))
            self.cell = self._build(plan)
        set_mechanism_globals(parameters.mech_globals)
        self.layout = CellLayout.of(self.cell)
        self.network = Network(parameters, self.layout)
        self._realizer = NetworkRealizer(self.network, plan.t_stop, plan.seed, plan.rng)
        if not plan.activations:
            _ = self.network.connectome  # so that a wrong file is refused before any sweep
        self.engine = "none"
        self.sites: tuple[Site, ...] = ()
        if plan.simulated:
            self.sites = self._sites(cell_parameters.sim.recordingSites)
            sim = cell_parameters.sim
            self.settings = SimulationSettings(sim.Vinit, sim.dt, plan.t_stop, sim.T, self.sites)
            engine = plan.engine
            if plan.hooks:
                if engine == "batch":
                    raise ConfigError("post_hook needs the cell in NEURON after each sweep: use engine neuron or auto.")
                engine = "neuron"
                self.cell.record_everywhere()
            self._simulator = Simulator(self.cell, self.network.receptors, self.settings, engine)
            self.engine = self._simulator.engine

    @staticmethod
    def _build(plan: SweepPlan) -> Any:
        from ascent.network.cell import create_cell

        generator = plan.function("cell_generator")
        if generator is not None:
            return generator()
        return create_cell(plan.cell, scale_function=plan.function("scale_apical"))

    def _sites(self, landmark_files: Any) -> tuple[Site, ...]:
        from ascent.network.cell.recording import recording_sites

        found = recording_sites(landmark_files or (), self.cell)
        sites = [Site(site.label, site.section, site.segment) for site in found]
        return (Site(SOMA, self.cell.soma.index, 0), *sites)

    def run(self, sweeps: tuple[int, ...]) -> Iterator[SweepOutput]:
        """Run sweeps; each is given when it has ended."""
        drawn: dict[int, tuple[PresynapticSpikes | None, Realization]] = {}

        def realizations() -> Iterator[Realization]:
            for sweep in sweeps:
                drawn[sweep] = self._realize(sweep)
                yield drawn[sweep][1]

        if not self.plan.simulated:
            for realization in realizations():
                yield self._output(*drawn.pop(realization.sweep))
            return
        for traces in self._simulator.run(realizations()):
            yield self._output(*drawn.pop(traces.sweep), voltages=traces.voltages)

    def _realize(self, sweep: int) -> tuple[PresynapticSpikes | None, Realization]:
        if self.plan.activations:
            path = self.plan.activations[sweep]
            return None, replay_realization(self.network, path, sweep, self.plan.seed)
        return self._realizer.realize(sweep)

    def _output(
        self,
        spikes: PresynapticSpikes | None,
        realization: Realization,
        voltages: NDArray[np.float64] | None = None,
    ) -> SweepOutput:
        hooks: dict[str, Any] = {}
        if voltages is not None:
            hooks = {name: hook(self.cell) for name, hook in self.plan.hooks.items()}
        spikes = spikes if spikes is not None else realization.as_cells()
        return SweepOutput(
            realization.sweep,
            synapse_activation_text(realization, self.layout.labels).encode(),
            cell_activation_text(spikes).encode(),
            parquet_bytes(synapse_table(realization, self.layout.labels)),
            parquet_bytes(cell_table(realization.sweep, spikes)),
            b"" if voltages is None else _array_bytes(voltages),
            hooks,
        )

    def close(self) -> None:
        """Delete the cell from NEURON."""
        self.cell.discard()


def named_mechanisms(plan: SweepPlan) -> frozenset[str] | None:
    """The mechanisms that the parameters of a plan name; None when functions may need others."""
    cell = check_cell(plan.cell, plan.cell.source or "cell parameters", plan.cell.lines)
    if cell.neuron.cell_modify_functions or plan.functions:
        return None
    network = plan.network_parameters
    inserted = [name for label in cell.neuron.labels.values() for name in label.mechanisms.range]
    receptors = [name for kind in network.types.values() for name in kind.synapses.receptors]
    ions = [name for name in inserted if name.endswith("_ion")]
    return frozenset({*inserted, *receptors, *cell.mech_globals, *network.mech_globals}.difference(ions))


def neuron_is_fresh(plan: SweepPlan) -> bool:
    """Whether a cell that is made in this process has the bits of one that is made in a new process."""
    cell = check_cell(plan.cell, plan.cell.source or "cell parameters", plan.cell.lines)
    with only_mechanisms(named_mechanisms(plan) if plan.only_named else None):
        return loads_in_order(list(_folders(cell, plan.network_parameters).values()))


def _folders(cell: CellParameters, network: NetworkParameters) -> dict[str, str]:
    """The folders with mechanisms of both files, by where they stand, for messages."""
    folders = enumerate(network.mechanism_folders)
    return {**cell.NMODL_mechanisms, **{f"network mechanisms {number}": folder for number, folder in folders}}


def _array_bytes(array: NDArray[np.float64]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


#: The runner that this process has, and the plan that it is for.
_present: dict[str, SweepRunner] = {}


def runner_of(plan: SweepPlan) -> SweepRunner:
    """The runner for a plan in this process; made when it is not there, in place of one for another plan."""
    if plan.key not in _present:
        release_runner()
        _present[plan.key] = SweepRunner(plan)
    return _present[plan.key]


def release_runner() -> None:
    """Forget the runner of this process, and its cell."""
    while _present:
        _present.popitem()[1].close()


def run_unit(plan: SweepPlan, unit: SweepUnit) -> list[SweepOutput]:
    """Run the sweeps of a unit, in this process; what workers are given."""
    return list(runner_of(plan).run(unit.sweeps))
