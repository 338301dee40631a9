"""What kernels do not cover is refused in one sentence that names the file, the construct and the line."""

import pytest

from ascent.errors import MechanismError
from ascent.mechanisms.kernels import membrane_kernel, parse

HEAD = "NEURON {{ SUFFIX refused{neuron}\n NONSPECIFIC_CURRENT i }}\n"
TAIL = """ASSIGNED {{ v i{assigned} }}
STATE {{ m }}
BREAKPOINT {{{before}
 SOLVE states {method}
 i = m * v }}
DERIVATIVE states {{ {rate} }}
{blocks}
"""
PLAIN = {"neuron": "", "assigned": "", "before": "", "method": "METHOD cnexp", "rate": "m' = -m", "blocks": ""}

CASES = {
    "verbatim": ({"blocks": "PROCEDURE p() {\nVERBATIM\n int i;\nENDVERBATIM\n}"}, "VERBATIM", 10),
    "pointer": ({"neuron": "\n POINTER x", "assigned": " x"}, "POINTER", 2),
    "kinetic": ({"blocks": "KINETIC k { ~ m <-> m (1, 2) }"}, "KINETIC", 9),
    "net receive": ({"blocks": "NET_RECEIVE (w) { m = 2 }"}, "NET_RECEIVE", 9),
    "while": ({"blocks": "PROCEDURE p() { WHILE (m < 2) { m = m + 1 } }"}, "WHILE", 9),
    "array": ({"assigned": " x[3]"}, "array x", 3),
    "derivimplicit": ({"method": "METHOD derivimplicit"}, "METHOD derivimplicit", 6),
    "not linear": ({"rate": "m' = -m * m"}, "m' to be linear in m", 8),
    "unknown function": ({"before": " LOCAL q\n q = tan(v)"}, "function tan", 6),
    "recursion": ({"rate": "m' = f(m)", "blocks": "FUNCTION f(x) { f = f(x) }"}, "f calls itself", 8),
    "unset local": ({"before": " LOCAL q\n i = q"}, "LOCAL q is used before it has a value", 5),
    "ion read and written": ({"neuron": "\n USEION na READ ina WRITE ina", "assigned": " ina"}, "ina is both", 2),
    "ion without such a variable": ({"neuron": "\n USEION na READ eca", "assigned": " eca"}, "eca is no variable", 2),
}


@pytest.mark.parametrize(("changes", "said", "line"), CASES.values(), ids=CASES)
def test_construct_that_is_not_covered(write_mod, changes, said, line):
    path = write_mod((HEAD + TAIL).format(**PLAIN | changes))
    with pytest.raises(MechanismError) as refusal:
        membrane_kernel([path])
    message = str(refusal.value)
    assert message.startswith(f"{path}, line {line}: ")
    assert said in message
    assert "\n" not in message


def test_the_same_file_without_them_is_taken(write_mod):
    assert "struct Membrane" in membrane_kernel([write_mod((HEAD + TAIL).format(**PLAIN))]).header


def test_file_that_is_not_nmodl(write_mod):
    path = write_mod("NEURON { SUFFIX refused\n nonsense }")
    with pytest.raises(MechanismError, match=r"refused\.mod: NEURON's nmodl does not accept the file: .*in line 2"):
        parse(path)


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(MechanismError, match="none.mod cannot be read: No such file"):
        parse(tmp_path / "none.mod")


def test_variable_that_nothing_declares(write_mod):
    path = write_mod((HEAD + TAIL).format(**PLAIN | {"rate": "m' = -m * undeclared"}))
    with pytest.raises(MechanismError, match="undeclared"):
        membrane_kernel([path])


def test_mechanism_that_is_unknown():
    with pytest.raises(MechanismError, match="There is no mechanism axonode"):
        membrane_kernel(["axonode"])


def test_mechanism_that_is_given_twice():
    with pytest.raises(MechanismError, match="pas is given twice"):
        membrane_kernel(["pas", "pas"])


def test_parameter_that_a_mechanism_lacks():
    with pytest.raises(MechanismError, match="pas has no parameter gbar; it has g, e"):
        membrane_kernel(["pas"]).parameter_index("pas", "gbar")


def test_rule_for_an_ion_that_is_not_used():
    with pytest.raises(MechanismError, match="uses the ion na"):
        membrane_kernel(["pas"], reversals={"na": "given"})
