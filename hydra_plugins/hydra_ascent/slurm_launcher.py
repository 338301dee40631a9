"""``hydra/launcher=slurm``: points of a sweep as jobs of a cluster, without waiting for them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict


class SlurmLauncher(Launcher):
    """Submits points through :mod:`ascent.sweeps.slurm`; its parameters stand in conf/hydra/launcher/slurm.yaml."""

    def __init__(self, **parameters: Any) -> None:
        self._parameters = {
            key: OmegaConf.to_container(v) if OmegaConf.is_config(v) else v for key, v in parameters.items()
        }

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Keep what launching needs."""
        self._context = hydra_context
        self._config = config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Submit points; their values are None unless ``wait`` is set."""
        from ascent.errors import AscentError
        from ascent.sweeps.slurm import launch_points

        try:
            composed = [self._compose(overrides) for overrides in job_overrides]
            folder = str(self._config.hydra.sweep.dir)
            values = launch_points(folder, job_overrides, composed, initial_job_idx, self._parameters)
        except AscentError as error:
            for line in str(error).splitlines():
                print(f"ascent: {line}", file=sys.stderr)
            # Hydra would show a traceback of anything else.
            raise SystemExit(error.exit_code) from error
        return [_returned(value) for value in values]

    def _compose(self, overrides: Sequence[str]) -> dict[str, Any]:
        config = self._context.config_loader.load_sweep_config(self._config, list(overrides))
        with open_dict(config):
            del config["hydra"]
        return dict(OmegaConf.to_container(config, resolve=True, throw_on_missing=True))  # type: ignore[arg-type]


def _returned(value: Any) -> JobReturn:
    result = JobReturn()
    result.status = JobStatus.COMPLETED
    result.return_value = value
    return result
