"""The whole geometry: what is meshed, what its faces are called, and what is refused."""

import math
from typing import Any

import pytest
from geometry_samples import build, circle, fascicle, model_config, nerve_sample, surface_areas, volumes

from ascent.errors import GeometryError
from ascent.field.geometry import NerveGeometry
from ascent.nerve.section import Fascicle

CT300 = [{"preset": "CorTec300.json"}]


@pytest.fixture(scope="session")
def rat_vagus_areas(rat_vagus: NerveGeometry) -> dict[str, float]:
    """Areas of the faces of the small Purdue model in µm²."""
    return surface_areas(rat_vagus.shape)


def face_names(geometry: NerveGeometry) -> set[str]:
    return {face.name for face in geometry.shape.faces}


def test_metal_and_insulator_are_no_domains(rat_vagus: NerveGeometry) -> None:
    domains = {solid.name for solid in rat_vagus.shape.solids}
    assert domains == {"medium_distal", "medium", "fill", "endoneurium_0"} == set(rat_vagus.conductivity)
    assert rat_vagus.endoneurium_domains == ("endoneurium_0",)
    assert rat_vagus.distal_domains == ("medium_distal",)
    assert rat_vagus.length_um == 8000


def test_every_face_is_named(rat_vagus: NerveGeometry) -> None:
    assert face_names(rat_vagus) == {"contact_0", "contact_1", "insulator", "ground", "perineurium_0", "interior"}


def test_a_wire_is_exposed_all_around(rat_vagus_areas: dict[str, float]) -> None:
    # 80 % of a torus of radii 270 and 37.5 µm, and its two ends.
    area = 0.8 * 4 * math.pi**2 * 270 * 37.5 + 2 * math.pi * 37.5**2
    assert rat_vagus_areas["contact_0"] == pytest.approx(area, rel=2e-3)
    assert rat_vagus_areas["contact_1"] == pytest.approx(area, rel=2e-3)


def test_ground_is_the_whole_outside_with_the_ends_of_the_nerve(rat_vagus_areas: dict[str, float]) -> None:
    assert rat_vagus_areas["ground"] == pytest.approx(2 * math.pi * 3000 * (8000 + 3000), rel=2e-3)


def test_the_sheath_is_the_side_of_the_endoneurium(rat_vagus_areas: dict[str, float]) -> None:
    assert rat_vagus_areas["perineurium_0"] == pytest.approx(2 * math.pi * 135 * 8000, rel=2e-3)


def test_the_tube_is_insulator_inside_and_outside(rat_vagus_areas: dict[str, float]) -> None:
    inner, outer, length = 317.5, 317.5 + 279, 3500
    area = 2 * math.pi * (inner + outer) * length + 2 * math.pi * (outer**2 - inner**2)
    assert rat_vagus_areas["insulator"] == pytest.approx(area, rel=2e-3)


def test_the_sheath_conducts_by_resistivity_and_thickness(rat_vagus: NerveGeometry) -> None:
    thickness = 0.01292 * 2 * 135 + 1.367
    # The inner is a polygon of 180 edges, hence the tolerance.
    assert rat_vagus.interfaces["perineurium_0"] == pytest.approx(1 / (1149 * thickness * 1e-6), rel=1e-3)


def test_contacts_come_in_the_order_of_the_preset_and_lie_within_the_metal(rat_vagus: NerveGeometry) -> None:
    first, second = rat_vagus.contacts
    assert (first.name, first.cuff_index, first.label) == ("contact_0", 0, "Purdue Contact 1")
    assert (second.name, second.label) == ("contact_1", "Purdue Contact 2")
    assert (first.centre[2], second.centre[2]) == (4000 - 750, 4000 + 750)


def test_the_volume_of_each_domain_is_that_of_its_formula() -> None:
    shape = build(nerve_sample([fascicle(100.0)]), model_config()).shape
    measured = volumes(shape)
    nerve = math.pi * 90**2
    assert measured["endoneurium_0"] == pytest.approx(nerve * 8000, rel=5e-3)
    assert measured["medium_distal"] == pytest.approx(math.pi * (3000**2 - 2000**2) * 8000, rel=5e-3)
    wires = 2 * 0.8 * 2 * math.pi * 270 * math.pi * 37.5**2
    assert measured["fill"] == pytest.approx((math.pi * 317.5**2 - nerve) * 3500 - wires, rel=5e-3)
    solid_cuff = math.pi * 596.5**2 * 3500
    assert measured["medium"] == pytest.approx((math.pi * 2000**2 - nerve) * 8000 - solid_cuff + nerve * 3500, rel=5e-3)


