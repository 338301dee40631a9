"""The mechanisms of one membrane as one C++ struct, with the ions that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ascent.errors import MechanismError
from ascent.mechanisms.build import CORTICAL, mechanism_files
from ascent.mechanisms.kernels.emission import Struct, emit_mechanism
from ascent.mechanisms.kernels.mechanism import Mechanism, load_mechanism

_HERE = Path(__file__).parent
#: Flags that keep the bits of a lane the same in packs of every width.
COMPILE_FLAGS = ("-O3", "-std=c++17", "-ffp-contract=off", "-fno-math-errno")
#: Reversal (mV), concentrations inside and outside (mM) and valence that NEURON gives to the ions it knows.
_KNOWN_IONS = {"na": (50.0, 10.0, 140.0, 1.0), "k": (-77.0, 54.4, 2.5, 1.0), "ca": (132.4579341637009, 5e-05, 2.0, 2.0)}

Reversal = Literal["given", "initial", "advancing"]
Kind = Literal["state", "assigned", "reversal", "concentration", "current"]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a mechanism and its default."""

    mechanism: str
    name: str
    default: float


@dataclass(frozen=True)
class Variable:
    """A variable of a node; `mechanism` is empty for those of ions, which mechanisms share.

    Units are the mechanism's; of ions mV (reversal), mM (concentration) and mA/cm2 (current).
    """

    mechanism: str
    name: str
    kind: Kind
    initial: float


@dataclass(frozen=True)
class Ion:
    """An ion, its valence, and when its reversal potential follows its concentrations.

    ``given``: never; ``initial``: at initialisation; ``advancing``: there and at every step.
    """

    name: str
    valence: float
    reversal: Reversal


@dataclass(frozen=True)
class MembraneKernel:
    """C++ of a membrane and what its arrays hold; see README.md in this folder.

    Attributes
    ----------
    header : str
        C++ that defines ``ascent::Membrane``; the same text whenever the mechanisms are the same.
    parameters : tuple of Parameter
        In the order of the array ``parameters``.
    variables : tuple of Variable
        In the order of the array ``variables``.
    ions : tuple of Ion
    n_constants : int
        Length of the array ``constants``.
    """

    header: str
    parameters: tuple[Parameter, ...]
    variables: tuple[Variable, ...]
    ions: tuple[Ion, ...]
    n_constants: int

    def parameter_index(self, mechanism: str, name: str) -> int:
        """Place of a parameter in ``parameters``.

        Raises
        ------
        MechanismError
            When the mechanism has no such parameter.
        """
        for index, parameter in enumerate(self.parameters):
            if (parameter.mechanism, parameter.name) == (mechanism, name):
                return index
        have = ", ".join(parameter.name for parameter in self.parameters if parameter.mechanism == mechanism)
        raise MechanismError(f"Mechanism {mechanism} has no parameter {name}; it has {have or 'none'}.")

    def variable_index(self, mechanism: str, name: str) -> int:
        """Place of a variable in ``variables``; `mechanism` is empty for those of ions.

        Raises
        ------
        MechanismError
            When there is no such variable.
        """
        for index, variable in enumerate(self.variables):
            if (variable.mechanism, variable.name) == (mechanism, name):
                return index
        whose = f"Mechanism {mechanism}" if mechanism else "The membrane's ions"
        have = ", ".join(variable.name for variable in self.variables if variable.mechanism == mechanism)
        raise MechanismError(f"{whose} has no variable {name}; there is {have or 'none'}.")


def include_directory() -> Path:
    """The folder with the headers that a generated one includes."""
    return _HERE


def membrane_kernel(
    mechanisms: Sequence[str | Path],
    directories: Sequence[Path | str] = (),
    reversals: Mapping[str, Reversal] | None = None,
) -> MembraneKernel:
    """Generate the C++ of a membrane.

    Parameters
    ----------
    mechanisms : sequence of str or Path
        Names of mechanisms that ship with ascent or are in `directories`, ``pas``, or paths of ``.mod`` files.
    directories : sequence of path
        Further folders with ``.mod`` files.
    reversals : mapping, optional
        Ion -> when its reversal potential follows its concentrations, where that differs from NEURON's rule: never
        unless mechanisms use both; then at initialisation, and at every step once a mechanism writes a concentration.

    Raises
    ------
    MechanismError
        When there is no such mechanism, one is given twice, or it holds what kernels do not cover.
    """
    paths = [path if isinstance(path, Path) else find_mechanism(path, directories) for path in mechanisms]
    loaded = [load_mechanism(path) for path in paths]
    for index, mechanism in enumerate(loaded):
        if mechanism.name in {other.name for other in loaded[:index]}:
            raise MechanismError(f"Mechanism {mechanism.name} is given twice; a membrane has each mechanism once.")
    # NEURON lets those that write concentrations go before the others
    loaded.sort(key=lambda mechanism: not mechanism.writes_concentrations)
    return _Membrane(loaded, reversals or {}).kernel()


