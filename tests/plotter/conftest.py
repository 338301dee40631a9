"""A project with results, made of files whose every number is known: nothing is solved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ascent import Query
from ascent.fibers.counted_files import write_values
from ascent.fibers.sets import FiberSet
from ascent.nerve import Fascicle, Sample, Section, Trace
from ascent.nerve.affine import translation
from ascent.stimulus.waveform_files import Waveform, write_waveform

DIAMETERS = (5.7, 8.7, 11.5)
#: Centres and radii of the inners, µm; fascicle 1 has two.
INNERS = ((-100.0, 0.0, 60.0), (80.0, 50.0, 30.0), (110.0, -40.0, 25.0))
#: From the image to the finished section.
SHIFT = (-200.0, -200.0)
#: (inner, x, y), µm; in the order of the fiberset.
FIBERS = ((0, -100.0, 0.0), (0, -120.0, 20.0), (1, 80.0, 50.0), (2, 110.0, -40.0))
NODES, NODE_SPACING = 13, 1000.0
#: ms between nodes: 40 m/s over 1 mm.
NODE_DELAY = 0.025
FIRST_NODE, FIRST_TIME = 5, 1.0
DT, STOP = 0.005, 3.0
SIM: dict[str, Any] = {
    "n_dimensions": 1,
    "active_srcs": {"Purdue.json": [[1, -1]]},
    "fibers": {
        "mode": "MRG_DISCRETE",
        "xy_trace_buffer": 5,
        "xy_parameters": {"mode": "EXPLICIT", "explicit_fiberset_index": 0},
        "z_parameters": {"diameter": list(DIAMETERS), "min": 0, "max": 12500, "offset": 0, "seed": 1},
    },
    "waveform": {
        "global": {"dt": DT, "on": 0.5, "off": 2, "stop": STOP},
        "MONOPHASIC_PULSE_TRAIN": {"pulse_width": 0.2, "pulse_repetition_freq": 1, "digits": 1},
    },
    "protocol": {
        "mode": "ACTIVATION_THRESHOLD",
        "initSS": -200,
        "dt_initSS": 10,
        "threshold": {"value": -30, "n_min_aps": 1, "ap_detect_location": 0.9},
        "bounds_search": {"mode": "PERCENT_INCREMENT", "top": -1, "bottom": -0.01, "step": 10},
        "termination_criteria": {"mode": "PERCENT_DIFFERENCE", "percent": 1},
    },
}
MODEL: dict[str, Any] = {"cuff": [{"preset": "Purdue.json", "index": 0}], "medium": {"proximal": {"length": 12500}}}


def circle(x: float, y: float, radius: float) -> Trace:
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    return Trace(np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)]))


def section() -> Section:
    a, b, c = (circle(*inner) for inner in INNERS)
    fascicles = (Fascicle(circle(-100, 0, 66), (a,)), Fascicle(circle(90, 5, 95), (b, c)))
    return Section(circle(0, 0, 220), fascicles)


def sample() -> Sample:
    final = section()
    image = final.transformed(translation(-SHIFT[0], -SHIFT[1]))
    return Sample("mock", final, image, tuple(translation(*SHIFT) for _ in INNERS))


def threshold_of(model: int, n_sim: int, index: int) -> float:
    """mA: thinner fibers need more; model 1 is 1 % and a little more off."""
    value = -(0.5 - 0.1 * n_sim + 0.02 * n_sim**2 + 0.01 * index)
    return value * (1 + 0.01 * model + 0.001 * model * index)


def potentials_of(index: int, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """V for 1 mA: a parabola, whose second difference is the same at every node."""
    return 1e-3 * (index + 1) * ((z - 6000.0) / 1000.0) ** 2


def voltage(time: NDArray[np.float64]) -> NDArray[np.float64]:
    """mV, shape (n_times, NODES): each node jumps when the action potential comes by; none at the ends."""
    arrival = FIRST_TIME + NODE_DELAY * np.abs(np.arange(NODES) - FIRST_NODE)
    values = np.where(time[:, None] >= arrival, 20.0, -80.0)
    values[:, [0, -1]] = -80.0
    return values


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def table(header: list[str], rows: NDArray[np.float64]) -> str:
    return "\n".join([" ".join(header), *(" ".join(f"{value:f}" for value in row) for row in rows)]) + "\n"


def write_recordings(outputs: Path, name: str, index: int) -> None:
    time = np.arange(0, STOP, DT)
    mv = voltage(time)
    nodes = range(NODES)
    over_time = np.column_stack([time, mv])
    write(outputs / f"Vm_time_{name}_amp0.dat", table(["Time(ms)", *(f"Vm_node{n}(mV)" for n in nodes)], over_time))
    gates = np.column_stack([time, (mv[:, [1, 5, 9]] + 80) / 100])
    write(outputs / f"gating_m_time_{name}_amp0.dat", table(["Time(ms)", "m_node1", "m_node5", "m_node9"], gates))
    profile = np.column_stack([np.arange(NODES), mv[200], mv[230]])
    write(outputs / f"Vm_space_{name}_amp0.dat", table(["Node", "Vm_time1ms(mV)", "Vm_time1.15ms(mV)"], profile))
    write(outputs / f"Istim_{name}_amp0.dat", table(["Time(ms)", "Istim(nA)"], np.column_stack([time, 2 * time])))
    arrival = FIRST_TIME + NODE_DELAY * np.abs(np.arange(NODES) - FIRST_NODE)
    arrival[[0, -1]] = 0
    write(outputs / f"ap_loctime_{name}_amp0.dat", "".join(f"{value:f}\n" for value in arrival))
    signal = np.column_stack([time, (index + 1) * np.sin(time)])
    write(outputs / f"SFAP_time_{name}_amp0.dat", table(["Time(ms)", "SFAP(uV)"], signal))


def write_sim(folder: Path, model: int) -> None:
    z = np.linspace(0, (NODES - 1) * NODE_SPACING, 11 * (NODES - 1) + 1)
    waveform = Waveform(DT, STOP, np.where((np.arange(598) >= 99) & (np.arange(598) < 139), 1.0, 0.0), 1)
    for f, diameter in enumerate(DIAMETERS):
        coordinates = tuple(np.column_stack([np.full(len(z), x), np.full(len(z), y), z]) for _, x, y in FIBERS)
        inner = np.array([i for i, _, _ in FIBERS])
        fiberset = FiberSet(coordinates, np.full(len(FIBERS), diameter), np.zeros(len(FIBERS)), inner,
                            np.minimum(inner, 1), "MRG_DISCRETE")  # fmt: skip
        fiberset.write(folder / "fibersets" / str(f))
        n_sim = folder / "n_sims" / str(f)
        combination = {"index": f, "stimulation": 0, "recording": 0, "fiberset": f, "waveform": 0, "temperature": 37.0}
        write(n_sim / "combination.json", json.dumps(combination))
        write_waveform(n_sim / "data/inputs/waveform.dat", waveform)
        for index in range(len(FIBERS)):
            name = "inner{}_fiber{}".format(*fiberset.inner_and_fiber(index))
            write_values(n_sim / f"data/inputs/src_{name}.dat", potentials_of(index, z))
            write(n_sim / f"data/outputs/thresh_{name}.dat", f"{threshold_of(model, f, index):f}\n")
            write_recordings(n_sim / "data/outputs", name, index)
    write_waveform(folder / "waveforms/0.dat", waveform)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sample 0, models 0 and 1, sim 0 over three diameters, four fibers each; treat it as read only."""
    root = tmp_path_factory.mktemp("plotter") / "project"
    write(root / "config/user/sims/0.json", json.dumps(SIM))
    write(root / "samples/0/sample.json", json.dumps({"sample": "mock"}))
    sample().write(root / "samples/0")
    for model in (0, 1):
        folder = root / f"samples/0/models/{model}"
        write(folder / "model.json", json.dumps({**MODEL, "length": 1000 * (model + 1)}))
        write_sim(folder / "sims/0", model)
    return root


@pytest.fixture
def query(project: Path) -> Iterator[Query]:
    """All of model 0."""
    with Query({"indices": {"sample": 0, "model": 0, "sim": 0}}, project=project) as found:
        yield found


@pytest.fixture
def every_model(project: Path) -> Iterator[Query]:
    """Both models."""
    with Query(project=project) as found:
        yield found
