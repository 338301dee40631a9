"""Versions, checkout, image and machine, as the manifest records them."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import socket
import subprocess
import sys
from pathlib import Path

import ascent
from ascent.runs.manifest import Git, Machine, Versions
from ascent.schedule import available_cores

IMAGE_VARIABLES = ("ASCENT_IMAGE", "APPTAINER_CONTAINER", "SINGULARITY_CONTAINER")


def versions() -> Versions:
    """Return the versions of ascent, Python and every installed package; imports none of them."""
    packages = {
        distribution.metadata["Name"]: distribution.version
        for distribution in importlib.metadata.distributions()
        if distribution.metadata["Name"]
    }
    return Versions(
        ascent=ascent.__version__,
        python=platform.python_version(),
        neuron=packages.get("neuron") or packages.get("NEURON"),
        ngsolve=packages.get("ngsolve"),
        packages=dict(sorted(packages.items(), key=lambda item: item[0].lower())),
    )


def git(package: Path | None = None) -> Git | None:
    """Return revision and dirtiness of the checkout that holds the package, None if there is none."""
    folder = Path(ascent.__file__).parent if package is None else package
    top = _git(folder, "rev-parse", "--show-toplevel")
    # An installed package may lie in a virtual environment inside somebody else's checkout.
    if top is None or Path(top).resolve() != folder.resolve().parent:
        return None
    revision = _git(folder, "rev-parse", "HEAD")
    changes = _git(folder, "status", "--porcelain")
    if revision is None or changes is None:
        return None
    return Git(revision=revision, dirty=bool(changes))


def image() -> str | None:
    """Return the identity of the container image: the digest of what it carries, else what Apptainer says.

    The digest is written when an image is built (``containers/build.sh``), over every file of the installation.
    """
    try:
        return (Path(sys.prefix) / "image.digest").read_text(encoding="utf-8").strip()
    except OSError:
        pass
    return next((os.environ[name] for name in IMAGE_VARIABLES if os.environ.get(name)), None)


def machine() -> Machine:
    """Return what computer this is."""
    return Machine(
        host=socket.gethostname(),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        processor=_processor(),
        cores=available_cores(),
        memory_bytes=_memory_bytes(),
    )


def _git(folder: Path, *arguments: str) -> str | None:
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except (OSError, UnicodeDecodeError):
        pass
    return platform.processor() or platform.machine()


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None
