"""The streams that simrun draws from: numpy's legacy generator, one global and one for each spike train.

simrun makes a ``RandomState`` of its own for each of some 25 000 presynaptic cells in every sweep. Here the few
numbers that are taken from each are computed for all cells together: the Mersenne Twister (Matsumoto & Nishimura
1998, ACM TOMACS 8:3-30) is seeded and stepped as far as needed, as arrays over the cells.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_SHIFT = 397
_STATE = 624
#: Exponential numbers that the first pass over the state can give.
MAX_VECTORISED = (_STATE - _SHIFT) // 2
#: simrun's range of the seeds of spike trains.
SPIKE_TRAIN_SEEDS = (123456, 1234567)


def exponentials(seeds: NDArray[np.integer], count: int) -> NDArray[np.float64]:
    """The first draws of ``RandomState(seed).exponential()`` for many seeds.

    Parameters
    ----------
    seeds : ndarray of int, shape (n,)
        0 to 2**32 - 1.
    count : int
        Draws of each.

    Returns
    -------
    ndarray, shape (n, count)
        Equal to numpy's to the bit.
    """
    if count > MAX_VECTORISED:
        return np.array([np.random.RandomState(seed).exponential(size=count) for seed in seeds.tolist()])
    uniforms = _uniforms(seeds.astype(np.uint32), count)
    # The C library's logarithm, which the legacy generator uses; numpy's own differs in the last bit.
    logarithms = np.fromiter(map(math.log, (1.0 - uniforms).ravel().tolist()), np.float64, uniforms.size)
    return -logarithms.reshape(uniforms.shape)


def _uniforms(seeds: NDArray[np.uint32], count: int) -> NDArray[np.float64]:
    words = _words(seeds, 2 * count)
    high, low = words[0::2] >> np.uint32(5), words[1::2] >> np.uint32(6)
    return ((high * 67108864.0 + low) / 9007199254740992.0).T


def _words(seeds: NDArray[np.uint32], count: int) -> NDArray[np.uint32]:
    """The first 32-bit words, shape (count, n)."""
    first = np.empty((count + 1, len(seeds)), dtype=np.uint32)
    words = np.empty((count, len(seeds)), dtype=np.uint32)
    state, work = seeds.copy(), np.empty(len(seeds), dtype=np.uint32)
    factor = np.uint32(1812433253)
    for place in range(_SHIFT + count):
        if place:
            np.right_shift(state, np.uint32(30), out=work)
            np.bitwise_xor(state, work, out=state)
            np.multiply(state, factor, out=state)
            state += np.uint32(place)
        # Of the 624 words of the state only these two ranges take part in the first words.
        if place <= count:
            first[place] = state
        if place >= _SHIFT:
            words[place - _SHIFT] = state
    mixed = (first[:-1] & np.uint32(0x80000000)) | (first[1:] & np.uint32(0x7FFFFFFF))
    words ^= mixed >> np.uint32(1)
    words ^= (mixed & np.uint32(1)) * np.uint32(0x9908B0DF)
    words ^= words >> np.uint32(11)
    words ^= (words << np.uint32(7)) & np.uint32(0x9D2C5680)
    words ^= (words << np.uint32(15)) & np.uint32(0xEFC60000)
    words ^= words >> np.uint32(18)
    return words
