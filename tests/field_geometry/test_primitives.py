"""The parts of cuffs: volumes against formulas, and where the metal is."""

import math
from collections.abc import Mapping

import numpy as np
import pytest
from geometry_samples import volumes

from ascent.config.cuff_primitives import PRIMITIVES
from ascent.errors import GeometryError
from ascent.field.primitives import CATALOGUE, build_primitive

TUBE = {"R_in": 300.0, "R_out": 500.0, "Tube_L": 1000.0, "Center": 50.0, "N_holes": 0.0}
RIBBON = {"R_in": 300.0, "Ribbon_thk": 40.0, "Ribbon_z": 200.0, "Center": 0.0, "Ribbon_theta": 120.0, "Rot_def": 30.0}
WIRE = {"R_in": 317.5, "Wire_r": 37.5, "Wire_sep": 10.0, "Center": 0.0, "Wire_theta": 288.0}
WINDOW = {"R_in": 500.0, "Center": 0.0, "Rotation_angle": 67.5}
CIRCLE = {**WINDOW, "Circle_recess": 100.0, "Circle_thk": 50.0, "Circle_diam": 400.0}
RECTANGLE = {**WINDOW, "Rect_recess": 100.0, "Rect_thk": 20.0, "Rect_z": 400.0, "Rect_w": 300.0}
HELIX = {
    "Center": 0.0, "L_cuff": 4286.25, "R_in": 990.0, "Recess": 50.0, "Rev_cond": 338.5 / 360, "Rev_insul": 2.5,
    "Thk_cuff": 610.0, "Thk_elec": 50.0, "W_cuff": 1410.0, "W_elec": 775.0,
}  # fmt: skip
CHANNEL = {"R_in": 130.0, "Center": 0.0}
U_CUFF = {**CHANNEL, "R_out": 600.0, "U_L": 800.0, "U_tangent": 250.0, "U_gap": 40.0, "U_shift_x": 130.0}
U_CONTACT = {**CHANNEL, "U_tangent": 250.0, "U_thk": 20.0, "U_z": 300.0, "U_recess": 50.0}
TRAPEZOID = {**CHANNEL, "Ut_tangent": 250.0, "Ut_trap_base": 400.0}


def ring(inner: float, outer: float) -> float:
    """Return the area between two circles."""
    return math.pi * (outer**2 - inner**2)


