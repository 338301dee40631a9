"""One small study, run once in one process: what all other ways to run it must give again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import jobs


@dataclass(frozen=True)
class Reference:
    directory: Path
    content: str
    cache: jobs.Cache


@pytest.fixture(scope="session")
def reference(made_once: Callable[[str, Callable[[Path], object]], Path]) -> Reference:
    """The study in one process, and the cache that then holds its field."""

    def study(folder: Path) -> None:
        done = jobs.run(jobs.study(folder / "results", "engine.workers=1"), jobs.Cache(folder / "cache"))
        assert done.returncode == 0, done.stderr

    folder = made_once("reference", study)
    cache = jobs.Cache(folder / "cache")
    return Reference(jobs.only_directory(folder / "results"), jobs.content(folder / "results"), cache)
