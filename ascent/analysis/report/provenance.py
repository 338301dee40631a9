"""Where the numbers of a report come from: software, machine, inputs, and the files with their hashes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ascent.runs.digests import combined_sha256, content_sha256_of_file, file_sha256, files_below, is_content

if TYPE_CHECKING:
    from ascent.analysis.report.sources import RunFiles

#: Files that go on changing until the run has ended, so that a report cannot hold their hash.
_UNFINISHED = ("manifest.json", "journal.jsonl", "run.log")
_PURPOSE = {
    "config.yaml": "the configuration as composed",
    "overrides.yaml": "what the command line changed",
    "manifest.json": "versions, machine, inputs, hashes of all files",
    "thresholds.parquet": "one row a fiber: place, diameter, threshold",
    "potentials.h5": "compartments and potentials of each contact along every fiber",
    "recordings.h5": "signals of recording contacts",
    "voltage_traces.parquet": "membrane potentials of every sweep",
    "synapse_activation.parquet": "where and when each synapse was activated",
    "cell_activation.parquet": "spikes of the presynaptic cells",
    "spike_times.parquet": "spikes of every sweep",
    "run.log": "what happened, in words",
    "journal.jsonl": "every finished unit of work",
}
#: Files of one sweep each.
_NUMBERED = re.compile(r"(simulation_run)\d+(_\w+\.csv)$")
_PICTURES = (".png", ".svg", ".pdf")


def provenance_data(run: RunFiles) -> dict[str, Any]:
    """Software, machine and command line; inputs; files at the top with their hashes, the others by folder."""
    manifest = run.manifest
    content: list[tuple[str, str]] = []
    top: list[dict[str, Any]] = []
    folders: dict[str, list[tuple[str, int, str]]] = {}
    for relative in files_below(run.root):
        path = run.root / relative
        if relative.startswith("report/") and path.suffix not in _PICTURES:
            continue
        settled = relative not in _UNFINISHED
        digest = file_sha256(path) if settled else None
        size = path.stat().st_size if settled else None
        if digest is not None and is_content(relative):
            said = content_sha256_of_file(path)
            content.append((_printable(relative), said))
        numbered = _NUMBERED.match(relative)
        if numbered and digest is not None and size is not None:
            folders.setdefault(f"{numbered[1]}*{numbered[2]}", []).append((relative, size, digest))
        elif "/" not in relative or relative.startswith("report/"):
            top.append({"path": relative, "bytes": size, "sha256": digest, "purpose": _purpose(relative)})
        elif digest is not None:
            folders.setdefault(_group(relative), []).append((relative, path.stat().st_size, digest))
    return {
        "manifest": manifest.model_dump(
            mode="json", exclude={"outputs", "failures", "status", "reason", "finished", "content_sha256"}
        ),
        "failures": [failure.model_dump() for failure in manifest.failures],
        "content_sha256": combined_sha256(content),
        "files": top,
        "folders": [
            {
                "path": group,
                "files": len(members),
                "bytes": sum(size for _, size, _ in members),
                "sha256": combined_sha256((name, digest) for name, _, digest in members),
            }
            for group, members in sorted(folders.items())
        ],
    }


def _purpose(relative: str) -> str:
    if relative.startswith("report/"):
        return "picture"
    return _PURPOSE.get(relative, "")


def _group(relative: str) -> str:
    """The folder that a file is counted with: that of its n_sim, sim, model or sample, else its own."""
    parts = relative.split("/")[:-1]
    for name in ("n_sims", "fibersets", "fibersets_bases", "slides"):
        if name in parts:
            place = parts.index(name) + (2 if name == "n_sims" else 1)
            return "/".join(parts[:place])
    return "/".join(parts)


def _printable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
