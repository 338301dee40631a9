"""Parameters of the primitives that cuff presets are put together from (spec: ASCENT's COMSOL part primitives)."""

from __future__ import annotations

from typing import Literal

Kind = Literal["length", "angle", "number"]


def _primitive(lengths: str = "", angles: str = "", numbers: str = "") -> dict[str, Kind]:
    parameters: dict[str, Kind] = {}
    parameters.update(dict.fromkeys(lengths.split(), "length"))
    parameters.update(dict.fromkeys(angles.split(), "angle"))
    parameters.update(dict.fromkeys(numbers.split(), "number"))
    return parameters


_HOLE = "D_hole Buffer_hole L_holecenter_cuffseam Pitch_holecenter_holecenter"

#: Kind of each parameter, by type of primitive.
PRIMITIVES: dict[str, dict[str, Kind]] = {
    "TubeCuff_Primitive": _primitive(f"Center R_in R_out Tube_L {_HOLE}", "Tube_theta Rot_def", "N_holes"),
    "RibbonContact_Primitive": _primitive("Center R_in Ribbon_thk Ribbon_z Ribbon_recess", "Ribbon_theta Rot_def"),
    "TubeCuffSweep_Primitive": _primitive("Center R_in Cuff_thk Cuff_z", "Cuff_theta Rot_def"),
    "WireContact_Primitive": _primitive("Center R_in Wire_r Wire_sep Pitch", "Wire_theta"),
    "CircleContact_Primitive": _primitive(
        "Center R_in Circle_recess Circle_thk Circle_diam Overshoot L", "Rotation_angle", "Circle_def"
    ),
    "RectangleContact_Primitive": _primitive(
        "Center R_in Rect_z Rect_w Rect_fillet Rect_recess Rect_thk L_cuff", "Rotation_angle", "Rect_def"
    ),
    "HelicalContact_Primitive": _primitive("Center", "Corr", "rev_BD_insul rev_BD_cond"),
    "HelicalCuffnContact_Primitive": _primitive("Center", "Corr", "rev_BD_insul rev_BD_cond"),
    "LivaNova_Primitive": _primitive(
        "Center R_in L_cuff Recess Thk_cuff Thk_elec W_cuff W_elec", "", "Rev_cond Rev_insul"
    ),
    "uCuff_Primitive": _primitive("Center R_in R_out U_L U_tangent U_gap U_shift_x U_shift_y"),
    "uContact_Primitive": _primitive("Center R_in U_tangent U_thk U_z U_recess"),
    "uCuffTrap_Primitive": _primitive("Center R_in Rt_out Ut_tangent Ut_L Ut_gap Ut_trap_base Ut_shift_x Ut_shift_y"),
    "uContactTrap_Primitive": _primitive("Center R_in Ut_tangent Ut_thk Ut_z Ut_recess Ut_trap_base"),
    "CuffFill_Primitive": _primitive("Center Radius Thk L x_shift y_shift"),
    "uCuffFill_Primitive": _primitive("Center R_in U_L U_tangent"),
    "ArleContact_Primitive": _primitive("Center R_in Gauge_AC L_AC", "Wrap_AC"),
}

#: Parameters that may be left out, with the expression that then holds.
DEFAULTS: dict[str, dict[str, str]] = {
    "TubeCuff_Primitive": {**dict.fromkeys(_HOLE.split(), "NaN"), "N_holes": "0"},
    "WireContact_Primitive": {"Pitch": "NaN"},
    "CircleContact_Primitive": {"Overshoot": "NaN", "L": "NaN"},
    "RectangleContact_Primitive": {"L_cuff": "NaN", "Rect_fillet": "0 [um]"},
    "HelicalContact_Primitive": {"Corr": "0 [deg]", "rev_BD_insul": "0.75", "rev_BD_cond": "1"},
    "HelicalCuffnContact_Primitive": {"Corr": "0 [deg]", "rev_BD_insul": "0.75", "rev_BD_cond": "1"},
    "uCuff_Primitive": {"U_gap": "0 [um]"},
    "uCuffTrap_Primitive": {"Ut_gap": "0 [um]"},
    "CuffFill_Primitive": {"Thk": "NaN", "x_shift": "0 [um]", "y_shift": "0 [um]"},
}

#: Parameters that may come out as NaN because nothing is built from them; those of holes only without holes.
UNUSED = ("Thk", "Pitch", "Overshoot", "L", "L_cuff")
HOLES = tuple(_HOLE.split())

#: Keys that published presets have in an instance's ``def`` though no primitive takes them; they are ignored.
IGNORED = ("type", "label", "Rot")
