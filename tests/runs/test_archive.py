"""Archives: the same bytes for the same content, and safe to unpack."""

import errno
import gzip
import hashlib
import io
import os
import random
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.errors import AscentError, ConfigError, RunDirectoryError
from ascent.runs import extract_archive, write_archive

TIME = 1_795_000_000.0
KINDS = pytest.mark.parametrize("kind", ["tar.gz", "tar.zst"])
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20).filter(
    lambda name: name not in (".", "..") and len(name.encode()) < 200 and not name.startswith(".")
)


def _directory(root: Path) -> Path:
    folder = root / "run"
    (folder / "samples/0").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "samples/0/sample.json").write_text("{}")
    (folder / "manifest.json").write_bytes(os.urandom(0) + b"manifest" * 1000)
    return folder


def _tree(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")
    }


@KINDS
def test_it_comes_back_as_it_was(tmp_path: Path, kind: str) -> None:
    folder = _directory(tmp_path)
    archive = write_archive(folder, tmp_path / f"run.{kind}", TIME)
    unpacked = extract_archive(archive, tmp_path / "there")
    assert unpacked == tmp_path / "there/run"
    assert _tree(unpacked) == _tree(folder)


@given(files=st.dictionaries(NAMES, st.binary(max_size=2000), max_size=5))
def test_any_names_and_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    root = tmp_path_factory.mktemp("archive")
    (root / "run").mkdir()
    for name, data in files.items():
        (root / "run" / name).write_bytes(data)
    archive = write_archive(root / "run", root / "run.tar.gz", TIME)
    assert _tree(extract_archive(archive, root / "there")) == _tree(root / "run")


@KINDS
def test_the_bytes_do_not_depend_on_times_or_order_of_writing(tmp_path: Path, kind: str) -> None:
    first = _directory(tmp_path / "a")
    archive = write_archive(first, tmp_path / f"a/run.{kind}", TIME)
    second = tmp_path / "b/run"
    second.mkdir(parents=True)
    for name, data in reversed(sorted(_tree(first).items(), key=lambda item: item[0])):
        path = second / name
        if data is None:
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            os.utime(path, (1, 1))
    again = write_archive(second, tmp_path / f"b/run.{kind}", TIME)
    assert archive.read_bytes() == again.read_bytes()


def test_entries_are_sorted_and_have_no_owner(tmp_path: Path) -> None:
    archive = write_archive(_directory(tmp_path), tmp_path / "run.tar.gz", TIME)
    with tarfile.open(archive) as tar:
        entries = tar.getmembers()
    assert [entry.name for entry in entries] == [
        "run",
        "run/empty",
        "run/manifest.json",
        "run/samples",
        "run/samples/0",
        "run/samples/0/sample.json",
    ]
    assert {(entry.uid, entry.gid, entry.uname, entry.gname, entry.mtime) for entry in entries} == {
        (0, 0, "", "", int(TIME))
    }
    # Bytes 4 to 8 of a gzip file are its time (RFC 1952, section 2.3).
    assert archive.read_bytes()[4:8] == bytes(4)


def test_source_date_epoch_is_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    archive = write_archive(_directory(tmp_path), tmp_path / "run.tar.gz", TIME)
    with tarfile.open(archive) as tar:
        assert {entry.mtime for entry in tar.getmembers()} == {1_000_000_000}


def test_a_source_date_epoch_that_is_no_number_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(ConfigError, match="SOURCE_DATE_EPOCH is 'yesterday'"):
        write_archive(_directory(tmp_path), tmp_path / "run.tar.gz", TIME)


def test_the_checksum_is_as_sha256sum_writes_it(tmp_path: Path) -> None:
    archive = write_archive(_directory(tmp_path), tmp_path / "run.tar.gz", TIME)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert (tmp_path / "run.tar.gz.sha256").read_text() == f"{digest}  run.tar.gz\n"
    tool = shutil.which("sha256sum")
    if tool:
        subprocess.run([tool, "--check", "--quiet", "run.tar.gz.sha256"], cwd=tmp_path, check=True)


