"""Schema of cuff presets (``config/system/cuffs/*.json``), and their parameters worked out for one nerve."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from ascent.config.cuff_primitives import DEFAULTS, HOLES, IGNORED, PRIMITIVES, UNUSED
from ascent.config.explain import suggestion
from ascent.config.expressions import evaluate, names_in
from ascent.config.fields import NOTHING, Fault, FileSection, Index, Number, Section, report
from ascent.config.quantities import ANGLE, LENGTH, NUMBER, Quantity
from ascent.errors import ConfigError, Problem

#: Names that every preset may use, and their power of length.
GLOBALS: dict[str, float] = {
    "z_nerve": 1,
    "r_nerve": 1,
    "r_proximal": 1,
    "a_nerve": 2,
    "z_distal": 1,
    "r_distal": 1,
    "distal_shift_x": 1,
    "distal_shift_y": 1,
    "distal_shift_z": 1,
    "min_radius_enclosing_circle": 1,
    "ci_a": 0,
    "ci_b": 1,
}

Expression = str | Number


class BoundConfig(Section):
    """One end of a range of nerve radii; a null value leaves it open."""

    value: str | None = Field(description='a length such as "1.5 [mm]", or null')
    inclusive: bool = Field(description="whether the value itself belongs to the range")


class AdaptiveConfig(Section):
    """The value of an adaptive parameter for one range of nerve radii."""

    min: BoundConfig = Field(description="value and inclusive")
    max: BoundConfig = Field(description="value and inclusive")
    parameter: str = Field(description='a length such as "0.99 [mm]"')


class ParameterConfig(Section):
    """A named expression."""

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", description="<base>_<code of the preset>")
    expression: Expression = Field(description='a formula such as "R_in_P+thk_cuff_P", or "10 [um]"')
    description: str | None = Field(default=None, description="what it is")
    adaptive: bool = Field(default=False, description="whether it depends on the nerve through condition")
    condition: list[AdaptiveConfig] | None = Field(default=None, min_length=1, description="ranges and their values")

    @model_validator(mode="after")
    def _condition(self) -> Self:
        if not self.adaptive:
            return self
        if self.condition is None:
            report([Fault(("condition",), NOTHING, "is required when adaptive is true")])
        for end in ("min", "max"):
            count = sum(getattr(each, end).value is None for each in self.condition or ())
            if count != 1:
                expected = f"must have exactly one range whose {end} is open (null); {count} have"
                report([Fault(("condition",), NOTHING, expected)])
        return self


class PartMaterialConfig(Section):
    """What a part of a primitive is made of."""

    info: str = Field(min_length=1, description="insulator, conductor, recess, fill or another function")
    label_index: Index = Field(description="number of the part in the primitive")


class InstanceConfig(Section):
    """One primitive of the cuff.

    Attributes
    ----------
    definition : dict
        The key ``def``: an expression for each parameter of the primitive.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    type: str = Field(description="a primitive such as TubeCuff_Primitive")
    label: str = Field(description="a name of the part")
    definition: dict[str, Expression] = Field(alias="def", description="an expression for each parameter")
    materials: list[PartMaterialConfig] = Field(min_length=1, description="info and label_index of each part")

    @field_validator("type")
    @classmethod
    def _known_type(cls, name: str) -> str:
        if name not in PRIMITIVES:
            expected = f"is no primitive; {suggestion(name, list(PRIMITIVES)) or 'known are ' + ', '.join(PRIMITIVES)}"
            report([Fault((), name, expected)])
        return name

    @model_validator(mode="after")
    def _parameters(self) -> Self:
        known = PRIMITIVES[self.type]
        optional = DEFAULTS.get(self.type, {})
        faults = [
            Fault(("def", key), NOTHING, f"is missing; {self.type} needs it ({kind})")
            for key, kind in known.items()
            if key not in self.definition and key not in optional
        ]
        for key, value in self.definition.items():
            if key not in known and key not in IGNORED:
                hint = suggestion(key, list(known)) or f"known are {', '.join(known)}"
                faults.append(Fault(("def", key), value, f"is no parameter of {self.type}; {hint}"))
        report(faults)
        return self

    def expressions(self) -> dict[str, str]:
        """An expression for each parameter of the primitive, defaults included."""
        optional = DEFAULTS.get(self.type, {})
        return {key: str(self.definition.get(key, optional.get(key))) for key in PRIMITIVES[self.type]}


