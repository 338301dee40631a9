"""The Hydra door of sweeps: ``ascent -m +run=3 key=a,b …``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ascent.config.groups import configuration_folder, configuration_groups, quote_group_numbers
from ascent.errors import AscentError, ConfigError
from ascent.sweeps.folder import SweepFolder

#: Words that make Hydra print something instead of running.
_ONLY_PRINTS = ("--cfg", "-c", "--info", "-i", "--help", "-h", "--hydra-help", "--shell-completion", "-sc")
#: So many points are composed and checked before the first one runs; beyond, each is checked in its turn.
_CHECKED_BEFOREHAND = 500


def is_sweep(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for a sweep."""
    prints = any(word.split("=")[0] in _ONLY_PRINTS for word in arguments)
    return not prints and any(word in ("-m", "--multirun", "hydra.mode=MULTIRUN") for word in arguments)


def main(arguments: Sequence[str]) -> int:
    """Run a sweep.

    Parameters
    ----------
    arguments : sequence of str
        The command line without the program's name.

    Returns
    -------
    int
        0 when every point was done or submitted, 1 when some failed, 2 when the call or a point was wrong, and
        nothing has run then.
    """
    from ascent.cli.shared import describe

    sweep: SweepFolder | None = None
    try:
        sweep = _prepare(arguments)
        code = _run(sweep, arguments)
    except AscentError as error:
        for line in str(error).splitlines():
            print(f"ascent: {line}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"ascent: {describe(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        if sweep is not None:
            print(f"ascent: the sweep is in {sweep.path}; ascent resume finishes it.", file=sys.stderr)
        raise
    finally:
        if sweep is not None:
            _tidy(sweep)
    return max(code, _report(sweep) if sweep.path.is_dir() else 0)


def _prepare(arguments: Sequence[str]) -> SweepFolder:
    """Check every point that can be told beforehand, and make the sweep's folder."""
    from ascent.project.run import compose_arguments, sweep_choices
    from ascent.schedule.launcher import launch
    from ascent.sweeps.overrides import expand, first_values

    words = [word for word in arguments if not word.startswith("-")]
    quoted = quote_group_numbers(words, configuration_groups(configuration_folder()))
    first = first_values(quoted)
    choices = sweep_choices(first)
    if choices.launcher == "slurm" and choices.sweeper != "basic" and not choices.launcher_waits:
        raise ConfigError(
            f"configuration: hydra/sweeper={choices.sweeper} needs the values of its points, and hydra/launcher=slurm "
            "does not wait for them: add hydra.launcher.wait=true."
        )
    started = launch()
    if started is not None and started.size > 1 and choices.launcher != "basic":
        raise ConfigError(
            f"configuration: hydra/launcher={choices.launcher} starts processes of its own, and {started.launcher} has "
            f"started {started.size} ranks already: use one of them."
        )
    points: list[tuple[str, ...]] | None = None
    if choices.sweeper == "basic" and not choices.has_parameters:
        points = expand(quoted)
    composed = [compose_arguments(point) for point in (points or [tuple(first)])[:_CHECKED_BEFOREHAND]]
    _check(points or [tuple(first)], composed)
    root = Path((composed[0].get("results") or {}).get("directory") or "results")
    sweep = SweepFolder.create(root, ["ascent", *arguments], choices.launcher, len(points) if points else None)
    for index, point in enumerate(points or []):
        sweep.prepare(index, point, composed[index] if index < len(composed) else None)
    return sweep


def _check(points: Sequence[Sequence[str]], composed: Sequence[dict[str, Any]]) -> None:
    """Refuse points whose configuration is wrong, all of them at once."""
    from ascent.config.study import validate_study
    from ascent.sweeps.overrides import readable
    from ascent.sweeps.point import objective_config, without_own_keys

    wrong: dict[str, list[str]] = {}
    for point, data in zip(points, composed, strict=False):
        try:
            objective_config(data)
            if data.get("study", "nerve") == "nerve":
                validate_study(without_own_keys(data))
        except ConfigError as error:
            wrong.setdefault(str(error), []).append(readable(point))
    if wrong:
        lines = [f"{text.splitlines()[0]} (points: {'; '.join(which[:5])})" for text, which in wrong.items()]
        raise ConfigError("\n".join(lines))


def _run(sweep: SweepFolder, arguments: Sequence[str]) -> int:
    """Hand the sweep to Hydra; what becomes of the points stands in their records."""
    import hydra
    from omegaconf import DictConfig, OmegaConf

    folder = configuration_folder()

    # Hydra's launchers take it to other processes, and the sweep's folder with it.
    def job(configuration: DictConfig) -> Any:
        from hydra.core.hydra_config import HydraConfig

        from ascent.sweeps.point import run_point

        composed: Any = OmegaConf.to_container(configuration, resolve=True)
        own = HydraConfig.get()
        index = int(own.job.num)
        sweep.prepare(index, list(own.overrides.task), composed)
        parallel = _points_at_once(own, sweep)
        return run_point(sweep, index, composed, quiet=parallel > 1, workers=_share_of_cores(parallel))

    entry = hydra.main(version_base="1.3", config_path=str(folder), config_name="config")(job)
    quoted = quote_group_numbers(arguments, configuration_groups(folder))
    before = sys.argv
    sys.argv = ["ascent", *quoted, f"hydra.sweep.dir={_quoted(str(sweep.path))}", "hydra.sweep.subdir=."]
    try:
        entry()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    finally:
        sys.argv = before
    return 0


def _points_at_once(own: Any, sweep: SweepFolder) -> int:
    """How many points run at the same time."""
    from ascent.schedule import available_cores

    if own.runtime.choices["hydra/launcher"] != "joblib":
        return 1
    wanted = int(own.launcher.get("n_jobs") or -1)
    most = wanted if wanted > 0 else available_cores()
    return max(1, min(most, sweep.plan().points or most))


def _share_of_cores(parallel: int) -> int | None:
    from ascent.schedule import available_cores

    return None if parallel == 1 else max(1, available_cores() // parallel)


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _tidy(sweep: SweepFolder) -> None:
    """Remove the file that Hydra's sweeper leaves, and a sweep that never began."""
    import shutil

    (sweep.path / "multirun.yaml").unlink(missing_ok=True)
    if all(record.state == "waiting" for record in sweep.records()) and not sweep.jobs():
        shutil.rmtree(sweep.path, ignore_errors=True)


def _report(sweep: SweepFolder) -> int:
    from ascent.cli.status import print_status
    from ascent.sweeps.status import sweep_status

    points = sweep_status(sweep.path)
    print_status(points)
    _print_best(sweep)
    print(sweep.path)
    return int(any(point.state not in ("finished", "running", "queued") for point in points))


def _print_best(sweep: SweepFolder) -> None:
    """Print what an optimiser found; Hydra's Optuna sweeper leaves it in the sweep's folder."""
    import yaml

    file = sweep.path / "optimization_results.yaml"
    if not file.is_file():
        return
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    for solution in found.get("solutions") or [{"params": found.get("best_params"), "values": found.get("best_value")}]:
        parameters = " ".join(
            f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}"
            for name, value in (solution["params"] or {}).items()
        )
        print(f"best: {solution['values']}: {parameters}")
