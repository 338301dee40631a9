"""Functions that change a built cell: the ``cell_modify_functions`` of a cell parameter file, by name.

A function takes the cell and keyword arguments and changes the cell in place. `register` adds one of your own::

    from ascent.network.cell.modify import register

    @register
    def thin_basal_dendrites(cell, scale): ...
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.config.explain import suggestion
from ascent.config.fields import is_number
from ascent.errors import ConfigError, Problem

if TYPE_CHECKING:
    from ascent.network.cell.cell import Cell

#: Every function by its name.
CELL_MODIFY_FUNCTIONS: dict[str, Callable[..., Any]] = {}
_KEY = "neuron.cell_modify_functions"


def register(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make `function` a cell modify function under its name."""
    CELL_MODIFY_FUNCTIONS[function.__name__] = function
    return function


def check_cell_modify_functions(functions: Mapping[str, Mapping[str, Any]], source: str = "cell parameters") -> None:
    """Check names and arguments before any work.

    Raises
    ------
    ConfigError
        With all functions that do not exist and all arguments that are missing or unknown.
    """
    problems = []
    for name, arguments in functions.items():
        function = CELL_MODIFY_FUNCTIONS.get(name)
        if function is None:
            hint = suggestion(name, list(CELL_MODIFY_FUNCTIONS)) or "there are " + ", ".join(CELL_MODIFY_FUNCTIONS)
            problems.append(Problem(source, f"{_KEY}.{name}", "", f"is no cell modify function; {hint}"))
            continue
        known = dict(list(inspect.signature(function).parameters.items())[1:])
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):
            continue
        problems += [
            Problem(source, f"{_KEY}.{name}.{key}", "", f"is no argument; {_hint(key, list(known))}")
            for key in arguments
            if key not in known
        ]
        problems += [
            Problem(source, f"{_KEY}.{name}.{key}", "missing", "is required")
            for key, parameter in known.items()
            if parameter.default is parameter.empty and key not in arguments
        ]
    if problems:
        raise ConfigError(problems=problems)


def _hint(key: str, known: list[str]) -> str:
    return suggestion(key, known) or "known are " + (", ".join(known) or "none")


def apply_cell_modify_functions(cell: Cell, functions: Mapping[str, Mapping[str, Any]]) -> None:
    """Call the functions in their order.

    Raises
    ------
    ConfigError
        When one does not exist or its arguments are wrong.
    """
    check_cell_modify_functions(functions, cell.id)
    for name, arguments in functions.items():
        for key, value in arguments.items():
            if key in _NUMBERS and not is_number(value):
                expected = "must be a finite number"
                raise ConfigError(problems=[Problem(cell.id, f"{_KEY}.{name}.{key}", repr(value), expected)])
        CELL_MODIFY_FUNCTIONS[name](cell, **arguments)


#: Arguments of the functions below that are numbers.
_NUMBERS = frozenset({"scale", "amplitude", "delay", "duration", "dist", "rise", "decay", "tStop"})


@register
def scale_apical(cell: Cell, scale: float, compartment: str = "ApicalDendrite") -> None:
    """Multiply the diameters of the apical dendrite, or only of its trunk (``compartment="Trunk"``), by `scale`."""
    if compartment == "ApicalDendrite":
        chosen = cell.structures.get("ApicalDendrite", [])
    elif compartment == "Trunk":
        cell.assign_detailed_labels()
        chosen = [section for section in cell.sections if section.label_detailed == "trunk"]
    else:
        expected = "must be ApicalDendrite or Trunk"
        raise ConfigError(problems=[Problem(cell.id, f"{_KEY}.scale_apical.compartment", repr(compartment), expected)])
    for section in chosen:
        section.scale_diameters(scale)


@register
def scale_apical_morph_86(cell: Cell) -> None:
    """Multiply the apical diameters by 2.5 within 1000 µm of the soma, in at most 33 sections.

    It makes good for diameters that light microscopy of cell 86 underestimated; of no use for another cell.
    """
    apical = [section for section in cell.sections if section.label == "ApicalDendrite"]
    near = [section for section in apical if cell.distance_to_soma(section, 1.0) <= 1000.0]
    for section in near[:33]:
        section.scale_diameters(2.5)


