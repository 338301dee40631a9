"""Which fiber has which diameter in an n_sim: `inner_fiber_diam_key`.

ASCENT keeps a list of (inner, fiber, diameter) tuples in a pickle. Loading a pickle can run any code, so ascent
writes one for ASCENT's scripts, keeps the same list as JSON for itself, and reads a pickle of ASCENT's as data:
its opcodes are followed by hand, and nothing but lists, tuples and numbers (numpy's included) comes out.
"""

from __future__ import annotations

import codecs
import json
import math
import pickle
import pickletools
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ascent.errors import RunDirectoryError
from ascent.fibers.counted_files import read_text
from ascent.files import write_bytes, write_text

Key = list[tuple[int, int, float]]

JSON_NAME = "inner_fiber_diam_key.json"
PICKLE_NAME = "inner_fiber_diam_key.obj"
_MAXIMUM_BYTES = 64 * 1024 * 1024


def write_diameter_key(folder: Path | str, key: Sequence[tuple[int, int, float]]) -> None:
    """Write the list of (inner, fiber, diameter in µm) as JSON and as ASCENT's pickle.

    Parameters
    ----------
    folder : path
        `data/inputs` of an n_sim.
    key : sequence of tuple
        In the order of the fiberset.
    """
    plain = [(int(inner), int(fiber), float(diameter)) for inner, fiber, diameter in key]
    write_text(Path(folder) / JSON_NAME, json.dumps(plain) + "\n")
    write_bytes(Path(folder) / PICKLE_NAME, pickle.dumps(plain, protocol=4))


def read_diameter_key(folder: Path | str) -> Key | None:
    """Read the list, from the JSON file or else from the pickle; None when the folder holds neither.

    Raises
    ------
    RunDirectoryError
        When the file is damaged or is not such a list.
    """
    folder = Path(folder)
    if (folder / JSON_NAME).exists():
        try:
            value = json.loads(read_text(folder / JSON_NAME))
        except (ValueError, RecursionError) as error:
            raise RunDirectoryError(f"{folder / JSON_NAME} is damaged: it is not JSON.") from error
        return _checked(value, folder / JSON_NAME)
    if (folder / PICKLE_NAME).exists():
        return read_pickled_key(folder / PICKLE_NAME)
    return None


def read_pickled_key(path: Path | str) -> Key:
    """Read a pickled list of (inner, fiber, diameter) tuples without running anything that it names.

    Raises
    ------
    RunDirectoryError
        When the file is damaged or holds anything else.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAXIMUM_BYTES:
            raise RunDirectoryError(f"{path} is too large for a list of diameters.")
        data = path.read_bytes()
    except OSError as error:
        raise RunDirectoryError(f"{path} could not be read: {error.strerror or error}.") from error
    machine = _Machine()
    try:
        for opcode, argument, _ in pickletools.genops(data):
            machine.step(opcode.name, argument)
    except _NotPlainError as error:
        raise RunDirectoryError(f"{path} holds {error}, where a list of (inner, fiber, diameter) should be.") from error
    except (ValueError, IndexError, KeyError, TypeError, LookupError, struct.error, OverflowError) as error:
        raise RunDirectoryError(f"{path} is damaged: it is not a whole pickle.") from error
    return _checked(machine.result, path)


class _NotPlainError(Exception):
    """Something in a pickle that is neither a list, a tuple nor a number."""


@dataclass(frozen=True)
class _Name:
    """A function or class that a pickle names; never looked up."""

    module: str
    name: str

    @property
    def kind(self) -> str:
        numpy_cores = ("numpy.core.multiarray", "numpy._core.multiarray")
        if self.module in numpy_cores and self.name == "scalar":
            return "scalar"
        if (self.module, self.name) == ("numpy", "dtype"):
            return "dtype"
        if (self.module, self.name) == ("_codecs", "encode"):
            return "encode"
        raise _NotPlainError(f"an object of {self.module}.{self.name}")


@dataclass
class _NumberType:
    """numpy's dtype of a scalar: its letter and byte order."""

    code: str
    order: str = "<"


_MARK = object()
_STRUCT_CODES = {"f8": "d", "f4": "f", "i8": "q", "i4": "i", "i2": "h", "u8": "Q", "u4": "I"}


