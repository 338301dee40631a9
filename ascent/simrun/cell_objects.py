"""Cells in the hand: one sweep rebuilt or drawn, simulated on a cell that keeps everything it recorded."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.config.network.cell import SimulationParameters, check_cell
from ascent.config.network.checking import check
from ascent.errors import ConfigError
from ascent.network.formats.param import build_parameters
from ascent.network.formats.parameter_set import ParameterSet
from ascent.simrun.embedded_network import EmbeddedNetwork, Parameters, activation_frame

if TYPE_CHECKING:
    import pandas as pd

    from ascent.network.cell.cell import Cell
    from ascent.simrun.results import SimrunResults

Modify = Sequence[Callable[[Any], Any]]


def trial_to_cell_object(
    name: str | None = None,
    cellName: Parameters | None = None,
    networkName: Parameters | None = None,
    synapse_activation_file: Path | str | pd.DataFrame | None = None,
    range_vars: str | Sequence[str] | None = None,
    scale_apical: Callable[[Cell], Any] | None = None,
    allPoints: bool = False,
    compute: bool = True,
    tStop: float = 345.0,
    neuron_param_modify_functions: Modify = (),
    network_param_modify_functions: Modify = (),
    synapse_activation_modify_functions: Modify = (),
    additional_network_params: Sequence[Any] = (),
) -> Cell:
    """Rebuild a stored sweep and simulate it.

    Parameters
    ----------
    name : str, optional
        Has no effect.
    cellName, networkName : path or mapping
        Cell and network parameters.
    synapse_activation_file : path or DataFrame
        The stored sweep: a ``*_synapses.csv`` file, or its rows in a frame.
    range_vars : str or sequence of str, optional
        Range variables to record everywhere, such as ``"Ca_HVA.ica"``.
    scale_apical : callable, optional
        Deprecated; use cell_modify_functions.
    allPoints : bool
        Give sections a segment for each of their 3-D points.
    compute : bool
        False leaves the simulation to the caller.
    tStop : float
        End, ms.
    neuron_param_modify_functions, network_param_modify_functions, synapse_activation_modify_functions : sequences
        Functions that are given the parameters, or the frame of active synapses, and return them changed.
    additional_network_params : sequence
        Must be empty; simrun never used it.

    Returns
    -------
    Cell
        With ``t`` (ms), ``vmSoma`` (mV) and the potential of every segment in ``recVList`` of its section; ``evokedNW``
        is its network.

    Raises
    ------
    AscentError
        When parameters or files are wrong.
    """
    if cellName is None or networkName is None or synapse_activation_file is None:
        raise ConfigError("trial_to_cell_object needs cellName, networkName and synapse_activation_file.")
    if additional_network_params:
        raise ConfigError("additional_network_params has no effect in trial_to_cell_object; leave it away.")
    cell_parameters = _modified(_copy(cellName), neuron_param_modify_functions, "neuron_param_modify_functions")
    network_parameters = _modified(_copy(networkName), network_param_modify_functions, "network_param_modify_functions")
    activation = synapse_activation_file
    if synapse_activation_modify_functions:
        frame = activation_frame(activation) if isinstance(activation, Path | str) else activation
        activation = _modified(frame, synapse_activation_modify_functions, "synapse_activation_modify_functions")
    cell = _build(cell_parameters, network_parameters, scale_apical, allPoints)
    embedded = EmbeddedNetwork(cell, network_parameters, tStop, seed=0)
    embedded.reconnect_saved_synapses(activation)
    cell.evokedNW = embedded  # type: ignore[attr-defined]
    _record(cell, range_vars)
    if compute:
        init_neuron_run(cell_parameters.sim, tStop=tStop)
    return cell


def simtrial_to_cell_object(
    db: SimrunResults | Path | str, sim_trial_index: str | int, silent: bool = True, **options: Any
) -> Cell:
    """Rebuild a trial of stored results and simulate it, from the parameter files that lie beside it.

    Parameters
    ----------
    db : SimrunResults or path
        What `load_simrun` gives, or takes.
    sim_trial_index : str or int
        Index of the trial, or its position.
    silent : bool
        Has no effect; nothing is printed.
    **options
        As for `trial_to_cell_object`.

    Raises
    ------
    ConfigError
        When there is no such trial, or its parameter files are not there.
    """
    from ascent.simrun.results import SimrunResults, load_simrun

    results = db if isinstance(db, SimrunResults) else load_simrun(db)
    names = [index for index, _, _ in results.trials]
    if isinstance(sim_trial_index, int) and 0 <= sim_trial_index < len(names):
        sim_trial_index = names[sim_trial_index]
    if sim_trial_index not in names:
        raise ConfigError(f"there is no trial {sim_trial_index}; there are {names[0]} to {names[-1]}.")
    files = results.parameterfiles.loc[sim_trial_index]
    if not files["path_neuron"] or not files["path_network"]:
        raise ConfigError(f"trial {sim_trial_index} has no copies of its parameter files; use trial_to_cell_object.")
    return trial_to_cell_object(
        cellName=files["path_neuron"],
        networkName=files["path_network"],
        synapse_activation_file=results.synapse_file(str(sim_trial_index)),
        **options,
    )


def parameters_to_cell(
    neuronParam: Parameters,
    networkParam: Parameters,
    synfile: Path | str | pd.DataFrame | None = None,
    dirPrefix: str = "",
    tStop: float = 345.0,
    scale_apical: Callable[[Cell], Any] | None = None,
    range_vars: str | Sequence[str] | None = None,
    allPoints: bool = False,
    cell: Cell | None = None,
    evokedNW: EmbeddedNetwork | None = None,
    seed: int | None = None,
    rng: str = "philox",
) -> tuple[Cell, EmbeddedNetwork]:
    """Simulate one sweep, new or stored, and give the cell and the network.

    Parameters
    ----------
    neuronParam, networkParam : path or mapping
        Cell and network parameters.
    synfile : path or DataFrame, optional
        A stored sweep; without it new activity is drawn.
    dirPrefix : str
        Has no effect; nothing is written.
    tStop : float
        End, ms.
    scale_apical, range_vars, allPoints
        As for `trial_to_cell_object`.
    cell, evokedNW : optional
        What an earlier call returned, to be used again.
    seed, rng
        Seed of new activity (None draws one) and kind of random streams.

    Returns
    -------
    Cell
    EmbeddedNetwork
    """
    cell_parameters, network_parameters = _copy(neuronParam), _copy(networkParam)
    if cell is None:
        cell = _build(cell_parameters, network_parameters, scale_apical, allPoints)
    if evokedNW is None:
        evokedNW = EmbeddedNetwork(cell, network_parameters, tStop, seed, rng)
    elif evokedNW.cell is not cell:
        raise ConfigError("evokedNW belongs to another cell; give the cell that it came with.")
    cell.re_init_cell()
    if synfile is None:
        evokedNW.create_saved_network2()
    else:
        evokedNW.reconnect_saved_synapses(synfile)
    _record(cell, range_vars)
    init_neuron_run(cell_parameters.sim, tStop=tStop)
    return cell, evokedNW


def get_cell_with_network(
    neuron_param: Parameters,
    network_param: Parameters,
    cache: bool = True,
    seed: int | None = None,
    rng: str = "philox",
) -> Callable[[], tuple[Cell, EmbeddedNetwork]]:
    """A function that gives the cell with new activity each time it is called.

    Parameters
    ----------
    neuron_param, network_param : path or mapping
        Cell and network parameters; ``sim.tStop`` is the end of the activity.
    cache : bool
        Must be True: the function uses one cell again and again.
    seed, rng
        Seed of the activity (None draws one) and kind of random streams.

    Returns
    -------
    callable
        Without arguments; gives the cell and its network, ready for `init_neuron_run`.
    """
    if not cache:
        raise ConfigError("cache must be True: the cell is built once; call get_cell_with_network again for another.")
    cell_parameters, network_parameters = _copy(neuron_param), _copy(network_param)
    cell = _build(cell_parameters, network_parameters, None, False)
    checked = check_cell(cell_parameters, cell_parameters.source or "cell parameters", cell_parameters.lines)
    embedded = EmbeddedNetwork(cell, network_parameters, checked.sim.tStop, seed, rng)
    cell.record_everywhere()

    def fresh() -> tuple[Cell, EmbeddedNetwork]:
        cell.re_init_cell()
        embedded.create_saved_network2()
        return cell, embedded

    return fresh


def init_neuron_run(
    simparam: Mapping[str, Any], vardt: bool = False, *events: Callable[[], Any], tStop: float | None = None
) -> None:
    """Run what is in NEURON from the start.

    Parameters
    ----------
    simparam : mapping
        The ``sim`` part of a cell parameter file: ``Vinit`` (mV), ``dt`` (ms), ``T`` (°C), ``tStop`` (ms).
    vardt : bool
        Let NEURON choose its steps.
    *events : callable
        Called when the run has been initialised.
    tStop : float, optional
        End, ms, in place of ``simparam.tStop``.
    """
    from neuron import h

    sim = simparam if isinstance(simparam, SimulationParameters) else check(simparam, SimulationParameters, "sim")
    end = float(sim.tStop if tStop is None else tStop)
    h.load_file("stdrun.hoc")
    h.CVode().active(1 if vardt else 0)
    h.secondorder = 0
    h.dt, h.celsius = float(sim.dt), float(sim.T)
    handlers = [h.FInitializeHandler(1, event) for event in events]
    h.finitialize(float(sim.Vinit))
    while h.t < end:
        h.fadvance()
    handlers.clear()


def _copy(parameters: Parameters) -> ParameterSet:
    return build_parameters(parameters).tree_copy()


def _modified(value: Any, functions: Modify, name: str) -> Any:
    for function in functions:
        value = function(value)
        if value is None:
            raise ConfigError(f"a function of {name} returned nothing; it must return what it was given, changed.")
    return value


def _build(
    cell_parameters: ParameterSet,
    network_parameters: ParameterSet,
    scale_apical: Callable[[Cell], Any] | None,
    all_points: bool,
) -> Cell:
    from ascent.network.cell.create import create_cell, load_network_mechanisms

    if scale_apical is not None:
        warnings.warn(
            "scale_apical is deprecated; use cell_modify_functions in the cell parameters.", FutureWarning, stacklevel=3
        )
    folders = {
        f"{part}.{name}": folder
        for part, parameters in (("cell", cell_parameters), ("network", network_parameters))
        for name, folder in dict(parameters.get("NMODL_mechanisms", {})).items()
    }
    load_network_mechanisms(folders)
    return create_cell(cell_parameters, scale_function=scale_apical, all_points=all_points)


def _record(cell: Cell, range_vars: str | Sequence[str] | None) -> None:
    cell.record_everywhere()
    for variable in [range_vars] if isinstance(range_vars, str) else range_vars or ():
        cell.record_range_var(variable)
