"""The nerve of a report: cross-section, fibers, stimuli, and potentials along fibers."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ascent.analysis.report.sources import RunFiles, packed, rounded
from ascent.errors import AscentError
from ascent.project.layout import NSimName, ProjectFolder
from ascent.project.n_sims import NSim, NSimFiber, read_n_sim

if TYPE_CHECKING:
    import pandas as pd

    from ascent.nerve import Sample

_log = logging.getLogger(__name__)

#: Points of potentials that go into a page, over all fibers: some 2 MB.
MOST_POINTS = 150_000
#: Points of one fiber or one waveform; more cannot be seen on a screen.
MOST_POINTS_OF_ONE = 600
MOST_SAMPLES = 4000
_MILLIVOLT_PER_VOLT = 1000.0


def section_data(sample: Sample) -> dict[str, Any]:
    """Outlines of nerve, perineurium and endoneurium, µm."""
    section = sample.section
    inners = [
        {"index": inner.global_index, "fascicle": inner.fascicle_index, "points": rounded(inner.trace.points)}
        for inner in section.inners
    ]
    return {
        "nerve": rounded(section.nerve.points) if section.nerve is not None else None,
        "outers": [rounded(fascicle.outer.points) for fascicle in section.fascicles],
        "inners": inners,
        "orientation": section.orientation_angle,
        "area_um2": round(float(section.boundary.area)),
        "endoneurium_um2": round(sum(float(inner.trace.area) for inner in section.inners)),
    }


def fiber_data(table: pd.DataFrame) -> dict[str, list[Any]]:
    """The columns of thresholds.parquet that are shown, one entry a fiber; thresholds with their sign, mA."""
    fascicle = table["fascicle"] if "fascicle" in table.columns else table["inner"]
    names = [f"{s}_{m}_{k}_{n}" for s, m, k, n in table[["sample", "model", "sim", "nsim"]].itertuples(index=False)]
    return {
        "n_sim": names,
        "fascicle": fascicle.astype(int).tolist(),
        "inner": table["inner"].astype(int).tolist(),
        "fiber": table["fiber"].astype(int).tolist(),
        "diameter": rounded(table["diameter_um"], 4),
        "x": rounded(table["x_um"]),
        "y": rounded(table["y_um"]),
        "threshold": rounded(table["threshold_mA"], 9),
        "runs": table["n_runs"].astype(int).tolist(),
        "engine": table["engine"].astype(str).tolist(),
        "status": table["status"].astype(str).tolist(),
    }


def stimulus_data(run: RunFiles, table: pd.DataFrame) -> list[dict[str, Any]]:
    """What distinguishes each n_sim, and its waveform."""
    folder = ProjectFolder(run.root, run.root / "export")
    result = []
    for name in _names(table):
        n_sim = _read(folder, name)
        if n_sim is not None:
            result.append({"name": str(name), **_describe(n_sim)})
    return result


def _names(table: pd.DataFrame) -> list[NSimName]:
    rows = table[["sample", "model", "sim", "nsim"]].drop_duplicates().sort_values(["sample", "model", "sim", "nsim"])
    return [NSimName(*(int(value) for value in row)) for row in rows.itertuples(index=False)]


def _read(folder: ProjectFolder, name: NSimName) -> NSim | None:
    try:
        return read_n_sim(folder.n_sim_folder(name))
    except AscentError as error:
        _log.warning("report: n_sim %s is left out: %s", name, error)
        return None


def _describe(n_sim: NSim) -> dict[str, Any]:
    config = n_sim.config
    diameters = sorted({round(fiber.diameter, 4) for fiber in n_sim.fibers})
    times, values = envelope(n_sim.waveform.samples, n_sim.waveform.dt)
    sources = {key: value for key, value in (config.get("active_srcs") or {}).items()}
    protocol = config.get("protocol") or {}
    return {
        "model": str(config.get("fibers", {}).get("mode", "")),
        "diameters": diameters,
        "protocol": str(protocol.get("mode", "")),
        "sources": {str(cuff): weights for cuff, weights in sources.items()},
        "waveform": next((key for key in config.get("waveform", {}) if key != "global"), ""),
        "dt_ms": n_sim.waveform.dt,
        "duration_ms": n_sim.waveform.stop,
        "time": rounded(times, 6),
        "amplitude": rounded(values, 6),
        "temperature": n_sim.temperature,
    }


def envelope(samples: NDArray[np.float64], dt: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times (ms) and values of a waveform that is held between samples, in points that a screen can show.

    Corners are kept where there are few; of a waveform with many the least and greatest value of each slice are.
    """
    values = np.asarray(samples, dtype=float)
    if len(values) < 2:
        return np.zeros(len(values)), values
    changes = np.flatnonzero(np.diff(values)) + 1
    if 2 * len(changes) + 2 <= MOST_SAMPLES:
        corners = np.concatenate([[0], np.repeat(changes, 2), [len(values) - 1]])
        before = np.concatenate([[0], np.column_stack([changes - 1, changes]).ravel(), [len(values) - 1]]).astype(int)
        return np.asarray(corners * dt, dtype=float), values[before]
    slices = np.array_split(np.arange(len(values)), MOST_SAMPLES // 2)
    picked = [sorted({int(part[np.argmin(values[part])]), int(part[np.argmax(values[part])])}) for part in slices]
    kept = np.array([index for pair in picked for index in pair])
    return np.asarray(kept * dt, dtype=float), values[kept]


def potential_data(run: RunFiles, table: pd.DataFrame) -> dict[str, Any]:
    """Potentials at the nodes of fibers while 1 mA flows: z (mm), Ve (mV) and its second difference (mV).

    Large studies show some fibers of each n_sim and fascicle, as many as fit.

    Returns
    -------
    dict
        By the fiber's row in the table of thresholds.
    """
    folder = ProjectFolder(run.root, run.root / "export")
    coordinates = _Coordinates(run)
    result: dict[str, Any] = {}
    left = MOST_POINTS
    n_sims = {name: _read(folder, name) for name in _names(table)}
    for row in _spread(table):
        line = table.iloc[row]
        name = NSimName(*(int(line[key]) for key in ("sample", "model", "sim", "nsim")))
        n_sim = n_sims[name]
        points = coordinates.of(line)
        if n_sim is None or points is None:
            continue
        volts = n_sim.potentials(NSimFiber(int(line["inner"]), int(line["fiber"]), float(line["diameter_um"])))
        if volts is None or len(volts) != len(points):
            continue
        step = sections_per_node(str(n_sim.config["fibers"]["mode"]))
        entry, count = _profile(points[::step], _MILLIVOLT_PER_VOLT * volts[::step])
        left -= count
        if left < 0:
            break
        result[str(row)] = entry
    return dict(sorted(result.items(), key=lambda item: int(item[0])))


def _profile(points: NDArray[np.float64], millivolts: NDArray[np.float64]) -> tuple[dict[str, Any], int]:
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]) + points[0, 2]
    second = np.full(len(millivolts), np.nan)
    second[1:-1] = millivolts[2:] - 2 * millivolts[1:-1] + millivolts[:-2]
    every = max(1, -(-len(points) // MOST_POINTS_OF_ONE))
    kept = slice(None, None, every)
    entry = {"z": packed(along[kept] / 1000), "v": packed(millivolts[kept]), "d2": packed(second[kept])}
    return entry, len(along[kept])


def _spread(table: pd.DataFrame) -> list[int]:
    """Rows of the table, so ordered that any beginning holds all n_sims and fascicles about equally."""
    place = "fascicle" if "fascicle" in table.columns else "inner"
    turn = table.groupby(["sample", "model", "sim", "nsim", place], sort=False).cumcount().to_numpy()
    return np.argsort(turn, kind="stable").tolist()


class _Coordinates:
    """Compartment centres from potentials.h5."""

    def __init__(self, run: RunFiles) -> None:
        import h5py

        path = run.root / "potentials.h5"
        self._file = h5py.File(path, "r") if path.is_file() else None

    def of(self, line: pd.Series) -> NDArray[np.float64] | None:
        if self._file is None:
            return None
        s, m, k, f, i = (int(line[key]) for key in ("sample", "model", "sim", "fiberset_index", "index"))
        group = self._file.get(f"samples/{s}/models/{m}/sims/{k}/fibersets/{f}/fibers/{i}")
        return None if group is None else np.asarray(group["coordinates_um"][()], dtype=float)


def sections_per_node(mode: str) -> int:
    """Compartments from one node to the next: 11 in myelinated fibers, 1 elsewhere."""
    from ascent.fibers.geometry import MYELINATED_UNIT
    from ascent.fibers.models import load_model

    return len(MYELINATED_UNIT) if load_model(mode).kind == "myelinated" else 1
