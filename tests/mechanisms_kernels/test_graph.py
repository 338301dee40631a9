"""Expressions without duplicates: simplified, never changed by more than roundings."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ascent.mechanisms.kernels.graph import AffineForms, Graph

#: Values of the inputs that the properties are tried at.
VALUES = {"x": 1.7, "y": -0.6, "p": 2.3, "q": 0.4}
BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b if b else math.inf,
}


def value(node, values):
    """A node's value, computed as it is written."""
    operands = [value(operand, values) for operand in node.operands]
    if node.operator == "const":
        return node.value
    if node.operator == "input":
        return values[node.name]
    if node.operator == "neg":
        return -operands[0]
    if node.operator == "<":
        return operands[0] < operands[1]
    if node.operator == "select":
        return operands[1] if operands[0] else operands[2]
    return BINARY[node.operator](*operands)


#: Trees of operators over inputs and numbers; p and q stay the same during a run.
LEAVES = st.sampled_from(["x", "y", "p", "q", 0.0, 1.0, -1.0, 0.5, -3.0])
TREES = st.recursive(LEAVES, lambda inner: st.tuples(st.sampled_from([*BINARY, "neg"]), inner, inner), max_leaves=12)


def build(graph, tree):
    """(node, value as written, sum of magnitudes that it is made of) of a tree."""
    if isinstance(tree, float):
        return graph.constant(tree), tree, abs(tree)
    if isinstance(tree, str):
        node = graph.input("parameter" if tree in "pq" else "variable", tree)
        return node, VALUES[tree], abs(VALUES[tree])
    operator, left, right = tree
    (a, a_value, a_size), (b, b_value, b_size) = build(graph, left), build(graph, right)
    if operator == "neg":
        return graph.negative(a), -a_value, a_size
    make = {"+": graph.add, "-": graph.subtract, "*": graph.multiply, "/": graph.divide}[operator]
    if operator == "*":
        size = a_size * b_size
    elif operator == "/":
        size = a_size * b_size / b_value**2 if b_value else math.inf
    else:
        size = a_size + b_size
    return make(a, b), BINARY[operator](a_value, b_value), size


@given(TREES)
def test_simplified_expression_has_the_value_of_the_written_one(tree):
    node, expected, size = build(Graph(), tree)
    if math.isfinite(size) and size < 1e12:
        assert value(node, VALUES) == pytest.approx(expected, rel=1e-12, abs=1e-13 * size)


@given(TREES, st.floats(-5, 5))
def test_affine_form_is_the_expression(tree, x):
    graph = Graph()
    node, _, size = build(graph, tree)
    forms = AffineForms(graph, graph.input("variable", "x"))
    form = forms.of(node)
    if form is None or not math.isfinite(size) or size > 1e9:
        return
    values = VALUES | {"x": x}
    slope, intercept, factor, denominator = (value(part, values) for part in form.parts)
    expected = value(node, values)
    if denominator and math.isfinite(expected):
        scale = abs(factor / denominator) * (abs(slope * x) + abs(intercept)) + abs(expected) + size
        assert factor * (slope * x + intercept) / denominator == pytest.approx(expected, rel=1e-9, abs=1e-10 * scale)


def test_equal_expressions_are_one_node():
    graph = Graph()
    x, y = graph.input("variable", "x"), graph.input("variable", "y")
    assert graph.add(graph.multiply(x, y), x) is graph.add(graph.multiply(x, y), x)


def test_relaxation_towards_a_quotient_gives_the_quotient_back():
    """(a / (a + b) - x) / (1 / (a + b)): the target is a / (a + b) and the rate a + b, without a further division."""
    graph = Graph()
    x, a, b = (graph.input("variable", name) for name in "xab")
    total = graph.add(a, b)
    target, tau = graph.divide(a, total), graph.reciprocal(total)
    forms = AffineForms(graph, x)
    form = forms.of(graph.divide(graph.subtract(target, x), tau))
    assert graph.negative(graph.divide(form.intercept, form.slope)) is target
    assert forms.slope(form) is graph.negative(total)


def test_factors_that_stay_the_same_during_a_run_gather():
    graph = Graph()
    p, q = graph.input("parameter", "p"), graph.input("parameter", "q")
    x = graph.input("variable", "x")
    product = graph.multiply(graph.multiply(q, x), graph.multiply(p, graph.constant(2.0)))
    assert product.operands[0].fixed
    assert product.operands[1] is x


def test_product_is_not_affine():
    graph = Graph()
    x = graph.input("variable", "x")
    assert AffineForms(graph, x).of(graph.multiply(x, x)) is None


def test_choice_by_something_else_is_affine():
    graph = Graph()
    x, y = graph.input("variable", "x"), graph.input("variable", "y")
    chosen = graph.select(graph.compare("<", y, graph.constant(0.0)), graph.multiply(y, x), graph.add(x, y))
    forms = AffineForms(graph, x)
    form = forms.of(chosen)
    assert value(forms.slope(form), VALUES) == VALUES["y"]
    assert AffineForms(graph, y).of(chosen) is None


def test_small_whole_powers_are_multiplied_out():
    graph = Graph()
    x = graph.input("variable", "x")
    assert value(graph.power(x, graph.constant(5.0)), {"x": -2.0}) == -32.0
    assert value(graph.power(x, graph.constant(-2.0)), {"x": 4.0}) == 0.0625
    assert graph.power(x, graph.constant(0.5)).operator == "pow"
