"""The shipped small cell, and the reference cell with what simrun measured of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ascent.network.cell import Cell, create_cell
from ascent.network.example import small_example
from ascent.network.formats.param import read_parameters
from ascent.network.formats.parameter_set import ParameterSet

Build = Callable[..., Cell]


@pytest.fixture
def small_parameters() -> ParameterSet:
    """The parameters of the shipped cell, to be changed."""
    return read_parameters(small_example().cell)


@pytest.fixture
def build() -> Iterator[Build]:
    """`create_cell`, whose cells are gone from NEURON after the test."""
    cells: list[Cell] = []

    def make(parameters: object, **options: object) -> Cell:
        cells.append(create_cell(parameters, **options))  # type: ignore[arg-type]
        return cells[-1]

    yield make
    for cell in cells:
        cell.discard()


@pytest.fixture(scope="session")
def simrun_dir(shared_dir: Path) -> Path:
    """simrun's example cell and network, and reference output."""
    folder = shared_dir / "data" / "simrun"
    if not folder.is_dir():
        pytest.skip("simrun's example is not here")
    return folder


@pytest.fixture
def reference_parameters(simrun_dir: Path) -> ParameterSet:
    """The parameters of cell 86_C2_center, to be changed."""
    example = simrun_dir / "getting_started" / "example_data"
    return read_parameters(example / "biophysical_constraints" / "86_C2_center.param.TEMPLATE")
