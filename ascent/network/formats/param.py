"""Parameter files (``.param``): JSON as people write it, with paths that work wherever the folder lies.

Read is a superset of what such files hold: JSON, or Python's literals (single quotes, tuples also inside tuples,
``None``, ``True``, ``5.``, ``.5``), with comments (``#``, ``//``, ``/* … */``) and commas before a closing bracket.
Text inside quotes is never changed.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ascent.config.explain import dotted
from ascent.errors import ConfigError
from ascent.network.formats.parameter_set import ParameterSet
from ascent.network.formats.text import read_text

#: Keys whose texts (or lists of texts) are paths, wherever they stand.
PATH_KEYS = frozenset(
    {
        "filename",
        "recordingSites",
        "distributionFile",
        "connectionFile",
        "syn_filepath",
        "network_param",
        "synapse_activation_file",
        "target_morphology",
    }
)
#: Keys of mappings whose values are all paths.
PATH_MAPPINGS = frozenset({"NMODL_mechanisms"})
MAX_DEPTH = 50
#: Placeholders that always work: ``[ASCENT_DATA]`` is the folder of the files that come with ascent.
_BUILT_IN = {"ASCENT_DATA": Path(__file__).resolve().parents[2] / "data"}
_PLACEHOLDER = re.compile(r"\[([A-Za-z_][A-Za-z0-9_]*)\]")
_DATABASE = re.compile(r"[a-z]+db://")
_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
      | (?P<text>"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')
      | (?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
      | (?P<word>[-+]?[A-Za-z_]\w*)
      | (?P<mark>[{}\[\](),:])""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = {
    "null": None, "None": None, "true": True, "True": True, "false": False, "False": False,
    "NaN": math.nan, "nan": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, "inf": math.inf, "-inf": -math.inf,
}  # fmt: skip
_ESCAPE = re.compile(r'\\(u[0-9a-fA-F]{4}|["\'\\/bfnrt])')
_ESCAPED = {'"': '"', "'": "'", "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def read_parameters(path: Path | str, placeholders: Mapping[str, Path | str] | None = None) -> ParameterSet:
    """Read a parameter file.

    Parameters
    ----------
    path : path
        The file, ``.param`` or ``.json``; also a template with placeholders.
    placeholders : mapping, optional
        Folders by the name of the placeholder: a path that starts with ``[NAME]`` starts with this folder. Without
        an entry the environment variable of that name is taken, and without one the nearest folder above the file
        that holds what the rest of the path names. ``[ASCENT_DATA]`` is the folder of the files of ascent.

    Returns
    -------
    ParameterSet
        Tuples are lists. Relative paths (of morphologies, recording sites, synapses, connections, mechanisms) are
        absolute: relative to the file, or to the current folder where only that exists.

    Raises
    ------
    ConfigError
        When the file cannot be read, or is not such a file (with the line), or a placeholder cannot be filled.
    """
    file = Path(path)
    values, lines = parse_parameters(read_text(file, "a parameter file"), str(path))
    return ParameterSet(_Paths(file.absolute(), placeholders or {}, lines).resolve(values), str(path), lines)


def resolve_paths(
    values: Mapping[str, Any], folder: Path | str, placeholders: Mapping[str, Path | str] | None = None
) -> dict[str, Any]:
    """Parameters that came from elsewhere than a file, with their paths made absolute as `read_parameters` does.

    Parameters
    ----------
    values : mapping
        The parameters.
    folder : path
        What relative paths are relative to.
    placeholders : mapping, optional
        Folders by the name of the placeholder.

    Raises
    ------
    ConfigError
        When a placeholder cannot be filled.
    """
    plain = ParameterSet(values).to_dict()
    resolved: dict[str, Any] = _Paths(Path(folder).absolute() / "parameters", placeholders or {}, {}).resolve(plain)
    return resolved


def build_parameters(source: Path | str | Mapping[str, Any]) -> ParameterSet:
    """A parameter set of a file, a mapping or another parameter set (which is returned as it is)."""
    if isinstance(source, ParameterSet):
        return source
    return ParameterSet(source) if isinstance(source, Mapping) else read_parameters(source)


def parse_parameters(text: str, source: str = "text") -> tuple[dict[str, Any], dict[tuple[str | int, ...], int]]:
    """Parse the text of a parameter file.

    Parameters
    ----------
    text : str
        The content.
    source : str
        Name of the file, for messages.

    Returns
    -------
    dict
        The values.
    dict
        Line (from 1) by the path of each key: a tuple of keys and of positions in lists.

    Raises
    ------
    ConfigError
        When it is not a parameter file; says the line and what would be right.
    """
    parser = _Parser(text, source)
    values = parser.whole()
    if not isinstance(values, dict):
        raise ConfigError(f"{source}, line 1: a parameter file must hold one object ({{…}}).")
    return values, parser.lines


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._source = source
        self._position = 0
        self._line = 1
        self._kind, self._token = "", ""
        self.lines: dict[tuple[str | int, ...], int] = {}
        self._advance()

    def whole(self) -> Any:
        value = self._value(())
        if self._kind:
            raise self._error(f"{self._shown()} stands after the end; one object ({{…}}) makes up the file")
        return value

    def _error(self, sentence: str, line: int | None = None) -> ConfigError:
        return ConfigError(f"{self._source}, line {line or self._line}: {sentence}.")

    def _shown(self) -> str:
        if not self._kind:
            return "the end of the file"
        return self._token if len(self._token) <= 40 else self._token[:37] + "…"

    def _advance(self) -> None:
        self._line += self._token.count("\n")
        while self._position < len(self._text):
            match = _TOKEN.match(self._text, self._position)
            if match is None:
                raise self._bad_character()
            self._position = match.end()
            self._kind, self._token = str(match.lastgroup), match.group()
            if self._kind != "space":
                return
            self._line += self._token.count("\n")
        self._kind, self._token = "", ""

    def _bad_character(self) -> ConfigError:
        rest = self._text[self._position :].split("\n", 1)[0]
        if rest[:1] in "\"'":
            return self._error(f"the text {rest[:30]} is not closed on its line")
        if self._text.startswith("/*", self._position):
            return self._error("the comment that starts with /* is not closed")
        return self._error(f"{rest[:30]!r} is neither a value nor a bracket; texts stand in quotes")

    def _take(self, mark: str, after: str) -> None:
        if self._token != mark or self._kind != "mark":
            raise self._error(f"{self._shown()} stands where {mark} is needed{after}")
        self._advance()

    def _value(self, path: tuple[str | int, ...]) -> Any:
        if len(path) > MAX_DEPTH:
            raise self._error(f"the file is nested too deep; at most {MAX_DEPTH} levels are allowed")
        kind, token = self._kind, self._token
        if kind == "mark" and token == "{":
            return self._object(path)
        if kind == "mark" and token in "[(":
            return self._list(path, "]" if token == "[" else ")")
        if kind == "text":
            value: Any = self._text_of(token)
        elif kind == "number":
            value = self._number(token)
        elif kind == "word" and token in _WORDS:
            value = _WORDS[token]
        elif kind == "word":
            raise self._error(f"{self._shown()} is not a value; a text must stand in quotes")
        else:
            raise self._error(f"{self._shown()} stands where a value is needed")
        self._advance()
        return value

    def _text_of(self, token: str) -> str:
        text = _ESCAPE.sub(_unescaped, token[1:-1])
        try:
            # JSON writes characters beyond the first 65 536 as two escapes.
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise self._error(f"{self._shown()} holds half of a character that \\u escapes stand for") from None

    def _number(self, token: str) -> int | float:
        if re.fullmatch(r"[-+]?\d+", token):
            if len(token) > 19:
                raise self._error(f"{self._shown()} has too many digits")
            return int(token)
        value = float(token)
        if math.isinf(value):
            raise self._error(f"{self._shown()} is too large for a number")
        return value

    def _object(self, path: tuple[str | int, ...]) -> dict[str, Any]:
        opened = self._line
        self._advance()
        values: dict[str, Any] = {}
        while self._token != "}" or self._kind != "mark":
            if not self._kind:
                raise self._error(f"the object that opens in line {opened} is not closed with }}")
            if self._kind != "text":
                raise self._error(f"{self._shown()} stands where a key in quotes is needed")
            key, line = self._text_of(self._token), self._line
            if key in values:
                first = self.lines[(*path, key)]
                raise self._error(f'the key "{key}" stands twice in one object (first in line {first}); keep one')
            self._advance()
            self._take(":", f' after the key "{key}"')
            self.lines[(*path, key)] = line
            values[key] = self._value((*path, key))
            self._comma("}", f'after the value of "{key}"', f"the object that opens in line {opened}")
        self._advance()
        return values

    def _list(self, path: tuple[str | int, ...], closing: str) -> list[Any]:
        opened = self._line
        self._advance()
        values: list[Any] = []
        while self._token != closing or self._kind != "mark":
            if not self._kind:
                raise self._error(f"the list that opens in line {opened} is not closed with {closing}")
            self.lines[(*path, len(values))] = self._line
            values.append(self._value((*path, len(values))))
            self._comma(closing, "in a list", f"the list that opens in line {opened}")
        self._advance()
        return values

    def _comma(self, closing: str, after: str, opened: str) -> None:
        if self._kind == "mark" and self._token == ",":
            self._advance()
        elif not self._kind:
            raise self._error(f"{opened} is not closed with {closing}")
        elif self._kind != "mark" or self._token != closing:
            raise self._error(f"{self._shown()} stands where a comma or {closing} is needed {after}")


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code[1:], 16)) if code[0] == "u" and len(code) == 5 else _ESCAPED[code]


class _Paths:
    """Fills placeholders and makes relative paths absolute."""

    def __init__(
        self, file: Path, placeholders: Mapping[str, Path | str], lines: Mapping[tuple[str | int, ...], int]
    ) -> None:
        self._file = file
        self._placeholders = placeholders
        self._lines = lines

    def resolve(self, value: Any, path: tuple[str | int, ...] = (), is_path: bool = False) -> Any:
        if isinstance(value, dict):
            inside = bool(path) and path[-1] in PATH_MAPPINGS
            return {key: self.resolve(item, (*path, key), inside or key in PATH_KEYS) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item, (*path, position), is_path) for position, item in enumerate(value)]
        if not isinstance(value, str):
            return value
        match = _PLACEHOLDER.match(value)
        if match:
            return self._filled(match[1], value[match.end() :], path)
        if is_path and _DATABASE.match(value):
            raise self._error(path, f'"{value}" points into a database of another program; write a file name')
        return self._absolute(value) if is_path and value else value

    def _error(self, path: tuple[str | int, ...], sentence: str) -> ConfigError:
        line = f"{self._file}, line {self._lines[path]}" if path in self._lines else f"parameter {dotted(path)}"
        return ConfigError(f"{line}: {sentence}.")

    def _filled(self, name: str, rest: str, path: tuple[str | int, ...]) -> str:
        given = self._placeholders.get(name) or os.environ.get(name) or _BUILT_IN.get(name)
        if given:
            return str(Path(given).expanduser().absolute()) + rest
        relative = rest.lstrip("/\\")
        for folder in self._file.parents:
            if relative and (folder / relative).exists():
                return str(folder / relative)
        raise self._error(
            path,
            f'"[{name}]{rest}" was not found in any folder above the file; set the environment variable {name} to '
            f"the folder that it stands for",
        )

    def _absolute(self, value: str) -> str:
        beside = self._file.parent / Path(value).expanduser()
        if not beside.exists() and Path(value).exists():
            return str(Path(value).absolute())
        return os.path.normpath(beside)
