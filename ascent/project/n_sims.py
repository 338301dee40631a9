"""n_sims: what one combination of a sim's parameters needs in order to run, in ASCENT's folders and formats.

`n_sims/<t>/` holds `<t>.json` (the sim with one value of each list), `launch.hoc`, and in `data/inputs` the
waveform, the potentials of every fiber (`src_inner<l>_fiber<k>.dat`, V for 1 mA; `rec_…` for a recording cuff)
and the fibers' diameters; without `launch.hoc` where ASCENT has not the fiber model. `combination.json` is ours: the
numbers of the combination and the temperature.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ascent.config.fibers import OWN_MODELS
from ascent.errors import RunDirectoryError
from ascent.fibers.counted_files import read_text, read_values, write_values
from ascent.fibers.sets import FiberSet
from ascent.files import write_json, write_text
from ascent.project.diameter_key import read_diameter_key, write_diameter_key
from ascent.project.hoc_launch import launch_hoc
from ascent.stimulus.combinations import Combination, combinations, single_configuration
from ascent.stimulus.contacts import ActiveCuff, ActiveCuffs, basis_weights, superpose
from ascent.stimulus.waveform_files import Waveform, read_waveform, write_waveform

#: (fiberset, fiber) → bases along the fiber, shape (n_bases, n), V for 1 mA.
BasisSource = Callable[[int, int], ArrayLike]

#: °C; where a folder does not say another.
BODY_TEMPERATURE = 37.0

_POTENTIALS = re.compile(r"(?:(src|rec)_)?inner(\d{1,9})_fiber(\d{1,9})\.dat")


@dataclass(frozen=True)
class NSimFiber:
    """A fiber of an n_sim.

    Attributes
    ----------
    inner, fiber : int
        The l and k of `inner<l>_fiber<k>`.
    diameter : float
        µm.
    """

    inner: int
    fiber: int
    diameter: float


@dataclass(frozen=True, eq=False)
class NSim:
    """One n_sim, read from its folder; potentials are read when asked for.

    Attributes
    ----------
    folder : Path
    index : int
        The n_sim's number.
    config : dict
        The sim's configuration with one value of each list.
    waveform : Waveform
    fibers : tuple of NSimFiber
        In the order of the fiberset.
    combination : Combination or None
        Its place among the sim's combinations; None for a folder that ASCENT wrote.
    temperature : float
        °C, of the model; 37 for a folder that ASCENT wrote, whose launch.hoc alone has it.
    """

    folder: Path
    index: int
    config: dict[str, Any]
    waveform: Waveform
    fibers: tuple[NSimFiber, ...]
    combination: Combination | None
    temperature: float = BODY_TEMPERATURE

    def potentials(self, fiber: NSimFiber) -> NDArray[np.float64] | None:
        """Potentials at the compartments in V for 1 mA, shape (n,); None when nothing stimulates from outside."""
        return self._read("src", fiber)

    def recording(self, fiber: NSimFiber) -> NDArray[np.float64] | None:
        """Potentials of the recording cuff in V for 1 mA, shape (n,); None without one."""
        return self._read("rec", fiber)

    def _read(self, prefix: str, fiber: NSimFiber) -> NDArray[np.float64] | None:
        inputs = self.folder / "data" / "inputs"
        name = f"inner{fiber.inner}_fiber{fiber.fiber}.dat"
        if (inputs / f"{prefix}_{name}").exists():
            return read_values(inputs / f"{prefix}_{name}")
        # ASCENT up to 1.2.2 knew stimulation only and wrote no prefix.
        if prefix == "src" and (inputs / name).exists():
            return read_values(inputs / name)
        return None


def build_n_sims(
    sim_dir: Path | str,
    sim: Mapping[str, Any],
    fibersets: Sequence[FiberSet],
    waveforms: Sequence[Waveform],
    bases: BasisSource | Sequence[Sequence[ArrayLike]],
    *,
    active: ActiveCuffs,
    contact_cuffs: Sequence[int | None],
    temperature: float,
    fiber_z: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write the n_sims of a sim.

    Parameters
    ----------
    sim_dir : path
        `samples/<s>/models/<m>/sims/<k>`.
    sim : mapping
        The sim's configuration as plain data, its keys in the order of the file.
    fibersets, waveforms : sequence
        One for each combination of fiber and of waveform parameters, in order.
    bases : callable or nested sequence
        `bases(fiberset, fiber)` or `bases[fiberset][fiber]`: the bases along a fiber, shape (n_bases, n),
        V for 1 mA.
    active : ActiveCuffs
        Contact weights, from `ascent.stimulus.contacts.active_cuffs`.
    contact_cuffs : sequence of int or None
        Index of the cuff of each basis's contact, in basis order.
    temperature : float
        °C, of the model.
    fiber_z : mapping, optional
        The project's `fiber_z.json`.

    Returns
    -------
    list of Path
        `n_sims/0`, `n_sims/1`, …

    Raises
    ------
    ConfigError
        When weights and contacts do not match, or the sim lacks a key.
    RunDirectoryError
        When the potentials of a fiber do not belong to it, or a file cannot be written.
    """
    source = bases if callable(bases) else _from_sequence(bases)
    folders = []
    for combination in combinations(sim, active):
        folder = Path(sim_dir) / "n_sims" / str(combination.index)
        config = single_configuration(sim, active, combination)
        waveform = waveforms[combination.waveform]
        fiberset = fibersets[combination.fiberset]
        inputs = folder / "data" / "inputs"
        (folder / "data" / "outputs").mkdir(parents=True, exist_ok=True)
        write_waveform(inputs / "waveform.dat", waveform)
        weights = _all_weights(active, combination, contact_cuffs)
        _write_potentials(inputs, fiberset, combination.fiberset, source, weights)
        # ASCENT takes the diameters out of diams.txt: six decimals.
        diameters = [float(f"{value:0.6f}") for value in fiberset.diameters]
        key = [(*fiberset.inner_and_fiber(index), value) for index, value in enumerate(diameters)]
        write_diameter_key(inputs, key)
        if fiberset.mode not in OWN_MODELS:
            write_text(folder / "launch.hoc", launch_hoc(config, temperature, len(waveform.samples), fiber_z))
        write_json(folder / "combination.json", {**asdict(combination), "temperature": float(temperature)})
        write_text(folder / f"{combination.index}.json", json.dumps(config, indent=2))
        folders.append(folder)
    return folders


