"""Corruption of files: what disks, editors and copy-paste do to them."""

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ascent.errors import AscentError

Corrupted = Iterator[tuple[str, bytes]]


def _corruptions(text: str, count: int, seed: int) -> Corrupted:
    """`count` corrupted versions of `text`, each with the name of what was done to it."""
    generator = random.Random(seed)
    kinds = (_cut, _drop_line, _repeat_line, _garble_character, _drop_character, _spoil_number, _swap_lines, _bytes)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        yield f"{number}{kind.__name__}", kind(text, generator)


def _cut(text: str, generator: random.Random) -> bytes:
    return text[: generator.randrange(len(text))].encode()


def _drop_line(text: str, generator: random.Random) -> bytes:
    lines = text.split("\n")
    del lines[generator.randrange(len(lines))]
    return "\n".join(lines).encode()


def _repeat_line(text: str, generator: random.Random) -> bytes:
    lines = text.split("\n")
    position = generator.randrange(len(lines))
    return "\n".join([*lines[:position], lines[position], *lines[position:]]).encode()


def _garble_character(text: str, generator: random.Random) -> bytes:
    position = generator.randrange(len(text))
    return (text[:position] + generator.choice("{}[](),:;'\"#/x\t\0é-.") + text[position + 1 :]).encode()


def _drop_character(text: str, generator: random.Random) -> bytes:
    position = generator.randrange(len(text))
    return (text[:position] + text[position + 1 :]).encode()


def _spoil_number(text: str, generator: random.Random) -> bytes:
    numbers = list(re.finditer(r"-?\d+\.?\d*", text))
    chosen = generator.choice(numbers)
    spoiled = generator.choice(["nan", "inf", "1e999", "-1", "0", "", "1.2.3", "9" * 400, "0x1f", "1,5"])
    return (text[: chosen.start()] + spoiled + text[chosen.end() :]).encode()


def _swap_lines(text: str, generator: random.Random) -> bytes:
    lines = text.split("\n")
    first, second = generator.randrange(len(lines)), generator.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines).encode()


def _bytes(text: str, generator: random.Random) -> bytes:
    data = bytearray(text.encode())
    position = generator.randrange(len(data))
    data[position : position + 2] = bytes(generator.randrange(256) for _ in range(2))
    return bytes(data)


@pytest.fixture
def survives(tmp_path: Path) -> Callable[..., int]:
    """Read many corrupted versions of a file: each is read, or refused in a sentence that names the file and the line.

    Returns how many were refused.
    """

    def check(text: str, name: str, read: Callable[[Path], Any], count: int = 200, seed: int = 5) -> int:
        path = tmp_path / name
        refused = 0
        for kind, data in _corruptions(text, count, seed):
            path.write_bytes(data)
            try:
                read(path)
            except AscentError as error:
                refused += 1
                said = str(error)
                assert name in said, (kind, said)
                assert re.search(r"line \d+", said) or _about_the_whole(said), (kind, said)
        return refused

    return check


def _about_the_whole(sentence: str) -> bool:
    """Whether an error is about what the file as a whole lacks, so that no line can be named."""
    return any(words in sentence for words in ("has no soma", "has no line @1", "has no points", "holds no sample"))
