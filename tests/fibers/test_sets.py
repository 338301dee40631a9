"""Fibersets: built from a sim, written and read in ASCENT's format."""

from __future__ import annotations

import copy
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ascent.config.shipped import load_fiber_z
from ascent.errors import AscentError, ConfigError, RunDirectoryError
from ascent.fibers.sets import FiberSet, build_fibersets, supersampled_coordinates, write_supersampled

MODEL = {"medium": {"proximal": {"length": 12500}}}
FIBERS: dict[str, Any] = {
    "mode": "MRG_DISCRETE",
    "xy_trace_buffer": 5,
    "xy_parameters": {"mode": "UNIFORM_COUNT", "count": 2, "seed": 1},
    "z_parameters": {"mode": "EXTRUSION", "diameter": 8.7, "min": 0, "max": 12500, "offset": 0, "seed": 123},
}
FIBER_Z = {
    "fiber_type_parameters": {"SUNDT": {"myelinated": False, "delta_zs": 8.333, "sampling": "discrete"}},
}


def _sim(**z: Any) -> dict[str, Any]:
    fibers = copy.deepcopy(FIBERS)
    fibers["z_parameters"].update(z)
    return {"fibers": fibers}


def test_each_combination_makes_a_fiberset_and_the_last_list_varies_fastest(sample: Any) -> None:
    sets = build_fibersets(sample, MODEL, _sim(diameter=[5.7, 8.7], offset=[0, 0.25]))
    assert [(s.diameters[0], len(s.coordinates[0])) for s in sets] == [(5.7, 265), (5.7, 265), (8.7, 133), (8.7, 122)]
    assert sets[1].coordinates[0][0, 2] == pytest.approx(375)


def test_fibers_are_known_by_inner_and_number(sample: Any) -> None:
    (fiberset,) = build_fibersets(sample, MODEL, _sim())
    assert len(fiberset) == 6
    assert fiberset.fascicle_index.tolist() == [0, 0, 0, 0, 1, 1]
    assert [fiberset.inner_and_fiber(i) for i in range(6)] == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
    assert all(fiberset.index_of(*fiberset.inner_and_fiber(i)) == i for i in range(6))
    with pytest.raises(RunDirectoryError, match="no fiber 2 in inner 1"):
        fiberset.index_of(1, 2)


def test_explicit_fibers_keep_their_order_and_count_within_their_inner(sample: Any, tmp_path: Path) -> None:
    (tmp_path / "0.txt").write_text("x y\n1200 1000\n740 1000\n1201 1000\n")
    sim = _sim()
    sim["fibers"]["xy_parameters"] = {"mode": "EXPLICIT", "explicit_fiberset_index": 0}
    (fiberset,) = build_fibersets(sample, MODEL, sim, explicit_dir=tmp_path)
    assert [fiberset.inner_and_fiber(i) for i in range(3)] == [(2, 0), (0, 0), (2, 1)]


def test_a_missing_offset_is_random_and_its_seed_gives_the_golden_ratios(sample: Any) -> None:
    sim = _sim()
    del sim["fibers"]["z_parameters"]["offset"]
    (fiberset,) = build_fibersets(sample, MODEL, sim)
    # Measured with ASCENT 1.4.0, seed 123: one stream for all fibers of a set.
    assert np.round(fiberset.offsets, 2).tolist() == [-0.45, -0.41, -0.09, -0.39, 0.40, -0.46]


def test_random_offsets_of_c_fibers_go_on_with_the_stream_that_placed_them(sample: Any) -> None:
    sim = _sim(offset="random", diameter=1)
    sim["fibers"]["mode"] = "SUNDT"
    (fiberset,) = build_fibersets(sample, MODEL, sim, FIBER_Z)
    from ascent.fibers.xy import place

    generator = place(FIBERS["xy_parameters"], sample, 5).generator
    assert generator is not None
    expected = [8.333 * (generator.random() - 0.5) / 8.333 for _ in range(6)]
    assert fiberset.offsets.tolist() == expected


def test_random_offsets_of_c_fibers_that_nothing_random_placed_repeat(sample: Any) -> None:
    sim = _sim(offset="random", diameter=1)
    sim["fibers"].update(mode="SUNDT", xy_parameters={"mode": "CENTROID"})
    first, second = (build_fibersets(sample, MODEL, sim, FIBER_Z)[0] for _ in range(2))
    assert first.offsets.tolist() == second.offsets.tolist()
    assert (first.offsets != 0).all()


