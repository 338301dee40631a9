"""Changes to network parameters that experiments ask for: rates, weights, stimuli, inactivated populations.

Each function changes the parameters that it is given in place and returns them. They take the content of a network
parameter file, as a parameter set or as plain dicts; a cell type is the part of a key before its last ``_``, a column
the part after it (``L5tt_C2``). The names are those of simrun's functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from ascent.config.network.network import MODIFY_FUNCTIONS
from ascent.errors import ConfigError

Parameters = MutableMapping[str, Any]


def change_ongoing_interval(n: Parameters, factor: float = 1.0, pop: Sequence[str] | None = None) -> Parameters:
    """Multiply the mean interval of the spike trains of some cell types.

    Parameters
    ----------
    n : mapping
        Network parameters.
    factor : float
        Above 0; 2 halves the rates.
    pop : sequence of str, optional
        Cell types; all by default.

    Raises
    ------
    ConfigError
        When the factor is not above 0, or a cell type is not in the network.
    """
    if not factor > 0:
        raise ConfigError(f"factor is {factor}; it must be greater than 0.")
    for _, entry in _chosen(n, pop):
        train = _generator(entry, "spiketrain")
        if train is not None:
            train["interval"] = train["interval"] * factor
    return n


def set_stim_onset(n: Parameters, onset: float) -> Parameters:
    """Set the offset (ms) of all pointcells."""
    for _, entry in _chosen(n, None):
        cells = _generator(entry, "pointcell")
        if cells is not None:
            cells["offset"] = onset
    return n


def change_glutamate_syn_weights(param: Parameters, g_optimal: Any, pop: Sequence[str] | None = None) -> Parameters:
    """Set the two weights of ``glutamate_syn`` by cell type.

    Parameters
    ----------
    param : mapping
        Network parameters.
    g_optimal : Series, DataFrame or mapping
        One weight for both receptors by cell type, or columns AMPA and NMDA. An index fits a cell type that holds it.
    pop : sequence of str, optional
        Cell types; by default all that have the receptor.

    Raises
    ------
    ConfigError
        When a cell type has not exactly one weight.
    """
    for name, entry in _chosen(param, pop):
        receptor = entry["synapses"]["receptors"].get("glutamate_syn")
        if receptor is None:
            continue
        kind = _cell_type(name)
        index = list(g_optimal.index if hasattr(g_optimal, "index") else g_optimal)
        found = [item for item in index if item == kind] or [item for item in index if item in kind]
        if len(found) != 1:
            raise ConfigError(f"g_optimal has {len(found)} entries for {kind}; it must have one.")
        if hasattr(g_optimal, "columns"):
            row = g_optimal.loc[found[0]]
            receptor["weight"] = [float(row["AMPA"]), float(row["NMDA"])]
        else:
            receptor["weight"] = [float(g_optimal[found[0]])] * 2
    return param


def change_evoked_INH_scaling(param: Parameters, factor: float, pop: Sequence[str] | None = None) -> Parameters:
    """Multiply the response probabilities of inhibitory cell types.

    Parameters
    ----------
    param : mapping
        Network parameters.
    factor : float
        At least 0.
    pop : sequence of str, optional
        Cell types; by default all whose synapses are ``gaba_syn``.

    Raises
    ------
    ConfigError
        When the factor is below 0, or a cell type is not in the network.
    """
    if not factor >= 0:
        raise ConfigError(f"factor is {factor}; it must be at least 0.")
    for _, entry in _chosen(param, pop):
        if pop is None and "gaba_syn" not in entry["synapses"]["receptors"]:
            continue
        cells = _generator(entry, "pointcell")
        if cells is not None and "probabilities" in cells:
            cells["probabilities"] = [value * factor for value in cells["probabilities"]]
    return param


def inactivate_evoked_activity_by_celltype_and_column(
    param: Parameters, inact_celltypes: Sequence[str], inact_column: Sequence[str]
) -> Parameters:
    """Set the response probabilities of cell types in columns to 0; the column ``S1`` stands for all.

    Raises
    ------
    ConfigError
        When a cell type is not in the network.
    """
    for name, entry in _chosen(param, inact_celltypes):
        cells = _generator(entry, "pointcell")
        if _in_columns(name, inact_column) and cells is not None and "probabilities" in cells:
            cells["probabilities"] = [0] * len(cells["probabilities"])
    return param


def inactivate_evoked_and_ongoing_activity_by_celltype_and_column(
    param: Parameters, inact_celltypes: Sequence[str], inact_column: Sequence[str]
) -> Parameters:
    """Take cell types in columns out of the network; the column ``S1`` stands for all.

    Raises
    ------
    ConfigError
        When a cell type is not in the network, or none would be left.
    """
    gone = [name for name, _ in _chosen(param, inact_celltypes) if _in_columns(name, inact_column)]
    if len(gone) == sum(1 for _ in _chosen(param, None)):
        raise ConfigError("All cell types would be taken out of the network; at least one must stay.")
    for name in gone:
        del param["network"][name]
    return param


def multi_stimulus_trial(
    netp: Parameters,
    inter_stimulus_interval: float = 100.0,
    stims: int = 100,
    scale_factors: Sequence[float] | None = None,
    pop: Sequence[str] | None = None,
) -> Parameters:
    """Repeat the PSTHs of all cell types, as if the stimulus came several times in a sweep.

    Parameters
    ----------
    netp : mapping
        Network parameters.
    inter_stimulus_interval : float
        From one stimulus to the next, ms.
    stims : int
        Number of stimuli.
    scale_factors : sequence of float, optional
        What multiplies the response probabilities of each stimulus.
    pop : sequence of str, optional
        Cell types to which the factors apply; all by default.

    Raises
    ------
    ConfigError
        When there is not one factor a stimulus, or a cell type is not in the network.
    """
    factors = [1.0] * stims if scale_factors is None else list(scale_factors)
    if len(factors) != stims:
        raise ConfigError(f"scale_factors has {len(factors)} values for {stims} stimuli; give one a stimulus.")
    scaled = {name for name, _ in _chosen(netp, pop)}
    for name, entry in _chosen(netp, None):
        cells = _generator(entry, "pointcell")
        if cells is None or "probabilities" not in cells:
            continue
        bins, values = list(cells["intervals"]), list(cells["probabilities"])
        later = [number * inter_stimulus_interval for number in range(stims)]
        cells["intervals"] = [[begin + shift, end + shift] for shift in later for begin, end in bins]
        mine = factors if name in scaled else [1.0] * stims
        cells["probabilities"] = [value * factor for factor in mine for value in values]
    return netp


def _chosen(parameters: Parameters, pop: Sequence[str] | None) -> Iterator[tuple[str, MutableMapping[str, Any]]]:
    """Names and entries of the types whose cell type is in `pop`; of all without."""
    network: Mapping[str, Any] = parameters["network"]
    names = [name for name in network if name != MODIFY_FUNCTIONS]
    present = {_cell_type(name) for name in names}
    unknown = [kind for kind in pop or () if kind not in present]
    if unknown:
        raise ConfigError(f"The network has no cell type {unknown[0]}; it has {', '.join(sorted(present))}.")
    return iter([(name, network[name]) for name in names if pop is None or _cell_type(name) in pop])


def _generator(entry: MutableMapping[str, Any], kind: str) -> MutableMapping[str, Any] | None:
    """The keys of one generator of a type, wherever they stand."""
    celltype = entry["celltype"]
    if isinstance(celltype, str):
        return entry if celltype == kind else None
    found: MutableMapping[str, Any] | None = celltype.get(kind)
    return found


def _cell_type(name: str) -> str:
    return name.rpartition("_")[0] or name


def _in_columns(name: str, columns: Sequence[str]) -> bool:
    return "S1" in columns or name.rpartition("_")[2] in columns
