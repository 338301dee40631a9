"""Contact weights: which contacts of which cuff stimulate, and which record.

A sim lists weight vectors under the file name of the cuff preset; each vector is a combination of its own. One
cuff either stimulates or records; with two cuffs one stimulates and the other records, told apart by `cuff_index`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ascent.errors import ConfigError, Problem

_SECTIONS = ("active_srcs", "active_recs")
_MEANING = {"active_srcs": "stimulates", "active_recs": "records"}


@dataclass(frozen=True)
class Cuff:
    """A cuff of the model, as far as stimulation is concerned.

    Attributes
    ----------
    preset : str
        File name, for example "Purdue.json".
    index : int or None
        `cuff[].index` of the model; may be missing when there is one cuff only.
    contacts : int or None
        Number of contacts; None when not known yet.
    """

    preset: str
    index: int | None = None
    contacts: int | None = None


@dataclass(frozen=True)
class ActiveCuff:
    """A cuff in use.

    Attributes
    ----------
    section : str
        "active_srcs" (stimulation) or "active_recs" (recording).
    cuff : Cuff
    weights : tuple of tuple of float
        One vector a combination, one weight a contact of this cuff; each between -1 and 1, times 1 mA.
    """

    section: str
    cuff: Cuff
    weights: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class ActiveCuffs:
    """What stimulates and what records; either may be None."""

    stimulation: ActiveCuff | None
    recording: ActiveCuff | None


def active_cuffs(sim: Mapping[str, Any], cuffs: Sequence[Cuff]) -> ActiveCuffs:
    """Match a sim's active_srcs and active_recs with the cuffs of a model.

    Parameters
    ----------
    sim : mapping
        The sim's configuration.
    cuffs : sequence of Cuff
        The model's cuffs.

    Raises
    ------
    ConfigError
        When sections are missing or too many, a preset has no weights, indices do not match, or a weight vector has
        the wrong length or a weight beyond ±1.
    """
    given = [section for section in _SECTIONS if sim.get(section)]
    if not cuffs:
        raise ConfigError(problems=[Problem("model", "cuff", "[]", "must name at least one cuff")])
    if len(cuffs) == 1:
        if len(given) != 1:
            value = "both given" if given else "missing"
            expected = (
                "a model with one cuff takes exactly one of active_srcs (stimulation) and active_recs (recording)"
            )
            raise _error("active_srcs", value, expected)
        active = _weights(given[0], sim[given[0]], cuffs[0])
        return ActiveCuffs(active if given[0] == "active_srcs" else None, active if given[0] == "active_recs" else None)
    if len(given) != 2:
        missing = next(section for section in _SECTIONS if section not in given)
        raise _error(missing, "missing", f"a model with {len(cuffs)} cuffs takes both active_srcs and active_recs")
    return ActiveCuffs(*_pair(sim, cuffs))


def basis_weights(
    active: ActiveCuff, vector: Sequence[float], contact_cuffs: Sequence[int | None]
) -> NDArray[np.float64]:
    """Weight of every basis of the model for one weight vector of one cuff.

    Parameters
    ----------
    active : ActiveCuff
        The cuff that `vector` belongs to.
    vector : sequence of float
        One weight a contact of that cuff.
    contact_cuffs : sequence of int or None
        Index of the cuff that each basis's contact belongs to, in basis order (`im.json`: currentIDs).

    Returns
    -------
    ndarray, shape (n_bases,)
        Zero for the contacts of other cuffs.

    Raises
    ------
    ConfigError
        When the cuff has another number of contacts.
    """
    single = len(set(contact_cuffs)) <= 1
    bases = [i for i, cuff in enumerate(contact_cuffs) if single or cuff == active.cuff.index]
    if len(bases) != len(vector):
        raise _contact_error(active.section, active.cuff, vector, len(bases))
    weights = np.zeros(len(contact_cuffs))
    weights[bases] = vector
    return weights


def superpose(weights: ArrayLike, bases: ArrayLike) -> NDArray[np.float64]:
    """Potentials along a fiber: the sum of the bases, weighted, added in basis order.

    Parameters
    ----------
    weights : array_like, shape (n_bases,)
    bases : array_like, shape (n_bases, n)
        V for 1 mA.

    Returns
    -------
    ndarray, shape (n,)
        V for an amplitude of 1 mA.
    """
    matrix = np.asarray(bases, dtype=float)
    total = np.zeros(matrix.shape[1])
    for weight, basis in zip(np.asarray(weights, dtype=float).tolist(), matrix, strict=True):
        total += basis * weight
    return total


def _pair(sim: Mapping[str, Any], cuffs: Sequence[Cuff]) -> list[ActiveCuff]:
    by_index = {cuff.index: cuff for cuff in cuffs}
    if len(by_index) != len(cuffs) or None in by_index:
        value = ", ".join(str(cuff.index) for cuff in cuffs)
        raise ConfigError(problems=[Problem("model", "cuff", f"index {value}", "every cuff needs an index of its own")])
    used: dict[str, Any] = {}
    for section in _SECTIONS:
        index = sim[section].get("cuff_index")
        if isinstance(index, bool) or not isinstance(index, int):
            value = "missing" if index is None else repr(index)
            raise _error(f"{section}.cuff_index", value, f"must say which cuff {_MEANING[section]}: a whole number")
        if index not in by_index:
            known = ", ".join(str(cuff.index) for cuff in cuffs)
            raise _error(f"{section}.cuff_index", str(index), f"must be the index of a cuff of the model: {known}")
        used[section] = index
    if used["active_srcs"] == used["active_recs"]:
        expected = "is also active_srcs.cuff_index; one cuff cannot stimulate and record"
        raise _error("active_recs.cuff_index", str(used["active_recs"]), expected)
    unused = sorted(index for index in by_index if index is not None and index not in used.values())
    if unused:
        expected = "one cuff stimulates and one records; the model may hold no further cuffs"
        raise ConfigError(problems=[Problem("model", "cuff", f"index {unused[0]} unused", expected)])
    return [_weights(section, sim[section], by_index[used[section]]) for section in _SECTIONS]


def _weights(section: str, entry: Any, cuff: Cuff) -> ActiveCuff:
    if not isinstance(entry, Mapping) or cuff.preset not in entry:
        names = [key for key in entry if key != "cuff_index"] if isinstance(entry, Mapping) else []
        value = ", ".join(names) or "empty"
        expected = f"must hold the weights of the model's cuff under its file name, {cuff.preset!r}"
        if "default" in names:
            expected += "; the entry 'default' is not used"
        raise _error(section, value, expected)
    key = f"{section}.{cuff.preset}"
    vectors = entry[cuff.preset]
    if not isinstance(vectors, list | tuple) or not vectors:
        raise _error(key, repr(vectors), "must be a list of weight vectors, such as [[1, -1]]")
    # An n_sim's own configuration holds its one vector without the outer brackets.
    if not any(isinstance(vector, list | tuple) for vector in vectors):
        vectors = [vectors]
    for vector in vectors:
        _check_vector(key, section, vector, cuff)
    if len({len(vector) for vector in vectors}) > 1:
        raise _error(key, repr(vectors), "all weight vectors must have the same length")
    return ActiveCuff(section, cuff, tuple(tuple(float(weight) for weight in vector) for vector in vectors))


def _check_vector(key: str, section: str, vector: Any, cuff: Cuff) -> None:
    numbers = isinstance(vector, list | tuple) and all(
        isinstance(weight, int | float) and not isinstance(weight, bool) and math.isfinite(weight) for weight in vector
    )
    if not numbers or not vector:
        raise _error(key, repr(vector), "must be a list of weight vectors, such as [[1, -1]]")
    if any(abs(weight) > 1 for weight in vector):
        raise _error(key, repr(vector), "no weight may be beyond ±1")
    if len(vector) == 1 and vector[0] not in (1, -1):
        raise _error(key, repr(vector), "the weight of a single contact must be 1 or -1")
    if cuff.contacts is not None and len(vector) != cuff.contacts:
        raise _contact_error(section, cuff, vector, cuff.contacts)


def _contact_error(section: str, cuff: Cuff, vector: Sequence[float], contacts: int) -> ConfigError:
    expected = f"must hold one weight for each of the {contacts} contacts of the cuff"
    return _error(f"{section}.{cuff.preset}", repr(list(vector)), expected)


def _error(key: str, value: str, expected: str) -> ConfigError:
    return ConfigError(problems=[Problem("sim", key, value, expected)])
