"""What a unit of work is follows from the plan, and how the work is divided changes no bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.project import fiber_groups, field_points
from ascent.project.fiber_groups import group_fibers, run_fiber_group, values_of
from ascent.project.fiber_units import FiberUnit, units_of_n_sim
from ascent.runs import read_journal
from ascent.runs.journal import Journal


@pytest.fixture()
def n_sim(reference: Any) -> Path:
    return Path(reference.directory / "samples/0/models/0/sims/0/n_sims/0")


@pytest.fixture()
def units(n_sim: Path) -> list[FiberUnit]:
    return units_of_n_sim(n_sim, "0_0_0_0", recorded=())[0]


def test_fibers_are_grouped_in_their_order(units: list[FiberUnit]) -> None:
    groups = group_fibers(units)
    assert [group.id for group in groups] == ["0_0_0_0/fibers_0-7", "0_0_0_0/fibers_8-15", "0_0_0_0/fibers_16-19"]
    assert [unit.id for group in groups for unit in group.fibers] == [unit.id for unit in units]


@given(st.integers(1, 5000), st.integers(1, 1024))
def test_every_fiber_is_in_one_group_and_the_last_groups_are_small(count: int, size: int) -> None:
    starts = fiber_groups._starts(count, size)
    sizes = np.diff([*starts, count])
    assert starts[0] == 0 and (sizes > 0).all() and sizes.max() <= max(size, 1)
    assert sizes[-1] <= fiber_groups.SMALLEST or count == 0
    assert list(sizes) == sorted(sizes, reverse=True)


def test_groups_do_not_depend_on_which_fibers_are_done(units: list[FiberUnit]) -> None:
    left = [unit for unit in units if unit.place in (3, 9, 10)]
    assert [(group.id, len(group.fibers)) for group in group_fibers(left)] == [
        ("0_0_0_0/fibers_0-7", 1),
        ("0_0_0_0/fibers_8-15", 2),
    ]


def test_fibers_of_the_neuron_engine_are_units_by_themselves(n_sim: Path) -> None:
    units, _ = units_of_n_sim(n_sim, "0_0_0_0", recorded=(), engine="neuron")
    assert len(group_fibers(units)) == len(units)


def test_a_large_population_is_divided_so_that_rank_0_keeps_up(units: list[FiberUnit]) -> None:
    from dataclasses import replace

    many = [replace(units[0], place=place, among=1_000_000) for place in (0, 999_999)]
    first, last = group_fibers(many)
    assert first.id == "0_0_0_0/fibers_0-976"
    assert last.id.endswith("-999999")


def test_a_group_travels_as_numbers_and_gives_its_fibers_back(units: list[FiberUnit]) -> None:
    import pickle
    from dataclasses import replace

    (some,) = group_fibers(units[2:5])
    assert pickle.loads(pickle.dumps(some)).fibers == units[2:5]
    many = [replace(units[0], id=f"0_0_0_0/inner0_fiber{k}", fiber=k, place=k) for k in range(1024)]
    group = fiber_groups.FiberGroup.of("0_0_0_0/fibers_0-1023", many)
    assert group.names == [unit.id for unit in many]
    # Rank 0 of ten thousand has half a millisecond for it; fiber by fiber it is 80 kB, which take 0.8 ms to pickle.
    assert len(pickle.dumps(group)) < 15_000


def test_a_fiber_has_the_same_threshold_in_any_company(units: list[FiberUnit], n_sim: Path, reference: Any) -> None:
    together: dict[str, Any] = {}
    for entry in read_journal(reference.directory / "journal.jsonl"):
        if entry.unit and "/fibers_" in entry.unit:
            together |= values_of(entry.value)
    alone = fiber_groups.FiberGroup.of("0_0_0_0/fibers_5-5", [units[5]])
    assert values_of(run_fiber_group(alone)) == {units[5].id: together[units[5].id]}


@pytest.mark.parametrize("count", [fiber_groups.USUAL, 3 * fiber_groups.USUAL])
def test_a_group_of_any_size_is_journaled_to_the_last_digit(count: int, tmp_path: Path) -> None:
    thresholds = np.random.default_rng(5).normal(size=count).tolist()
    columns = {"inner": [0] * count, "fiber": list(range(count)), "threshold_mA": thresholds}
    columns |= {"n_runs": [9] * count, "n_steps": [5000] * count, "engine": ["batch"] * count}
    with Journal(tmp_path / "journal.jsonl") as journal:
        value = {"n_sim": "0_0_0_0", **fiber_groups.compact(columns), "errors": {}}
        journal.append("unit", unit="0_0_0_0/fibers", value=value)
    (entry,) = read_journal(tmp_path / "journal.jsonl")
    assert [one["threshold_mA"] for one in values_of(entry.value).values()] == thresholds


def test_a_fiber_that_cannot_be_run_fails_alone(units: list[FiberUnit], n_sim: Path, tmp_path: Path) -> None:
    import shutil
    from dataclasses import replace

    copy = Path(shutil.copytree(n_sim, tmp_path / "0"))
    (copy / "data/inputs/src_inner0_fiber1.dat").write_text("3\n1.0\nnot a number\n2.0\n")
    group = fiber_groups.FiberGroup.of("0_0_0_0/fibers_0-2", [replace(unit, folder=copy) for unit in units[:3]])
    table = run_fiber_group(group)
    assert table["fiber"] == [0, 2]
    assert list(table["errors"]) == ["0_0_0_0/inner0_fiber1"]
    assert "should be a number" in table["errors"]["0_0_0_0/inner0_fiber1"]
    assert (copy / "data/outputs/failed_inner0_fiber1.txt").is_file()


def test_potentials_have_the_same_bits_however_the_points_are_divided(
    reference: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ascent.fibers.sets import FiberSet

    sim = reference.directory / "samples/0/models/0/sims/0"
    coordinates = FiberSet.read(sim / "fibersets" / "0").coordinates
    bases = reference.directory / "samples/0/models/0/bases"
    whole = field_points.potentials_along(bases, coordinates, "all", workers=1, quiet=True)
    monkeypatch.setattr(field_points, "POINTS", 700)
    parts = field_points.potentials_along(bases, coordinates, "parts", workers=1, quiet=True)
    assert len(field_points._parts(coordinates)) > 3
    assert all(np.array_equal(one, other) for one, other in zip(whole, parts, strict=True))


def test_fibers_whose_bounds_come_from_others_run_after_them(units: list[FiberUnit]) -> None:
    from dataclasses import replace

    scouted = [replace(unit, id=unit.id.replace("0_0_0_0", "0_0_1_0"), scout="0_0_0_0") for unit in units[:2]]
    waves = fiber_groups._waves([*scouted, *units])
    assert [{unit.n_sim for unit in wave} for wave in waves] == [{"0_0_0_0"}, {"0_0_1_0"}]
