"""Arithmetic with names and units."""

import ast
import math
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.config.expressions import evaluate, evaluate_number, names_in
from ascent.config.quantities import ANGLE, LENGTH, NUMBER, Quantity
from ascent.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9.43*10^6", 9.43e6),
        ("10^(-12)", 1e-12),
        ("1/6.3", 1 / 6.3),
        (".08", 0.08),
        ("4.", 4),
        ("1e-3", 1e-3),
        ("-2^2", -4),
        ("2^-1", 0.5),
        ("2^3^2", 512),
        ("2**3", 8),
        ("7-2-1", 4),
        ("12/3/2", 2),
        ("-(1+2)*3", -9),
        ("--3", 3),
        ("max(1, 3, 2)+min(4,5)", 7),
        ("sqrt(16)+abs(-3)", 7),
        ("cos(pi)", -1),
        ("exp(log(2))", 2),
        ("(3>2)+(3<2)+(2<=2)+(2>=3)+(1==1)+(1!=1)", 3),
        ("1+2>2", 1),
    ],
)
def test_numbers(text: str, value: float) -> None:
    assert evaluate_number(text) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "micrometres"),
    [
        ("1.5 [mm]", 1500),
        ("10[um]", 10),
        ("3 [micrometer]", 3),
        ("2 [m]", 2e6),
        ("0.354 [inch]", 8991.6),
        ("(1190/2) [um] - 132.5 [um]", 462.5),
        ("2*0.077 [inch]", 3911.6),
        ("max(100 [um], 0.2 [mm])", 200),
        ("sqrt((3 [um])^2+(4 [um])^2)", 5),
        ("1 [um] + 1", 1_000_001),  # a bare number beside a length counts in metres
        ("(1.5*(2 [mm]>1 [mm])+0.99*(2 [mm]<=1 [mm])) [mm]", 1500),
        ("r*(180 [deg])", 100 * math.pi),  # an arc
        ("r [um]", 100),  # a unit behind what has one already
    ],
)
def test_lengths_are_in_micrometres(text: str, micrometres: float) -> None:
    result = evaluate(text, {"r": Quantity(100, 1)})
    assert result.kind == LENGTH
    assert float(result) == pytest.approx(micrometres, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("360 [deg]", 360),
        ("0.5*360 [deg]", 180),
        ("1 [rad]", math.degrees(1)),
        ("2*pi-90 [deg]", 270),  # a bare number beside an angle counts in radians
        ("theta [deg]", 120),
        ("-((theta-30 [deg])/2)", -45),
        ("atan2(1 [mm], 1 [mm])", 45),
        ("asin(1)", 90),
    ],
)
def test_angles_are_in_degrees(text: str, degrees: float) -> None:
    result = evaluate(text, {"theta": Quantity(120, 0, True)})
    assert result.kind == ANGLE
    assert float(result) == pytest.approx(degrees, rel=1e-14)


def test_a_unit_belongs_to_the_operand_before_it() -> None:
    assert evaluate("theta/2 [deg]", {"theta": Quantity(120, 0, True)}) == Quantity(60)
    assert evaluate("(theta/2) [deg]", {"theta": Quantity(120, 0, True)}) == Quantity(60, 0, True)


def test_sines_take_degrees_and_radians() -> None:
    assert evaluate_number("sin(30 [deg])") == pytest.approx(0.5)
    assert evaluate_number("sin(pi/6)") == pytest.approx(0.5)


def test_ratios_of_lengths_are_numbers() -> None:
    assert evaluate("2 [mm]/(500 [um])").kind == NUMBER
    assert evaluate("0.03 [um/um]") == Quantity(0.03)


def test_nan_is_a_value() -> None:
    assert math.isnan(float(evaluate("NaN")))


