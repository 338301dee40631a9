"""One mechanism as expressions: what it computes at initialisation, for its current and for its states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ascent.mechanisms.kernels.execution import Execution, Names
from ascent.mechanisms.kernels.graph import AffineForms, Graph, Node
from ascent.mechanisms.kernels.syntax import (
    Assignment,
    Conditional,
    MechanismAst,
    Solve,
    Statement,
    UseIon,
    parse,
    unsupported,
)

#: mV by which NEURON moves v for the derivative of a current.
VOLTAGE_STEP = 0.001
_SURROUNDINGS = ("celsius", "diam", "area")
_STEP = ("v", "dt")
#: Known to NEURON, and not covered: kernels do not depend on time.
_ABSENT = ("t",)


@dataclass(frozen=True)
class Mechanism:
    """The intermediate form of a mechanism.

    Attributes
    ----------
    name : str
    file : Path
    graph : Graph
    parameters : tuple of (str, float)
        Name and default.
    variables : tuple of (str, float)
        Name and initial value of states (first) and of other variables that outlive a block.
    n_states : int
    ions : tuple of UseIon
    initial, advance, current : dict
        Variables and ion concentrations that a block sets -> value.
    total : Node
        Current density, mA/cm2.
    conductance : Node
        Its derivative by v, S/cm2: exact where the current is linear in v, else a difference quotient.
    ion_currents : dict
        Such as ``ina`` -> its current density.
    gates : dict
        State whose rates depend on nothing but v -> (gain, loss): a step makes x + gain - loss x of it. These are not
        in `advance`.
    """

    name: str
    file: Path
    graph: Graph
    parameters: tuple[tuple[str, float], ...]
    variables: tuple[tuple[str, float], ...]
    n_states: int
    ions: tuple[UseIon, ...]
    initial: dict[str, Node]
    advance: dict[str, Node]
    current: dict[str, Node]
    total: Node
    conductance: Node
    ion_currents: dict[str, Node]
    gates: dict[str, tuple[Node, Node]]

    @property
    def writes_concentrations(self) -> bool:
        """Whether it changes a concentration, which puts it before mechanisms that don't."""
        return any(name != f"i{ion.name}" for ion in self.ions for name in ion.writes)


def load_mechanism(path: Path | str) -> Mechanism:
    """The intermediate form of a ``.mod`` file.

    Raises
    ------
    MechanismError
        When the file holds what kernels do not cover.
    """
    return _Builder(parse(path)).build()


