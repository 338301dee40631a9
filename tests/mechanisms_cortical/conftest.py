"""Reference responses of the published mechanisms, which may lie beside the checkout."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ascent.mechanisms.kernels import membrane_kernel
from tests.mechanisms_kernels.side_by_side import Kernel, Trace, needs_wide_registers, run_neuron


@pytest.fixture(scope="session")
def references(shared_dir: Path) -> dict[str, NDArray[np.float64]]:
    """Voltage-clamp responses recorded from simrun's own mechanisms: ``<mechanism>|<step, mV>|<variable>``."""
    with np.load(shared_dir / "data" / "simrun" / "reference" / "mechanism_refs.npz") as stored:
        return dict(stored)


@pytest.fixture(scope="session")
def reference_settings(shared_dir: Path) -> dict[str, Any]:
    text = (shared_dir / "data" / "simrun" / "reference" / "mechanism_refs_meta.json").read_text(encoding="utf-8")
    settings: dict[str, Any] = json.loads(text)
    return settings


@pytest.fixture(scope="session")
def compiled() -> Callable[..., Kernel]:
    """Names of mechanisms -> their kernel, compiled."""
    needs_wide_registers()
    known: dict[tuple[str, ...], Kernel] = {}

    def compile_kernel(*mechanisms: str) -> Kernel:
        if mechanisms not in known:
            known[mechanisms] = Kernel(membrane_kernel(mechanisms))
        return known[mechanisms]

    return compile_kernel


@pytest.fixture
def neuron() -> Callable[..., Trace]:
    return run_neuron
