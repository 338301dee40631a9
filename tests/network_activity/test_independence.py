"""With a stream of its own, what a cell does depends on nothing but seed, sweep, type and number."""

from dataclasses import replace

import numpy as np

from ascent.network.activity import generate_legacy_spikes, generate_spikes
from ascent.network.activity.philox import SweepStreams

from .conftest import cell_types

ACTIVITY = {
    "pointcell": {"distribution": "PSTH", "intervals": [[0, 5], [5, 9]], "probabilities": [0.3, 0.6], "offset": 40.0},
    "spiketrain": {"interval": 30.0},
}


def test_other_types_and_their_order_do_not_matter() -> None:
    (one,) = cell_types(50, **ACTIVITY)
    other = replace(one, name="b_C2", n_cells=17)

    alone = generate_spikes([one], 200.0, SweepStreams.of(3, 8))
    together = generate_spikes([other, one], 200.0, SweepStreams.of(3, 8))

    for cell in range(50):
        assert alone.of_cell(0, cell).tolist() == together.of_cell(1, cell).tolist()
    assert together.of_cell(0, 1).tolist() != together.of_cell(1, 1).tolist()


def test_more_cells_leave_the_others_as_they_were() -> None:
    few = generate_spikes(cell_types(10, **ACTIVITY), 200.0, SweepStreams.of(3, 0))
    many = generate_spikes(cell_types(30, **ACTIVITY), 200.0, SweepStreams.of(3, 0))

    assert all(few.of_cell(0, cell).tolist() == many.of_cell(0, cell).tolist() for cell in range(10))


def test_sweeps_differ() -> None:
    first = generate_spikes(cell_types(10, **ACTIVITY), 200.0, SweepStreams.of(3, 0))
    second = generate_spikes(cell_types(10, **ACTIVITY), 200.0, SweepStreams.of(3, 1))

    assert first.times.tolist() != second.times.tolist()


def test_simruns_stream_is_drawn_as_it_is_one_cell_and_one_number_at_a_time() -> None:
    types = cell_types(25, **ACTIVITY)
    stream = np.random.RandomState(99)

    ours = generate_legacy_spikes(types, 200.0, stream)

    # The same, written down plainly from the description of simrun's draws.
    plain = np.random.RandomState(99)
    expected: list[list[float]] = [[] for _ in range(25)]
    for (begin, end), probability in zip([[0, 5], [5, 9]], [0.3, 0.6], strict=True):
        (active,) = np.where(plain.uniform(size=25) < probability)
        times = 40.0 + begin + (end - begin) * plain.uniform(size=len(active))
        for cell, time in zip(active, times, strict=True):
            expected[cell].append(float(time))
    for cell in range(25):
        own = np.random.RandomState(plain.randint(123456, 1234567))
        time = 0.0
        while (time := time + 30.0 * own.exponential()) <= 200.0:
            expected[cell].append(float(time))
    assert [ours.of_cell(0, cell).tolist() for cell in range(25)] == [sorted(times) for times in expected]
    assert stream.random_sample() == plain.random_sample()
