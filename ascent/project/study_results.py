"""Tables and pictures of a finished study, beside ASCENT's own files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ascent.project.fiber_units import unit_name
from ascent.project.layout import NSimName, ProjectFolder
from ascent.project.n_sims import NSim, NSimFiber, read_n_sim
from ascent.project.outputs import failure_marker, outputs_folder

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from ascent.fibers.sets import FiberSet
    from ascent.nerve import Sample


def collect_fibers(
    folder: ProjectFolder, names: list[NSimName], values: dict[str, dict[str, Any]], engine: str
) -> pd.DataFrame:
    """One row a fiber of the n_sims in a project folder, with its threshold where it has one.

    Parameters
    ----------
    folder : ProjectFolder
        The project.
    names : list of NSimName
        N_sims whose results lie in the project folder.
    values : dict
        What each unit of work returned, by the unit's name; fibers without an entry have run before.
    engine : str
        Name of the engine, for fibers without an entry.

    Returns
    -------
    DataFrame
        The columns of thresholds.parquet; lengths in µm, thresholds in mA with their sign.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for name in names:
        n_sim = read_n_sim(folder.n_sim_folder(name))
        fiberset = _fiberset(folder, name, n_sim)
        for fiber in n_sim.fibers:
            value = values.get(unit_name(str(name), fiber.inner, fiber.fiber), {})
            rows.append({"n_runs": 0, "engine": engine, **_row(name, n_sim, fiber, fiberset), **_of_run(value)})
    return pd.DataFrame(rows)


def _fiberset(folder: ProjectFolder, name: NSimName, n_sim: NSim) -> FiberSet:
    from ascent.fibers.sets import FiberSet

    index = n_sim.combination.fiberset if n_sim.combination else 0
    return FiberSet.read(folder.sim_folder(name.sample, name.model, name.sim) / "fibersets" / str(index))


def _row(name: NSimName, n_sim: NSim, fiber: NSimFiber, fiberset: FiberSet) -> dict[str, Any]:
    combination = n_sim.combination
    index = fiberset.index_of(fiber.inner, fiber.fiber)
    x, y = fiberset.xy[index].tolist()
    threshold, status = _threshold(n_sim.folder, fiber)
    return {
        "sample": name.sample,
        "model": name.model,
        "sim": name.sim,
        "nsim": name.n_sim,
        "inner": fiber.inner,
        "fiber": fiber.fiber,
        "index": index,
        "fiberset_index": combination.fiberset if combination else 0,
        "waveform_index": combination.waveform if combination else 0,
        "active_src_index": combination.stimulation if combination else 0,
        "active_rec_index": [combination.recording if combination else 0],
        "diameter_um": fiber.diameter,
        "x_um": x,
        "y_um": y,
        "fascicle": int(fiberset.fascicle_index[index]),
        "threshold_mA": threshold,
        "status": status,
    }


def _of_run(value: dict[str, Any]) -> dict[str, Any]:
    return {key: value[key] for key in ("n_runs", "engine") if key in value}


def _threshold(folder: Path, fiber: NSimFiber) -> tuple[float, str]:
    outputs = outputs_folder(folder)
    file = outputs / f"thresh_inner{fiber.inner}_fiber{fiber.fiber}.dat"
    if file.is_file():
        return float(file.read_text(encoding="utf-8").split()[-1]), "ok"
    failed = (outputs / failure_marker(fiber.inner, fiber.fiber)).is_file()
    return float("nan"), "failed" if failed else "no threshold"


def write_potentials(folder: ProjectFolder, names: list[NSimName], path: Path) -> None:
    """Write the bases along every fiber to one HDF5 file.

    Group ``samples/<s>/models/<m>/sims/<k>/fibersets/<f>/fibers/<i>`` holds ``coordinates_um`` (n, 3) and
    ``bases_V_per_mA`` (contacts, n).
    """
    import h5py

    from ascent.fibers.sets import FiberSet
    from ascent.files import replacing
    from ascent.stimulus.bases import count_bases, read_bases

    sims = dict.fromkeys((name.sample, name.model, name.sim) for name in names)
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        for s, m, k in sims:
            sim = folder.sim_folder(s, m, k)
            for fibersets in sorted((sim / "fibersets").iterdir(), key=lambda p: int(p.name)):
                bases = sim / "fibersets_bases" / fibersets.name
                for i, points in enumerate(FiberSet.read(fibersets).coordinates):
                    group = file.create_group(f"samples/{s}/models/{m}/sims/{k}/fibersets/{fibersets.name}/fibers/{i}")
                    group.create_dataset("coordinates_um", data=points, track_times=False)
                    values = read_bases(bases, i, count_bases(bases))
                    group.create_dataset("bases_V_per_mA", data=values, track_times=False)


def write_figures(target: Path, sample: Sample, table: pd.DataFrame) -> list[Path]:
    """Draw a heatmap for each n_sim that has thresholds, and the recruitment curve of all."""
    from ascent.analysis.heatmap import save_heatmap, save_recruitment_curve

    written = []
    found = table[table["threshold_mA"].notna()]
    for n_sim, rows in found.groupby("nsim"):
        path = target / f"heatmap_n_sim{n_sim}.png"
        save_heatmap(
            path,
            sample.section,
            rows[["x_um", "y_um"]].to_numpy(),
            rows["threshold_mA"].abs().to_numpy(),
            rows["inner"].to_numpy(),
            title=_title(rows),
        )
        written.append(path)
    if len(found):
        path = target / "recruitment.png"
        save_recruitment_curve(path, found)
        written.append(path)
    return written


def _title(rows: pd.DataFrame) -> str:
    diameters = sorted(set(rows["diameter_um"].round(3)))
    if len(diameters) == 1:
        return f"Thresholds of {diameters[0]:g} µm fibers"
    return f"Thresholds of fibers of {diameters[0]:g} to {diameters[-1]:g} µm"


def names_of(texts: list[str]) -> list[NSimName]:
    """The n_sims that `texts` name."""
    return [name for text in texts if (name := NSimName.parse(text)) is not None]
