"""Building a cell from a cell parameter file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.config.network.cell import CellParameters, NeuronParameters, check_cell
from ascent.config.network.checking import check, placing
from ascent.errors import ConfigError, Problem
from ascent.network.cell.axon import with_artificial_axon
from ascent.network.formats.hoc import read_hoc
from ascent.network.formats.morphology import Morphology
from ascent.network.formats.param import build_parameters
from ascent.network.formats.swc import read_swc

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell

_log = logging.getLogger(__name__)


def create_cell(
    parameters: Path | str | Mapping[str, Any] | CellParameters | NeuronParameters,
    scale_function: Callable[[Cell], Any] | None = None,
    all_points: bool = False,
    biophysics: bool = True,
) -> Cell:
    """Build a cell in NEURON.

    Parameters
    ----------
    parameters : path or mapping
        A cell parameter file, its content, or only its ``neuron`` part.
    scale_function : callable, optional
        Called with the cell when its sections are connected, before they are discretised.
    all_points : bool
        Give every section a segment for each of its 3-D points.
    biophysics : bool
        Insert mechanisms and call the cell modify functions; False leaves bare sections with their Ra and cm.

    Returns
    -------
    Cell

    Raises
    ------
    ConfigError
        When the parameters are wrong; with all that is, and its line.
    MorphologyError
        When the morphology file is wrong; with its line.
    MechanismError
        When mechanisms cannot be compiled.
    """
    from ascent.network.cell.modify import apply_cell_modify_functions, check_cell_modify_functions

    given = _checked(parameters)
    neuron = given.neuron
    with placing(given.source, given.lines):
        check_cell_modify_functions(neuron.cell_modify_functions)
        load_network_mechanisms({f"NMODL_mechanisms.{name}": path for name, path in given.folders.items()})
        morphology = read_morphology(neuron.filename)
        _check_labels(neuron, morphology)
    if neuron.AIS is not None:
        morphology = with_artificial_axon(morphology)

    from ascent.network.cell.cell import Cell
    from ascent.network.cell.discretisation import discretise
    from ascent.network.cell.membrane import insert_membrane, set_passive_properties

    with placing(given.source, given.lines):
        set_mechanism_globals(given.globals)
        cell = Cell(morphology, neuron)
        if scale_function is not None:
            scale_function(cell)
        set_passive_properties(cell)
        discretise(cell, neuron.discretization, all_points)
        cell.number_segments()
        if biophysics:
            insert_membrane(cell)
            apply_cell_modify_functions(cell, neuron.cell_modify_functions)
    cell.init_time_recording()
    cell.soma.recVList = [cell.record(cell.soma.index, segment) for segment in range(cell.soma.nseg)]
    return cell


def read_morphology(path: Path | str) -> Morphology:
    """Read a morphology, hoc or swc by the suffix of the file.

    Raises
    ------
    MorphologyError
        When the suffix is another, or the file is wrong.
    """
    return read_swc(path) if Path(path).suffix.lower() == ".swc" else read_hoc(path)


def load_network_mechanisms(folders: Mapping[str, str]) -> None:
    """Load the mechanisms of ascent, and those of the folders of ``NMODL_mechanisms``, into NEURON.

    Parameters
    ----------
    folders : mapping
        Folders by the key under which they stand, for messages.

    Raises
    ------
    ConfigError
        When a folder does not exist.
    """
    from ascent.mechanisms.build import load_cell_mechanisms

    expected = "is no folder; give one with .mod files, or leave the key away"
    missing = [
        Problem("parameters", name, folder, expected) for name, folder in folders.items() if not Path(folder).is_dir()
    ]
    if missing:
        raise ConfigError(problems=missing)
    load_cell_mechanisms(list(dict.fromkeys(folders.values())))


def set_mechanism_globals(globals_: Mapping[str, Mapping[str, float]]) -> None:
    """Set global parameters of mechanisms, ``{mechanism: {parameter: value}}``.

    Raises
    ------
    ConfigError
        When NEURON has no such parameter.
    """
    from neuron import h

    for mechanism, parameters in globals_.items():
        for parameter, value in parameters.items():
            name, name_of = f"{parameter}_{mechanism}", f"{mechanism}.{parameter}"
            try:
                setattr(h, name, float(value))
            except (AttributeError, LookupError, TypeError):
                problem = Problem(
                    "parameters", f"mech_globals.{name_of}", "", "is no global parameter of that mechanism"
                )
                raise ConfigError(problems=[problem]) from None


@dataclass(frozen=True)
class _Given:
    """What `create_cell` was given, checked: its parts, and where they stand for messages."""

    neuron: NeuronParameters
    globals: dict[str, dict[str, float]]
    folders: dict[str, str]
    source: str
    lines: Mapping[tuple[str | int, ...], int]


def _checked(parameters: Path | str | Mapping[str, Any] | CellParameters | NeuronParameters) -> _Given:
    source = "cell parameters"
    lines: Mapping[tuple[str | int, ...], int] = {}
    if isinstance(parameters, NeuronParameters):
        return _Given(parameters, {}, {}, source, lines)
    if not isinstance(parameters, CellParameters):
        data = build_parameters(parameters)
        source, lines = data.source or source, data.lines
        if "neuron" not in data and "filename" in data:
            return _Given(check(data, NeuronParameters, source), {}, {}, source, lines)
        parameters = check_cell(data, source, lines)
    return _Given(parameters.neuron, parameters.mech_globals, parameters.NMODL_mechanisms, source, lines)


def _check_labels(neuron: NeuronParameters, morphology: Morphology) -> None:
    """Refuse labels that the morphology has not; warn of sections that no label describes."""
    present = [*morphology.labels, *(("AIS", "Myelin") if neuron.AIS is not None else ())]
    expected = f"has no section in the morphology {Path(neuron.filename).name}; it has {', '.join(present)}"
    problems = [Problem("cell parameters", f"neuron.{label}", "", expected) for label in neuron.labels
                if label not in present]  # fmt: skip
    if problems:
        raise ConfigError(problems=problems)
    for label in present:
        if label not in neuron.labels:
            _log.warning("%s: its %s sections have no parameters and stay without membrane.", morphology.name, label)
