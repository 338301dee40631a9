"""A fiber model of one's own: a file anywhere, with mechanisms of one's own, in both engines."""

import logging
import shutil
import subprocess
import sys

import numpy as np
import pytest

from ascent.engines import auto, get_engine
from ascent.engines.base import Recording, Stimulus
from ascent.engines.batch.engine import why_not
from ascent.errors import ConfigError, MechanismError
from ascent.fibers import build_fiber
from ascent.mechanisms import build as mechanisms_build
from ascent.mechanisms.build import MECHANISMS
from ascent.protocols import run_amplitudes

MODEL = """
name: WARM
kind: unmyelinated
membrane: warm
diameters: {range: [0.2, 3.0]}
geometry: {delta_z: {polynomial: [10.0]}}
"""
MEMBRANE = """
rest: -70
node_capacitance: 1
node_axial_resistivity: 100
node_mechanisms: [{name: SUFFIX, parameters: {gnabar: 0.2}}]
mechanism_folders: [mod]
ions: {na: {reversal: 45}, k: {reversal: -82}}
gates: {m: m_SUFFIX, h: h_SUFFIX}
quiet: {voltage: 2.0, hold: 2.0, gates: {m: 0.02}}
conventions: {ascent: {end: null}, pyfibers: {end: null}}
"""


def write_model(folder, suffix, change=lambda text: text):
    """A fiber with the Rattay membrane under another name, and more sodium conductance; its path."""
    (folder / "mod").mkdir()
    text = (MECHANISMS / "rattay.mod").read_text().replace("SUFFIX rattay", f"SUFFIX {suffix}")
    (folder / "mod" / f"{suffix}.mod").write_text(change(text))
    (folder / "warm.yaml").write_text(MEMBRANE.replace("SUFFIX", suffix))
    path = folder / "model.yaml"
    path.write_text(MODEL)
    return path


def fiber_of(path):
    fiber = build_fiber(path, 1.0, 61)
    fiber.potentials = fiber.point_source_potentials(0, 150, fiber.length / 2, 1, 0.3)
    return fiber


def pulse():
    return np.concatenate([np.zeros(20), np.ones(40), np.zeros(240)])


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A cache that starts as a copy of none, so that nothing of the user's is there already."""
    monkeypatch.setenv("ASCENT_CACHE_DIR", str(tmp_path / "cache"))


def test_both_engines_run_it_and_agree(tmp_path):
    fiber = fiber_of(write_model(tmp_path, "test_warm"))
    assert fiber.geometry.delta_z == 10.0
    recording = Recording(voltage_nodes=tuple(range(61)), gate_nodes=(30,))
    theirs, ours = (
        get_engine(name).open(fiber, Stimulus(pulse(), 0.005)).run(-0.5, recording) for name in ("neuron", "batch")
    )
    assert sum(len(times) for times in theirs.spike_times) > 10
    assert np.abs(ours.voltage - theirs.voltage).max() < 1e-5
    assert set(ours.gates) == {"m", "h"}
    shipped = build_fiber("RATTAY", 1.0, 61)
    shipped.potentials = fiber.potentials
    other = get_engine("batch").open(shipped, Stimulus(pulse(), 0.005)).run(-0.5, recording)
    assert np.abs(ours.voltage - other.voltage).max() > 1  # more sodium


def test_what_the_batch_engine_does_not_cover_is_named_and_auto_takes_neuron(tmp_path, caplog):
    path = write_model(
        tmp_path,
        "test_table",
        lambda text: text.replace("LOCAL q, u, a, b", "LOCAL q, u, a, b\n    VERBATIM\n    ;\n    ENDVERBATIM"),
    )
    fiber = fiber_of(path)
    reason = why_not(fiber)
    assert reason.startswith(str(tmp_path / "mod" / "test_table.mod")) and "VERBATIM" in reason and "\n" not in reason
    auto._told.clear()
    with caplog.at_level(logging.WARNING):
        table = run_amplitudes(fiber, pulse(), 0.005, amplitudes=[-0.5, -0.6])
    assert list(table.engine) == ["neuron", "neuron"] and (table.n_aps > 0).all()
    assert (
        sum("engine=auto takes NEURON" in record.message and reason in record.message for record in caplog.records) == 1
    )
    with pytest.raises(MechanismError, match="VERBATIM"):
        run_amplitudes(fiber, pulse(), 0.005, amplitudes=[-0.5], engine="batch")


def test_another_mechanism_of_a_name_that_neuron_has_is_refused(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = write_model(tmp_path / "one", "test_twice")
    second = write_model(tmp_path / "two", "test_twice", lambda text: text.replace("0.12", "0.13"))
    stimulus = Stimulus(pulse(), 0.005)
    get_engine("neuron").open(fiber_of(first), stimulus).run(0.0)
    with pytest.raises(MechanismError, match=r"already has another mechanism test_twice than that of"):
        get_engine("neuron").open(fiber_of(second), stimulus).run(0.0)


def test_a_changed_file_is_read_again(tmp_path):
    path = write_model(tmp_path, "test_warm")
    assert fiber_of(path).geometry.delta_z == 10.0
    path.write_text(MODEL.replace("10.0]", "5.0]") + "\n")
    assert fiber_of(path).geometry.delta_z == 5.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: path.unlink(), r"model\.yaml is not there"),
        (lambda path: path.write_text(MODEL + "colour: red\n"), r"model\.yaml is not a valid fiber model file: colour"),
        (lambda path: path.write_text("name: [\n"), r"model\.yaml is not a valid fiber model file"),
        (lambda path: path.with_name("warm.yaml").unlink(), r"Membrane warm is unknown; give a file warm\.yaml"),
    ],
)
def test_a_mistake_in_a_model_is_one_sentence(tmp_path, change, said):
    path = write_model(tmp_path, "test_warm")
    change(path)
    with pytest.raises(ConfigError, match=said) as refusal:
        _ = fiber_of(path).membrane
    assert "\n" not in str(refusal.value)


def test_a_missing_mechanism_is_named(tmp_path):
    path = write_model(tmp_path, "test_warm")
    membrane = tmp_path / "warm.yaml"
    membrane.write_text(membrane.read_text().replace("name: test_warm", "name: test_cold"))
    assert why_not(fiber_of(path)) == "There is no mechanism test_cold; a .mod file with SUFFIX test_cold is needed."
    shutil.rmtree(tmp_path / "mod")
    assert "holds no .mod file" in why_not(fiber_of(path))


@pytest.mark.slow
def test_mechanisms_are_built_ahead_and_the_uncovered_are_named(tmp_path):
    write_model(tmp_path, "test_ahead")
    text = (tmp_path / "mod" / "test_ahead.mod").read_text()
    bad = text.replace("SUFFIX test_ahead", "SUFFIX test_not").replace("METHOD cnexp", "METHOD derivimplicit")
    (tmp_path / "mod" / "test_not.mod").write_text(bad)
    done = subprocess.run(
        [sys.executable, "-m", "ascent", "mechanisms", "build", str(tmp_path / "mod")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert f"batch engine: covers {tmp_path / 'mod' / 'test_ahead.mod'}" in lines
    assert any(line.startswith(f"batch engine: {tmp_path / 'mod' / 'test_not.mod'}, line") for line in lines)
    assert any("METHOD derivimplicit" in line for line in lines)
    # loading finds what was built
    files = tuple(sorted((tmp_path / "mod").glob("*.mod")))
    assert mechanisms_build._find_library(mechanisms_build._content_hash(files)) is not None
