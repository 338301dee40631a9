"""A small branched cell, made-up synapses on it, and simrun's cell with its stored trials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ascent.mechanisms.build import load_cell_mechanisms
from ascent.network.realization.model import Realization, Receptor

GLUTAMATE = Receptor(
    "glutamate_syn",
    (
        ("decayampa", 1.0), ("decaynmda", 1.0), ("facilampa", 0.0), ("facilnmda", 0.0),
        ("tau1", 26.0), ("tau2", 2.0), ("tau3", 2.0), ("tau4", 0.1),
    ),
)  # fmt: skip
GABA = Receptor(
    "gaba_syn", (("decaygaba", 1.0), ("decaytime", 20.0), ("e", -80.0), ("facilgaba", 0.0), ("risetime", 1.0))
)
V_INIT, CELSIUS, DT = -75.0, 34.0, 0.025

#: Section: parent, where on it, length, diameter, segments, kind.
SHAPE = {
    "soma": (None, 0.0, 20.0, 18.0, 1, "soma"),
    "basal": ("soma", 0.5, 150.0, 2.0, 5, "basal"),
    "twig": ("basal", 1.0, 80.0, 1.0, 3, "basal"),
    "twin": ("basal", 1.0, 90.0, 0.8, 3, "basal"),
    "spine": ("basal", 0.3, 2.0, 0.5, 1, "basal"),
    "stub": ("twin", 0.0, 20.0, 1.2, 1, "basal"),
    "root": ("soma", 0.0, 40.0, 1.5, 3, "axon"),
    "branch": ("soma", 0.0, 60.0, 1.0, 3, "axon"),
    "apical": ("soma", 1.0, 300.0, 4.0, 7, "apical"),
    "tuft": ("apical", 1.0, 200.0, 2.0, 5, "apical"),
}
CHANNELS: dict[str, dict[str, dict[str, float]]] = {
    "soma": {
        "NaTa_t": {"gNaTa_tbar": 2.43}, "SKv3_1": {"gSKv3_1bar": 0.983}, "Ca_HVA": {"gCa_HVAbar": 6.42e-4},
        "Ca_LVAst": {"gCa_LVAstbar": 4.62e-3}, "SK_E2": {"gSK_E2bar": 0.0492}, "K_Tst": {"gK_Tstbar": 0.0471},
        "K_Pst": {"gK_Pstbar": 0.01}, "Nap_Et2": {"gNap_Et2bar": 4.99e-3}, "Ih": {"gIhbar": 8e-5},
        "CaDynamics_E2": {"decay": 770.0, "gamma": 6.16e-4},
    },
    "apical": {
        "NaTa_t": {"gNaTa_tbar": 0.0252}, "SKv3_1": {"gSKv3_1bar": 0.0112}, "Ca_HVA": {"gCa_HVAbar": 4.52e-3},
        "Ca_LVAst": {"gCa_LVAstbar": 0.1}, "SK_E2": {"gSK_E2bar": 3.4e-3}, "Ih": {"gIhbar": 2e-3},
        "Im": {"gImbar": 1.79e-4}, "CaDynamics_E2": {"decay": 133.0, "gamma": 5e-4},
    },
    "basal": {"Ih": {"gIhbar": 2e-4}},
    "axon": {},
}  # fmt: skip


@dataclass
class SmallCell:
    """What both engines use of a cell."""

    sections: list[Any]
    stimuli: list[Any] = field(default_factory=list)

    @property
    def soma(self) -> Any:
        return self.sections[0]

    def segment_index(self, section: int, x: float) -> int:
        nseg = self.sections[section].nseg
        return sum(other.nseg for other in self.sections[:section]) + min(int(x * nseg), nseg - 1)

    @property
    def sites(self) -> list[tuple[int, int]]:
        return [(index, place) for index, section in enumerate(self.sections) for place in range(section.nseg)]


@pytest.fixture
def cell() -> Iterator[SmallCell]:
    """With the channels of a cortical cell."""
    yield from _cell(CHANNELS)


@pytest.fixture
def plain_cell() -> Iterator[SmallCell]:
    """Of the same shape with one channel, for what concerns synapses only: its solver compiles in a second."""
    yield from _cell(dict.fromkeys(CHANNELS, CHANNELS["basal"]))


def _cell(channels: dict[str, dict[str, dict[str, float]]]) -> Iterator[SmallCell]:
    load_cell_mechanisms()
    from neuron import h

    sections: dict[str, Any] = {}
    for name, (parent, x, length, diameter, nseg, kind) in SHAPE.items():
        section = sections[name] = h.Section(name=name)
        section.L, section.diam, section.nseg, section.Ra, section.cm = length, diameter, nseg, 100.0, 1.0
        if parent is not None:
            section.connect(sections[parent](x), 0)
        section.insert("pas")
        for mechanism in channels[kind]:
            section.insert(mechanism)
        for place, segment in enumerate(section):
            segment.pas.g, segment.pas.e = 5e-5, -90.0
            for mechanism, parameters in channels[kind].items():
                for parameter, value in parameters.items():
                    # not the same in every segment
                    setattr(getattr(segment, mechanism), parameter, value * (1 + 0.05 * place))
        if "NaTa_t" in channels[kind]:
            section.ena, section.ek = 50.0, -85.0
    made = SmallCell(list(sections.values()))
    yield made
    made.stimuli.clear()
    for section in made.sections:
        h.delete_section(sec=section)


def realization(
    cell: SmallCell,
    sweep: int,
    receptors: tuple[Receptor, ...] = (GLUTAMATE, GABA),
    n: int = 60,
    t_stop: float = 60.0,
    weight: float = 2.0,
) -> Realization:
    """Synapses at random places that release at random times; different in every sweep."""
    generator = np.random.default_rng(sweep)
    n_segments = sum(section.nseg for section in cell.sections)
    segment = generator.integers(0, n_segments, n).astype(np.int32)
    sites = np.array(cell.sites)
    section = sites[segment, 0]
    nseg = np.array([one.nseg for one in cell.sections])[section]
    counts = generator.integers(1, 6, n)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    times = [np.sort(generator.uniform(0, t_stop, count)) for count in counts]
    receptor = generator.integers(0, len(receptors), n).astype(np.int32)
    weights = generator.uniform(0.5, 1.5, (n, 2)) * weight
    weights[[receptors[index].mechanism == "gaba_syn" for index in receptor], 1] = 0.0
    zeros = np.zeros(n, dtype=np.int32)
    return Realization(
        sweep, ("made_up",), receptors, zeros, np.arange(n, dtype=np.int32), section.astype(np.int32), zeros,
        (sites[segment, 1] + 0.5) / nseg, segment, np.zeros(n), offsets.astype(np.int64), np.concatenate(times),
        np.zeros(offsets[-1], dtype=np.int8), np.arange(n, dtype=np.int32), receptor, weights,
        np.zeros(n, dtype=np.uint32),
    )  # fmt: skip


def in_neuron(
    cell: SmallCell, one: Realization, t_stop: float, sites: list[tuple[int, int]], dt: float = DT
) -> NDArray[np.float64]:
    """NEURON with one point process for each synapse."""
    from ascent.network.simulation import SimulationSettings, Site, run_in_neuron

    settings = SimulationSettings(V_INIT, dt, t_stop, CELSIUS, tuple(Site("", *site) for site in sites))
    return run_in_neuron(cell, one, settings, merge=False)  # type: ignore[arg-type]


def spike_steps(voltage: NDArray[np.float64], threshold: float = 0.0) -> list[int]:
    """Steps at whose end a voltage has risen above the threshold."""
    above = voltage >= threshold
    return (np.flatnonzero(~above[:-1] & above[1:]) + 1).tolist()  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def simrun_dir(shared_dir: Path) -> Path:
    folder = shared_dir / "data" / "simrun"
    if not folder.is_dir():
        pytest.skip("simrun's example is not here")
    return folder