def kernel_header(mod_files: Sequence[Path | str]) -> str:
    """The C++ of ``.mod`` files that are together in one membrane."""
    return membrane_kernel([Path(path) for path in mod_files]).header


def find_mechanism(name: str, directories: Sequence[Path | str]) -> Path:
    builtin = _HERE / "builtin" / f"{name}.mod"
    if builtin.is_file():
        return builtin
    files = (*mechanism_files(directories), *CORTICAL.glob("*.mod"))
    for path in sorted(files, key=lambda path: path.stem != name):
        words = path.read_text(encoding="utf-8", errors="replace").split()
        if any(pair == ("SUFFIX", name) for pair in zip(words, words[1:], strict=False)):
            return path
    raise MechanismError(f"There is no mechanism {name}; a .mod file with SUFFIX {name} is needed.")


class _Membrane:
    def __init__(self, mechanisms: Sequence[Mechanism], reversals: Mapping[str, Reversal]) -> None:
        self.mechanisms = mechanisms
        self.ions = _ions(mechanisms, reversals)
        self._ion_variables = _ion_variables(mechanisms, self.ions)
        self.slots = {variable.name: slot for slot, variable in enumerate(self._ion_variables)}

    def kernel(self) -> MembraneKernel:
        structs = [emit_mechanism(mechanism, self.slots) for mechanism in self.mechanisms]
        parameters = tuple(Parameter(m.name, name, default) for m in self.mechanisms for name, default in m.parameters)
        variables = tuple(
            Variable(m.name, name, "state" if index < m.n_states else "assigned", initial)
            for m in self.mechanisms
            for index, (name, initial) in enumerate(m.variables)
        )
        n_constants = sum(struct.n_constants for struct in structs) + len(self.ions)
        header = "\n".join(
            [
                "// Generated from NMODL by ascent.mechanisms.kernels; do not edit.",
                "#pragma once",
                "",
                '#include "kernel_interface.hpp"',
                "",
                "namespace ascent {",
                "",
                *(struct.text for struct in structs),
                self._composed(structs, len(parameters), n_constants, len(variables)),
                "}  // namespace ascent",
                "",
            ]
        )
        return MembraneKernel(header, parameters, (*variables, *self._ion_variables), self.ions, n_constants)

    def _composed(self, structs: Sequence[Struct], n_parameters: int, n_constants: int, n_own: int) -> str:
        calls: dict[str, list[str]] = {"prepare": [], "initial": [], "current": [], "advance": [], "rates": []}
        parameters, constants, variables = 0, len(self.ions), 0
        gates: list[int] = []
        rate_constants: list[int] = []
        for mechanism, made in zip(self.mechanisms, structs, strict=True):
            struct = f"Mechanism_{mechanism.name}"
            common = f"constants + {constants}, variables + {variables}, ions"
            calls["prepare"].append(
                f"{struct}::prepare(parameters + {parameters}, surroundings, constants + {constants});"
            )
            calls["initial"].append(f"{struct}::template initial<V>(v, {common});")
            calls["initial"].extend(self._updates(mechanism))
            calls["current"].append(f"{struct}::template current<V>(v, {common}, i, g);")
            if mechanism.advance:
                calls["advance"].append(f"{struct}::template advance<V>(v, dt, {common});")
            if made.gates:
                places = f"constants + {constants}, gains + {len(gates)}, losses + {len(gates)}"
                calls["rates"].append(f"{struct}::template rates<V>(v, dt, {places});")
            gates += [variables + gate for gate in made.gates]
            rate_constants += [constants + constant for constant in made.rate_constants]
            parameters += len(mechanism.parameters)
            constants += made.n_constants
            variables += len(mechanism.variables)
        clear = [
            f"ions[{self.slots[name]}] = V(0.0);"
            for name in (f"i{ion.name}" for ion in self.ions)
            if name in self.slots
        ]
        factors = [
            f"constants[{slot}] = V({1000.0 * 8.31446261815324 / 96485.33212331001 / ion.valence!r})"
            " * (surroundings.celsius + V(273.15));"
            for slot, ion in enumerate(self.ions)
        ]
        at_start = [self._nernst(ion) for ion in self.ions if ion.reversal != "given"]
        at_steps = [self._nernst(ion) for ion in self.ions if ion.reversal == "advancing"]
        ions = [f"V* ions = variables + {n_own};"] if self.mechanisms else []
        blocks = {
            "prepare(const V* parameters, const Surroundings<V>& surroundings, V* constants)": [
                *factors, *calls["prepare"]
            ],
            "initial(V v, const C* constants, V* variables)": [*ions, *clear, *at_start, *calls["initial"]],
            "current(V v, const C* constants, V* variables, V& i, V& g)": [
                *ions, *clear, *at_steps, "i = V(0.0);", "g = V(0.0);", *calls["current"]
            ],
            "advance_rest(V v, V dt, const C* constants, V* variables)": (
                [*ions, *calls["advance"]] if calls["advance"] else []
            ),
            "rates(V v, V dt, const C* constants, V* gains, V* losses)": calls["rates"],
            "advance_gates(const V* gains, const V* losses, V* variables)": [
                f"variables[{gate}] = variables[{gate}] + vfma(-losses[{index}], variables[{gate}], gains[{index}]);"
                for index, gate in enumerate(gates)
            ],
            "advance(V v, V dt, const C* constants, V* variables)": [
                f"V gains[{max(1, len(gates))}], losses[{max(1, len(gates))}];",
                "advance_rest<V>(v, dt, constants, variables);",
                "rates<V>(v, dt, constants, gains, losses);",
                "advance_gates(gains, losses, variables);",
            ],
        }  # fmt: skip
        lines = [
            "struct Membrane {",
            f"    static constexpr int n_parameters = {n_parameters};",
            f"    static constexpr int n_constants = {n_constants};",
            f"    static constexpr int n_variables = {n_own + len(self._ion_variables)};",
            f"    static constexpr int n_gates = {len(gates)};",
            "    // constants that the rates of the gates depend on",
            f"    static constexpr int n_rate_constants = {len(rate_constants)};",
            f"    static constexpr int rate_constants[] = {{{', '.join(map(str, rate_constants)) or '-1'}}};",
        ]
        for signature, body in blocks.items():
            lines += [
                "",
                f"    template <class V{', class C' if 'const C*' in signature else ''}>",
                f"    static ASCENT_INLINE void {signature if body else _unnamed(signature)} {{",
                *(f"        {line}" for line in body),
                "    }",
            ]
        return "\n".join([*lines, "};", ""])

    def _updates(self, mechanism: Mechanism) -> list[str]:
        """Reversal potentials that follow concentrations which the mechanism has just initialised."""
        written = {name for ion in mechanism.ions for name in ion.writes}
        return [
            self._nernst(ion)
            for ion in self.ions
            if ion.reversal != "given" and written & {f"{ion.name}i", f"{ion.name}o"}
        ]

    def _nernst(self, ion: Ion) -> str:
        reversal, inside, outside = (self.slots[name] for name in (f"e{ion.name}", f"{ion.name}i", f"{ion.name}o"))
        factor = [other.name for other in self.ions].index(ion.name)
        return f"ions[{reversal}] = nernst(ions[{inside}], ions[{outside}], V(constants[{factor}]));"


