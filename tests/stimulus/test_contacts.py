"""Contact weights belong to cuffs by preset name and cuff index."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.errors import ConfigError
from ascent.stimulus.contacts import Cuff, active_cuffs, basis_weights, superpose

PURDUE = Cuff("Purdue.json", None, 2)
PAIR = [Cuff("cyl_MicroLeads_300b.json", 0, 2), Cuff("cyl_MicroLeads_300t.json", 1, 3)]
SOURCES = {"cuff_index": 0, "cyl_MicroLeads_300b.json": [[1, -1]]}
RECORDERS = {"cuff_index": 1, "cyl_MicroLeads_300t.json": [[1, 0, 0], [0.5, -1, 0.5]]}


def test_one_cuff_stimulates() -> None:
    active = active_cuffs({"active_srcs": {"Purdue.json": [[1, -1], [-1, 1]], "default": [[1]]}}, [PURDUE])
    assert active.recording is None
    assert active.stimulation is not None and active.stimulation.weights == ((1, -1), (-1, 1))


def test_one_cuff_may_record_alone() -> None:
    active = active_cuffs({"active_recs": {"Purdue.json": [[1, -1]]}}, [PURDUE])
    assert active.stimulation is None
    assert active.recording is not None
    assert basis_weights(active.recording, (1, -1), [None, None]).tolist() == [1, -1]


def test_two_cuffs_stimulate_and_record_by_index() -> None:
    active = active_cuffs({"active_srcs": SOURCES, "active_recs": RECORDERS}, PAIR)
    assert active.stimulation is not None and active.recording is not None
    # Basis order follows the contacts over all cuffs; here cuff 1 comes first.
    order = [1, 1, 1, 0, 0]
    assert basis_weights(active.stimulation, (1, -1), order).tolist() == [0, 0, 0, 1, -1]
    assert basis_weights(active.recording, (0.5, -1, 0.5), order).tolist() == [0.5, -1, 0.5, 0, 0]


def test_an_n_sims_own_vector_needs_no_outer_brackets() -> None:
    active = active_cuffs({"active_srcs": {"Purdue.json": [1, -1]}}, [PURDUE])
    assert active.stimulation is not None and active.stimulation.weights == ((1, -1),)


ONE: list[Cuff] = [PURDUE]


@pytest.mark.parametrize(
    ("sim", "cuffs", "said"),
    [
        ({}, ONE, "exactly one of active_srcs"),
        ({"active_srcs": {"Purdue.json": [[1, -1]]}, "active_recs": {"Purdue.json": [[1, -1]]}}, ONE, "exactly one of"),
        ({"active_srcs": {"default": [[1, -1]]}}, ONE, "'default' is not used"),
        ({"active_srcs": {"CorTec300.json": [[1, -1]]}}, ONE, "under its file name, 'Purdue.json'"),
        ({"active_srcs": {"Purdue.json": []}}, ONE, "list of weight vectors"),
        ({"active_srcs": {"Purdue.json": [[]]}}, ONE, "list of weight vectors"),
        ({"active_srcs": {"Purdue.json": [["a", 1]]}}, ONE, "list of weight vectors"),
        ({"active_srcs": {"Purdue.json": [[1, -1], 3]}}, ONE, "list of weight vectors"),
        ({"active_srcs": {"Purdue.json": [[1.5, -1]]}}, ONE, "beyond ±1"),
        ({"active_srcs": {"Purdue.json": [[float("nan"), -1]]}}, ONE, "list of weight vectors"),
        ({"active_srcs": {"Purdue.json": [[1, -1, 0]]}}, ONE, "each of the 2 contacts"),
        ({"active_srcs": {"E.json": [[0.5]]}}, [Cuff("E.json", 0, 1)], "1 or -1"),
        ({"active_srcs": {"E.json": [[1, 0], [1]]}}, [Cuff("E.json", 0)], "same length"),
        ({"active_srcs": SOURCES}, PAIR, "active_recs is missing"),
        ({"active_recs": RECORDERS}, PAIR, "active_srcs is missing"),
        ({"active_srcs": {**SOURCES, "cuff_index": 1}, "active_recs": RECORDERS}, PAIR, "cannot stimulate and record"),
        ({"active_srcs": {**SOURCES, "cuff_index": 5}, "active_recs": RECORDERS}, PAIR, "index of a cuff of the model"),
        ({"active_srcs": {**SOURCES, "cuff_index": "0"}, "active_recs": RECORDERS}, PAIR, "which cuff stimulates"),
        ({"active_srcs": SOURCES, "active_recs": RECORDERS}, [*PAIR, Cuff("x.json", 2, 1)], "no further cuffs"),
        ({"active_srcs": SOURCES, "active_recs": RECORDERS}, [PAIR[0], Cuff("x.json", 0, 1)], "index of its own"),
        ({"active_srcs": SOURCES, "active_recs": RECORDERS}, [PAIR[0], Cuff("x.json", None, 1)], "index of its own"),
        ({"active_srcs": {"Purdue.json": [[1]]}}, [], "at least one cuff"),
    ],
)
def test_what_does_not_match_is_refused_in_one_sentence(sim: dict[str, Any], cuffs: list[Cuff], said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        active_cuffs(sim, cuffs)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_weights_must_match_the_solved_contacts() -> None:
    active = active_cuffs({"active_srcs": {"P.json": [[1, -1]]}}, [Cuff("P.json", 0)])
    assert active.stimulation is not None
    with pytest.raises(ConfigError, match="each of the 3 contacts"):
        basis_weights(active.stimulation, (1, -1), [0, 0, 0])


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-5, 5)), min_size=1, max_size=6))
def test_superposition_is_the_weighted_sum(pairs: list[tuple[float, float]]) -> None:
    weights = [weight for weight, _ in pairs]
    bases = np.array([[value, 2 * value, 0.0] for _, value in pairs])
    expected = np.array(weights) @ bases
    assert superpose(weights, bases) == pytest.approx(expected, abs=1e-12)
