"""A sample on disk: ASCENT's trace files and masks, and what else it takes to rebuild the sample.

Below ``samples/<s>``::

    s.tif                                                scale bar mask, as given
    slides/0/0/masks/<letter>.tif                        masks, as given
    slides/0/0/sectionwise2d/nerve/0/0.txt               traces in µm: a line ``%% Coordinates``, then x TAB y
    slides/0/0/sectionwise2d/fascicles/<f>/outer/0.txt   of each vertex, the first one again at the end
    slides/0/0/sectionwise2d/fascicles/<f>/inners/<j>.txt
    sample_state.json                                    schema 1: image traces, affine maps, orientation

Numbers are written with as many digits as it takes to read the same ones back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ascent.errors import MorphologyError
from ascent.files import write_bytes, write_json, write_text
from ascent.nerve.sample import Sample
from ascent.nerve.section import Fascicle, Section
from ascent.nerve.trace import Trace

HEADER = "%% Coordinates"
STATE_FILE = "sample_state.json"
STATE_SCHEMA = 1
SECTIONWISE = Path("slides/0/0/sectionwise2d")
MASKS = Path("slides/0/0/masks")


def write_trace(path: Path, trace: Trace) -> None:
    """Write one trace in ASCENT's sectionwise2d format."""
    lines = [HEADER, *(f"{x!r}\t{y!r}" for x, y in trace.closed_points.tolist())]
    write_text(path, "\n".join(lines) + "\n")


def read_trace(path: Path) -> Trace:
    """Read one trace in ASCENT's sectionwise2d format.

    Raises
    ------
    MorphologyError
        When the file is missing or is not in that format.
    """
    lines = _text(path).splitlines()
    if not lines or not lines[0].startswith("%"):
        raise MorphologyError(f"{path} does not begin with the line '{HEADER}'.")
    points = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            x, y = (float(value) for value in line.split())
        except ValueError as error:
            raise MorphologyError(f"{path}, line {number} is '{line[:40]}': must be two numbers, x and y.") from error
        points.append((x, y))
    return _trace(points, path)


def write_sample(sample: Sample, sample_dir: Path) -> list[Path]:
    """Write `sample` below `sample_dir` and return the files; what is left of an earlier build there is removed."""
    masks = _write_masks(sample, sample_dir)
    root = sample_dir / SECTIONWISE
    traces = []
    for relative, trace in _trace_files(sample.section):
        write_trace(root / relative, trace)
        traces.append(root / relative)
    for stale in sorted({*root.rglob("*.txt"), *(sample_dir / MASKS).glob("?.tif")} - {*traces, *masks}):
        stale.unlink()
        if stale.is_relative_to(root):
            _remove_empty(stale.parent, root)
    state = sample_dir / STATE_FILE
    write_json(state, _state(sample))
    return [*masks, *traces, state]


def read_sample(sample_dir: Path) -> Sample:
    """Read the sample below `sample_dir`.

    Raises
    ------
    MorphologyError
        When a file is missing or damaged.
    """
    path = sample_dir / STATE_FILE
    try:
        state = json.loads(_text(path))
        if state["schema"] != STATE_SCHEMA:
            found = state["schema"]
            raise MorphologyError(f"{path} has schema {found!r}: must be {STATE_SCHEMA}; build the sample anew.")
        counts = [len(fascicle["inners"]) for fascicle in state["image_section"]["fascicles"]]
        image = _section_from_json(state["image_section"], path)
        affines = tuple(_matrix(rows, path) for rows in state["inner_affines"])
        orientation = None if state["orientation_angle_rad"] is None else float(state["orientation_angle_rad"])
        scalars: dict[str, Any] = {
            "name": str(state["name"]),
            "deform_ratio": float(state["deform_ratio"]),
            "reshape_nerve": str(state["reshape_nerve"]),
            "micrometres_per_pixel": float(state["micrometres_per_pixel"]),
        }
    except (KeyError, TypeError, ValueError, RecursionError, OverflowError) as error:
        raise MorphologyError(f"{path} is damaged ({type(error).__name__}: {error}); build the sample anew.") from error
    if not counts or len(affines) != sum(counts):
        raise MorphologyError(f"{path} has {len(affines)} affine maps for {sum(counts)} inners; build the sample anew.")
    root = sample_dir / SECTIONWISE
    section = Section(
        None if image.nerve is None else read_trace(root / "nerve/0/0.txt"),
        tuple(_read_fascicle(root / "fascicles" / str(number), count) for number, count in enumerate(counts)),
        orientation,
    )
    masks = {file.stem: file for file in sorted((sample_dir / MASKS).glob("?.tif"))}
    return Sample(section=section, image_section=image, inner_affines=affines, mask_files=masks, **scalars)


