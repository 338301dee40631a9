"""Compiling mechanisms into the cache, and what is said when that is not possible."""

import os
import re
import subprocess

import pytest

from ascent.errors import MechanismError
from ascent.mechanisms import build
from ascent.mechanisms.headers import precompiled_headers

SOURCE = """
NEURON { SUFFIX extra_leak NONSPECIFIC_CURRENT i RANGE g }
PARAMETER { g = 0.001 }
ASSIGNED { i v }
BREAKPOINT { i = g * v }
"""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "mod"
    folder.mkdir()
    (folder / "extra_leak.mod").write_text(SOURCE)
    return folder


def test_the_cache_is_where_the_variable_says(monkeypatch, tmp_path):
    monkeypatch.setenv("ASCENT_CACHE_DIR", str(tmp_path))
    assert build.cache_directory() == tmp_path


def test_a_built_library_is_found_again_without_a_compiler(monkeypatch):
    library = build.build_mechanisms()
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    assert build.build_mechanisms() == library


def test_other_sources_have_another_place_in_the_cache(folder):
    files = build.mechanism_files([folder])
    before = build._content_hash(files)
    (folder / "extra_leak.mod").write_text(SOURCE + "\n: a remark\n")
    assert build._content_hash(files) != before


def test_without_a_compiler_the_sentence_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("ASCENT_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(MechanismError, match="No C\\+\\+ compiler and make were found"):
        build.build_mechanisms()


def test_a_folder_without_mechanisms_is_refused(tmp_path):
    with pytest.raises(MechanismError, match="holds no .mod file"):
        build.build_mechanisms([tmp_path])


def test_two_files_of_one_name_are_refused(folder):
    (folder / "axnode.mod").write_text(SOURCE)
    with pytest.raises(MechanismError, match="give one of them another name"):
        build.mechanism_files([folder])


def test_a_cache_that_cannot_be_written_is_named(monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("ASCENT_CACHE_DIR", str(blocked))
    with pytest.raises(MechanismError, match="set ASCENT_CACHE_DIR to a folder that can be written"):
        build.build_mechanisms()


def test_without_gnus_compiler_headers_are_not_precompiled(tmp_path):
    compiler = tmp_path / "clang++"
    compiler.write_text("#!/bin/sh\necho clang version 17\n")
    compiler.chmod(0o755)
    program, environment = build._nrnivmodl()
    assert precompiled_headers(tmp_path, program, {**environment, "CXX": str(compiler)}, ()) == ()


def test_a_neuron_with_other_headers_is_built_without_precompiled_ones(tmp_path, monkeypatch):
    monkeypatch.setattr("ascent.mechanisms.headers._HEADERS", '#include "of_another_version.h"\n')
    program, environment = build._nrnivmodl()
    assert precompiled_headers(tmp_path, program, environment, ()) == ()


@pytest.mark.slow
def test_precompiled_headers_do_not_change_what_is_computed(tmp_path, monkeypatch, folder):
    def instructions(cache):
        monkeypatch.setenv("ASCENT_CACHE_DIR", str(tmp_path / cache))
        library = build._build([folder / "extra_leak.mod"], flags=build._CELL_FLAGS)
        listing = subprocess.run(["objdump", "-d", str(library)], capture_output=True, text=True, check=True).stdout
        # of the functions of a simulation, without operands: places of texts may be others
        functions = {
            block.split("\n")[0].split()[1]: [
                columns[2].split()[0] for line in block.split("\n")[1:] if len(columns := line.split("\t")) > 2
            ]
            for block in listing.split("\n\n")
            if re.match(r"[0-9a-f]+ <\S*nrn_(init|cur|current|state|jacob)_", block) and "..." not in block
        }
        return functions

    with_them = instructions("with")
    monkeypatch.setattr(build, "precompiled_headers", lambda *arguments: ())
    assert instructions("without") == with_them
    assert sum(map(len, with_them.values())) > 100


@pytest.mark.slow
def test_a_users_mechanism_is_built_with_ours_and_nothing_is_left_behind(monkeypatch, tmp_path, folder):
    monkeypatch.setenv("ASCENT_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # the venv's programs are not on it
    here = set(os.listdir())
    library = build.build_mechanisms([folder])
    assert library.is_file()
    assert {path.name for path in library.parent.iterdir()} == {library.name}
    assert set(os.listdir()) == here


@pytest.mark.slow
def test_a_users_mechanism_can_be_added_to_a_running_process(monkeypatch, tmp_path, folder):
    from neuron import h

    build.load_mechanisms()
    monkeypatch.setenv("ASCENT_CACHE_DIR", str(tmp_path / "cache"))
    build.load_mechanisms([folder])
    build.load_mechanisms([folder])
    assert hasattr(h, "extra_leak")


@pytest.mark.slow
def test_the_compilers_words_are_passed_on(monkeypatch, tmp_path, folder):
    monkeypatch.setenv("ASCENT_CACHE_DIR", str(tmp_path / "cache"))
    (folder / "extra_leak.mod").write_text("NEURON { SUFFIX broken\n")
    with pytest.raises(MechanismError, match="nrnivmodl could not compile"):
        build.build_mechanisms([folder])