@pytest.mark.parametrize("mode", ["SUNDT", "TIGERHOLM", "RATTAY", "SCHILD94", "SCHILD97"])
def test_c_fibers_take_their_compartments_from_fiber_z(sample: Any, mode: str) -> None:
    sim = _sim(diameter=1, min=3000, max=9500)
    sim["fibers"]["mode"] = mode
    (fiberset,) = build_fibersets(sample, MODEL, sim, load_fiber_z())
    # Measured with ASCENT 1.4.0: 781 compartments of 8.333 µm between 3000 and 9500 µm.
    assert {len(points) for points in fiberset.coordinates} == {781}


def test_every_fiber_may_have_its_own_diameter(sample: Any) -> None:
    sim = _sim(diameter={"mode": "UNIFORM", "lower": 3, "upper": 12, "seed": 1})
    sim["fibers"]["mode"] = "MRG_INTERPOLATION"
    (fiberset,) = build_fibersets(sample, MODEL, sim)
    assert len(set(fiberset.diameters)) == 6
    assert len({len(points) for points in fiberset.coordinates}) > 1


def test_files_have_ascents_layout(sample: Any, tmp_path: Path) -> None:
    (fiberset,) = build_fibersets(sample, MODEL, _sim())
    fiberset.write(tmp_path)
    lines = (tmp_path / "0.dat").read_text().split("\n")
    assert lines[0] == "133 "
    x, y, z = fiberset.coordinates[0][0].tolist()
    assert lines[1] == f"{x} {y} {z} "
    assert (tmp_path / "diams.txt").read_text() == "8.700000\n" * 6
    assert (tmp_path / "offsets.txt").read_text() == "0.00\n" * 6


def test_files_round_trip(sample: Any, tmp_path: Path) -> None:
    (fiberset,) = build_fibersets(sample, MODEL, _sim(offset="random"))
    fiberset.write(tmp_path)
    read = FiberSet.read(tmp_path)
    assert [a.tobytes() for a in read.coordinates] == [a.tobytes() for a in fiberset.coordinates]
    assert read.inner_index.tolist() == fiberset.inner_index.tolist()
    assert read.fascicle_index.tolist() == fiberset.fascicle_index.tolist()
    assert read.diameters.tolist() == fiberset.diameters.tolist()
    assert read.offsets == pytest.approx(fiberset.offsets, abs=0.005)
    assert read.mode == "MRG_DISCRETE"


def test_a_folder_of_ascents_is_read_with_the_samples_inners(sample: Any, tmp_path: Path) -> None:
    (fiberset,) = build_fibersets(sample, MODEL, _sim())
    fiberset.write(tmp_path)
    (tmp_path / "inner_fiber_map.json").unlink()
    assert FiberSet.read(tmp_path, sample.inners).inner_index.tolist() == fiberset.inner_index.tolist()
    with pytest.raises(RunDirectoryError, match="inners of its fibers are unknown"):
        FiberSet.read(tmp_path)


def test_supersampled_coordinates_are_dense_at_the_same_places(sample: Any, tmp_path: Path) -> None:
    (fiberset,) = build_fibersets(sample, MODEL, _sim())
    dense = supersampled_coordinates(fiberset, FIBERS, 12500, dz=5)
    assert len(dense) == 6
    assert dense[3][0, :2].tolist() == fiberset.xy[3].tolist()
    assert np.diff(dense[0][:, 2]) == pytest.approx(5)
    write_supersampled(tmp_path, dense)
    assert (tmp_path / "5.dat").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mode": "EXPLICIT"}, "only EXTRUSION"),
        ({"diameter": 9}, "no fiber of diameter 9"),
        ({"max": 13000}, "within the nerve"),
        ({"offset": 2}, "fraction"),
        ({"offset": "random", "seed": "x"}, "seed is 'x'"),
    ],
)
def test_what_makes_no_fibers_is_refused(sample: Any, change: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        build_fibersets(sample, MODEL, _sim(**change))


def test_a_model_without_length_is_refused(sample: Any) -> None:
    with pytest.raises(ConfigError, match="medium.proximal.length"):
        build_fibersets(sample, {"medium": {}}, _sim())


def test_damaged_folders_raise_only_ascent_errors(sample: Any, tmp_path: Path) -> None:
    (fiberset,) = build_fibersets(sample, MODEL, _sim(min=0, max=3000))
    fiberset.write(tmp_path / "good")
    names = ["0.dat", "3.dat", "diams.txt", "offsets.txt", "inner_fiber_map.json"]
    refused = 0
    for seed in range(100):
        draw = random.Random(seed)
        folder = tmp_path / "bad"
        shutil.copytree(tmp_path / "good", folder)
        path = folder / draw.choice(names)
        data = bytearray(path.read_bytes())
        for _ in range(draw.randint(1, 3)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        path.write_bytes(bytes(data[: draw.randint(1, len(data))]))
        try:
            FiberSet.read(folder)
        except AscentError:
            refused += 1
        shutil.rmtree(folder)
    assert refused > 60
