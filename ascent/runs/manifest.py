"""`manifest.json`: where a run came from, on what it ran, and the digest of every file.

The fields are described in `manifest.schema.json`, which :func:`json_schema` makes from the classes here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ascent.errors import RunDirectoryError
from ascent.files import write_json

SCHEMA_VERSION = 1
FILE_NAME = "manifest.json"
_SHA256 = r"^[0-9a-f]{64}$"
_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Versions(_Section):
    """Versions of the software that ran."""

    ascent: str = Field(description="Version of ascent.")
    python: str = Field(description="Version of Python.")
    neuron: str | None = Field(description="Version of NEURON; null when not installed.")
    ngsolve: str | None = Field(description="Version of NGSolve; null when not installed.")
    packages: dict[str, str] = Field(description="Every installed Python package and its version.")


class Git(_Section):
    """The checkout that ascent ran from."""

    revision: str = Field(description="Commit hash.")
    dirty: bool = Field(description="Whether files differed from that commit.")


class Machine(_Section):
    """The computer."""

    host: str = Field(description="Host name.")
    system: str = Field(description="Operating system, release and architecture.")
    processor: str = Field(description="Model of the processor.")
    cores: int = Field(ge=1, description="Number of cores available to the run.")
    memory_bytes: int | None = Field(ge=0, description="Physical memory, bytes; null when unknown.")


class File(_Section):
    """One file and what it held."""

    path: str = Field(description="Path; for outputs relative to the run directory, with slashes.")
    bytes: int = Field(ge=0, description="Size, bytes.")
    sha256: str = Field(pattern=_SHA256, description="SHA-256 of the file.")
    content_sha256: str | None = Field(
        default=None,
        pattern=_SHA256,
        description="For outputs that count as results: SHA-256 of what the file says, which for HDF5 does not "
        "depend on the order of writing. Null for inputs, logs, times and reports.",
    )


class UnitFailure(_Section):
    """A unit of work that failed while the others went on."""

    unit: str = Field(description="Name of the unit.")
    error: str = Field(description="One sentence.")


class Manifest(_Section):
    """The manifest of a run directory."""

    schema_version: Literal[1] = Field(default=1, description="Version of this format.")
    name: str = Field(min_length=1, description="Name of the run: stamp, seed and process.")
    status: Literal["running", "finished", "failed", "interrupted"] = Field(description="How far the run came.")
    reason: str | None = Field(default=None, description="Why it failed or was interrupted.")
    started: str = Field(pattern=_TIME, description="ISO 8601 time of the start, with offset from UTC.")
    finished: str | None = Field(default=None, pattern=_TIME, description="ISO 8601 time of the end.")
    argv: list[str] = Field(description="The command line.")
    seed: int = Field(description="The seed from which every random stream of the run is spawned.")
    engine: str | None = Field(default=None, description="Engine that ran the cables: neuron or batch.")
    workers: int | None = Field(default=None, ge=1, description="Number of worker processes.")
    mpi_size: int = Field(default=1, ge=1, description="Number of MPI ranks.")
    image: str | None = Field(default=None, description="Identity of the container image, from $ASCENT_IMAGE.")
    git: Git | None = Field(default=None, description="Null when ascent was installed rather than checked out.")
    versions: Versions
    machine: Machine
    inputs: list[File] = Field(default=[], description="Every file that the run read.")
    outputs: list[File] = Field(default=[], description="Every file of the run directory but this one.")
    failures: list[UnitFailure] = Field(default=[], description="Units that failed.")
    content_sha256: str | None = Field(
        default=None,
        pattern=_SHA256,
        description="SHA-256 over the results without times, hosts and paths: the same for every run of the same "
        "configuration and seed. Null until the run has finished.",
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the manifest."""
    schema = Manifest.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def read_manifest(directory: Path | str) -> Manifest:
    """Return the manifest of a run directory.

    Raises
    ------
    RunDirectoryError
        When it is missing, is not JSON or does not follow the schema.
    """
    path = Path(directory) / FILE_NAME
    try:
        data = json.loads(path.read_bytes().decode("utf-8"))
        if isinstance(data, dict) and data.get("schema_version") not in (None, SCHEMA_VERSION):
            raise RunDirectoryError(
                f"{path}: schema_version is {data['schema_version']!r}: this version of ascent reads {SCHEMA_VERSION}."
            )
        return Manifest.model_validate(data, strict=True)
    except FileNotFoundError as error:
        raise RunDirectoryError(f"{path} is missing: {directory} is not a run directory.") from error
    except OSError as error:
        raise RunDirectoryError(f"{path} could not be read: {error.strerror or error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise RunDirectoryError(f"{path} is damaged: {key}: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:
        raise RunDirectoryError(f"{path} is damaged: it is not JSON.") from error


def write_manifest(directory: Path | str, manifest: Manifest, *, durable: bool = True) -> None:
    """Write the manifest into a run directory, whole or not at all."""
    write_json(Path(directory) / FILE_NAME, manifest.model_dump(mode="json"), durable=durable)
