"""``ascent.run``: what ``ascent +run=3 key=value …`` does, from Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ascent.config.groups import configuration_folder, configuration_groups, quote_group_numbers
from ascent.errors import ConfigError
from ascent.project.study import run_composed

if TYPE_CHECKING:
    from omegaconf import DictConfig


def compose(run: str | int, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Compose the configuration of a run as Hydra does on the command line.

    Parameters
    ----------
    run : str or int
        Name of a file in conf/run.
    overrides : sequence of str
        As on the command line, such as ``"cuff=livanova_2000"``.

    Raises
    ------
    ConfigError
        When the run or an override does not exist, or a mandatory value is missing.
    """
    return compose_arguments([f"+run={run}", *overrides])


def compose_arguments(arguments: Sequence[str]) -> dict[str, Any]:
    """Compose the configuration that a command line stands for; see :func:`compose`."""
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    composed = _compose(arguments)
    try:
        return dict(OmegaConf.to_container(composed, resolve=True, throw_on_missing=True))  # type: ignore[arg-type]
    except OmegaConfBaseException as error:
        raise _refused(error) from error


@dataclass(frozen=True)
class SweepChoices:
    """How a command line wants to sweep.

    Attributes
    ----------
    sweeper, launcher : str
        Choices of the groups hydra/sweeper and hydra/launcher, such as ``"basic"`` and ``"joblib"``.
    has_parameters : bool
        Whether the configuration itself names parameters to sweep (``hydra.sweeper.params``).
    launcher_waits : bool
        Whether a launcher that need not wait for its points is told to.
    """

    sweeper: str
    launcher: str
    has_parameters: bool
    launcher_waits: bool


def sweep_choices(arguments: Sequence[str]) -> SweepChoices:
    """Say how the configuration of a command line, one that sweeps nothing, would sweep; see :func:`compose`."""
    node = _compose(arguments, with_hydra=True).hydra
    choices = node.runtime.choices
    return SweepChoices(
        choices["hydra/sweeper"],
        choices["hydra/launcher"],
        has_parameters=bool(node.sweeper.get("params")),
        launcher_waits=bool(node.launcher.get("wait")),
    )


def _compose(arguments: Sequence[str], *, with_hydra: bool = False) -> DictConfig:
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from omegaconf.errors import OmegaConfBaseException

    folder = configuration_folder()
    quoted = quote_group_numbers(arguments, configuration_groups(folder))
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(folder), version_base="1.3"):
            return hydra_compose("config", overrides=quoted, return_hydra_config=with_hydra)
    except (HydraException, OmegaConfBaseException) as error:
        raise _refused(error) from error


def _refused(error: Exception) -> ConfigError:
    sentence = " ".join(str(error).split("Config search path")[0].split())
    return ConfigError(f"configuration: {sentence}")


def run(run: str | int, overrides: Sequence[str] = (), *, quiet: bool = False) -> Path:
    """Run a study and give its run directory.

    Parameters
    ----------
    run : str or int
        Name of a file in conf/run.
    overrides : sequence of str
        As on the command line.
    quiet : bool
        Show no progress and print no table.

    Returns
    -------
    Path
        The run directory; the archive when ``results.keep_directory`` is false.

    Raises
    ------
    AscentError
        When the configuration is wrong or the study fails as a whole. Fibers that fail are in the manifest.

    Examples
    --------
    >>> directory = ascent.run("0", ["sim.fibers.z_parameters.diameter=8.7"])  # doctest: +SKIP
    """
    result = run_composed(compose(run, overrides), overrides, quiet=quiet)
    if result.archive is not None and not result.directory.exists():
        return result.archive
    return result.directory
