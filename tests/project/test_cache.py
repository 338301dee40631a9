"""The cache of fields: what several processes want at once is computed once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ascent.project import cache

COMPUTE = """
import pathlib, sys, time
from ascent.project import cache
target = pathlib.Path(sys.argv[1])
with cache.only_one("fields", "key"):
    if not cache.take("fields", "key", target):
        time.sleep(0.5)
        target.mkdir(parents=True)
        (target / "made_by").write_text(sys.argv[1])
        cache.put("fields", "key", target)
"""


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_processes_that_want_the_same_field_compute_it_once(tmp_path: Path, own_cache: Path) -> None:
    targets = [tmp_path / str(number) for number in range(3)]
    running = [subprocess.Popen([sys.executable, "-c", COMPUTE, str(target)], env=os.environ) for target in targets]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert len({(target / "made_by").read_text() for target in targets}) == 1


def test_the_right_of_a_process_that_dies_passes_on(own_cache: Path) -> None:
    dying = "import os; from ascent.project import cache; cache.only_one('fields', 'key').__enter__(); os._exit(9)"
    assert subprocess.run([sys.executable, "-c", dying], env=os.environ).returncode == 9
    with cache.only_one("fields", "key"):
        pass


def test_a_cache_that_cannot_be_written_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "file"))
    reached = []
    with cache.only_one("fields", "key"):
        reached.append("inside")
    assert reached


def test_an_error_inside_is_not_swallowed(own_cache: Path) -> None:
    with pytest.raises(OSError, match="disk"), cache.only_one("fields", "key"):
        raise OSError("disk")
