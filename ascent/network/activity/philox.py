"""Random streams for many cells or synapses at once, each its own.

Philox4x64-10 is a function from a key and a counter to four 64-bit words (Salmon et al. 2011, SC'11, "Parallel random
numbers: as easy as 1, 2, 3"), so that a stream needs no state: the draws of every cell are computed together, and
those of one cell do not depend on how many others there are, on their order, or on who computes them.

The key comes from the seed and the sweep; the counter is (block, index of the cell or synapse, type, purpose). The
words are those of ``numpy.random.Philox(key=key, counter=[0, index, type, purpose])``.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

#: Place of network studies in the tree of seeds.
STUDY = 2
_MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_WEYL = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_MASK = (1 << 64) - 1
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)

#: Draws in a block.
BLOCK = 4


class Purpose(IntEnum):
    """What a stream is for; a number never changes its meaning."""

    SPIKE_TRAIN = 0
    POINT_CELL = 1
    POINT_CELL_TIME = 2
    RELEASE = 3
    WEIGHT = 4
    DYNAMIC_RELEASE = 5
    POPULATION = 6
    CONVERGENCE = 7


@lru_cache(maxsize=4096)
def type_word(name: str) -> int:
    """The counter word of a cell type: from its name, so that other types do not matter."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:8], "little")


@dataclass(frozen=True)
class SweepStreams:
    """All streams of one sweep.

    Attributes
    ----------
    key : tuple of int
        The key of Philox.
    """

    key: tuple[int, int]

    @classmethod
    def of(cls, seed: int, sweep: int) -> SweepStreams:
        """The streams of sweep number `sweep` of a run with `seed`."""
        words = np.random.SeedSequence(seed, spawn_key=(STUDY, sweep)).generate_state(2, np.uint64)
        return cls((int(words[0]), int(words[1])))

    def uniforms(
        self,
        purpose: Purpose,
        types: NDArray[np.uint64],
        indices: NDArray[np.integer],
        block: int = 0,
    ) -> NDArray[np.float64]:
        """Four numbers in [0, 1) of each stream.

        Parameters
        ----------
        purpose : Purpose
        types : ndarray of uint64, shape (n,)
            `type_word` of each stream's cell type.
        indices : ndarray of int, shape (n,)
            Number of the cell or synapse within its type.
        block : int
            Which four numbers of the stream: 0 are the first.

        Returns
        -------
        ndarray, shape (n, 4)
        """
        counter = (
            np.full(len(types), block + 1, dtype=np.uint64),
            indices.astype(np.uint64),
            types.astype(np.uint64),
            np.full(len(types), int(purpose), dtype=np.uint64),
        )
        words = philox(self.key, counter)
        return np.stack([(word >> np.uint64(11)).astype(np.float64) * 2.0**-53 for word in words], axis=1)

    def exponentials(
        self,
        purpose: Purpose,
        types: NDArray[np.uint64],
        indices: NDArray[np.integer],
        block: int = 0,
    ) -> NDArray[np.float64]:
        """Four exponential numbers of mean 1 of each stream, shape (n, 4); the parameters are those of `uniforms`."""
        return exponential_of(self.uniforms(purpose, types, indices, block))

    def generator(self, purpose: Purpose, type_name: str, index: int = 0) -> np.random.Generator:
        """One stream as a generator of numpy."""
        # As arrays: numpy makes floats of a list of small and large numbers.
        counter = np.array([0, index, type_word(type_name), int(purpose)], dtype=np.uint64)
        return np.random.Generator(np.random.Philox(key=np.array(self.key, dtype=np.uint64), counter=counter))


def exponential_of(uniforms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Exponential numbers of mean 1 by inversion.

    With the logarithm of the C library: that of numpy differs in the last bit from one instruction set to another.
    """
    logarithms = np.fromiter(map(math.log1p, (-uniforms).ravel().tolist()), np.float64, uniforms.size)
    return -logarithms.reshape(uniforms.shape)


def philox(
    key: tuple[int, int], counter: tuple[NDArray[np.uint64], ...]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]]:
    """Ten rounds of Philox4x64 over arrays of counter words."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        high0, low0 = _multiply(c0, _MULTIPLIERS[0])
        high1, low1 = _multiply(c2, _MULTIPLIERS[1])
        c0, c1, c2, c3 = high1 ^ c1 ^ np.uint64(k0), low1, high0 ^ c3 ^ np.uint64(k1), low0
        k0, k1 = (k0 + _WEYL[0]) & _MASK, (k1 + _WEYL[1]) & _MASK
    return c0, c1, c2, c3


def _multiply(a: NDArray[np.uint64], b: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """High and low word of a 128-bit product."""
    b_low, b_high = np.uint64(b & 0xFFFFFFFF), np.uint64(b >> 32)
    a_low, a_high = a & _LOW, a >> _HALF
    cross = a_high * b_low + ((a_low * b_low) >> _HALF)
    middle = a_low * b_high + (cross & _LOW)
    return a_high * b_high + (cross >> _HALF) + (middle >> _HALF), a * np.uint64(b)
