"""Collects what a run directory holds and writes the page."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.analysis.report.sources import RunFiles
from ascent.errors import AscentError

if TYPE_CHECKING:
    from ascent.runs import RunDirectory

_log = logging.getLogger(__name__)

PAGE = "report/index.html"
_ARCHIVES = (".tar.gz", ".tar.zst")


def write_report(source: Path | str, output: Path | str | None = None) -> Path:
    """Write the report of a run as one HTML page that needs neither a server nor a network.

    The same directory gives the same bytes.

    Parameters
    ----------
    source : path
        Run directory, or its archive (``.tar.gz``, ``.tar.zst``).
    output : path, optional
        The page; default ``report/index.html`` in the directory, whose manifest then lists it, or
        ``<name>_report.html`` beside the archive.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    RunDirectoryError
        When `source` is no run directory or archive of one, is damaged, or the page cannot be written.
    """
    source = Path(source).expanduser()
    with _opened(source) as root:
        run = RunFiles.open(root)
        archived = root != source
        target = Path(output) if output is not None else _default_page(source, archived)
        inside = not archived and target.resolve() == (root / PAGE).resolve()
        _write(run, target, links=inside)
        if inside and run.manifest.status == "finished":
            _enter_in_manifest(run, target)
    return target


def report_of_run(run: RunDirectory) -> Path | None:
    """Write the report of a run that is about to end, among the files that its manifest will list.

    A report that fails costs the run no more than a warning.
    """
    target = run.path / PAGE
    try:
        _write(RunFiles.open(run.path, run.manifest), target, links=True)
    except Exception as error:
        _log.warning("The report could not be written: %s: %s", type(error).__name__, error)
        return None
    return target


def _write(run: RunFiles, target: Path, *, links: bool) -> None:
    from ascent.analysis.report.render import render
    from ascent.files import write_text

    write_text(target, render(collect(run), links=links))


def _default_page(source: Path, archived: bool) -> Path:
    if not archived:
        return source / PAGE
    name = next(source.name.removesuffix(ending) for ending in _ARCHIVES if source.name.endswith(ending))
    return source.with_name(f"{name}_report.html")


@contextmanager
def _opened(source: Path) -> Iterator[Path]:
    if not source.name.endswith(_ARCHIVES) or source.is_dir():
        yield source
        return
    from ascent.runs.archive import extract_archive

    temporary = tempfile.mkdtemp(prefix="ascent-report-")
    try:
        yield extract_archive(source, temporary)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _enter_in_manifest(run: RunFiles, page: Path) -> None:
    """Let the manifest of a finished run say what its report is now."""
    from ascent.runs.digests import file_sha256
    from ascent.runs.manifest import File, write_manifest

    entry = File(path=PAGE, bytes=page.stat().st_size, sha256=file_sha256(page))
    if entry in run.manifest.outputs:
        return
    others = [file for file in run.manifest.outputs if file.path != PAGE]
    outputs = sorted([*others, entry], key=lambda file: file.path)
    write_manifest(run.root, run.manifest.model_copy(update={"outputs": outputs}))


def collect(run: RunFiles) -> dict[str, Any]:
    """All that the page shows, as plain data. What cannot be read is left out, and named in ``notes``."""
    from ascent.analysis.report.configuration import configuration_lines
    from ascent.analysis.report.field import field_data, timing_data
    from ascent.analysis.report.network import network_data
    from ascent.analysis.report.provenance import provenance_data

    notes: list[str] = []
    data: dict[str, Any] = {
        "name": run.manifest.name,
        "title": str(run.config.get("name") or run.manifest.name),
        "study": str(run.config.get("study") or "nerve"),
        "started": run.manifest.started,
        "configuration": configuration_lines(run.config, run.overrides),
        "overrides": run.overrides,
        "notes": notes,
    }
    data["field"] = _part("mesh and solver figures", lambda: field_data(run), notes)
    data["timings"] = _part("timings", lambda: timing_data(run), notes)
    data["network"] = _part("network activity", lambda: network_data(run), notes)
    data |= _nerve(run, notes)
    data["provenance"] = provenance_data(run)
    return data


def _nerve(run: RunFiles, notes: list[str]) -> dict[str, Any]:
    from ascent.analysis.report import nerve
    from ascent.analysis.report.solids import scene_data
    from ascent.nerve import Sample
    from ascent.project.layout import ProjectFolder
    from ascent.runs.thresholds import read_thresholds

    result: dict[str, Any] = dict.fromkeys(("section", "scene", "fibers", "stimuli", "potentials"))
    folder = ProjectFolder(run.root, run.root / "export").sample_folder(0)
    sample: Sample | None = None
    if folder.is_dir():
        sample = _part("the cross-section", lambda: Sample.read(folder), notes)
    if sample is not None:
        found = sample
        result["section"] = nerve.section_data(found)
        result["scene"] = _part("the cuffs", lambda: scene_data(run, found), notes)
    if (run.root / "thresholds.parquet").is_file():
        table = _part("thresholds", lambda: read_thresholds(run.root / "thresholds.parquet"), notes)
        if table is not None and len(table):
            result["fibers"] = nerve.fiber_data(table)
            result["stimuli"] = _part("waveforms", lambda: nerve.stimulus_data(run, table), notes)
            result["potentials"] = _part("potentials", lambda: nerve.potential_data(run, table), notes)
    return result


def _part(what: str, make: Callable[[], Any], notes: list[str]) -> Any:
    try:
        return make()
    except (AscentError, OSError, KeyError, ValueError, RuntimeError) as error:
        _log.warning("report: %s could not be read: %s", what, error)
        notes.append(f"{what[0].upper()}{what[1:]} could not be read: {error}")
        return None
