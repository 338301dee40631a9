"""Synapses of a sweep as jumps of conductances that all synapses of one kind on a compartment share.

A synapse's conductance is the difference of two exponentials, so those of the same time constants and reversal
potential add up, whatever their weights; depression and facilitation only scale the jumps, and are worked out here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, expm1, log
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ascent.errors import ConfigError
from ascent.mechanisms.kernels.mechanism import VOLTAGE_STEP

if TYPE_CHECKING:
    from ascent.network.realization.model import Realization, Receptor

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """A conductance of synapses.

    Attributes
    ----------
    rise, decay : float
        Time constants, ms.
    reversal : float
        mV.
    block, steepness : float
        It is divided by 1 + block exp(-steepness v); block is 0 where nothing blocks it. steepness in 1/mV.
    """

    rise: float
    decay: float
    reversal: float
    block: float = 0.0
    steepness: float = 0.0

    @property
    def scale(self) -> float:
        """What scales the difference of the exponentials to a peak of 1."""
        t_peak = self.rise * self.decay / (self.decay - self.rise) * log(self.decay / self.rise)
        return 1.0 / (exp(-t_peak / self.decay) - exp(-t_peak / self.rise))

    def factors(self, dt: float) -> tuple[float, float, float]:
        """What the C++ solver takes: factors of a step of `dt` (ms), slow and fast, and the reversal."""
        return exp(-dt / self.decay), exp(-dt / self.rise), self.reversal

    @property
    def block_constants(self) -> tuple[float, float, float, float]:
        """Block n, steepness s, and for NEURON's step h of the potential exp(-s h) and (1 - exp(-s h)) / h."""
        moved = -self.steepness * VOLTAGE_STEP
        return self.block, self.steepness, exp(moved), -expm1(moved) / VOLTAGE_STEP


@dataclass(frozen=True)
class Plasticity:
    """How an event changes the next ones: d is multiplied by `depression`, f rises by `facilitation`; both go to 1."""

    depression: float
    tau_depression: float
    facilitation: float
    tau_facilitation: float

    @property
    def is_none(self) -> bool:
        return self.depression == 1.0 and self.facilitation == 0.0


@dataclass(frozen=True)
class Conductance:
    """One of the conductances of a receptor: which weight of the connection it has, and its plasticity."""

    pair: Pair
    weight: int
    plasticity: Plasticity


#: Parameters of the point processes, as in their .mod files.
_GLUTAMATE = {
    "e": 0.0, "tau1": 50.0, "tau2": 2.0, "tau3": 2.0, "tau4": 0.1, "n": 0.25, "gama": 0.08,
    "decayampa": 0.5, "decaynmda": 0.5, "taudampa": 200.0, "taudnmda": 200.0,
    "facilampa": 0.0, "facilnmda": 0.0, "taufampa": 200.0, "taufnmda": 200.0,
}  # fmt: skip
_GABA = {
    "e": -60.0, "risetime": 1.0, "decaytime": 20.0, "decaygaba": 0.8, "taudgaba": 200.0, "facilgaba": 0.0,
    "taufgaba": 200.0,
}  # fmt: skip


def conductances_of(receptor: Receptor) -> tuple[Conductance, ...]:
    """The conductances of a receptor.

    Raises
    ------
    ConfigError
        When the receptor has a parameter that its mechanism has not, or time constants that make no pulse.
    """
    known = _GLUTAMATE if receptor.mechanism == "glutamate_syn" else _GABA
    values = dict(known)
    for name, value in receptor.parameters:
        if name not in known:
            raise ConfigError(f"{receptor.mechanism} has no parameter {name}; it has {', '.join(known)}.")
        values[name] = float(value)

    def plasticity(kind: str) -> Plasticity:
        return Plasticity(*(values[f"{what}{kind}"] for what in ("decay", "taud", "facil", "tauf")))

    e = values["e"]
    if receptor.mechanism == "glutamate_syn":
        nmda = Pair(values["tau2"], values["tau1"], e, values["n"], values["gama"])
        made: tuple[Conductance, ...] = (
            Conductance(nmda, 1, plasticity("nmda")),
            Conductance(Pair(values["tau4"], values["tau3"], e), 0, plasticity("ampa")),
        )
    else:
        made = (Conductance(Pair(values["risetime"], values["decaytime"], e), 0, plasticity("gaba")),)
    for one in made:
        if one.pair.rise <= 0 or one.pair.decay <= 0 or one.pair.rise == one.pair.decay:
            raise ConfigError(
                f"{receptor.mechanism} rises with {one.pair.rise:g} ms and decays with {one.pair.decay:g} ms; both "
                f"should be above 0 and differ."
            )
    return made


