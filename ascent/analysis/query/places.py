"""Where a query looks: a project folder, a run directory, or the archive of one."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path

from ascent.errors import RunDirectoryError
from ascent.project.layout import ProjectFolder, ProjectNotFound

_ARCHIVES = (".tar.gz", ".tar.zst")
_UNNEEDED_AT_THE_TOP = ("potentials.h5", "recordings.h5", "report")
_UNNEEDED_FOLDERS = ("bases", "fibersets_bases", "ss_bases", "mesh")


class Place:
    """An opened project folder or run directory.

    Parameters
    ----------
    project : path, optional
        Project folder, run directory or archive (``.tar.gz``, ``.tar.zst``); found as commands find it by default.

    Attributes
    ----------
    folder : ProjectFolder
        What was opened; a temporary folder for an archive.
    source : Path
        What was named.

    Raises
    ------
    RunDirectoryError
        When it is not there, or is an archive that is damaged or unsafe.
    """

    def __init__(self, project: Path | str | None = None) -> None:
        self._remove: weakref.finalize[..., Place] | None = None
        if project is None or not str(project).endswith(_ARCHIVES) or Path(project).is_dir():
            self.folder = ProjectFolder.find(project)
            self.source = self.folder.root
            return
        from ascent.runs.archive import extract_archive

        self.source = Path(project).expanduser().resolve()
        if not self.source.is_file():
            raise ProjectNotFound(
                f"{self.source} does not exist; name a project folder, a run directory or an archive."
            )
        temporary = Path(tempfile.mkdtemp(prefix="ascent-query-"))
        # Also when the caller never closes it.
        self._remove = weakref.finalize(self, shutil.rmtree, temporary, True)
        root = extract_archive(self.source, temporary, _unneeded)
        self.folder = ProjectFolder(root, root / "export")

    def close(self) -> None:
        """Remove what an archive was unpacked to."""
        if self._remove is not None:
            self._remove()


def _unneeded(parts: tuple[str, ...]) -> bool:
    """True for the files that no query and no picture reads, the largest ones: fields along fibers, and the report."""
    return parts[0] in _UNNEEDED_AT_THE_TOP or any(part in _UNNEEDED_FOLDERS for part in parts[:-1])


def numbered(folder: Path, holding: str | None = None) -> list[int]:
    """Names of the numbered folders in `folder`, ascending.

    Parameters
    ----------
    folder : path
        It may be missing: there are none then.
    holding : str, optional
        Only folders that hold a file of this name.

    Raises
    ------
    RunDirectoryError
        When it cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if entry.name.isascii() and entry.name.isdigit()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise RunDirectoryError(f"{folder} cannot be read: {error.strerror or error}.") from error
    return sorted(int(name) for name in found if (folder / name / holding if holding else folder / name).exists())