def test_cuffs_turn_and_shift_as_the_model_says() -> None:
    changes = {"rotate": {"add_ang": 90}, "shift": {"z": 300}}
    sample = nerve_sample([fascicle(150.0)], orientation_angle=0.0)
    plain = build(sample, model_config()).contacts[0].centre
    moved = build(sample, model_config([{"preset": "Purdue.json", **changes}])).contacts[0].centre
    slack = 317.5 - 85 - 10 - 150
    assert plain == pytest.approx((270 - slack, 0, 3250), abs=0.1)
    assert moved == pytest.approx((-slack, 270, 3550), abs=0.1)


def test_contacts_of_several_cuffs_are_numbered_through() -> None:
    cuffs = [
        {"preset": "CorTec300.json", "index": 3, "shift": {"z": -2000}},
        {"preset": "CorTec300.json", "index": 1, "shift": {"z": 2000}},
    ]
    geometry = build(nerve_sample([fascicle(120.0)]), model_config(cuffs))
    assert [(contact.name, contact.cuff_index) for contact in geometry.contacts] == [
        ("contact_0", 3), ("contact_1", 3), ("contact_2", 1), ("contact_3", 1)
    ]  # fmt: skip
    assert face_names(geometry) >= {"contact_0", "contact_1", "contact_2", "contact_3"}


# Radius of the nerve in µm, small so that the mesh may be coarse; exposed metal of one contact in µm², from the
# dimensions in the presets; and how near the measured area comes.
EXPOSED = {
    "CorTec300.json": (60.0, 600 * 300, 5e-3),
    "MicroLeads_meas_300_bipolar.json": (50.0, 680 * (math.pi * 182.5 + 2 * 255), 5e-3),
    # Rounded corners of 100 µm; on the curved wall the outline is a little larger than flat.
    "Pitt.json": (100.0, 475**2 - (4 - math.pi) * 100**2, 1e-2),
    "Enteromedics.json": (600.0, math.radians(256.4287) * 1651 * 1397, 5e-3),
}


@pytest.mark.parametrize("preset", EXPOSED)
def test_exposed_metal_has_the_area_of_its_dimensions(preset: str) -> None:
    radius, area, tolerance = EXPOSED[preset]
    medium = {"proximal": {"distant_ground": True, "length": 8000, "radius": 4000}, "distal": {"exist": False}}
    geometry = build(nerve_sample([fascicle(radius)]), model_config([{"preset": preset}], medium=medium))
    measured = surface_areas(geometry.shape, largest=1500.0)
    for contact in geometry.contacts:
        assert measured[contact.name] == pytest.approx(area, rel=tolerance)


def test_the_end_of_the_nerve_is_sheathed_where_it_lies_inside_the_medium() -> None:
    shift = {"x": 0, "y": 0, "z": -1000}
    distal = {"exist": True, "distant_ground": True, "length": 10000, "radius": 3000, "shift": shift}
    geometry = build(nerve_sample([fascicle(120.0)]), model_config(CT300, medium={"distal": distal}))
    ends = {face for face in geometry.shape.faces if face.name == "perineurium_0" and is_flat(face)}
    assert sorted(round(face.center[2]) for face in ends) == [0, 8000]


def test_a_fascicle_with_two_inners_has_a_meshed_perineurium() -> None:
    outer = circle(120.0)
    twin = Fascicle(outer, (circle(40.0, -55.0), circle(40.0, 55.0)))
    geometry = build(nerve_sample([twin]), model_config(CT300))
    assert geometry.interfaces == {}
    assert geometry.endoneurium_domains == ("endoneurium_0", "endoneurium_1")
    assert geometry.conductivity["perineurium"][0] == pytest.approx(1 / 1149)
    assert not {name for name in face_names(geometry) if name.startswith("perineurium")}


def test_without_contact_impedance_every_perineurium_is_meshed() -> None:
    model = model_config(CT300, modes={"use_ci": False})
    geometry = build(nerve_sample([fascicle(120.0)]), model)
    assert geometry.interfaces == {} and "perineurium" in geometry.conductivity


def test_a_nerve_brings_epineurium_and_one_sheath_a_fascicle() -> None:
    fascicles = [fascicle(40.0, -60.0, 0.0), fascicle(50.0, 60.0, 10.0)]
    geometry = build(nerve_sample(fascicles, circle(140.0)), model_config(CT300))
    assert geometry.conductivity["epineurium"][0] == pytest.approx(1 / 6.3)
    assert set(geometry.interfaces) == {"perineurium_0", "perineurium_1"}
    assert geometry.interfaces["perineurium_0"] > geometry.interfaces["perineurium_1"]


def test_a_nerve_deformed_to_a_circle_is_an_exact_cylinder() -> None:
    sample = nerve_sample([fascicle(40.0)], circle(140.0, count=8), deform_ratio=1.0, reshape_nerve="CIRCLE")
    geometry = build(sample, model_config(CT300, nerve_interp_tol=None))
    (epineurium,) = [solid for solid in geometry.shape.solids if solid.name == "epineurium"]
    radius = math.sqrt(4 * 140**2 * math.sin(math.pi / 4) / math.pi)
    assert epineurium.mass == pytest.approx(math.pi * (radius**2 - 36**2) * 8000, rel=1e-2)


