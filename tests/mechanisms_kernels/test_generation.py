"""What the generated text and its tables look like."""

import os
import re
import subprocess
import sys

import pytest

from ascent.mechanisms.kernels import kernel_header, membrane_kernel, parse
from ascent.mechanisms.kernels.membrane import find_mechanism
from tests.mechanisms_kernels.side_by_side import MODS


def body(header, function, mechanism):
    """Lines of one function of a mechanism's struct."""
    struct = header.split(f"struct Mechanism_{mechanism} {{")[1].split("\n};")[0]
    return struct.split(f"void {function}(")[1].split("\n    }")[0]


def test_text_is_the_same_in_every_process(tmp_path):
    """Whatever the order of Python's hashes, and with the syntax tree from the cache or anew."""
    names = ["sundt_na", "sundt_kdr", "pas"]
    code = f"from ascent.mechanisms.kernels import membrane_kernel; print(membrane_kernel({names}).header)"
    texts = set()
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "ASCENT_CACHE_DIR": str(tmp_path)}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        texts.add(done.stdout)
    assert texts == {membrane_kernel(names).header + "\n"}


def test_header_names_no_place_of_the_machine():
    assert str(MODS) not in kernel_header([MODS / "branches.mod"])


def test_temperature_is_dealt_with_once():
    header = membrane_kernel(["axnode"]).header
    assert body(header, "prepare", "axnode").count("vpow") == 3
    for function in ("initial", "current", "advance"):
        assert "vpow" not in body(header, function, "axnode")


def test_gates_that_follow_the_voltage_only_have_rates_that_can_be_tabulated():
    """axnode: eight rates with an exponential and a division each, then a gain and a loss for each of four gates."""
    kernel = membrane_kernel(["axnode"])
    rates = body(kernel.header, "rates", "axnode")
    assert len(re.findall(r"= loss\(", rates)) == len(re.findall(r"= gain\(", rates)) == 4
    assert len(re.findall(r"vexp\(", rates)) == 8
    assert len(re.findall(r" / ", rates)) <= 8 + 4
    assert "n_gates = 4" in kernel.header
    assert "variables" not in body(kernel.header, "advance", "axnode")


def test_states_that_follow_a_concentration_are_no_gates():
    kernel = membrane_kernel(["schild_ca", "calcium_pools"])
    names = [variable.name for variable in kernel.variables if variable.kind == "state"]
    advance = re.search(r"void advance_gates\(.*?\n    }", kernel.header, re.DOTALL)
    assert advance is not None
    gates = {int(place) for place in re.findall(r"variables\[(\d+)\] =", advance[0])}
    assert 0 < len(gates) < len(names)


def test_ohmic_currents_have_their_conductance_without_a_second_evaluation():
    current = body(membrane_kernel(["axnode"]).header, "current", "axnode")
    assert "0.001" not in current
    assert " / " not in current


def test_other_currents_are_differentiated_as_neuron_does():
    current = body(kernel_header([MODS / "calcium_current.mod"]), "current", "calcium_current")
    assert re.search(r"x\d+ \+ V\(0\.001\)", current)


def test_parameters_are_listed_with_their_defaults():
    kernel = membrane_kernel(["sundt_na", "pas"])
    assert [(one.mechanism, one.name, one.default) for one in kernel.parameters] == [
        ("sundt_na", "gbar", 0.04),
        ("sundt_na", "mshift", -6.0),
        ("sundt_na", "hshift", 6.0),
        ("pas", "g", 0.001),
        ("pas", "e", -70.0),
    ]
    assert kernel.parameter_index("pas", "e") == 4


def test_defaults_have_the_six_digits_that_nrnivmodl_keeps(write_mod):
    text = (
        "NEURON { SUFFIX refused\n NONSPECIFIC_CURRENT i\n RANGE g }\nPARAMETER { g = 0.123456789 }\nASSIGNED { i v }\n"
    )
    assert parse(write_mod(text + "BREAKPOINT { i = g * v }\n")).parameters == {"g": 0.123457}


def test_variables_are_states_then_what_outlives_a_block_then_ions():
    kernel = membrane_kernel([MODS / "branches.mod"])
    assert [one.name for one in kernel.variables] == ["a", "b", "c", "w", "memory", "count"]
    assert [one.kind for one in kernel.variables] == [*4 * ["state"], *2 * ["assigned"]]


def test_assigned_variable_that_only_users_set_is_a_parameter():
    kernel = membrane_kernel([MODS / "branches.mod"])
    assert kernel.parameters[kernel.parameter_index("branches", "outside")].default == 0.0


def test_mechanisms_share_the_variables_of_an_ion():
    kernel = membrane_kernel(["sundt_na", "rattay"])
    assert [(one.name, one.kind, one.initial) for one in kernel.variables if not one.mechanism] == [
        ("ena", "reversal", 50.0),
        ("ina", "current", 0.0),
        ("ek", "reversal", -77.0),
        ("ik", "current", 0.0),
    ]


def test_mechanisms_that_write_concentrations_come_first():
    header = membrane_kernel(["calcium_current", "calcium_pool"], [MODS]).header
    assert header.index("struct Mechanism_calcium_pool") < header.index("struct Mechanism_calcium_current")


@pytest.mark.parametrize(("rule", "updates"), [("given", 0), ("initial", 2), ("advancing", 3)])
def test_rule_for_a_reversal_potential_can_be_given(rule, updates):
    """Once before the mechanisms are initialised, once after the one that writes the concentration, once each step."""
    header = membrane_kernel(["calcium_current", "calcium_pool"], [MODS], {"ca": rule}).header
    assert header.count("= nernst(") == updates


def test_names_are_found_by_suffix_and_pas_is_built_in():
    assert find_mechanism("calcium_pool", [MODS]) == MODS / "calcium_pool.mod"
    assert membrane_kernel(["pas"]).header.count("struct Mechanism_pas") == 1
