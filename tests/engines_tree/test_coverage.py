"""What the engine does not cover is named in one sentence, so that NEURON can do it."""

from dataclasses import replace

import pytest

from ascent.engines.batch.programs import supported_lanes
from ascent.engines.batch.tree import TreeEngine, why_not_cell, why_not_receptors
from ascent.engines.batch.tree.carried import build_solver
from ascent.errors import ConfigError, MechanismError, MorphologyError
from ascent.mechanisms import build
from ascent.network.realization.model import Receptor
from tests.engines_tree.conftest import CELSIUS, DT, GABA, GLUTAMATE, V_INIT, realization


def open_engine(cell, receptors=(GLUTAMATE, GABA), dt=DT, **options):
    return TreeEngine(cell, receptors, dt=dt, v_init=V_INIT, celsius=CELSIUS, **options)


def test_the_small_cell_is_covered(cell):
    assert why_not_cell(cell) is None
    assert why_not_receptors([GLUTAMATE, GABA]) is None


@pytest.fixture
def no_compiler(monkeypatch, tmp_path):
    monkeypatch.setenv("CXX", str(tmp_path / "no-compiler"))


def test_without_a_compiler_a_cell_that_no_image_carries_is_left_to_neuron(cell, no_compiler, monkeypatch, tmp_path):
    monkeypatch.setenv("ASCENT_PREBUILT_DIR", str(tmp_path))
    assert "no solver was compiled beforehand for this cell" in why_not_cell(cell, (GLUTAMATE, GABA))
    with pytest.raises(MechanismError, match=r"there is no C\+\+ compiler to do it now.*use engine=neuron"):
        open_engine(cell)


def test_without_a_compiler_the_solver_that_an_image_carries_is_used(plain_cell, monkeypatch, tmp_path):
    monkeypatch.setenv("ASCENT_CACHE_DIR", str(tmp_path / "carried"))
    build_solver(plain_cell, (GLUTAMATE, GABA), supported_lanes()[0])
    monkeypatch.setenv("ASCENT_PREBUILT_DIR", str(tmp_path / "carried"))
    monkeypatch.setenv("ASCENT_CACHE_DIR", "/proc/none")
    monkeypatch.setenv("CXX", str(tmp_path / "no-compiler"))
    assert why_not_cell(plain_cell, (GLUTAMATE, GABA)) is None
    assert "no solver was compiled beforehand" in why_not_cell(plain_cell, (GLUTAMATE,))
    assert open_engine(plain_cell).lanes == supported_lanes()[0]


def test_other_point_processes_are_named(cell):
    from neuron import h

    cell.stimuli.append(h.SEClamp(cell.sections[0](0.5)))
    assert why_not_cell(cell) == "the batch engine does not cover the point process SEClamp"
    with pytest.raises(MechanismError, match="point process SEClamp; use engine=neuron"):
        open_engine(cell)


def test_mechanisms_without_a_source_are_named(cell):
    cell.sections[0].insert("hh")
    assert "no .mod file of the mechanism hh" in why_not_cell(cell)


@pytest.mark.parametrize(("receptor", "words"), [
    (Receptor("ProbUDFsyn2", dynamic=True), "draws itself"),
    (Receptor("Exp2Syn"), "covers the synapses glutamate_syn and gaba_syn, not Exp2Syn"),
])  # fmt: skip
def test_other_synapses_are_named(receptor, words):
    assert words in why_not_receptors([GABA, receptor])


def test_a_users_own_synapse_is_left_to_neuron(monkeypatch, tmp_path):
    build.load_cell_mechanisms()
    monkeypatch.setitem(build._loaded, "gaba_syn", tmp_path / "gaba_syn.mod")
    assert f"ascent's own gaba_syn, not that of {tmp_path / 'gaba_syn.mod'}" in why_not_receptors([GABA])


def test_a_parameter_that_a_synapse_has_not_is_refused(cell):
    with pytest.raises(ConfigError, match="gaba_syn has no parameter tau9; it has e, risetime"):
        open_engine(cell, (Receptor("gaba_syn", (("tau9", 1.0),)),))


def test_time_constants_that_make_no_pulse_are_refused(cell):
    with pytest.raises(ConfigError, match="rises with 20 ms and decays with 20 ms"):
        open_engine(cell, (Receptor("gaba_syn", (("risetime", 20.0),)),))


@pytest.mark.parametrize(
    ("site", "words"), [((99, 0), "no section 99"), ((1, 5), "no segment 5"), ((0, -1), "no segment -1")]
)
def test_sites_that_are_not_there_are_refused(cell, site, words):
    with pytest.raises(ConfigError, match=words):
        next(iter(open_engine(cell).run([realization(cell, 1)], 5.0, [site])))


def test_realizations_of_another_network_are_refused(cell):
    other = realization(cell, 1, (replace(GLUTAMATE, delay=3.0), GABA))
    with pytest.raises(ConfigError, match="other receptors"):
        next(iter(open_engine(cell).run([other], 5.0, [(0, 0)])))


@pytest.mark.parametrize(("options", "words"), [({"dt": 0.0}, "dt is 0 ms"), ({"threads": 0}, "threads is 0")])
def test_settings_out_of_range_are_refused(cell, options, words):
    with pytest.raises(ConfigError, match=words):
        open_engine(cell, **options)


def test_a_run_without_length_is_refused(cell):
    with pytest.raises(ConfigError, match="t_stop is 0 ms"):
        next(iter(open_engine(cell).run([realization(cell, 1)], 0.0, [(0, 0)])))


def test_a_cell_in_two_pieces_is_refused(cell):
    from neuron import h

    cell.sections.append(h.Section(name="loose"))
    with pytest.raises(MorphologyError, match="2 sections without a parent"):
        open_engine(cell)


def test_an_error_in_the_supply_of_realizations_ends_threads(cell):
    def supply():
        yield realization(cell, 1)
        raise ValueError("no more of these")

    with pytest.raises(ValueError, match="no more of these"):
        list(open_engine(cell, threads=2).run(supply(), 5.0, [(0, 0)]))
