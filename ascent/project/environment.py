"""``config/system/env.json``: the folders that a project exports to."""

from __future__ import annotations

from pathlib import Path

from ascent.errors import RunDirectoryError
from ascent.files import write_json
from ascent.project.layout import EXPORT_VARIABLE, PROJECT_VARIABLE, ProjectFolder

DATASET_VARIABLE = "ASCENT_DATASET_EXPORT_PATH"


def write_environment(folder: ProjectFolder, export: Path | None = None, dataset: Path | None = None) -> Path:
    """Write env.json and make the folders that a project needs.

    Parameters
    ----------
    folder : ProjectFolder
        The project.
    export : Path, optional
        Folder that n_sims are exported to; what the project uses now by default.
    dataset : Path, optional
        Folder that dataset exports go to; left out when None.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    RunDirectoryError
        When a folder cannot be made.
    """
    export = (export or folder.export).expanduser().resolve()
    wanted = [export, folder.root / "input", folder.root / "samples"]
    wanted += [folder.root / "config" / "user" / name for name in ("runs", "sims", "mock_samples", "waveforms")]
    for path in wanted:
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunDirectoryError(f"{path} could not be made: {error.strerror or error}.") from error
    values = {PROJECT_VARIABLE: str(folder.root), EXPORT_VARIABLE: str(export)}
    if dataset is not None:
        values[DATASET_VARIABLE] = str(dataset.expanduser().resolve())
    file = folder.system / "env.json"
    write_json(file, values)
    return file
