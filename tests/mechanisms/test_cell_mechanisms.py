"""Which .mod files a cell's mechanisms come from: ascent's, and those of the folders that parameter files name."""

import logging
import subprocess
import sys

import pytest

from ascent.errors import MechanismError
from ascent.mechanisms import build

LEAK = "NEURON {{ SUFFIX {name} NONSPECIFIC_CURRENT i RANGE g }}\nPARAMETER {{ g = {g} }}\nASSIGNED {{ i v }}\n" \
    "BREAKPOINT {{ i = g * v }}\n"  # fmt: skip


def folder_with(path, **mechanisms):
    path.mkdir()
    for file, (name, g) in mechanisms.items():
        (path / f"{file}.mod").write_text(LEAK.format(name=name, g=g))
    return path


def test_the_mechanisms_of_simrun_ship():
    assert build.cell_mechanism_files().keys() >= {
        "NaTa_t", "NaTs2_t", "Nap_Et2", "K_Tst", "K_Pst", "SKv3_1", "SK_E2", "Im", "Ih", "Ca_HVA", "Ca_LVAst",
        "CaDynamics_E2", "CaDynamics_E2_v2", "glutamate_syn", "gaba_syn", "VecStim", "epsp", "ProbAMPANMDA2",
        "ProbUDFsyn2",
    }  # fmt: skip


def test_a_users_mechanism_takes_the_place_of_ours_of_the_same_name(tmp_path):
    own = folder_with(tmp_path / "own", my_file=("Ih", 0.1), another=("leak_of_mine", 0.2))
    files = build.cell_mechanism_files([own])
    assert files["Ih"] == own / "my_file.mod"
    assert files["leak_of_mine"] == own / "another.mod"
    assert files["Im"].parent == build.CORTICAL


def test_code_for_one_version_of_neuron_does_not_replace_ours(tmp_path, caplog):
    (tmp_path / "vecevent.mod").write_text("NEURON { ARTIFICIAL_CELL VecStim }\nVERBATIM\nENDVERBATIM\n")
    with caplog.at_level(logging.INFO):
        files = build.cell_mechanism_files([tmp_path])
    assert files["VecStim"].parent == build.CORTICAL
    assert "vecevent.mod" in caplog.text and "VERBATIM" in caplog.text


def test_folders_without_mechanisms_are_passed_over(tmp_path):
    assert build.cell_mechanism_files(["/", tmp_path, tmp_path / "absent"]) == build.cell_mechanism_files()


def test_one_mechanism_in_two_folders_may_not_differ(tmp_path):
    one, same = folder_with(tmp_path / "a", x=("leak", 0.1)), folder_with(tmp_path / "b", y=("leak", 0.1))
    other = folder_with(tmp_path / "c", z=("leak", 0.3))
    build.cell_mechanism_files([one, same])
    with pytest.raises(MechanismError, match="defines leak, as .* does otherwise"):
        build.cell_mechanism_files([one, other])


@pytest.mark.parametrize(("text", "name"), [
    ("TITLE of SUFFIX no\nCOMMENT\nSUFFIX wrong\nENDCOMMENT\nNEURON { : SUFFIX remark\n SUFFIX right }", "right"),
    ("NEURON {\n\tPOINT_PROCESS\tpoint\n}", "point"),
    ("NEURON { SUFFIX nothing }", "file"),
    ("FUNCTION f() { f = 1 }", "file"),
])  # fmt: skip
def test_a_mechanism_is_named_by_its_neuron_block(tmp_path, text, name):
    (tmp_path / "file.mod").write_text(text)
    assert build.mechanism_name(tmp_path / "file.mod") == name


PROGRAM = """
import logging, sys
from ascent.mechanisms import build
logging.basicConfig(stream=sys.stdout)
build.load_cell_mechanisms()
build.load_cell_mechanisms([sys.argv[1]])
from neuron import h
section = h.Section()
section.insert("Ih")
section.insert("leak_of_mine")
print(section(0.5).Ih.gIhbar, section(0.5).leak_of_mine.g, build.mechanism_source("Ih").parent == build.CORTICAL)
"""


def test_what_is_loaded_stays_with_a_warning(tmp_path):
    own = folder_with(tmp_path / "own", Ih=("Ih", 0.1), mine=("leak_of_mine", 0.2))
    done = subprocess.run([sys.executable, "-c", PROGRAM, own], capture_output=True, text=True, check=True)
    assert "1e-05 0.2 True" in done.stdout
    assert "Ih.mod is not used" in done.stdout


def test_only_the_mechanisms_that_are_named_are_wanted(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "_find_library", lambda name: None)
    own = folder_with(tmp_path / "own", leak=("leak_of_mine", 1))
    with build.only_mechanisms({"pas", "NaTa_t", "Ih"}):
        assert list(build._wanted([])) == ["Ih", "NaTa_t"]
        assert list(build._wanted([own])) == ["Ih", "NaTa_t", "leak_of_mine"]
    assert build._wanted([]) == build.cell_mechanism_files()


def test_all_mechanisms_are_wanted_where_they_are_built_or_a_name_is_unknown(monkeypatch):
    with build.only_mechanisms({"Ih"}):
        monkeypatch.setattr(build, "_find_library", lambda name: None)
        assert len(build._wanted([])) == 1
        monkeypatch.setattr(build, "_find_library", lambda name: "libnrnmech.so")
        assert build._wanted([]) == build.cell_mechanism_files()
    monkeypatch.setattr(build, "_find_library", lambda name: None)
    with build.only_mechanisms({"Ih", "Ihh"}):
        assert build._wanted([]) == build.cell_mechanism_files()


def test_mechanisms_that_came_in_another_order_are_noticed(monkeypatch):
    files = build.cell_mechanism_files()
    monkeypatch.setattr(build, "_loaded", {"Ih": files["Ih"], "SK_E2": files["SK_E2"]})
    monkeypatch.setattr(build, "_find_library", lambda name: None)
    assert not build.loads_in_order()  # Im would come after SK_E2
    with build.only_mechanisms({"Ih", "SKv3_1"}):
        assert build.loads_in_order()
    monkeypatch.setattr(build, "_loaded", dict(files))
    assert build.loads_in_order()
