"""C++ kernels for the batch engine, generated from ``.mod`` files; see README.md in this folder."""

from ascent.mechanisms.kernels.membrane import (
    COMPILE_FLAGS,
    Ion,
    MembraneKernel,
    Parameter,
    Reversal,
    Variable,
    include_directory,
    kernel_header,
    membrane_kernel,
)
from ascent.mechanisms.kernels.syntax import MechanismAst, parse

__all__ = [
    "COMPILE_FLAGS",
    "Ion",
    "MechanismAst",
    "MembraneKernel",
    "Parameter",
    "Reversal",
    "Variable",
    "include_directory",
    "kernel_header",
    "membrane_kernel",
    "parse",
]