@dataclass
class _Machine:
    """The stack and memo of the pickle language, restricted to plain data."""

    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)
    result: Any = None

    def step(self, name: str, argument: Any) -> None:
        if name in ("PROTO", "FRAME"):
            return
        if name in _LITERALS:
            self.stack.append(argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name]())
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[int(argument)] = self.stack[-1]
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = self.stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[int(argument)])
        elif name == "STOP":
            self.result = self.stack.pop()
        else:
            self._build(name, argument)

    def _build(self, name: str, argument: Any) -> None:
        stack = self.stack
        if name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            count = int(name[-1])
            if len(stack) < count:
                raise IndexError(name)
            stack[-count:] = [tuple(stack[-count:])]
        elif name in ("TUPLE", "LIST"):
            items = self._pop_to_mark()
            stack.append(tuple(items) if name == "TUPLE" else items)
        elif name == "APPENDS":
            items = self._pop_to_mark()
            self._list().extend(items)
        elif name == "APPEND":
            item = stack.pop()
            self._list().append(item)
        elif name == "GLOBAL":
            module, _, attribute = argument.partition(" ")
            stack.append(_Name(module, attribute))
        elif name == "STACK_GLOBAL":
            attribute, module = stack.pop(), stack.pop()
            stack.append(_Name(str(module), str(attribute)))
        elif name == "REDUCE":
            arguments, function = stack.pop(), stack.pop()
            stack.append(_reduced(function, arguments))
        elif name == "BUILD":
            state = stack.pop()
            if not isinstance(stack[-1], _NumberType):
                raise _NotPlainError("an object with a state")
            stack[-1].order = str(state[1])
        else:
            raise _NotPlainError(f"an instruction {name}")

    def _list(self) -> list[Any]:
        if not isinstance(self.stack[-1], list):
            raise ValueError("items for something that is no list")
        return self.stack[-1]

    def _pop_to_mark(self) -> list[Any]:
        place = len(self.stack) - 1
        while self.stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise IndexError("no mark")
        items = self.stack[place + 1 :]
        del self.stack[place:]
        return items


_LITERALS = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINBYTES", "SHORT_BINBYTES"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING"),
}
_CONSTANTS: dict[str, Any] = {
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "MARK": lambda: _MARK,
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
}


def _reduced(function: Any, arguments: Any) -> Any:
    if not isinstance(function, _Name) or not isinstance(arguments, tuple):
        raise _NotPlainError("a call")
    kind = function.kind
    if kind == "dtype":
        return _NumberType(str(arguments[0]))
    if kind == "encode":
        text, encoding = arguments
        if encoding != "latin1":
            raise _NotPlainError("text in an unknown encoding")
        return codecs.encode(text, "latin1")
    number_type, data = arguments
    if not isinstance(number_type, _NumberType) or number_type.code not in _STRUCT_CODES:
        raise _NotPlainError("a numpy object that is no number")
    order = ">" if number_type.order == ">" else "<"
    raw = data if isinstance(data, bytes) else str(data).encode("latin1")
    return struct.unpack(order + _STRUCT_CODES[number_type.code], raw)[0]


def _checked(value: Any, path: Path) -> Key:
    if not isinstance(value, list):
        raise RunDirectoryError(f"{path} is damaged: it should hold a list of (inner, fiber, diameter).")
    key: Key = []
    for entry in value:
        plain = isinstance(entry, list | tuple) and len(entry) == 3
        if not plain or any(isinstance(item, bool) or not isinstance(item, int | float) for item in entry):
            raise RunDirectoryError(f"{path} is damaged: an entry is not (inner, fiber, diameter).")
        inner, fiber, diameter = entry
        whole = all(isinstance(index, int) and 0 <= index < 2**31 for index in (inner, fiber))
        if not whole or not math.isfinite(diameter) or diameter <= 0:
            raise RunDirectoryError(f"{path} is damaged: {entry!r} is not (inner, fiber, diameter in µm).")
        key.append((inner, fiber, float(diameter)))
    if len({(inner, fiber) for inner, fiber, _ in key}) != len(key):
        raise RunDirectoryError(f"{path} is damaged: it names a fiber twice.")
    return key