class CuffPreset(FileSection):
    """A cuff: named parameters, and primitives made from them."""

    code: str = Field(pattern=r"^[A-Za-z0-9_]+$", description="end of the parameters' names, such as P")
    description: str | None = Field(default=None, description="what it is")
    expandable: bool = Field(description="whether it opens to fit a larger nerve")
    fixed_point: Literal["center", "clockwise_end"] | None = Field(default=None, description="what stays when it opens")
    angle_to_contacts_deg: Number | None = Field(default=None, description="direction of the contacts' middle, degrees")
    offset: dict[str, Number] = Field(default={}, description="how far contacts stand out: {parameter: coefficient}")
    params: list[ParameterConfig] = Field(min_length=1, description="name, expression, description of each parameter")
    instances: list[InstanceConfig] = Field(min_length=1, description="the primitives")

    @model_validator(mode="after")
    def _names(self) -> Self:
        faults = []
        seen: set[str] = set()
        for position, parameter in enumerate(self.params):
            if parameter.name in seen or parameter.name in GLOBALS:
                expected = "is defined twice" if parameter.name in seen else "is the name of a global; choose another"
                faults.append(Fault(("params", position, "name"), parameter.name, expected))
            seen.add(parameter.name)
        for key in self.offset:
            if key not in seen:
                hint = suggestion(key, sorted(seen))
                faults.append(Fault(("offset", key), self.offset[key], f"is no parameter of this preset; {hint}"))
        report(faults)
        return self

    def parameter(self, name: str) -> ParameterConfig:
        """The parameter `name`, with or without the preset's code at its end.

        Raises
        ------
        ConfigError
            When there is none.
        """
        for full in (f"{name}_{self.code}", name):
            for parameter in self.params:
                if parameter.name == full:
                    return parameter
        raise ConfigError(problems=[Problem(self._file, f"params.{name}_{self.code}", "", "is missing")])

    @property
    def _file(self) -> str:
        return self.source or f"cuff preset {self.code}"


@dataclass(frozen=True)
class ResolvedInstance:
    """A primitive with its parameters as numbers.

    Attributes
    ----------
    type, label : str
        As in the preset.
    parameters : mapping of str to float
        µm, degrees or without unit; NaN where nothing is built from a parameter.
    materials : list of (int, str)
        Label index of each part and the function that gives its material.
    """

    type: str
    label: str
    parameters: Mapping[str, float]
    materials: list[tuple[int, str]]


@dataclass(frozen=True)
class ResolvedCuff:
    """A preset for one nerve.

    Attributes
    ----------
    code : str
        Of the preset.
    instances : tuple of ResolvedInstance
        In the preset's order.
    parameters : mapping of str to Quantity
        Every named parameter of the preset.
    """

    code: str
    instances: tuple[ResolvedInstance, ...]
    parameters: Mapping[str, Quantity]


def resolve(preset: CuffPreset, globals_: Mapping[str, float]) -> ResolvedCuff:
    """Work out the parameters of `preset`.

    Parameters
    ----------
    preset : CuffPreset
        The cuff.
    globals_ : mapping of str to float
        Values of `GLOBALS`: µm, ``a_nerve`` in µm², ``ci_a`` in µm per µm. Those that no expression uses may be absent.

    Raises
    ------
    ConfigError
        When a name is unknown, parameters refer to each other in a circle, or a value has the wrong dimension.
    """
    names: dict[str, Quantity] = {
        name: Quantity(float(value), GLOBALS.get(name, 1)) for name, value in globals_.items()
    }
    expressions = {parameter.name: str(parameter.expression) for parameter in preset.params}
    for name in _in_order(preset, expressions):
        names[name] = _evaluated(preset, f"params.{name}", expressions[name], names)
    instances = tuple(_instance(preset, position, names) for position in range(len(preset.instances)))
    parameters = MappingProxyType({name: names[name] for name in expressions})
    return ResolvedCuff(preset.code, instances, parameters)


def literal_length(preset: CuffPreset, name: str) -> float:
    """A length of the preset that depends on no nerve, µm.

    Parameters
    ----------
    preset : CuffPreset
        The cuff.
    name : str
        With or without the code, such as ``"thk_medium_gap_internal"`` or ``"r_wire_P"``.

    Raises
    ------
    ConfigError
        When the parameter is missing or not a plain length such as ``"10 [um]"``.
    """
    parameter = preset.parameter(name)
    return _plain_length(preset, f"params.{parameter.name}", str(parameter.expression))