def read_n_sim(folder: Path | str) -> NSim:
    """Read an n_sim that ascent or ASCENT wrote.

    Parameters
    ----------
    folder : path
        `n_sims/<t>` of a sim, or `n_sims/<s>_<m>_<k>_<t>` of an export.

    Raises
    ------
    RunDirectoryError
        When it is not such a folder, or a file in it is damaged.
    """
    folder = Path(folder)
    index, config = _read_config(folder)
    inputs = folder / "data" / "inputs"
    waveform = read_waveform(inputs / "waveform.dat")
    present = {(int(match[2]), int(match[3])) for match in map(_POTENTIALS.fullmatch, os.listdir(inputs)) if match}
    if not present:
        raise RunDirectoryError(f"{inputs} holds no potentials (src_inner<l>_fiber<k>.dat).")
    key = read_diameter_key(inputs)
    if key is None:
        diameter = config.get("fibers", {}).get("z_parameters", {}).get("diameter")
        if isinstance(diameter, bool) or not isinstance(diameter, int | float) or not diameter > 0:
            raise RunDirectoryError(f"{inputs}: inner_fiber_diam_key is missing, so the diameters are unknown.")
        key = [(inner, fiber, float(diameter)) for inner, fiber in sorted(present)]
    missing = sorted({(inner, fiber) for inner, fiber, _ in key} - present)
    if missing:
        inner, fiber = missing[0]
        raise RunDirectoryError(f"{inputs} lacks the potentials of a fiber: src_inner{inner}_fiber{fiber}.dat.")
    combination, temperature = _read_combination(folder)
    fibers = tuple(NSimFiber(*entry) for entry in key)
    return NSim(folder, index, config, waveform, fibers, combination, temperature)


