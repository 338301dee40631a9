"""NMODL blocks executed on symbols: what INITIAL, BREAKPOINT and the solved blocks make of their inputs.

Procedures and functions are followed into their bodies, and both branches of an ``if`` are executed and merged by a
select, so that a block becomes one graph of expressions without control flow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ascent.mechanisms.kernels.graph import COMPARISONS, AffineForms, Graph, Node
from ascent.mechanisms.kernels.syntax import (
    Assignment,
    Call,
    Conditional,
    Differential,
    Expression,
    Local,
    MechanismAst,
    Name,
    Number,
    Procedure,
    Solve,
    Statement,
    unsupported,
)

#: Functions of one argument that every mechanism may call.
_ELEMENTARY = ("exp", "log", "sqrt", "fabs")
_LOG10_E = 0.4342944819032518


@dataclass
class Names:
    """What the names of a mechanism mean: the node that a name stands for until a block assigns to it.

    `read` collects the names whose value from before the block is used.
    """

    lookup: Callable[[str], Node | None]
    read: set[str] = field(default_factory=set)


#: Local variables of one call, None until assigned; and variables of the mechanism.
_Scope = dict[str, Node | None]


class Execution:
    """Runs statements of one mechanism; `values` holds what they assigned to the mechanism's variables.

    Parameters
    ----------
    ast : MechanismAst
    graph : Graph
    names : Names
    values : mapping, optional
        Variables that already have values, from a block that ran before.
    """

    def __init__(self, ast: MechanismAst, graph: Graph, names: Names, values: Mapping[str, Node] | None = None) -> None:
        self._ast = ast
        self._graph = graph
        self._names = names
        self._module: _Scope = dict(values or {})
        self._scopes: list[_Scope] = []
        self._calls: list[str] = []

    @property
    def values(self) -> dict[str, Node]:
        """Variables of the mechanism that were assigned to, and their values."""
        return {name: node for name, node in self._module.items() if node is not None}

    def run(self, body: Sequence[Statement], locals_: Mapping[str, Node] | None = None) -> None:
        """Execute a block that has no arguments, or those of `locals_`."""
        outer = self._scopes
        self._scopes = [dict(locals_ or {})]
        self._execute(body)
        self._scopes = outer

    def solve(self, statement: Solve) -> None:
        """Execute a SOLVE statement: advance the states of a DERIVATIVE block, or run a PROCEDURE."""
        if statement.block in self._ast.procedures and not statement.method:
            self.run(self._ast.procedures[statement.block].body)
            return
        if statement.method != "cnexp" or statement.block not in self._ast.derivatives:
            method = f"METHOD {statement.method}" if statement.method else "SOLVE without METHOD cnexp"
            raise unsupported(self._ast.file, f"{method} is not covered by kernels", rf"SOLVE\s+{statement.block}\b")
        self.run(self._ast.derivatives[statement.block].body)

    def _execute(self, body: Sequence[Statement]) -> None:
        for statement in body:
            if isinstance(statement, Local):
                self._scopes[-1].update(dict.fromkeys(statement.names))
            elif isinstance(statement, Assignment):
                self._assign(statement.name, self._graph.numeric(self.evaluate(statement.value)))
            elif isinstance(statement, Conditional):
                self._branch(statement)
            elif isinstance(statement, Differential):
                self._advance(statement)
            elif isinstance(statement, Call):
                self._call(statement)
            else:
                raise unsupported(self._ast.file, "SOLVE inside of another statement or block", r"\bSOLVE\b")

    def _branch(self, statement: Conditional) -> None:
        condition = self.evaluate(statement.condition)
        before = self._snapshot()
        ends = []
        for body in (statement.then, statement.otherwise):
            self._restore(before)
            self._scopes.append({})
            self._execute(body)
            self._scopes.pop()
            ends.append(self._snapshot())
        merged = [self._merged(condition, *pair) for pair in zip(*ends, strict=True)]
        self._restore(merged)

    def _merged(self, condition: Node, then: _Scope, otherwise: _Scope) -> _Scope:
        merged: _Scope = {}
        for name in [*then, *(name for name in otherwise if name not in then)]:
            # only variables of the mechanism can be missing: the branch has not touched them
            a = then[name] if name in then else self._before(name)
            b = otherwise[name] if name in otherwise else self._before(name)
            # a local variable that one branch leaves without value may only be read where the other was taken
            merged[name] = self._graph.select(condition, a, b) if a is not None and b is not None else a or b
        return merged

    def _snapshot(self) -> list[_Scope]:
        return [dict(scope) for scope in (self._module, *self._scopes)]

    def _restore(self, scopes: Sequence[_Scope]) -> None:
        self._module, *self._scopes = (dict(scope) for scope in scopes)

    def _advance(self, statement: Differential) -> None:
        """x' = f(x), linear in x, over one step of dt: the exact solution with everything else held constant.

        As NEURON's cnexp: with f = b x + a, x += (1 - exp(b dt)) (-a / b - x).
        """
        graph = self._graph
        state = self._value(statement.name)
        x = graph.input("unknown", statement.name)
        self._assign(statement.name, x)
        rate = graph.numeric(self.evaluate(statement.value))
        form = AffineForms(graph, x).of(rate)
        if form is None:
            raise unsupported(
                self._ast.file,
                f"METHOD cnexp needs {statement.name}' to be linear in {statement.name}",
                rf"\b{statement.name}\s*'",
            )
        dt = graph.input("step", "dt")
        if form.slope.is_constant and form.slope.value == 0.0:
            growth = graph.divide(graph.multiply(dt, graph.multiply(form.factor, form.intercept)), form.denominator)
            self._assign(statement.name, graph.add(state, growth))
            return
        self._assign(statement.name, graph.relaxation(state, dt, form))

    def evaluate(self, expression: Expression) -> Node:
        """The node of an expression."""
        graph = self._graph
        if isinstance(expression, Number):
            return graph.constant(expression.value)
        if isinstance(expression, Name):
            return self._value(expression.name)
        if isinstance(expression, Call):
            result = self._call(expression)
            if result is None:
                raise unsupported(
                    self._ast.file, f"{expression.name} has no value", rf"[=(*/+-]\s*{expression.name}\s*\("
                )
            return result
        return self._operation(expression.operator, [self.evaluate(operand) for operand in expression.operands])

    def _operation(self, operator: str, operands: list[Node]) -> Node:
        graph = self._graph
        if operator in ("&&", "||", "!"):
            return graph.logical(operator, *operands)
        numbers = [graph.numeric(operand) for operand in operands]
        if operator in COMPARISONS:
            return graph.compare(operator, *numbers)
        if len(numbers) == 1 and operator == "-":
            return graph.negative(numbers[0])
        binary = {
            "+": graph.add,
            "-": graph.subtract,
            "*": graph.multiply,
            "/": graph.divide,
            "^": graph.power,
        }.get(operator)
        if binary is None:
            raise unsupported(self._ast.file, f"the operator {operator} is not covered by kernels")
        return binary(*numbers)

    def _call(self, call: Call) -> Node | None:
        arguments = [self._graph.numeric(self.evaluate(argument)) for argument in call.arguments]
        block = self._ast.functions.get(call.name) or self._ast.procedures.get(call.name)
        if block is not None:
            return self._call_block(block, arguments)
        wanted = 2 if call.name == "pow" else 1
        if call.name not in (*_ELEMENTARY, "log10", "pow") or len(arguments) != wanted:
            raise unsupported(
                self._ast.file,
                f"the function {call.name} with {len(arguments)} arguments is not covered by kernels",
                rf"\b{call.name}\s*\(",
            )
        if call.name == "pow":
            return self._graph.power(*arguments)
        if call.name == "log10":
            return self._graph.multiply(self._graph.constant(_LOG10_E), self._graph.function("log", arguments[0]))
        return self._graph.function(call.name, arguments[0])

    def _call_block(self, block: Procedure, arguments: list[Node]) -> Node | None:
        pattern = rf"\b{block.name}\s*\("
        if block.name in self._calls:
            raise unsupported(self._ast.file, f"{block.name} calls itself", pattern)
        if len(arguments) != len(block.arguments):
            raise unsupported(
                self._ast.file,
                f"{block.name} takes {len(block.arguments)} arguments and gets {len(arguments)}",
                pattern,
            )
        is_function = block.name in self._ast.functions
        scope: _Scope = dict(zip(block.arguments, arguments, strict=True))
        if is_function:
            scope[block.name] = self._graph.constant(0.0)
        self._calls.append(block.name)
        outer, self._scopes = self._scopes, [scope]
        self._execute(block.body)
        result = self._scopes[0][block.name] if is_function else None
        self._scopes = outer
        self._calls.pop()
        return result

    def _assign(self, name: str, value: Node) -> None:
        for scope in reversed(self._scopes):
            if name in scope:
                scope[name] = value
                return
        self._before(name, reading=False)
        self._module[name] = value

    def _value(self, name: str) -> Node:
        for scope in (*reversed(self._scopes), self._module):
            if name in scope:
                node = scope[name]
                if node is None:
                    raise unsupported(self._ast.file, f"the LOCAL {name} is used before it has a value", rf"\b{name}\b")
                return node
        return self._before(name)

    def _before(self, name: str, reading: bool = True) -> Node:
        """What a variable of the mechanism held before the block."""
        node = self._names.lookup(name)
        if node is None:
            raise unsupported(self._ast.file, f"{name} is not declared or not covered by kernels", rf"\b{name}\b")
        if reading:
            self._names.read.add(name)
        return node
