"""Small reference results: what a configuration must give, without the files of a whole run.

A folder with ``reference.json`` (the configuration, the digest of every result, and the platform that they hold on)
and the few results that are compared within a tolerance on other platforms.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ascent.errors import RunDirectoryError
from ascent.files import write_json
from ascent.runs.manifest import Manifest

FILE_NAME = "reference.json"
_KEPT = ("thresholds.parquet", "potentials.h5", "recordings.h5")
#: Libraries whose version decides bits.
LIBRARIES = ("neuron", "netgen-mesher", "ngsolve", "numpy", "scipy", "shapely", "opencv-python-headless", "pyarrow")


class Reference(BaseModel):
    """Contents of ``reference.json``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = 1
    configuration: dict[str, Any] = Field(description="the composed configuration")
    tolerance: float = Field(gt=0, description="largest relative difference on another platform")
    platform: dict[str, str] = Field(description="what decides bits: architecture, kernels of BLAS, libraries")
    content_sha256: str = Field(description="digest over all results")
    files: dict[str, str] = Field(description="digest of each result by its path")


def this_platform() -> dict[str, str]:
    """Return what decides the bits of a result: the architecture, the kernels that BLAS takes, and the libraries.

    Our own engine gives the same bits on every processor from x86-64-v3 on; finite elements go through BLAS and
    LAPACK, whose kernels differ between processors.
    """
    from importlib.metadata import PackageNotFoundError, version

    import numpy  # noqa: F401 - so that its BLAS is loaded and can be asked
    import scipy.linalg  # noqa: F401
    from threadpoolctl import threadpool_info

    # Which other libraries are loaded at the moment, each with a BLAS of its own, says nothing about the platform.
    own = [entry for entry in threadpool_info() if re.search(r"numpy|scipy", str(entry["filepath"]))]
    kernels = sorted({str(entry.get("architecture", "")) for entry in own if entry["user_api"] == "blas"})
    found = {"architecture": f"{platform.system()} {platform.machine()}", "blas": " ".join(kernels)}
    found["vectors"] = _vectors()
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def _vectors() -> str:
    """The widest vector instructions of the processor that compiled libraries choose by."""
    try:
        flags = next(
            line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("flags")
        ).split()
    except (OSError, StopIteration):
        return "unknown"
    return next((name for name in ("avx512f", "avx2", "avx") if name in flags), "sse")


def read_reference(folder: Path | str) -> Reference:
    """Read ``reference.json``.

    Raises
    ------
    RunDirectoryError
        When it is missing or damaged.
    """
    path = Path(folder) / FILE_NAME
    try:
        return Reference.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise RunDirectoryError(f"{path} could not be read: {error.strerror or error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise RunDirectoryError(f"{path} is damaged: {key}: {first['msg']}.") from error
    except ValueError as error:
        raise RunDirectoryError(f"{path} is damaged: it is not JSON.") from error


def write_reference(
    directory: Path, manifest: Manifest, configuration: dict[str, Any], target: Path, tolerance: float
) -> None:
    """Make a reference of a finished run.

    Parameters
    ----------
    directory : Path
        The run directory.
    manifest : Manifest
        Its manifest.
    configuration : dict
        The composed configuration.
    target : Path
        The folder to write.
    tolerance : float
        Largest relative difference on another platform.
    """
    if manifest.content_sha256 is None:
        raise RunDirectoryError(f"{directory} has not finished: no reference can be made of it.")
    target.mkdir(parents=True, exist_ok=True)
    for name in _KEPT:
        if (directory / name).is_file():
            shutil.copyfile(directory / name, target / name)
    files = {file.path: file.content_sha256 for file in manifest.outputs if file.content_sha256 is not None}
    content: dict[str, Any] = {
        "configuration": configuration,
        "tolerance": tolerance,
        "platform": this_platform(),
        "content_sha256": manifest.content_sha256,
        "files": files,
    }
    write_json(target / FILE_NAME, Reference.model_validate(content).model_dump())
