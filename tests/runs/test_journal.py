"""The journal survives a machine that stops in the middle of a line."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.errors import RunDirectoryError
from ascent.runs.journal import Journal, read_journal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def _write(path: Path, units: int) -> bytes:
    with Journal(path) as journal:
        for number in range(units):
            journal.append("unit", unit=f"fiber {number}", value={"threshold_mA": -0.1 * number}, seconds=1.5)
    return path.read_bytes()


@given(name=st.text(), value=JSON)
def test_entries_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, name: str, value: object) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    with Journal(path) as journal:
        journal.append("unit", unit=name, value=value)
    (entry,) = read_journal(path)
    assert (entry.unit, entry.value, entry.error) == (name, value, None)


@given(cut=st.integers(min_value=0, max_value=10_000))
def test_a_torn_end_loses_no_more_than_its_own_line(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    data = _write(path, 5)
    kept = data[: cut % (len(data) + 1)]
    path.write_bytes(kept)
    assert [entry.unit for entry in read_journal(path)] == [f"fiber {number}" for number in range(kept.count(b"\n"))]


@given(cut=st.integers(min_value=0, max_value=10_000))
def test_writing_goes_on_after_a_torn_end(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    data = _write(path, 3)
    kept = data[: cut % (len(data) + 1)]
    path.write_bytes(kept)
    with Journal(path) as journal:
        journal.append("resumed")
    entries = read_journal(path)
    assert len(entries) == kept.count(b"\n") + 1
    assert entries[-1].event == "resumed"


def test_a_last_line_of_zeros_counts_as_torn(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(_write(path, 2) + b"\0" * 512)
    assert len(read_journal(path)) == 2


@pytest.mark.parametrize("line", [b"{}", b"[1]", b"\xff\xfe", b'{"event": "unit", "time": "t"}', b"[" * 100_000])
def test_damage_before_the_end_is_one_sentence(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    data = _write(path, 1)
    path.write_bytes(data + line + b"\n" + data)
    with pytest.raises(RunDirectoryError, match="damaged in line 2"):
        read_journal(path)


def test_each_entry_is_on_disk_before_the_run_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bytes] = []
    path = tmp_path / "journal.jsonl"
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(path.read_bytes()))
    _write(path, 2)
    assert [data.count(b"\n") for data in synced] == [1, 2]


def test_many_entries_in_a_moment_wait_for_the_disk_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    path = tmp_path / "journal.jsonl"
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(path.read_bytes().count(b"\n")))
    with Journal(path) as journal:
        for unit in range(100):
            journal.append("unit", unit=str(unit), lazy=True)
            assert path.read_bytes().count(b"\n") == unit + 1
    assert len(synced) < 20
    assert synced[-1] == 100


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path), pytest.raises(RunDirectoryError, match="still going on"):
        Journal(path)


def test_a_full_disk_is_one_sentence_and_tears_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.jsonl"
    write = os.write
    calls: list[int] = []

    def full(descriptor: int, data: bytes) -> int:
        calls.append(descriptor)
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data[:7])

    with Journal(path) as journal:
        journal.append("started")
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", full)
            with pytest.raises(RunDirectoryError, match="No space left on device"):
                journal.append("unit", unit="a")
        assert len(calls) == 2
        journal.append("unit", unit="b")
    assert [entry.unit for entry in read_journal(path)] == [None, "b"]


def test_a_journal_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="could not be read"):
        read_journal(tmp_path / "journal.jsonl")
