"""Arithmetic expressions with names and units, as they stand in cuff presets, materials and fiber geometry.

Lengths are kept in µm and angles in degrees, so that ``"1.5 [mm]"`` is exactly 1500 and ``"360 [deg]"`` exactly 360.
A unit in brackets belongs to the operand before it: ``2*0.077 [inch]`` is twice 0.077 inch. A bare number that is added
to or compared with a length counts in metres, and one that is added to or compared with an angle in radians (SI, as in
COMSOL). Comparisons are 1 or 0. Nothing is ever handed to Python's own evaluation.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping

from ascent.config.quantities import FUNCTIONS, NUMBER, UNITS, Quantity, as_quantity, operate
from ascent.errors import ConfigError

MAX_LENGTH = 10_000
MAX_DEPTH = 50

CONSTANTS: dict[str, Quantity] = {"pi": Quantity(math.pi), "NaN": Quantity(math.nan), "nan": Quantity(math.nan)}

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])"
    r"|(?P<name>[A-Za-z_µμ][A-Za-z0-9_µμ]*)"
    r"|(?P<operator>\*\*|<=|>=|==|!=|[-+*/^<>(),\[\]]))",
    re.ASCII,
)

#: How tightly binary operators hold their operands.
_BINDING = {"<": 1, "<=": 1, ">": 1, ">=": 1, "==": 1, "!=": 1, "+": 2, "-": 2, "*": 3, "/": 3, "^": 5, "**": 5}
_UNARY_BINDING = 4


def evaluate(text: str, names: Mapping[str, Quantity | float] | None = None) -> Quantity:
    """Evaluate `text`.

    Parameters
    ----------
    text : str
        For example ``"max(r_nerve + 10 [um], r_pre)"``.
    names : mapping
        Values of names; plain numbers are dimensionless.

    Raises
    ------
    ConfigError
        When `text` is no expression, a name is unknown, units do not fit, or the result is no number.
    """
    if not isinstance(text, str) or not text.strip():
        raise ConfigError("The expression is empty; write a number or a formula.")
    if len(text) > MAX_LENGTH:
        raise ConfigError(f"The expression is {len(text)} characters long; at most {MAX_LENGTH} are allowed.")
    return _Parser(text, names or {}).whole()


def evaluate_number(text: str, names: Mapping[str, Quantity | float] | None = None) -> float:
    """Evaluate `text`, which must come out as a finite number without unit, such as ``"9.43*10^6"``.

    Raises
    ------
    ConfigError
        When it does not.
    """
    result = evaluate(text, names)
    if result.kind != NUMBER or not math.isfinite(result.value):
        raise ConfigError(f'"{_shown(text)}" is {result}; a plain number is needed.')
    return result.value


def names_in(text: str) -> set[str]:
    """Names that the expression `text` refers to, without functions, constants and units."""
    tokens = _tokens(text)
    found, in_unit = set(), False
    for kind, token in tokens:
        if token in "[]":
            in_unit = token == "["
        elif kind == "name" and not in_unit and token not in FUNCTIONS and token not in CONSTANTS:
            found.add(token)
    return found


def _shown(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].strip()
            raise ConfigError(f'"{_shown(text)}" cannot be read from "{_shown(rest)}" on; it should be a formula.')
        kind = str(match.lastgroup)
        tokens.append((kind, match[kind]))
        position = match.end()
    return tokens


class _Parser:
    """Reads and evaluates in one go by operator precedence (Pratt 1973)."""

    def __init__(self, text: str, names: Mapping[str, Quantity | float]) -> None:
        self._text = text
        self._names = names
        self._tokens = _tokens(text)
        self._position = 0
        self._depth = 0

    def whole(self) -> Quantity:
        result = self._expression(0)
        if self._position < len(self._tokens):
            raise self._error(f'an operator is missing before "{self._peek()}"')
        return result

    def _peek(self) -> str:
        return self._tokens[self._position][1] if self._position < len(self._tokens) else ""

    def _take(self) -> tuple[str, str]:
        if self._position >= len(self._tokens):
            raise self._error("it ends too early")
        self._position += 1
        return self._tokens[self._position - 1]

    def _expect(self, token: str) -> None:
        if self._peek() != token:
            raise self._error(f'"{token}" is missing')
        self._position += 1

    def _error(self, reason: str) -> ConfigError:
        return ConfigError(f'"{_shown(self._text)}" is not a formula: {reason}.')

    def _expression(self, binding: int) -> Quantity:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"it is nested more than {MAX_DEPTH} deep")
        left = self._operand()
        while True:
            operator = self._peek()
            power = _BINDING.get(operator, 0)
            if power <= binding:
                break
            self._position += 1
            # "^" groups to the right: 2^3^2 is 2^9.
            left = self._apply(operator, left, self._expression(power - 1 if power == 5 else power))
        self._depth -= 1
        return left

    def _operand(self) -> Quantity:
        kind, token = self._take()
        if token in ("-", "+"):
            value = self._expression(_UNARY_BINDING)
            return Quantity(-value.value, value.length, value.angle) if token == "-" else value
        if kind == "number":
            value = Quantity(float(token))
            if not math.isfinite(value.value):
                raise self._error(f'the number "{_shown(token)}" is too large')
        elif kind == "name":
            value = self._name(token)
        elif token == "(":
            value = self._expression(0)
            self._expect(")")
        else:
            raise self._error(f'a value is missing before "{token}"')
        while self._peek() == "[":
            value = self._unit(value)
        return value

    def _name(self, name: str) -> Quantity:
        if self._peek() == "(":
            return self._call(name)
        if name in self._names:
            return as_quantity(self._names[name])
        if name in CONSTANTS:
            return CONSTANTS[name]
        near = difflib.get_close_matches(name, [*self._names, *CONSTANTS], n=1)
        raise ConfigError(
            f'"{_shown(self._text)}" uses "{_shown(name)}", which is not known'
            + (f'; did you mean "{near[0]}"?' if near else ".")
        )

    def _call(self, name: str) -> Quantity:
        function = FUNCTIONS.get(name)
        if function is None:
            near = difflib.get_close_matches(name, FUNCTIONS, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(FUNCTIONS)}."
            raise ConfigError(f'"{_shown(self._text)}" calls "{_shown(name)}", which is not a function; {hint}')
        self._expect("(")
        arguments = [self._expression(0)]
        while self._peek() == ",":
            self._position += 1
            arguments.append(self._expression(0))
        self._expect(")")
        least, most, compute = function
        if not least <= len(arguments) <= most:
            raise self._error(f"{name} takes {least} value{'s' if least > 1 else ''}, not {len(arguments)}")
        return self._computed(lambda: compute(*arguments))

    def _unit(self, value: Quantity) -> Quantity:
        self._expect("[")
        names, self._names = self._names, UNITS
        try:
            unit = self._expression(0)
        finally:
            self._names = names
        self._expect("]")
        if value.kind == NUMBER:
            return operate("*", value, unit)
        if value.kind != unit.kind:
            raise self._error(f"{value} cannot have the unit of another kind of quantity")
        # A unit behind what has one already states it once more ("theta [deg]" where theta is an angle).
        return value

    def _apply(self, operator: str, left: Quantity, right: Quantity) -> Quantity:
        return self._computed(lambda: operate(operator, left, right))

    def _computed(self, compute) -> Quantity:  # type: ignore[no-untyped-def]
        try:
            result = compute()
        except ZeroDivisionError:
            raise self._error("it divides by zero") from None
        except (OverflowError, ValueError) as error:
            raise self._error(str(error).rstrip(".") or "it cannot be computed") from None
        return result  # type: ignore[no-any-return]