class _Builder:
    def __init__(self, ast: MechanismAst) -> None:
        self.ast = ast
        self.graph = Graph()
        self._check_ions()
        self._ion_inputs = {name for ion in ast.ions for name in (*ion.reads, *self._concentrations(ion))}
        self._ion_currents = [f"i{ion.name}" for ion in ast.ions if f"i{ion.name}" in ion.writes]
        self._written = set(_written(ast))
        special = {*_SURROUNDINGS, *_STEP, *_ABSENT, *self._ion_inputs}
        self._parameters = {
            name: default
            for name, default in ast.parameters.items()
            if name not in special and name not in self._written
        }
        self._parameters |= {
            name: 0.0
            for name in ast.assigned
            if name not in special and name not in self._written and name not in self._ion_currents
        }
        self._variables = {name: 0.0 for name in ast.states if name not in self._ion_inputs}
        self._variables |= {name: 0.0 for name in (*ast.assigned, *ast.currents) if name in self._written - special}
        self._variables |= {name: value for name, value in ast.parameters.items() if name in self._written - special}

    def build(self) -> Mechanism:
        initial, read_initial = self._initial()
        advance, read_advance = self._advance()
        values, read_current, total, conductance, ion_currents = self._current()
        read = read_initial | read_advance | read_current
        states = [name for name in self.ast.states if name in self._variables]
        kept = [*states, *(name for name in self._variables if name in read and name not in states)]
        written = {name for ion in self.ast.ions for name in self._concentrations(ion)}

        def stored(block: dict[str, Node]) -> dict[str, Node]:
            return {name: node for name, node in block.items() if name in written or name in kept}

        gates = {name: pair for name in states if (pair := self._gate(name, advance)) is not None}
        advance = {name: node for name, node in advance.items() if name not in gates}
        return Mechanism(
            name=self.ast.name,
            file=self.ast.file,
            graph=self.graph,
            parameters=tuple(
                (name, value) for name, value in self._parameters.items() if name in read or name in self.ast.parameters
            ),
            variables=tuple((name, self._variables[name]) for name in kept),
            n_states=len(states),
            ions=tuple(self.ast.ions),
            initial=stored(initial),
            advance=stored(advance),
            current=stored(values),
            total=total,
            conductance=conductance,
            ion_currents=ion_currents,
            gates=gates,
        )

    def _gate(self, name: str, advance: dict[str, Node]) -> tuple[Node, Node] | None:
        """Gain and loss of a state in a step, when they depend on v only; None for any other variable."""
        relaxation = self.graph.relaxations.get(advance.get(name, self.graph.constant(0.0)))
        if relaxation is None or (relaxation.state.kind, relaxation.state.name) != ("variable", name):
            return None
        pair = self.graph.gain(relaxation), self.graph.loss(relaxation)
        if any(leaf.kind in ("variable", "ion") for leaf in self.graph.leaves(*pair)):
            return None
        return pair

    def _initial(self) -> tuple[dict[str, Node], set[str]]:
        names = Names(self._lookup)
        # NEURON sets every state to 0 first, except concentrations
        zeros = {name: self.graph.constant(0.0) for name in self.ast.states if name not in self._ion_inputs}
        execution = Execution(self.ast, self.graph, names, zeros)
        execution.run(self.ast.initial)
        return execution.values, names.read

    def _advance(self) -> tuple[dict[str, Node], set[str]]:
        names = Names(self._lookup)
        execution = Execution(self.ast, self.graph, names)
        for statement in self.ast.breakpoint:
            if isinstance(statement, Solve):
                execution.solve(statement)
        return execution.values, names.read

    def _current(self) -> tuple[dict[str, Node], set[str], Node, Node, dict[str, Node]]:
        body = [statement for statement in self.ast.breakpoint if not isinstance(statement, Solve)]
        graph = self.graph
        v = graph.input("step", "v")
        names = Names(self._lookup)
        once = Execution(self.ast, graph, names)
        once.run(body)
        forms = AffineForms(graph, v)
        form = forms.of(self._total(once.values))
        if form is not None and not names.read & set(once.values):
            values = once.values
            conductance = forms.slope(form)
        else:
            # as NEURON: the block runs at v + 0.001 mV, then at v with what the first run left in its variables
            step = graph.constant(VOLTAGE_STEP)
            moved = graph.add(v, step)
            ahead_names = Names(lambda name: moved if name == "v" else self._lookup(name), names.read)
            ahead = Execution(self.ast, graph, ahead_names)
            ahead.run(body)
            here = Execution(self.ast, graph, names, ahead.values)
            here.run(body)
            values = here.values
            difference = graph.subtract(self._total(ahead.values), self._total(values))
            conductance = graph.divide(difference, step)
        ion_currents = {name: values[name] for name in self._ion_currents if name in values}
        return values, names.read, self._total(values), conductance, ion_currents

    def _total(self, values: dict[str, Node]) -> Node:
        total = self.graph.constant(0.0)
        for name in (*self.ast.currents, *self._ion_currents):
            if name in values:
                total = self.graph.add(total, values[name])
        return total

    def _lookup(self, name: str) -> Node | None:
        if name in _STEP:
            return self.graph.input("step", name)
        if name in _SURROUNDINGS:
            return self.graph.input("surroundings", name)
        if name in self._ion_inputs:
            return self.graph.input("ion", name)
        if name in self.ast.constants:
            return self.graph.constant(self.ast.constants[name])
        if name in self._parameters:
            return self.graph.input("parameter", name)
        if name in self._variables or name in self._ion_currents:
            self._variables.setdefault(name, 0.0)
            return self.graph.input("variable", name)
        return None

    def _concentrations(self, ion: UseIon) -> Iterator[str]:
        return (name for name in ion.writes if name in (f"{ion.name}i", f"{ion.name}o"))

    def _check_ions(self) -> None:
        for ion in self.ast.ions:
            known = {f"e{ion.name}", f"i{ion.name}", f"{ion.name}i", f"{ion.name}o"}
            pattern = rf"USEION\s+{ion.name}\b"
            for name in (*ion.reads, *ion.writes):
                if name not in known:
                    raise unsupported(self.ast.file, f"{name} is no variable of the ion {ion.name}", pattern)
            if f"e{ion.name}" in ion.writes:
                raise unsupported(self.ast.file, f"USEION {ion.name} WRITE e{ion.name} is not covered", pattern)
            if f"i{ion.name}" in ion.writes and f"i{ion.name}" in ion.reads:
                raise unsupported(self.ast.file, f"i{ion.name} is both read and written", pattern)


def _written(ast: MechanismAst) -> Iterator[str]:
    """Names that some statement of the mechanism assigns to."""
    blocks: list[Sequence[Statement]] = [ast.initial, ast.breakpoint]
    for table in (ast.functions, ast.procedures, ast.derivatives):
        blocks.extend(block.body for block in table.values())
    for body in blocks:
        yield from _assigned(body)


def _assigned(body: Iterable[Statement]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, Assignment):
            yield statement.name
        elif isinstance(statement, Conditional):
            yield from _assigned(statement.then)
            yield from _assigned(statement.otherwise)
