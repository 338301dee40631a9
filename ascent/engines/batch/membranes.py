"""The membrane of a fiber's nodes for the C++ solver: its kernel, parameters and variables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ascent.engines.batch.library import build_library, initial_variables, load_library
from ascent.engines.batch.programs import INSTRUCTION_SETS
from ascent.errors import MechanismError
from ascent.fibers.fiber import Fiber
from ascent.fibers.models import available_models, load_membrane, load_model

if TYPE_CHECKING:
    import ctypes

    from ascent.mechanisms.kernels import MembraneKernel


def kernel_of(mechanisms: tuple[str, ...], folders: tuple[str, ...] = ()) -> MembraneKernel:
    """The kernel of a membrane with these mechanisms, generated from their ``.mod`` files, ours or in `folders`."""
    return _kernel_of(mechanisms, folders, stamps(folders))


def stamps(folders: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """The ``.mod`` files of `folders` and when they were last changed."""
    files = (path for folder in folders for path in sorted(Path(folder).glob("*.mod")))
    return tuple((str(path), path.stat().st_mtime_ns) for path in files)


@cache
def _kernel_of(
    mechanisms: tuple[str, ...], folders: tuple[str, ...], _changed: tuple[tuple[str, int], ...]
) -> MembraneKernel:
    from ascent.mechanisms.kernels import membrane_kernel

    return membrane_kernel(list(mechanisms), folders)


@dataclass(frozen=True, eq=False)
class NodeMembrane:
    """Kernel and values of a fiber's nodes.

    Attributes
    ----------
    kernel : MembraneKernel
    parameters : ndarray, shape (n_parameters,)
        In the kernel's order.
    variables : ndarray, shape (n_variables,)
        Where the settling begins.
    gates : dict
        Gate name of the membrane file -> index of its variable.
    """

    kernel: MembraneKernel
    parameters: NDArray[np.float64]
    variables: NDArray[np.float64]
    gates: dict[str, int]

    @cached_property
    def n_variables(self) -> int:
        """Number of variables of a node."""
        return len(self.variables)

    def library(self, cable: str, lanes: int | None, single: bool = False) -> ctypes.CDLL:
        """The compiled solver for this membrane and a kind of cable, in double or single precision."""
        return load_library(self.kernel, cable, lanes, single)


def membrane_of(fiber: Fiber, cable: str, area: float, diameter: float, lanes: int | None = None) -> NodeMembrane:
    """Kernel, parameters and initial variables of the nodes of `fiber`.

    Parameters
    ----------
    fiber : Fiber
    cable : str
        The kind of cable, which the compiled library belongs to.
    area, diameter : float
        Of a node, µm² and µm.
    lanes : int, optional
        Of the library.

    Raises
    ------
    MechanismError
        When a parameter or gate of the model is not in its mechanisms, or they cannot be compiled.
    """
    membrane = fiber.membrane
    uses = membrane.node_mechanisms
    kernel = kernel_of(tuple(use.name for use in uses), membrane.mechanism_folders)
    parameters = np.array([parameter.default for parameter in kernel.parameters], dtype=np.float64)
    place = {(parameter.mechanism, parameter.name): index for index, parameter in enumerate(kernel.parameters)}
    for use in uses:
        for name, value in use.parameters.items():
            if (use.name, name) not in place:
                raise MechanismError(f"Mechanism {use.name} has no parameter {name}, which {fiber.model.name} sets.")
            parameters[place[use.name, name]] = value
        for name, value in fiber.model.node_parameters.items():
            if (use.name, name) in place:
                parameters[place[use.name, name]] = value
    variables = np.array([variable.initial for variable in kernel.variables], dtype=np.float64)
    index_of = {
        f"{variable.name}_{variable.mechanism}" if variable.mechanism else variable.name: index
        for index, variable in enumerate(kernel.variables)
    }
    for ion, data in membrane.ions.items():
        if f"e{ion}" in index_of:
            variables[index_of[f"e{ion}"]] = data.reversal_at(fiber.temperature)
    gates = {}
    for gate, variable in membrane.gates.items():
        if variable not in index_of:
            raise MechanismError(f"{fiber.model.name} records {variable}, which its mechanisms do not have.")
        gates[gate] = index_of[variable]
    library = load_library(kernel, cable, lanes)
    start = (fiber.temperature, diameter, area, fiber.rest)
    variables = initial_variables(library, parameters, *start, variables)
    for ion in membrane.balanced_ions:
        # A current that a leak of positive conductance can cancel gets that leak, any other a constant current.
        current, reversal = variables[index_of[f"i{ion}"]], variables[index_of[f"e{ion}"]]
        leak = -current / (fiber.rest - reversal)
        for kind, value in (("leak", max(leak, 0.0)), ("pump", 0.0 if leak >= 0 else -current)):
            if ("ion_balance", f"{kind}_{ion}") in place:
                parameters[place["ion_balance", f"{kind}_{ion}"]] = value
            else:
                variables[index_of[f"{kind}_{ion}_ion_balance"]] = value
    return NodeMembrane(kernel, parameters, variables, gates)


def build_all(any_processor: bool = False) -> int:
    """Compile the solvers of every fiber model that ships with ascent, so that no first run has to; their number.

    Parameters
    ----------
    any_processor : bool
        For every instruction set that the engine knows, as an image needs that moves between machines, instead of
        for this processor only.

    Raises
    ------
    MechanismError
        When the processor is too old, there is no compiler, or a kernel does not compile.
    """
    wanted = set()
    for name in available_models():
        model = load_model(name)
        mechanisms = tuple(use.name for use in load_membrane(model.membrane).node_mechanisms)
        forms = ("DoubleCable", "ModalCable") if model.kind == "myelinated" else ("SingleCable",)
        wanted |= {(mechanisms, form) for form in forms}
    if not any_processor:
        for mechanisms, form in sorted(wanted):
            load_library(kernel_of(mechanisms), form)
        return len(wanted)
    for mechanisms, form in sorted(wanted):
        for lanes, _, _ in INSTRUCTION_SETS:
            build_library(kernel_of(mechanisms), form, lanes)
    return len(wanted) * len(INSTRUCTION_SETS)