def _all_weights(
    active: ActiveCuffs, combination: Combination, contact_cuffs: Sequence[int | None]
) -> dict[str, NDArray[np.float64]]:
    chosen: list[tuple[str, ActiveCuff | None, int]] = [
        ("src", active.stimulation, combination.stimulation),
        ("rec", active.recording, combination.recording),
    ]
    return {
        prefix: basis_weights(cuff, cuff.weights[position], contact_cuffs)
        for prefix, cuff, position in chosen
        if cuff is not None
    }


def _write_potentials(
    inputs: Path, fiberset: FiberSet, number: int, source: BasisSource, weights: dict[str, NDArray[np.float64]]
) -> None:
    for index, points in enumerate(fiberset.coordinates):
        inner, fiber = fiberset.inner_and_fiber(index)
        bases = np.asarray(source(number, index), dtype=float)
        n_bases = len(next(iter(weights.values())))
        if bases.shape != (n_bases, len(points)):
            raise RunDirectoryError(
                f"Fiber {index} of fiberset {number} has {len(points)} compartments and the model {n_bases} contacts, "
                f"but its potentials have the shape {bases.shape}; compute them again."
            )
        if not np.isfinite(bases).all():
            raise RunDirectoryError(
                f"Fiber {index} of fiberset {number} has potentials that are not finite; it may lie outside the "
                "solved field (raise fibers.xy_trace_buffer)."
            )
        for prefix, vector in weights.items():
            path = inputs / f"{prefix}_inner{inner}_fiber{fiber}.dat"
            write_values(path, superpose(vector, bases), lambda value: f"{value:0.18f}")


def _from_sequence(bases: Sequence[Sequence[ArrayLike]]) -> BasisSource:
    return lambda fiberset, fiber: bases[fiberset][fiber]


def _read_config(folder: Path) -> tuple[int, dict[str, Any]]:
    if not (folder / "data" / "inputs").is_dir():
        raise RunDirectoryError(f"{folder} is not an n_sim: it has no data/inputs.")
    files = sorted(path for path in folder.glob("*.json") if path.stem.isascii() and path.stem.isdigit())
    if len(files) != 1:
        raise RunDirectoryError(f"{folder} should hold one <number>.json, the n_sim's sim; it holds {len(files)}.")
    try:
        config = json.loads(read_text(files[0]))
    except (ValueError, RecursionError) as error:
        raise RunDirectoryError(f"{files[0]} is damaged: it is not JSON.") from error
    sections = ("fibers", "waveform", "protocol")
    if not isinstance(config, dict) or not all(isinstance(config.get(name), dict) for name in sections):
        raise RunDirectoryError(f"{files[0]} is damaged: it lacks one of {', '.join(sections)}.")
    if not isinstance(config["fibers"].get("z_parameters", {}), dict):
        raise RunDirectoryError(f"{files[0]} is damaged: fibers.z_parameters should be an object.")
    return int(files[0].stem), config


def _read_combination(folder: Path) -> tuple[Combination | None, float]:
    path = folder / "combination.json"
    if not path.exists():
        return None, BODY_TEMPERATURE
    names = ("index", "stimulation", "recording", "fiberset", "waveform")
    try:
        data = json.loads(read_text(path))
        values = {name: data[name] for name in names}
        temperature = data["temperature"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunDirectoryError(f"{path} is damaged: it should hold {', '.join(names)}, temperature.") from error
    if not all(type(value) is int and value >= 0 for value in values.values()):
        raise RunDirectoryError(f"{path} is damaged: {', '.join(names)} should be whole numbers.")
    if type(temperature) not in (int, float) or not math.isfinite(temperature):
        raise RunDirectoryError(f"{path} is damaged: temperature should be a number (°C).")
    return Combination(**values), float(temperature)
