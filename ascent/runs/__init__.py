"""Run directories: what a run leaves behind, so that it can be read, checked, resumed and repeated."""

from ascent.runs.archive import extract_archive, write_archive
from ascent.runs.directory import RunDirectory
from ascent.runs.journal import Entry, Journal, read_journal
from ascent.runs.manifest import Manifest, read_manifest

__all__ = [
    "Entry",
    "Journal",
    "Manifest",
    "RunDirectory",
    "extract_archive",
    "read_journal",
    "read_manifest",
    "write_archive",
]