def _read_fascicle(folder: Path, inner_count: int) -> Fascicle:
    inners = tuple(read_trace(folder / "inners" / f"{j}.txt") for j in range(inner_count))
    return Fascicle(read_trace(folder / "outer/0.txt"), inners)


def _trace_files(section: Section) -> Iterator[tuple[Path, Trace]]:
    if section.nerve is not None:
        yield Path("nerve/0/0.txt"), section.nerve
    for number, fascicle in enumerate(section.fascicles):
        folder = Path("fascicles") / str(number)
        yield folder / "outer/0.txt", fascicle.outer
        for j, inner in enumerate(fascicle.inners):
            yield folder / "inners" / f"{j}.txt", inner


def _write_masks(sample: Sample, sample_dir: Path) -> list[Path]:
    copies = [(sample_dir / MASKS / f"{letter}.tif", path) for letter, path in sorted(sample.mask_files.items())]
    if "s" in sample.mask_files:
        copies.append((sample_dir / "s.tif", sample.mask_files["s"]))
    for target, source in copies:
        try:
            data = source.read_bytes()
        except OSError as error:
            raise MorphologyError(f"{source} cannot be read: {error.strerror or error}.") from error
        if not (target.exists() and target.samefile(source)):
            write_bytes(target, data)
    return [target for target, _ in copies]


def _remove_empty(folder: Path, root: Path) -> None:
    while folder != root and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _state(sample: Sample) -> dict[str, Any]:
    return {
        "schema": STATE_SCHEMA,
        "name": sample.name,
        "micrometres_per_pixel": sample.micrometres_per_pixel,
        "deform_ratio": sample.deform_ratio,
        "reshape_nerve": sample.reshape_nerve,
        "orientation_angle_rad": sample.section.orientation_angle,
        "inner_affines": [matrix.tolist() for matrix in sample.inner_affines],
        "image_section": _section_to_json(sample.image_section),
    }


def _section_to_json(section: Section) -> dict[str, Any]:
    return {
        "nerve": None if section.nerve is None else section.nerve.points.tolist(),
        "fascicles": [
            {"outer": fascicle.outer.points.tolist(), "inners": [inner.points.tolist() for inner in fascicle.inners]}
            for fascicle in section.fascicles
        ],
        "orientation_angle_rad": section.orientation_angle,
    }


def _section_from_json(data: dict[str, Any], path: Path) -> Section:
    angle = data["orientation_angle_rad"]
    return Section(
        None if data["nerve"] is None else _trace(data["nerve"], path),
        tuple(
            Fascicle(_trace(item["outer"], path), tuple(_trace(points, path) for points in item["inners"]))
            for item in data["fascicles"]
        ),
        None if angle is None else float(angle),
    )


def _trace(points: Any, path: Path) -> Trace:
    try:
        return Trace(np.array(points, dtype=float))
    except (MorphologyError, ValueError, TypeError) as error:
        raise MorphologyError(f"{path} holds a trace that cannot be read: {error}") from error


def _matrix(rows: Any, path: Path) -> NDArray[np.float64]:
    matrix = np.array(rows, dtype=float)
    if matrix.shape != (3, 3) or not np.isfinite(matrix).all():
        raise MorphologyError(f"{path} holds an affine map that is not a 3×3 matrix; build the sample anew.")
    return matrix


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise MorphologyError(f"{path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise MorphologyError(f"{path} is not a text file.") from error
