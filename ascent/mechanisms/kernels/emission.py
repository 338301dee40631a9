"""Expressions as C++: the struct of one mechanism, from its intermediate form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ascent.mechanisms.kernels.graph import COMPARISONS, Node
from ascent.mechanisms.kernels.mechanism import Mechanism

_FUNCTIONS = {
    "exp": "vexp",
    "relax": "relax",
    "log": "vlog",
    "sqrt": "vsqrt",
    "fabs": "vfabs",
    "pow": "vpow",
    "loss": "loss",
    "gain": "gain",
}
_SIGNATURES = {
    "prepare": "const V* parameters, const Surroundings<V>& surroundings, V* constants",
    "initial": "V v, const C* constants, V* variables, V* ions",
    "current": "V v, const C* constants, V* variables, V* ions, V& i, V& g",
    "advance": "V v, V dt, const C* constants, V* variables, V* ions",
    "rates": "V v, V dt, const C* constants, V* gains, V* losses",
}


@dataclass(frozen=True)
class Struct:
    """The C++ struct of a mechanism.

    Attributes
    ----------
    text : str
    n_constants : int
    gates : tuple of int
        Which of the mechanism's variables are gates, in the order of ``rates``.
    rate_constants : tuple of int
        Which of its constants the gates' rates depend on.
    """

    text: str
    n_constants: int
    gates: tuple[int, ...]
    rate_constants: tuple[int, ...]


def emit_mechanism(mechanism: Mechanism, ion_slots: Mapping[str, int]) -> Struct:
    """The C++ struct of a mechanism.

    Parameters
    ----------
    mechanism : Mechanism
    ion_slots : mapping
        Ion variable such as ``ena`` -> its place in the array of ion variables.
    """
    emitter = _Emitter(mechanism, ion_slots)
    blocks = [
        emitter.block("initial", emitter.stores(mechanism.initial)),
        emitter.block("current", [*emitter.stores(mechanism.current), *emitter.currents()]),
        emitter.block("advance", emitter.stores(mechanism.advance)),
        emitter.block("rates", emitter.rates()),
    ]
    prepare = emitter.block("prepare", emitter.constant_stores())
    lines = [
        f"// {mechanism.file.name}",
        f"struct Mechanism_{mechanism.name} {{",
        *(f"    {line}" if line else "" for line in "\n\n".join([prepare, *blocks]).splitlines()),
        "};",
    ]
    return Struct("\n".join(lines) + "\n", emitter.n_constants, emitter.gates, emitter.rate_constants())


class _Emitter:
    def __init__(self, mechanism: Mechanism, ion_slots: Mapping[str, int]) -> None:
        self._mechanism = mechanism
        self._ion_slots = ion_slots
        self._parameter_slots = {name: slot for slot, (name, _) in enumerate(mechanism.parameters)}
        self._variable_slots = {name: slot for slot, (name, _) in enumerate(mechanism.variables)}
        #: nodes that are computed once, by prepare -> their place
        self._constants: dict[Node, int] = {}

    @property
    def n_constants(self) -> int:
        return len(self._constants)

    def stores(self, values: Mapping[str, Node]) -> list[tuple[str, Node]]:
        """(where, what) of the variables that a block sets."""
        return [(self._place(name), node) for name, node in values.items() if not self._is_unchanged(name, node)]

    @property
    def gates(self) -> tuple[int, ...]:
        return tuple(self._variable_slots[name] for name in self._mechanism.gates)

    def rates(self) -> list[tuple[str, Node]]:
        pairs = enumerate(self._mechanism.gates.values())
        return [
            store for slot, (gain, loss) in pairs for store in ((f"gains[{slot}]", gain), (f"losses[{slot}]", loss))
        ]

    def rate_constants(self) -> tuple[int, ...]:
        """Constants that the rates need; known once their block has been written."""
        needed = self._needed((node for _, node in self.rates()), preparing=False)
        return tuple(sorted(self._constants[node] for node in needed if node in self._constants))

    def currents(self) -> list[tuple[str, Node]]:
        mechanism = self._mechanism
        ions = [(f"ions[{self._ion_slots[name]}] +", node) for name, node in mechanism.ion_currents.items()]
        return [*ions, ("i +", mechanism.total), ("g +", mechanism.conductance)]

    def constant_stores(self) -> list[tuple[str, Node]]:
        return [(f"constants[{slot}]", node) for node, slot in self._constants.items()]

    def block(self, name: str, stores: Sequence[tuple[str, Node]]) -> str:
        """A static member function that computes and stores."""
        preparing = name == "prepare"
        needed = self._needed((node for _, node in stores), preparing)
        leaves = frozenset() if preparing else frozenset(self._constants)
        uses = _uses(needed, stores, leaves)
        sums = [node for node in needed if node.operator in ("+", "-") and node not in leaves]
        fused = {product for node in sums for product in _products(node, uses)}
        lines = []
        for node in needed:
            if node.is_constant or node in fused:
                continue
            if not preparing and node in self._constants:
                text = f"constants[{self._constants[node]}]"
            else:
                text = self._expression(node, fused)
            lines.append(f"const {'auto' if node.is_mask else 'V'} x{node.number} = {text};")
        lines.extend(f"{place}= {_operand(node)};" if place.endswith("+") else f"{place} = {_operand(node)};"
                     for place, node in stores)  # fmt: skip
        body = "\n".join(f"    {line}" for line in lines)
        unused = _unused(_SIGNATURES[name], body)
        template = "template <class V>" if preparing else "template <class V, class C>"
        signature = f"{template}\nstatic ASCENT_INLINE void {name}({unused}) {{"
        return f"{signature}\n{body}\n}}" if body else f"{signature}}}"

    def _needed(self, roots: Iterable[Node], preparing: bool) -> list[Node]:
        """Everything that the roots are made of, operands first; constants of a run are found, not descended into."""
        seen: set[Node] = set()
        waiting = list(roots)
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if not preparing and node.fixed and not node.is_mask and not node.is_constant:
                continue
            waiting.extend(node.operands)
        needed = sorted(seen, key=lambda node: node.number)
        if not preparing:
            for node in needed:
                if node.fixed and not node.is_mask and not node.is_constant:
                    self._constants.setdefault(node, len(self._constants))
        return needed

    def _expression(self, node: Node, fused: set[Node]) -> str:
        operator = node.operator
        if operator == "input":
            return self._input(node)
        if operator in ("+", "-"):
            for index, product in enumerate(node.operands):
                if product in fused:
                    return _fused(operator, product, node.operands[1 - index], index)
        operands = [_operand(operand) for operand in node.operands]
        if operator in ("neg", "!"):
            return f"{'-' if operator == 'neg' else '!'}{operands[0]}"
        if operator in _FUNCTIONS:
            return f"{_FUNCTIONS[operator]}({', '.join(operands)})"
        if operator == "select":
            return f"select({', '.join(operands)})"
        if operator in ("&&", "||"):
            return f"{operands[0]} {operator[0]} {operands[1]}"
        assert operator in COMPARISONS or operator in "+-*/", operator
        return f"{operands[0]} {operator} {operands[1]}"

    def _input(self, node: Node) -> str:
        if node.kind == "parameter":
            return f"parameters[{self._parameter_slots[node.name]}]"
        if node.kind == "surroundings":
            return f"surroundings.{node.name}"
        if node.kind == "step":
            return node.name
        return self._place(node.name)

    def _place(self, name: str) -> str:
        if name in self._variable_slots:
            return f"variables[{self._variable_slots[name]}]"
        return f"ions[{self._ion_slots[name]}]"

    def _is_unchanged(self, name: str, node: Node) -> bool:
        return node.operator == "input" and node.kind in ("variable", "ion") and node.name == name


def _uses(needed: Sequence[Node], stores: Sequence[tuple[str, Node]], leaves: frozenset[Node]) -> dict[Node, int]:
    uses: dict[Node, int] = {}
    for _, node in stores:
        uses[node] = uses.get(node, 0) + 1
    for node in needed:
        for operand in () if node in leaves else node.operands:
            uses[operand] = uses.get(operand, 0) + 1
    for leaf in leaves:
        uses[leaf] = 2  # never folded into another operation
    return uses


def _products(node: Node, uses: Mapping[Node, int]) -> list[Node]:
    """The product that a sum takes into a fused multiply-add: one that nothing else needs."""
    found = [operand for operand in node.operands if operand.operator == "*" and uses[operand] == 1]
    return found[:1]


def _fused(operator: str, product: Node, other: Node, index: int) -> str:
    a, b = (_operand(operand) for operand in product.operands)
    c = _operand(other)
    if operator == "-" and index == 0:
        return f"vfma({a}, {b}, -{c})"
    return f"vfma({'-' if operator == '-' else ''}{a}, {b}, {c})"


def _operand(node: Node) -> str:
    return f"V({node.value!r})" if node.is_constant else f"x{node.number}"


def _unused(signature: str, body: str) -> str:
    """The signature without the names of parameters that the body does not mention."""
    words = set(re.findall(r"[A-Za-z_]\w*", body))
    parts = []
    for part in signature.split(", "):
        kind, name = part.rsplit(" ", 1)
        parts.append(part if name in words else kind)
    return ", ".join(parts)
