"""Classes of compartments: those with the same mechanisms share a kernel that is generated from the ``.mod`` files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import MechanismError
from ascent.mechanisms.build import mechanism_source
from ascent.mechanisms.kernels import MembraneKernel, membrane_kernel
from ascent.mechanisms.kernels.membrane import Reversal

#: Mechanisms that NEURON has built in and kernels have too.
BUILT_IN = ("pas",)
#: Bits of NEURON's ion_style: the reversal potential follows at initialisation, and at every step.
_AT_START, _AT_STEPS = 32, 64


@dataclass(frozen=True, eq=False)
class CompartmentClass:
    """Compartments with the same mechanisms.

    Attributes
    ----------
    kernel : MembraneKernel
    segments : ndarray of int64
        Which they are, among all segments of the cell.
    """

    kernel: MembraneKernel
    segments: NDArray[np.int64]


def classes_of(sections: Sequence[Any]) -> list[CompartmentClass]:
    """The classes of a cell's compartments.

    Parameters
    ----------
    sections : sequence of nrn.Section

    Raises
    ------
    MechanismError
        When a mechanism is not one that kernels can be generated from.
    """
    members: dict[tuple[tuple[str, ...], tuple[tuple[str, Reversal], ...]], list[int]] = {}
    count = 0
    for section in sections:
        mechanisms = [mechanism for mechanism in section(0.5) if mechanism.name() not in ("capacitance", "morphology")]
        names = tuple(mechanism.name() for mechanism in mechanisms if not mechanism.is_ion())
        ions = tuple(mechanism.name() for mechanism in mechanisms if mechanism.is_ion())
        reversals = tuple((ion.removesuffix("_ion"), _reversal(section, ion)) for ion in ions)
        members.setdefault((names, reversals), []).extend(range(count, count + section.nseg))
        count += section.nseg
    made = []
    for (names, reversals), segments in members.items():
        kernel = _kernel(tuple(_source(name) for name in names), reversals)
        made.append(CompartmentClass(kernel, np.array(segments, dtype=np.int64)))
    return made


@cache
def _kernel(sources: tuple[str | Path, ...], reversals: tuple[tuple[str, Reversal], ...]) -> MembraneKernel:
    plain = membrane_kernel(sources)
    used = {ion.name for ion in plain.ions}
    return membrane_kernel(sources, reversals={ion: rule for ion, rule in reversals if ion in used})


def _source(name: str) -> str | Path:
    if name in BUILT_IN:
        return name
    source = mechanism_source(name)
    if source is None:
        raise MechanismError(f"The batch engine has no .mod file of the mechanism {name}.")
    return source


def _reversal(section: Any, ion: str) -> Reversal:
    from neuron import h

    style = int(h.ion_style(ion, sec=section))
    if style & _AT_STEPS:
        return "advancing"
    return "initial" if style & _AT_START else "given"


def values_of(kernel: MembraneKernel, segments: Sequence[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Parameters, and variables before initialisation, of segments of a class: (n, n_parameters), (n, n_variables).

    Raises
    ------
    MechanismError
        When NEURON has no such parameter.
    """
    from neuron import h

    parameters = np.empty((len(segments), len(kernel.parameters)))
    for column, parameter in enumerate(kernel.parameters):
        one = getattr(segments[0], parameter.mechanism)
        if hasattr(one, parameter.name):
            parameters[:, column] = [
                getattr(getattr(segment, parameter.mechanism), parameter.name) for segment in segments
            ]
        else:
            # not RANGE: one value for all, or what the mechanism never lets anyone set
            parameters[:, column] = getattr(h, f"{parameter.name}_{parameter.mechanism}", parameter.default)
    variables = np.empty((len(segments), len(kernel.variables)))
    for column, variable in enumerate(kernel.variables):
        if variable.mechanism or variable.kind == "current":
            variables[:, column] = variable.initial
        else:
            variables[:, column] = [getattr(segment, variable.name) for segment in segments]
    return parameters, variables
