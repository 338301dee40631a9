"""What `clean_samples` and `tidy_samples` remove: files below a sample's own folder, and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ascent.errors import RunDirectoryError
from ascent.project.layout import ProjectFolder, ProjectNotFound

#: Ends of the names of files that `clean_samples` keeps: what took long or what a user wrote.
KEPT = (".mph", "im.json", "Primitive.json", "sample.json", "model.json", "explicit.txt")
#: Names of files that a full reset keeps.
KEPT_IN_RESET = ("sample.json", "model.json")
#: Parts of the names of files that `tidy_samples` removes.
UNTIDY = ("runtime", "blank", "special", "logs", "start_")


@dataclass(frozen=True)
class Removal:
    """Files of one sample that are to be removed.

    Attributes
    ----------
    sample : int
        Index of the sample.
    folder : Path
        ``samples/<sample>``.
    files : tuple of Path
        Files, and symbolic links themselves (never what they point to), in order.
    """

    sample: int
    folder: Path
    files: tuple[Path, ...]

    @property
    def size(self) -> int:
        """Bytes that removing frees."""
        return sum(file.lstat().st_size for file in self.files)

    @property
    def results(self) -> tuple[Path, ...]:
        """Those of the files that fibers left in ``data/outputs``, but for how long they took."""
        return tuple(
            file
            for file in self.files
            if file.parent.parts[-2:] == ("data", "outputs") and not file.name.startswith("runtime")
        )

    def carry_out(self) -> int:
        """Remove the files and the folders that are empty then; returns the number of files.

        Raises
        ------
        RunDirectoryError
            When a file cannot be removed; those before it are gone.
        """
        for file in self.files:
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise RunDirectoryError(f"{file} could not be removed: {error.strerror or error}.") from error
        _remove_empty_folders(self.folder)
        return len(self.files)


def plan_clean(folder: ProjectFolder, sample: int, *, full_reset: bool = False) -> Removal:
    """Everything that a sample's configuration can make again.

    Parameters
    ----------
    folder : ProjectFolder
        The project.
    sample : int
        Index of the sample.
    full_reset : bool
        Keep sample.json and model.json only, not also meshes, bases and explicit fibers (``KEPT``).

    Raises
    ------
    RunDirectoryError
        When there is no such sample, or its folder is a link.
    """
    if full_reset:
        return _plan(folder, sample, lambda name: name not in KEPT_IN_RESET)
    return _plan(folder, sample, lambda name: not name.endswith(KEPT))


def plan_tidy(folder: ProjectFolder, sample: int, parts: Sequence[str] = UNTIDY) -> Removal:
    """Files whose names contain any of `parts`; other arguments and errors are those of `plan_clean`."""
    wanted = [part for part in parts if part]
    return _plan(folder, sample, lambda name: any(part in name for part in wanted))


def _plan(folder: ProjectFolder, sample: int, goes: Callable[[str], bool]) -> Removal:
    place = folder.sample_folder(sample)
    if place.is_symlink():
        raise ProjectNotFound(
            f"{place} is a link to {os.readlink(place)}: nothing outside the project is removed; "
            "name the project that the sample lies in."
        )
    if not place.is_dir():
        there = sorted(int(p.name) for p in (folder.root / "samples").glob("*") if p.name.isdigit())
        hint = f"there are {', '.join(map(str, there))}" if there else "the project has no samples"
        raise ProjectNotFound(f"{place}: there is no sample {sample}; {hint}.")
    return Removal(sample, place, tuple(file for file in _files(place) if goes(file.name)))


def _files(folder: Path) -> list[Path]:
    """Every file and every symbolic link below a folder; links are not followed."""
    found: list[Path] = []
    for root, folders, files in os.walk(folder, followlinks=False, onerror=_refuse):
        links = [name for name in folders if os.path.islink(os.path.join(root, name))]
        found += [Path(root, name) for name in (*files, *links)]
    return sorted(found)


def _refuse(error: OSError) -> None:
    raise RunDirectoryError(f"{error.filename} cannot be read: {error.strerror or error}.") from error


def _remove_empty_folders(folder: Path) -> None:
    for root, _, _ in os.walk(folder, topdown=False, followlinks=False):
        if Path(root) != folder and not any(os.scandir(root)):
            os.rmdir(root)
