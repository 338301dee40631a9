"""One realization of a network: the synapses that release in one sweep, as plain arrays.

Both engines simulate it, both formats of files are written from it; it knows nothing of NEURON.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ascent.network.activity.spikes import PresynapticSpikes


@dataclass(frozen=True)
class Receptor:
    """One kind of point process with one set of parameters.

    Attributes
    ----------
    mechanism : str
        Name of the point process.
    parameters : tuple of (str, float)
        Its range variables, or else globals of the mechanism, sorted by name.
    threshold : float
        Threshold of its connections, mV.
    delay : float
        From a release to the event, ms.
    dynamic : bool
        Whether it decides itself, with a random stream of its own, which events release.
    """

    mechanism: str
    parameters: tuple[tuple[str, float], ...] = ()
    threshold: float = 0.0
    delay: float = 0.0
    dynamic: bool = False


@dataclass(frozen=True, eq=False)
class Realization:
    """The active synapses of one sweep, sorted by the name of their type and by their ID.

    Attributes
    ----------
    sweep : int
        Number of the sweep.
    type_names : tuple of str
        Names of all types.
    receptors : tuple of Receptor
        All kinds of receptors of the network; the same for every sweep.
    type_index, synapse_id, section, point : ndarray of int32, shape (n,)
        Type (in `type_names`), ID within the type, section ID, 3-D point on the section.
    x : ndarray of float, shape (n,)
        Where on the section it acts, 0 to 1.
    segment : ndarray of int32, shape (n,)
        Segment among all of the cell.
    soma_distance : ndarray of float, shape (n,)
        Path length to the soma, µm.
    release_offsets : ndarray of int64, shape (n + 1,)
        Where the releases of each synapse begin.
    release_times : ndarray of float, shape (m,)
        ms, ascending within a synapse.
    release_source : ndarray of int8, shape (m,)
        What made the presynaptic spike (position in `ascent.network.activity.SPIKE_SOURCES`); -1 is unknown.
    instance_synapse, instance_receptor : ndarray of int32, shape (k,)
        One row for each receptor of each synapse: position of the synapse, and of the receptor in `receptors`.
    instance_weights : ndarray of float, shape (k, w)
        Weights of the connection, padded with 0.
    instance_seed : ndarray of uint32, shape (k,)
        Seed of the stream of a dynamic receptor, else 0.
    """

    sweep: int
    type_names: tuple[str, ...]
    receptors: tuple[Receptor, ...]
    type_index: NDArray[np.int32]
    synapse_id: NDArray[np.int32]
    section: NDArray[np.int32]
    point: NDArray[np.int32]
    x: NDArray[np.float64]
    segment: NDArray[np.int32]
    soma_distance: NDArray[np.float64]
    release_offsets: NDArray[np.int64]
    release_times: NDArray[np.float64]
    release_source: NDArray[np.int8]
    instance_synapse: NDArray[np.int32]
    instance_receptor: NDArray[np.int32]
    instance_weights: NDArray[np.float64]
    instance_seed: NDArray[np.uint32]

    @property
    def n_synapses(self) -> int:
        """Number of active synapses."""
        return len(self.synapse_id)

    def releases(self, synapse: int) -> NDArray[np.float64]:
        """Release times (ms) of one synapse."""
        return self.release_times[self.release_offsets[synapse] : self.release_offsets[synapse + 1]]

    def as_cells(self) -> PresynapticSpikes:
        """Each synapse as if a cell of its own made it: what is known of the cells of a stored sweep."""
        counts = np.bincount(self.type_index, minlength=len(self.type_names))
        order = np.argsort(self.type_index, kind="stable")
        lengths = np.diff(self.release_offsets)[order]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.repeat(self.release_offsets[:-1][order] - offsets[:-1], lengths) + np.arange(int(lengths.sum()))
        return PresynapticSpikes(
            self.type_names,
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            offsets,
            self.release_times[places],
            self.release_source[places],
        )

    def keeping(self, releases: NDArray[np.bool_]) -> Realization:
        """The same without some releases, and without the synapses that are left with none.

        Parameters
        ----------
        releases : ndarray of bool, shape (m,)
            Which releases stay.
        """
        owner = np.repeat(np.arange(self.n_synapses), np.diff(self.release_offsets))
        counts = np.bincount(owner[releases], minlength=self.n_synapses)
        kept = counts > 0
        position = np.cumsum(kept) - 1
        instances = kept[self.instance_synapse]
        per_synapse = ("type_index", "synapse_id", "section", "point", "x", "segment", "soma_distance")
        per_instance = ("instance_receptor", "instance_weights", "instance_seed")
        return replace(
            self,
            **{name: getattr(self, name)[kept] for name in per_synapse},
            **{name: getattr(self, name)[instances] for name in per_instance},
            instance_synapse=position[self.instance_synapse[instances]].astype(np.int32),
            release_offsets=np.concatenate([[0], np.cumsum(counts[kept])]).astype(np.int64),
            release_times=self.release_times[releases],
            release_source=self.release_source[releases],
        )


def weight_table(rows: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """Weights of unequal number as one array, padded with 0."""
    width = max((len(row) for row in rows), default=1)
    table = np.zeros((len(rows), width))
    for place, row in enumerate(rows):
        table[place, : len(row)] = row
    return table
