"""Where cuffs sit."""

import dataclasses
import math
from pathlib import Path

import pytest
from geometry_samples import circle, fascicle, model_config, nerve_sample

from ascent.config.shipped import load_cuff
from ascent.errors import GeometryError
from ascent.field.placement import CuffFit, cuff_fit, nerve_boundary, place_cuff, place_cuffs

AUTO = "AUTO_ROTATION_MIN_CIRCLE_BOUNDARY"
PURDUE = CuffFit("Purdue.json", 144.0, True, "clockwise_end", 10.0, 85.0, lambda fitted: 317.5)


def test_the_tutorial_is_placed_as_ascent_places_it(tutorial_dir: Path) -> None:
    from ascent.config.loading import load
    from ascent.config.sample import SampleConfig
    from ascent.config.shipped import load_perineurium_thickness
    from ascent.nerve.sample import build_sample

    config = load(tutorial_dir / "samples/0/sample.json", SampleConfig)
    sample = build_sample(config, tutorial_dir / "input/tutorial", load_perineurium_thickness())
    (placement,) = place_cuffs(sample, model_config(), {"Purdue.json": load_cuff("Purdue.json")})
    # Measured with ASCENT 1.4: pos_ang in degrees, shift in µm.
    assert placement.pos_ang == pytest.approx(154.03887, abs=1e-5)
    assert (placement.shift_x, placement.shift_y) == pytest.approx((-19.34671, 36.32638), abs=1e-5)


def test_a_nerve_with_room_touches_the_wall_next_to_the_contacts() -> None:
    boundary = nerve_boundary(nerve_sample([fascicle(150.0)]))
    turn, x, y = place_cuff(boundary, PURDUE, AUTO)
    assert turn == pytest.approx(boundary.target - 144.0)
    slack = 317.5 - 85 - 10 - 150
    towards = math.radians(boundary.target)
    assert (x, y) == pytest.approx((-slack * math.cos(towards), -slack * math.sin(towards)), abs=0.1)


def test_contacts_turn_towards_the_weight_of_the_fascicles() -> None:
    nerve = circle(400.0)
    fascicles = [fascicle(60.0, 0.0, 200.0), fascicle(20.0, 100.0, 0.0)]
    boundary = nerve_boundary(nerve_sample(fascicles, nerve))
    assert boundary.target == pytest.approx(math.degrees(math.atan2(0.9 * 200, 0.1 * 100)), abs=0.01)


def test_an_orientation_mark_wins_over_the_fascicles() -> None:
    sample = nerve_sample([fascicle(60.0, 0.0, 200.0)], circle(400.0), orientation_angle=math.radians(-30))
    assert nerve_boundary(sample).target == pytest.approx(330.0)


def test_a_nerve_deformed_to_a_circle_counts_by_its_area() -> None:
    sample = nerve_sample([fascicle(60.0)], circle(400.0, count=12), deform_ratio=1.0)
    boundary = nerve_boundary(sample)
    assert (boundary.x, boundary.y) == (0.0, 0.0)
    assert boundary.radius == pytest.approx(math.sqrt(12 / 2 * 400**2 * math.sin(math.pi / 6) / math.pi))


def test_opening_around_a_larger_nerve_moves_the_contacts_unless_their_middle_is_fixed() -> None:
    boundary = nerve_boundary(nerve_sample([fascicle(490.0)]))
    clockwise, *shift = place_cuff(boundary, PURDUE, AUTO)
    assert clockwise == pytest.approx(boundary.target - 144 * 317.5 / 500, abs=1e-2)
    assert shift == pytest.approx([boundary.x, boundary.y])
    centred, *_ = place_cuff(boundary, dataclasses.replace(PURDUE, fixed_point="center"), AUTO)
    assert centred == pytest.approx(boundary.target - 144)


def test_a_nerve_that_only_the_contacts_keep_from_moving_stays_centred() -> None:
    boundary = nerve_boundary(nerve_sample([fascicle(280.0)]))
    _, x, y = place_cuff(boundary, PURDUE, AUTO)
    assert (x, y) == pytest.approx((boundary.x, boundary.y))


def test_naive_modes_do_not_rotate_and_none_does_nothing() -> None:
    boundary = nerve_boundary(nerve_sample([fascicle(150.0)]))
    turn, x, y = place_cuff(boundary, PURDUE, "NAIVE_ROTATION_MIN_CIRCLE_BOUNDARY")
    assert turn == 0 and (x, y) == place_cuff(boundary, PURDUE, AUTO)[1:]
    assert place_cuff(boundary, PURDUE, "NONE") == (0.0, 0.0, 0.0)


def test_trace_modes_move_until_the_gap_is_left_in_the_direction_ascent_takes() -> None:
    sample = nerve_sample([fascicle(60.0, 0.0, 200.0)], circle(100.0, count=720))
    boundary = nerve_boundary(nerve_sample([fascicle(60.0)], circle(100.0), orientation_angle=math.radians(50)))
    _, x, y = place_cuff(boundary, PURDUE, "AUTO_ROTATION_TRACE_BOUNDARY")
    room = 317.5 - 85 - 10 - 100
    assert math.hypot(x, y) == pytest.approx(room, abs=2.0)
    # 50 degrees enter cosine and sine as radians, as in ASCENT 1.4.
    direction = -50 + math.pi
    assert (x, y) == pytest.approx((-math.hypot(x, y) * math.cos(direction), -math.hypot(x, y) * math.sin(direction)))
    assert nerve_boundary(sample).has_nerve


def test_a_cuff_that_cannot_open_is_refused_for_a_larger_nerve() -> None:
    boundary = nerve_boundary(nerve_sample([fascicle(495.0)]))
    with pytest.raises(GeometryError, match="Pitt.json has an inner radius of 500 µm and cannot open.*505.0 µm"):
        place_cuff(boundary, cuff_fit(load_cuff("Pitt.json"), "Pitt.json"), AUTO)


def test_a_cuff_that_opens_needs_a_fixed_point() -> None:
    boundary = nerve_boundary(nerve_sample([fascicle(490.0)]))
    with pytest.raises(GeometryError, match="fixed_point is None"):
        place_cuff(boundary, dataclasses.replace(PURDUE, fixed_point=None), AUTO)


def test_a_sample_off_the_origin_is_refused() -> None:
    with pytest.raises(GeometryError, match="not at the origin"):
        nerve_boundary(nerve_sample([fascicle(100.0, 30.0, 0.0)]))


def test_a_preset_that_was_not_loaded_is_named() -> None:
    with pytest.raises(GeometryError, match="Purdue.json is not among those loaded"):
        place_cuffs(nerve_sample([fascicle(100.0)]), model_config(), {})
