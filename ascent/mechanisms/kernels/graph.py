"""Expressions as a graph without duplicates: the intermediate form between NMODL and C++.

Equal expressions are one node, so common subexpressions cost nothing, and a node's number orders it after its
operands. Building a node simplifies it: constants fold, factors that stay the same during a run gather (so that they
can be computed once), and divisions move outwards and cancel. Such rewriting changes results by a rounding or two,
never more; nothing that could lose digits (reordering of sums) is done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

#: Operators whose result is a mask.
COMPARISONS: Final = frozenset({"<", "<=", ">", ">=", "==", "!="})
MASKS: Final = COMPARISONS | {"&&", "||", "!"}
#: Inputs that stay the same during a run.
FIXED_INPUTS: Final = frozenset({"parameter", "surroundings"})


@dataclass(frozen=True, eq=False)
class Node:
    """An operation on nodes, or a leaf.

    Attributes
    ----------
    number : int
        Place in the graph; operands have smaller ones.
    operator : str
        ``const``, ``input``, ``neg``, ``+ - * / pow``, ``exp log sqrt fabs``, ``select``, ``relax loss gain``, or one
        of `MASKS`.
    operands : tuple of Node
    value : float
        Of a constant.
    kind, name : str
        Of an input: ``parameter``, ``surroundings``, ``variable``, ``ion`` or ``step`` (v, dt), and which.
    fixed : bool
        Whether it stays the same during a run.
    """

    number: int
    operator: str
    operands: tuple[Node, ...] = ()
    value: float = 0.0
    kind: str = ""
    name: str = ""
    fixed: bool = False

    @property
    def is_constant(self) -> bool:
        return self.operator == "const"

    @property
    def is_mask(self) -> bool:
        return self.operator in MASKS


@dataclass(frozen=True)
class Relaxation:
    """A state that obeys x' = decay x + drive during `dt`; its target, -drive / decay, is over / under."""

    state: Node
    dt: Node
    decay: Node
    drive: Node
    over: Node
    under: Node


