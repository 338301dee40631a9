"""A stage is redone when what it depends on has changed, and only then."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.errors import RunDirectoryError
from ascent.project import cache
from ascent.project.stamps import Stamp, code_fingerprint, content_key, sha256_of_file

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture
def stamped(tmp_path: Path) -> tuple[Stamp, Path]:
    output = tmp_path / "output.dat"
    output.write_text("1")
    stamp = Stamp(tmp_path, "sample")
    stamp.write("key", [output])
    return stamp, output


def test_a_stamp_holds_for_the_same_key_and_files(stamped: tuple[Stamp, Path]) -> None:
    assert stamped[0].holds("key")


def test_another_key_breaks_it(stamped: tuple[Stamp, Path]) -> None:
    assert not stamped[0].holds("other")


def test_a_changed_output_breaks_it(stamped: tuple[Stamp, Path]) -> None:
    stamped[1].write_text("2")
    assert not stamped[0].holds("key")


def test_a_missing_output_breaks_it(stamped: tuple[Stamp, Path]) -> None:
    stamped[1].unlink()
    assert not stamped[0].holds("key")


@given(st.binary(max_size=80))
def test_a_damaged_stamp_does_not_hold(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    stamp = Stamp(tmp_path_factory.mktemp("damaged"), "sample")
    stamp.file.write_bytes(content)
    assert not stamp.holds("key")


@given(JSON, JSON)
def test_different_content_has_different_keys(first: object, second: object) -> None:
    same = repr(first) == repr(second)
    assert (content_key("stage", first) == content_key("stage", second)) == same


def test_the_code_of_a_stage_is_part_of_what_it_depends_on() -> None:
    assert code_fingerprint("nerve") == code_fingerprint("nerve")
    assert code_fingerprint("nerve") != code_fingerprint("nerve", "field")


def test_the_order_of_keys_counts_since_it_orders_n_sims() -> None:
    assert content_key("sim", {"a": 1, "b": 2}) != content_key("sim", {"b": 2, "a": 1})


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match=r"missing\.tif"):
        sha256_of_file(tmp_path / "missing.tif")


def test_what_is_put_in_the_cache_can_be_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    source = tmp_path / "field"
    source.mkdir()
    (source / "a").write_text("content")
    cache.put("fields", "key", source)
    assert cache.take("fields", "key", tmp_path / "copy")
    assert (tmp_path / "copy" / "a").read_text() == "content"
    assert not cache.take("fields", "other", tmp_path / "other")


def test_a_copy_that_fails_leaves_the_target_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    for folder, text in ((source, "new"), (target, "old")):
        folder.mkdir()
        (folder / "a").write_text(text)

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.shutil, "copytree", full_disk)
    with pytest.raises(RunDirectoryError, match="No space left"):
        cache.copy_whole(source, target)
    assert (target / "a").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source", "target"]
