"""Datasets in the SPARC Dataset Structure out of a project: `build_dataset query` and `build_dataset generate`.

Below ``$ASCENT_DATASET_EXPORT_PATH``::

    config/query_criteria/<i>.json          what to look for, as for ascent query
    config/queried_indices_info/<i>.json    arguments of Query.excel_output (optional)
    config/keeps/<i>.json                   which files go (`ascent.project.dataset_files`)
    config/comsol_clearing_exceptions/<i>.json
    modify_me/<i>.xlsx                      written by query, edited by the user, read by generate
    datasets/<i>/files/primary/sub-#/sam-#-sub-#/samples/<s>/…
    datasets/<i>/files/code/…               sims, mock samples, packages, which sample is which
    datasets/<i>/manifest.json              path, size, kind and SHA-256 of every file
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ascent.config.loading import read_json
from ascent.errors import ConfigError, RunDirectoryError
from ascent.files import replacing, write_json, write_text
from ascent.project.dataset_files import KEEPS_FILE, Chosen, file_types, load_keeps, shipped
from ascent.project.dataset_sheet import SparcPlace, read_sheet
from ascent.project.environment import DATASET_VARIABLE
from ascent.project.layout import NSimName, ProjectFolder
from ascent.project.stamps import sha256_of_file

_log = logging.getLogger(__name__)
_INFO_KEYS = (
    "sample_keys", "model_keys", "sim_keys", "individual_indices", "config_paths", "column_width", "console_output",
)  # fmt: skip


@dataclass(frozen=True)
class DatasetFolder:
    """The folder that datasets are made in.

    Attributes
    ----------
    root : Path
    project : ProjectFolder
    """

    root: Path
    project: ProjectFolder

    @classmethod
    def find(
        cls, project: ProjectFolder, named: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> DatasetFolder:
        """Find it: `named`, else ``$ASCENT_DATASET_EXPORT_PATH``, else what ``config/system/env.json`` says.

        Raises
        ------
        ConfigError
            When nothing says where it is.
        """
        environment = os.environ if environment is None else environment
        where: Any = named or environment.get(DATASET_VARIABLE)
        file = project.system / "env.json"
        if not where and file.is_file():
            content = read_json(file)
            where = content.get(DATASET_VARIABLE) if isinstance(content, dict) else None
        if not where:
            raise ConfigError(
                f"{DATASET_VARIABLE} is not set: name the folder of datasets with --dataset-folder, or write it to "
                f"{file} with ascent env_setup."
            )
        return cls(Path(where).expanduser().resolve(), project)

    def config(self, kind: str, index: int) -> Path:
        return self.root / "config" / kind / f"{index}.json"

    def sheet(self, index: int) -> Path:
        return self.root / "modify_me" / f"{index}.xlsx"

    def dataset(self, index: int) -> Path:
        return self.root / "datasets" / str(index)


def query_dataset(folder: DatasetFolder, index: int, *, force: bool = False) -> Path:
    """Write the spreadsheet of n_sims that a dataset may hold, and a list of files to edit where there is none.

    Parameters
    ----------
    folder : DatasetFolder
    index : int
        Number of the dataset.
    force : bool
        Replace a spreadsheet that is there, and maybe edited.

    Returns
    -------
    Path
        ``modify_me/<i>.xlsx``; delete rows that should not go, and give subjects and samples numbers in columns
        ``sub`` and ``sam``.

    Raises
    ------
    ConfigError
        When the criteria are missing or wrong.
    RunDirectoryError
        When the spreadsheet is there already, or nothing is found.
    """
    from ascent.analysis.query import Query

    criteria = folder.config("query_criteria", index)
    if not criteria.is_file():
        raise ConfigError(
            f'{criteria} is missing: it says what the dataset is of, such as {{"include_downstream": true, '
            '"indices": {"sample": [0]}}.'
        )
    sheet = folder.sheet(index)
    if sheet.exists() and not force:
        raise RunDirectoryError(
            f"{sheet} is there already and may have been edited: go on with generate, or replace it with --force."
        )
    info = _queried_indices_info(folder, index)
    with Query(criteria, project=folder.project.root) as query:
        query.run().excel_output(sheet, **{"console_output": False, **info})
    keeps = folder.config("keeps", index)
    if not keeps.exists():
        write_json(keeps, shipped(KEEPS_FILE))
    return sheet


def generate_dataset(folder: DatasetFolder, index: int, *, force: bool = False) -> Path:
    """Copy the files of a dataset into the SPARC Dataset Structure and write its manifests.

    Parameters
    ----------
    folder : DatasetFolder
    index : int
        Number of the dataset, whose spreadsheet `query_dataset` has written.
    force : bool
        Replace a dataset that is there.

    Returns
    -------
    Path
        ``datasets/<i>``, which appears when it is complete.

    Raises
    ------
    ConfigError
        When the spreadsheet or the list of files is wrong.
    RunDirectoryError
        When the dataset is there already, or a file cannot be copied.
    """
    target = folder.dataset(index)
    if target.exists() and not force:
        raise RunDirectoryError(f"{target} is there already; replace it with --force.")
    names, places = read_sheet(folder.sheet(index))
    keeps_file = folder.config("keeps", index)
    keeps = load_keeps(keeps_file if keeps_file.is_file() else None, folder.project.system)
    work = folder.root / "tmp" / str(index)
    shutil.rmtree(work, ignore_errors=True)
    try:
        for sample, place in places.items():
            source = folder.project.sample_folder(sample)
            if not source.is_dir():
                raise RunDirectoryError(f"{source} is missing, but {folder.sheet(index)} names sample {sample}.")
            chosen = Chosen(sample, frozenset(name for name in names if name.sample == sample))
            primary = work / "files" / "primary" / place.folder / "samples" / str(sample)
            for file in keeps.files(source, chosen):
                _copy(file, primary / file.relative_to(source))
        _write_code(folder, index, work / "files" / "code", names, places)
        _write_manifests(work, file_types(folder.project.system))
        _warn_of_comsol(folder, index, work)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = folder.root / "tmp" / f"{index}.replaced"
        if target.exists():
            os.replace(target, aside)
        os.replace(work, target)
        shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise RunDirectoryError(
            f"{error.filename or target} could not be copied: {error.strerror or error}."
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def _queried_indices_info(folder: DatasetFolder, index: int) -> dict[str, Any]:
    path = folder.config("queried_indices_info", index)
    if not path.is_file():
        return {}
    content = read_json(path)
    content = {k: v for k, v in content.items() if not k.startswith("_")} if isinstance(content, dict) else None
    if content is None or not set(content) <= set(_INFO_KEYS):
        raise ConfigError(f"{path} must hold a JSON object with keys among {', '.join(_INFO_KEYS)}.")
    return content


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # With its time, which manifests name.
    shutil.copy2(source, target, follow_symlinks=False)


def _write_code(
    folder: DatasetFolder, index: int, code: Path, names: Sequence[NSimName], places: Mapping[int, SparcPlace]
) -> None:
    project = folder.project
    for sim in sorted({name.sim for name in names}):
        if (file := project.sim_file(sim)).is_file():
            _copy(file, code / "ascent_configs" / "sims" / file.name)
    mocks = project.root / "config" / "user" / "mock_samples"
    inputs = {_value(project.sample_folder(sample) / "sample.json", "sample") for sample in places}
    for file in sorted(mocks.glob("*.json")):
        if _value(file, "global", "NAME") in inputs:
            _copy(file, code / "ascent_configs" / "mock_samples" / file.name)
    metadata = code / "ascent_metadata"
    numbers = {str(sample): {"sub": place.subject, "sam": place.sample} for sample, place in places.items()}
    write_json(metadata / "samples_sub_sam.json", numbers)
    write_text(metadata / "pip_requirements.txt", _packages())
    write_text(metadata / "conda_requirements.txt", _conda_packages())


def _value(path: Path, *keys: str) -> Any:
    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
        for key in keys:
            value = value[key]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return value


def _packages() -> str:
    from importlib.metadata import distributions

    found = {f"{entry.metadata['Name']}=={entry.version}" for entry in distributions() if entry.metadata["Name"]}
    return "".join(f"{line}\n" for line in sorted(found, key=str.lower))


def _conda_packages() -> str:
    """Name, version and build of every package of the conda environment that this runs in."""
    prefix = os.environ.get("CONDA_PREFIX")
    records = sorted(Path(prefix, "conda-meta").glob("*.json")) if prefix else []
    lines = ["=".join(str(_value(file, key)) for key in ("name", "version", "build")) for file in records]
    return "".join(f"{line}\n" for line in lines) or "# not run in a conda environment\n"


def _write_manifests(work: Path, types: Mapping[str, str]) -> None:
    """``manifest.json`` of everything, and the ``manifest.xlsx`` that SPARC wants in each folder at the top."""
    import pandas as pd

    files = work / "files"
    entries: list[dict[str, Any]] = []
    for path in sorted(path for path in files.rglob("*") if path.is_file()):
        ending = path.suffix[1:].lower()
        entries.append(
            {
                "path": path.relative_to(work).as_posix(),
                "size": path.stat().st_size,
                "fileType": types.get(ending, ending or "None"),
                "sha256": sha256_of_file(path),
            }
        )
    for top in sorted(path for path in files.iterdir() if path.is_dir()):
        prefix = f"files/{top.name}/"
        rows = [
            {
                "filename": entry["path"].removeprefix(prefix),
                "timestamp": _time(work / entry["path"]),
                "description": "",
                "file type": entry["fileType"],
            }
            for entry in entries
            if entry["path"].startswith(prefix)
        ]
        with replacing(top / "manifest.xlsx") as temporary:
            pd.DataFrame(rows, columns=["filename", "timestamp", "description", "file type"]).to_excel(
                temporary, index=False
            )
    write_json(work / "manifest.json", {"@type": "Dataset", "files": entries})


def _time(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds")


def _warn_of_comsol(folder: DatasetFolder, index: int, work: Path) -> None:
    models = sorted(work.rglob("*.mph"))
    if not models:
        return
    exceptions = folder.config("comsol_clearing_exceptions", index)
    hint = "" if exceptions.is_file() else " (there are no clearing exceptions)"
    _log.warning(
        "%d COMSOL files are copied as they are: their meshes and solutions can be cleared by COMSOL only%s.",
        len(models),
        hint,
    )
