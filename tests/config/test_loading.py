"""Files that cannot be read, are not JSON or have been damaged: one sentence, never a traceback."""

import json
import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ascent.config.loading import dump, load, read_json, validate
from ascent.config.run import RunConfig
from ascent.errors import ConfigError


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[bytes], str]:
    """The message about a run file with given bytes."""

    def message(content: bytes) -> str:
        file = tmp_path / "run.json"
        file.write_bytes(content)
        with pytest.raises(ConfigError) as caught:
            load(file, RunConfig)
        assert str(file) in str(caught.value)
        return str(caught.value).replace(str(file), "run.json")

    return message


def test_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes(b'\xef\xbb\xbf{"sample": 3}')
    assert load(tmp_path / "run.json", RunConfig).sample == 3


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"5\.json does not exist\."):
        load(tmp_path / "5.json", RunConfig)


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder; a JSON file is needed"):
        load(tmp_path, RunConfig)


def test_name_that_no_file_can_have() -> None:
    with pytest.raises(ConfigError, match="is not a file name"):
        load("a\0b", RunConfig)


def test_huge_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ascent.config.loading.MAX_BYTES", 1_000_000)
    (tmp_path / "run.json").write_bytes(b" " * 1_000_001)
    with pytest.raises(ConfigError, match="is larger than 1 MB"):
        load(tmp_path / "run.json", RunConfig)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"sample": 0,}', "run.json is not valid JSON at line 1, column 14"),
        (b'{\n"sample": 0\n"models": []}', "run.json is not valid JSON at line 3, column 1: expecting ',' delimiter."),
        (b"", "run.json is not valid JSON at line 1, column 1"),
        (b"\xff\xfe\x00\x01", "run.json is not UTF-8 text"),
        (b'{"sample": 0, "sample": 1}', 'run.json: the key "sample" stands twice in one object'),
        (b'{"sample": NaN}', "run.json: NaN is not a number that JSON allows"),
        (b'{"sample": -Infinity}', "-Infinity is not a number that JSON allows"),
        (b'{"sample": 1e999}', "run.json holds inf; write a finite number"),
        (b"[0]", "run.json must hold a JSON object ({\u2026}), not a list"),
        (b"3", "not a number"),
        (b"null", "not nothing"),
        (b"[" * 100_000, "run.json is nested too deep"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "run.json is nested too deep"),
        (b'{"sample": ' + b"9" * 5000 + b"}", "too many digits"),
    ],
)
def test_content_that_is_no_configuration(content: bytes, words: str, refused: Callable[[bytes], str]) -> None:
    assert words in refused(content)


def test_keys_of_data_from_python_are_texts() -> None:
    with pytest.raises(ConfigError, match="key 3, which is not a text"):
        validate({"sample": 0, 3: 1}, RunConfig, "command line")  # type: ignore[dict-item]


def test_data_from_elsewhere_names_its_source() -> None:
    with pytest.raises(ConfigError, match="^command line: sample: is missing"):
        validate({}, RunConfig, "command line")


def test_problems_carry_their_parts() -> None:
    with pytest.raises(ConfigError) as caught:
        validate({"sample": 0, "keep": {"mesh": 1}}, RunConfig, "run.json")
    (problem,) = caught.value.problems
    assert (problem.file, problem.key, problem.value) == ("run.json", "keep.mesh", "1")


def test_number_too_large_to_be_a_float_is_refused(check: Callable[..., Any]) -> None:
    with pytest.raises(ConfigError):
        check("model", {"temperature": 10**400})


def _damaged(text: str, chance: random.Random) -> bytes:
    """The text of a JSON file with one damage: cut, flipped bits, or a value swapped, removed or renamed."""
    content = bytearray(text.encode())
    kind = chance.choice(["cut", "flip", "swap", "remove", "rename", "add"])
    if kind == "cut":
        return bytes(content[: chance.randrange(len(content))])
    if kind == "flip":
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        return bytes(content)
    data = json.loads(text)
    place: Any = data
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = chance.choice(keys)
        below = place[key]
        if not isinstance(below, dict | list) or not below or chance.random() < 0.3:
            break
        place = below
    odd: list[Any] = [
        None,
        True,
        -1,
        0,
        1e308,
        10**400,
        "",
        "x",
        "1/0",
        [],
        {},
        [[]],
        [1, "a"],
        {"mode": "x"},
        {"a": {"b": 1}},
    ]
    if kind == "remove":
        del place[key]
    elif kind == "swap" or isinstance(place, list):
        place[key] = chance.choice(odd)
    elif kind == "rename":
        place[f"{key}x"] = place.pop(key)
    else:
        place["unexpected"] = chance.choice(odd)
    return json.dumps(data).encode()


def test_a_hundred_damaged_files_are_accepted_or_refused_in_words(
    kind: str, schema_and_file: tuple[type[Any], Path], tmp_path: Path
) -> None:
    schema, file = schema_and_file
    chance = random.Random(kind)
    refusals = 0
    for _ in range(100):
        damaged = tmp_path / "damaged.json"
        damaged.write_bytes(_damaged(file.read_text(), chance))
        try:
            config = load(damaged, schema)
        except ConfigError as error:
            refusals += 1
            assert "damaged.json" in str(error)
        else:
            assert validate(dump(config), schema, "again") == config
    assert refusals > 10


def test_reading_alone_accepts_every_json_value(tmp_path: Path) -> None:
    (tmp_path / "any.json").write_text("[1, 2.5, null]")
    assert read_json(tmp_path / "any.json") == [1, 2.5, None]
    assert not math.isnan(read_json(tmp_path / "any.json")[1])
