"""Running again what a run directory, an archive or a reference holds, and comparing."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ascent.errors import AscentError, RunDirectoryError
from ascent.mechanisms.build import cache_directory
from ascent.project.cache import CACHE_VARIABLE
from ascent.project.resume import version_changes
from ascent.project.study import run_composed
from ascent.runs import extract_archive, read_manifest
from ascent.runs.comparison import changed_files
from ascent.runs.digests import file_sha256
from ascent.runs.directory import CONFIG_NAME
from ascent.runs.environment import versions
from ascent.runs.manifest import Manifest
from ascent.runs.nearness import is_result, largest_difference
from ascent.runs.reference import FILE_NAME as REFERENCE_NAME
from ascent.runs.reference import read_reference, this_platform, write_reference
from ascent.runs.state import run_state

_PREBUILT_VARIABLE = "ASCENT_PREBUILT_DIR"
_log = logging.getLogger(__name__)


class CannotVerify(RunDirectoryError):
    """What is stored cannot be read or run."""

    exit_code = 2


@dataclass(frozen=True)
class Finding:
    """A file that is not what it should be.

    Attributes
    ----------
    path : str
        Path in the run directory.
    what : str
        ``"changed since the run"``, ``"missing since the run"``, ``"new since the run"``: the stored file is not what
        the manifest recorded. ``"other result"``, ``"not made again"``, ``"not there before"``: the second run differs.
    largest : float or None
        Largest relative difference of its numbers; None where they were not compared.
    """

    path: str
    what: str
    largest: float | None = None


@dataclass
class Verification:
    """What a verification found.

    Attributes
    ----------
    name : str
        Name of the run.
    content_sha256, again_sha256 : str
        Digest of the results as recorded, and of the second run; empty when there was none.
    tolerance : float or None
        Largest relative difference that counts as the same; None for bit by bit.
    findings : list of Finding
    versions : list of str
        Software of another version than then; no failure.
    notes : list of str
        What else a reader should know.
    """

    name: str
    content_sha256: str
    again_sha256: str
    tolerance: float | None
    findings: list[Finding] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def same(self) -> bool:
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        return {"same": self.same, **asdict(self)}


def verify(
    path: Path | str,
    *,
    tolerance: float | None = None,
    workers: int | None = None,
    use_cache: bool = False,
    write_to: Path | None = None,
) -> Verification:
    """Run a study again from what is stored of it, in a temporary folder, and compare.

    Parameters
    ----------
    path : path
        A run directory, an archive of one, or a reference (``conf/verify/…``).
    tolerance : float, optional
        Largest relative difference of numbers; bit by bit by default. A reference says itself what holds on
        platforms other than its own.
    workers : int, optional
        Number of processes; by default what the configuration says.
    use_cache : bool
        Take fields from the cache where they are there; they are solved again by default.
    write_to : Path, optional
        Also write a reference made of the second run into this folder.

    Returns
    -------
    Verification

    Raises
    ------
    CannotVerify
        When what is stored is damaged, unsafe or not finished, or cannot be run.
    """
    stored = Path(path)
    with tempfile.TemporaryDirectory(prefix="ascent_verify_") as temporary:
        work = Path(temporary)
        try:
            folder = extract_archive(stored, work / "stored") if stored.is_file() else stored
            repeat = _Repeat(folder, work, workers, use_cache)
            check = _verify_reference if (folder / REFERENCE_NAME).is_file() else _verify_run
            report, reference = check(repeat, tolerance)
            if write_to is not None and repeat.manifest is not None:
                write_reference(repeat.directory, repeat.manifest, repeat.configuration(), write_to, reference)
            return report
        except CannotVerify:
            raise
        except AscentError as error:
            raise CannotVerify(str(error)) from error


#: Of a reference that is made of a run: two steps of a search for a threshold to 1 %.
_REFERENCE_TOLERANCE = 0.02


class _Repeat:
    """The second run."""

    def __init__(self, folder: Path, work: Path, workers: int | None, use_cache: bool) -> None:
        self.folder, self._work, self._workers, self._use_cache = folder, work, workers, use_cache
        self.directory = work
        self.manifest: Manifest | None = None

    def configuration(self) -> dict[str, Any]:
        """The configuration as it is stored."""
        if (self.folder / REFERENCE_NAME).is_file():
            return read_reference(self.folder).configuration
        return _configuration(self.folder)

    def run(self) -> Manifest:
        """Run what is stored, in a folder of its own."""
        composed = self.configuration()
        again = {
            **composed,
            "results": {"directory": str(self._work / "results"), "archive": "none", "keep_directory": True},
            "engine": {**(composed.get("engine") or {}), **({"workers": self._workers} if self._workers else {})},
        }
        if composed.get("study", "nerve") == "nerve" and not composed.get("mock_sample"):
            # The run has its own copy of the masks.
            again["input_folder"] = str((self.folder / "input").absolute())
        _log.info("running %s again", self.folder.name)
        with nullcontext() if self._use_cache else _fresh_fields(self._work / "cache"):
            self.directory = run_composed(again, quiet=True).directory
        self.manifest = read_manifest(self.directory)
        return self.manifest


def _verify_run(repeat: _Repeat, tolerance: float | None) -> tuple[Verification, float]:
    folder = repeat.folder
    manifest = read_manifest(folder)
    if manifest.content_sha256 is None:
        raise CannotVerify(f"{folder} has not finished ({run_state(folder).state}): ascent resume finishes it.")
    changed = [Finding(one.path, f"{one.what} since the run") for one in changed_files(folder)]
    changed += _changed_inputs(folder, manifest)
    try:
        again = repeat.run()
    except AscentError as error:
        if not changed:
            raise
        # What was changed is the likely reason, and is a difference in any case.
        notes = [f"it could not be run again: {error}"]
        return Verification(manifest.name, manifest.content_sha256, "", tolerance, changed, notes=notes), 1.0
    report = Verification(manifest.name, manifest.content_sha256, str(again.content_sha256), tolerance, changed)
    report.findings += _compare(_content(manifest), folder, again, repeat.directory, tolerance)
    report.versions = version_changes(manifest.versions, versions())
    if manifest.machine.processor != again.machine.processor:
        report.notes.append(f"the run was made on another processor: {manifest.machine.processor}")
    if len(again.failures) != len(manifest.failures):
        report.notes.append(f"{len(again.failures)} units failed, {len(manifest.failures)} did before")
    return report, tolerance or _REFERENCE_TOLERANCE


def _verify_reference(repeat: _Repeat, tolerance: float | None) -> tuple[Verification, float]:
    reference = read_reference(repeat.folder)
    here = this_platform()
    other = [
        f"{name} ({old}, now {here.get(name)})" for name, old in reference.platform.items() if here.get(name) != old
    ]
    if other and tolerance is None:
        tolerance = reference.tolerance
    again = repeat.run()
    name, digest = repeat.folder.name, str(again.content_sha256)
    report = Verification(name, reference.content_sha256, digest, tolerance, versions=other)
    report.findings = _compare(reference.files, repeat.folder, again, repeat.directory, tolerance)
    if other and tolerance is not None:
        report.notes.append(f"another platform than the reference's: compared within {tolerance:g}, not bit by bit")
    return report, reference.tolerance


def _changed_inputs(folder: Path, manifest: Manifest) -> list[Finding]:
    """Inputs that the run did not copy into its directory and that are not what they were."""
    findings = []
    inside = {(file.bytes, file.sha256) for file in manifest.outputs}
    for file in manifest.inputs:
        if (file.bytes, file.sha256) in inside:
            continue
        if not Path(file.path).is_file():
            raise CannotVerify(f"{folder}: {file.path}, which the run read, is not there any more.")
        if file_sha256(Path(file.path)) != file.sha256:
            findings.append(Finding(file.path, "changed since the run"))
    return findings


def _configuration(folder: Path) -> dict[str, Any]:
    file = folder / CONFIG_NAME
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise CannotVerify(f"{file} could not be read: {getattr(error, 'strerror', None) or 'no YAML'}.") from error
    if not isinstance(content, dict):
        raise CannotVerify(f"{file} is damaged: it should hold a mapping.")
    return content


@contextmanager
def _fresh_fields(cache: Path) -> Iterator[None]:
    """Look for compiled mechanisms where they are, and for fields nowhere."""
    before = {name: os.environ.get(name) for name in (CACHE_VARIABLE, _PREBUILT_VARIABLE)}
    os.environ[_PREBUILT_VARIABLE] = before[_PREBUILT_VARIABLE] or str(cache_directory())
    os.environ[CACHE_VARIABLE] = str(cache)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _content(manifest: Manifest) -> dict[str, str]:
    return {file.path: file.content_sha256 for file in manifest.outputs if file.content_sha256 is not None}


def _compare(
    before: Mapping[str, str], folder: Path, again: Manifest, directory: Path, tolerance: float | None
) -> list[Finding]:
    """Compare the second run with what was recorded, file by file."""
    now = _content(again)
    findings = []
    # Tables of results come before the many files that they were made from.
    for path in sorted({*before, *now}, key=lambda path: (path.count("/"), path)):
        if before.get(path) == now.get(path) or (tolerance is not None and not is_result(path)):
            continue
        if path not in now:
            findings.append(Finding(path, "not made again"))
        elif path not in before:
            findings.append(Finding(path, "not there before"))
        else:
            stored = folder / path
            largest = _largest(stored, directory / path)
            near = largest is not None and tolerance is not None and largest <= tolerance
            # A reference keeps a few files only; of the others there is a digest to compare, and no more.
            unknown = tolerance is not None and not stored.is_file()
            if not (near or unknown):
                findings.append(Finding(path, "other result", largest))
    return findings


def _largest(stored: Path, again: Path) -> float | None:
    if not stored.is_file():
        return None
    try:
        return largest_difference(stored, again)
    except RunDirectoryError:
        return None