@register
def soma_current_injection(cell: Cell, amplitude: float, delay: float, duration: float) -> None:
    """Inject a step of current into the soma: `amplitude` nA from `delay` ms for `duration` ms."""
    _step(cell, cell.soma, 0.5, amplitude, delay, duration)


@register
def apical_current_injection(cell: Cell, amplitude: float, delay: float, duration: float, dist: float) -> None:
    """Inject a step of current into the apical trunk, `dist` µm from the soma (0: into the soma)."""
    section, x = cell.inner_section_at_distance(dist) if dist else (cell.soma, 0.5)
    _step(cell, section, x, amplitude, delay, duration)


@register
def apical_epsp_injection(
    cell: Cell, dist: float, amplitude: float, delay: float, rise: float = 1.0, decay: float = 5.0
) -> None:
    """Inject a current shaped like an EPSP into the apical trunk.

    `dist` µm from the soma, peak `amplitude` nA, from `delay` ms, time constants `rise` and `decay` ms.
    """
    from neuron import h

    section, x = cell.inner_section_at_distance(dist)
    current = h.epsp(section(x))
    current.onset, current.imax, current.tau0, current.tau1 = delay, amplitude, rise, decay
    cell.stimuli.append(current)


@register
def BAC_injection(cell: Cell, dist: float) -> None:
    """The stimulus of Hay et al. 2011 that makes a back-propagating spike trigger a calcium spike.

    1.9 nA for 5 ms into the soma at 295 ms, then a current shaped like an EPSP, 0.5 nA, `dist` µm up the trunk.
    """
    soma_current_injection(cell, amplitude=1.9, delay=295.0, duration=5.0)
    apical_epsp_injection(cell, dist=dist, amplitude=0.5, delay=300.0)


@register
def scale_morphology(cell: Cell, scale: float, target_morphology: str) -> None:
    """Move the stored 3-D points towards those of another morphology: 0 leaves them, 1 gives the other's.

    Distances and areas in NEURON stay; the points serve for pictures and for places in space.
    """
    from ascent.network.cell.create import read_morphology

    target = read_morphology(Path(target_morphology))
    own = [section for section in cell.sections if section.label not in ("AIS", "Myelin")]
    shapes = [shape.points.shape for shape in target.sections]
    if shapes != [section.points.shape for section in own]:
        raise ConfigError(
            f"{target_morphology}: scale_morphology needs a morphology with the sections and points of {cell.id}."
        )
    for section, shape in zip(own, target.sections, strict=True):
        along = section.relative_points  # taken before the points move: it says where NEURON's segments are
        section.points = section.points + (shape.points - section.points) * scale
        section.__dict__["relative_points"] = along


@register
def synaptic_input(
    cell: Cell,
    network_param: str | Mapping[str, Any],
    synapse_activation_file: str | None = None,
    tStop: float = 345.0,
    seed: int = 0,
) -> None:
    """Attach the synapses of a further network, active in the same way in every run of the cell.

    `network_param` are its parameters. Releases come from a stored sweep (`synapse_activation_file`), or are drawn once
    from `seed`, up to `tStop` ms.
    """
    from ascent.mechanisms.build import load_cell_mechanisms
    from ascent.network.embedding import Embedding
    from ascent.network.realization import CellLayout, Network, NetworkRealizer
    from ascent.network.realization.replay import replay_realization

    network = Network.of(network_param, CellLayout.of(cell))
    load_cell_mechanisms(network.parameters.mechanism_folders)
    if synapse_activation_file is not None:
        realization = replay_realization(network, synapse_activation_file, seed=seed)
    else:
        realization = NetworkRealizer(network, tStop, seed).realize(0)[1]
    Embedding(cell, realization, tStop)


def _step(cell: Cell, section: Any, x: float, amplitude: float, delay: float, duration: float) -> None:
    from neuron import h

    clamp = h.IClamp(section(x))
    clamp.amp, clamp.delay, clamp.dur = amplitude, delay, duration
    cell.stimuli.append(clamp)
