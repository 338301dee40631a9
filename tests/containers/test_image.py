"""The image, used as its users do. `containers/ci/image.sh` builds one and runs these with $ASCENT_IMAGE_FILE set."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

IMAGE_VARIABLE = "ASCENT_IMAGE_FILE"
#: Root on a machine that withholds capabilities must ask for a user namespace; ordinary users get one anyway.
NAMESPACE = ["--userns"] if os.getuid() == 0 else []
MPIRUN = shutil.which("mpirun", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
NOBODY = 65534


@pytest.fixture(scope="session")
def image() -> Path:
    """The SIF file that is tested."""
    if shutil.which("apptainer") is None:
        pytest.skip("there is no Apptainer here")
    file = os.environ.get(IMAGE_VARIABLE)
    if not file:
        pytest.skip(f"${IMAGE_VARIABLE} names no image; containers/ci/image.sh builds one")
    return Path(file)


@pytest.fixture(scope="session")
def samples() -> ModuleType:
    """The small study of tests/sweeps."""
    file = Path(__file__).parents[1] / "sweeps" / "conftest.py"
    spec = importlib.util.spec_from_file_location("sweep_samples", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter and write to; pytest's own are this user's alone."""
    folder = Path(tempfile.mkdtemp(prefix="ascent-image-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def apptainer(action: str, image: Path, folder: Path, *words: str) -> list[str]:
    """A command in the image that sees nothing of this machine but one folder."""
    closed = ["--cleanenv", "--containall", "--no-home", "--bind", str(folder), "--pwd", str(folder)]
    return ["apptainer", action, *NAMESPACE, *closed, str(image), *words]


def succeed(command: list[str], **options: Any) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def manifest_in(folder: Path) -> dict[str, Any]:
    (file,) = folder.glob("results/*/manifest.json")
    content: dict[str, Any] = json.loads(file.read_text())
    return content


def test_the_image_gives_the_bits_of_one_process_outside(
    image: Path, samples: ModuleType, open_folder: Path, tmp_path: Path
) -> None:
    succeed(apptainer("run", image, open_folder, *samples.SMALL, "results.archive=none"))
    assert manifest_in(open_folder)["content_sha256"] == samples.content_here(tmp_path)


@pytest.mark.skipif(MPIRUN is None, reason="there is no mpirun outside of the image")
def test_ranks_that_the_hosts_mpi_starts_give_the_same_bits(
    image: Path, samples: ModuleType, open_folder: Path, tmp_path: Path
) -> None:
    root = ["--allow-run-as-root"] if os.getuid() == 0 else []
    words = [*root, "--oversubscribe", "-n", "2", "apptainer", "run", *NAMESPACE, str(image)]
    environment = {**os.environ, "ASCENT_CACHE_DIR": str(open_folder / "cache")}
    environment.pop("PYTHONPATH", None)
    succeed([str(MPIRUN), *words, *samples.SMALL, "results.archive=none"], cwd=open_folder, env=environment)
    assert manifest_in(open_folder)["mpi_size"] == 2
    assert manifest_in(open_folder)["content_sha256"] == samples.content_here(tmp_path)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_runs_it_from_a_file_system_that_cannot_be_written(
    image: Path, samples: ModuleType, open_folder: Path
) -> None:
    mine = open_folder / "ascent.sif"
    shutil.copy(image, mine)
    mine.chmod(0o444)
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(open_folder), "APPTAINER_CACHEDIR": str(open_folder / "a")}
    inside = [word for word in apptainer("run", mine, open_folder, *samples.SMALL) if word != "--userns"]
    succeed([*become, *inside], env=environment, cwd=open_folder)
    assert manifest_in(open_folder)["status"] == "finished"
    assert next(open_folder.glob("results/*.tar.gz")).stat().st_uid == NOBODY
    writing = [word for word in apptainer("exec", mine, open_folder, "touch", "/opt/ascent/x") if word != "--userns"]
    assert subprocess.run([*become, *writing], env=environment, cwd=open_folder).returncode != 0


def test_the_manifest_names_the_image_by_the_digest_of_what_it_carries(image: Path, open_folder: Path) -> None:
    said = succeed(apptainer("exec", image, open_folder, "cat", "/opt/ascent/image.digest")).strip()
    code = "from ascent.runs.environment import image; print(image())"
    assert succeed(apptainer("exec", image, open_folder, "python", "-c", code)).strip() == said
    assert said.startswith("sha256:") and len(said) == len("sha256:") + 64


def test_it_says_what_it_is(image: Path) -> None:
    labels = json.loads(succeed(["apptainer", "inspect", "--labels", "--json", str(image)]))["data"]["attributes"][
        "labels"
    ]
    wanted = {"title", "version", "revision", "licenses"}
    assert {f"org.opencontainers.image.{name}" for name in wanted} <= set(labels)
    assert "Open MPI" in labels["mpi.flavour"]
    assert "+run=3" in succeed(["apptainer", "run-help", str(image)])
