"""Numbers with a dimension: what expressions compute with."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass

#: Kinds of quantities: (power of length, is an angle).
Kind = tuple[float, bool]
NUMBER: Kind = (0, False)
LENGTH: Kind = (1, False)
ANGLE: Kind = (0, True)

_MICROMETRES_PER_METRE = 1e6


@dataclass(frozen=True)
class Quantity:
    """A value and its dimension.

    Attributes
    ----------
    value : float
        In µm to the power of `length`; degrees when `angle`.
    length : float
        Power of length: 0 for a number, 1 for a length, 2 for an area.
    angle : bool
        Whether it is an angle.
    """

    value: float
    length: float = 0
    angle: bool = False

    @property
    def kind(self) -> Kind:
        """The dimension, to compare with `NUMBER`, `LENGTH` and `ANGLE`."""
        return self.length, self.angle

    def __float__(self) -> float:
        return float(self.value)

    def __str__(self) -> str:
        unit = " degrees" if self.angle else "" if not self.length else " µm"
        return f"{self.value:g}{unit}" + (f"^{self.length:g}" if self.length not in (0, 1) else "")


UNITS: dict[str, Quantity] = {
    "m": Quantity(1e6, 1),
    "cm": Quantity(1e4, 1),
    "mm": Quantity(1e3, 1),
    "um": Quantity(1, 1),
    "µm": Quantity(1, 1),
    "μm": Quantity(1, 1),
    "micrometer": Quantity(1, 1),
    "nm": Quantity(1e-3, 1),
    "in": Quantity(25_400, 1),
    "inch": Quantity(25_400, 1),
    "deg": Quantity(1, 0, True),
    "rad": Quantity(math.degrees(1), 0, True),
}


def as_quantity(value: Quantity | float) -> Quantity:
    """`value` itself, or a number without unit."""
    return value if isinstance(value, Quantity) else Quantity(float(value))


def operate(symbol: str, left: Quantity, right: Quantity) -> Quantity:
    """Apply the binary operator `symbol`.

    Raises
    ------
    ValueError
        When the dimensions do not fit or there is no real result; ZeroDivisionError and OverflowError as in Python.
    """
    if symbol == "*":
        return _times(left, right)
    if symbol == "/":
        return _divided(left, right)
    if symbol in ("^", "**"):
        return _power(left, right)
    kind, (a, b) = _common(symbol, left, right)
    if symbol in _SUMS:
        return Quantity(_SUMS[symbol](a, b), *kind)
    return Quantity(float(_COMPARISONS[symbol](a, b)))


_SUMS: dict[str, Callable[[float, float], float]] = {"+": operator.add, "-": operator.sub}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def _common(what: str, *quantities: Quantity) -> tuple[Kind, list[float]]:
    """Bring quantities to one dimension; plain numbers beside lengths count in metres, beside angles in radians."""
    kinds = {quantity.kind for quantity in quantities if quantity.kind != NUMBER}
    if not kinds:
        return NUMBER, [quantity.value for quantity in quantities]
    if len(kinds) > 1:
        shown = " and ".join(str(quantity) for quantity in quantities)
        raise ValueError(f'"{what}" needs quantities of one kind, not {shown}')
    kind = kinds.pop()
    factor = math.degrees(1) if kind == ANGLE else _MICROMETRES_PER_METRE ** kind[0]
    return kind, [q.value if q.kind == kind else q.value * factor for q in quantities]


def _plain(quantity: Quantity) -> Quantity:
    """An angle as a number of radians."""
    return Quantity(math.radians(quantity.value)) if quantity.angle else quantity


def _times(left: Quantity, right: Quantity) -> Quantity:
    if {left.kind, right.kind} == {NUMBER, ANGLE}:
        return Quantity(left.value * right.value, 0, True)
    left, right = _plain(left), _plain(right)
    return Quantity(left.value * right.value, left.length + right.length)


def _divided(left: Quantity, right: Quantity) -> Quantity:
    if left.angle and right.angle:
        return Quantity(left.value / right.value)
    if left.angle and right.kind == NUMBER:
        return Quantity(left.value / right.value, 0, True)
    left, right = _plain(left), _plain(right)
    return Quantity(left.value / right.value, left.length - right.length)


def _power(left: Quantity, right: Quantity) -> Quantity:
    left, right = _plain(left), _plain(right)
    if right.length:
        raise ValueError(f"an exponent must be a number, not {right}")
    result = left.value**right.value
    if isinstance(result, complex):
        raise ValueError(f"{left.value:g}^{right.value:g} is not a real number")
    return Quantity(result, left.length * right.value if left.length else 0)


def _extreme(pick: Callable[..., float], name: str) -> Callable[..., Quantity]:
    def compute(*quantities: Quantity) -> Quantity:
        kind, values = _common(name, *quantities)
        if any(math.isnan(value) for value in values):
            return Quantity(math.nan, *kind)
        return Quantity(pick(values), *kind)

    return compute


def _square_root(quantity: Quantity) -> Quantity:
    quantity = _plain(quantity)
    return Quantity(math.sqrt(quantity.value), quantity.length / 2)


def _absolute(quantity: Quantity) -> Quantity:
    return Quantity(abs(quantity.value), *quantity.kind)


def _of_number(function: Callable[[float], float], name: str, degrees: bool = False) -> Callable[..., Quantity]:
    def compute(quantity: Quantity) -> Quantity:
        value = _plain(quantity)
        if value.length:
            raise ValueError(f"{name} needs a number, not {quantity}")
        result = function(value.value)
        return Quantity(math.degrees(result), 0, True) if degrees else Quantity(result)

    return compute


def _arc_tangent(y: Quantity, x: Quantity) -> Quantity:
    _, (a, b) = _common("atan2", y, x)
    return Quantity(math.degrees(math.atan2(a, b)), 0, True)


#: Functions: least and largest number of arguments, and what they compute.
FUNCTIONS: dict[str, tuple[int, int, Callable[..., Quantity]]] = {
    "min": (1, 100, _extreme(min, "min")),
    "max": (1, 100, _extreme(max, "max")),
    "sqrt": (1, 1, _square_root),
    "abs": (1, 1, _absolute),
    "sin": (1, 1, _of_number(math.sin, "sin")),
    "cos": (1, 1, _of_number(math.cos, "cos")),
    "tan": (1, 1, _of_number(math.tan, "tan")),
    "asin": (1, 1, _of_number(math.asin, "asin", degrees=True)),
    "acos": (1, 1, _of_number(math.acos, "acos", degrees=True)),
    "atan": (1, 1, _of_number(math.atan, "atan", degrees=True)),
    "atan2": (2, 2, _arc_tangent),
    "exp": (1, 1, _of_number(math.exp, "exp")),
    "log": (1, 1, _of_number(math.log, "log")),
}
