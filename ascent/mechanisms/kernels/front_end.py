"""NEURON's own NMODL front end, run on one file: text in, syntax tree as JSON out."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import tempfile
from contextlib import suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ascent.errors import AscentError, MechanismError
from ascent.files import write_text
from ascent.mechanisms.build import cache_directories, cache_directory

#: Seconds after which the front end counts as hung; it takes a few hundredths.
_PATIENCE = 60.0


def syntax_tree(path: Path) -> dict[str, Any]:
    """The syntax tree of a ``.mod`` file as ``nmodl FILE passes --json-ast`` writes it, from the cache if it is there.

    Raises
    ------
    MechanismError
        When the file cannot be read, NEURON has no ``nmodl``, or ``nmodl`` refuses the file (with its words).
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        raise MechanismError(f"{path} cannot be read: {error.strerror or error}.") from error
    digest = hashlib.sha256(version("neuron").encode() + b"\0" + source).hexdigest()[:32]
    for folder in cache_directories():
        with suppress(OSError, ValueError):
            return _object((folder / "syntax" / f"{digest}.json").read_text(encoding="utf-8"))
    text = _run(path, source)
    tree = _object(text)
    cached = cache_directory() / "syntax" / f"{digest}.json"
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        write_text(cached, text)
    except (OSError, AscentError):
        pass  # a cache that cannot be written costs time, nothing else
    return tree


def _object(text: str) -> dict[str, Any]:
    tree = json.loads(text)
    if not isinstance(tree, dict):
        raise ValueError("not a JSON object")
    return tree


def _run(path: Path, source: bytes) -> str:
    spec = find_spec("neuron")
    home = Path(spec.origin).parent / ".data" if spec and spec.origin else None
    if home is None or not (home / "bin" / "nmodl").is_file():
        raise MechanismError("The installed NEURON has no nmodl; install its wheel with: pip install neuron.")
    with tempfile.TemporaryDirectory(prefix="ascent-nmodl-") as name:
        work = Path(name)
        # A name of our own: nmodl reads spaces and options out of file names, and names its output after them.
        (work / "mechanism.mod").write_bytes(source)
        try:
            done = subprocess.run(
                [
                    str(home / "bin" / "nmodl"),
                    "mechanism.mod",
                    "-o",
                    "out",
                    "--scratch",
                    "scratch",
                    "passes",
                    "--json-ast",
                ],
                cwd=work,
                env=os.environ | {"NMODLHOME": str(home)},
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MechanismError(f"nmodl could not be run on {path}: {error}.") from error
        # nmodl goes on to make code of its own, and may fail there with what kernels cover, or refuse better
        written = sorted(work.rglob("*.ast.json"))
        if not written:
            reason = _reason(done.stdout + done.stderr)
            raise MechanismError(f"{path}: NEURON's nmodl does not accept the file: {reason}.")
        return written[0].read_text(encoding="utf-8")


def _reason(output: str) -> str:
    """What nmodl complains about, without its stack traces, with the line where it says one."""
    said = re.findall(r"what\(\):\s*(.+)", output) or re.findall(r"\[(?:error|critical)\] :: (.+)", output)
    lines = [line for line in output.splitlines() if line.strip()]
    words = said[-1] if said else lines[-1] if lines else "it gives no reason"
    words = re.sub(r"\[Location : (\d+)[^\]]*\]", r"in line \1", words)
    words = re.sub(r"found at \[(\d+)[^\]]*\]", r"of line \1", words)
    return words.strip().rstrip(".")