def _ions(mechanisms: Sequence[Mechanism], reversals: Mapping[str, Reversal]) -> tuple[Ion, ...]:
    valences: dict[str, float | None] = {}
    used: dict[str, set[str]] = {}
    written: dict[str, set[str]] = {}
    for mechanism in mechanisms:
        for use in mechanism.ions:
            if use.valence is not None and valences.get(use.name) not in (None, use.valence):
                raise MechanismError(
                    f"{mechanism.file}: ion {use.name} has valence {use.valence:g} here and {valences[use.name]:g} in "
                    f"another mechanism; make them the same."
                )
            valences[use.name] = use.valence if use.valence is not None else valences.get(use.name)
            used.setdefault(use.name, set()).update(use.reads, use.writes)
            written.setdefault(use.name, set()).update(use.writes)
    for name in reversals:
        if name not in used:
            raise MechanismError(
                f"No mechanism of the membrane uses the ion {name}; it uses {', '.join(used) or 'none'}."
            )
    ions = []
    for name, names in used.items():
        valence = valences[name] or _KNOWN_IONS.get(name, (0.0, 0.0, 0.0, 0.0))[3]
        rule: Reversal = "given"
        if f"e{name}" in names and names & {f"{name}i", f"{name}o"}:
            rule = "advancing" if written[name] & {f"{name}i", f"{name}o"} else "initial"
        rule = reversals.get(name, rule)
        if rule != "given" and not valence:
            raise MechanismError(f"Ion {name} needs a VALENCE in its USEION statement for its reversal potential.")
        ions.append(Ion(name, valence or 1.0, rule))
    return tuple(ions)


def _ion_variables(mechanisms: Sequence[Mechanism], ions: Sequence[Ion]) -> tuple[Variable, ...]:
    used = {name for m in mechanisms for use in m.ions for name in (*use.reads, *use.writes)}
    variables = []
    for ion in ions:
        reversal, inside, outside, _ = _KNOWN_IONS.get(ion.name, (0.0, 1.0, 1.0, 0.0))
        has_nernst = ion.reversal != "given"
        candidates = (
            Variable("", f"e{ion.name}", "reversal", reversal),
            Variable("", f"{ion.name}i", "concentration", inside),
            Variable("", f"{ion.name}o", "concentration", outside),
            Variable("", f"i{ion.name}", "current", 0.0),
        )
        variables += [one for one in candidates if one.name in used or has_nernst and one.kind != "current"]
    return tuple(variables)


def _unnamed(signature: str) -> str:
    name, arguments = signature.rstrip(")").split("(")
    return f"{name}({', '.join(argument.rsplit(' ', 1)[0] for argument in arguments.split(', '))})"
