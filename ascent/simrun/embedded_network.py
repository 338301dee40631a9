"""A network around a cell that a user holds in the hand, and stored sweeps as frames."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ascent.config.network.network import check_network
from ascent.errors import ConfigError
from ascent.network.formats.activations import SynapseActivation
from ascent.network.formats.param import build_parameters
from ascent.network.formats.parameter_set import ParameterSet

if TYPE_CHECKING:
    import pandas as pd

    from ascent.network.activity import PresynapticSpikes
    from ascent.network.cell.cell import Cell
    from ascent.network.realization import Network, NetworkRealizer, Realization

Parameters = Path | str | Mapping[str, Any]


class EmbeddedNetwork:
    """A network around one cell: draws or replays sweeps and attaches their synapses to the cell in NEURON.

    Parameters
    ----------
    cell : Cell
    networkParam : path or mapping
        Network parameters, whole or only their ``network`` part.
    tStop : float
        End of a sweep, ms.
    seed : int or None
        Seed of the activity; None draws one.
    rng : {"philox", "isf"}
        Kind of random streams.

    Attributes
    ----------
    network : Network
        Types, placed synapses and connections.
    sweep : int
        Number of the next sweep that is drawn.
    realization : Realization or None
        The active synapses that are attached.
    spikes : PresynapticSpikes or None
        Spikes of the presynaptic cells, when the sweep was drawn.
    """

    def __init__(
        self, cell: Cell, networkParam: Parameters, tStop: float, seed: int | None = None, rng: str = "philox"
    ) -> None:
        from ascent.network.realization import CellLayout, Network

        parameters = _network_parameters(networkParam)
        # The cell may hold its network; it must go from NEURON as soon as nobody holds the cell.
        self._cell = weakref.ref(cell)
        self.t_stop = float(tStop)
        self.seed = int(np.random.SeedSequence().generate_state(1)[0]) if seed is None else seed
        self.rng = rng
        self.network: Network = Network(check_network(parameters), CellLayout.of(cell))
        self.sweep = 0
        self.realization: Realization | None = None
        self.spikes: PresynapticSpikes | None = None
        self._embedding: Any = None
        self._realizers: dict[tuple[str | None, bool], NetworkRealizer] = {}

    @property
    def cell(self) -> Cell:
        """The cell.

        Raises
        ------
        ConfigError
            When it is gone.
        """
        cell = self._cell()
        if cell is None:
            raise ConfigError("the cell of this network is gone; keep it as long as its network is used.")
        return cell

    def create_saved_network2(self, synWeightName: Path | str | None = None, full_network: bool = False) -> None:
        """Draw the next sweep and attach it.

        Parameters
        ----------
        synWeightName : path, optional
            A file with weights of single synapses (nS), in place of those of the network parameters.
        full_network : bool
            Whether the connection files belong to a network of many cells, so that cells and synapses are numbered in
            the order in which they occur there. Weights are looked up by the file's own IDs.

        Raises
        ------
        ConfigError
            When a file is wrong or does not belong to the network; names the line.
        """
        realizer = self._realizer_of(None if synWeightName is None else str(synWeightName), full_network)
        self.spikes, realization = realizer.realize(self.sweep)
        self.network = realizer.network
        self.sweep += 1
        self._attach(realization)

    def _realizer_of(self, weights: str | None, full_network: bool) -> NetworkRealizer:
        from ascent.network.realization import Network, NetworkRealizer
        from ascent.network.realization.synapse_weights import SynapseWeightTable

        key = (weights, full_network)
        if key not in self._realizers:
            network = self.network
            if network.full_network != full_network:
                network = Network(network.parameters, network.layout, full_network)
            table = SynapseWeightTable(weights, network) if weights is not None else None
            self._realizers[key] = NetworkRealizer(network, self.t_stop, self.seed, self.rng, weights=table)
        return self._realizers[key]

    def reconnect_saved_synapses(
        self,
        synapse_activation: Path | str | pd.DataFrame | SynapseActivation,
        synWeightName: Path | str | None = None,
    ) -> None:
        """Attach a stored sweep.

        Parameters
        ----------
        synapse_activation : path, frame or SynapseActivation
            A ``*_synapses.csv`` file, or a frame as `load_simrun` gives.
        synWeightName : path, optional
            A file with weights of single synapses (nS), in place of those of the network parameters.
        """
        from ascent.network.realization.replay import replay_realization
        from ascent.network.realization.synapse_weights import SynapseWeightTable

        if not isinstance(synapse_activation, Path | str | SynapseActivation):
            synapse_activation = activation_of_frame(synapse_activation)
        self.spikes = None
        realization = replay_realization(self.network, synapse_activation, seed=self.seed)
        if synWeightName is not None:
            realization = SynapseWeightTable(synWeightName, self.network, connected=False).applied(realization)
        self._attach(realization)

    def _attach(self, realization: Realization) -> None:
        from ascent.network.embedding import Embedding, synapses_by_type

        self.re_init_network()
        self.realization = realization
        self._embedding = Embedding(self.cell, realization, self.t_stop)
        self.cell.synapses = synapses_by_type(self.cell, realization)

    def re_init_network(self) -> None:
        """Take the synapses from the cell."""
        if self._embedding is not None:
            self._embedding.detach()
            if self._embedding in self.cell.embeddings:
                self.cell.embeddings.remove(self._embedding)
        self._embedding = None
        self.cell.synapses = {}


def activation_frame(path: Path | str) -> pd.DataFrame:
    """A ``*_synapses.csv`` file as a frame; columns 0, 1, … are release times (ms)."""
    from ascent.simrun.results import read_activation_frame

    return read_activation_frame(path)


def activation_of_frame(frame: pd.DataFrame) -> SynapseActivation:
    """Rows of active synapses, as `load_simrun` gives them, as a table of active synapses.

    Raises
    ------
    ConfigError
        When a column is missing.
    """
    needed = ("synapse_type", "section_ID", "section_pt_ID")
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise ConfigError(f"the frame of active synapses has no column {' and '.join(missing)}.")
    count = len(frame)
    columns = [name for name in frame.columns if str(name).isdigit()]
    values = frame[sorted(columns, key=lambda name: int(str(name)))].to_numpy(dtype=float).reshape(count, -1)
    rows = [np.sort(row[~np.isnan(row)]) for row in values]
    keep = np.array([len(row) > 0 for row in rows], dtype=bool)
    rows = [row for row in rows if len(row)]

    def column(name: str, default: Any) -> Any:
        return (frame[name].to_numpy() if name in frame.columns else np.full(count, default))[keep]

    return SynapseActivation(
        tuple(map(str, column("synapse_type", ""))),
        column("synapse_ID", -1).astype(np.int32),
        column("soma_distance", -1.0).astype(float),
        column("section_ID", 0).astype(np.int32),
        column("section_pt_ID", 0).astype(np.int32),
        tuple(map(str, column("dendrite_label", ""))),
        np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64),
        np.concatenate([np.empty(0), *rows]),
        np.flatnonzero(keep).astype(np.int32) + 2,
        "frame of active synapses",
    )


def _network_parameters(parameters: Parameters) -> ParameterSet:
    found = build_parameters(parameters)
    return found if "network" in found else ParameterSet({"network": found.to_dict()})
