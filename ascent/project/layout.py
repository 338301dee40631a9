"""Where everything lies in a project folder: ASCENT's hierarchy, with no dependence on the current directory."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ascent.errors import ConfigError, RunDirectoryError

PROJECT_VARIABLE = "ASCENT_PROJECT_PATH"
EXPORT_VARIABLE = "ASCENT_NSIM_EXPORT_PATH"


@dataclass(frozen=True)
class NSimName:
    """The four indices that name an n_sim: sample, model, sim and n_sim."""

    sample: int
    model: int
    sim: int
    n_sim: int

    @classmethod
    def parse(cls, text: str) -> NSimName | None:
        """Read ``<sample>_<model>_<sim>_<n_sim>``; None when `text` is something else."""
        parts = text.split("_")
        if len(parts) != 4 or not all(part.isdigit() for part in parts):
            return None
        return cls(*(int(part) for part in parts))

    def __str__(self) -> str:
        return f"{self.sample}_{self.model}_{self.sim}_{self.n_sim}"


@dataclass(frozen=True)
class ProjectFolder:
    """A folder that holds ``config/``, ``input/`` and ``samples/`` as ASCENT lays them out.

    Attributes
    ----------
    root : Path
        Absolute path of the folder.
    export : Path
        Absolute path of the folder that n_sims are exported to.
    """

    root: Path
    export: Path

    @classmethod
    def find(cls, project: Path | str | None = None, environment: Mapping[str, str] | None = None) -> ProjectFolder:
        """Find the project folder.

        Looked for in this order: `project`, ``$ASCENT_PROJECT_PATH``, the nearest parent of the current
        folder that holds ``config/user``, the current folder.

        Raises
        ------
        RunDirectoryError
            When the named folder does not exist.
        """
        environment = os.environ if environment is None else environment
        named, source = (project, "--project") if project else (environment.get(PROJECT_VARIABLE), PROJECT_VARIABLE)
        if named:
            root = Path(named).expanduser().resolve()
            if not root.is_dir():
                raise ProjectNotFound(f"{source} is {named}: no such folder; name the folder that holds config/user.")
        else:
            here = Path.cwd().resolve()
            root = next((p for p in (here, *here.parents) if (p / "config" / "user").is_dir()), here)
        return cls(root, _export_folder(root, environment))

    def run_file(self, run: int) -> Path:
        return self.root / "config" / "user" / "runs" / f"{run}.json"

    def sim_file(self, sim: int) -> Path:
        return self.root / "config" / "user" / "sims" / f"{sim}.json"

    def mock_sample_file(self, index: int) -> Path:
        return self.root / "config" / "user" / "mock_samples" / f"{index}.json"

    def waveform_file(self, index: int) -> Path:
        return self.root / "config" / "user" / "waveforms" / f"{index}.dat"

    @property
    def system(self) -> Path:
        return self.root / "config" / "system"

    @property
    def cuffs(self) -> Path:
        return self.system / "cuffs"

    def input_folder(self, sample_name: str) -> Path:
        return self.root / "input" / sample_name

    def sample_folder(self, sample: int) -> Path:
        return self.root / "samples" / str(sample)

    def model_folder(self, sample: int, model: int) -> Path:
        return self.sample_folder(sample) / "models" / str(model)

    def sim_folder(self, sample: int, model: int, sim: int) -> Path:
        return self.model_folder(sample, model) / "sims" / str(sim)

    def n_sim_folder(self, name: NSimName) -> Path:
        return self.sim_folder(name.sample, name.model, name.sim) / "n_sims" / str(name.n_sim)

    def exported_n_sim(self, name: NSimName) -> Path:
        return self.export / "n_sims" / str(name)

    def exported_run_file(self, run: int) -> Path:
        return self.export / "runs" / f"{run}.json"


class ProjectNotFound(RunDirectoryError):
    """The project folder that the user named is not there."""

    exit_code = 2


def _export_folder(root: Path, environment: Mapping[str, str]) -> Path:
    named = environment.get(EXPORT_VARIABLE)
    if named:
        return Path(named).expanduser().resolve()
    file = root / "config" / "system" / "env.json"
    if file.is_file():
        try:
            written = json.loads(file.read_text(encoding="utf-8-sig")).get(EXPORT_VARIABLE)
        except (OSError, ValueError, AttributeError) as error:
            raise ConfigError(f"{file}: not readable as a JSON object ({error}); run `ascent env_setup`.") from error
        if isinstance(written, str) and written:
            return Path(written).expanduser().resolve()
    return root / "export"
