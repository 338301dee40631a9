"""One small study, run once in one process: what all other ways to run it must give again."""

from __future__ import annotations

import sys
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
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The study in one process, and the cache that then holds its field."""
    folder = tmp_path_factory.mktemp("reference")
    cache = jobs.Cache(folder / "cache")
    done = jobs.run(jobs.study(folder / "results", "engine.workers=1"), cache)
    assert done.returncode == 0, done.stderr
    return Reference(jobs.only_directory(folder / "results"), jobs.content(folder / "results"), cache)
