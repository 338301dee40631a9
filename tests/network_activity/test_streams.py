"""Random streams: those of simrun to the bit, and one of its own for every cell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.network.activity import legacy
from ascent.network.activity.philox import Purpose, SweepStreams, exponential_of, type_word


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20), st.integers(1, legacy.MAX_VECTORISED))
def test_exponentials_of_many_seeds_are_those_of_numpys_legacy_generator(seeds: list[int], count: int) -> None:
    ours = legacy.exponentials(np.array(seeds), count)

    for seed, row in zip(seeds, ours, strict=True):
        stream = np.random.RandomState(seed)
        assert row.tolist() == [stream.exponential() for _ in range(count)]


def test_long_trains_come_from_the_generator_itself() -> None:
    count = legacy.MAX_VECTORISED + 5

    ours = legacy.exponentials(np.array([7, 8]), count)

    assert ours[1].tolist() == np.random.RandomState(8).exponential(size=count).tolist()


@given(st.integers(0, 2**64 - 1), st.integers(0, 10_000), st.integers(0, 2**31), st.text(max_size=10))
def test_a_stream_is_numpys_philox_with_the_same_key_and_counter(seed: int, sweep: int, index: int, name: str) -> None:
    streams = SweepStreams.of(seed, sweep)
    types, indices = np.array([type_word(name)] * 3, dtype=np.uint64), np.array([index, index + 1, 0])

    ours = np.hstack([streams.uniforms(Purpose.RELEASE, types, indices, block) for block in range(3)])

    for row, number in zip(ours, indices.tolist(), strict=True):
        assert row.tolist() == streams.generator(Purpose.RELEASE, name, number).random(12).tolist()


def test_streams_differ_by_seed_sweep_purpose_type_and_index() -> None:
    def first(
        seed: int = 1, sweep: int = 0, purpose: Purpose = Purpose.RELEASE, name: str = "a", index: int = 0
    ) -> float:
        types = np.array([type_word(name)], dtype=np.uint64)
        return float(SweepStreams.of(seed, sweep).uniforms(purpose, types, np.array([index]))[0, 0])

    variants = [
        first(),
        first(seed=2),
        first(sweep=1),
        first(purpose=Purpose.WEIGHT),
        first(name="b"),
        first(index=1),
    ]

    assert len(set(variants)) == len(variants)


def test_exponential_numbers_have_mean_and_variance_one() -> None:
    streams = SweepStreams.of(5, 0)
    types = np.full(50_000, type_word("x"), dtype=np.uint64)

    numbers = exponential_of(streams.uniforms(Purpose.SPIKE_TRAIN, types, np.arange(50_000))).ravel()

    assert numbers.mean() == pytest.approx(1.0, abs=4 / np.sqrt(numbers.size))
    assert numbers.var() == pytest.approx(1.0, abs=4 * np.sqrt(8 / numbers.size))
