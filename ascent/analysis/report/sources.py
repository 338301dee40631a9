"""What a report is made from: the files of one run directory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import ArrayLike, NDArray

from ascent.errors import RunDirectoryError
from ascent.runs.directory import CONFIG_NAME, JOURNAL_NAME, OVERRIDES_NAME
from ascent.runs.journal import Entry, read_journal
from ascent.runs.manifest import Manifest, read_manifest


@dataclass(frozen=True)
class RunFiles:
    """An opened run directory.

    Attributes
    ----------
    root : Path
        The directory.
    manifest : Manifest
        Without outputs while the run is still going on.
    config : dict
        The composed configuration.
    overrides : list of str
        What the command line changed.
    journal : list of Entry
        What happened, up to the end of the last unit of work.
    """

    root: Path
    manifest: Manifest
    config: dict[str, Any]
    overrides: list[str]
    journal: list[Entry]

    @classmethod
    def open(cls, root: Path | str, manifest: Manifest | None = None) -> RunFiles:
        """Read what every run directory holds.

        Parameters
        ----------
        root : path
            The directory.
        manifest : Manifest, optional
            That of a run that is going on, whose file is not written yet.

        Raises
        ------
        RunDirectoryError
            When it is not a run directory, or is damaged.
        """
        folder = Path(root)
        if not folder.is_dir():
            raise RunDirectoryError(f"{folder} does not exist: name a run directory or the archive of one.")
        found = read_manifest(folder) if manifest is None else manifest
        config = _yaml(folder / CONFIG_NAME, dict)
        overrides = [str(item) for item in _yaml(folder / OVERRIDES_NAME, list)]
        journal = folder / JOURNAL_NAME
        entries = read_journal(journal) if journal.is_file() else []
        # The report at the end of a run cannot know its own end, and one made later must say the same.
        return cls(folder, found, config, overrides, [entry for entry in entries if entry.event != "finished"])


def _yaml(path: Path, kind: type) -> Any:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return kind()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RunDirectoryError(f"{path} could not be read as YAML: {' '.join(str(error).split())}.") from error
    return content if isinstance(content, kind) else kind()


def packed(values: ArrayLike) -> dict[str, str]:
    """Numbers as the page unpacks them: little-endian 32-bit floats in base64."""
    import base64

    return {"f32": base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode("ascii")}


def rounded(values: ArrayLike, digits: int = 1) -> list[Any]:
    """Numbers as short JSON, rounded to `digits` decimals; NaN becomes null."""
    array: NDArray[np.float64] = np.round(np.asarray(values, dtype=float), digits) + 0.0
    return [_plain(item) for item in array.tolist()]


def _plain(item: Any) -> Any:
    if isinstance(item, list):
        return [_plain(inner) for inner in item]
    if item != item:
        return None
    return int(item) if item == int(item) else item
