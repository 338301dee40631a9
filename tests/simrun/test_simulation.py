"""One sweep in NEURON: samples, sites, and point processes that are shared where that is exact."""

from collections.abc import Iterator

import numpy as np
import pytest

from ascent.errors import ConfigError, MechanismError
from ascent.network.cell import Cell, create_cell
from ascent.network.example import small_example
from ascent.network.point_processes import is_linear, plan_point_processes
from ascent.network.realization import CellLayout, Network, NetworkRealizer, Realization, Receptor
from ascent.network.simulation import (
    SimulationSettings,
    Simulator,
    Site,
    run_in_neuron,
    sample_times,
)

GLUTAMATE = (("decayampa", 1.0), ("decaynmda", 1.0), ("facilampa", 0.0), ("facilnmda", 0.0))


@pytest.fixture(scope="module")
def cell() -> Iterator[Cell]:
    built = create_cell(small_example().cell)
    yield built
    built.discard()


@pytest.fixture(scope="module")
def realization(cell: Cell) -> Realization:
    network = Network.of(small_example().network, CellLayout.of(cell))
    return NetworkRealizer(network, 60.0, 3).realize(0)[1]


def settings(cell: Cell, t_stop: float = 60.0) -> SimulationSettings:
    sites = (Site("soma", cell.soma.index, 0), Site("tuft", 20, 1))
    return SimulationSettings(-75.0, 0.025, t_stop, 34.0, sites)


@pytest.mark.parametrize(
    ("t_stop", "count", "last"), [(300, 12_002, 300.02499999986406), (345, 13_802, 345.02499999982314)]
)
def test_samples_are_as_many_as_simruns_with_its_times(t_stop: float, count: int, last: float) -> None:
    times = sample_times(0.025, t_stop)

    assert (len(times), times[0], times[-1]) == (count, 0.0, last)


def test_shared_point_processes_give_the_same_potentials(cell: Cell, realization: Realization) -> None:
    shared, single = (run_in_neuron(cell, realization, settings(cell), merge=merge) for merge in (True, False))

    plans = [plan_point_processes(realization, 60.0, merge) for merge in (True, False)]
    assert len(plans[0].receptor) < len(plans[1].receptor) == len(realization.instance_synapse)
    assert sum(len(plan.event_time) for plan in plans) == 2 * np.count_nonzero(realization.release_times <= 60.0)
    assert shared.shape == (2, len(sample_times(0.025, 60.0)))
    assert np.abs(shared - single).max() < 1e-9
    assert np.ptp(shared[0]) > 1.0


def test_a_run_does_not_depend_on_the_one_before(cell: Cell, realization: Realization) -> None:
    simulator = Simulator(cell, realization.receptors, settings(cell), "neuron")

    first, second = simulator.run([realization, realization])

    assert np.array_equal(first.voltages, second.voltages)


@pytest.mark.parametrize(
    ("receptor", "linear"),
    [
        (Receptor("glutamate_syn", GLUTAMATE), True),
        (Receptor("glutamate_syn", GLUTAMATE[1:]), False),
        (Receptor("glutamate_syn", (*GLUTAMATE[:3], ("facilnmda", 0.1))), False),
        (Receptor("gaba_syn", (("decaygaba", 1.0),)), True),
        (Receptor("gaba_syn"), False),
        (Receptor("ProbUDFsyn2", dynamic=True), False),
    ],
)
def test_point_processes_are_shared_only_where_events_leave_no_trace(
    cell: Cell, receptor: Receptor, linear: bool
) -> None:
    assert is_linear(receptor) is linear


def with_receptor(realization: Realization, receptor: Receptor) -> Realization:
    values = {**vars(realization), "receptors": (receptor,)}
    values["instance_receptor"] = np.zeros_like(realization.instance_receptor)
    values["instance_seed"] = np.arange(1, len(realization.instance_synapse) + 1, dtype=np.uint32)
    return Realization(**values)


def test_a_mechanism_that_neuron_lacks_is_named(cell: Cell, realization: Realization) -> None:
    with pytest.raises(MechanismError, match="NEURON has no point process nmda_syn"):
        run_in_neuron(cell, with_receptor(realization, Receptor("nmda_syn")), settings(cell, 1.0))


def test_a_parameter_that_a_mechanism_lacks_is_named(cell: Cell, realization: Realization) -> None:
    with pytest.raises(ConfigError, match="gaba_syn has no parameter decai"):
        run_in_neuron(cell, with_receptor(realization, Receptor("gaba_syn", (("decai", 1.0),))), settings(cell, 1.0))


def test_dynamic_synapses_release_by_their_seed(cell: Cell, realization: Realization) -> None:
    dynamic = with_receptor(realization, Receptor("ProbUDFsyn2", (("Use", 0.5), ("gmax", 0.001)), dynamic=True))
    other = Realization(**{**vars(dynamic), "instance_seed": dynamic.instance_seed + 1000})

    first, again, changed = (run_in_neuron(cell, item, settings(cell)) for item in (dynamic, dynamic, other))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, changed)


def test_dynamic_release_needs_a_mechanism_that_decides(cell: Cell, realization: Realization) -> None:
    with pytest.raises(ConfigError, match="gaba_syn does not decide on its releases"):
        run_in_neuron(cell, with_receptor(realization, Receptor("gaba_syn", dynamic=True)), settings(cell, 1.0))


def test_an_unknown_engine_is_refused(cell: Cell, realization: Realization) -> None:
    with pytest.raises(ConfigError, match='engine is "fast"; it must be auto, batch or neuron'):
        Simulator(cell, realization.receptors, settings(cell), "fast")