def test_a_changed_archive_is_refused_by_its_checksum(tmp_path: Path) -> None:
    archive = write_archive(_directory(tmp_path), tmp_path / "run.tar.gz", TIME)
    archive.write_bytes(archive.read_bytes() + b"x")
    with pytest.raises(RunDirectoryError, match="does not have the SHA-256"):
        extract_archive(archive, tmp_path / "there")


@KINDS
def test_a_hundred_damaged_archives_are_refused_and_leave_nothing(tmp_path: Path, kind: str) -> None:
    original = write_archive(_directory(tmp_path), tmp_path / f"run.{kind}", TIME).read_bytes()
    generator = random.Random(7)
    damaged = tmp_path / f"damaged.{kind}"
    there = tmp_path / "there"
    refused = 0
    for _ in range(100):
        data = bytearray(original)
        if generator.random() < 0.5:
            del data[generator.randrange(len(data)) :]
        else:
            data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        damaged.write_bytes(bytes(data))
        try:
            shutil.rmtree(extract_archive(damaged, there))
        except RunDirectoryError:
            refused += 1
        assert list(there.iterdir()) == []
    # A flipped bit in gzip's header (time, system) changes nothing that counts.
    assert refused >= 95


def _crafted(tmp_path: Path, *entries: tarfile.TarInfo) -> Path:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for entry in entries:
            tar.addfile(entry, io.BytesIO(bytes(entry.size)))
    path = tmp_path / "crafted.tar.gz"
    path.write_bytes(gzip.compress(raw.getvalue()))
    return path


def _entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, link
    entry.size = 3 if kind == tarfile.REGTYPE else 0
    return entry


@pytest.mark.parametrize(
    "entry",
    [
        _entry("../outside"),
        _entry("run/../../outside"),
        _entry("/tmp-outside/file"),
        _entry("run/link", tarfile.SYMTYPE, "/etc/passwd"),
        _entry("run/link", tarfile.LNKTYPE, "run/other"),
        _entry("run/device", tarfile.CHRTYPE),
        _entry("run/pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda entry: entry.name,
)
def test_entries_that_lead_outside_are_refused(tmp_path: Path, entry: tarfile.TarInfo) -> None:
    archive = _crafted(tmp_path, _entry("run", tarfile.DIRTYPE), entry)
    with pytest.raises(RunDirectoryError, match="unsafe"):
        extract_archive(archive, tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_more_than_one_folder_is_refused(tmp_path: Path) -> None:
    archive = _crafted(tmp_path, _entry("run/a"), _entry("other/b"))
    with pytest.raises(RunDirectoryError, match="more than one folder"):
        extract_archive(archive, tmp_path / "there")


def test_a_file_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="could not be unpacked"):
        extract_archive(_crafted(tmp_path, _entry("run/a"), _entry("run/a")), tmp_path / "there")


def test_an_existing_directory_is_not_overwritten(tmp_path: Path) -> None:
    archive = write_archive(_directory(tmp_path), tmp_path / "run.tar.gz", TIME)
    with pytest.raises(RunDirectoryError, match="exists already"):
        extract_archive(archive, tmp_path)


def test_other_kinds_of_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "run.zip").write_bytes(b"PK")
    with pytest.raises(AscentError, match="must end in .tar.gz"):
        extract_archive(tmp_path / "run.zip", tmp_path / "there")
    with pytest.raises(AscentError, match="must end in .tar.gz"):
        write_archive(_directory(tmp_path), tmp_path / "new.zip", TIME)
    assert not (tmp_path / "new.zip").exists()


def test_a_full_disk_leaves_no_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _directory(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunDirectoryError, match="No space left on device"):
        write_archive(folder, tmp_path / "run.tar.gz", TIME)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
