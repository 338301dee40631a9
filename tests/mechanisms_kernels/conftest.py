"""Kernels to compile, NEURON to compare with, and ``.mod`` files to refuse."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

import pytest

from ascent.mechanisms.kernels import membrane_kernel
from tests.mechanisms_kernels.side_by_side import (
    MODS,
    Kernel,
    Trace,
    compiled_library,
    needs_wide_registers,
    run_neuron,
)


@pytest.fixture(scope="session")
def compiled() -> Callable[..., Kernel]:
    """Names of mechanisms (those of the tests' own among them) -> their kernel, compiled."""
    needs_wide_registers()
    known: dict[tuple[str, ...], Kernel] = {}

    def compile_kernel(*mechanisms: str) -> Kernel:
        if mechanisms not in known:
            known[mechanisms] = Kernel(membrane_kernel(mechanisms, [MODS]))
        return known[mechanisms]

    return compile_kernel


@pytest.fixture
def neuron() -> Callable[..., Trace]:
    """:func:`run_neuron`."""
    return run_neuron


@pytest.fixture
def write_mod(tmp_path: Path) -> Callable[[str], Path]:
    """Text -> the ``.mod`` file ``refused.mod`` that holds it."""

    def write(text: str) -> Path:
        path = tmp_path / "refused.mod"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def math_library() -> ctypes.CDLL:
    """vector_math.hpp as C functions ``vexp_4(n, x, y, out)`` and so on."""
    needs_wide_registers()
    return ctypes.CDLL(str(compiled_library('#include "vector_math_driver.hpp"\n')))
