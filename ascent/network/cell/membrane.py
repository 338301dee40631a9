"""The membrane of a cell: passive properties, mechanisms, reversal potentials and spines."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from neuron import h

from ascent.config.explain import suggestion
from ascent.config.network.cell import LabelParameters, RangeMechanism
from ascent.errors import ConfigError, Problem
from ascent.network.cell.distributions import distribute

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell

_log = logging.getLogger(__name__)
#: What is named for an ion: reversal potential, inside and outside concentration.
_ION_NAMES = ("e{}", "{}i", "{}o")


def set_passive_properties(cell: Cell) -> None:
    """Set Ra (Ω·cm) and cm (µF/cm²) of the sections of every label that gives them."""
    for label, parameters in cell.parameters.labels.items():
        for section in cell.structures[label]:
            if parameters.properties.Ra is not None:
                section.Ra = float(parameters.properties.Ra)
            if parameters.properties.cm is not None:
                section.cm = float(parameters.properties.cm)


def insert_membrane(cell: Cell) -> None:
    """Insert the mechanisms of every label, then its reversal potentials and spines.

    Raises
    ------
    ConfigError
        When NEURON has no such mechanism, parameter or ion; with all that are wrong.
    """
    check_mechanisms(cell.parameters.labels, cell.id)
    for label, parameters in cell.parameters.labels.items():
        for name, mechanism in parameters.mechanisms.range.items():
            _insert(cell, label, name, mechanism)
        _set_ions(cell, label, parameters)
        _add_spines(cell, label, parameters)


def check_mechanisms(labels: Mapping[str, LabelParameters], source: str) -> None:
    """Check that NEURON has the mechanisms, parameters and ions of `labels`.

    Raises
    ------
    ConfigError
        With all that it has not, and what may have been meant.
    """
    known = density_mechanisms()
    problems = []
    for label, parameters in labels.items():
        for name, mechanism in parameters.mechanisms.range.items():
            key = f"neuron.{label}.mechanisms.range.{name}"
            if name not in known:
                hint = suggestion(name, sorted(known)) or "its .mod file is missing"
                problems.append(Problem(source, key, "", f"is no mechanism that NEURON has; {hint}"))
                continue
            names = _parameters_of(name)
            given = list(mechanism.parameters)
            if mechanism.spatial == "linear_capped":
                given.append(mechanism.controls["param_name"])
            for parameter in given:
                if parameter not in names and not name.endswith("_ion"):
                    hint = suggestion(parameter, names) or f"it has {', '.join(names) or 'none'}"
                    problems.append(Problem(source, f"{key}.{parameter}", "", f"is no parameter of {name}; {hint}"))
        for ion in parameters.properties.ions:
            if _ion_of(ion) is None:
                expected = "is no property of an ion that NEURON has; such as ek, ena, eca or cai"
                problems.append(Problem(source, f"neuron.{label}.properties.ions.{ion}", "", expected))
    if problems:
        raise ConfigError(problems=problems)


def density_mechanisms() -> frozenset[str]:
    """Names of the density mechanisms that NEURON has."""
    return frozenset(_mechanism_types(0))


def _mechanism_types(kind: int) -> list[str]:
    types, name = h.MechanismType(kind), h.ref("")
    names = []
    for position in range(int(types.count())):
        types.select(position)
        types.selected(name)
        names.append(str(name[0]))
    return names


def _parameters_of(mechanism: str) -> list[str]:
    """The parameters of a density mechanism that a section can give it."""
    standard, name = h.MechanismStandard(mechanism, 1), h.ref("")
    names = []
    for position in range(int(standard.count())):
        standard.name(name, position)
        names.append(str(name[0]).removesuffix(f"_{mechanism}"))
    return names


def _insert(cell: Cell, label: str, name: str, mechanism: RangeMechanism) -> None:
    sections = cell.structures[label]
    for section in sections:
        section.insert(name)
    if name.endswith("_ion"):
        if mechanism.parameters:
            _log.warning(
                "%s: neuron.%s.mechanisms.range.%s: its values have no effect; give them as properties.ions.",
                cell.id,
                label,
                name,
            )
        return
    for parameter, values in distribute(cell, label, mechanism).items():
        variable = f"{parameter}_{name}"
        for section, along in zip(sections, values, strict=True):
            if mechanism.spatial == "uniform":
                setattr(section, variable, float(along[0]))
                continue
            for segment, value in zip(section, along, strict=True):
                setattr(segment, variable, float(value))


def _ion_of(variable: str) -> str | None:
    """The ion mechanism that `variable` (``ek``, ``cai``, …) belongs to; None when there is none."""
    for known in density_mechanisms():
        ion = known.removesuffix("_ion")
        if ion != known and variable in [pattern.format(ion) for pattern in _ION_NAMES]:
            return known
    return None


def _set_ions(cell: Cell, label: str, parameters: LabelParameters) -> None:
    for variable, value in parameters.properties.ions.items():
        mechanism = _ion_of(variable)
        for section in cell.structures[label]:
            if not section.has_membrane(mechanism):
                section.insert(mechanism)
            setattr(section, variable, float(value))


def _add_spines(cell: Cell, label: str, parameters: LabelParameters) -> None:
    """Scale capacitance and leak by the membrane that spines add: F = 1 + area·density·L/A."""
    spines = parameters.properties.spines
    if spines is None:
        return
    leaks = {"pas": "g_pas", "ar": "g0_ar"}
    present = [leak for mechanism, leak in leaks.items() if mechanism in parameters.mechanisms.range]
    for section in cell.structures[label]:
        factor = 1 + spines.area * spines.density * section.L / section.area
        section.cm = section.cm * factor
        for segment in section:
            for leak in present:
                setattr(segment, leak, getattr(segment, leak) * factor)