@dataclass(frozen=True, eq=False)
class Events:
    """Jumps of a sweep's conductances, by step: all arrays have one entry an event.

    Attributes
    ----------
    steps : ndarray of int64
        Ascending.
    slots : ndarray of int64
        Compartment * n_pairs + pair.
    jumps : ndarray
        nS.
    """

    steps: NDArray[np.int64]
    slots: NDArray[np.int64]
    jumps: Array


class Synapses:
    """The conductances of a network's receptors, and how a realization becomes events.

    Parameters
    ----------
    receptors : sequence of Receptor
        All of the network; their places are those of ``Realization.instance_receptor``.
    """

    def __init__(self, receptors: Sequence[Receptor]) -> None:
        self._receptors = tuple(receptors)
        self._conductances = [conductances_of(receptor) for receptor in receptors]
        distinct = {one.pair: None for made in self._conductances for one in made}
        #: those with a block first
        self.pairs: tuple[Pair, ...] = tuple(sorted(distinct, key=lambda pair: pair.block == 0.0))

    @cached_property
    def n_blocked(self) -> int:
        """How many of the pairs have a block that depends on v."""
        return sum(pair.block != 0.0 for pair in self.pairs)

    def events(self, realization: Realization, half_times: Array, dt: float, compartments: NDArray[np.int64]) -> Events:
        """The events of a sweep.

        Parameters
        ----------
        realization : Realization
        half_times : ndarray
            Middle of each step, ms: an event acts from the first step whose middle is not before it.
        dt : float
            ms.
        compartments : ndarray of int64
            Compartment of each segment.

        Raises
        ------
        ConfigError
            When the realization has other receptors than the engine was made for.
        """
        if realization.receptors != self._receptors:
            raise ConfigError("A realization has other receptors than the network that the engine was opened for.")
        steps: list[NDArray[np.int64]] = []
        slots: list[NDArray[np.int64]] = []
        jumps: list[Array] = []
        for index, receptor in enumerate(self._receptors):
            rows = np.flatnonzero(realization.instance_receptor == index)
            if not len(rows):
                continue
            synapses = realization.instance_synapse[rows]
            counts = np.diff(realization.release_offsets)[synapses]
            owner = np.repeat(np.arange(len(rows)), counts)
            first = np.cumsum(counts) - counts
            ordinal = np.arange(len(owner)) - first[owner]
            times = realization.release_times[realization.release_offsets[synapses][owner] + ordinal] + receptor.delay
            step = np.searchsorted(half_times, times, side="left")
            compartment = compartments[realization.segment[synapses]][owner]
            for one in self._conductances[index]:
                factor = _plastic_factors(one.plasticity, step, first, counts, dt)
                weight = realization.instance_weights[rows][:, one.weight] if (
                    one.weight < realization.instance_weights.shape[1]
                ) else np.zeros(len(rows))  # fmt: skip
                jump = one.pair.scale * weight[owner] * factor
                within = (step < len(half_times)) & (jump != 0.0)
                steps.append(step[within])
                slots.append((compartment * len(self.pairs) + self.pairs.index(one.pair))[within])
                jumps.append(jump[within])
        if not steps:
            empty = np.empty(0, dtype=np.int64)
            return Events(empty, empty, np.empty(0))
        all_steps = np.concatenate(steps)
        order = np.argsort(all_steps, kind="stable")
        return Events(
            np.ascontiguousarray(all_steps[order], dtype=np.int64),
            np.ascontiguousarray(np.concatenate(slots)[order], dtype=np.int64),
            np.concatenate(jumps)[order],
        )


def _plastic_factors(
    plasticity: Plasticity, steps: NDArray[np.int64], first: NDArray[np.int64], counts: NDArray[np.int64], dt: float
) -> Array:
    """d f of each event; the events of an instance lie together, from `first`, in ascending order."""
    factors = np.ones(len(steps))
    if plasticity.is_none:
        return factors
    d, f = np.ones(len(first)), np.ones(len(first))
    for ordinal in range(int(counts.max(initial=0))):
        of = np.flatnonzero(counts > ordinal)
        place = first[of] + ordinal
        if ordinal:
            elapsed = (steps[place] - steps[place - 1]) * dt
            d[of] = 1.0 + (d[of] - 1.0) * np.exp(-elapsed / plasticity.tau_depression)
            f[of] = 1.0 + (f[of] - 1.0) * np.exp(-elapsed / plasticity.tau_facilitation)
        factors[place] = d[of] * f[of]
        d[of] *= plasticity.depression
        f[of] += plasticity.facilitation
    return factors
