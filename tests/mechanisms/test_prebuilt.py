"""What an image carries is found without a compiler and without writing; $ASCENT_PREBUILT_DIR says where it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ascent.mechanisms.build import cache_directory
from ascent.network.prebuild import build_shipped

ROOT = str(Path(__file__).parents[2])

_PROGRAM = """
import numpy, ascent
fiber = ascent.build_fiber("SUNDT", diameter=1.0, n_sections=21, temperature=37)
fiber.potentials = fiber.point_source_potentials(x=0, y=100, z=fiber.length / 2, i0=1, sigma=1)
waveform = numpy.r_[numpy.ones(20), numpy.zeros(180)]
table = ascent.run_amplitudes([fiber], waveform=waveform, dt=0.005, tstop=1, amplitudes=[-0.01], engine="{engine}")
print(table.engine.iloc[0])
"""


@pytest.mark.parametrize("engine", ["batch", "neuron", "auto"])
def test_no_compiler_and_no_cache_are_needed(engine: str, tmp_path: Path) -> None:
    program = _PROGRAM.format(engine=engine)
    _run(program, os.environ)  # fills this machine's cache
    bare = tmp_path / "cache"
    carried = {"ASCENT_PREBUILT_DIR": str(cache_directory()), "ASCENT_CACHE_DIR": str(bare)}
    done = _run(program, {**os.environ, **carried, "PATH": str(tmp_path / "no-programs"), "CXX": ""})
    assert done.strip() == {"auto": "batch"}.get(engine, engine)
    assert not list(bare.rglob("*.so"))


def test_the_network_study_that_is_shipped_needs_no_compiler_either(tmp_path: Path) -> None:
    assert build_shipped() == 1  # into this machine's cache, as into an image's for other processors too
    carried = {"ASCENT_PREBUILT_DIR": str(cache_directory()), "ASCENT_CACHE_DIR": "/proc/no-cache", "PYTHONPATH": ROOT}
    words = ["+run=4", "simulation.n_sweeps=1", "simulation.t_stop=20", "engine.workers=1", "engine.name=batch"]
    done = subprocess.run(
        [sys.executable, "-m", "ascent", *words, f"results.directory={tmp_path}", "results.archive=none"],
        capture_output=True,
        text=True,
        env={**os.environ, **carried, "PATH": str(tmp_path / "no-programs"), "CXX": ""},
    )
    assert done.returncode == 0, done.stderr
    assert "1 of 1 sweeps of 20 ms, engine batch" in done.stdout


def _run(program: str, environment: os._Environ[str] | dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=dict(environment), check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
