"""The Optuna sweeper: an objective out of a run's tables, and what was found."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import yaml

OBJECTIVE = "+objective={expression: least, terms: {least: {statistic: min}}}"


def test_an_optimiser_draws_points_and_keeps_the_best(
    tmp_path: Path, ascent_command: Callable[..., subprocess.CompletedProcess[str]], small: tuple[str, ...]
) -> None:
    pulse = "sim.waveform.BIPHASIC_PULSE_TRAIN.pulse_width=interval(0.1,0.2)"
    sweeper = ["hydra/sweeper=optuna", "hydra.sweeper.n_trials=2", "hydra.sweeper.sampler.seed=1"]
    done = ascent_command(tmp_path, "-m", *small, pulse, OBJECTIVE, *sweeper)
    assert done.returncode == 0, done.stderr
    (sweep,) = (tmp_path / "results").iterdir()
    values = [json.loads((sweep / str(k) / "point.json").read_text())["objective"] for k in range(2)]
    found = yaml.safe_load((sweep / "optimization_results.yaml").read_text())
    assert found["best_value"] == min(values) != max(values)
    assert f"best: {min(values)}" in done.stdout


def test_an_optimiser_on_a_cluster_must_wait_for_its_points(
    tmp_path: Path, ascent_command: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = ascent_command(tmp_path, "-m", "+run=selective", "hydra/launcher=slurm")
    assert done.returncode == 2
    assert "hydra.launcher.wait=true" in done.stderr
    assert list(tmp_path.iterdir()) == []
