"""Point processes of a realization in NEURON, shared among synapses where that is exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ascent.errors import ConfigError, MechanismError
from ascent.network.realization.model import Realization, Receptor

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell

#: Values at which a point process keeps nothing of its events but its conductances, whose equations are linear:
#: many at one place are then the same as one. Also whether the mechanism has them unless it is told otherwise.
LINEAR_AT: dict[str, dict[str, tuple[float, bool]]] = {
    "glutamate_syn": {
        "decayampa": (1.0, False),
        "decaynmda": (1.0, False),
        "facilampa": (0.0, True),
        "facilnmda": (0.0, True),
    },
    "gaba_syn": {"decaygaba": (1.0, False), "facilgaba": (0.0, True)},
}


def is_linear(receptor: Receptor) -> bool:
    """Whether many point processes of this kind at one place are the same as one that gets all their events."""
    rules = LINEAR_AT.get(receptor.mechanism)
    if rules is None or receptor.dynamic or not _is_ours(receptor.mechanism):
        return False
    given = dict(receptor.parameters)
    return all(given.get(name, value if default else None) == value for name, (value, default) in rules.items())


def _is_ours(mechanism: str) -> bool:
    """Whether NEURON has the mechanism that ascent ships, rather than one of the same name from a user's folder."""
    from ascent.mechanisms.build import CORTICAL, mechanism_source

    source = mechanism_source(mechanism)
    return source is not None and CORTICAL in source.parents


@dataclass(frozen=True, eq=False)
class PointProcessPlan:
    """Point processes of a realization, and the events that each gets.

    Attributes
    ----------
    receptor, section : list of int
        Receptor and section ID of each point process.
    x : list of float
        Where on the section, 0 to 1.
    seed : list of int
        Seed of its stream, for dynamic ones.
    connections : list of (int, tuple of float)
        Point process and weights of each connection.
    event_connection : list of int
    event_time : list of float
        Connection and time (ms) of each event.
    """

    receptor: list[int]
    section: list[int]
    x: list[float]
    seed: list[int]
    connections: list[tuple[int, tuple[float, ...]]]
    event_connection: list[int]
    event_time: list[float]


def plan_point_processes(realization: Realization, t_stop: float, merge: bool = True) -> PointProcessPlan:
    """Share point processes among synapses where that is exact.

    Parameters
    ----------
    realization : Realization
    t_stop : float
        End, ms; later events are left out.
    merge : bool
        False gives every synapse a point process of its own, as simrun does.
    """
    synapse, receptor = realization.instance_synapse, realization.instance_receptor
    linear = np.array([merge and is_linear(item) for item in realization.receptors], dtype=bool)
    shared = linear[receptor]
    # One of a kind for shared ones, one for each synapse otherwise; in an order that does not depend on earlier sweeps.
    own = np.where(shared, -1, synapse)
    keys = np.stack([receptor, realization.segment[synapse], own], axis=1)
    _, first, process = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    process = process.reshape(-1)
    _, connection_first, connection = np.unique(
        np.column_stack([process, realization.instance_weights]), axis=0, return_index=True, return_inverse=True
    )
    connection = connection.reshape(-1)
    counts = np.diff(realization.release_offsets)[synapse]
    begin = realization.release_offsets[synapse]
    places = np.repeat(begin - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))
    delays = np.array([item.delay for item in realization.receptors])[receptor]
    times = realization.release_times[places] + np.repeat(delays, counts)
    owners = np.repeat(connection, counts)
    inside = (times >= 0) & (times <= t_stop)
    holder = synapse[first]
    return PointProcessPlan(
        receptor[first].tolist(),
        realization.section[holder].tolist(),
        realization.x[holder].tolist(),
        realization.instance_seed[first].tolist(),
        [(int(process[row]), tuple(realization.instance_weights[row].tolist())) for row in connection_first.tolist()],
        owners[inside].tolist(),
        times[inside].tolist(),
    )


def place_point_processes(cell: Cell, receptors: Sequence[Receptor], plan: PointProcessPlan) -> tuple[list[Any], Any]:
    """Make the point processes of a plan on a cell, and their connections.

    Parameters
    ----------
    cell : Cell
    receptors : sequence of Receptor
        What the plan's receptors are positions in.
    plan : PointProcessPlan

    Returns
    -------
    list
        NEURON's connections, in the order of the plan.
    object
        What must be kept as long as they are to act.

    Raises
    ------
    ConfigError
        When a receptor has a parameter that its mechanism lacks.
    MechanismError
        When NEURON has no such point process.
    """
    from neuron import h

    processes, streams = _point_processes(h, cell, receptors, plan)
    connections = []
    for process, weights in plan.connections:
        connection = h.NetCon(None, processes[process])
        for place, weight in enumerate(weights[: int(connection.wcnt())]):
            connection.weight[place] = weight
        connections.append(connection)
    return connections, (processes, streams, connections)


def _point_processes(
    h: Any, cell: Cell, receptors: Sequence[Receptor], plan: PointProcessPlan
) -> tuple[list[Any], list[Any]]:
    """The point processes of a plan, and the random streams that must live as long."""
    kinds: dict[int, tuple[Any, list[tuple[str, float]]]] = {}
    processes: list[Any] = []
    streams: list[Any] = []
    by_seed: dict[int, Any] = {}
    for index, section, x, seed in zip(plan.receptor, plan.section, plan.x, plan.seed, strict=True):
        receptor = receptors[index]
        if index not in kinds:
            kinds[index] = _kind(h, receptor, cell.soma)
        make, parameters = kinds[index]
        process = make(cell.sections[section](x))
        for name, value in parameters:
            setattr(process, name, value)
        if receptor.dynamic:
            if not hasattr(process, "setRNG"):
                raise ConfigError(
                    f"releaseProb is dynamic, but {receptor.mechanism} does not decide on its releases: use "
                    f"ProbAMPANMDA2 or ProbUDFsyn2, or give a probability."
                )
            # The exponential distribution is simrun's. A synapse with several receptors has one stream.
            stream = by_seed.get(seed) or h.Random(seed)
            by_seed[seed] = stream
            stream.negexp(1)
            process.setRNG(stream)
            streams.append(stream)
        processes.append(process)
    return processes, streams


def _kind(h: Any, receptor: Receptor, soma: Any) -> tuple[Any, list[tuple[str, float]]]:
    """What makes point processes of a kind, and the parameters that each of them gets; globals are set here."""
    make = getattr(h, receptor.mechanism, None)
    try:
        example = make(soma(0.5))  # type: ignore[misc]
    except TypeError:
        raise MechanismError(
            f"NEURON has no point process {receptor.mechanism}, which the network uses as a receptor: give the folder "
            f"with its .mod file in NMODL_mechanisms."
        ) from None
    own = []
    for name, value in receptor.parameters:
        if hasattr(example, name):
            own.append((name, value))
            continue
        try:
            setattr(h, f"{name}_{receptor.mechanism}", value)
        except (AttributeError, LookupError, TypeError):
            raise ConfigError(f"{receptor.mechanism} has no parameter {name}, which the network sets.") from None
    return make, own
