"""The Hydra door: ``ascent +run=3 key=value …`` and ``ascent -m +run=3 …``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from ascent.cli.shared import describe
from ascent.config.groups import configuration_folder, configuration_groups, quote_group_numbers
from ascent.errors import AscentError


def main(arguments: Sequence[str], own_process: bool = False) -> int:
    """Compose the configuration from `arguments` and run the study.

    Parameters
    ----------
    arguments : sequence of str
    own_process : bool
        Whether this process has nothing to do but this study.

    Returns
    -------
    int
        0 when the work was done, 1 when some of it failed, 2 when the configuration was wrong.
    """
    import hydra
    from omegaconf import DictConfig, OmegaConf

    folder = configuration_folder()
    quoted = quote_group_numbers(arguments, configuration_groups(folder))
    codes: list[int] = []

    def job(configuration: DictConfig) -> None:
        # Hydra has read its own form of the arguments; the manifest records what was typed.
        sys.argv = ["ascent", *arguments]
        codes.append(
            _run(
                lambda: OmegaConf.to_container(configuration, resolve=True, throw_on_missing=True),
                arguments,
                own_process,
            )
        )

    entry = hydra.main(version_base="1.3", config_path=str(folder), config_name="config")(job)
    before = sys.argv
    sys.argv = ["ascent", *quoted]
    try:
        entry()
    except SystemExit as stop:
        if not codes and stop.code not in (0, None):
            return 2
        raise
    finally:
        sys.argv = before
    return max(codes, default=0)


def _run(compose: Any, arguments: Sequence[str], own_process: bool) -> int:
    from omegaconf.errors import OmegaConfBaseException

    from ascent.project.study import run_composed
    from ascent.sweeps.objective import print_objective
    from ascent.sweeps.point import objective_config, without_own_keys

    try:
        try:
            composed = compose()
        except OmegaConfBaseException as error:
            first = str(error).splitlines()[0]
            key = getattr(error, "full_key", None) or ""
            print(f"ascent: configuration: {key}: {first}.", file=sys.stderr)
            return 2
        objective = objective_config(composed)
        result = run_composed(without_own_keys(composed), list(arguments), own_process=own_process)
        if objective is not None:
            print_objective(result, objective)
        return result.exit_code
    except AscentError as error:
        for line in str(error).splitlines():
            print(f"ascent: {line}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"ascent: {describe(error)}", file=sys.stderr)
        return 1
