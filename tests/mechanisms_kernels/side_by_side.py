"""Kernels and NEURON side by side on one compartment: the same voltages in, states and currents out."""

from __future__ import annotations

import ctypes
import hashlib
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ascent.mechanisms.build import cache_directory, load_cell_mechanisms, load_mechanisms, locked
from ascent.mechanisms.kernels import COMPILE_FLAGS, MembraneKernel, include_directory

HERE = Path(__file__).parent
MODS = HERE / "mod"
LANES = 8
WIDTHS = (1, 4, 8)
DIAMETER, LENGTH, CELSIUS = 3.0, 20.0, 34.0
#: mA/cm2 of 1 nA on the compartment
DENSITY = 100.0 / (np.pi * DIAMETER * LENGTH)


@dataclass
class Trace:
    """One row a step: `variables` after it, shape (n_steps, n_variables), `i` (mA/cm2) during it, `v` at its end."""

    variables: NDArray[np.float64]
    i: NDArray[np.float64]
    g: NDArray[np.float64]
    v: NDArray[np.float64]


class Kernel:
    """A compiled membrane; its lanes run in packs of the given width."""

    def __init__(self, kernel: MembraneKernel) -> None:
        self.kernel = kernel
        # packs of eight take long to compile without AVX-512, so only small membranes get them
        self.widths = WIDTHS if len(kernel.variables) <= 10 else WIDTHS[:2]
        define = "#define EIGHT_LANES\n" if 8 in self.widths else ""
        source = f'{kernel.header}\n{define}#include "driver.hpp"\n'
        self._library = ctypes.CDLL(str(compiled_library(source)))

    def run(
        self, drive: NDArray[np.float64], dt: float, start: float, width: int, clamped: bool, **changes: float
    ) -> list[Trace]:
        """Drive 8 lanes, shape (n_steps, 8): by voltage (mV) when `clamped`, else by current (mA/cm2).

        `changes` are ``celsius``, variables such as ``ena`` or parameters such as ``gbar_sundt_na`` that differ from
        their defaults.
        """
        kernel = self.kernel
        n_steps, n_variables = len(drive), len(kernel.variables)
        parameters = [changes.get(f"{one.name}_{one.mechanism}", one.default) for one in kernel.parameters]
        initial = [changes.get(one.name, one.initial) if not one.mechanism else one.initial for one in kernel.variables]
        variables, rows = np.zeros((n_steps, n_variables, LANES)), np.zeros((3, n_steps, LANES))
        run = self._library[f"run_{width}"]
        run.restype = None
        arrays = (np.array([*parameters, 0.0]), np.array([*initial, 0.0]), np.ascontiguousarray(drive), variables, rows)
        values = (dt, start, changes.get("celsius", CELSIUS), DIAMETER, np.pi * DIAMETER * LENGTH)
        run(
            ctypes.c_int(n_steps),
            ctypes.c_int(clamped),
            *(ctypes.c_double(value) for value in values),
            *(array.ctypes.data_as(ctypes.c_void_p) for array in arrays),
        )
        return [Trace(variables[..., lane], *(row[:, lane] for row in rows)) for lane in range(LANES)]


