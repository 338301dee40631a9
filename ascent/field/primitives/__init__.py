"""The catalogue of cuff primitives: the parts that a cuff preset is put together from.

Each is a function of the instance's parameters (µm and degrees) that returns
:class:`~ascent.field.primitives.shapes.PrimitiveSolids`. Shapes, parameters and label indices are ASCENT's
(Musselman et al., PLoS Comput Biol 2021, doi:10.1371/journal.pcbi.1009285), so that its presets work unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ascent.errors import GeometryError
from ascent.field.primitives import helix, patch, tube, u_shape, wire
from ascent.field.primitives.shapes import PrimitiveSolids

CATALOGUE: Mapping[str, Callable[[Mapping[str, float]], PrimitiveSolids]] = {
    "TubeCuff_Primitive": tube.tube_cuff,
    "TubeCuffSweep_Primitive": tube.tube_cuff_sweep,
    "RibbonContact_Primitive": tube.ribbon_contact,
    "CuffFill_Primitive": tube.cuff_fill,
    "WireContact_Primitive": wire.wire_contact,
    "CircleContact_Primitive": patch.circle_contact,
    "RectangleContact_Primitive": patch.rectangle_contact,
    "LivaNova_Primitive": helix.livanova,
    "uCuff_Primitive": u_shape.u_cuff,
    "uContact_Primitive": u_shape.u_contact,
    "uCuffTrap_Primitive": u_shape.u_cuff_trapezoid,
    "uContactTrap_Primitive": u_shape.u_contact_trapezoid,
    "uCuffFill_Primitive": u_shape.u_cuff_fill,
}


def build_primitive(type_name: str, label: str, parameters: Mapping[str, float]) -> PrimitiveSolids:
    """Build one primitive instance in the frame of its cuff.

    Parameters
    ----------
    type_name : str
        ``instances[].type`` of the preset, for example ``"TubeCuff_Primitive"``.
    label : str
        ``instances[].label``, for messages.
    parameters : mapping of str to float
        The instance's parameters in µm, degrees or without unit.

    Raises
    ------
    GeometryError
        For a type that is not in the catalogue, a parameter that is missing, or lengths that cannot make it.
    """
    try:
        builder = CATALOGUE[type_name]
    except KeyError:
        known = ", ".join(sorted(CATALOGUE))
        raise GeometryError(f'Cuff part "{label}" has the type {type_name}, which is not one of {known}.') from None
    try:
        return builder(parameters)
    except KeyError as missing:
        raise GeometryError(f'Cuff part "{label}" ({type_name}) lacks the parameter {missing.args[0]}.') from None
    except GeometryError:
        raise
    except Exception as error:
        values = ", ".join(f"{name}={value:g}" for name, value in parameters.items())
        raise GeometryError(f'Cuff part "{label}" ({type_name}) cannot be built from {values}: {error}.') from error