def contact_offset(preset: CuffPreset) -> float:
    """How far the contacts stand out from the inside of the cuff, µm."""
    return sum(float(coefficient) * literal_length(preset, name) for name, coefficient in preset.offset.items())


def resting_radius(preset: CuffPreset, fitted: float) -> float:
    """Inner radius of the cuff at rest, µm.

    Parameters
    ----------
    preset : CuffPreset
        The cuff; adaptive ones come in several sizes.
    fitted : float
        Radius of the nerve with the gap around it, µm.

    Raises
    ------
    ConfigError
        When the preset lacks the radius, or not exactly one size fits.
    """
    parameter = preset.parameter("r_cuff_in_pre" if preset.expandable else "R_in")
    where = f"params.{parameter.name}"
    if not parameter.adaptive:
        return _plain_length(preset, where, str(parameter.expression))
    sizes = [each.parameter for each in parameter.condition or () if _within(preset, where, each, fitted)]
    if len(sizes) != 1:
        expected = f"has {len(sizes)} sizes for a radius of {fitted:g} µm; exactly one condition must hold"
        raise ConfigError(problems=[Problem(preset._file, where, "", expected)])
    return _plain_length(preset, where, sizes[0])


def _within(preset: CuffPreset, where: str, condition: AdaptiveConfig, radius: float) -> bool:
    low, high = condition.min, condition.max
    if low.value is not None:
        least = _plain_length(preset, where, low.value)
        if radius < least or (radius == least and not low.inclusive):
            return False
    if high.value is not None:
        most = _plain_length(preset, where, high.value)
        if radius > most or (radius == most and not high.inclusive):
            return False
    return True


def _plain_length(preset: CuffPreset, where: str, text: str) -> float:
    value = _evaluated(preset, where, text, {})
    if value.kind != LENGTH or not math.isfinite(value.value):
        raise ConfigError(problems=[Problem(preset._file, where, f'"{text}"', 'must be a length such as "10 [um]"')])
    return value.value


def _evaluated(preset: CuffPreset, where: str, text: str, names: Mapping[str, Any]) -> Quantity:
    try:
        return evaluate(text, names)
    except ConfigError as error:
        raise ConfigError(f"{preset._file}: {where}: {error}") from None


def _in_order(preset: CuffPreset, expressions: Mapping[str, str]) -> list[str]:
    """Names of parameters such that each comes after those it needs."""
    needs = {}
    for name, text in expressions.items():
        try:
            needs[name] = sorted(names_in(text) & expressions.keys())
        except ConfigError as error:
            raise ConfigError(f"{preset._file}: params.{name}: {error}") from None
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise ConfigError(f"{preset._file}: parameters refer to each other in a circle: {circle}.") from None


def _instance(preset: CuffPreset, position: int, names: Mapping[str, Quantity]) -> ResolvedInstance:
    instance = preset.instances[position]
    parameters = {}
    for key, text in instance.expressions().items():
        where = f"instances[{position}].def.{key}"
        parameters[key] = _converted(preset, where, PRIMITIVES[instance.type][key], text, names)
    holes = parameters.get("N_holes", 0)
    for key, value in parameters.items():
        if math.isfinite(value) or (math.isnan(value) and (key in UNUSED or (key in HOLES and not holes))):
            continue
        text = str(instance.expressions()[key])
        expected = f"comes out as {value:g}; {instance.type} needs a finite value"
        raise ConfigError(problems=[Problem(preset._file, f"instances[{position}].def.{key}", f'"{text}"', expected)])
    materials = [(material.label_index, material.info) for material in instance.materials]
    return ResolvedInstance(instance.type, instance.label, MappingProxyType(parameters), materials)


def _converted(preset: CuffPreset, where: str, kind: str, text: str, names: Mapping[str, Quantity]) -> float:
    value = _evaluated(preset, where, text, names)
    # A plain number where a length or an angle belongs counts in the geometry's units, µm and degrees.
    if value.kind == NUMBER or value.kind == {"length": LENGTH, "angle": ANGLE, "number": NUMBER}[kind]:
        return value.value
    expected = f"must be {'an' if kind == 'angle' else 'a'} {kind}, not {value}"
    raise ConfigError(problems=[Problem(preset._file, where, f'"{text}"', expected)])
