"""The part of NMODL that kernels are generated from, as typed nodes: :func:`parse` reads a ``.mod`` file into them.

Everything else in a file is refused with one sentence that names the file, the construct and the line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ascent.errors import MechanismError
from ascent.mechanisms.kernels.front_end import syntax_tree

_Json = Mapping[str, Any]


@dataclass(frozen=True)
class Number:
    value: float


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Operation:
    """An operator with one operand or two: ``- !``, ``+ - * / ^ < <= > >= == != && ||``."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple[Expression, ...]


Expression = Number | Name | Operation | Call


@dataclass(frozen=True)
class Local:
    names: tuple[str, ...]


@dataclass(frozen=True)
class Assignment:
    name: str
    value: Expression


@dataclass(frozen=True)
class Differential:
    """``name' = value``."""

    name: str
    value: Expression


@dataclass(frozen=True)
class Conditional:
    condition: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


@dataclass(frozen=True)
class Solve:
    block: str
    method: str


Statement = Local | Assignment | Differential | Conditional | Solve | Call


@dataclass(frozen=True)
class Procedure:
    """A FUNCTION, PROCEDURE or DERIVATIVE block."""

    name: str
    arguments: tuple[str, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class UseIon:
    """A USEION statement; `valence` is None where the file gives none."""

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    valence: float | None


@dataclass
class MechanismAst:
    """What a ``.mod`` file declares and does.

    Attributes
    ----------
    file : Path
    name : str
        Its SUFFIX.
    parameters, constants : dict
        Name -> value; constants are those of CONSTANT and UNITS blocks.
    assigned, states : list of str
    ions : list of UseIon
    currents : list of str
        NONSPECIFIC_CURRENTs.
    initial, breakpoint : tuple of Statement
    functions, procedures, derivatives : dict
        Name -> block.
    """

    file: Path
    name: str = ""
    parameters: dict[str, float] = field(default_factory=dict)
    constants: dict[str, float] = field(default_factory=dict)
    assigned: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    ions: list[UseIon] = field(default_factory=list)
    currents: list[str] = field(default_factory=list)
    initial: tuple[Statement, ...] = ()
    breakpoint: tuple[Statement, ...] = ()
    functions: dict[str, Procedure] = field(default_factory=dict)
    procedures: dict[str, Procedure] = field(default_factory=dict)
    derivatives: dict[str, Procedure] = field(default_factory=dict)


def parse(path: Path | str) -> MechanismAst:
    """Read a ``.mod`` file.

    Raises
    ------
    MechanismError
        When NEURON's front end refuses the file, or it holds a construct that kernels do not cover.
    """
    return _Reader(Path(path)).read()


def unsupported(file: Path, what: str, pattern: str = "") -> MechanismError:
    """The error for a construct that kernels do not cover; `pattern` finds its line in the file."""
    where = f", line {line}" if pattern and (line := _line_of(file, pattern)) else ""
    return MechanismError(f"{file}{where}: {what}; use engine=neuron for this mechanism, or write it otherwise.")


def _line_of(file: Path, pattern: str) -> int | None:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    return next((number for number, text in enumerate(lines, 1) if re.search(pattern, text.split(":")[0])), None)


#: Blocks and statements of the syntax tree that mean nothing for a kernel.
_IGNORED = {
    "Model", "BlockComment", "LineComment", "Comment", "IndependentBlock", "UnitState", "ConductanceHint",
}  # fmt: skip
#: What is refused -> the keyword to name and to look for.
_REFUSED = {
    "Verbatim": "VERBATIM", "TableStatement": "TABLE", "KineticBlock": "KINETIC", "LinearBlock": "LINEAR",
    "NonLinearBlock": "NONLINEAR", "DiscreteBlock": "DISCRETE", "NetReceiveBlock": "NET_RECEIVE",
    "ForNetcon": "FOR_NETCONS", "FromStatement": "FROM", "WhileStatement": "WHILE", "Pointer": "POINTER",
    "BbcorePointer": "BBCOREPOINTER", "External": "EXTERNAL", "ElectrodeCurrent": "ELECTRODE_CURRENT",
    "FunctionTableBlock": "FUNCTION_TABLE", "DestructorBlock": "DESTRUCTOR", "ConstructorBlock": "CONSTRUCTOR",
    "BeforeBlock": "BEFORE", "AfterBlock": "AFTER", "WatchStatement": "WATCH", "Lag": "LAG", "Sens": "SENS",
    "Conserve": "CONSERVE", "ProtectStatement": "PROTECT", "MutexLock": "MUTEXLOCK", "Define": "DEFINE",
    "RandomVar": "RANDOM", "RandomVarList": "RANDOM", "LongDifuse": "LONGITUDINAL_DIFFUSION", "Include": "INCLUDE",
}  # fmt: skip
#: Units that stand for numbers (CODATA 2018, as NEURON 9 has them).
_UNIT_CONSTANTS = {
    ("faraday", "coulomb"): 96485.33212331001,
    ("faraday", "coulombs"): 96485.33212331001,
    ("faraday", "kilocoulombs"): 96.48533212331002,
    ("k-mole", "joule/degC"): 8.31446261815324,
    ("pi", "1"): 3.141592653589793,
    ("e", "coulomb"): 1.602176634e-19,
}


class _Reader:
    def __init__(self, file: Path) -> None:
        self.ast = MechanismAst(file)
        self._blocks: dict[str, Callable[[list[Any]], None]] = {
            "NeuronBlock": self._neuron,
            "UnitBlock": self._units,
            "ParamBlock": self._parameters,
            "ConstantBlock": self._constants,
            "AssignedBlock": lambda parts: self.ast.assigned.extend(self._definitions(parts)),
            "StateBlock": lambda parts: self.ast.states.extend(self._definitions(parts)),
            "InitialBlock": lambda parts: setattr(self.ast, "initial", self._body(parts)),
            "BreakpointBlock": lambda parts: setattr(self.ast, "breakpoint", self._body(parts)),
            "FunctionBlock": lambda parts: self._procedure(parts, self.ast.functions),
            "ProcedureBlock": lambda parts: self._procedure(parts, self.ast.procedures),
            "DerivativeBlock": lambda parts: self._procedure(parts, self.ast.derivatives),
        }

    def read(self) -> MechanismAst:
        for kind, parts in _items(syntax_tree(self.ast.file)["Program"]):
            if kind in self._blocks:
                self._blocks[kind](parts)
            elif kind == "LocalListStatement":
                raise unsupported(self.ast.file, "a LOCAL outside of blocks is shared by all sections", r"^\s*LOCAL\b")
            elif kind not in _IGNORED:
                raise self._refused(kind)
        if not self.ast.name:
            raise unsupported(self.ast.file, "there is no SUFFIX")
        return self.ast

    def _refused(self, kind: str) -> MechanismError:
        keyword = _REFUSED.get(kind, kind)
        return unsupported(self.ast.file, f"{keyword} is not covered by kernels", rf"\b{keyword}\b")

    def _neuron(self, parts: list[Any]) -> None:
        for kind, content in _items(_statements(parts)):
            if kind == "Suffix":
                keyword, self.ast.name = (_text(part) for part in content)
                if keyword != "SUFFIX":
                    raise unsupported(self.ast.file, f"{keyword} is not covered by kernels", rf"\b{keyword}\b")
            elif kind == "Useion":
                self.ast.ions.append(self._use_ion(content))
            elif kind == "Nonspecific":
                self.ast.currents.extend(_text(part) for part in content)
            elif kind not in ("Range", "Global", "ThreadSafe", *_IGNORED):
                raise self._refused(kind)

    def _use_ion(self, parts: list[Any]) -> UseIon:
        named: dict[str, list[str]] = {"ReadIonVar": [], "WriteIonVar": []}
        valence = None
        for kind, content in _items(parts[1:]):
            if kind in named:
                named[kind].append(_text({kind: content}))
            elif kind == "Valence":
                valence = self._number(content[1])
            else:
                raise unsupported(self.ast.file, f"USEION with {kind} is not covered by kernels", r"\bUSEION\b")
        return UseIon(_text(parts[0]), tuple(named["ReadIonVar"]), tuple(named["WriteIonVar"]), valence)

    def _units(self, parts: list[Any]) -> None:
        for kind, content in _items(parts):
            if kind != "FactorDef":
                continue
            name, first, *rest = content
            if next(iter(first)) in ("Double", "Integer"):
                self.ast.constants[_text(name)] = self._number(first)
                continue
            units = (_text(first), _text(rest[0]) if rest else "")
            if units not in _UNIT_CONSTANTS:
                raise unsupported(
                    self.ast.file,
                    f"the factor {_text(name)} = ({units[0]}) ({units[1]}) is not one that kernels know (faraday, "
                    f"k-mole, pi, e); give its value as a PARAMETER or CONSTANT",
                    rf"\b{re.escape(_text(name))}\b",
                )
            self.ast.constants[_text(name)] = _UNIT_CONSTANTS[units]

    def _parameters(self, parts: list[Any]) -> None:
        for kind, content in _items(parts):
            if kind not in ("ParamAssign", *_IGNORED):
                raise self._refused(kind)
            if kind == "ParamAssign":
                value = next((item for item in content[1:] if next(iter(item)) in ("Double", "Integer", "Float")), None)
                # nrnivmodl keeps six digits of a default, so both engines have them; longer values come from models
                self.ast.parameters[self._plain(content[0])] = (
                    0.0 if value is None else float(f"{self._number(value):g}")
                )

    def _constants(self, parts: list[Any]) -> None:
        for kind, content in _items(parts):
            if kind == "ConstantStatement":
                variable = content[0]["ConstantVar"]
                self.ast.constants[_text(variable[0])] = self._number(variable[1])

    def _definitions(self, parts: list[Any]) -> Iterator[str]:
        for kind, content in _items(parts):
            if kind == "AssignedDefinition":
                name = self._plain(content[0])
                # bounds of a state come in twos; one whole number alone is the length of an array
                lengths = [item for item in content[1:] if next(iter(item)) == "Integer"]
                numbers = [item for item in content[1:] if next(iter(item)) in ("Integer", "Double")]
                if len(lengths) == 1 and len(numbers) == 1:
                    raise unsupported(self.ast.file, f"the array {name} is not covered by kernels", rf"\b{name}\s*\[")
                yield name
            elif kind not in _IGNORED:
                raise self._refused(kind)

    def _procedure(self, parts: list[Any], into: dict[str, Procedure]) -> None:
        name = _text(parts[0])
        arguments = tuple(_text(part) for part in parts[1:] if "Argument" in part)
        into[name] = Procedure(name, arguments, self._body(parts[1:]))

    def _body(self, parts: list[Any]) -> tuple[Statement, ...]:
        return tuple(statement for item in _statements(parts) for statement in self._statement(item))

    def _statement(self, item: _Json) -> Iterator[Statement]:
        for kind, content in _items([item]):
            if kind == "ExpressionStatement":
                yield self._expression_statement(content[0])
            elif kind == "LocalListStatement":
                yield Local(tuple(self._plain(part) for part in content))
            elif kind == "IfStatement":
                yield self._conditional(content)
            elif kind == "StatementBlock":
                raise unsupported(self.ast.file, "a block in braces of its own is not covered by kernels")
            elif kind not in _IGNORED:
                raise self._refused(kind)

    def _expression_statement(self, item: _Json) -> Statement:
        kind, content = _only(item)
        if kind == "WrappedExpression":
            return self._expression_statement(content[0])
        if kind == "SolveBlock":
            names = [_text(part) for part in content]
            return Solve(names[0], names[1] if len(names) > 1 else "")
        if kind == "DiffEqExpression":
            target, _, value = content[0]["BinaryExpression"]
            prime = target["VarName"][0]
            if "PrimeName" not in prime or self._number(prime["PrimeName"][1]) != 1:
                raise unsupported(
                    self.ast.file, "only first derivatives of scalars are covered by kernels", r"''|\]\s*'"
                )
            return Differential(_text(prime["PrimeName"][0]), self._expression(value))
        if kind == "BinaryExpression" and _text(content[1]) == "=":
            return Assignment(self._plain(content[0]), self._expression(content[2]))
        expression = self._expression(item)
        if not isinstance(expression, Call):
            raise unsupported(self.ast.file, "a statement that is neither an assignment nor a call has no effect")
        return expression

    def _conditional(self, parts: list[Any]) -> Conditional:
        # IF, then its ELSE IFs and ELSE one after the other
        condition, block, *rest = parts
        otherwise: tuple[Statement, ...] = ()
        if rest:
            kind, content = _only(rest[0])
            otherwise = self._body(content) if kind == "ElseStatement" else (self._conditional([*content, *rest[1:]]),)
        return Conditional(self._expression(condition), self._body([block]), otherwise)

    def _expression(self, item: _Json) -> Expression:
        kind, content = _only(item)
        if kind in ("WrappedExpression", "ParenExpression", "DoubleUnit"):
            return self._expression(content[0])
        if kind in ("Double", "Integer", "Float"):
            return Number(self._number(item))
        if kind in ("VarName", "Name"):
            return Name(self._plain(item))
        if kind in ("BinaryExpression", "UnaryExpression"):
            names = [_text(part) for part in content if next(iter(part)) in ("BinaryOperator", "UnaryOperator")]
            operands = [part for part in content if next(iter(part)) not in ("BinaryOperator", "UnaryOperator")]
            return Operation(names[0], tuple(self._expression(operand) for operand in operands))
        if kind == "FunctionCall":
            return Call(_text(content[0]), tuple(self._expression(part) for part in content[1:]))
        raise self._refused(kind)

    def _number(self, item: _Json) -> float:
        kind, content = _only(item)
        if kind == "UnaryExpression":
            return -self._number(content[1])
        return float(_text(item))

    def _plain(self, item: _Json) -> str:
        """The name of a scalar variable."""
        if "IndexedName" in str(item):
            name = _text(item)
            raise unsupported(self.ast.file, f"the array {name} is not covered by kernels", rf"\b{name}\s*\[")
        return _text(item)


def _items(parts: Any) -> Iterator[tuple[str, list[Any]]]:
    """(kind, content) of each node; nodes without content come as ``{"name": kind}``."""
    for part in parts:
        kind, content = _only(part)
        yield (content, []) if kind == "name" else (kind, content)


def _only(node: _Json) -> tuple[str, Any]:
    return next(iter(node.items()))


def _statements(parts: list[Any]) -> list[Any]:
    return next((part["StatementBlock"] for part in parts if "StatementBlock" in part), [])


def _text(node: Any) -> str:
    """The first text in a node: its name, value or operator."""
    while not isinstance(node, str):
        node = next(iter(node.values())) if isinstance(node, dict) else node[0]
    return node