def test_the_same_model_meshes_to_the_same_elements_every_time() -> None:
    def mesh() -> tuple[int, int]:
        from netgen.occ import OCCGeometry

        shape = build(nerve_sample([fascicle(60.0)]), model_config()).shape
        made = OCCGeometry(shape).GenerateMesh(maxh=2000, grading=0.7, curvaturesafety=1, perfstepsend=4)
        return len(made.Elements2D()), hash(made.Coordinates().tobytes())

    assert mesh() == mesh()


def is_flat(face: Any) -> bool:
    low, high = face.bounding_box
    return high[2] - low[2] < 1e-3


def test_a_model_without_ground_is_refused() -> None:
    medium = {"proximal": {"distant_ground": False, "length": 8000, "radius": 2000}, "distal": {"exist": False}}
    with pytest.raises(GeometryError, match="medium.proximal.distant_ground is false"):
        build(nerve_sample([fascicle(120.0)]), model_config(medium=medium))


def test_a_distal_medium_that_does_not_enclose_the_proximal_is_refused() -> None:
    distal = {"exist": True, "distant_ground": True, "length": 7000, "radius": 3000}
    with pytest.raises(GeometryError, match="does not enclose"):
        build(nerve_sample([fascicle(120.0)]), model_config(medium={"distal": distal}))


def test_a_cuff_that_reaches_beyond_the_nerve_is_refused() -> None:
    cuffs = [{"preset": "CorTec300.json", "shift": {"z": 3500}}]
    with pytest.raises(GeometryError, match='"CorTec Cuff.*reaches z = 6500 to 8500 µm.*length 8000 µm'):
        build(nerve_sample([fascicle(120.0)]), model_config(cuffs))


def test_a_cuff_that_is_too_small_is_refused() -> None:
    with pytest.raises(GeometryError, match="cannot open"):
        build(nerve_sample([fascicle(150.0)]), model_config([{"preset": "MicroLeads_meas_300_bipolar.json"}]))


def test_a_contact_buried_in_the_nerve_is_refused() -> None:
    from ascent.config.shipped import load_cuff, load_materials, load_perineurium_thickness
    from ascent.field.assembly import build_geometry

    # A nerve so far off the middle that it swallows the foil, which NONE does not prevent.
    preset = load_cuff("CorTec300.json")
    foil = preset.instances[2]
    ribbon = foil.model_copy(update={"definition": {**foil.definition, "R_in": "20 [um]"}})
    buried = preset.model_copy(update={"instances": [*preset.instances[:2], ribbon, preset.instances[3]]})
    with pytest.raises(GeometryError, match='"CorTec Contact 1" of cuff 0 touches no tissue'):
        build_geometry(
            nerve_sample([fascicle(120.0)]),
            model_config(CT300),
            {"CorTec300.json": buried},
            load_materials(),
            load_perineurium_thickness(),
            thickness_mode="MEASURED",
        )


def test_fascicles_that_touch_as_curves_are_refused() -> None:
    from ascent.nerve.trace import Trace

    # Two rectangles a hundredth of a micrometre apart: rounding them makes them bulge into each other.
    left = Trace([(-60.0, -50.0), (-0.005, -50.0), (-0.005, 50.0), (-60.0, 50.0)])
    right = Trace([(60.0, -50.0), (0.005, -50.0), (0.005, 50.0), (60.0, 50.0)])
    fascicles = [Fascicle(trace, (trace,)) for trace in (left, right)]
    model = model_config(CT300, modes={"use_ci": True})
    with pytest.raises(GeometryError, match="touch or cross once they are smooth"):
        build(nerve_sample(fascicles, circle(140.0)), model)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["LivaNova2000_v2.json", "LivaNova3000_v2.json"])
def test_helical_cuffs_build_and_mesh(preset: str) -> None:
    medium = {
        "proximal": {"distant_ground": False, "length": 24000, "radius": 4000},
        "distal": {"exist": True, "distant_ground": True, "length": 24000, "radius": 6000},
    }
    geometry = build(nerve_sample([fascicle(900.0)]), model_config([{"preset": preset}], medium=medium))
    measured = surface_areas(geometry.shape, largest=2000.0)
    resting, turns = (990.0, 338.5 / 360) if "2000" in preset else (1500.0, 346.5 / 360)
    radius = max(1000.0, resting)
    # The arc length of the ribbon is kept when it opens; its width of 775 µm is measured along z.
    arc = turns * math.hypot(1714.5, 2 * math.pi * resting) / math.hypot(1714.5, 2 * math.pi * radius)
    for contact in geometry.contacts:
        assert measured[contact.name] == pytest.approx(arc * 2 * math.pi * radius * 775, rel=1e-2)
    assert set(volumes(geometry.shape)) == set(geometry.conductivity)
