"""Solvers of the cells that ship with ascent, compiled before anybody runs them."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor


def build_shipped(any_processor: bool = False) -> int:
    """Compile the batch engine's solver of the shipped cell in its network; the number of solvers.

    The cell is made in a process of its own, so that NEURON in this one stays free of its mechanisms.

    Parameters
    ----------
    any_processor : bool
        For every instruction set that the engine knows, instead of for this processor only.

    Raises
    ------
    MechanismError
        When there is no compiler, or a kernel does not compile.
    """
    from ascent.engines.batch.programs import INSTRUCTION_SETS, chosen_lanes

    widths = [lanes for lanes, _, _ in INSTRUCTION_SETS] if any_processor else [chosen_lanes()]
    # A process for each, since a compiler takes its time.
    with ProcessPoolExecutor(len(widths), mp_context=multiprocessing.get_context("spawn")) as processes:
        return len(list(processes.map(_build, widths)))


def _build(lanes: int) -> str:
    from ascent.config.network.network import check_network
    from ascent.engines.batch.tree.carried import build_solver
    from ascent.network.cell import create_cell
    from ascent.network.cell.create import load_network_mechanisms
    from ascent.network.example import small_example
    from ascent.network.formats.param import read_parameters
    from ascent.network.realization import CellLayout, Network

    files = small_example()
    load_network_mechanisms({})
    cell = create_cell(read_parameters(files.cell))
    network = Network(check_network(read_parameters(files.network)), CellLayout.of(cell))
    return str(build_solver(cell, network.receptors, lanes))