def run_neuron(
    kernel: MembraneKernel,
    drive: NDArray[np.float64],
    dt: float,
    start: float,
    clamped: bool,
    **changes: float,
) -> Trace:
    """NEURON with the same mechanisms and drive, shape (n_steps,); `g` is NaN."""
    load_mechanisms()
    load_cell_mechanisms()
    load_mechanisms([MODS])  # apart, so that only these few are compiled anew
    from neuron import h

    section = h.Section(name="compartment")
    section.L, section.diam, section.cm = LENGTH, DIAMETER, 1.0
    mechanisms = {one.mechanism for one in (*kernel.parameters, *kernel.variables) if one.mechanism}
    mechanisms |= {path.stem for path in _files_of(kernel)}
    for mechanism in sorted(mechanisms):
        section.insert(mechanism)
    segment = section(0.5)
    for name, value in changes.items():
        setattr(segment, name, value)
    h.celsius, h.dt, h.secondorder = CELSIUS, dt, 0
    if clamped:
        clamp = h.SEClamp(segment)
        clamp.dur1, clamp.rs, clamp.amp1 = 1e9, 1e-3, start
    else:
        clamp = h.IClamp(segment)
        clamp.dur, clamp.delay = 1e9, -1.0
    h.finitialize(start)
    names = [f"{one.name}_{one.mechanism}" if one.mechanism else one.name for one in kernel.variables]
    currents = _currents_of(kernel)
    trace = Trace(*(np.zeros(shape) for shape in ((len(drive), len(names)), *3 * (len(drive),))))
    for step, value in enumerate(drive):
        setattr(clamp, "amp1" if clamped else "amp", value if clamped else value / DENSITY)
        h.fadvance()
        trace.variables[step] = [getattr(segment, name) for name in names]
        trace.i[step] = sum(getattr(segment, name) for name in currents)
        trace.v[step] = segment.v
    trace.g[:] = np.nan
    return trace


def random_drive(seed: int, n_steps: int, low: float, high: float, ramp: float = 5.0) -> NDArray[np.float64]:
    """Lanes of commands: holds of random length at random levels, with a slow ramp on top, shape (n_steps, 8)."""
    generator = np.random.default_rng(seed)
    levels = generator.uniform(low, high, (n_steps, LANES))
    held = np.maximum.accumulate(np.where(generator.random((n_steps, LANES)) < 0.1, np.arange(n_steps)[:, None], 0))
    return np.take_along_axis(levels, held, axis=0) + np.linspace(0, ramp, n_steps)[:, None]


def _files_of(kernel: MembraneKernel) -> list[Path]:
    lines = [line[3:] for line in kernel.header.splitlines() if line.startswith("// ") and line.endswith(".mod")]
    return [Path(line) for line in lines]


def _currents_of(kernel: MembraneKernel) -> list[str]:
    """NEURON's names of all membrane currents: nonspecific ones, and the totals of ions."""
    from ascent.mechanisms.kernels.membrane import find_mechanism
    from ascent.mechanisms.kernels.syntax import parse

    trees = [parse(find_mechanism(path.stem, [MODS])) for path in _files_of(kernel)]
    nonspecific = [f"{name}_{tree.name}" for tree in trees for name in tree.currents]
    return [*nonspecific, *(one.name for one in kernel.variables if one.kind == "current")]


def needs_wide_registers() -> None:
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        flags = ""
    if "avx2" not in flags or "fma" not in flags:
        pytest.skip("kernels need a processor with AVX2 and FMA")


def compiled_library(source: str) -> Path:
    """A shared library of C++ that includes the kernels' and the tests' headers, from the cache if it is there."""
    command: Sequence[Any] = (
        "g++", *COMPILE_FLAGS, "-O1", "-march=x86-64-v3", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror",
        "-Wno-psabi",
        f"-I{include_directory()}", f"-I{HERE}",
    )  # fmt: skip
    digest = hashlib.sha256(repr((command, source)).encode())
    for header in sorted([*include_directory().glob("*.hpp"), *HERE.glob("*.hpp")]):
        digest.update(header.read_bytes())
    folder = cache_directory() / "kernel_tests"
    library = folder / f"{digest.hexdigest()[:32]}.so"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(Path(f"{library}.lock")), tempfile.TemporaryDirectory(dir=folder) as name:
        if not library.is_file():
            (Path(name) / "source.hpp").write_text(source, encoding="utf-8")
            (Path(name) / "kernel.cpp").write_text('#include "source.hpp"\n', encoding="utf-8")
            subprocess.run([*command, "kernel.cpp", "-o", "kernel.so"], cwd=name, check=True)
            (Path(name) / "kernel.so").replace(library)
    return library