class Graph:
    """Makes nodes, each once."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        #: relax node -> what it is made of
        self.relaxations: dict[Node, Relaxation] = {}
        self._known: dict[tuple[object, ...], Node] = {}

    def constant(self, value: float) -> Node:
        return self._node("const", (), value=float(value))

    def input(self, kind: str, name: str) -> Node:
        return self._node("input", (), kind=kind, name=name)

    def negative(self, a: Node) -> Node:
        if a.is_constant:
            return self.constant(-a.value)
        if a.operator == "neg":
            return a.operands[0]
        if a.operator == "-":
            return self.subtract(a.operands[1], a.operands[0])
        if a.operator in ("*", "/") and a.operands[0].is_constant:
            return self._node(a.operator, (self.constant(-a.operands[0].value), a.operands[1]))
        return self._node("neg", (a,))

    def add(self, a: Node, b: Node) -> Node:
        if a.is_constant and b.is_constant:
            return self.constant(a.value + b.value)
        if _is(a, 0.0):
            return b
        if _is(b, 0.0):
            return a
        if b.operator == "neg":
            return self.subtract(a, b.operands[0])
        if a.operator == "neg":
            return self.subtract(b, a.operands[0])
        return self._node("+", (a, b))

    def subtract(self, a: Node, b: Node) -> Node:
        if a.is_constant and b.is_constant:
            return self.constant(a.value - b.value)
        if _is(b, 0.0):
            return a
        if _is(a, 0.0):
            return self.negative(b)
        if b.operator == "neg":
            return self.add(a, b.operands[0])
        return self._node("-", (a, b))

    def multiply(self, a: Node, b: Node) -> Node:
        if a.is_constant and b.is_constant:
            return self.constant(a.value * b.value)
        if b.fixed and not a.fixed or b.is_constant:
            a, b = b, a
        if _is(a, 0.0):
            return a
        if _is(a, 1.0):
            return b
        if _is(a, -1.0):
            return self.negative(b)
        if b.operator == "neg":
            return self.negative(self.multiply(a, b.operands[0]))
        if a.operator == "neg":
            return self.negative(self.multiply(a.operands[0], b))
        if b.operator == "/":
            return self.divide(self.multiply(a, b.operands[0]), b.operands[1])
        if a.operator == "/" and not a.fixed:
            return self.divide(self.multiply(a.operands[0], b), a.operands[1])
        if b.operator == "*" and b.operands[0].fixed and (a.is_constant or not b.fixed):
            inner, rest = b.operands
            if a.fixed:
                return self.multiply(self.multiply(a, inner), rest)
            return self.multiply(inner, self.multiply(a, rest))
        if a.operator == "*" and a.operands[0].fixed and not a.fixed:
            return self.multiply(a.operands[0], self.multiply(a.operands[1], b))
        return self._node("*", (a, b))

    def divide(self, a: Node, b: Node) -> Node:
        if b.is_constant and b.value != 0.0:
            return self.constant(a.value / b.value) if a.is_constant else self.multiply(self.constant(1.0 / b.value), a)
        if _is(a, 0.0):
            return a
        if a is b:
            return self.constant(1.0)
        if b.operator == "neg":
            return self.negative(self.divide(a, b.operands[0]))
        if a.operator == "neg":
            return self.negative(self.divide(a.operands[0], b))
        if b.operator == "/":
            return self.divide(self.multiply(a, b.operands[1]), b.operands[0])
        if a.operator == "/" and not a.fixed:
            return self.divide(a.operands[0], self.multiply(a.operands[1], b))
        if a.operator == "*" and (rest := self._without(a, b)) is not None:
            return rest
        if b.operator == "*" and b.operands[0].fixed and not b.fixed:
            return self.divide(self.multiply(self.reciprocal(b.operands[0]), a), b.operands[1])
        if b.fixed and not a.fixed:
            return self.multiply(self.reciprocal(b), a)
        return self._node("/", (a, b))

    def _without(self, product: Node, factor: Node) -> Node | None:
        """A product without one of its factors; None when that is not among them."""
        if product is factor:
            return self.constant(1.0)
        if product.operator == "*":
            for part, other in (product.operands, product.operands[::-1]):
                if (rest := self._without(part, factor)) is not None:
                    return self.multiply(rest, other)
        return None

    def relaxation(self, state: Node, dt: Node, form: Affine) -> Node:
        """A state after dt of x' = factor (slope x + intercept) / denominator."""
        rate = self.divide(form.factor, form.denominator)
        decay = self.multiply(rate, form.slope)
        drive = self.multiply(rate, form.intercept)
        if drive.operator == "/":
            change = self.multiply(rate, self.add(self.multiply(form.slope, state), form.intercept))
        else:
            change = self.add(drive, self.multiply(decay, state))
        target = self.negative(self.divide(form.intercept, form.slope))
        over, under = target.operands if target.operator == "/" else (target, self.constant(1.0))
        node = self._node("relax", (state, dt, decay, change, over, under))
        self.relaxations[node] = Relaxation(state, dt, decay, drive, over, under)
        return node

    def loss(self, relaxation: Relaxation) -> Node:
        """1 - exp(decay dt): what part of a state's distance to its target goes in a step."""
        return self._node("loss", (relaxation.decay, relaxation.dt))

    def gain(self, relaxation: Relaxation) -> Node:
        """What a step makes of a state that is 0; of another state x it makes x + gain - loss x."""
        r = relaxation
        return self._node("gain", (self.loss(r), r.decay, r.dt, r.drive, r.over, r.under))

    def leaves(self, *roots: Node) -> set[Node]:
        """The inputs that `roots` depend on."""
        seen: set[Node] = set()
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting.extend(node.operands)
        return {node for node in seen if node.operator == "input"}

    def reciprocal(self, a: Node) -> Node:
        return self.divide(self.constant(1.0), a)

    def power(self, a: Node, b: Node) -> Node:
        """a to the b; small whole powers are multiplied out, others need a >= 0."""
        if b.is_constant and abs(b.value) <= 16 and b.value == int(b.value):
            whole = self._whole_power(a, abs(int(b.value)))
            return whole if b.value >= 0 else self.reciprocal(whole)
        return self._node("pow", (a, b))

    def _whole_power(self, a: Node, exponent: int) -> Node:
        if exponent == 0:
            return self.constant(1.0)
        if exponent == 1:
            return a
        half = self._whole_power(a, exponent // 2)
        square = self.multiply(half, half)
        return self.multiply(square, a) if exponent % 2 else square

    def function(self, name: str, a: Node) -> Node:
        """exp, log, sqrt or fabs."""
        return self._node(name, (a,))

    def compare(self, operator: str, a: Node, b: Node) -> Node:
        return self._node(operator, (a, b))

    def logical(self, operator: str, *operands: Node) -> Node:
        """``&& || !`` of masks or numbers."""
        return self._node(operator, tuple(self.mask(operand) for operand in operands))

    def mask(self, a: Node) -> Node:
        """A number as a condition: true unless it is 0."""
        return a if a.is_mask else self.compare("!=", a, self.constant(0.0))

    def numeric(self, a: Node) -> Node:
        """A condition as a number: 1 or 0."""
        return self._node("select", (a, self.constant(1.0), self.constant(0.0))) if a.is_mask else a

    def select(self, condition: Node, a: Node, b: Node) -> Node:
        if a is b:
            return a
        return self._node("select", (self.mask(condition), a, b))

    def _node(
        self, operator: str, operands: tuple[Node, ...], value: float = 0.0, kind: str = "", name: str = ""
    ) -> Node:
        key = (operator, tuple(operand.number for operand in operands), value.hex(), kind, name)
        node = self._known.get(key)
        if node is None:
            fixed = kind in FIXED_INPUTS if operator == "input" else all(operand.fixed for operand in operands)
            node = Node(len(self.nodes), operator, operands, value, kind, name, fixed)
            self.nodes.append(node)
            self._known[key] = node
        return node


@dataclass(frozen=True)
class Affine:
    """factor (slope * x + intercept) / denominator, none of which depends on x."""

    slope: Node
    intercept: Node
    factor: Node
    denominator: Node

    @property
    def parts(self) -> tuple[Node, Node, Node, Node]:
        return self.slope, self.intercept, self.factor, self.denominator


class AffineForms:
    """Expressions of one graph as affine functions of one of its inputs."""

    def __init__(self, graph: Graph, x: Node) -> None:
        self._graph = graph
        self._x = x
        self._depends: dict[Node, bool] = {}
        self._forms: dict[Node, Affine | None] = {}

    def depends(self, node: Node) -> bool:
        """Whether `node` changes with x."""
        if node not in self._depends:
            self._depends[node] = node is self._x or any([self.depends(operand) for operand in node.operands])
        return self._depends[node]

    def of(self, node: Node) -> Affine | None:
        """`node` as an affine function of x; None when it is not written as one."""
        if node not in self._forms:
            self._forms[node] = self._form(node)
        return self._forms[node]

    def _form(self, node: Node) -> Affine | None:
        graph = self._graph
        zero, one = graph.constant(0.0), graph.constant(1.0)
        if not self.depends(node):
            return Affine(zero, node, one, one)
        if node is self._x:
            return Affine(one, zero, one, one)
        operator, operands = node.operator, node.operands
        if operator == "neg":
            form = self.of(operands[0])
            return form and replace(form, factor=graph.negative(form.factor))
        if operator in ("+", "-"):
            return self._sum(operands[0], graph.negative(operands[1]) if operator == "-" else operands[1])
        if operator == "*":
            factor, other = operands if self.depends(operands[1]) else operands[::-1]
            form = None if self.depends(factor) else self.of(other)
            return form and replace(form, factor=graph.multiply(factor, form.factor))
        if operator == "/":
            form = None if self.depends(operands[1]) else self.of(operands[0])
            return form and replace(form, denominator=graph.multiply(form.denominator, operands[1]))
        if operator == "select" and not self.depends(operands[0]):
            forms = self.of(operands[1]), self.of(operands[2])
            if forms[0] and forms[1]:
                pairs = zip(forms[0].parts, forms[1].parts, strict=True)
                return Affine(*(graph.select(operands[0], *pair) for pair in pairs))
        return None

    def slope(self, form: Affine) -> Node:
        """The derivative by x."""
        return self._graph.divide(self._graph.multiply(form.factor, form.slope), form.denominator)

    def _sum(self, a: Node, b: Node) -> Affine | None:
        first, second = self.of(a), self.of(b)
        if first is None or second is None:
            return None
        if (first.factor, first.denominator) != (second.factor, second.denominator):
            first, second = self._plain(first), self._plain(second)
            if not self.depends(a):
                first = self._over(first, second.denominator)
            elif not self.depends(b):
                second = self._over(second, first.denominator)
            elif first.denominator is not second.denominator:
                first, second = self._whole(first), self._whole(second)
        return replace(
            first,
            slope=self._graph.add(first.slope, second.slope),
            intercept=self._graph.add(first.intercept, second.intercept),
        )

    def _over(self, form: Affine, denominator: Node) -> Affine:
        return replace(form, intercept=self._graph.multiply(form.intercept, denominator), denominator=denominator)

    def _plain(self, form: Affine) -> Affine:
        """The form with its factor multiplied in."""
        multiply = self._graph.multiply
        return replace(
            form,
            slope=multiply(form.factor, form.slope),
            intercept=multiply(form.factor, form.intercept),
            factor=self._graph.constant(1.0),
        )

    def _whole(self, form: Affine) -> Affine:
        divide = self._graph.divide
        return replace(
            form,
            slope=divide(form.slope, form.denominator),
            intercept=divide(form.intercept, form.denominator),
            denominator=self._graph.constant(1.0),
        )


def _is(node: Node, value: float) -> bool:
    return node.is_constant and node.value == value
