"""A stored sweep as a realization: every stored release happens again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ascent.config.explain import suggestion
from ascent.errors import ConfigError
from ascent.network.activity.philox import BLOCK, Purpose, SweepStreams, type_word
from ascent.network.formats.activations import SynapseActivation, read_synapse_activation
from ascent.network.realization.assembly import lognormal_parameters
from ascent.network.realization.model import Realization, weight_table
from ascent.network.realization.network import Network


def replay_realization(
    network: Network, activation: SynapseActivation | Path | str, sweep: int = 0, seed: int = 0
) -> Realization:
    """The realization that a table of active synapses describes.

    Parameters
    ----------
    network : Network
        Gives receptors and weights; lognormal weights are drawn anew.
    activation : SynapseActivation or path
        Which synapses released when. Sections, points and times are taken from it, synapse IDs and distances too
        where it has them.
    sweep, seed : int
        Number of the sweep, and seed for what has to be drawn.

    Raises
    ------
    ConfigError
        When the file is wrong, or names a type, section or point that network and cell do not have.
    """
    stored = activation if isinstance(activation, SynapseActivation) else read_synapse_activation(activation)
    layout = network.layout
    known = {name: index for index, name in enumerate(network.type_names)}
    kinds = np.empty(len(stored), dtype=np.int32)
    for place, name in enumerate(stored.types):
        if name not in known:
            hint = suggestion(name, network.type_names)
            raise _error(stored, place, f"the network has no type {name}; {hint}".rstrip("; "))
        kinds[place] = known[name]
    n_points = np.array([len(points) for points in layout.relative_points])
    beyond = np.flatnonzero(stored.section >= len(layout.labels))
    if len(beyond):
        raise _error(
            stored,
            beyond[0],
            f"there is no section {stored.section[beyond[0]]} in {layout.name}; its sections are 0 to "
            f"{len(layout.labels) - 1}",
        )
    beyond = np.flatnonzero(stored.point >= n_points[stored.section])
    if len(beyond):
        section = int(stored.section[beyond[0]])
        raise _error(
            stored,
            beyond[0],
            f"section {section} of {layout.name} has no point {stored.point[beyond[0]]}; its points are 0 to "
            f"{n_points[section] - 1}",
        )
    x, segment, distance = _places(network, stored)
    identifiers = _identifiers(kinds, stored.synapse_id)
    rank = np.argsort(np.argsort(np.array(network.type_names), kind="stable"), kind="stable")
    order = np.lexsort((identifiers, rank[kinds])) if len(kinds) else np.empty(0, dtype=np.int64)
    counts = np.diff(stored.offsets)[order]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    releases = np.repeat(stored.offsets[:-1][order] - offsets[:-1], counts) + np.arange(int(counts.sum()))
    kinds, synapse_id = kinds[order], identifiers[order].astype(np.int32)
    instance, receptor, weights, seeds = _instances(network, kinds, synapse_id, SweepStreams.of(seed, sweep))
    return Realization(
        sweep=sweep,
        type_names=network.type_names,
        receptors=network.receptors,
        type_index=kinds,
        synapse_id=synapse_id,
        section=stored.section[order],
        point=stored.point[order],
        x=x[order],
        segment=segment[order],
        soma_distance=distance[order],
        release_offsets=offsets,
        release_times=stored.times[releases],
        release_source=np.full(len(releases), -1, dtype=np.int8),
        instance_synapse=instance,
        instance_receptor=receptor,
        instance_weights=weights,
        instance_seed=seeds,
    )


def _error(stored: SynapseActivation, place: int, sentence: str) -> ConfigError:
    return ConfigError(f"{stored.source or 'synapse activation'}, line {stored.lines[place]}: {sentence}.")


def _places(
    network: Network, stored: SynapseActivation
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.float64]]:
    layout = network.layout
    x, segment = np.zeros(len(stored)), np.zeros(len(stored), dtype=np.int32)
    distance = stored.soma_distance.copy()
    for section in np.unique(stored.section).tolist():
        here = np.flatnonzero(stored.section == section)
        x[here] = layout.electrical_positions(section, stored.point[here])
        segment[here] = layout.segments(section, x[here])
        unknown = here[stored.soma_distance[here] < 0]
        points = layout.relative_points[section][stored.point[unknown]]
        distance[unknown] = layout.soma_distances(section, points)
    return x, segment, distance


def _identifiers(kinds: NDArray[np.int32], stored: NDArray[np.int32]) -> NDArray[np.int64]:
    """The stored IDs; where there are none, the number of the row within its type."""
    identifiers = stored.astype(np.int64)
    for kind in np.unique(kinds[identifiers < 0]).tolist():
        mine = kinds == kind
        identifiers[mine] = np.arange(np.count_nonzero(mine))
    return identifiers


def _instances(
    network: Network, kinds: NDArray[np.int32], identifiers: NDArray[np.int32], streams: SweepStreams
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], NDArray[np.uint32]]:
    """Position of the synapse, receptor, weights and seed of each receptor of each synapse."""
    synapses: list[int] = []
    receptors: list[int] = []
    rows: list[tuple[float, ...]] = []
    for place, kind in enumerate(kinds.tolist()):
        for use in network.uses[kind]:
            synapses.append(place)
            receptors.append(use.receptor)
            rows.append(use.weights)
    weights = weight_table(rows)
    instance = np.array(synapses, dtype=np.int32)
    receptor = np.array(receptors, dtype=np.int32)
    words = np.array([type_word(name) for name in network.type_names], dtype=np.uint64)
    for kind, uses in enumerate(network.uses):
        mine = np.flatnonzero(kinds[instance] == kind) if len(instance) else np.empty(0, dtype=np.int64)
        first = 0
        for number, use in enumerate(uses):
            rows_of_use = mine[number :: len(uses)]
            if use.lognormal and len(rows_of_use):
                mu, sigma = lognormal_parameters(np.array(use.weights))
                ids = identifiers[instance[rows_of_use]]
                for slot in range(len(use.weights)):
                    block, column = divmod(first + slot, BLOCK)
                    uniforms = streams.uniforms(Purpose.WEIGHT, np.full(len(ids), words[kind]), ids, block)
                    normal = ndtri(uniforms[:, column] + 2.0**-54)
                    weights[rows_of_use, slot] = np.exp(mu[slot] + sigma[slot] * normal)
            first += len(use.weights)
    dynamic = np.array([item.dynamic for item in network.receptors], dtype=bool)[receptor]
    seeds = np.zeros(len(instance), dtype=np.uint32)
    if dynamic.any():
        of = instance[dynamic]
        uniforms = streams.uniforms(Purpose.DYNAMIC_RELEASE, words[kinds[of]], identifiers[of])
        seeds[dynamic] = (uniforms[:, 0] * 2**31).astype(np.uint32)
    return instance, receptor, weights, seeds