def test_names() -> None:
    assert float(evaluate("81.08*diameter + 37.84", {"diameter": 5.0})) == pytest.approx(443.24)
    assert names_in("max(r_nerve+gap_P, 2*pi*b) [um] + c [deg]") == {"r_nerve", "gap_P", "b", "c"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The expression is empty"),
        ("   ", "The expression is empty"),
        ("1+", "it ends too early"),
        ("1 2", 'an operator is missing before "2"'),
        ("(1", '")" is missing'),
        ("1)", 'an operator is missing before ")"'),
        ("*3", 'a value is missing before "*"'),
        ("5 [mm", '"]" is missing'),
        ("5 [mile]", 'uses "mile", which is not known'),
        ("5mm", 'cannot be read from "5mm" on'),
        ("1.2.3", "cannot be read from"),
        ("a.b", "cannot be read from"),
        ("__import__('os')", "cannot be read from"),
        ("R_inP+1", 'uses "R_inP", which is not known; did you mean "R_in_P"?'),
        ("mx(1,2)", 'calls "mx", which is not a function; did you mean "max"?'),
        ("open(1)", 'calls "open", which is not a function'),
        ("sqrt(1,2)", "sqrt takes 1 value, not 2"),
        ("atan2(1)", "atan2 takes 2 values, not 1"),
        ("1/0", "it divides by zero"),
        ("0^(-1)", "it divides by zero"),
        ("sqrt(-1)", "is not a formula"),
        ("(-1)^0.5", "is not a real number"),
        ("10^10^10", "is not a formula"),
        ("1e999", "is too large"),
        ("1 [um] + 1 [deg]", '"+" needs quantities of one kind'),
        ("1 [um] < 1 [um]*1 [um]", '"<" needs quantities of one kind'),
        ("2^(1 [um])", "an exponent must be a number"),
        ("log(1 [um])", "log needs a number"),
        ("1 [mm] [deg]", "cannot have the unit of another kind"),
        ("(" * 500 + "1" + ")" * 500, "nested more than 50 deep"),
        ("-" * 500 + "1", "nested more than 50 deep"),
        ("2^" * 500 + "1", "nested more than 50 deep"),
        ("1+" * 6000 + "1", "at most 10000 are allowed"),
    ],
)
def test_what_is_no_formula_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        evaluate(text, {"R_in_P": 1.0})
    assert words in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_plain_number_has_no_unit() -> None:
    with pytest.raises(ConfigError, match=r'"5 \[mm\]" is 5000 µm; a plain number is needed'):
        evaluate_number("5 [mm]")


_NUMBERS = st.floats(min_value=0.01, max_value=100).map(lambda value: f"{value:.4g}")
_FORMULAS = st.recursive(
    _NUMBERS,
    lambda below: st.one_of(
        st.tuples(below, st.sampled_from(["+", "-", "*", "/"]), below).map(" ".join),
        below.map("({})".format),
        below.map("-({})".format),
        st.tuples(below, below).map(lambda pair: f"max({pair[0]}, {pair[1]})"),
        below.map("abs({})".format),
        below.map("({})**2".format),
    ),
    max_leaves=12,
)

_OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def _by_python(node: ast.expr) -> float:
    """The value of a formula by Python's own syntax tree."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_by_python(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _by_python(left) ** _by_python(right)
        case ast.BinOp(left=left, op=op, right=right):
            return float(_OPERATORS[type(op)](_by_python(left), _by_python(right)))
        case ast.Call(func=ast.Name(id="max"), args=args):
            return max(_by_python(argument) for argument in args)
        case ast.Call(func=ast.Name(id="abs"), args=[argument]):
            return abs(_by_python(argument))
    raise TypeError(ast.dump(node))


@given(_FORMULAS)
def test_formulas_agree_with_python_bit_for_bit(text: str) -> None:
    try:
        expected = _by_python(ast.parse(text, mode="eval").body)
    except (ZeroDivisionError, OverflowError):
        with pytest.raises(ConfigError):
            evaluate(text)
        return
    assert float(evaluate(text)) == expected


@given(st.text(alphabet="0123456789.+-*/^()[]<>=, aberxmaxumdegpi_", max_size=40))
def test_any_text_is_a_value_or_refused_in_words(text: str) -> None:
    try:
        assert isinstance(evaluate(text, {"a": 1.0}), Quantity)
    except ConfigError as error:
        assert str(error)


@given(st.floats(min_value=1e-3, max_value=1e6), st.sampled_from(["um", "mm", "m", "inch"]))
def test_a_length_keeps_its_value_through_units(value: float, unit: str) -> None:
    ratio = evaluate(f"({value!r} [{unit}])/(1 [{unit}])")
    assert ratio.kind == NUMBER
    assert float(ratio) == pytest.approx(value, rel=1e-14)