def window(across: float, axial: float, inner: float, outer: float, fillet: float | None = None) -> float:
    """Return the volume between two cylinders of what projects onto an ellipse or a rectangle, by quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(400)
    u = across * nodes
    if fillet is None:
        height = 2 * axial * np.sqrt(1 - nodes**2)
    else:
        inside = np.clip(np.abs(u) - (across - fillet), 0, None)
        height = 2 * (axial - fillet + np.sqrt(fillet**2 - inside**2))
    depth = np.sqrt(outer**2 - u**2) - np.sqrt(inner**2 - u**2)
    return float(across * np.sum(weights * height * depth))


def u_profile(radius: float) -> float:
    """Return the area of a U of this radius that reaches to x = 250."""
    return math.pi * radius**2 / 2 + 2 * radius * 250


def trapezoid_profile(radius: float, half_end: float) -> float:
    """Return the area of half a disc and a trapezoid to x = 250."""
    return math.pi * radius**2 / 2 + (radius + half_end) * 250


CASES = {
    "closed tube": ("TubeCuff_Primitive", {**TUBE, "Tube_theta": 360.0, "Rot_def": 9.0}, {2: ring(300, 500) * 1000}),
    "tube with a gap": (
        "TubeCuff_Primitive",
        {**TUBE, "Tube_theta": 300.0, "Rot_def": -30.0},
        {2: ring(300, 500) * 1000 * 300 / 360},
    ),
    "swept tube": (
        "TubeCuffSweep_Primitive",
        {"R_in": 300.0, "Cuff_thk": 200.0, "Cuff_z": 1000.0, "Center": 0.0, "Cuff_theta": 90.0, "Rot_def": 10.0},
        {1: ring(300, 500) * 1000 / 4},
    ),
    "ribbon on the wall": ("RibbonContact_Primitive", {**RIBBON, "Ribbon_recess": 0.0}, {3: ring(300, 340) * 200 / 3}),
    "recessed ribbon": (
        "RibbonContact_Primitive",
        {**RIBBON, "Ribbon_recess": 20.0},
        {3: ring(320, 360) * 200 / 3, 4: ring(300, 320) * 200 / 3},
    ),
    "wire": ("WireContact_Primitive", WIRE, {1: 0.8 * 2 * math.pi * 270 * math.pi * 37.5**2}),
    "round contact by its arc": (
        "CircleContact_Primitive",
        {**CIRCLE, "Circle_def": 1.0},
        {
            6: window(600 * math.sin(200 / 600), 200, 600, 650),
            2: window(600 * math.sin(200 / 600), 200, 500, 600),
        },
    ),
    "round contact by its outline": (
        "CircleContact_Primitive",
        {**CIRCLE, "Circle_def": 2.0},
        {6: window(200, 200, 600, 650), 2: window(200, 200, 500, 600)},
    ),
    "rectangle by its arc": (
        "RectangleContact_Primitive",
        {**RECTANGLE, "Rect_fillet": 80.0, "Rect_def": 1.0},
        {
            11: window(600 * math.sin(150 / 600), 200, 600, 620, fillet=80),
            6: window(600 * math.sin(150 / 600), 200, 500, 600, fillet=80),
        },
    ),
    "sharp rectangle by its width": (
        "RectangleContact_Primitive",
        {**RECTANGLE, "Rect_fillet": 0.0, "Rect_def": 2.0},
        {11: window(150, 200, 600, 620, fillet=0), 6: window(150, 200, 500, 600, fillet=0)},
    ),
    "helix": (
        "LivaNova_Primitive",
        HELIX,
        {
            12: ring(990, 1600) * 2.5 * 1410,
            9: ring(1040, 1090) * 338.5 / 360 * 775,
            3: ring(990, 1040) * 338.5 / 360 * 775,
        },
    ),
    # The slit is counted from the end of the channel to the rim; that the rim is curved there is 1e-4 of it.
    "U cuff": (
        "uCuff_Primitive",
        U_CUFF,
        {1: 800 * (math.pi * 600**2 - u_profile(130) - 40 * (730 - 250))},
    ),
    "U contact": (
        "uContact_Primitive",
        U_CONTACT,
        {1: 300 * (u_profile(200) - u_profile(180)), 4: 300 * (u_profile(180) - u_profile(130))},
    ),
    "trapezoid cuff": (
        "uCuffTrap_Primitive",
        {**TRAPEZOID, "Rt_out": 600.0, "Ut_L": 800.0, "Ut_gap": 0.0, "Ut_shift_x": 130.0},
        {1: 800 * (math.pi * 600**2 - trapezoid_profile(130, 200))},
    ),
    "trapezoid contact": (
        "uContactTrap_Primitive",
        {**TRAPEZOID, "Ut_thk": 20.0, "Ut_z": 300.0, "Ut_recess": 50.0},
        {
            3: 300 * (trapezoid_profile(200, 270) - trapezoid_profile(180, 250)),
            2: 300 * (trapezoid_profile(180, 250) - trapezoid_profile(130, 200)),
        },
    ),
    "fill": (
        "CuffFill_Primitive",
        {"Radius": 300.0, "L": 500.0, "Center": 0.0, "x_shift": 40.0, "y_shift": 5.0, "Thk": math.nan},
        {0: math.pi * 300**2 * 500},
    ),
    "U fill": ("uCuffFill_Primitive", {**CHANNEL, "U_L": 500.0, "U_tangent": 250.0}, {0: 500 * u_profile(130)}),
}


@pytest.mark.parametrize("case", CASES)
def test_every_part_has_the_volume_of_its_formula(case: str) -> None:
    type_name, parameters, expected = CASES[case]
    domains = build_primitive(type_name, case, parameters).domains
    assert set(domains) == set(expected)
    for label, volume in expected.items():
        (measured,) = volumes(domains[label], largest=300.0).values()
        assert measured == pytest.approx(volume, rel=6e-3), label


def test_the_catalogue_is_tested_whole() -> None:
    assert {type_name for type_name, _, _ in CASES.values()} == set(CATALOGUE)


@pytest.mark.parametrize(
    ("case", "contact", "depth"),
    [
        ("recessed ribbon", 3, 20.0),
        ("wire", 1, 37.5),
        ("round contact by its arc", 6, 25.0),
        ("rectangle by its arc", 11, 10.0),
        ("helix", 9, 25.0),
        ("U contact", 1, 10.0),
        ("trapezoid contact", 3, 10.0),
    ],
)
def test_the_source_lies_in_the_middle_of_the_metal(case: str, contact: int, depth: float) -> None:
    from netgen.occ import Compound, Pnt, Vertex

    type_name, parameters, _ = CASES[case]
    primitive = build_primitive(type_name, case, parameters)
    assert primitive.source is not None
    point = Vertex(Pnt(*primitive.source))
    surface = Compound(list(primitive.domains[contact].faces))
    assert point.Distance(surface) == pytest.approx(depth, rel=1e-3)
    (solid,) = primitive.domains[contact].solids
    assert point.Distance(solid) < 1e-6


def test_a_hole_is_cut_out_of_the_tube() -> None:
    parameters = {**TUBE, "Tube_theta": 360.0, "Rot_def": 0.0, "D_hole": 100.0, "Buffer_hole": 100.0}
    placed = {"L_holecenter_cuffseam": 400.0, "Pitch_holecenter_holecenter": 500.0}
    (whole,) = volumes(build_primitive("TubeCuff_Primitive", "tube", {**parameters, **placed}).domains[2]).values()
    for count in (1, 2):
        drilled = build_primitive("TubeCuff_Primitive", "tube", {**parameters, **placed, "N_holes": float(count)})
        (rest,) = volumes(drilled.domains[2]).values()
        # A cone from 50 µm to 83 µm in radius, a third of its 300 µm reaching beyond the wall.
        assert (whole - rest) / count == pytest.approx(200 * math.pi * 66.7**2, rel=0.1)


def test_the_middle_of_a_helical_contact_is_turned_to_90_degrees() -> None:
    primitive = build_primitive("LivaNova_Primitive", "helix", HELIX)
    assert primitive.source is not None
    x, y, _ = primitive.source
    assert (math.degrees(math.atan2(y, x)) + primitive.turn) % 360 == pytest.approx(90.0)


def test_a_short_wide_channel_has_no_metal_at_its_mouth() -> None:
    parameters = {**U_CONTACT, "R_in": 232.5, "U_tangent": 232.5}
    (contact,) = build_primitive("uContact_Primitive", "contact", parameters).domains[1].solids
    assert contact.bounding_box[1][0] == pytest.approx(232.5, abs=1e-3)


@pytest.mark.parametrize("type_name", sorted(set(PRIMITIVES) - set(CATALOGUE)))
def test_a_primitive_that_is_not_built_says_which_are(type_name: str) -> None:
    with pytest.raises(GeometryError, match=f'"part" has the type {type_name}, which is not one of .*WireContact'):
        build_primitive(type_name, "part", {})


def test_a_missing_parameter_is_named() -> None:
    short: Mapping[str, float] = {key: value for key, value in WIRE.items() if key != "Wire_r"}
    with pytest.raises(GeometryError, match=r'"wire" \(WireContact_Primitive\) lacks the parameter Wire_r'):
        build_primitive("WireContact_Primitive", "wire", short)


def test_lengths_that_make_no_solid_are_listed() -> None:
    with pytest.raises(GeometryError, match="cannot be built from.*R_in=-300"):
        build_primitive("CuffFill_Primitive", "fill", {"Radius": -300.0, "L": 1.0, "Center": 0.0, "R_in": -300.0})
